"""Rate limits: per second, per day and per month, however many functions send at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, SECOND
from tests.unit.rows import MONDAY, message
from vaada.model.policy import SendingRules
from vaada.model.rate_limits import RateCount
from vaada.rules.messages import lifecycle, rate_limits

UNUSED = RateCount(pace_id="mail-20260302", count=0, version=0, expires_at=0)
EVENING = datetime(2026, 3, 2, 23, 59, 57, tzinfo=UTC)

pauses = st.lists(st.integers(0, 400_000).map(lambda us: timedelta(microseconds=us)), max_size=120)


def sent_times(times: Sequence[datetime], rules: SendingRules) -> list[datetime]:
    """When mails were sent that were tried at these times, one row for each day."""
    days: dict[str, RateCount] = {}
    sent = []
    for now in times:
        day = f"{now:%Y%m%d}"
        try:
            days[day] = rate_limits.count_mail(days.get(day, UNUSED), rules, now)
        except rate_limits.LimitReached:
            continue
        sent.append(now)
    return sent


@given(rate=st.integers(1, 20), pauses=pauses)
def test_a_second_has_at_most_the_rate_and_one_burst_even_at_midnight(
    rate: int, pauses: list[timedelta]
) -> None:
    times = list(accumulate(pauses, lambda at, pause: at + pause, initial=EVENING))

    sent = sent_times(times, SendingRules(mails_a_second=rate))

    most = max(sum(at <= other < at + SECOND for other in sent) for at in sent)
    assert most <= 2 * rate


@given(rate=st.integers(1, 20), seconds=st.integers(1, 30))
def test_the_rate_is_kept_and_used_over_a_longer_time(rate: int, seconds: int) -> None:
    times = [MONDAY + n * SECOND / (3 * rate) for n in range(3 * rate * seconds)]

    sent = sent_times(times, SendingRules(mails_a_second=rate))

    assert rate * seconds <= len(sent) <= rate * (seconds + 1)


def test_a_burst_of_one_seconds_mails_is_followed_by_single_mails() -> None:
    rules = SendingRules(mails_a_second=4)
    tenths = [MONDAY] * 6 + [MONDAY + n * SECOND / 10 for n in range(1, 11)]

    sent = sent_times(tenths, rules)

    assert [(at - MONDAY) / SECOND for at in sent] == [0, 0, 0, 0, 0.3, 0.5, 0.8, 1.0]


def test_a_thousand_mails_at_one_a_second_go_out_within_four_hours() -> None:
    rules, pace = SendingRules(mails_a_second=1), UNUSED
    waiting = [message(status="waiting", attempts=0, wake_at=MONDAY) for _ in range(1000)]
    sweep = MONDAY
    while waiting and sweep < MONDAY + timedelta(hours=4):
        now, still = sweep, []
        for row in waiting:  # for a minute and a half, what comes later the next sweep takes up
            if now - sweep > 90 * SECOND or (row.wake_at and row.wake_at > sweep):
                still.append(row)
                continue
            try:
                pace = rate_limits.count_mail(pace, rules, now)
                now += SECOND / 4
            except rate_limits.LimitReached as over:
                claimed = lifecycle.claim(row, now, "claim")
                still.append(lifecycle.mark_throttled(claimed, over.reason, now, for_now=over.for_now))
                now += SECOND / 16
        waiting, sweep = still, sweep + timedelta(minutes=2)

    assert waiting == []
    assert pace.count == 1000


def test_a_function_with_a_slow_clock_sends_no_more_than_others() -> None:
    rules = SendingRules(mails_a_second=2)

    assert sent_times([MONDAY, MONDAY, MONDAY - SECOND], rules) == [MONDAY, MONDAY]


@given(most=st.integers(1, 30), tried=st.integers(0, 80))
def test_the_daily_limit_holds_and_starts_again_the_next_day(most: int, tried: int) -> None:
    rules = SendingRules(mails_a_day=most, mails_a_second=1000)
    times = [day + n * SECOND for day in (MONDAY, MONDAY + DAY) for n in range(tried)]

    assert len(sent_times(times, rules)) == 2 * min(most, tried)


def test_the_first_mail_of_a_day_goes_out_at_midnight() -> None:
    midnight = MONDAY.replace(hour=0)

    assert sent_times([midnight, midnight], SendingRules(mails_a_second=1)) == [midnight]


@given(
    budget=st.decimals(0, 5, places=2),
    price=st.decimals(0, 1, places=5),
    segments=st.lists(st.integers(1, 2), max_size=60),
)
def test_texts_are_sent_up_to_the_monthly_budget_and_not_beyond(
    budget: Decimal, price: Decimal, segments: list[int]
) -> None:
    rules = SendingRules(texts_spend_a_month=budget, text_price=price)
    month = UNUSED
    paid = Decimal(0)
    for parts in segments:
        cost = rate_limits.cost("+923001234567", parts, rules)
        if paid + parts * price <= budget:
            month = rate_limits.count_spending(month, cost, rules)
            paid += parts * price
        else:
            with pytest.raises(rate_limits.LimitReached) as over:
                rate_limits.count_spending(month, cost, rules)
            assert over.value.for_good

    assert paid <= budget
    assert Decimal(month.count) / 100_000 == paid


def test_a_country_has_its_own_price_or_the_default_price() -> None:
    rules = SendingRules.model_validate({"text_prices": {"44": "0.04171"}})

    assert [rate_limits.cost(number, 2, rules) for number in ("+447700900123", "+923001234567")] == [
        8342,
        20_000,
    ]


@pytest.mark.parametrize(("number", "allowed"), [("+447700900123", True), ("+14155550123", False)])
def test_texts_go_only_to_countries_that_the_policy_names(number: str, *, allowed: bool) -> None:
    rules = SendingRules(texts_to=("92", "44"))

    if allowed:
        assert rate_limits.cost(number, 1, rules) == 10_000
    else:
        with pytest.raises(rate_limits.LimitReached, match="not allowed") as over:
            rate_limits.cost(number, 1, rules)
        assert over.value.for_good


def test_a_used_up_daily_limit_of_texts_is_not_final() -> None:
    day = UNUSED
    for _ in range(3):
        day = rate_limits.count_text(day, 3)

    with pytest.raises(rate_limits.LimitReached, match="3 texts a day") as over:
        rate_limits.count_text(day, 3)
    assert not over.value.for_good
