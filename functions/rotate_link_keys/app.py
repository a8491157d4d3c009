"""Make the keys when the stack is created, and a new one to sign links every 90 days.

Two keys are valid at a time, so that links signed with the older one live on. The key that hashes addresses
is made once, and stays when the stack is deleted, as the table does. Called by CloudFormation as a custom
resource and by a schedule.
"""

import json
import secrets
import urllib.request
from typing import Any

from vaada.gateways import aws
from vaada.log import logger
from vaada.settings import Settings

_VALID_KEYS = 2


def handler(event: dict[str, Any], _context: object) -> None:
    """Create, rotate or delete the keys, and tell CloudFormation when it asked."""
    if "ResponseURL" not in event:
        _rotate()
        return
    try:
        if event["RequestType"] == "Delete":
            _delete()
        else:
            _make_address_key()
            if not _keys():
                _rotate()
    except Exception:
        logger.exception("link keys failed")
        _answer(event, "FAILED")
        raise
    _answer(event, "SUCCESS")


def _name() -> str:
    return Settings.from_environment().link_keys_parameter


def _keys() -> list[str]:
    ssm = aws.parameters()
    try:
        stored = ssm.get_parameter(Name=_name(), WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return []
    keys: list[str] = json.loads(stored["Parameter"]["Value"])
    return keys


def _rotate() -> None:
    keys = [*_keys(), secrets.token_urlsafe(32)][-_VALID_KEYS:]  # the last one signs
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
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        logger.info("answered CloudFormation", status=status)
