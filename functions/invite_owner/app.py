"""Make the owner a manager who may sign in, when the stack is deployed or `OwnerEmail` changes.

The first weekly report is planned with it: each report plans the next one.

CloudFormation calls the function as a custom resource. Its own type for users fails if there is such a user
already, and this one does not.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from vaada.gateways.custom_resource import answer, reason_of


def handler(event: dict[str, Any], _context: object) -> None:
    """Invite the owner, and respond to CloudFormation. Users stay when the stack is deleted."""
    try:
        if event["RequestType"] != "Delete":
            _invite()
    except Exception as error:
        answer(event, "FAILED", reason_of(error, "InviteOwner"))
        logging.getLogger(__name__).exception("the owner was not invited")
    else:
        answer(event, "SUCCESS", "the owner is a manager")


def _invite() -> None:
    from vaada.desk import open_desk  # noqa: PLC0415 - an error while it is loaded is reported as well
    from vaada.flows.invite_owner import invite_owner  # noqa: PLC0415
    from vaada.flows.weekly_reports import plan_first  # noqa: PLC0415

    invite_owner(open_desk())
    plan_first(open_desk(), datetime.now(UTC).replace(microsecond=0))
