"""Customers of a strained year: what happens between them and the shop, drawn in advance, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from tests.simulation.load.setting import DAY, HOUR, MINUTE

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
YEAR = 365 * DAY
END = YEAR + 20 * DAY
KEPT_AFTER = timedelta(days=2, minutes=7)
"""How long after a contact a promise of the next day is kept, a day late."""

TIPS = tuple(day * DAY + HOUR for day in (15, 20, 25, 51, 80, 85, 109, 140, 200, 229, 231, 300))
"""When a tip is written, since the start: some of them too many for a month."""

What = Literal[
    "complaint", "our complaint", "shouts", "request", "slips", "no_fit", "unethical", "no_prospects"
]
NOTED = ("no_fit", "unethical", "no_prospects")
_MIXES: tuple[tuple[What, ...], ...] = (
    ("request",),
    ("request", "complaint"),
    ("our complaint", "complaint", "shouts"),
    ("complaint", "shouts"),
    ("complaint", "complaint", "shouts", "slips"),
    ("complaint", "shouts", "no_fit"),
    ("shouts", "no_prospects", "unethical", "request"),
    ("our complaint", "our complaint", "no_fit"),
)
"""What happens with customers of several kinds, one as often as the other."""


@dataclass(frozen=True)
class Incident:
    """Something that happens. `open_until` is until when we owe the customer something for it."""

    at: datetime
    what: What
    open_from: datetime | None = None
    open_until: datetime | None = None


@dataclass(frozen=True)
class Strained:
    """A customer of the year. `since` is when they became one, as a manager knows, if it was earlier.

    `decides_after` is how long after a proposal it is decided to go on; None: it is left.
    """

    number: int
    since: datetime | None
    decides_after: timedelta | None
    incidents: tuple[Incident, ...]

    @property
    def email(self) -> str:
        """Their own address."""
        return f"strained{self.number}@example.com"

    @property
    def agrees_to_tips(self) -> bool:
        """Every other customer does."""
        return self.number % 2 == 0

    @property
    def name(self) -> str:
        """As the desk knows them."""
        return f"Strained {self.number}"


def draw_strained(numbers: range, seed: int) -> list[Strained]:
    """Draw these customers."""
    return [_strained(number, Random(f"strained {seed} {number}")) for number in numbers]


def _strained(number: int, dice: Random) -> Strained:
    mix = dice.choice(_MIXES)
    days = sorted(dice.sample(range(1, YEAR.days), dice.choice((3, 6, 10, 20))))
    years = dice.choice((None, None, 1, 2, 3, 4, 9))
    return Strained(
        number=number,
        since=START - years * YEAR - dice.randrange(300) * DAY if years else None,
        decides_after=dice.choice((None, 2 * DAY + 5 * HOUR, 20 * DAY + 5 * HOUR)),
        incidents=tuple(_incidents(days, mix, dice)),
    )


def _incidents(days: list[int], mix: tuple[What, ...], dice: Random) -> Iterator[Incident]:
    for day in days:
        at = START + day * DAY + dice.randrange(8 * 60) * MINUTE
        what = dice.choice(mix)
        if what in {"our complaint", "slips"}:
            yield Incident(at, what, at + DAY, at + KEPT_AFTER)
        elif what == "shouts":  # the supervisor deals with it, sometimes late
            yield Incident(at, what, at, at + dice.choice((HOUR, 5 * DAY, 30 * DAY)))
        else:
            yield Incident(at, what)
