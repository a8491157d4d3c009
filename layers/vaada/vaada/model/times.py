"""Times: timezone-aware, in UTC, whole seconds. Only rules and texts for people use local time."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, PlainSerializer, WithJsonSchema

_BOUNDS = "must be between the years 1970 and 9000"


def to_utc(at: datetime) -> datetime:
    """Return the instant in UTC, whole seconds. Raises OverflowError or ValueError outside years 1-9999."""
    return at.astimezone(UTC).replace(microsecond=0)


def text_of(at: datetime) -> str:
    """Return the time as RFC 3339 in UTC. All have the same width, so they sort by time."""
    return f"{to_utc(at).isoformat()[:19]}Z"


def _to_utc_in_bounds(at: datetime) -> datetime:
    # The bounds leave room for every delay in the policy. to_utc may move the year, even out of Python's
    # range.
    try:
        at = to_utc(at)
    except OverflowError:
        raise ValueError(_BOUNDS) from None
    if not 1970 <= at.year <= 9000:  # noqa: PLR2004 - the years the message names
        raise ValueError(_BOUNDS)
    return at


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Karachi") from None
    return name


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc_in_bounds),
    PlainSerializer(text_of, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware datetime in UTC, whole seconds. Input needs an offset (RFC 3339)."""

TimeZone = Annotated[str, AfterValidator(_check_zone)]
"""An IANA time zone name."""
