"""Times: timezone-aware, in UTC, whole seconds. Only rules and texts for people use local time."""

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

_BOUNDS = "must be between the years 1970 and 9000"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NOT_A_TIME = "must be a time with an offset, such as 2026-03-31T18:00:00+05:00"
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory", "right", "posix"})
"""Zone files that are not about places: the machine's own zone, and zones with leap seconds."""


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


def _as_given(value: object) -> object:
    """Return a time as somebody entered it. Raises ValueError unless it is RFC 3339: no number."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        raise ValueError(_NOT_A_TIME)
    return value


def _check_zone(name: str) -> str:
    if name.partition("/")[0] in _NO_PLACES or not _has_rules(name):
        raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Karachi")
    return name


def _has_rules(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc_in_bounds),
    PlainSerializer(text_of, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware datetime in UTC, whole seconds, as it is stored and shown."""

GivenTime = Annotated[Instant, BeforeValidator(_as_given)]
"""A time in a request: RFC 3339, with an offset. It becomes an `Instant`."""

TimeZone = Annotated[str, AfterValidator(_check_zone)]
"""An IANA time zone name."""
