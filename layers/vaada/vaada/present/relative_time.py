"""Times as staff read them: "today at 16:00", "overdue by 2 hours". English only."""

from datetime import UTC, date, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime would use the locale of the process
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LATE_AFTER = timedelta(minutes=15)  # messages take a while to arrive, so nothing is called overdue before


def elapsed(since: datetime, until: datetime) -> timedelta:
    """Return the elapsed time. Subtracting datetimes of one time zone would ignore clock changes."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def duration(time: timedelta) -> str:
    """Return a length of time, rounded to minutes, hours or days: "2 hours"."""
    minutes = round(time / timedelta(minutes=1))
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return count(max(minutes, 1), "minute")
    hours = round(minutes / 60)
    return count(hours, "hour") if hours < 24 else count(round(minutes / 60 / 24), "day")  # noqa: PLR2004


def day(at: datetime, now: datetime) -> str:
    """Return the day: "today", "tomorrow", "on Fri 27 Nov"."""
    today = now.astimezone(at.tzinfo).date()
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((at.date() - today).days)
    year = "" if at.year == today.year else f" {at.year}"
    return near or f"on {short_date(at)}{year}"


def short_date(on: date) -> str:
    """Return the date: "Fri 27 Nov"."""
    return f"{_DAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"


def moment(at: datetime, now: datetime) -> str:
    """Return day and time: "tomorrow at 09:00"."""
    return f"{day(at, now)} at {at:%H:%M}"


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether something due at `due_at` should be called overdue."""
    return elapsed(due_at, now) >= _LATE_AFTER


def due(due_at: datetime, now: datetime) -> str:
    """Return "due at 16:00", "due tomorrow at 09:00" or "overdue by 2 hours"."""
    if is_late(due_at, now):
        return f"overdue by {duration(elapsed(due_at, now))}"
    return f"due {moment(due_at, now).removeprefix('today ')}"


def overdue(due_at: datetime, now: datetime) -> str:
    """Return the same as `due`, but "overdue since 16:00" within the first 15 minutes."""
    return due(due_at, now) if is_late(due_at, now) else f"overdue since {due_at:%H:%M}"


def capitalize_first(words: str) -> str:
    """Return the text with a capital first letter."""
    return words[:1].upper() + words[1:]


def count(number: int, unit: str) -> str:
    """Return the number with its unit: "1 hour", "2 hours"."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
