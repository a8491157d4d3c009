"""Regular customers: their contacts in a year, drawn in advance, and the occasions for surveys."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.simulation.load.setting import (
    DAY,
    EVENING,
    HOUR,
    MINUTE,
    MORNING,
    SECOND,
    ZONES,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
YEAR = 365 * DAY
HALF = 182 * DAY  # from then on the survey is CES instead of CSAT
END = YEAR + 24 * DAY + 90 * MINUTE
"""Until the last survey is closed, if it was sent a week after the end of the year."""
COOL_DOWN = {"csat": 30 * DAY, "ces": 30 * DAY, "promise": 30 * DAY, "nps": 90 * DAY}
NPS_EVERY = 90  # days
KEPT_AFTER, LATE_KEPT_AFTER, TAKEN_UP_AFTER = 30 * HOUR, 4 * DAY, 5 * HOUR
CONTACTS = (*("resolved",) * 5, *("promise",) * 2, "both", "late", "late", "taken up again")


@dataclass(frozen=True)
class Contact:
    """A contact: when, about which matter, and when the customer is told of a new date."""

    at: datetime
    what: str
    notices: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Occasion:
    """A survey of this kind falls due, and may go out at `at`, which is by day."""

    kind: str
    due: datetime
    at: datetime


@dataclass(frozen=True)
class Regular:
    """A customer of a year. `answering` is how many surveys of a hundred they answer."""

    number: int
    zone: str
    access: str
    consents: bool
    answering: int
    check_in: int | None
    contacts: tuple[Contact, ...]

    @property
    def name(self) -> str:
        """As the desk knows them."""
        return f"Regular {self.number}"

    @property
    def email(self) -> str:
        """Their own address."""
        return f"regular{self.number}@example.com"

    @property
    def phone(self) -> str:
        """Their own number."""
        return f"+4477009{self.number:05}"

    @property
    def reachable(self) -> bool:
        """Whether they may be asked at all."""
        return self.consents and bool(self.access)

    def occasions(self) -> list[Occasion]:
        """All occasions to ask the customer in the year, in order."""
        found = [("nps", at) for at in self._nps_days()] if self.consents else []
        for contact in self.contacts:
            if contact.what in {"resolved", "both"}:
                found.append(("csat" if contact.at < START + HALF else "ces", contact.at + DAY))
            if contact.what in {"promise", "both"}:
                found.append(("promise", contact.at + KEPT_AFTER + DAY))
            if contact.what == "late":
                found.append(("promise", contact.at + LATE_KEPT_AFTER + DAY))
        occasions = (Occasion(kind, due, self._by_day(due)) for kind, due in found)
        return sorted((one for one in occasions if one.at < START + END), key=lambda one: (one.at, one.due))

    def _nps_days(self) -> Iterator[datetime]:
        at = self.contacts[0].at
        while at < START + END:
            at = self._by_day(at + timedelta(days=NPS_EVERY))
            yield at

    def _by_day(self, due: datetime) -> datetime:
        local = due.astimezone(ZoneInfo(self.zone))
        if MORNING <= local.time() < EVENING:
            return due
        day = local.date() + timedelta(days=local.time() >= EVENING)
        return datetime.combine(day, MORNING, tzinfo=local.tzinfo).astimezone(UTC)


def draw_regulars(numbers: range, seed: int) -> list[Regular]:
    """Draw these regular customers."""
    return [_regular(number, Random(f"regular {seed} {number}")) for number in numbers]


def _regular(number: int, dice: Random) -> Regular:
    zone = dice.choice(ZONES)
    a_month = dice.choice((1, 2, 3, 4, 6))
    days = sorted(dice.sample(range(1, YEAR.days - 1), 12 * a_month))
    return Regular(
        number=number,
        zone=zone,
        access=dice.choice((*("email", "sms", "email sms", "sms email") * 5, "")),
        consents=dice.random() < 0.9,
        answering=dice.choice((0, 50, 100)),
        check_in=dice.choice((None, 14, 45)),
        contacts=tuple(_contact(day, zone, dice) for day in days),
    )


def _contact(days: int, zone: str, dice: Random) -> Contact:
    """Contacts and new dates have different minutes of the hour, so that their order is certain."""
    what, day = dice.choice(CONTACTS), (START + days * DAY).date()
    hour = 9 if what == "late" else dice.randrange(24)
    midnight = datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone)).astimezone(UTC) - 9 * HOUR
    at = midnight + hour * HOUR + dice.randrange(600, 1200) * SECOND
    told = dice.sample([d * DAY + h * HOUR for d in range(3) for h in range(1, 9)], dice.randint(1, 4))
    notices = sorted(midnight + 9 * HOUR + 40 * MINUTE + after for after in told) if what == "late" else ()
    return Contact(at, what, tuple(notices))
