"""Why a message comes when it comes: how its time was computed, in a line of small print."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.present.relative_time import named
from vaada.present.sanitize import line

_NAMED = 4  # stretches, and days passed over; of the others it says how many
_DAY = timedelta(days=1)


def small_print(explanation: Explanation, zone: tzinfo | None) -> str:
    """The rule and what it counted, in the reader's zone; the days it passed over, as the business has them.

    "Why now: 4 opening hours after it was due, counting Fri 20 Nov 16:00–18:00 and Mon 23 Nov 09:00–11:00;
    passed over: Sat 21 Nov and Sun 22 Nov (closed)." Nights and breaks are passed over without a word.
    """
    words = f"Why now: {line(explanation.rule)}"
    if stretches := _stretches(explanation.counted, zone):
        words += f", counting {_listed(stretches[:_NAMED], len(stretches))}"
    if days := list(_days(explanation.skipped, ZoneInfo(explanation.time_zone))):
        words += f"; passed over: {_listed(_with_reasons(days[:_NAMED]), len(days))}"
    return f"{words}."


def _stretches(counted: Iterable[CountedTime], zone: tzinfo | None) -> list[str]:
    """ "Fri 20 Nov 09:00–13:00", "14:00–18:00": the day is named once."""
    stretches, last = [], None
    for one in counted:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        day = "" if start.date() == last else f"{named(start)} "
        night = end.date() != start.date() and end.time() != time()
        stretches.append(f"{day}{start:%H:%M}–{f'{named(end)} ' if night else ''}{end:%H:%M}")
        last = start.date()
    return stretches


def _days(skipped: Iterable[SkippedTime], zone: tzinfo) -> Iterator[tuple[date, str]]:
    """The days that were passed over whole, and every holiday that was touched, each with its reason."""
    for one in skipped:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        day = start.date()
        if one.why == "closed" and start.time() != time():
            day += _DAY
        while day < end.date() or (one.why != "closed" and day == end.date() and end.time() != time()):
            yield day, one.why
            day += _DAY


def _with_reasons(days: Sequence[tuple[date, str]]) -> list[str]:
    """ "Sat 21 Nov", "Sun 22 Nov (closed)": a reason stands with the last of the days it holds for."""
    following = [*(why for _, why in days[1:]), ""]
    return [
        named(day) if why == next_why else f"{named(day)} ({line(why)})"
        for (day, why), next_why in zip(days, following, strict=True)
    ]


def _listed(first: Sequence[str], total: int) -> str:
    """ "Sat, Sun and Mon"; where these are only the first: "Sat, Sun and 3 more"."""
    rest = [f"{total - len(first)} more"] if total > len(first) else []
    *others, last = *first, *rest
    return f"{', '.join(others)} and {last}" if others else last
