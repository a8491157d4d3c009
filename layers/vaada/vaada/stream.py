"""Reading a batch of the table's stream, so that a bad record holds up its own item and no other.

Powertools' processor would go on past a failed record to later ones of the same item, out of order.
"""

from collections.abc import Callable, Mapping
from typing import Any

from vaada.gateways.items import from_item, id_of
from vaada.log import logger
from vaada.model.rows import Row


def each_record(event: Mapping[str, Any], handle: Callable[[Row | None, Row | None], None]) -> dict[str, Any]:
    """Handle every record and report those that failed, each with all later ones of the same item.

    Lambda takes up again from the first that is reported; those behind it come again, and change nothing.
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
            except Exception:  # noqa: BLE001 - whatever it is, the other items must go on
                logger.exception(
                    "record failed", row=_named(change), sequence_number=change["SequenceNumber"]
                )
                failed_items.add(item)
        failures.append({"itemIdentifier": change["SequenceNumber"]})
    return {"batchItemFailures": failures}


def _named(change: Mapping[str, Any]) -> str:
    """The id of a customer's row; other keys may hold an address, which no log does."""
    of_customer = str(change["Keys"]["pk"]["S"]).startswith("CUSTOMER#")
    return id_of(change["Keys"]) if of_customer else "not a customer's row"


def _image(change: Mapping[str, Any], name: str) -> Row | None:
    return from_item(change[name]) if name in change else None
