"""Opening time and working time, computed day by day and independently of the product."""

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

from vaada.model.hours import WEEKDAYS
from vaada.model.people import Agent, Customer
from vaada.model.policy import Delay, PolicyDocument

DAY = timedelta(days=1)
GRACE = timedelta(minutes=15)  # agents read messages until a quarter of an hour after closing
BREAK = timedelta(hours=2)  # a break of this length is part of the working day
WHILE = timedelta(days=5)
Interval = tuple[datetime, datetime]


def intervals(policy: PolicyDocument, agent: Agent | None, first: datetime, last: datetime) -> list[Interval]:
    """The intervals in which the business is open, or the agent works, around two instants."""
    zone = ZoneInfo((agent and agent.time_zone) or policy.business.time_zone)
    week = (agent and agent.working_hours) or policy.opening_hours
    found: list[Interval] = []
    day = first.astimezone(zone).date() - DAY
    while day <= last.astimezone(zone).date() + DAY:
        if not _closed(policy, day):
            for part in week.get(WEEKDAYS[day.weekday()], ()):
                ends = day + DAY if part.closes <= part.opens else day
                found.append((_wall(day, part.opens, zone), _wall(ends, part.closes, zone)))
        day += DAY
    return sorted(found)


def opened(policy: PolicyDocument, start: datetime, end: datetime, agent: Agent | None = None) -> timedelta:
    """How much opening time there was between two instants."""
    parts = intervals(policy, agent, start, end)
    shared = (min(closes, end) - max(opens, start) for opens, closes in parts)
    return sum((length for length in shared if length > timedelta(0)), timedelta(0))


def opens(policy: PolicyDocument, at: datetime, agent: Agent | None = None) -> datetime:
    """The instant itself if the business is open then, else when it next opens."""
    found: list[Interval] = []
    until = at
    while not found:
        until += WHILE
        found = [(begins, ends) for begins, ends in intervals(policy, agent, at, until) if ends > at]
    return max(found[0][0], at)


def mornings(policy: PolicyDocument, agent: Agent, at: datetime, number: int = 2) -> list[datetime]:
    """When work begins on the next working days."""
    zone = ZoneInfo(agent.time_zone or policy.business.time_zone)
    today, until = at.astimezone(zone).date(), at
    found: dict[date, datetime] = {}
    while len(found) < number:
        until += WHILE
        for begins, _ in intervals(policy, agent, at, until):
            if (day := begins.astimezone(zone).date()) > today:
                found.setdefault(day, begins)
    return list(found.values())[:number]


def add_delay(policy: PolicyDocument, delay: Delay, since: datetime, agent: Agent | None = None) -> datetime:
    """The instant after a delay."""
    zone = ZoneInfo((agent and agent.time_zone) or policy.business.time_zone)
    local = since.astimezone(zone)
    if delay.opening_hours is not None or delay.opening_minutes is not None:
        left = timedelta(hours=delay.opening_hours or 0, minutes=delay.opening_minutes or 0)
        return _when_opened(policy, agent, since, left)
    if delay.business_days:
        return _after_business_days(policy, agent, since, delay.business_days)
    if delay.days is not None:
        return _wall(local.date() + delay.days * DAY, local.time(), zone)
    return since + timedelta(hours=delay.hours or 0, minutes=delay.minutes or 0)


def _after_business_days(policy: PolicyDocument, agent: Agent | None, since: datetime, days: int) -> datetime:
    """Counted from the next opening; a day that begins with it is the first, and ends when it closes."""
    zone = ZoneInfo((agent and agent.time_zone) or policy.business.time_zone)

    def parts(day: date) -> list[Interval]:
        midnight = _wall(day, time(0), zone)
        near = intervals(policy, agent, midnight, midnight)
        return [(begins, ends) for begins, ends in near if begins.astimezone(zone).date() == day]

    begins = opens(policy, since, agent)
    day = begins.astimezone(zone).date()
    whole_days = begins > since and bool(parts(day)) and parts(day)[0][0] == begins
    left = days - whole_days
    while left:
        day += DAY
        left -= bool(parts(day))
    if whole_days:
        return parts(day)[-1][1]
    wanted = _wall(day, begins.astimezone(zone).time(), zone)
    near = intervals(policy, agent, wanted, wanted)
    open_from = (max(opening, wanted) for opening, closing in near if closing > wanted)
    that_day = [at for at in open_from if at.astimezone(zone).date() == day]
    return that_day[0] if that_day else max(closing for _, closing in near if closing <= wanted)


def subtract_delay(policy: PolicyDocument, delay: Delay, until: datetime) -> datetime:
    """The instant before a delay; days are those of the calendar."""
    if delay.opening_hours is not None or delay.opening_minutes is not None:
        left = timedelta(hours=delay.opening_hours or 0, minutes=delay.opening_minutes or 0)
        for begins, ends in reversed(intervals(policy, None, until - 4 * WHILE, until)):
            length = min(ends, until) - begins
            if length > timedelta(0):
                if length >= left:
                    return min(ends, until) - left
                left -= length
        raise AssertionError("it was closed so long")
    days = delay.days if delay.days is not None else delay.business_days
    if days is not None:
        zone = ZoneInfo(policy.business.time_zone)
        local = until.astimezone(zone)
        return _wall(local.date() - days * DAY, local.time(), zone)
    return until - timedelta(hours=delay.hours or 0, minutes=delay.minutes or 0)


def _when_opened(policy: PolicyDocument, agent: Agent | None, since: datetime, left: timedelta) -> datetime:
    until = since
    while True:
        until += WHILE
        if left <= opened(policy, since, until, agent):
            break
    for begins, ends in intervals(policy, agent, since, until):
        length = ends - max(begins, since)
        if length > timedelta(0):
            if length >= left:
                return max(begins, since) + left
            left -= length
    raise AssertionError("it opened so long")


def check_in(policy: PolicyDocument, anchor: datetime, now: datetime, days: int) -> datetime:
    """The first check-in after `now`: every n days since the anchor, in local time, as the business opens."""
    zone = ZoneInfo(policy.business.time_zone)
    day = anchor.astimezone(zone).date()
    while True:
        day += days * DAY
        at = opens(policy, _wall(day, time(0), zone))
        if at > max(now, anchor):
            return at


def at_work(policy: PolicyDocument, agent: Agent, at: datetime) -> bool:
    """Whether a message may reach the agent at this time: in the working day or in a break of it."""
    parts = intervals(policy, agent, at, at)
    if any(opens <= at < closes + GRACE for opens, closes in parts):
        return True
    before = max((closes for _, closes in parts if closes <= at), default=None)
    after = min((opens for opens, _ in parts if opens > at), default=None)
    return before is not None and after is not None and after - before <= BREAK


def has_passed(policy: PolicyDocument, delay: Delay, since: datetime, now: datetime) -> bool:
    """Whether the delay has passed; days may be an hour shorter, when clocks go forward."""
    if delay.opening_hours is not None or delay.opening_minutes is not None:
        wanted = timedelta(hours=delay.opening_hours or 0, minutes=delay.opening_minutes or 0)
        return opened(policy, since, now) >= wanted
    if delay.hours is not None or delay.minutes is not None:
        return now - since >= timedelta(hours=delay.hours or 0, minutes=delay.minutes or 0)
    if delay.business_days:
        return now >= add_delay(policy, delay, since)
    an_hour_less = timedelta(hours=1)  # on the day on which clocks go forward
    return now - since >= (delay.days or 0) * DAY - an_hour_less


def zone_of_customer(policy: PolicyDocument, customer: Customer) -> ZoneInfo:
    """Their own zone, else that of their number, which is British, else the business's."""
    in_britain = str(customer.phone).startswith("+44")
    return ZoneInfo(customer.time_zone or ("Europe/London" if in_britain else policy.business.time_zone))


def is_day(policy: PolicyDocument, customer: Customer, at: datetime) -> bool:
    """Whether a customer may be written to."""
    local = at.astimezone(zone_of_customer(policy, customer)).time()
    return policy.customers.write_from <= local < policy.customers.write_until


@lru_cache(maxsize=20_000)
def _wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _closed(policy: PolicyDocument, day: date) -> bool:
    if any(part.first <= day <= (part.last or part.first) for part in policy.closed_days):
        return True
    return policy.holidays.observed and day in _holidays(policy.business.country, day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year, expand=False))
