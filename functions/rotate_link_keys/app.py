"""Make the keys when the stack is created, and a new one to sign links every 90 days.

Two keys are valid at a time, so that links signed with the older one live on. The key that hashes addresses
is made once, and stays when the stack is deleted, as the table does. Called by CloudFormation as a custom
resource and by a schedule.
"""

import json
import secrets
import urllib.request
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vaada.gateways import aws
from vaada.log import logger
from vaada.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import ParameterTypeDef

_VALID_KEYS = 2


def handler(event: dict[str, Any], _context: object) -> None:
    """Create, rotate or delete the keys, and tell CloudFormation when it asked."""
    if "ResponseURL" not in event:
        _rotate(event.get("time"))
        return
    try:
        if event["RequestType"] == "Delete":
            _delete()
        else:
            _make_address_key()
            if not _stored():
                _rotate()
    except Exception:
        logger.exception("link keys failed")
        _answer(event, "FAILED")
        raise
    _answer(event, "SUCCESS")


def _name() -> str:
    return Settings.from_environment().link_keys_parameter


def _stored() -> "ParameterTypeDef | None":
    ssm = aws.parameters()
    try:
        return ssm.get_parameter(Name=_name(), WithDecryption=True)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        return None


def _rotate(asked_at: str | None = None) -> None:
    """Make a new key, unless the keys have changed since it was asked for.

    Then the event came a second time, and another key would push out the one that signed until now.
    """
    stored = _stored()
    if stored and asked_at and stored["LastModifiedDate"] > datetime.fromisoformat(asked_at):
        logger.info("link keys were rotated already")
        return
    before: list[str] = json.loads(stored["Value"]) if stored else []
    keys = [*before, secrets.token_urlsafe(32)][-_VALID_KEYS:]  # the last one signs
    aws.parameters().put_parameter(Name=_name(), Value=json.dumps(keys), Type="SecureString", Overwrite=True)
    logger.info("link keys rotated", valid=len(keys))


def _make_address_key() -> None:
    ssm, name = aws.parameters(), Settings.from_environment().address_key_parameter
    try:
        ssm.put_parameter(Name=name, Value=secrets.token_urlsafe(32), Type="SecureString", Overwrite=False)
    except ssm.exceptions.ParameterAlreadyExists:
        logger.info("the address key was there already")


def _delete() -> None:
    ssm = aws.parameters()
    try:
        ssm.delete_parameter(Name=_name())
    except ssm.exceptions.ParameterNotFound:
        logger.info("link keys were gone already")


def _answer(event: dict[str, Any], status: str) -> None:
    body = {
        "Status": status,
        "Reason": "See the log of the function RotateLinkKeys",
        "PhysicalResourceId": _name(),
        **{field: event[field] for field in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own signed URL
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # nosec B310 # as above
        logger.info("answered CloudFormation", status=status)
