"""A year of customers who are in touch again and again: who is asked how often, by the post alone.

Every kind of survey is on, promises run late, and customers are told. Contacts are drawn beforehand, so each
occasion to ask is known: `Regular.occasions`. Whoever may be asked at one is, and nobody else.

    python -m tests.simulation.load.year --customers 300
"""

import argparse
import os
import sys
import time as stopwatch
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.load.characters import SCALES
from tests.simulation.load.load_world import LoadWorld
from tests.simulation.load.message_limits import MessageLimits, links, survey_of
from tests.simulation.load.outcomes import HIGH, LOW
from tests.simulation.load.setting import (
    DAY,
    EVENING,
    HOUR,
    MESSAGES_A_WEEK,
    MINUTE,
    MORNING,
    SECOND,
    WEEK,
    ZONES,
)
from vaada.model.times import text_of
from vaada.model.work import Commitment, FollowUp, Survey

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
YEAR = 365 * DAY
HALF = 182 * DAY  # from then on it is asked how easy it was
END = YEAR + 24 * DAY + 90 * MINUTE  # until the last survey is closed, if it was sent a week after the year
COOL_DOWN = {"csat": 30 * DAY, "ces": 30 * DAY, "promise": 30 * DAY, "nps": 90 * DAY}
NPS_EVERY = 90  # days
LATEST = 5 * MINUTE  # after the occasion
KEPT_AFTER, LATE_KEPT_AFTER, TAKEN_UP_AFTER = 30 * HOUR, 4 * DAY, 5 * HOUR
CUSTOMERS_PER_WORLD = 20  # customers in one
TO_DO = {"unhappy", "check_in"}
SURVEYS = {
    "after_kept_promise": True,
    "nps_every_days": NPS_EVERY,
    "days_between": 30,
    "days_between_kind": {"nps": 90},
    "low_score_at_most": LOW,
    "high_score_at_least": HIGH,
}
CONTACTS = (*("resolved",) * 5, *("promise",) * 2, "both", "late", "late", "taken up again")


@dataclass(frozen=True)
class Contact:
    """When, what about, and when the customer is told of a new date."""

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
        """Theirs."""
        return f"regular{self.number}@example.com"

    @property
    def phone(self) -> str:
        """Theirs."""
        return f"+4477009{self.number:05}"

    @property
    def reachable(self) -> bool:
        """Whether they may be asked at all."""
        return self.consents and bool(self.access)

    def occasions(self) -> list[Occasion]:
        """All that they could be asked about in the year, in order."""
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


def drawn(numbers: range, seed: int) -> list[Regular]:
    """So many regular customers, by the dice."""
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
    """Contacts begin some minutes past an hour, new dates are told of at other minutes, so none is a race."""
    what, day = dice.choice(CONTACTS), (START + days * DAY).date()
    hour = 9 if what == "late" else dice.randrange(24)
    midnight = datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone)).astimezone(UTC) - 9 * HOUR
    at = midnight + hour * HOUR + dice.randrange(600, 1200) * SECOND
    told = dice.sample([d * DAY + h * HOUR for d in range(3) for h in range(1, 9)], dice.randint(1, 4))
    notices = sorted(midnight + 9 * HOUR + 40 * MINUTE + after for after in told) if what == "late" else ()
    return Contact(at, what, tuple(notices))


class Year:
    """Lives the year of some customers."""

    def __init__(self, regulars: list[Regular], seed: int = 0) -> None:
        self.regulars = regulars
        self.world = LoadWorld(seed, START)
        self.limits = MessageLimits()
        self.surveys: dict[str, Survey] = {}  # as they were made
        self._dice = Random(f"answers {seed}")
        self._ids: dict[int, str] = {}
        self._agents: list[str] = []
        self._to_do: list[Commitment | FollowUp] = []
        self._by_address: dict[str, Regular] = {}
        self._posted = 0

    def live(self) -> None:
        """From New Year to New Year, and until the last survey is closed. Raises AssertionError."""
        with self.world.running():
            self.world.after_action = self._read_the_post
            self._change_policy("csat")
            self.world.later(HALF, "from now on: was it easy?", partial(self._change_policy, "ces"))
            self.world.api.ask("POST /api/agents", {"name": "Sana", "email": "sana@example.com"}, self._staff)
            for rounds in range(1, END // (8 * HOUR)):
                self.world.later(rounds * 8 * HOUR, "the supervisor's round", self._round)
            self.world.run_until(START + END)
            self._learn()
            self.timelines = {one.number: self._timeline(one) for one in self.regulars}

    def _change_policy(self, kind: str) -> None:
        self.world.change_survey_policy({**SURVEYS, "after_resolution": kind})

    def _staff(self, supervisor: dict[str, Any]) -> None:
        for n in range(3):
            body = {
                "name": f"Agent {n}",
                "email": f"a{n}@example.com",
                "supervisor_id": supervisor["agent_id"],
            }
            self.world.api.ask("POST /api/agents", body, lambda agent: self._agents.append(agent["agent_id"]))
        for regular in self.regulars:
            preferred, *_ = (*regular.access.split(), "phone")
            consent = {medium: medium in regular.access for medium in ("email", "sms")}
            body = {
                "name": regular.name,
                "email": regular.email,
                "phone": regular.phone,
                "time_zone": regular.zone,
                "preferred_channel": preferred,
                "consent": {**consent, "survey": regular.consents},
                "check_in_every_days": regular.check_in,
            }
            self.world.api.ask("POST /api/customers", body, partial(self._came, regular))

    def _came(self, regular: Regular, customer: dict[str, Any]) -> None:
        self._ids[regular.number] = customer["customer_id"]
        self.limits.zones[regular.name] = regular.zone
        for address in (regular.email, regular.phone):
            self._by_address[address] = regular
            self.limits.names[address] = regular.name
        for contact in regular.contacts:
            self.world.at(
                contact.at, f"{regular.name}: {contact.what}", partial(self._meet, regular, contact)
            )

    def _meet(self, regular: Regular, contact: Contact) -> None:
        resolved = contact.what in {"resolved", "both", "taken up again"}
        due = text_of(self.world.now + 20 * DAY)
        body = {
            "customer_id": self._ids[regular.number],
            "agent_id": self._agents[self._dice.randrange(3)],
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": "Wants a cake",
            "resolved": resolved,
            "commitments": []
            if resolved and contact.what != "both"
            else [{"what": "Send it", "due_at": due}],
        }
        self.world.api.ask("POST /api/interactions", body, partial(self._go_on, contact))

    def _go_on(self, contact: Contact, recorded: Any) -> None:
        if contact.what == "taken up again":
            again = partial(
                self.world.api.ask, f"POST /api/cases/{recorded['case_id']}/reopen", {"reason": "No"}
            )
            self.world.later(TAKEN_UP_AFTER, "taken up again", again)
        for promise in recorded["commitments"]:
            route = f"POST /api/commitments/{promise['commitment_id']}"
            after = LATE_KEPT_AFTER if contact.what == "late" else KEPT_AFTER
            self.world.later(after, "the promise is kept", partial(self.world.api.ask, f"{route}/keep", {}))
            for n, at in enumerate(contact.notices):
                new = {
                    "due_at": text_of(contact.at + (21 + n) * DAY),
                    "reason": "Late",
                    "tell_customer": True,
                }
                self.world.at(at, "a new date", partial(self.world.api.ask, f"{route}/renegotiate", new))

    def _round(self) -> None:
        """The supervisor calls who was unhappy, and those not heard of for long."""
        self._learn()
        called = {row.settles_id for row in self._to_do if isinstance(row, Commitment)}
        for row in self._to_do:
            if isinstance(row, Commitment):
                self.world.api.ask(f"POST /api/commitments/{row.id}/keep", {})
            elif row.id not in called:
                self.world.api.ask(f"POST /api/follow-ups/{row.id}/complete", {})
        self._to_do.clear()

    def _learn(self) -> None:
        for row in self.world.new_rows():
            if isinstance(row, Survey):
                self.surveys.setdefault(row.id, row)
            elif isinstance(row, Commitment | FollowUp) and row.version == 1 and row.origin in TO_DO:
                self._to_do.append(row)

    def _read_the_post(self) -> None:
        for sent in self.world.aws.providers.sent[self._posted :]:
            self._posted += 1
            self._learn()
            self.limits.judge(sent, COOL_DOWN["csat"])
            regular = self._by_address.get(sent.to)
            asks = links(sent, "s/")
            if regular and asks and self._dice.randrange(100) < regular.answering:
                self._answer(asks[0])

    def _answer(self, link: str) -> None:
        score = self._dice.choice(SCALES[self.surveys[survey_of(link)].kind])
        after = self._dice.choice((2, 30, 100)) * HOUR

        def read() -> None:
            page = self.world.visit("GET", link)
            said = {"score": score, "nonce": page.nonce}
            self.world.later(MINUTE, "the answer is sent", lambda: self.world.visit("POST", link, said))

        self.world.later(after, "the survey is opened", read)

    def _timeline(self, regular: Regular) -> list[dict[str, Any]]:
        path, cursor = f"/api/customers/{self._ids[regular.number]}/timeline", ""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.world.get(path, limit="100", **({"cursor": cursor} if cursor else {}))
            rows += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return rows


def judged(year: Year) -> list[str]:
    """What was wrong in this year, in words."""
    return [f"{one.name}: {what}" for one in year.regulars for what in _judged(year, one)]


def _judged(year: Year, regular: Regular) -> Iterator[str]:
    asked = year.limits.first_asked[regular.name]
    occasions = regular.occasions()
    yield from _often(year, asked)
    yield from _asked_when_possible(year, regular, occasions)
    fewest, most = band(regular)
    if not fewest <= len(asked) <= most:
        yield f"asked {len(asked)} times, not {fewest} to {most}"
    yield from _explained(year, regular, len(asked))


def _often(year: Year, asked: dict[str, datetime]) -> Iterator[str]:
    """Twice within the cool-down of all kinds, or of its own; reminded twice."""
    for kind, cool_down in COOL_DOWN.items():
        times = [at for survey, at in asked.items() if kind in {"csat", _kind(year, survey)}]
        for before, after in pairwise(sorted(times)):
            if after - before < cool_down:
                yield f"{kind}: asked at {before} and again at {after}"
    for survey in asked:
        if year.limits.messages_about[survey] > 2:
            yield f"{year.limits.messages_about[survey]} messages about one survey"


def _asked_when_possible(year: Year, regular: Regular, occasions: list[Occasion]) -> Iterator[str]:
    """At each occasion that they may be asked, they are, in its minutes; and never else."""
    reached, asked = year.limits.reached[regular.name], year.limits.first_asked[regular.name]
    together: defaultdict[datetime, list[str]] = defaultdict(list)
    for one in occasions:
        together[one.at].append(one.kind)
    left = set(asked)
    for at, kinds in together.items():
        before = [(when, _kind(year, survey)) for survey, when in asked.items() if when < at]
        last = max((when for when, _ in before), default=None)
        rested = last is None or at - last >= COOL_DOWN["csat"]
        room = sum(at - WEEK < when < at for when in reached) < MESSAGES_A_WEEK
        possible = [kind for kind in kinds if not _lately(before, kind, at)]
        wanted = regular.reachable and rested and room and bool(possible)
        got = [
            survey for survey in left if at <= asked[survey] <= at + LATEST and _kind(year, survey) in kinds
        ]
        left -= set(got)
        if len(got) != wanted:
            why = f"rested {rested}, room {room}, {kinds}"
            yield f"asked {len(got)} times at {at}, not {int(wanted)} ({why})"
    if left:
        yield f"asked without occasion at {sorted(asked[survey] for survey in left)}"


def _lately(before: list[tuple[datetime, str]], kind: str, at: datetime) -> bool:
    # The next of those that come again and again is counted from when the last one really went out.
    later = at + LATEST if kind == "nps" else at
    return any(one == kind and later - when < COOL_DOWN[kind] for when, one in before)


def _kind(year: Year, survey: str) -> str:
    return year.surveys[survey].kind


def band(regular: Regular) -> tuple[int, int]:
    """How often they are asked in the year, at least and at most, whatever comes first.

    At most as often as occasions a cool-down apart can be found. At least once in each cool-down and the
    longest wait after it for an occasion to which no notice of a new date comes near.
    """
    if not regular.reachable:
        return 0, 0
    most, free_from = 0, START
    occasions = regular.occasions()
    for one in occasions:
        if one.at >= free_from:
            most, free_from = most + 1, one.at + COOL_DOWN["csat"]
    notices = [at for contact in regular.contacts for at in contact.notices]
    clear = [
        one.at
        for one in occasions
        if one.kind != "nps" and not any(one.at - WEEK - HOUR < at <= one.at for at in notices)
    ]
    if not clear:
        return 0, most
    longest = max((after - before for before, after in pairwise(clear)), default=timedelta(0))
    return 1 + (clear[-1] - clear[0]) // (COOL_DOWN["csat"] + longest), most


def _explained(year: Year, regular: Regular, asked: int) -> Iterator[str]:
    """The timeline has each survey, and why, if it was not sent; and each notice too."""
    rows = year.timelines[regular.number]
    over = text_of(START + END)
    surveys = [row for row in rows if row["row_kind"] == "survey" and row["due_at"] < over]
    taken_up = sum(contact.what == "taken up again" for contact in regular.contacts)
    wanted = len(regular.occasions()) + taken_up
    if len(surveys) != wanted:
        yield f"{len(surveys)} surveys on the timeline, not {wanted}"
    for row in surveys:
        open_still = row["status"] == "sent" and row["closes_at"] > over
        if row["status"] not in {"answered", "expired", "withheld"} and not open_still:
            yield f"a survey stays {row['status']}"
        if (row["status"] == "withheld") != bool(row.get("withheld_because")):
            yield f"{row['status']} because {row.get('withheld_because')}"
    sent = sum(bool(row.get("sent_at")) for row in surveys)
    if sent != asked:
        yield f"{sent} surveys sent on the timeline, {asked} in the post"
    notices = [row for row in rows if row["row_kind"] == "message" and row["purpose"] == "running_late"]
    told = sum(len(contact.notices) for contact in regular.contacts) if regular.access else 0
    if len(notices) != told:
        yield f"{len(notices)} notices on the timeline, not {told}"
    for row in notices:
        if row["status"] != "sent" and not row.get("why_not"):
            yield f"a notice is {row['status']}, and nothing says why"


def lived(numbers: range, seed: int) -> tuple[list[str], Counter[str]]:
    """What was wrong in the year of these, and what was counted."""
    year = Year(drawn(numbers, seed), seed)
    year.live()
    rows = [row for rows in year.timelines.values() for row in rows]
    counts: Counter[str] = Counter(customers=len(year.regulars), messages=len(year.world.aws.providers.sent))
    counts["messages to customers"] = sum(map(len, year.limits.reached.values()))
    counts["contacts"] = sum(len(one.contacts) for one in year.regulars)
    counts.update(f"{row['kind']} {row['status']}" for row in rows if row["row_kind"] == "survey")
    counts.update(f"withheld: {row['withheld_because']}" for row in rows if row.get("withheld_because"))
    for regular in year.regulars:
        counts[f"asked {len(year.limits.first_asked[regular.name]):2} times"] += 1
    return judged(year), counts


def main() -> int:
    """Live the year of so many customers, in groups of some each, and say what was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=300)
    asked.add_argument("--seed", type=int, default=0)
    options = asked.parse_args()
    began = stopwatch.perf_counter()
    everybody = range(options.customers)
    groups = [
        everybody[first : first + CUSTOMERS_PER_WORLD]
        for first in range(0, options.customers, CUSTOMERS_PER_WORLD)
    ]
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for found, counted in processes.map(lived, groups, [options.seed] * len(groups)):
            wrong += found
            counts += counted
    for name, count in sorted(counts.items()):
        print(f"{count:7,}  {name}")
    print("\n".join(wrong))
    print(f"{options.customers} customers, {len(wrong)} wrong, {stopwatch.perf_counter() - began:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
