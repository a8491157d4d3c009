"""Deadlines: a delay before or after an event, in opening hours or not, with its explanation."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.times import DAY, HOUR
from tests.unit import strategies
from tests.unit.rows import MONDAY, agent, policy
from vaada.model.policy import Delay, PolicyDocument
from vaada.rules.time import deadlines
from vaada.rules.time.deadlines import Deadline, business_hours, working_hours

FRIDAY = MONDAY + 4 * DAY
SHOP = business_hours(policy())


def shown(at: datetime) -> str:
    return f"{at:%a %d %H:%M}"


# ---------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (Delay(minutes=30), "30 minutes"),
        (Delay(hours=1), "1 hour"),
        (Delay(opening_minutes=240), "4 opening hours"),
        (Delay(opening_minutes=90), "90 opening minutes"),
        (Delay(opening_minutes=1), "1 opening minute"),
        (Delay(opening_hours=4), "4 opening hours"),
        (Delay(days=0), "0 days"),
        (Delay(business_days=1), "1 business day"),
    ],
)
def test_a_delay_is_written_in_words(delay: Delay, words: str) -> None:
    assert deadlines.describe(delay) == words


def test_the_rule_names_the_delay_and_the_event() -> None:
    after = deadlines.after(Delay(opening_hours=4), MONDAY, SHOP, "it was due")
    before = deadlines.before(Delay(hours=4), MONDAY, SHOP, "it is due")

    assert after.explain.rule == "4 opening hours after it was due"
    assert before.explain.rule == "4 hours before it is due"
    assert deadlines.next_morning(MONDAY, SHOP).explain.rule == "the next working morning"


# ---------------------------------------------------------------- each unit


@pytest.mark.parametrize(
    ("delay", "reached"),
    [
        (Delay(minutes=90), FRIDAY + 8.5 * HOUR),
        (Delay(hours=24), FRIDAY + 31 * HOUR),
        (Delay(opening_minutes=180), FRIDAY + 3 * DAY + HOUR),
        (Delay(days=2), FRIDAY + 2 * DAY + 7 * HOUR),
        (Delay(business_days=1), FRIDAY + 3 * DAY + 7 * HOUR),
    ],
)
def test_a_deadline_after_friday_at_four_follows_the_unit_of_the_delay(
    delay: Delay, reached: datetime
) -> None:
    start = FRIDAY + 7 * HOUR

    assert deadlines.after(delay, start, SHOP, "it").at == reached


@pytest.mark.parametrize(
    ("delay", "reached"),
    [
        (Delay(minutes=90), MONDAY - HOUR / 2),
        (Delay(opening_minutes=90), MONDAY - 3 * DAY + 8.5 * HOUR),
        (Delay(opening_hours=1), MONDAY),
        (Delay(days=1), MONDAY - DAY + HOUR),
        (Delay(business_days=1), MONDAY - DAY + HOUR),  # before an event, days are days of the calendar
    ],
)
def test_a_deadline_before_monday_at_ten_follows_the_unit_of_the_delay(
    delay: Delay, reached: datetime
) -> None:
    assert deadlines.before(delay, MONDAY + HOUR, SHOP, "it").at == reached


def test_a_calendar_day_keeps_its_local_time_when_the_clocks_change() -> None:
    shop = business_hours(policy("Europe/London"))
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert deadlines.after(Delay(days=1), saturday, shop, "it").at == saturday + 23 * HOUR
    assert deadlines.after(Delay(hours=24), saturday, shop, "it").at == saturday + 24 * HOUR


# ---------------------------------------------------------------- the account


def test_the_explanation_lists_counted_and_skipped_stretches() -> None:
    thursday = datetime(2026, 4, 2, 16, 30, tzinfo=UTC)  # before Good Friday

    explain = deadlines.after(Delay(opening_hours=3), thursday, SHOP, "it was due").explain

    assert [(shown(one.start), shown(one.end)) for one in explain.counted] == [
        ("Thu 02 16:30", "Thu 02 18:00"),
        ("Mon 06 09:00", "Mon 06 10:30"),
    ]
    assert [(shown(one.start), shown(one.end), one.why) for one in explain.skipped] == [
        ("Thu 02 18:00", "Fri 03 00:00", "closed"),
        ("Fri 03 00:00", "Sat 04 00:00", "Good Friday"),
        ("Sat 04 00:00", "Mon 06 09:00", "closed"),
    ]
    assert (explain.counted_from, explain.time_zone) == (thursday, "UTC")


@pytest.mark.parametrize("delay", [Delay(minutes=5), Delay(hours=48), Delay(days=7)])
def test_the_explanation_of_elapsed_time_lists_no_stretches(delay: Delay) -> None:
    explain = deadlines.after(delay, FRIDAY, SHOP, "it").explain

    assert (explain.counted, explain.skipped) == ((), ())


def covers(deadline: Deadline, start: datetime, end: datetime) -> bool:
    """Whether the counted and skipped spans are all the time in between, without gap or overlap."""
    pieces = [(one.start, one.end) for one in deadline.explain.counted]
    pieces += [(one.start, one.end) for one in deadline.explain.skipped]
    edges = [start, *(edge for piece in sorted(pieces) for edge in piece), end]
    return edges[::2] == edges[1::2]


@given(rules=strategies.policies, delay=strategies.opening_delays, at=strategies.moments)
def test_counted_and_skipped_stretches_cover_the_whole_time(
    rules: PolicyDocument, delay: dict[str, int], at: datetime
) -> None:
    hours = business_hours(rules)
    after = deadlines.after(Delay.model_validate(delay), at, hours, "it")
    before = deadlines.before(Delay.model_validate(delay), at, hours, "it")

    assert covers(after, at, after.at)
    assert covers(before, before.at, at)


@given(rules=strategies.policies, delay=strategies.delays, at=strategies.moments)
def test_a_deadline_after_is_never_earlier_and_one_before_never_later(
    rules: PolicyDocument, delay: dict[str, int], at: datetime
) -> None:
    hours, length = business_hours(rules), Delay.model_validate(delay)

    assert deadlines.before(length, at, hours, "it").at <= at <= deadlines.after(length, at, hours, "it").at


def test_the_explanation_of_the_longest_delay_fits_into_a_row() -> None:
    week = {"monday": [{"opens": f"{hour:02}:00", "closes": f"{hour:02}:10"} for hour in range(10)]}
    hours = business_hours(policy(opening_hours=week))

    explain = deadlines.after(Delay(opening_hours=1000), MONDAY, hours, "it was due").explain

    assert len(explain.model_dump_json()) < 100_000


# ---------------------------------------------------------------- whose hours


def test_working_hours_default_to_opening_hours() -> None:
    assert working_hours(None, policy()) == working_hours(agent(), policy()) == SHOP


def test_an_agent_may_have_their_own_week() -> None:
    week = {"saturday": [{"opens": "10:00", "closes": "16:00"}]}

    hours = working_hours(agent(working_hours=week), policy())

    assert hours.opens(MONDAY) == FRIDAY + DAY + HOUR


def test_opening_hours_apply_in_the_agents_own_time_zone() -> None:
    hours = working_hours(agent(time_zone="Asia/Karachi"), policy())

    assert hours.is_open(MONDAY.replace(hour=4))  # nine in Karachi
    assert not hours.is_open(MONDAY.replace(hour=13))


def test_holidays_and_closed_days_of_the_business_apply_to_agents() -> None:
    closed = [{"first": "2026-03-03", "name": "Stocktaking"}]
    every_day = {
        day: [{"opens": "00:00", "closes": "24:00"}] for day in ("monday", "tuesday", "wednesday", "friday")
    }
    hours = working_hours(
        agent(working_hours=every_day, time_zone="Asia/Karachi"), policy(closed_days=closed)
    )

    assert not hours.is_open(MONDAY + DAY)  # Stocktaking
    assert not hours.is_open(datetime(2026, 4, 3, 9, tzinfo=UTC))  # Good Friday
    assert hours.is_open(MONDAY + 2 * DAY)
