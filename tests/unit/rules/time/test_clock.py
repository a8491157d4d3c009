"""The business clock: opening time counted forwards and backwards, by example."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from tests.times import DAY, HOUR, at
from tests.unit.hours import every, weekdays
from vaada.model.hours import ClosedDays, Holidays, Interval, Weekday
from vaada.rules.time.clock import (
    Hours,
    NeverOpens,
    OpenSpan,
    SkippedSpan,
    TimeCount,
    at_local,
    holidays_known,
    subdivisions,
)

OFFICE = ("09:00-17:00",)
SHOP = ("09:00-13:00", "14:00-18:00")
NIGHT = ("22:00-02:00",)
ALWAYS = ("00:00-24:00",)


def hours(
    week: dict[Weekday, tuple[Interval, ...]],
    zone: str = "UTC",
    country: str = "GB",
    closed: tuple[ClosedDays, ...] = (),
    rules: Holidays | None = None,
) -> Hours:
    return Hours(
        zone=zone,
        week=week,
        country=country,
        holidays=rules or Holidays(observed=False),
        closed_days=closed,
    )


def gaps(counted: TimeCount, zone: str = "UTC") -> list[tuple[str, str, str]]:
    def shown(instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(zone)):%a %d %H:%M}"

    return [(shown(gap.start), shown(gap.end), gap.why) for gap in counted.skipped]


def test_an_opening_hour_after_friday_half_past_four_is_monday_half_past_nine() -> None:
    counted = hours(weekdays(*OFFICE)).after(at("2026-03-06T16:30"), HOUR)

    assert counted.at == at("2026-03-09T09:30")
    assert counted.counted == (
        OpenSpan(at("2026-03-06T16:30"), at("2026-03-06T17:00")),
        OpenSpan(at("2026-03-09T09:00"), at("2026-03-09T09:30")),
    )
    assert counted.skipped == (SkippedSpan(at("2026-03-06T17:00"), at("2026-03-09T09:00"), "closed"),)


def test_the_lunch_break_is_not_counted() -> None:
    counted = hours(weekdays(*SHOP)).after(at("2026-03-02T12:30"), 2 * HOUR)

    assert counted.at == at("2026-03-02T15:30")
    assert gaps(counted) == [("Mon 02 13:00", "Mon 02 14:00", "closed")]


def test_a_count_may_end_at_closing_time_and_backwards_at_opening_time() -> None:
    office = hours(weekdays(*OFFICE))

    assert office.after(at("2026-03-06T16:00"), HOUR).at == at("2026-03-06T17:00")
    assert office.before(at("2026-03-09T10:00"), HOUR).at == at("2026-03-09T09:00")
    assert not office.is_open(at("2026-03-06T17:00"))
    assert office.is_open(at("2026-03-09T09:00"))


def test_a_count_of_zero_is_the_same_instant_even_when_closed() -> None:
    saturday = at("2026-03-07T12:00")
    office = hours(weekdays(*OFFICE))

    assert office.after(saturday, timedelta(0)) == TimeCount(saturday)
    assert office.before(saturday, timedelta(0)) == TimeCount(saturday)
    assert office.business_days_after(saturday, 0) == TimeCount(saturday)


def test_a_count_backwards_skips_closed_time() -> None:
    counted = hours(weekdays(*OFFICE)).before(at("2026-03-09T09:30"), HOUR)

    assert counted.at == at("2026-03-06T16:30")
    assert gaps(counted) == [("Fri 06 17:00", "Mon 09 09:00", "closed")]


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        hours(weekdays(*OFFICE)).after(at("2026-03-06T16:30"), -HOUR)


def test_a_karachi_shop_is_closed_on_independence_day() -> None:
    shop = hours(every(*SHOP), "Asia/Karachi", "PK", rules=Holidays())
    counted = shop.after(at("2026-08-13T17:00", "Asia/Karachi"), 2 * HOUR)

    assert counted.at == at("2026-08-15T10:00", "Asia/Karachi")
    assert gaps(counted, "Asia/Karachi") == [
        ("Thu 13 18:00", "Fri 14 00:00", "closed"),
        ("Fri 14 00:00", "Sat 15 00:00", "Independence Day"),
        ("Sat 15 00:00", "Sat 15 09:00", "closed"),
    ]


def test_consecutive_days_of_one_holiday_are_one_gap() -> None:
    shop = hours(every(*SHOP), "Asia/Karachi", "PK", rules=Holidays())

    counted = shop.business_days_after(at("2026-03-19T12:00", "Asia/Karachi"), 1)

    assert counted.at == at("2026-03-22T12:00", "Asia/Karachi")
    assert gaps(counted, "Asia/Karachi") == [("Fri 20 00:00", "Sun 22 00:00", "Eid-ul-Fitr")]


def test_an_american_office_is_closed_on_thanksgiving() -> None:
    office = hours(weekdays(*OFFICE), "America/New_York", "US", rules=Holidays())

    assert office.next_morning(at("2026-11-25T12:00", "America/New_York")).at == at(
        "2026-11-27T09:00", "America/New_York"
    )


def test_the_second_of_january_is_a_holiday_in_scotland_and_not_in_england() -> None:
    new_year = at("2026-01-01T12:00", "Europe/London")
    scotland = hours(weekdays(*OFFICE), "Europe/London", rules=Holidays(region="SCT"))
    england = hours(weekdays(*OFFICE), "Europe/London", rules=Holidays(region="ENG"))

    assert scotland.next_morning(new_year).at == at("2026-01-05T09:00")
    assert england.next_morning(new_year).at == at("2026-01-02T09:00")


def test_a_business_can_open_on_a_holiday_by_part_of_its_name() -> None:
    shop = hours(every(*SHOP), country="PK", rules=Holidays(open_on=("eid-ul",)))

    assert shop.is_open(at("2026-03-20T10:00"))
    assert not shop.is_open(at("2026-03-23T10:00"))  # Pakistan Day


def test_a_day_with_two_holidays_stays_closed_for_the_other_one() -> None:
    shop = hours(every(*SHOP), country="PK", rules=Holidays(open_on=("Takbeer",)))

    counted = shop.business_days_after(at("2026-05-25T10:00"), 1)

    assert gaps(counted) == [("Tue 26 00:00", "Fri 29 00:00", "Eid-ul-Adha")]


def test_holidays_that_are_not_observed_are_ordinary_days() -> None:
    assert hours(weekdays(*OFFICE), rules=Holidays(observed=False)).is_open(at("2026-12-25T10:00"))
    assert not hours(weekdays(*OFFICE), rules=Holidays()).is_open(at("2026-12-25T10:00"))


def test_a_country_with_unknown_holidays_has_none() -> None:
    assert not holidays_known("XX")
    assert subdivisions("XX") == ()
    assert hours(weekdays(*OFFICE), country="XX", rules=Holidays()).is_open(at("2026-12-25T10:00"))


def test_an_unknown_region_leaves_the_holidays_of_the_country() -> None:
    office = hours(weekdays(*OFFICE), rules=Holidays(region="Mercia"))

    assert not office.is_open(at("2026-12-25T10:00"))
    assert office.is_open(at("2026-01-02T10:00"))


def test_holidays_are_known_by_country_and_region() -> None:
    assert subdivisions("GB") == ("ENG", "NIR", "SCT", "WLS")
    assert holidays_known("GB")
    assert holidays_known("GB", "SCT")
    assert holidays_known("US", "NY")
    assert not holidays_known("GB", "PB")


def test_holiday_names_are_english_in_any_locale_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    berlin = hours(weekdays(*OFFICE), "Europe/Berlin", "DE", rules=Holidays())

    assert gaps(berlin.business_days_after(at("2031-09-30T10:00"), 3), "Europe/Berlin")[0] == (
        "Fri 03 00:00",
        "Sat 04 00:00",
        "German Unity Day",
    )


def test_every_country_is_supported_without_a_warning() -> None:
    for country in holidays.list_supported_countries(include_aliases=False):
        for year in (1970, 2026, 8999):
            hours(every(*ALWAYS), country=country, rules=Holidays()).is_open(datetime(year, 1, 2, tzinfo=UTC))


def test_the_business_is_closed_on_its_own_closed_days() -> None:
    summer = ClosedDays(first=date(2026, 8, 3), last=date(2026, 8, 9), name="Summer break")
    stock = ClosedDays(first=date(2026, 8, 10), name="Stocktaking")
    counted = hours(weekdays(*OFFICE), closed=(summer, stock)).after(at("2026-07-31T16:30"), HOUR)

    assert counted.at == at("2026-08-11T09:30")
    assert gaps(counted) == [
        ("Fri 31 17:00", "Mon 03 00:00", "closed"),
        ("Mon 03 00:00", "Mon 10 00:00", "Summer break"),
        ("Mon 10 00:00", "Tue 11 00:00", "Stocktaking"),
        ("Tue 11 00:00", "Tue 11 09:00", "closed"),
    ]


def test_a_closed_day_may_have_the_name_closed() -> None:
    closed = ClosedDays(first=date(2026, 3, 2), name="closed")

    assert not hours(weekdays(*OFFICE), closed=(closed,)).is_open(at("2026-03-02T10:00"))


def test_opening_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    party = ClosedDays(first=date(2026, 3, 3), name="Private party")
    bar = hours(every(*NIGHT), closed=(party,))

    assert bar.is_open(at("2026-03-03T01:30"))  # the night of the second
    assert not bar.is_open(at("2026-03-03T22:30"))
    assert not bar.is_open(at("2026-03-04T01:30"))  # the night of the third
    assert gaps(bar.after(at("2026-03-03T01:00"), 2 * HOUR)) == [
        ("Tue 03 02:00", "Wed 04 00:00", "Private party"),
        ("Wed 04 00:00", "Wed 04 22:00", "closed"),
    ]


def test_sunday_hours_past_midnight_run_into_monday() -> None:
    bar = hours(every(*NIGHT, on=("sunday",)))

    assert bar.after(at("2026-03-08T23:00"), 2 * HOUR).at == at("2026-03-09T01:00")
    assert bar.closed_before(at("2026-03-10T12:00")) == OpenSpan(
        at("2026-03-08T22:00"), at("2026-03-09T02:00")
    )


def test_the_next_morning_of_a_bar_is_its_opening_in_the_evening() -> None:
    assert hours(every(*NIGHT)).next_morning(at("2026-03-02T23:00")).at == at("2026-03-03T22:00")


def test_hours_until_midnight_end_at_midnight() -> None:
    shop = hours(every("09:00-00:00"))

    assert shop.is_open(at("2026-03-02T23:59"))
    assert not shop.is_open(at("2026-03-03T00:00"))


def test_a_business_open_around_the_clock_skips_nothing() -> None:
    counted = hours(every(*ALWAYS)).after(at("2026-03-02T23:00"), 50 * HOUR)

    assert counted.counted == (OpenSpan(at("2026-03-02T23:00"), at("2026-03-05T01:00")),)
    assert counted.skipped == ()


def test_closed_before_returns_the_last_open_stretch() -> None:
    shop = hours(weekdays(*SHOP))

    assert shop.closed_before(at("2026-03-07T12:00")) == OpenSpan(
        at("2026-03-06T14:00"), at("2026-03-06T18:00")
    )
    assert shop.closed_before(at("2026-03-09T10:00")) == OpenSpan(
        at("2026-03-09T09:00"), at("2026-03-09T10:00")
    )
    assert shop.closed_before(at("2026-03-09T09:00")).end == at("2026-03-06T18:00")
    assert hours(every(*ALWAYS)).closed_before(at("2026-03-09T09:00")).end == at("2026-03-09T09:00")


def test_opens_returns_now_or_the_next_opening() -> None:
    shop = hours(weekdays(*SHOP))

    assert shop.opens(at("2026-03-02T10:15")) == at("2026-03-02T10:15")
    assert shop.opens(at("2026-03-02T13:00")) == at("2026-03-02T14:00")
    assert shop.opens(at("2026-03-06T18:00")) == at("2026-03-09T09:00")


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-03-07T12:00", 24, "2026-03-08T13:00"),  # an hour went missing
        ("2026-10-31T12:00", 24, "2026-11-01T11:00"),  # and came back
    ],
)
def test_a_shop_open_all_day_counts_elapsed_hours_over_a_clock_change(
    start: str, length: int, end: str
) -> None:
    shop = hours(every(*ALWAYS), "America/New_York")

    assert shop.after(at(start, "America/New_York"), length * HOUR).at == at(end, "America/New_York")


def test_a_bakery_opens_after_the_hour_that_a_clock_change_skips() -> None:
    bakery = hours(every("02:30-04:00"), "America/New_York")

    assert bakery.opens(at("2026-03-08T05:00")) == at("2026-03-08T07:00")  # 03:00 there
    assert bakery.between(at("2026-03-08T00:00"), at("2026-03-09T00:00")) == HOUR


def test_a_bakery_opens_twice_when_a_clock_change_repeats_an_hour() -> None:
    bakery = hours(every("01:30-04:00"), "America/New_York")
    counted = bakery.after(at("2026-11-01T05:00"), 3 * HOUR)

    assert counted.counted == (
        OpenSpan(at("2026-11-01T05:30"), at("2026-11-01T06:00")),
        OpenSpan(at("2026-11-01T06:30"), at("2026-11-01T09:00")),
    )
    assert bakery.next_morning(at("2026-10-31T16:00")).at == at("2026-11-01T05:30")


def test_a_day_whose_only_open_hour_is_skipped_is_no_business_day() -> None:
    bakery = hours(every("02:00-03:00"), "America/New_York")
    saturday = at("2026-03-07T12:00", "America/New_York")

    assert bakery.next_morning(saturday).at == at("2026-03-09T02:00", "America/New_York")
    assert bakery.business_days_after(saturday, 1).at == at("2026-03-09T03:00", "America/New_York")


def test_an_office_keeps_its_local_hours_over_a_clock_change() -> None:
    office = hours(weekdays(*OFFICE), "Europe/London")

    assert office.after(at("2026-03-27T16:30"), HOUR).at == at("2026-03-30T08:30")
    assert office.business_days_after(at("2026-03-27T12:00"), 1).at == at("2026-03-30T11:00")


@pytest.mark.parametrize(
    ("zone", "night", "length"),
    [
        ("Africa/Cairo", "2026-04-23", 4),  # midnight becomes one o'clock
        ("Africa/Cairo", "2026-10-29", 6),  # midnight becomes eleven
        ("Asia/Beirut", "2026-03-28", 4),
        ("Asia/Beirut", "2026-10-24", 6),
    ],
)
def test_a_bar_keeps_its_closing_time_over_a_clock_change_at_midnight(
    zone: str, night: str, length: int
) -> None:
    bar = hours(every("21:00-02:00"), zone)
    opens = bar.opens(at(f"{night}T12:00", zone))

    assert opens == at(f"{night}T21:00", zone)
    assert bar.between(opens, opens + 12 * HOUR) == length * HOUR
    assert bar.after(opens, length * HOUR).at.astimezone(ZoneInfo(zone)).time() == time(2)


def test_a_closed_day_without_midnight_begins_at_one_in_the_morning() -> None:
    holiday = ClosedDays(first=date(2026, 4, 24), name="Wedding")
    shop = hours(every(*ALWAYS), "Africa/Cairo", closed=(holiday,))

    assert gaps(shop.business_days_after(at("2026-04-23T12:00", "Africa/Cairo"), 1), "Africa/Cairo") == [
        ("Fri 24 01:00", "Sat 25 00:00", "Wedding")
    ]


def test_a_leap_day_counts_like_any_other_day() -> None:
    office = hours(weekdays(*OFFICE))

    assert office.business_days_after(at("2028-02-28T10:00"), 1).at == at("2028-02-29T10:00")
    assert office.after(at("2028-02-28T16:00"), 9 * HOUR).at == at("2028-02-29T17:00")
    assert office.days_after(at("2027-02-28T10:00"), 1) == at("2027-03-01T10:00")


def test_counts_continue_over_the_end_of_months_and_years() -> None:
    office = hours(weekdays(*OFFICE), rules=Holidays())

    assert office.after(at("2026-04-30T16:30"), HOUR).at == at("2026-05-01T09:30")
    assert gaps(office.business_days_after(at("2026-12-31T10:00"), 1)) == [
        ("Fri 01 00:00", "Sat 02 00:00", "New Year's Day"),
        ("Sat 02 00:00", "Mon 04 00:00", "closed"),
    ]


@pytest.mark.parametrize(
    ("start", "days", "ends"),
    [
        ("2026-03-06T17:59", 1, "2026-03-09T17:59"),
        ("2026-03-06T18:00", 1, "2026-03-09T18:00"),  # from Monday at 09:00 to the end of this day
        ("2026-03-06T19:00", 1, "2026-03-09T18:00"),
        ("2026-03-07T13:00", 1, "2026-03-09T18:00"),
        ("2026-03-09T08:59", 1, "2026-03-09T18:00"),
        ("2026-03-09T09:00", 1, "2026-03-10T09:00"),
        ("2026-03-09T13:30", 1, "2026-03-10T14:00"),  # in the lunch break, from its end
        ("2026-03-07T13:00", 5, "2026-03-13T18:00"),
        ("2026-03-07T13:00", 6, "2026-03-16T18:00"),
    ],
)
def test_business_days_are_counted_from_the_next_opening(start: str, days: int, ends: str) -> None:
    shop = hours(weekdays("09:00-13:00", "14:00-18:00"))

    assert shop.business_days_after(at(start), days).at == at(ends)


def test_business_days_end_while_it_is_open_that_day() -> None:
    shop = hours(
        {
            "friday": every("08:00-18:00")["friday"],
            "saturday": every("10:00-12:00", "13:00-14:00")["saturday"],
            "monday": every("22:00-02:00")["monday"],
        }
    )

    assert shop.business_days_after(at("2026-03-06T08:30"), 1).at == at("2026-03-07T10:00")
    assert shop.business_days_after(at("2026-03-06T12:30"), 1).at == at("2026-03-07T13:00")
    assert shop.business_days_after(at("2026-03-06T16:00"), 1).at == at("2026-03-07T14:00")
    assert shop.business_days_after(at("2026-03-07T15:00"), 1).at == at("2026-03-10T02:00")


def test_closed_time_before_business_days_is_part_of_the_explanation() -> None:
    counted = hours(weekdays(*OFFICE)).business_days_after(at("2026-03-07T10:00"), 2)

    assert counted.at == at("2026-03-10T17:00")
    assert gaps(counted) == [("Sat 07 10:00", "Mon 09 09:00", "closed")]


def test_each_skipped_weekend_is_a_gap_of_its_own() -> None:
    counted = hours(weekdays(*OFFICE)).business_days_after(at("2026-03-06T10:00"), 6)

    assert counted.at == at("2026-03-16T10:00")
    assert gaps(counted) == [
        ("Sat 07 00:00", "Mon 09 00:00", "closed"),
        ("Sat 14 00:00", "Mon 16 00:00", "closed"),
    ]


def test_a_business_that_never_opens_again_raises_an_error() -> None:
    closures = tuple(
        ClosedDays(first=date(year, 1, 1), last=date(year, 12, 31), name="Gone fishing")
        for year in range(2020, 2034)
    )
    office = hours(weekdays(*OFFICE), closed=closures)
    now = at("2026-03-02T10:00")

    for ask in (office.opens, office.closed_before, office.next_morning):
        with pytest.raises(NeverOpens, match="nothing opens within 3 years of 2026-03-02"):
            ask(now)
    for count in (office.after, office.before):
        with pytest.raises(NeverOpens):
            count(now, HOUR)
    with pytest.raises(NeverOpens):
        office.business_days_after(now, 1)
    assert office.between(now, now + 365 * DAY) == timedelta(0)
    assert not office.is_open(now)


def test_a_count_continues_after_a_closure_of_a_year() -> None:
    closures = (ClosedDays(first=date(2026, 1, 1), last=date(2026, 12, 31), name="Rebuilding"),)
    counted = hours(weekdays(*OFFICE), closed=closures).after(at("2026-03-02T10:00"), HOUR)

    assert counted.at == at("2027-01-01T10:00")
    assert [gap.why for gap in counted.skipped] == ["Rebuilding", "closed"]


def test_calendar_days_keep_the_local_time() -> None:
    shop = hours(every(*SHOP), "America/New_York")
    saturday = at("2026-03-07T12:00", "America/New_York")

    assert shop.days_after(saturday, 1) - saturday == timedelta(hours=23)


def test_a_skipped_local_time_moves_forward_and_a_repeated_one_is_the_first() -> None:
    assert at_local(date(2026, 3, 8), time(2, 30), "America/New_York") == at("2026-03-08T07:30")
    assert at_local(date(2026, 11, 1), time(1, 30), "America/New_York") == at("2026-11-01T05:30")
    assert at_local(date(2026, 11, 1), time(1, 30, fold=1), "America/New_York") == at("2026-11-01T05:30")
