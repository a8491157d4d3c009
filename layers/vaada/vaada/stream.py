"""Process a batch of the table's stream: a record that fails holds back its own item and no other.

Powertools' batch processor would go on to later records of the failed item, out of order.
"""

from collections.abc import Callable, Mapping
from typing import Any

from vaada.gateways.items import from_item, id_of
from vaada.log import logger
from vaada.model.rows import Row


def handle_records(
    event: Mapping[str, Any], handle: Callable[[Row | None, Row | None], None]
) -> dict[str, Any]:
    """Call `handle` with the old and the new row of every record. Returns the partial batch response.

    It reports each record that failed, and all later records of the same item. Lambda retries from the first
    one reported, so records after it come again: `handle` must be idempotent.
    """
    failed_items: set[str] = set()
    failures: list[dict[str, str]] = []
    for record in event["Records"]:
        change = record["dynamodb"]
        item = str(sorted(change["Keys"].items()))
        if item not in failed_items:
            try:
                handle(_image(change, "OldImage"), _image(change, "NewImage"))
                continue
            except Exception:  # noqa: BLE001 - the other items must go on, whatever the error
                logger.exception(
                    "record failed", row=_loggable_id(change), sequence_number=change["SequenceNumber"]
                )
                failed_items.add(item)
        failures.append({"itemIdentifier": change["SequenceNumber"]})
    return {"batchItemFailures": failures}


def _loggable_id(change: Mapping[str, Any]) -> str:
    """The id of the row if it is a customer's. Other keys may contain an address and are not logged."""
    of_customer = str(change["Keys"]["pk"]["S"]).startswith("CUSTOMER#")
    return id_of(change["Keys"]) if of_customer else "not a customer's row"


def _image(change: Mapping[str, Any], name: str) -> Row | None:
    return from_item(change[name]) if name in change else None
