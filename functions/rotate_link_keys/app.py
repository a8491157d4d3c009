"""Check the settings and create the keys when the stack is deployed; create a new link key every 90 days.

CloudFormation calls the function as a custom resource, and a schedule calls it to rotate. CloudFormation
waits for a response, so every error is reported to it, even a library that cannot be loaded. That is why
modules that need libraries are imported inside functions.
"""

import logging
from datetime import datetime
from typing import Any

from vaada.gateways.custom_resource import answer, reason_of


def handler(event: dict[str, Any], _context: object) -> None:
    """Create, rotate or delete the keys, and respond to CloudFormation if it is the caller."""
    if "ResponseURL" not in event:
        _rotate(event.get("time"))
        return
    try:
        _handle_request(event["RequestType"])
    except Exception as error:
        answer(event, "FAILED", reason_of(error, "RotateLinkKeys"))
        logging.getLogger(__name__).exception("link keys failed")
    else:
        answer(event, "SUCCESS", "the settings are valid and the keys are there")


def _rotate(asked_at: str | None) -> None:
    from vaada.desk import open_desk  # noqa: PLC0415 - see above
    from vaada.flows.keys import rotate_link_keys  # noqa: PLC0415

    rotate_link_keys(open_desk(), datetime.fromisoformat(asked_at) if asked_at else None)


def _handle_request(request_type: str) -> None:
    from vaada.checked_settings import check_settings  # noqa: PLC0415 - see above
    from vaada.desk import open_desk  # noqa: PLC0415
    from vaada.flows.keys import create_keys, delete_link_keys  # noqa: PLC0415

    if request_type == "Delete":  # without checking the settings, which may be the reason for it
        delete_link_keys(open_desk())
        return
    check_settings()
    create_keys(open_desk())
