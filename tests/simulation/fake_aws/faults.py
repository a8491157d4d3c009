"""The faults of a history, drawn from its seed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

DAYS = 6  # Monday to Saturday; what falls due then and on the weekend is still within the faults
STRIKES = (
    "killed before a call",
    "killed after a call",
    "call throttled",
    "answer lost",
    "record doubled",
    "batch redelivered",
    "items overtake",
    "poison record",
    "another release",
    "schedule lost",
    "schedule doubled",
    "schedule late",
    "invoke doubled",
    "sweep skipped",
    "stale index",
    "clock skewed",
    "zombie",
    "send refused",
    "send unanswered",
    "news late",
    "news doubled",
    "news lost",
)
MOSTLY = 0.8  # share of all calls that fail in a burst
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Spells = list[tuple[timedelta, timedelta]]
"""When a lasting fault begins and ends, since the start of the history."""


def _bursts(random: Random) -> Spells:
    """Minutes in which rows fall due or contacts are recorded; over before people act on them."""
    hours = random.sample(range(1, DAYS * 24), random.choice((3, 8, 20)))
    begins = [hour * HOUR + random.choice((0, 2, 29, 31)) * MINUTE for hour in hours]
    return [(begin, begin + random.randint(2, 5) * MINUTE) for begin in begins]


def _lasting(shortest: int, longest: int) -> Callable[[Random], Spells]:
    def drawn(random: Random) -> Spells:
        begin = random.randrange(1, DAYS * 24) * HOUR + random.choice((0, 20)) * MINUTE
        return [(begin, begin + random.randint(shortest, longest) * HOUR)]

    return drawn


LAST: dict[str, Callable[[Random], Spells]] = {
    "burst of errors": _bursts,
    "no Scheduler": _lasting(1, 12),
    "quota exhausted": _lasting(1, 14),
    "functions held": _lasting(2, 5),
    "planning stuck": _lasting(25, 40),
    "schedules stuck": _lasting(25, 40),
}
"""Faults that last for a while: all calls fail then, or most of them."""
SHORT_PAGES = "short pages"
"""During the whole history the table returns pages of very few rows, as it does with large ones."""
LITTLE_TIME = "little time"
"""A function begins with almost no time left, as after slow calls."""
KINDS = (*STRIKES, *LAST, SHORT_PAGES, LITTLE_TIME)


class Killed(BaseException):
    """The process was killed: none of its exception handlers runs."""


@dataclass
class Faults:
    """The probability of each fault at each opportunity; no fault occurs once `on` is False."""

    on: bool = True
    rates: dict[str, float] = field(default_factory=dict)
    dice: dict[str, Random] = field(default_factory=dict)
    spells: dict[str, Spells] = field(default_factory=dict)
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    struck: int = 0  # how often a fault occurred
    rows_on_a_page: int | None = None

    @classmethod
    def of(cls, seed: int, without: Collection[str]) -> "Faults":
        """A mix for one history: each kind of fault is absent, rare or frequent."""
        random = Random(f"faults {seed}")
        rates = {kind: random.choice((0, 0, 0.02, 0.06)) for kind in STRIKES}
        # A provider that does not respond delays nothing else, so it may be frequent.
        rates["send unanswered"] = random.choice((0, 0, 0.1, 0.7))
        rates["poison record"] /= 3  # each delays its shard for minutes
        rates = {kind: 0 if kind in without else rate for kind, rate in rates.items()}
        spells = {kind: draw(random) for kind, draw in LAST.items() if random.random() < 1 / 6}
        for kind in without:
            spells.pop(kind, None)
        # Each kind has its own generator, so that leaving one out does not change the others.
        dice = {kind: Random(f"{kind} {seed}") for kind in KINDS}
        rates[LITTLE_TIME] = 0 if LITTLE_TIME in without else dice[LITTLE_TIME].choice((0, 0.02, 0.3))
        on_a_page = None if SHORT_PAGES in without else dice[SHORT_PAGES].choice((None, 1, 2, 3))
        return cls(rates=rates, dice=dice, spells=spells, rows_on_a_page=on_a_page)

    def strikes(self, kind: str) -> bool:
        """Whether this fault occurs now."""
        rate = self.rates.get(kind)
        if not rate or not self.on or self.dice[kind].random() >= rate:
            return False
        self.struck += 1
        return True

    @property
    def none(self) -> bool:
        """Whether no fault can occur, or not any more."""
        return not self.on or not self.rates

    def lasts(self, kind: str) -> datetime | None:
        """Until when this lasting fault continues, if it is active now."""
        if not self.on or kind not in self.spells:
            return None
        now = datetime.now(UTC) - self.start
        until = next((until for since, until in self.spells[kind] if since <= now < until), None)
        self.struck += until is not None
        return None if until is None else self.start + until

    def mostly(self, kind: str) -> bool:
        """Whether this fault occurs now, during a time in which it usually does."""
        return self.lasts(kind) is not None and self.dice[kind].random() < MOSTLY
