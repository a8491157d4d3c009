"""The expected outcome of each customer of a crowd, computed independently of the product."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.fake_aws.provider_events import Fate
from tests.simulation.load.characters import (
    ABUSIVE,
    LATELY,
    NO_ADDRESS,
    NO_CONSENT,
    NOT_ARRIVED,
    OFTEN,
    REOPENED,
    TEXTED,
    Access,
    Character,
)
from tests.simulation.load.setting import DAY, EVENING, HOUR, MORNING

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAVE = 9 * DAY  # the first half of the crowd comes within these and is asked for CSAT, the other half for CES
SECOND_WAVE = 14 * DAY
NPS_DAYS = 40
COOL_DOWN = 30 * DAY
LOW = {"csat": 2, "ces": 3, "promise": 0, "nps": 6}  # this score or less is unhappy
HIGH = {"csat": 4, "ces": 6, "promise": 1, "nps": 9}  # this score or more is happy
AGENTS = 12
UNLED = 7  # the agent who has no supervisor
WORDS = ("Lovely people", "بہت شکریہ", "شكرا جزيلا", "Muy amables", "Parfait", "Sehr gut", "अच्छा", "Adorei")
KEPT_AFTER, ANOTHER_AFTER, KEPT_LATE_AFTER = 30 * HOUR, 3 * DAY, 8 * DAY
REOPENED_BEFORE, REOPENED_AFTER = 10 * HOUR, 60 * HOUR  # until the survey is sent
WITHDRAWN_AFTER = 25 * DAY

MATTERS = ("resolved", "promise", "both", "two matters")
"""Matters that lead to a survey."""
OTHER_MATTERS = (
    *("abusive", "reopened before", "reopened after", "told of delays", "no consent", "no address"),
    *("dead address", "consent withdrawn"),
)
NOT_ASKED = {
    "abusive": ABUSIVE,
    "reopened before": REOPENED,
    "told of delays": OFTEN,
    "no consent": NO_CONSENT,
    "no address": NO_ADDRESS,
    "dead address": NO_ADDRESS,
}
NOT_ASKED_AGAIN = {"both": LATELY, "two matters": LATELY}
FATES: dict[str, Fate] = {
    "bounces, has a phone": "no such address",
    "bounces": "no such address",
    "is full": "full",
    "complains": "complained of",
}
LOST = {"bounces": ("survey by email",), "is full": ("survey by email",) * 2}
"""How many messages are sent to addresses that do not work: a full mailbox is tried once more."""


@dataclass(frozen=True)
class Person:
    """A customer: their matter, how they can be reached, and how they react to surveys."""

    number: int
    matter: str
    access: Access
    first: Character
    then: Character
    fate: str = ""
    second_wave: bool = False
    zone: str = "UTC"
    language: str = "en"
    opens_all: bool = False
    touch: datetime = START
    scores: dict[str, tuple[int, int]] = field(default_factory=dict)
    words: str = ""
    address_of: int | None = None

    @property
    def name(self) -> str:
        """The name in their row."""
        return f"Customer {self.number}"

    @property
    def email(self) -> str:
        """Their own address, or one that was another customer's."""
        return f"customer{self.number if self.address_of is None else self.address_of}@example.com"

    @property
    def phone(self) -> str:
        """Their own number."""
        return f"+4477009{self.number:05}"

    @property
    def agent(self) -> int:
        """The agent who serves them."""
        return self.number % AGENTS

    @property
    def channel(self) -> str:
        """The channel of their contacts."""
        return ("phone", "email", "chat", "web", "in_person")[self.number % 5]

    def __str__(self) -> str:
        then = f"{self.first.does.__name__}, then {self.then.does.__name__}"
        return f"{self.name} ({self.matter}, by {self.access or 'nothing'}, {self.fate or 'arrives'}, {then})"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one survey, as it is counted."""

    kind: str
    status: str
    agent: int
    channel: str | None
    week: str
    why: str | None = None
    asked: bool = True
    score: int | None = None
    amended: tuple[int, ...] = ()
    apart: int = 0
    by: tuple[str, ...] = ()  # the messages that were sent about it, in order
    unhappy: tuple[str, ...] = ()  # the states of its follow-ups
    calls: tuple[str, ...] = ()  # the states of its promised calls
    thanked: bool = False


def _by_day(person: Person, at: datetime) -> datetime:
    """This time, or the next morning if it is night for the customer."""
    local = at.astimezone(ZoneInfo(person.zone))
    if MORNING <= local.time() < EVENING:
        return at
    day = local.date() + timedelta(days=local.time() >= EVENING)
    return datetime.combine(day, MORNING, tzinfo=local.tzinfo)


def expected(person: Person) -> list[Outcome]:
    """The expected outcomes of all surveys of this customer, by their character."""
    earned = [_of(person, kind, at) for kind, at in _earned(person)]
    if person.matter == "no consent":
        return earned
    nps = replace(_of(person, "nps", _by_day(person, person.touch + NPS_DAYS * DAY)), channel=None)
    lost = person.first.lost
    if person.matter in {"abusive", "consent withdrawn"} or person.fate == "complains":
        lost = NO_CONSENT  # a complaint withdraws the consent to surveys by every medium
    elif person.matter in {"no address", "dead address"} or person.fate == "bounces":
        lost = NO_ADDRESS
    return [*earned, _withheld(nps, lost) if lost else _answered(person, person.then, nps)]


def _earned(person: Person) -> Iterator[tuple[str, datetime]]:
    """The kinds of surveys to which the matter leads, and when each is due."""
    resolution, kept = "ces" if person.second_wave else "csat", person.touch + KEPT_AFTER
    if person.matter != "promise":
        yield resolution, person.touch + DAY
    if person.matter in {"promise", "both"}:
        yield "promise", kept + DAY
    if person.matter == "two matters":
        yield resolution, person.touch + ANOTHER_AFTER + DAY
    if person.matter == "told of delays":
        yield "promise", person.touch + KEPT_LATE_AFTER + DAY


def _of(person: Person, kind: str, due: datetime) -> Outcome:
    """The survey without an answer yet; the second of two within a month is withheld."""
    year, week, _ = due.astimezone(UTC).isocalendar()
    outcome = Outcome(kind, "scheduled", person.agent, person.channel, f"{year}-W{week:02}")
    if kind == "nps":
        return outcome
    if person.matter == "reopened after":
        medium = person.access.split()[0]
        return replace(outcome, status="withheld", why=REOPENED, by=(f"survey by {medium}",))
    first = due == person.touch + DAY or person.matter == "promise"
    reason = (NOT_ASKED if first else NOT_ASKED_AGAIN).get(person.matter)
    return _withheld(outcome, reason) if reason else _answered(person, person.first, outcome)


def _withheld(outcome: Outcome, why: str) -> Outcome:
    return replace(outcome, status="withheld", asked=False, why=why)


def _answered(person: Person, character: Character, outcome: Outcome) -> Outcome:
    """The outcome of a survey that is sent."""
    kind = outcome.kind
    if person.fate in LOST:
        return replace(outcome, status="withheld", why=NOT_ARRIVED, by=LOST[person.fate])
    score, other = person.scores[kind]
    answered = character.answered
    unhappy, calls = [], []
    led = person.agent != UNLED and kind != "nps"
    if character.mistaken:  # the scanner's worst score counted for a moment
        unhappy.append("cancelled")
        calls += ["withdrawn"] * led
    if answered and score <= LOW[kind]:
        unhappy.append("done")
        calls += ["kept"] * led
    return replace(
        outcome,
        status="answered" if answered else "expired",
        score=score if answered else None,
        amended=(other,) if character.amended else (),
        apart=character.scanned(kind),
        by=_by(person, character, kind),
        unhappy=tuple(unhappy),
        calls=tuple(calls),
        thanked=answered and score >= HIGH[kind] and bool(person.words) and character.access != TEXTED,
    )


def _by(person: Person, character: Character, kind: str) -> tuple[str, ...]:
    medium = person.access.split()[0]
    reminded = character.reminded and not character.lost
    bounced: tuple[str, ...] = ()
    if person.fate == "bounces, has a phone":
        medium, bounced = "sms", () if kind == "nps" else ("survey by email",)
    return (*bounced, f"survey by {medium}", *([f"survey_reminder by {medium}"] if reminded else []))
