"""What an attempt to send can end in, besides having been accepted."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

_NEVER = frozenset(
    {
        "BadRequestException",  # SES: the mail itself is wrong
        "InvalidParameter",  # SNS: the number or the words are
        "InvalidParameterException",
        "InvalidParameterValueException",
        "OptedOut",
        "ParameterValueInvalid",
        "ValidationException",
    }
)
"""What another attempt would meet again. Throttling, quotas, rights and paused accounts may be mended."""


_LATER = frozenset(
    {
        "LimitExceededException",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""A quota of a second or a day is used up."""


class Refused(Exception):
    """It was certainly not sent. `for_good`: trying again would not help; `throttled`: later it will go.

    `for_now`: it was one too many for this second.
    """

    def __init__(
        self, reason: str, *, for_good: bool, throttled: bool = False, for_now: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.throttled = throttled
        self.for_now = for_now


class Unanswered(Exception):
    """Nobody knows whether it was sent: the provider did not answer, or not in a way that tells."""


@contextmanager
def sending() -> Iterator[None]:
    """Turn the SDK's errors into Refused or Unanswered."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if 400 <= status < 500:  # noqa: PLR2004 - HTTP's client errors: it was read and not accepted
            raise Refused(code, for_good=code in _NEVER, throttled=code in _LATER) from error
        raise Unanswered(code) from error
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
        raise Refused(type(error).__name__, for_good=False) from error
    except BotoCoreError as error:
        raise Unanswered(type(error).__name__) from error
