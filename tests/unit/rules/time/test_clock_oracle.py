"""The business clock on random calendars, compared with an oracle that looks every minute."""

import os
from datetime import date, datetime, time, timedelta
from random import Random

from tests.times import DAY, MINUTE
from tests.unit.rules.time.minute_oracle import MinuteOracle
from tests.unit.rules.time.random_calendars import random_calendar
from vaada.rules.time.clock import (
    TimeCount,
    at_local,
)

CALENDARS = int(os.environ.get("CLOCK_CALENDARS", "300"))


def check_against_oracle(seed: int) -> None:
    random = Random(seed)
    shop, start = random_calendar(random)
    days = 4
    oracle = MinuteOracle(shop, start, days)
    last = len(oracle.whys)

    for n in random.sample(range(last), 20):
        assert shop.is_open(oracle.instant(n)) is (not oracle.whys[n])
    check_next_and_last_opening(oracle, start)
    other = random.randrange(last)
    check_time_between(oracle, *sorted((oracle.minute(start), other)))
    check_counts(oracle, start, random.choice((1, 60, 240, random.randint(1, 3000))))
    check_days(random, oracle, start)


def check_next_and_last_opening(oracle: MinuteOracle, start: datetime) -> None:
    shop, now = oracle.shop, oracle.minute(start)
    opens = oracle.spent(iter(range(now, len(oracle.whys))), 1)
    if opens is not None:
        assert shop.opens(start) == oracle.instant(opens)
    closed = oracle.spent(iter(range(now - 1, -1, -1)), 1)
    if closed is not None:
        since = next((n for n in range(closed, -1, -1) if oracle.whys[n]), None)
        found = shop.closed_before(start)
        assert found.end == oracle.instant(closed + 1)
        assert found.start == oracle.instant(since + 1) if since is not None else found.start <= oracle.first


def check_time_between(oracle: MinuteOracle, low: int, high: int) -> None:
    counted = oracle.shop.between(oracle.instant(low), oracle.instant(high))

    assert counted // MINUTE == oracle.whys[low:high].count("")


def check_counts(oracle: MinuteOracle, start: datetime, length: int) -> None:
    shop, now = oracle.shop, oracle.minute(start)
    end = oracle.spent(iter(range(now, len(oracle.whys))), length)
    if end is not None:
        counted, skipped = oracle.stretches(now, end + 1)
        assert shop.after(start, length * MINUTE) == TimeCount(
            oracle.instant(end + 1), tuple(counted), tuple(skipped)
        )
    begin = oracle.spent(iter(range(now - 1, -1, -1)), length)
    if begin is not None:
        counted, skipped = oracle.stretches(begin, now)
        assert shop.before(start, length * MINUTE) == TimeCount(
            oracle.instant(begin), tuple(counted), tuple(skipped)
        )


def check_days(random: Random, oracle: MinuteOracle, start: datetime) -> None:
    now, last = oracle.minute(start), len(oracle.whys)
    today = oracle.walls[now].date()
    # The last day is in sight only in part.
    open_days = sorted(
        {oracle.walls[n].date() for n in range(last) if oracle.opening[n]} - {oracle.walls[-1].date()}
    )
    later = [day for day in open_days if day > today]
    if later:
        morning = next(n for n in range(last) if oracle.opening[n] and oracle.walls[n].date() == later[0])
        assert oracle.shop.next_morning(start).at == oracle.instant(morning)
    opens = oracle.spent(iter(range(now, last)), 1)
    if opens is not None:
        check_business_days(random, oracle, start, opens, open_days)


def check_business_days(
    random: Random, oracle: MinuteOracle, start: datetime, opens: int, open_days: list[date]
) -> None:
    """`opens` is the first open minute from the start on, and `open_days` are the business days in sight."""
    shop, last = oracle.shop, len(oracle.whys)
    begins = oracle.walls[opens].date()
    mornings = {oracle.walls[n].date(): n for n in reversed(range(last)) if oracle.opening[n]}
    with_a_morning = opens > oracle.minute(start) and mornings.get(begins) == opens
    days = [day for day in open_days if day > begins or (with_a_morning and day == begins)]
    if not days:
        return
    count = random.randint(1, len(days))
    day = days[count - 1]
    minutes = [n for n in range(last) if oracle.walls[n].date() == day]
    if with_a_morning:
        closes = max(n for n in minutes if oracle.opening[n]) + 1
        while closes < last and oracle.night[closes]:
            closes += 1
        if closes == last:
            return
        ends = oracle.instant(closes)
    else:
        moment = oracle.on(day, oracle.walls[opens].time())
        assert moment is not None
        at_or_later = [n for n in minutes if oracle.instant(n) >= moment and not oracle.whys[n]]
        earlier = [n for n in range(last) if oracle.instant(n) < moment and not oracle.whys[n]]
        ends = oracle.instant(at_or_later[0] if at_or_later else earlier[-1] + 1)
    counted = shop.business_days_after(start, count)
    assert counted.at == ends
    passed = [begins + n * DAY for n in range(1, (day - begins).days)]
    skipped = [at_local(one, time(0), shop.zone) for one in passed if one not in open_days]
    until = [at_local(one + DAY, time(0), shop.zone) for one in passed if one not in open_days]
    assert sum((gap.end - gap.start for gap in counted.skipped), timedelta(0)) == sum(
        (one - other for one, other in zip(until, skipped, strict=True)), oracle.instant(opens) - start
    )


def test_the_clock_agrees_with_an_oracle_that_checks_every_minute() -> None:
    for seed in range(CALENDARS):
        try:
            check_against_oracle(seed)
        except AssertionError as error:
            error.add_note(f"calendar {seed}")
            raise
