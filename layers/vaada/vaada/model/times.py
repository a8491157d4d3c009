"""Times: aware, in UTC, to the second. Local time exists only inside rules and on what people read."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, PlainSerializer, WithJsonSchema

_BOUNDS = "must be between the years 1970 and 9000"


def to_utc(at: datetime) -> datetime:
    """The same instant in UTC, to the second. Raises OverflowError or ValueError outside years 1 to 9999."""
    return at.astimezone(UTC).replace(microsecond=0)


def text_of(at: datetime) -> str:
    """RFC 3339 in UTC, of fixed width, so that it sorts as time does."""
    return f"{to_utc(at).isoformat()[:19]}Z"


def _bounded(at: datetime) -> datetime:
    # Room for every delay the policy can add. An offset may lead out of a year, or of what Python knows.
    try:
        at = to_utc(at)
    except OverflowError:
        raise ValueError(_BOUNDS) from None
    if not 1970 <= at.year <= 9000:  # noqa: PLR2004 - the years the message names
        raise ValueError(_BOUNDS)
    return at


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Karachi") from None
    return name


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_bounded),
    PlainSerializer(text_of, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware datetime in UTC, whole seconds. Input needs an offset (RFC 3339)."""

TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone name."""
