"""The errors of an attempt to send a message."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

_PERMANENT = frozenset(
    {
        "BadRequestException",  # SES: the mail is invalid
        "InvalidParameter",  # SNS: the number or the text is invalid
        "InvalidParameterException",
        "InvalidParameterValueException",
        "InvalidParametersException",  # WhatsApp
        "OptedOut",
        "ParameterValueInvalid",
        "ValidationException",
    }
)
"""Errors that every further attempt would get. Quotas, permissions and paused accounts can be fixed."""


_OPTED_OUT = "OptedOut"
"""The number is on AWS's own list of those that said STOP."""

_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "Throttled",
        "ThrottledException",
        "ThrottledRequestException",  # WhatsApp
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""A quota per second or per day is used up."""


class Refused(Exception):
    """It was certainly not sent. `for_good`: a retry would not help; `throttled`: a later retry will.

    `for_now`: only the limit of this second was reached.
    """

    def __init__(
        self, reason: str, *, for_good: bool, throttled: bool = False, for_now: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.throttled = throttled
        self.for_now = for_now

    @property
    def opted_out(self) -> bool:
        """Whether AWS refused because the number is on its own list of those that said STOP."""
        return self.reason == _OPTED_OUT


class OutcomeUnknown(Exception):
    """It may have been sent: there was no response from the provider, or an unclear one."""


@contextmanager
def translate_send_errors() -> Iterator[None]:
    """Translate the SDK's errors into Refused or OutcomeUnknown."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if 400 <= status < 500:  # noqa: PLR2004 - 4xx: the provider read the request and did not accept it
            raise Refused(code, for_good=code in _PERMANENT, throttled=code in _THROTTLED) from error
        raise OutcomeUnknown(code) from error
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
        raise Refused(type(error).__name__, for_good=False) from error
    except BotoCoreError as error:
        raise OutcomeUnknown(type(error).__name__) from error
