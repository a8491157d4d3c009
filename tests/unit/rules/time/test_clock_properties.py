"""The business clock on random calendars: what holds of every count."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.hours import weekdays
from tests.unit.rules.time.random_calendars import ZONES, random_calendar
from vaada.rules.time.clock import (
    Hours,
    OpenSpan,
    SkippedSpan,
)

OF_A_CLOCK_CHANGE = timedelta(hours=2)
calendars = st.integers(0, 2**64).map(lambda seed: random_calendar(Random(seed)))
lengths = st.integers(0, 40 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds))
thoroughly = settings(max_examples=100)


@given(calendars, lengths, lengths)
@thoroughly
def test_two_counts_in_a_row_equal_one_of_their_sum(
    calendar: tuple[Hours, datetime], one: timedelta, other: timedelta
) -> None:
    shop, start = calendar

    assert shop.after(shop.after(start, one).at, other).at == shop.after(start, one + other).at
    assert shop.before(shop.before(start, one).at, other).at == shop.before(start, one + other).at


@given(calendars, lengths, lengths, lengths)
@thoroughly
def test_a_longer_or_later_count_never_ends_earlier(
    calendar: tuple[Hours, datetime], length: timedelta, more: timedelta, later: timedelta
) -> None:
    shop, start = calendar

    assert shop.after(start, length).at <= shop.after(start, length + more).at
    assert shop.after(start, length).at <= shop.after(start + later, length).at
    assert shop.before(start, length).at <= shop.before(start + later, length).at


@given(calendars, lengths, st.integers(1, 5))
@thoroughly
def test_business_days_from_a_later_start_never_end_earlier(
    calendar: tuple[Hours, datetime], later: timedelta, days: int
) -> None:
    whole_week, start = calendar
    # The hours after midnight of a night are counted from their own local day, so they are left out here.
    by_day = {day: tuple(i for i in part if i.minutes[1] <= 1440) for day, part in whole_week.week.items()}
    shop = whole_week._replace(week=by_day if any(by_day.values()) else weekdays("09:00-17:00"))

    ends, later_ends = (shop.business_days_after(at, days).at for at in (start, start + later))
    assert ends <= later_ends + OF_A_CLOCK_CHANGE
    assert start < ends <= shop.business_days_after(start, days + 1).at


@given(calendars, lengths)
@thoroughly
def test_a_count_that_is_measured_or_taken_back_has_the_same_length(
    calendar: tuple[Hours, datetime], length: timedelta
) -> None:
    shop, start = calendar
    end = shop.after(start, length).at

    assert shop.between(start, end) == length
    assert shop.between(end, start) == timedelta(0)
    assert shop.before(end, length).at == (shop.opens(start) if length else start)
    assert shop.between(shop.before(start, length).at, start) == length


@given(calendars, lengths, st.sampled_from(ZONES))
@thoroughly
def test_results_do_not_depend_on_the_zone_of_the_instant(
    calendar: tuple[Hours, datetime], length: timedelta, zone: str
) -> None:
    shop, start = calendar
    elsewhere = start.astimezone(ZoneInfo(zone))

    assert shop.after(elsewhere, length) == shop.after(start, length)
    assert shop.before(elsewhere, length) == shop.before(start, length)
    assert shop.is_open(elsewhere) == shop.is_open(start)
    assert shop.opens(elsewhere) == shop.opens(start)
    assert shop.closed_before(elsewhere) == shop.closed_before(start)
    assert shop.next_morning(elsewhere) == shop.next_morning(start)
    assert shop.business_days_after(elsewhere, 2) == shop.business_days_after(start, 2)
    assert shop.after(elsewhere, length).at.tzinfo is UTC


@given(calendars, lengths)
@thoroughly
def test_counted_and_skipped_stretches_cover_the_whole_time(
    calendar: tuple[Hours, datetime], length: timedelta
) -> None:
    shop, start = calendar
    for counted, ends in (
        (ahead := shop.after(start, length), (start, ahead.at)),
        (back := shop.before(start, length), (back.at, start)),
    ):
        parts: list[OpenSpan | SkippedSpan] = [*counted.counted, *counted.skipped]
        parts.sort(key=lambda part: part.start)
        edges = [ends[0], *(part.end for part in parts)]

        assert [part.start for part in parts] == edges[:-1]
        assert edges[-1] == ends[1]
        assert sum((part.end - part.start for part in counted.counted), timedelta(0)) == length
        for part in parts:
            middle = part.start + (part.end - part.start) / 2
            for instant in (part.start, middle, part.end - timedelta(seconds=1)):
                assert shop.is_open(instant) is isinstance(part, OpenSpan)
