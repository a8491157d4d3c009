"""Check-ins: due a number of days after the last contact, always at the same interval."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit import strategies
from tests.unit.rows import AGENT_ID, MONDAY, customer, follow_up, policy
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.work import FollowUp
from vaada.rules import check_ins
from vaada.rules.time.clock import at_local
from vaada.rules.time.deadlines import business_hours

RULES = policy(check_ins={"every_days_by_tag": {"vip": 30, "wholesale": 90}})


def bilal(every: int | None = 7, anchor: datetime = MONDAY, **facts: object) -> Customer:
    """A customer whose last contact was at `anchor`."""
    row = customer(check_in_every_days=every, agent_id=AGENT_ID, **facts)
    return check_ins.plan_from(row, anchor, RULES)


def check_in_times(row: Customer, times: int, rules: PolicyDocument = RULES) -> list[datetime]:
    """The due times of this many check-ins if each is done at once without a contact."""
    due = []
    for _ in range(times):
        assert row.wake_at is not None
        decision = check_ins.next_step(row, None, rules, row.wake_at)
        due += [one.due_at for one in decision.other_rows if isinstance(one, FollowUp)]
        row = decision.row
    return due


# ---------------------------------------------------------------- how often


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, None),
        ({"tags": ("vip",)}, 30),
        ({"tags": ("wholesale", "vip", "loud")}, 30),  # the most frequent counts
        ({"tags": ("vip",), "check_in_every_days": 365}, 365),  # what is said of the customer comes first
        ({"tags": ("loud",)}, None),
    ],
)
def test_the_interval_is_the_customers_own_or_that_of_the_most_frequent_tag(
    facts: dict[str, object], days: int | None
) -> None:
    assert check_ins.interval_days(customer(**facts), RULES) == days


# ---------------------------------------------------------------- when


def test_a_check_in_is_due_at_opening_so_many_days_after_the_last_contact() -> None:
    row = bilal(7, MONDAY + 5 * HOUR)

    assert (row.anchor, row.wake_at) == (MONDAY + 5 * HOUR, MONDAY + 7 * DAY)


def test_a_closed_day_moves_one_check_in_and_not_the_later_ones() -> None:
    assert [at - MONDAY for at in check_in_times(bilal(5), 4)] == [7 * DAY, 10 * DAY, 15 * DAY, 21 * DAY]


def test_check_ins_within_one_closure_become_one() -> None:
    rules = policy(closed_days=[{"first": "2026-03-03", "last": "2026-03-15", "name": "Rebuilding"}])
    row = check_ins.plan_from(customer(check_in_every_days=3, agent_id=AGENT_ID), MONDAY, rules)

    assert [at - MONDAY for at in check_in_times(row, 2, rules)] == [14 * DAY, 15 * DAY]


def test_check_ins_keep_their_local_hour_when_the_clocks_change() -> None:
    london = policy("Europe/London")
    row = check_ins.plan_from(customer(check_in_every_days=14, agent_id=AGENT_ID), MONDAY, london)

    zone = ZoneInfo("Europe/London")
    assert [at.astimezone(zone).time() for at in check_in_times(row, 3, london)] == [time(9)] * 3


@given(
    rules=strategies.policies,
    anchor=strategies.moments,
    days=st.integers(1, 400),
    lates=st.lists(strategies.stretches, min_size=1, max_size=12),
)
def test_check_ins_never_drift_from_the_anchor(
    rules: PolicyDocument, anchor: datetime, days: int, lates: list[timedelta]
) -> None:
    hours = business_hours(rules)
    first_day = anchor.astimezone(ZoneInfo(hours.zone)).date()
    row = check_ins.plan_from(customer(check_in_every_days=days, agent_id=AGENT_ID), anchor, rules)
    now, count = anchor, 0

    for late in lates:
        assert row.wake_at is not None
        assert row.wake_at > now
        while (on_the_day := _opening(first_day + timedelta(days=days * count), rules)) < row.wake_at:
            count += 1
        assert row.wake_at == on_the_day
        now = row.wake_at + late
        row = check_ins.next_step(row, None, rules, now).row


def _opening(day: date, rules: PolicyDocument) -> datetime:
    hours = business_hours(rules)
    return hours.opens(at_local(day, time(0), hours.zone))


@pytest.mark.parametrize("year", [2999, 8980])
def test_check_ins_continue_in_a_far_year(year: int) -> None:
    assert len(check_in_times(bilal(365, datetime(year, 6, 13, tzinfo=UTC)), 5)) == 5


# ---------------------------------------------------------------- what restarts it


def test_a_contact_restarts_the_count() -> None:
    again = check_ins.plan_from(bilal(7), MONDAY + 3 * DAY, RULES)

    assert (again.anchor, again.wake_at) == (MONDAY + 3 * DAY, MONDAY + 10 * DAY)


def test_an_older_contact_that_is_recorded_later_does_not_restart_the_count() -> None:
    row = bilal(7)

    assert check_ins.plan_from(row, MONDAY - 30 * DAY, RULES) is row


def test_a_customer_without_check_ins_is_not_due() -> None:
    assert bilal(None).wake_at is None


def test_a_customer_whose_check_ins_are_turned_off_is_not_due_any_more() -> None:
    unwanted = bilal(7).model_copy(update={"check_in_every_days": None})

    assert check_ins.plan_from(unwanted, MONDAY, RULES).wake_at is None
    assert check_ins.next_step(unwanted, None, RULES, MONDAY + 7 * DAY).row.wake_at is None


# ---------------------------------------------------------------- what it asks for


def test_a_check_in_is_a_follow_up_for_the_customers_agent_with_a_reason() -> None:
    row = bilal(14)

    decision = check_ins.next_step(row, None, RULES, MONDAY + 14 * DAY)

    (check_in,) = decision.other_rows
    assert isinstance(check_in, FollowUp)
    assert (check_in.origin, check_in.agent_id, check_in.due_at) == ("check_in", AGENT_ID, row.wake_at)
    assert check_in.reason == "Stay in touch: nothing was heard for 14 days."
    assert (decision.row.check_in_id, decision.row.wake_at) == (check_in.id, MONDAY + 28 * DAY)
    assert decision.notices == ()  # the follow-up itself reminds


def test_an_open_check_in_prevents_a_second() -> None:
    decision = check_ins.next_step(bilal(7), follow_up(), RULES, MONDAY + 7 * DAY)

    assert (decision.other_rows, decision.row.wake_at) == ((), MONDAY + 14 * DAY)


def test_several_missed_check_ins_become_one() -> None:
    decision = check_ins.next_step(bilal(7), None, RULES, MONDAY + 30 * DAY)

    assert len(decision.other_rows) == 1
    assert decision.row.wake_at == MONDAY + 35 * DAY


def test_a_customer_without_an_agent_gets_no_check_in() -> None:
    nobodys = bilal(7).model_copy(update={"agent_id": None})

    decision = check_ins.next_step(nobodys, None, RULES, MONDAY + 7 * DAY)

    assert (decision.other_rows, decision.row.wake_at) == ((), None)


def test_a_check_in_decided_again_has_the_same_id() -> None:
    row = bilal(7)

    ids = {
        one.id
        for n in range(3)
        for one in check_ins.next_step(row, None, RULES, MONDAY + (7 + n) * DAY).other_rows
    }

    assert len(ids) == 1
