"""Times as staff read them: "today at 16:00", "overdue by 2 hours"."""

from datetime import UTC, date, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime's would follow the process's locale
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GRACE = timedelta(minutes=15)  # a message takes a while to arrive: nobody is called late before


def elapsed(since: datetime, until: datetime) -> timedelta:
    """The real time between two instants. Subtracting within one zone would ignore changes of the clocks."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def span(time: timedelta) -> str:
    """How long, to the nearest minute, hour or day: "2 hours"."""
    minutes = round(time / timedelta(minutes=1))
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return count(max(minutes, 1), "minute")
    hours = round(minutes / 60)
    return count(hours, "hour") if hours < 24 else count(round(minutes / 60 / 24), "day")  # noqa: PLR2004


def day(at: datetime, now: datetime) -> str:
    """The day: "today", "tomorrow", "on Fri 27 Nov"."""
    today = now.astimezone(at.tzinfo).date()
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((at.date() - today).days)
    year = "" if at.year == today.year else f" {at.year}"
    return near or f"on {named(at)}{year}"


def named(on: date) -> str:
    """The day by its name: "Fri 27 Nov"."""
    return f"{_DAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"


def moment(at: datetime, now: datetime) -> str:
    """The day and the time: "tomorrow at 09:00"."""
    return f"{day(at, now)} at {at:%H:%M}"


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether what was due should be called overdue."""
    return elapsed(due_at, now) >= _GRACE


def due(due_at: datetime, now: datetime) -> str:
    """How it stands: "due at 16:00", "due tomorrow at 09:00", "overdue by 2 hours"."""
    if is_late(due_at, now):
        return f"overdue by {span(elapsed(due_at, now))}"
    return f"due {moment(due_at, now).removeprefix('today ')}"


def overdue(due_at: datetime, now: datetime) -> str:
    """As `due`, for what is late from its first minute: "overdue since 16:00"."""
    return due(due_at, now) if is_late(due_at, now) else f"overdue since {due_at:%H:%M}"


def sentence(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]


def count(number: int, unit: str) -> str:
    """How many: "1 hour", "2 hours"."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
