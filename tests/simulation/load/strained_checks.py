"""Checks a strained year: who was proposed for review, computed from the drawn incidents, not the rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.load.setting import DAY, HOUR, MINUTE
from tests.simulation.load.strained import END, NOTED, START, TIPS, YEAR, Strained
from tests.simulation.load.strained_world import StrainedYear

REASONS, SPAN, COOLING_OFF, MANY_YEARS = 2, 90 * DAY, 14 * DAY, 3
ENOUGH = {"complaint": 3, "shouts": 2}
TIPS_A_MONTH, MONTH = 2, 30 * DAY
LATEST = 8 * DAY
"""A customer who may be proposed is, by then: looked at a day after a signal, and each week while we owe."""


@dataclass(frozen=True)
class Reading:
    """What the drawn incidents of a customer show at a moment."""

    kinds: frozenset[str]
    span: timedelta
    we_owe: bool
    first_bad_patch: bool

    @property
    def may_be_proposed(self) -> bool:
        """Whether a review may be proposed."""
        return len(self.kinds) >= REASONS and self.span >= SPAN and not (self.we_owe or self.first_bad_patch)


def read(one: Strained, now: datetime, settled: datetime | None) -> Reading:
    """Read the incidents until now. Those before `settled` were decided on."""
    past = [each for each in one.incidents if each.at <= now]
    bad = [each for each in past if each.what in {"complaint", "shouts", *NOTED}]
    since = max(now - YEAR, settled or START)
    by_kind = {
        each.what: [other.at for other in bad if other.what == each.what and other.at > since] for each in bad
    }
    reasons = {kind: times for kind, times in by_kind.items() if len(times) >= ENOUGH.get(kind, 1)}
    times = sorted(at for found in reasons.values() for at in found)
    owing = any(
        each.open_from <= now < each.open_until
        for each in past
        if each.open_from is not None and each.open_until is not None
    )
    return Reading(
        kinds=frozenset(reasons),
        span=times[-1] - times[0] if times else timedelta(0),
        we_owe=owing,
        first_bad_patch=now - (one.since or START) >= MANY_YEARS * YEAR
        and bool(bad)
        and bad[0].at > now - YEAR,
    )


def differences(year: StrainedYear) -> list[str]:
    """What was wrong in this year, one line each."""
    return [f"{one.name}: {what}" for one in year.customers for what in _differences(year, one)]


def _differences(year: StrainedYear, one: Strained) -> Iterator[str]:
    proposals = year.proposals[one.number]
    decided, dropped = year.decided[one.number], year.dropped[one.number]
    names = {"complaint": "complaints", "shouts": "abuse"}
    for proposal in proposals:
        reading = read(one, proposal.at, max((at for at in decided if at < proposal.at), default=None))
        if not reading.may_be_proposed:
            yield f"proposed at {proposal.at}: {reading}"
        if frozenset(names.get(kind, kind) for kind in reading.kinds) != proposal.kinds:
            yield f"proposed at {proposal.at} for {sorted(proposal.kinds)}: {reading}"
        if proposal.ends - proposal.at != COOLING_OFF:
            yield f"the cooling-off lasts from {proposal.at} to {proposal.ends}"
    yield from _not_proposed(year, one)
    yield from _tips(year, one)
    for at in year.cooled[one.number]:
        if not any(timedelta(0) <= at - proposal.ends <= HOUR for proposal in proposals):
            yield f"cooled off at {at}"
    for at in dropped:
        before = max(proposal.at for proposal in proposals if proposal.at < at)
        if read(one, at, max((each for each in decided if each < before), default=None)).may_be_proposed:
            yield f"no longer proposed at {at}, and may be"


def _tips(year: StrainedYear, one: Strained) -> Iterator[str]:
    """Who agreed gets each tip once, but no more in a month than the policy allows."""
    wanted: list[int] = []
    for number, after in enumerate(TIPS):
        lately = [each for each in wanted if TIPS[each] > after - MONTH]
        if one.agrees_to_tips and len(lately) < TIPS_A_MONTH:
            wanted.append(number)
    if year.tips_of(one) != wanted:
        yield f"was sent the tips {year.tips_of(one)}, not {wanted}"


def _not_proposed(year: StrainedYear, one: Strained) -> Iterator[str]:
    """Customers who may be proposed for longer than the review takes, and are not."""
    changes = sorted(
        [(proposal.at, True) for proposal in year.proposals[one.number]]
        + [(at, False) for at in (*year.decided[one.number], *year.dropped[one.number])]
    )
    free_since: datetime | None = None
    now = START + 12 * HOUR + 30 * MINUTE
    while now < START + END:
        is_proposed = next((state for at, state in reversed(changes) if at <= now), False)
        settled = max((at for at in year.decided[one.number] if at <= now), default=None)
        if is_proposed or not read(one, now, settled).may_be_proposed:
            free_since = None
        else:
            free_since = free_since or now
            if now - free_since > LATEST:
                yield f"may be proposed since {free_since}, and is not"
                return
        now += HOUR
