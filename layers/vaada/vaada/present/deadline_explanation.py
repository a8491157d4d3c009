"""One line that explains how the time of a message was computed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.present.relative_time import short_date
from vaada.present.sanitize import line

_MAX_NAMED = 4  # spans and days that are listed; the others are only counted
_DAY = timedelta(days=1)


def explanation_line(explanation: Explanation, zone: tzinfo | None) -> str:
    """Return the rule, the counted spans in the reader's `zone`, and the skipped days in the business's zone.

    "Why now: 4 opening hours after it was due, counting Fri 20 Nov 16:00–18:00 and Mon 23 Nov 09:00–11:00;
    passed over: Sat 21 Nov and Sun 22 Nov (closed)." Nights and breaks are not mentioned.
    """
    words = f"Why now: {line(explanation.rule)}"
    if spans := _counted_spans(explanation.counted, zone):
        words += f", counting {_join(spans[:_MAX_NAMED], len(spans))}"
    if days := list(_skipped_days(explanation.skipped, ZoneInfo(explanation.time_zone))):
        words += f"; passed over: {_join(_with_reasons(days[:_MAX_NAMED]), len(days))}"
    return f"{words}."


def _counted_spans(counted: Iterable[CountedTime], zone: tzinfo | None) -> list[str]:
    """Return texts such as "Fri 20 Nov 09:00–13:00" and "14:00–18:00": each day is named once."""
    spans, last = [], None
    for one in counted:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        day = "" if start.date() == last else f"{short_date(start)} "
        night = end.date() != start.date() and end.time() != time()
        spans.append(f"{day}{start:%H:%M}–{f'{short_date(end)} ' if night else ''}{end:%H:%M}")
        last = start.date()
    return spans


def _skipped_days(skipped: Iterable[SkippedTime], zone: tzinfo) -> Iterator[tuple[date, str]]:
    """Yield the days that were skipped completely, and all holidays, with the reason."""
    for one in skipped:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        day = start.date()
        if one.why == "closed" and start.time() != time():
            day += _DAY
        while day < end.date() or (one.why != "closed" and day == end.date() and end.time() != time()):
            yield day, one.why
            day += _DAY


def _with_reasons(days: Sequence[tuple[date, str]]) -> list[str]:
    """Return texts such as "Sat 21 Nov" and "Sun 22 Nov (closed)": days in a row share a reason."""
    following = [*(why for _, why in days[1:]), ""]
    return [
        short_date(day) if why == next_why else f"{short_date(day)} ({line(why)})"
        for (day, why), next_why in zip(days, following, strict=True)
    ]


def _join(first: Sequence[str], total: int) -> str:
    """Return "Sat, Sun and Mon", or "Sat, Sun and 3 more" if these are only the first of `total`."""
    rest = [f"{total - len(first)} more"] if total > len(first) else []
    *others, last = *first, *rest
    return f"{', '.join(others)} and {last}" if others else last
