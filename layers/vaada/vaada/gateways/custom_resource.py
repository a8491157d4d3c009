"""Answer CloudFormation, which waits for the function behind a custom resource.

It uses the standard library alone, so that it works even if the layers cannot be loaded.
"""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any, Literal

_REASON_CHARACTERS = 1000  # CloudFormation takes an answer of 4,096 bytes


def answer(request: Mapping[str, Any], status: Literal["SUCCESS", "FAILED"], reason: str) -> None:
    """Tell CloudFormation how its request ended. Whoever deploys sees the reason of a failure."""
    body = {
        "Status": status,
        "Reason": reason[:_REASON_CHARACTERS],
        # With another id CloudFormation would take it for a new resource, and have the old one deleted.
        "PhysicalResourceId": request.get("PhysicalResourceId", request["LogicalResourceId"]),
        **{field: request[field] for field in ("StackId", "RequestId", "LogicalResourceId")},
    }
    put = urllib.request.Request(  # noqa: S310 - CloudFormation's own signed URL
        request["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(put, timeout=10):  # noqa: S310  # nosec B310 # as above
        return


def reason_of(error: Exception, function: str) -> str:
    """Return the reason that whoever deploys sees for an error in this function."""
    if isinstance(error, ImportError):
        return f"{error}. The build does not match the functions: run sam build, then sam deploy again."
    return f"{str(error) or type(error).__name__}. See the log of the function {function}."
