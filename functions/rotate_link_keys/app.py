"""Check the settings and make the keys when the stack is deployed; make a new key every 90 days.

Called by CloudFormation as a custom resource, and by a schedule. CloudFormation waits for an answer, so
whatever goes wrong is answered, a library that cannot be loaded too: nothing that needs one is imported
before that.
"""

import logging
from datetime import datetime
from typing import Any

from vaada.gateways.custom_resource import answer


def handler(event: dict[str, Any], _context: object) -> None:
    """Create, rotate or delete the keys, and tell CloudFormation when it asked."""
    if "ResponseURL" not in event:
        _rotate(event.get("time"))
        return
    try:
        _obey(event["RequestType"])
    except Exception as error:
        answer(event, "FAILED", _reason(error))
        logging.getLogger(__name__).exception("link keys failed")
    else:
        answer(event, "SUCCESS", "the settings are valid and the keys are there")


def _rotate(asked_at: str | None) -> None:
    from vaada.desk import open_desk  # noqa: PLC0415 - see above
    from vaada.flows.keys import rotate_link_keys  # noqa: PLC0415

    rotate_link_keys(open_desk(), datetime.fromisoformat(asked_at) if asked_at else None)


def _obey(request: str) -> None:
    from vaada.checked_settings import check_settings  # noqa: PLC0415 - see above
    from vaada.desk import open_desk  # noqa: PLC0415
    from vaada.flows.keys import create_keys, delete_link_keys  # noqa: PLC0415

    if request == "Delete":  # of a stack whose settings were wrong, too
        delete_link_keys(open_desk())
        return
    check_settings()
    create_keys(open_desk())


def _reason(error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"{error}. What was built does not fit the functions: run sam build, then sam deploy again."
    return f"{str(error) or type(error).__name__}. See the log of the function RotateLinkKeys."
