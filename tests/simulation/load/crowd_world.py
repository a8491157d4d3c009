"""Runs some months of many customers: their contacts, their reactions to surveys, and what staff do."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from functools import partial
from typing import Any, TypeVar

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.load.characters import ReceivedSurvey
from tests.simulation.load.load_world import LoadWorld
from tests.simulation.load.message_limits import MessageLimits, links, survey_of
from tests.simulation.load.outcomes import (
    AGENTS,
    ANOTHER_AFTER,
    COOL_DOWN,
    FATES,
    HIGH,
    KEPT_AFTER,
    KEPT_LATE_AFTER,
    LOW,
    NPS_DAYS,
    REOPENED_AFTER,
    REOPENED_BEFORE,
    SECOND_WAVE,
    START,
    UNLED,
    WITHDRAWN_AFTER,
    Outcome,
    Person,
    expected,
)
from tests.simulation.load.setting import DAY, HOUR
from vaada.gateways.items import from_item
from vaada.model.messages import Message
from vaada.model.rows import Row
from vaada.model.times import text_of
from vaada.model.work import Commitment, FollowUp, Survey

R = TypeVar("R", bound=Row)
END = 80 * DAY
SURVEYS = {
    "after_resolution": "csat",
    "hours_after_resolution": 24,
    "after_kept_promise": True,
    "hours_after_kept_promise": 24,
    "nps_every_days": NPS_DAYS,
    "days_between": 30,
    "days_between_kind": {"nps": NPS_DAYS},
    "remind_after_days": 3,
    "close_after_days": 14,
    "amend_within_hours": 24,
    "low_score_at_most": LOW,
    "high_score_at_least": HIGH,
}


class Crowd:
    """Runs the months of a crowd, and counts the outcomes."""

    def __init__(self, people: list[Person], seed: int = 0) -> None:
        self.people = people
        self.world = LoadWorld(seed, START)
        self.limits = MessageLimits()
        self.agents: dict[int, str] = {}
        self._numbers: dict[str, int] = {}  # of agents by their ids
        self._customers: dict[str, Person] = {}  # by their ids
        self._ids: dict[int, str] = {}
        self._by_address: dict[str, Person] = {}
        self._seen: set[str] = set()
        self._posted = 0

    def rows_of(self, kind: type[R]) -> Iterator[R]:
        """The rows of this kind in the table."""
        items = (item for item in self.world.aws.table.items.values() if "row_kind" in item)
        rows = map(from_item, (one for one in items if one["row_kind"]["S"] == kind.kind_of_row))
        return (row for row in rows if isinstance(row, kind))

    def run(self) -> None:
        """Run from the first contact until the last survey is closed. Raises AssertionError."""
        with self.world.running():
            self.world.after_action = self._read_messages
            self._open()
            self.world.run_until(START + END)
            self.outcomes, self.report = self._counted(), self._reported()
            self.reasons = {person.number: self._reasons(person) for person in self.people}

    # ------------------------------------------------------------ what the business does

    def _open(self) -> None:
        self._change_policy("csat")
        self.world.later(SECOND_WAVE - DAY, "from now on: was it easy?", partial(self._change_policy, "ces"))
        self.world.api.ask("POST /api/agents", {"name": "Sana", "email": "sana@example.com"}, self._staff)
        for hours in range(4, END // HOUR, 4):
            self.world.later(hours * HOUR, "the supervisor's round", self._round)

    def _change_policy(self, kind: str) -> None:
        self.world.change_survey_policy({**SURVEYS, "after_resolution": kind})

    def _staff(self, supervisor: dict[str, Any]) -> None:
        for number in range(AGENTS):
            body = {"name": f"Agent {number}", "email": f"agent{number}@example.com"}
            if number != UNLED:
                body["supervisor_id"] = supervisor["agent_id"]
            self.world.api.ask("POST /api/agents", body, partial(self._agent_came, number))
        for person in self.people:
            self.world.at(person.touch - HOUR, f"{person} comes", partial(self._come, person))

    def _agent_came(self, number: int, agent: dict[str, Any]) -> None:
        self.agents[number] = agent["agent_id"]
        self._numbers[agent["agent_id"]] = number

    def _come(self, person: Person) -> None:
        preferred, *_ = (*person.access.split(), "phone")
        body = {
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "time_zone": person.zone,
            "preferred_channel": preferred,
            "consent": {
                "email": "email" in person.access,
                "sms": "sms" in person.access,
                "survey": person.matter != "no consent",
            },
        }
        self.world.api.ask("POST /api/customers", body, partial(self._came, person))

    def _came(self, person: Person, customer: dict[str, Any]) -> None:
        self._customers[customer["customer_id"]] = person
        self._ids[person.number] = customer["customer_id"]
        if person.fate:
            self.world.facts.fates[person.email] = FATES[person.fate]
        for address in (person.email, person.phone):
            if person.address_of is None or address != person.email:
                self._by_address[address] = person
                self.limits.names[address] = person.name
        self.limits.zones[person.name] = person.zone
        self.world.at(person.touch, f"{person} is in touch", partial(self._in_touch, person))

    def _in_touch(self, person: Person) -> None:
        contact, withdraw = partial(self._contact, person), partial(self._withdraw, person)
        match person.matter:
            case "promise" | "both":
                contact(
                    resolved=person.matter == "both",
                    promised=KEPT_AFTER + DAY,
                    then=self._keep_after(KEPT_AFTER),
                )
            case "two matters":
                contact(resolved=True)
                self.world.later(ANOTHER_AFTER, "another matter", partial(contact, resolved=True))
            case "abusive" | "consent withdrawn":
                contact(resolved=True, tone="abusive" if person.matter == "abusive" else "calm")
                self.world.later(WITHDRAWN_AFTER, "no more surveys", withdraw)
            case "reopened before":
                contact(resolved=True, then=self._reopen_after(REOPENED_BEFORE))
            case "reopened after":
                contact(resolved=True, then=self._reopen_after(REOPENED_AFTER))
            case "told of delays":
                contact(promised=2 * DAY, then=self._delayed)
                contact(resolved=True)
            case _:
                contact(resolved=True)

    def _contact(
        self,
        person: Person,
        *,
        resolved: bool = False,
        promised: timedelta | None = None,
        tone: str = "calm",
        then: Callable[[Any], None] = lambda _recorded: None,
    ) -> None:
        due = [] if promised is None else [{"what": "Send it", "due_at": text_of(self.world.now + promised)}]
        body = {
            "customer_id": self._ids[person.number],
            "agent_id": self.agents[person.agent],
            "channel": person.channel,
            "direction": "inbound",
            "kind": "request",
            "tone": tone,
            "summary": "Wants a cake",
            "resolved": resolved,
            "commitments": due,
        }
        self.world.api.ask("POST /api/interactions", body, then)

    def _keep_after(self, after: timedelta) -> Callable[[Any], None]:
        def keep(recorded: Any) -> None:
            for promise in recorded["commitments"]:
                route = f"POST /api/commitments/{promise['commitment_id']}/keep"
                self.world.later(after, "the promise is kept", partial(self.world.api.ask, route, {}))

        return keep

    def _reopen_after(self, after: timedelta) -> Callable[[Any], None]:
        def reopen(recorded: Any) -> None:
            route = f"POST /api/cases/{recorded['case_id']}/reopen"
            self.world.later(
                after, "taken up again", partial(self.world.api.ask, route, {"reason": "It broke"})
            )

        return reopen

    def _delayed(self, recorded: Any) -> None:
        """The customer is told of three new dates in an afternoon; the promise is kept in the end."""
        (promise,) = recorded["commitments"]
        route = f"POST /api/commitments/{promise['commitment_id']}"
        for n in (1, 2, 3):
            due = text_of(self.world.now + KEPT_LATE_AFTER + n * DAY)
            body = {"due_at": due, "reason": "The oven broke", "tell_customer": True}
            self.world.later(
                n * HOUR, "a new date", partial(self.world.api.ask, f"{route}/renegotiate", body)
            )
        self._keep_after(KEPT_LATE_AFTER)(recorded)

    def _withdraw(self, person: Person) -> None:
        consent = {"email": "email" in person.access, "sms": "sms" in person.access, "survey": False}
        self.world.api.ask(f"PATCH /api/customers/{self._ids[person.number]}", {"consent": consent})

    def _round(self) -> None:
        """The supervisor calls unhappy customers, or completes the follow-up if no call was promised."""
        found = [
            row
            for row in self.world.new_rows()
            if isinstance(row, Commitment | FollowUp) and row.version == 1
        ]
        unhappy = [row for row in found if row.origin == "unhappy"]
        called = {row.settles_id for row in unhappy if isinstance(row, Commitment)}
        for row in unhappy:
            if isinstance(row, Commitment):
                self.world.api.ask(f"POST /api/commitments/{row.id}/keep", {})
            elif row.id not in called:
                self.world.api.ask(f"POST /api/follow-ups/{row.id}/complete", {})

    # ------------------------------------------------------------ what customers do

    def _read_messages(self) -> None:
        for sent in self.world.aws.providers.sent[self._posted :]:
            self._posted += 1
            self.limits.check(sent, COOL_DOWN)
            person = self._by_address.get(sent.to)
            if person is not None and self.world.facts.fates.get(sent.to, "arrives") in {
                "arrives",
                "complained of",
            }:
                self._read(person, sent)

    def _read(self, person: Person, sent: Sent) -> None:
        if person.opens_all:
            prefetch(self.world, sent)
        asks = links(sent, "s/")
        if not asks or survey_of(asks[0]) in self._seen:
            return
        survey = survey_of(asks[0])
        self._seen.add(survey)
        late = self.world.now - person.touch > (NPS_DAYS - 3) * DAY  # NPS is about the business as a whole
        outcomes = [one for one in expected(person) if one.asked and (one.kind == "nps") == late]
        assert len(outcomes) == 1, f"{person} is asked, and should not be"
        (outcome,) = outcomes
        character = person.then if outcome.kind == "nps" else person.first
        score, other = person.scores[outcome.kind]
        character.does(ReceivedSurvey(self.world, sent, outcome.kind, score, other, person.words))

    # ------------------------------------------------------------ what is counted in the end

    def _counted(self) -> dict[int, list[Outcome]]:
        """The outcomes of each customer by the table, in the order in which surveys fell due."""
        rows = self.world.rows()
        messages: defaultdict[str, list[Message]] = defaultdict(list)
        opened: defaultdict[str, list[FollowUp | Commitment]] = defaultdict(list)
        posted = {sent.provider_id for sent in self.world.aws.providers.sent}
        for row in rows:
            if isinstance(row, Message) and row.about_kind == "survey":
                assert (row.provider_id in posted) == (row.status == "sent"), row
                messages[row.about_id].append(row)
            elif isinstance(row, FollowUp | Commitment) and row.origin == "unhappy":
                opened[row.customer_id].append(row)
        found: defaultdict[int, list[Outcome]] = defaultdict(list)
        surveys = sorted((row for row in rows if isinstance(row, Survey)), key=lambda row: row.due_at)
        for survey in surveys:
            if survey.due_at < self.world.now:  # the next NPS survey is not due yet
                person = self._customers[survey.customer_id]
                about = [row for row in opened[survey.customer_id] if _is_of(row, survey)]
                found[person.number].append(self._outcome(survey, messages[survey.id], about))
        return found

    def _outcome(
        self, survey: Survey, messages: list[Message], opened: list[FollowUp | Commitment]
    ) -> Outcome:
        sent = sorted(
            (one for one in messages if one.status == "sent" and one.to == "customer"),
            key=lambda one: one.sent_at or one.created_at,
        )
        year, week, _ = survey.due_at.astimezone(UTC).isocalendar()
        in_order = sorted(opened, key=lambda row: row.created_at)
        return Outcome(
            kind=survey.kind,
            status=survey.status,
            agent=self._numbers[survey.agent_id],
            channel=survey.channel,
            week=f"{year}-W{week:02}",
            why=survey.withheld_because,
            asked=survey.sent_at is not None,
            score=survey.score,
            amended=tuple(one.score for one in survey.amendments),
            apart=len(survey.quarantined),
            by=tuple(f"{one.purpose} by {one.medium}" for one in sent),
            unhappy=tuple(row.status for row in in_order if isinstance(row, FollowUp)),
            calls=tuple(row.status for row in in_order if isinstance(row, Commitment)),
            thanked=any(one.purpose == "praise" and one.status == "sent" for one in messages),
        )

    def _reasons(self, person: Person) -> list[str]:
        """The reasons why surveys were withheld, by the customer's timeline."""
        path = f"/api/customers/{self._ids[person.number]}/timeline"
        rows = self.world.get(path, limit="100")["items"]
        return sorted(row["withheld_because"] for row in rows if row.get("withheld_because"))

    def _reported(self) -> Any:
        """The report on the whole time, as the owner gets it."""
        return self.world.get(
            "/api/reports/service", **{"from": text_of(START), "to": text_of(self.world.now)}
        )


def prefetch(world: LoadWorld, sent: Sent) -> None:
    """A mail program opens each link, those of answers too, some of them twice."""
    for link in links(sent):
        for method in ("GET", "HEAD", "GET"):
            world.visit(method, link)
            for score in range(6):
                world.visit(method, link, {"score": score})


def _is_of(row: FollowUp | Commitment, survey: Survey) -> bool:
    """Whether an answer to the survey created this: only one survey is sent for each matter."""
    return row.case_id == survey.case_id and bool(survey.sent_at and survey.sent_at <= row.created_at)
