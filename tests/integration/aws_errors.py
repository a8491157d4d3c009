"""Faults of AWS for tests: functions that a test sets as `before_call` of the desk."""

from collections.abc import Callable

from botocore.exceptions import ClientError, ReadTimeoutError

BeforeCall = Callable[[str], None]


def refuse(*calls: str, code: str = "ThrottlingException") -> BeforeCall:
    """Refuse these calls, named by service and operation, with an error code and HTTP 400."""

    def before_call(call: str) -> None:
        if call in calls:
            answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, call)  # type: ignore[arg-type]  # enough of one

    return before_call


def time_out(*calls: str) -> BeforeCall:
    """Let these calls time out."""

    def before_call(call: str) -> None:
        if call in calls:
            raise ReadTimeoutError(endpoint_url="https://aws.example.com")

    return before_call


def succeed(_call: str) -> None:
    """Let every call pass."""
