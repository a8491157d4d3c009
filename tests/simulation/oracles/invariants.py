"""What must hold at every step of a history, and at its end."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.actors.acts import THANKS
from tests.simulation.actors.people import is_a_customers, unsigned
from tests.simulation.fake_aws.items import parsed
from tests.simulation.fake_aws.messaging import OVER_QUOTA, Sent
from tests.simulation.fake_aws.stream import Record, number_of
from tests.simulation.fake_aws.unusual_records import OF_ANOTHER_RELEASE, is_poison
from tests.simulation.oracles import search_terms
from tests.simulation.oracles.business_time import at_work, has_passed, is_day, opened
from tests.simulation.oracles.expectations import Expectations
from tests.simulation.world.world import World
from vaada.desk import Desk
from vaada.model.cases import Case
from vaada.model.erasures import Erasure
from vaada.model.ids import customer_of
from vaada.model.inbound_events import parse as parse_event
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.policy import Policy, PolicyDocument
from vaada.model.rate_limits import RateCount
from vaada.model.rows import DueRow, Row
from vaada.model.suppressions import Suppression
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.ids import case_survey_id

Edges = dict[str, str]
EDGES: dict[str, Edges] = {
    "commitment": {"open": "open kept withdrawn broken", "broken": "kept"},
    "follow_up": {"scheduled": "scheduled due done cancelled", "due": "due scheduled done cancelled"},
    "reply": {"awaited": "awaited paused given closed", "paused": "paused awaited given closed"},
    "goodwill": {"requested": "requested approved declined"},
    "case": {"open": "open resolved merged", "resolved": "resolved open"},
    "survey": {
        "scheduled": "scheduled sent withheld",  # as long as it is night
        "sent": "sent answered expired withheld",
        "answered": "answered sent",  # amended; found out to be a program's
    },
    "message": {
        "held": "held grouped sending withheld",
        "sending": "sending sent waiting failed withheld unknown",
        "waiting": "waiting sending sent failed withheld",
        **dict.fromkeys(("unknown", "failed", "withheld", "sent"), "sent"),  # it is told what became of it
    },
}
OPEN = {"open", "scheduled", "due", "sent", "awaited", "paused", "requested"}
UNANSWERED = {"awaited", "paused"}
GRANTED = {"granted", "approved"}
UNPLANNED = {"unhappy", "bounced"}
WARNINGS = {"promise_warning", "reply_warning"}
STAFF_ATTEMPTS_AT_MOST = 3
PUNCTUAL = timedelta(seconds=30)
"""Without faults a schedule flags a promise in its minute; the sweep alone would take up to two."""
LATE = timedelta(minutes=15)  # what faults may delay a message by after it was decided to send it
LEASE = timedelta(minutes=5)  # a lease: what was true when it was claimed may have changed meanwhile
SKEW = timedelta(seconds=6)  # between the clocks of two functions
WITHDRAWN = ("the matter was opened again", "it could not be sent")
ASKED_LATELY = "asked something lately"
STILL_NOT_KEPT = "the promise is still not kept"
REPLACES_THE_FIRST = (
    "the first one "  # could not be sent, or did not arrive: it is tried in another way, or later
)
WEEK = timedelta(days=7)
OVERDUE = timedelta(minutes=3)  # a sweep and a half: nobody is as late as that but for faults
CLOSED = {"kept", "withdrawn", "done", "cancelled", "given", "closed"}
FASTEST_PERSON = timedelta(seconds=1)  # takes at least so long to answer
NO_DELAY = timedelta(0)
FIELDS_NOT_IN_TRACE = {
    "explain",
    "version",
    "customer_id",
    "history",
    "created_at",
    "claim",
    "row_kind",
    "recorded_at",
}
TWO_WEEKS = timedelta(days=14)
FIRST_DAY_BEGINS = timedelta(minutes=30)  # what is in force before counts for nobody
NEW_LINK = "the link in an earlier message"
DAYS_OF_SCHEDULES, TIME_OF_SCHEDULE_CHECK = 9, timedelta(hours=13, minutes=20)
WHILE_ERASED = timedelta(hours=2)
PERSONAL = ("name", "email", "phone", "notes", "summary", "what", "comment")


@dataclass(frozen=True)
class Written:
    """A line of the story: what was written."""

    before: Row | None
    after: Row

    def __str__(self) -> str:
        if isinstance(self.after, Agent | Customer | Policy):
            return f"  {self.after.kind_of_row} v{self.after.version}"
        shown = self.after.model_dump(mode="json", exclude_defaults=True)
        was = self.before.model_dump(mode="json", exclude_defaults=True) if self.before else {}
        new = {
            name: value
            for name, value in shown.items()
            if name not in FIELDS_NOT_IN_TRACE and value != was.get(name) and value is not None
        }
        gone = [name for name in was if name not in shown and name not in FIELDS_NOT_IN_TRACE]
        words = ", ".join(
            [*(f"{name}={value}" for name, value in new.items()), *(f"no {name}" for name in gone)]
        )
        return f"  {self.after.kind_of_row} {self.after.id[-6:]} v{self.after.version}: {words}"


@dataclass
class Tally:
    """The evidence of a case, counted from its contacts."""

    contacts: int = 0
    hand_offs: int = 0
    repeats: int = 0
    reopenings: int = 0
    last_inbound: datetime | None = None

    def add(self, other: "Tally") -> None:
        """Two cases were one matter."""
        self.contacts += other.contacts
        self.hand_offs += other.hand_offs
        self.repeats += other.repeats
        self.reopenings += other.reopenings
        self.last_inbound = max(filter(None, (self.last_inbound, other.last_inbound)), default=None)

    def count(self, contact: Interaction, case: Case | None) -> None:
        """One more contact of the case as it stood before."""
        at, thanks = contact.occurred_at, contact.summary in THANKS
        self.contacts += 1
        if contact.direction == "inbound" and not thanks:
            last, waited = self.last_inbound, case is not None and case.waiting_for_customer
            if last is not None and not waited and timedelta(0) <= at - last <= WEEK:
                self.repeats += 1
            self.last_inbound = max(last or at, at)
        holder = case.agent_id if case else contact.agent_id
        self.hand_offs += (contact.handed_over_from or holder) != contact.agent_id
        was_resolved = case is not None and case.status == "resolved"
        came_back = contact.direction == "inbound" and not contact.resolved and not thanks
        self.reopenings += was_resolved and came_back

    def evidence(self) -> tuple[object, ...]:
        """As the case shows it."""
        return self.contacts, self.hand_offs, self.repeats, self.reopenings, self.last_inbound


@dataclass
class Watch:
    """Looks at every write and every send as they happen, and keeps what stands by its own account."""

    world: World
    rows: dict[str, Row] = field(default_factory=dict)
    policies: list[PolicyDocument] = field(default_factory=list)
    said_at: dict[str, int] = field(default_factory=dict)  # at which version of the row it is about
    overtaken: set[str] = field(default_factory=set)  # what people did was sooner than what was due
    turns: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)  # of surveys: whose, and when
    _seen: int = 0
    _posted: int = 0
    _kept: tuple[int, int] = (0, 0)  # how many letters there were in queues, and dead letters
    _changed_at: dict[str, datetime] = field(default_factory=dict)
    _sent: Counter[str] = field(default_factory=Counter)
    _told: Counter[tuple[object, ...]] = field(default_factory=Counter)
    _tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    _settled: set[str] = field(default_factory=set)
    _reopened: set[str] = field(default_factory=set)  # surveys of cases that are open again since this step
    _reminded: dict[str, tuple[int, int, date]] = field(default_factory=dict)
    _last_contact: Interaction | None = None
    _carried: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, datetime] = field(default_factory=dict)  # when each customer was asked last
    _written: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    _hashes: dict[str, str] = field(default_factory=dict)  # of the addresses of customers
    _stopped: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _texts: int = 0
    _texted: Counter[tuple[str, str]] = field(default_factory=Counter)
    acts: list[str] = field(default_factory=list)
    raced: set[str] = field(default_factory=set)
    unsteady: bool = False
    _gone: dict[str, Row] = field(default_factory=dict)
    _forgotten: dict[str, datetime] = field(default_factory=dict)  # addresses of those who were erased

    def __post_init__(self) -> None:
        desk = Desk(self.world.runtime.settings)
        self.policies.append(desk.first_policy)
        self._hashed = desk.addresses.hash_address
        self._expected = Expectations(self.world, self.rows, self.policies, self.case_of, self._changed_at)
        self.world.api.on_refused = self._judge_refusal
        for day in range(DAYS_OF_SCHEDULES):
            at = self.world.start + day * timedelta(days=1) + TIME_OF_SCHEDULE_CHECK
            self.world.at(at, "are all schedules there?", self._judge_schedules)

    # ------------------------------------------------------------ at every step

    def step(self) -> None:
        """Judge what was written and sent since the last step. Raises AssertionError."""
        if self._seen < len(self.world.aws.table.stream):
            records = self.world.aws.table.stream[self._seen :]
            self._seen = len(self.world.aws.table.stream)
            self._judge_writes(records)
        self._judge_what_was_said()
        for sent in self.world.aws.providers.sent[self._posted :]:
            self._judge_send(sent)
        self._posted = len(self.world.aws.providers.sent)
        kept = len(self.world.aws.queue.sent), len(self.world.dead_letters.letters)
        if kept != self._kept:
            self._judge_letters(*self._kept)
            self._kept = kept

    def _judge_writes(self, every: list[Record]) -> None:
        records = [record for record in every if not search_terms.is_of_a_term(record)]
        for customer_id in search_terms.customers_of(every):
            search_terms.judge_terms(self.world.aws.table, customer_id)
        for record in records:
            self._judge_write(record["dynamodb"])
        images = [record["dynamodb"].get("NewImage") for record in records]
        touched = [row for row in (parsed(image) for image in images if image) if not self._is_forgotten(row)]
        for row in touched:
            if row.version == 1:
                self._expected.born(row)
        self._expected.settle(touched)
        for survey_id in self._reopened:
            self._judge_withdrawn(self.rows.get(survey_id))
        self._reopened.clear()
        for case_id in {self.case_of(row) for row in touched} - {None}:
            self._judge_goodwill(str(case_id))
        for row in touched:
            if isinstance(row, Interaction) and row.version == 1:
                self._judge_answer(row)
            elif isinstance(row, Survey):
                self._judge_burst(row)
            elif isinstance(row, Case) and row.status == "resolved" and row.resolved_at == row.history[-1].at:
                self._judge_resolved(row)

    def _judge_letters(self, queued: int, dead: int) -> None:
        """What came into queues and dead letters since there were so many names and quotes nobody."""
        bodies = [letter.body for letter in self.world.aws.queue.sent[queued:]]
        letters = [
            json.dumps(each.content, ensure_ascii=False) for each in self.world.dead_letters.letters[dead:]
        ]
        personal = {str(getattr(row, name, None) or "") for row in self.rows.values() for name in PERSONAL}
        personal |= {sent.to for sent in self.world.aws.providers.sent}
        told = {said for said in personal if any(said and said in kept for kept in (*bodies, *letters))}
        assert not told, f"in a queue: {told}"
        for body in bodies:
            assert _are_news(body), f"not news, or more than news, in a queue: {body}"

    def _judge_erasure(self, erasure: Erasure) -> None:
        """Nothing new goes to them from now on; in a while nothing is left of them."""
        customer = self.rows[erasure.customer_id]
        assert isinstance(customer, Customer)
        first = erasure.version > 1 or not self.world.is_there(customer.id)
        assert first, f"to be erased, and still found: {customer!r}"
        self.world.facts.erased_customers.add(customer.id)
        self._forgotten.update(
            {address: self.world.now for address in (customer.email, customer.phone) if address}
        )
        look = partial(self._judge_what_is_left, customer.id)
        self.world.at(self.world.now + WHILE_ERASED, "is anything left of them?", look)

    def _judge_what_is_left(self, customer_id: str) -> None:
        left = [
            row for row in self.rows.values() if not isinstance(row, Erasure) and _is_of(row, customer_id)
        ]
        assert not left, f"erased, and left: {left}"
        search_terms.judge_erased(self.world.aws.table, customer_id)
        # What comes again late may make a schedule again, which finds nothing when it fires.
        if not self.world.faults.rates:
            schedules = [name for name in self.world.aws.scheduler.schedules if name.startswith(customer_id)]
            assert not schedules, f"erased, and schedules are left: {schedules}"

    def _is_forgotten(self, row: Row) -> bool:
        return (
            bool(self.world.facts.erased_customers)
            and getattr(row, "customer_id", None) in self.world.facts.erased_customers
        )

    def _row(self, row_id: str) -> Row:
        """The row as it stands, or as it stood when it was erased."""
        return self.rows.get(row_id) or self._gone[row_id]

    def _judge_burst(self, survey: Survey) -> None:
        """Different scores at one moment are no person's, and none of them counts."""
        scores = {entry.score for entry in self.world.browser.entries}
        if len(scores) > 1 and not self.world.faults.rates and self.rows[survey.id] is survey:
            just_now = survey.answered_at is not None and self.world.now - survey.answered_at < FASTEST_PERSON
            assert not just_now, f"counted one of {scores}: {survey!r}"

    def _judge_write(self, change: dict[str, Any]) -> None:  # noqa: PLR0912 - one for each kind
        if "NewImage" not in change:
            gone = parsed(change["OldImage"])
            self._gone[_name(gone)] = self.rows.pop(_name(gone))
            return
        after = parsed(change["NewImage"])
        before = parsed(change["OldImage"]) if "OldImage" in change else None
        name = _name(after)
        assert after.version == (before.version + 1 if before else 1), f"version skipped: {after!r}"
        edges = EDGES.get(after.kind_of_row)
        if before and edges:
            was, became = str(getattr(before, "status", "")), str(getattr(after, "status", ""))
            allowed = edges.get(was, "").split()
            assert became in allowed, f"{after.kind_of_row} went from {was} to {became}: {after!r}"
        if isinstance(after, Case) and after.status == "open":
            self._settled.discard(after.id)
        match after, before:
            case Policy(), _:
                if self.world.now - self.world.start < FIRST_DAY_BEGINS:
                    self.policies.clear()
                self.policies.append(after.document)
            case Interaction(), None:
                self._last_contact = after
                self._tallies[after.case_id].count(after, _if_case(self.rows.get(after.case_id)))
            case Case(), _:
                self._judge_case(after, _if_case(before))
            case FollowUp(), None:
                self._judge_brought(after)
            case Customer() | Agent() | Suppression(), _:
                self._note_addresses(after)
            case Erasure(), None:
                self._judge_erasure(after)
            case ((Commitment() | Reply() | FollowUp() | Survey()), Row()):
                self._judge_step(before, after)
            case Message(), _:
                self._judge_message(_if_message(before), after)
        if not self._is_forgotten(after):
            if before is not None:
                self._expected.changed(before, after)
            if isinstance(after, Customer):
                self._expected.customer(before if isinstance(before, Customer) else None, after)
        self.world.tell(Written(before, after))
        self.rows[name] = after
        self._changed_at[name] = self.world.now

    def _reads_it_later(self, row: Row, due_at: datetime) -> bool:
        """Whether the agent who is reminded was at work when it was due, and is not now, or is only now."""
        if not isinstance(row, FollowUp):
            return False
        agent, policy = self.rows[row.agent_id], self.policies[-1]
        assert isinstance(agent, Agent)
        return at_work(policy, agent, due_at) != at_work(policy, agent, self.world.now)

    def _judge_step(self, before: Row, after: Row) -> None:
        if isinstance(before, Commitment | FollowUp | Reply) and before.wake_at is not None:
            moved = getattr(after, "due_at", None) != before.due_at or getattr(after, "status", "") in CLOSED
            late = before.wake_at < self.world.now - OVERDUE
            if late and (moved or self._reads_it_later(after, before.wake_at)):
                self.overtaken.add(str(spoken_of(self, before)))
        match before, after:
            case Commitment(), Commitment():
                self._judge_climb(before, after)
            case Reply(), Reply():
                self._judge_reply(before, after)
            case FollowUp(), FollowUp() if after.woken_from and not before.woken_from:
                by = self._last_contact
                woken = by is not None and by.direction == "inbound" and by.summary not in THANKS
                assert woken, f"woken by {by!r}: {after!r}"
            case Survey(), Survey():
                self._judge_survey(before, after)

    def _judge_survey(self, before: Survey, after: Survey) -> None:
        now = self.world.now
        its_turn = after.status == "sent" or ASKED_LATELY in str(after.withheld_because)
        if before.status == "scheduled" and its_turn:
            self.turns[after.id] = after.customer_id, before.wake_at
        match before.status, after.status:
            case "scheduled", "sent":
                last = self._asked.get(after.customer_id)
                days = min(policy.surveys.days_between for policy in self.policies)
                lately = last is not None and now - last < timedelta(days=days) - LEASE
                assert not lately, f"asked at {last} already: {after!r}"
                self._asked[after.customer_id] = now
            case "scheduled", "withheld":
                self._judge_withheld(after)
            case "sent", "answered":
                skewed = self.world.faults.rates.get("clock skewed", 0) > 0
                least = timedelta(0) if skewed else FASTEST_PERSON
                by_a_person = any(
                    entry.score == str(after.score) and entry.page_age is not None and entry.page_age >= least
                    for entry in self.world.browser.entries
                )
                texted = str(after.score) in self.world.texted
                assert by_a_person or texted, f"counted, and not a person's: {after!r}"
            case "sent", "withheld":
                because = str(after.withheld_because)
                assert because.startswith(WITHDRAWN), f"asked, and then withheld: {after!r}"
            case "answered", "answered":
                kept = (before.score, before.comment, before.answered_at)
                counted = (after.score, after.comment, after.answered_at)
                assert kept == counted, f"another answer counted: {after!r}"
                hours = max(policy.surveys.amend_within_hours for policy in self.policies)
                for later in after.amendments[len(before.amendments) :]:
                    in_time = later.at - (after.answered_at or later.at) <= timedelta(hours=hours)
                    assert in_time, f"amended after {hours} hours: {after!r}"
            case "answered", "sent":
                first, second = after.quarantined[-2:]
                at_once = abs(second.at - first.at) <= FASTEST_PERSON
                assert at_once, f"forgot an answer: {after!r}"
                assert first.score != second.score, f"forgot the same answer: {after!r}"

    def _judge_withheld(self, survey: Survey) -> None:
        """They were asked, or written to, as lately and as often as is said."""
        now, because = self.world.now, str(survey.withheld_because)
        if ASKED_LATELY in because:
            last = self._asked.get(survey.customer_id)
            days = max(policy.surveys.days_between for policy in self.policies)
            lately = last is not None and now - last < timedelta(days=days) + LEASE
            assert lately, f"asked at {last}, which is not lately: {survey!r}"
        if "often enough" in because:
            written = [at for at in self._written[survey.customer_id] if at > now - WEEK - LEASE]
            least = min(policy.customers.messages_at_most for policy in self.policies)
            assert len(written) >= least, f"written to at {written}, no more: {survey!r}"

    def _note_addresses(self, row: Customer | Agent | Suppression) -> None:
        if isinstance(row, Customer | Agent):
            if row.email is not None:
                self._hashes[row.email] = self._hashed("email", row.email)
            if row.phone is not None:
                self._hashes[row.phone] = self._hashed("sms", row.phone)
            return
        for what in ("anything", "surveys"):
            if getattr(row, what) is None:
                self._stopped.pop((row.id, what), None)
            else:
                self._stopped.setdefault((row.id, what), self.world.now)

    def _judge_writing(self, message: Message) -> None:
        """A message to a customer is claimed for the first time."""
        customer, now = self.rows[message.customer_id], self.world.now
        assert isinstance(customer, Customer)
        by_day = any(
            is_day(each, customer, now - late) for each in self.policies for late in (NO_DELAY, LEASE)
        )
        assert by_day, f"written to at night: {message!r}"
        if message.instead_of is not None:
            return  # it takes the place of the first one, which was counted
        written = self._written[customer.id]
        written.append(now)
        lately = sum(at > now - WEEK + LEASE for at in written)
        most = max(policy.customers.messages_at_most for policy in self.policies)
        assert lately <= most, f"written to {lately} times in a week: {message!r}"

    def _judge_case(self, case: Case, before: Case | None) -> None:
        if case.status == "merged" and before and before.status != "merged":
            self._tallies[str(case.merged_into)].add(self._tallies[case.id])
        if case.status == "open" and before and before.status == "resolved" and before.survey_id:
            self._reopened.add(before.survey_id)
        lists = (case.hand_offs, case.repeat_contacts, case.reopenings)
        shown = (case.contacts, *map(len, lists), case.last_inbound_at)
        counted = self._tallies[case.id].evidence()
        assert case.status == "merged" or shown == counted, f"evidence {shown}, not {counted}: {case!r}"

    def _judge_withdrawn(self, survey: Row | None) -> None:
        asked = isinstance(survey, Survey) and survey.status in {"scheduled", "sent"}
        assert not asked, f"the matter is open again, and asked about: {survey!r}"

    def _judge_goodwill(self, case_id: str) -> None:
        case = self.rows[case_id]
        assert isinstance(case, Case)
        given = sum(
            (
                row.amount
                for row in self.rows.values()
                if isinstance(row, Goodwill) and self._counts(row, case_id)
            ),
            Decimal(0),
        )
        assert case.granted == given, f"granted {case.granted}, not {given}: {case!r}"

    def _counts(self, row: Goodwill, case_id: str) -> bool:
        return row.status in GRANTED and self.case_of(row) == case_id

    def _judge_answer(self, contact: Interaction) -> None:
        if contact.direction == "inbound" and not contact.resolved:
            return
        for row in self.rows.values():
            if isinstance(row, Commitment | Reply) and _is_awaited(row):
                asked = self.rows[row.interaction_id]
                assert isinstance(asked, Interaction)
                answered = asked.occurred_at < contact.occurred_at and self.case_of(row) == contact.case_id
                assert not answered, f"answered by {contact.summary}, and still to be: {row!r}"

    def _judge_resolved(self, case: Case) -> None:
        if self.rows[case.id] is not case or case.id in self._settled:
            return
        self._settled.add(case.id)
        earned = case.resolved_at is not None and case.survey_id == case_survey_id(case, case.resolved_at)
        earned = earned and all(policy.surveys.after_resolution != "none" for policy in self.policies)
        assert not earned or str(case.survey_id) in self.rows, f"resolved, and nobody is asked: {case!r}"
        for row in self.rows.values():
            forgotten = (isinstance(row, Reply) and row.status in UNANSWERED) or (
                isinstance(row, FollowUp) and row.origin == "unresolved" and row.status in OPEN
            )
            assert not forgotten or self.case_of(row) != case.id, f"resolved, and still open: {row!r}"

    def _judge_climb(self, before: Commitment, after: Commitment) -> None:
        now = self.world.now
        renewals = sum(change.what == "renegotiated" for change in after.history)
        if after.flagged_at != before.flagged_at:
            assert now + SKEW >= before.due_at, f"flagged before its time: {after!r}"
            self._once("flagged again", after.id, renewals)
        climbed = before.step == "escalate" and (after.step, after.rung) != (before.step, before.rung)
        if not climbed or after.status != "open" or renewals != _renewals(before):
            return
        rungs = [policy.commitments.ladder[before.rung : before.rung + 1] for policy in self.policies]
        early = not any(
            has_passed(hours, rung.after, before.due_at, now + SKEW)
            for ladder in rungs
            for rung in ladder
            for hours in self.policies
        )
        assert not early or not all(rungs), f"escalated before its time: {after!r}"
        if all(rungs):
            self._once("climbed the same rung again", after.id, renewals, before.rung)
            assert after.rung > before.rung, f"down the ladder: {after!r}"

    def _judge_reply(self, before: Reply, after: Reply) -> None:
        if after.missed_at is None or before.missed_at is not None:
            return
        now = self.world.now + SKEW
        assert before.status == "awaited", f"missed while it stood still: {after!r}"
        assert now >= before.due_at, f"missed before its time: {after!r}"
        self._once("missed again", after.id)
        target = [policy.replies.opening_minutes[after.channel] for policy in self.policies]
        took = max(opened(policy, after.asked_at, now) for policy in self.policies)
        assert took >= timedelta(minutes=min(target)), f"missed after {took}: {after!r}"

    def _judge_new(self, message: Message) -> None:
        about = self.rows[message.about_id]
        self.said_at[message.id] = about.version
        at = message.created_at + SKEW
        if message.why.startswith(REPLACES_THE_FIRST):
            self._once("sent anew again", message.instead_of, message.why, message.medium, *_whom(message))
            return
        if message.purpose == "praise":
            self._once("praised again", about.id, message.created_at)
            return
        if message.why.startswith(NEW_LINK):
            hour = message.created_at.replace(minute=0, second=0, microsecond=0)
            self._once("another new link within the hour", about.id, hour)
            return
        assert getattr(about, "status", "") in OPEN, f"said of what is closed: {message!r}"
        match about:
            case Commitment() if message.purpose in {"promise_overdue", "promise_escalation"}:
                assert at >= about.due_at, f"early: {message!r}"
            case Commitment() if message.purpose == "promise_warning":
                assert message.created_at - SKEW < about.due_at, f"warned too late: {message!r}"
            case FollowUp() | Survey() | Goodwill():
                assert at >= about.due_at, f"early: {message!r}"
        match about:
            case Commitment():
                rung = (about.due_at, about.rung, about.step)
                self._once("told again", about.id, _renewals(about), rung, *_whom(message))
            case Reply():
                self._once("told again", about.id, about.due_at, *_whom(message))
            case FollowUp():
                self._once("reminded again", about.id, len(about.history), about.reminders, *_whom(message))
                self._judge_reminder(about, message, at)
            case Goodwill():
                self._once("asked again", about.id, about.reminders, *_whom(message))
            case Survey():
                self._once("asked again", about.id, message.purpose)

    def _judge_reminder(self, about: FollowUp, message: Message, at: datetime) -> None:
        agent = self.rows[about.agent_id]
        assert isinstance(agent, Agent)
        if message.status == "held" and message.recipient_id == agent.id:
            at = message.wake_at or at  # they read it at work
        today = at.astimezone(ZoneInfo(agent.time_zone or self.policies[0].business.time_zone)).date()
        answers, count, day = self._reminded.get(about.id, (0, 0, date.min))
        again = answers == len(about.history) and count < about.reminders
        assert not again or today > day, f"reminded twice on {today}: {about!r}"
        self._reminded[about.id] = len(about.history), about.reminders, today

    def _judge_brought(self, after: FollowUp) -> None:
        match after.origin:
            case "check_in":
                self._judge_check_in(after)
            case "run_around":
                self._once("run-around told again", after.case_id)
            case "bounced":
                self._once("told of the same dead address again", after.reason)

    def _judge_check_in(self, after: FollowUp) -> None:
        for row in self.rows.values():
            if (
                isinstance(row, FollowUp)
                and row.origin == "check_in"
                and row.customer_id == after.customer_id
            ):
                assert row.status not in OPEN, f"another check-in, and not done: {row!r}"

    def _judge_message(self, before: Message | None, after: Message) -> None:
        first = after.status == "sending" and (before is None or before.status == "held")
        if before is None:
            self._judge_new(after)
        else:
            self._judge_change(before, after)
        if first and after.to == "customer":
            self._judge_writing(after)

    def _judge_change(self, before: Message, after: Message) -> None:
        most = 1 if after.to == "customer" and before.status == "sending" else STAFF_ATTEMPTS_AT_MOST
        tries_again = after.status == "sending"
        assert not tries_again or after.attempts <= most, f"tried {after.attempts} times: {after!r}"
        if before.status == "held" and after.status in {"sending", "grouped"}:
            about = self.rows[after.about_id]
            changed_at = self._changed_at[about.id]
            skewed = self.world.faults.rates.get("clock skewed", 0) > 0
            skewed = skewed and abs(changed_at - after.created_at) <= SKEW
            quiet = self.world.now - changed_at > LEASE and not skewed  # else it is unclear what came first
            assert not quiet or self._still_true(after, about), f"not true any more: {after!r} of {about!r}"
        if after.status == "sending" and before.status == "held":
            for carried in after.carries:
                first = self._carried.setdefault(carried, after.id)
                assert first == after.id or self._did_not_arrive(first), f"carried twice: {carried}"
        unreached = after.status == "failed" and after.why_not == "no phone number"
        assert not unreached, f"written to somebody without a phone: {after!r}"
        if after.status == "grouped":
            assert self._carried.get(after.id) == after.carried_by, f"grouped but not carried: {after!r}"

    def _did_not_arrive(self, message_id: str) -> bool:
        message = self._row(message_id)
        assert isinstance(message, Message)
        return message.status == "withheld" or message.delivery == "bounced"

    def _still_true(self, message: Message, about: Row) -> bool:  # noqa: PLR0911 - one for each kind
        match about:
            case Commitment():
                ahead = message.purpose in {"promise_warning", "running_late"}
                return about.status == "open" and (ahead or about.due_at <= self.world.now + SKEW)
            case FollowUp() if message.why.startswith(NEW_LINK):
                return about.status in OPEN
            case FollowUp():
                return about.status == "due"
            case Reply():
                return about.status in UNANSWERED
            case Goodwill():
                return about.status == "requested"
            case Survey():
                return about.status == ("answered" if message.purpose == "praise" else "sent")
        return True

    def _judge_what_was_said(self) -> None:
        """Whoever said stop is stopped, and nobody else: by their own words, and by what became of mails."""
        known = self.world.facts.permissions
        for address in [each for each, at in known.changed_at.items() if at == self.world.now]:
            if address in known.unsettled or address in self._forgotten:
                continue
            row = self.rows.get(self._hashed("email" if "@" in address else "sms", address))
            stopped = isinstance(row, Suppression) and row.anything is not None
            wanted = known.stopped_at(address) is not None
            assert stopped == wanted, f"{address} is to be stopped: {wanted}, and is: {row!r}"
        for message_id in [each for each, at in known.told_at.items() if at == self.world.now]:
            message = self.rows.get(message_id)
            erased = customer_of(message_id) in self.world.facts.erased_customers
            told = isinstance(message, Message) and message.delivery is not None
            assert told or erased or self.world.facts.rows_may_be_missing, (
                f"heard of, and nothing written: {message!r}"
            )
        for customer_id in [each for each, at in known.said_at.items() if at == self.world.now]:
            customer = self.rows.get(customer_id)
            if not isinstance(customer, Customer):
                continue
            left = customer_id in known.surveys
            assert not (left and customer.consent.survey), f"asked on, after they left: {customer!r}"
            back = not left and known.agreed(customer_id, "survey")
            assert customer.consent.survey or not back, f"they came back: {customer!r}"
            for address in filter(None, (customer.email, customer.phone)):
                row = self.rows.get(self._hashed("email" if "@" in address else "sms", address))
                stopped = isinstance(row, Suppression) and row.surveys is not None
                assert stopped == left, f"left {left}: {address} is stopped: {stopped}"

    def _judge_schedules(self) -> None:
        if self._expected.quiet:
            self._expected.schedules()

    def _judge_refusal(self, route: str) -> None:
        """What is refused cannot be done, as things stand."""
        _, _, _, row_id, action = (*route.split("/"), "", "")[:5]
        row = self.rows.get(row_id)
        erased = self.world.facts.erased_customers or self.world.facts.rows_may_be_missing
        assert erased or route != "POST /api/interactions", "a contact is refused"
        if row is None or not self._expected.quiet:
            return
        done = getattr(row, "status", "")
        match row:
            case Commitment():
                refused = done in (
                    {"kept", "withdrawn"} if action == "keep" else {"kept", "withdrawn", "broken"}
                )
            case FollowUp():
                refused = done in {"done", "cancelled"}
            case Goodwill():
                refused = done != "requested"
            case Case() if action == "reopen":
                refused = done != "resolved"
            case Case() if action in {"wait", "go-on", "assign"}:
                refused = done != "open"
            case Case() if action == "resolve":
                missing = any(step.critical and step.done_at is None for step in row.steps)
                refused = done != "open" or missing
            case Case() if action == "goodwill":
                refused = done == "merged"
            case Case() if action == "steps":
                refused = done != "open" or not row.steps
            case _:
                return
        assert refused, f"refused, and could be done: {route} {row!r}"

    def _judge_send(self, sent: Sent) -> None:
        forgotten_at = self._forgotten.get(sent.to)
        lately = forgotten_at is None or self.world.now - forgotten_at < LEASE
        assert lately, f"sent to {sent.to}, erased at {forgotten_at}"
        at = self.world.facts.permissions.stopped_at(sent.to)
        assert at is None or self.world.now - at < LEASE, f"sent to {sent.to}, who said stop at {at}"
        stopped = ("anything", "surveys") if "/s/" in sent.text else ("anything",)
        for what in stopped:
            at = self._stopped.get((self._hashes.get(sent.to, ""), what))
            assert at is None or self.world.now - at < LEASE, f"sent to {sent.to}, stopped at {at}"
        if sent.message_id is None:
            self._texts += 1
            if is_a_customers(sent.to):
                self._texted[sent.to, unsigned(sent.text)] += 1
                arrives = self.world.facts.fates.get(sent.to, "arrives") in {"arrives", "complained of"}
                most = 1 if arrives else 2  # once more, when it is told that the first one did not arrive
                assert self._texted[sent.to, unsigned(sent.text)] <= most, f"texted again: {sent}"
            return
        self._sent[sent.message_id] += 1
        message = self._row(sent.message_id)
        assert isinstance(message, Message)
        assert message.status != "grouped", f"sent by itself, and with another: {message!r}"
        once = message.to == "customer" or not self.world.faults.rates
        most = 1 if once else STAFF_ATTEMPTS_AT_MOST
        assert self._sent[sent.message_id] <= most, f"sent {self._sent[sent.message_id]} times: {message!r}"
        self._judge_address(message, sent)
        for carried in message.carries:
            self._judge_carried(carried, sent)
        if message.attempts > 1 or message.throttles:
            return  # it was refused or is not known to have arrived: nobody is left waiting for that
        if message.to == "customer":
            self._judge_to_customer(message, sent)
        elif message.recipient_id is not None:
            self._judge_to_staff(message, self._row(message.recipient_id), sent.at)

    def _judge_address(self, message: Message, sent: Sent) -> None:
        reader = self._row(message.recipient_id) if message.recipient_id else None
        address = reader.email if isinstance(reader, Agent | Customer) else ENVIRONMENT["OWNER_EMAIL"]
        assert sent.to == address, f"to {sent.to}, not {address}: {message!r}"
        if not message.carries:
            about, customer = self._row(message.about_id), self._row(message.customer_id)
            assert isinstance(customer, Customer)
            words = [customer.name]
            if isinstance(about, Commitment):
                words.append(about.what)
            elif isinstance(about, FollowUp | Goodwill):
                words.append(about.reason)
            elif isinstance(about, Survey) and message.purpose == "praise":
                words.append(about.comment or "")
            left_out = [each for each in words if each[:30] not in sent.text]
            assert not left_out, f"{left_out} is not in {sent.text}: {message!r}"

    def _judge_carried(self, carried: str, sent: Sent) -> None:
        message = self._row(carried)
        assert isinstance(message, Message)
        assert message.status == "grouped", f"carried, and not grouped: {message!r}"
        if carried in self._gone:
            return
        about = self._row(message.about_id)
        quiet = self.world.now - self._changed_at[about.id] > LEASE
        if quiet and self._still_true(message, about) and isinstance(about, Commitment | FollowUp):
            words = about.what if isinstance(about, Commitment) else about.reason
            assert words[:30] in sent.text, f"carried, but not in the mail: {message!r}"

    def _judge_to_customer(self, message: Message, sent: Sent) -> None:
        promise, customer = self._row(message.about_id), self._row(message.customer_id)
        assert isinstance(customer, Customer)
        by_day = any(
            is_day(policy, customer, sent.at - late)
            for policy in self.policies
            for late in (timedelta(0), LATE)
        )
        assert by_day, f"written to at night: {message!r}"
        if isinstance(promise, Commitment) and self.world.now - self._changed_at[promise.id] > LEASE:
            zone = ZoneInfo(customer.time_zone or self.policies[0].business.time_zone)
            due_at = promise.due_at.astimezone(zone)
            assert f"{due_at:%H:%M}" in sent.text, f"an old date, not {due_at}: {sent.text}"
            assert sent.at < due_at + SKEW, f"a new date that has passed: {sent.text}"
            anew = message.why if message.why.startswith(REPLACES_THE_FIRST) else None
            self._once("told the same new date again", promise.id, _renewals(promise), anew)

    def _judge_to_staff(self, message: Message, reader: Row, at: datetime) -> None:
        assert isinstance(reader, Agent)
        if message.why.startswith(NEW_LINK):
            return  # whoever asked for it is there
        away = reader.away_until is not None and at < reader.away_until
        lately = at - self._changed_at[reader.id] < LATE
        assert lately or not away, f"sent to {reader.name}, who is away: {message!r}"
        about = self._row(message.about_id)
        if isinstance(about, FollowUp) and about.urgent and about.reminders <= 1:
            return
        at_times = (at, at - LATE)
        if any(at_work(policy, reader, time) for policy in self.policies for time in at_times):
            return
        assert message.purpose in WARNINGS, f"sent outside working time: {message!r}"
        due_at = about.due_at if isinstance(about, Commitment | Reply) else at
        could_wait = opened(self.policies[-1], at, min(due_at, at + TWO_WEEKS), reader)
        assert could_wait <= LATE, f"sent outside working time, and could wait: {message!r}"

    def _once(self, what: str, *of: object) -> None:
        self._told[what, *of] += 1
        assert self._told[what, *of] == 1, f"{what}: {of}"

    def case_of(self, row: Row) -> str | None:
        """The case that the row belongs to by now, if it belongs to one."""
        case_id = getattr(row, "case_id", None)
        while case_id is not None:
            case = self.rows.get(case_id)
            if not isinstance(case, Case) or case.merged_into is None:
                break
            case_id = case.merged_into
        return case_id

    # ------------------------------------------------------------ at the end

    def end(self) -> None:
        """Judge the end: no faults any more, and time enough to settle. Raises AssertionError."""
        assert self.world.idle, "the stream was not read to its end"
        self._judge_dead_letters()
        for row in self.rows.values():
            if isinstance(row, DueRow):
                waits = row.wake_at
                assert waits is None or waits > self.world.now - LATE, f"left lying: {row!r}"
            match row:
                case Interaction():
                    assert row.wake_at is None, f"never planned: {row.summary}"
                case Commitment():
                    self._judge_end_of_promise(row)
                case Reply(status="awaited"):
                    assert row.missed_at or self._is_called_back(row), f"waited for in vain: {row!r}"
                case FollowUp(status="scheduled"):
                    assert row.wake_at is not None, f"forgotten: {row!r}"
                case Goodwill(status="requested"):
                    assert row.reminders > 0, f"nobody was asked: {row!r}"
                case Message():
                    quota = row.status == "failed" and row.why_not in OVER_QUOTA.values()
                    assert not quota, f"the quota came back, and it was not sent: {row!r}"
                    ended = {"sent", "failed", "withheld", "unknown", "grouped"}
                    assert row.status in ended, f"left lying: {row!r}"
                    posted = row.medium == "sms" or self._sent[row.id]
                    assert row.status != "sent" or posted, f"said to be sent: {row!r}"
                    praised = getattr(self.rows[row.about_id], "status", "") == "answered"
                    kept_back = row.purpose == "praise" and row.status == "withheld"
                    assert not (praised and kept_back), f"never told of the praise: {row!r}"
                    assert row.status != "grouped" or self._carried.get(row.id) == row.carried_by, f"{row!r}"
                case Customer(wake_at=None):
                    assert not row.check_in_every_days, f"nobody stays in touch: {row!r}"
        contacts = Counter(
            (row.customer_id, row.summary, row.occurred_at)
            for row in self.rows.values()
            if isinstance(row, Interaction)
        )
        self._judge_counts()
        assert set(contacts.values()) <= {1}, f"recorded twice: {contacts}"
        derived = Counter(
            (row.interaction_id, row.origin, row.reason)
            for row in self.rows.values()
            if isinstance(row, FollowUp) and row.interaction_id and row.origin not in UNPLANNED
        )
        assert set(derived.values()) <= {1}, f"planned twice: {derived}"

    def _judge_counts(self) -> None:
        paces = [row for row in self.rows.values() if isinstance(row, RateCount)]
        for name, sent in (("sms-2", self._texts), ("mail-2", self._sent.total())):
            counted = sum(row.count for row in paces if row.id.startswith(name))
            assert counted >= sent, f"counted {counted} of {sent}: {name}"
        most = max(policy.sending.texts_spend_a_month for policy in self.policies)
        for month in paces:
            dear = month.id.startswith("sms-spend-") and Decimal(month.count) / 100_000 > most
            assert not dear, f"texts for more than ${most}: {month!r}"

    def _judge_dead_letters(self) -> None:
        for reader in self.world.stream.readers:
            bad = {number_of(record) for _, record in reader.records if is_poison(record)}
            unseen = bad - reader.given_up - reader.lost
            assert not unseen, f"a bad record, and nobody was told: {unseen}"
        for dead in self.world.dead_letters.letters:
            told = dead.content.get("requestPayload", {}).keys()
            ids_only = told <= {"row_id", "version", *OF_ANOTHER_RELEASE}
            assert ids_only, f"more than ids in a dead letter: {told}"

    def _is_called_back(self, reply: Reply) -> bool:
        """The clock of an answer is silent where the customer was promised a call instead."""
        return any(
            isinstance(row, Commitment)
            and row.origin == "call_back"
            and row.interaction_id == reply.interaction_id
            for row in self.rows.values()
        )

    def _judge_end_of_promise(self, row: Commitment) -> None:
        overdue = row.status == "broken" or (row.status == "open" and row.due_at < self.world.now)
        assert row.status != "open" or row.wake_at is not None, f"forgotten: {row.what}"
        assert row.flagged_at or not overdue, f"missed, and nobody heard: {row.what}"
        moved = any(change.what == "renegotiated" for change in row.history)
        if row.flagged_at and not self.world.faults.rates and not moved:
            late = row.flagged_at - max(row.due_at, row.created_at)
            assert late < PUNCTUAL, f"flagged {late} late: {row.what}"
        ladders = {len(policy.commitments.ladder) for policy in self.policies}
        if overdue and len(ladders) == 1:
            climbed = {rung for told in self._told if (rung := _climbed(told, row)) is not None}
            assert len(climbed) == max(ladders), f"escalated {climbed}: {row.what}"


def _are_news(body: str) -> bool:
    """Whether it is a piece of news, and nothing else."""
    try:
        known = parse_event(body).model_dump(mode="json")
    except ValidationError:
        return False
    return bool(json.loads(body) == known)


def _is_of(row: Row, customer_id: str) -> bool:
    return customer_id in {row.id, getattr(row, "customer_id", None)}


def _is_awaited(row: Commitment | Reply) -> bool:
    """Whether the customer waits for this answer, or for this call."""
    if isinstance(row, Reply):
        return row.status in UNANSWERED
    return row.origin == "call_back" and row.status == "open"


def _climbed(told: tuple[object, ...], row: Commitment) -> object:
    what, *of = told
    return of[2] if what == "climbed the same rung again" and of[:2] == [row.id, _renewals(row)] else None


def _renewals(row: Commitment) -> int:
    return sum(change.what == "renegotiated" for change in row.history)


def _whom(message: Message) -> tuple[str, str, str | None, str]:
    # The owner stands in for a missing supervisor: what they are told differs by its reason.
    return message.purpose, message.to, message.recipient_id, message.medium


def _name(row: Row) -> str:
    return row.id if not isinstance(row, Policy) else "policy"


def _if_message(row: Row | None) -> Message | None:
    return row if isinstance(row, Message) else None


def _if_case(row: Row | None) -> Case | None:
    return row if isinstance(row, Case) else None


def ending(watch: Watch) -> dict[str, list[str]]:
    """How everything that people speak of ended, by their own names for it."""
    end: defaultdict[str, list[str]] = defaultdict(list)
    unsure = _unsure_surveys(watch)
    for row in watch.rows.values():
        name = spoken_of(watch, row)
        if name is None:
            continue
        match row:
            case Commitment():
                flagged = "flagged" if row.flagged_at else "in time"
                flagged = "either way" if is_raced(watch, row) else flagged
                end[name].append(f"{row.status}, {flagged}, due {row.due_at:%d %b %H}h, {row.unreached}")
            case FollowUp():
                end[name].append(f"{row.status}, due {row.due_at:%d %b}")
            case Reply():
                end[name].append(row.status)
            case Goodwill():
                end[name].append(f"{row.status} {row.amount}")
            case Case():
                evidence = (row.contacts, len(row.hand_offs), len(row.repeat_contacts), len(row.reopenings))
                around = "run-around" if row.run_around_at else ""
                end[name].append(f"{row.status} {evidence} {around} {row.granted} {row.waiting_for_customer}")
            case Survey():
                either = watch.unsteady or row.id in unsure
                end[name].append("either way" if either else f"{row.status} {row.score}")
    return {name: sorted(ends) for name, ends in end.items()}


def _unsure_surveys(watch: Watch) -> set[str]:
    """Those that may end either way.

    What may never have arrived may never be answered; of two that waited for the same moment either may be
    asked; only after an unhappy answer is the customer asked about the same case again; and whoever wants no
    more of them says so when one arrives.
    """
    lost = {
        row.about_id
        for row in watch.rows.values()
        if isinstance(row, Message) and row.status in {"unknown", "failed", "withheld"}
    }
    waited = Counter(watch.turns.values())
    unsure = lost | {survey_id for survey_id, turn in watch.turns.items() if waited[turn] > 1}
    cases: set[str] = set()  # of which nobody knows how the customer answered
    leaving: set[str] = set()  # customers who would have said so, had it arrived
    surveys = [row for row in watch.rows.values() if isinstance(row, Survey)]
    for row in sorted(surveys, key=lambda row: row.created_at):
        depends = row.again or ASKED_LATELY in str(row.withheld_because)
        case_id = watch.case_of(row)
        customer = watch.rows.get(row.customer_id)
        left = isinstance(customer, Customer) and customer.unsubscribed_at is not None
        if (depends and case_id in cases) or row.customer_id in leaving:
            unsure.add(row.id)
        if left and row.id in lost:
            leaving.add(row.customer_id)
        if row.id in unsure and case_id is not None:
            cases.add(case_id)
    return unsure


def spoken_of(watch: Watch, row: Row) -> str | None:  # noqa: PLR0911 - one for each kind
    """A name for what people know of, the same with faults and without."""
    match row:
        case Commitment(origin="unhappy") | FollowUp(origin="unhappy" | "bounced"):
            return None  # when it came depends on when the mail did
        case Commitment(origin="call_back"):
            return f"call back after {_contact(watch, row.interaction_id)}"
        case Commitment():
            return row.what
        case FollowUp(interaction_id=None):
            return f"check-in of {getattr(watch.rows[row.customer_id], 'name', '')}"
        case FollowUp():
            return f"{row.origin} after {_contact(watch, str(row.interaction_id))}"
        case Reply():
            return f"reply to {_contact(watch, row.interaction_id)}"
        case Survey(interaction_id=None):
            return f"surveys of {getattr(watch.rows[row.customer_id], 'name', '')}"
        case Survey():
            return f"survey after {_contact(watch, str(row.interaction_id))}"
        case Goodwill():
            return row.reason
        case Case():
            first = min(
                (
                    one
                    for one in watch.rows.values()
                    if isinstance(one, Interaction) and one.case_id == row.id
                ),
                key=lambda one: one.recorded_at,
            )
            return f"case of {_contact(watch, first.id)}"
    return None


def is_raced(watch: Watch, row: Row) -> bool:
    """Whether something was done about it in the very second in which it fell due."""
    return getattr(row, "what", None) in watch.raced or getattr(row, "reason", None) in watch.raced


def _contact(watch: Watch, interaction_id: str) -> str:
    row = watch.rows[interaction_id]
    assert isinstance(row, Interaction)
    return f"{row.summary} at {row.occurred_at:%d %b %H:%M}" if row.summary in THANKS else row.summary


def steps(watch: Watch) -> Counter[tuple[str, str]]:
    """How often each thing was told; to whom depends on who is away at that minute."""
    told: defaultdict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    for row in watch.rows.values():
        if isinstance(row, Message):
            about = watch.rows[row.about_id]
            name = None if is_raced(watch, about) else spoken_of(watch, about)
            # Whether there is a way to a customer depends on when it was heard that another does not work.
            unsure = row.to == "customer" and watch.unsteady
            # An answer in time may be written down when the desk has already missed it, or not yet.
            in_time = isinstance(about, Reply) and about.status == "given" and about.missed_at is None
            unsure = unsure or (in_time and row.purpose == "reply_missed")
            # A rung is a rung, whoever stands on it.
            purpose = "promise_escalation" if row.why == STILL_NOT_KEPT else row.purpose
            if (
                name
                and row.about_kind != "survey"
                and not row.why.startswith((REPLACES_THE_FIRST, NEW_LINK))
                and not unsure
            ):
                told[name, purpose].add((row.about_id, watch.said_at[row.id]))
    return Counter({step: len(versions) for step, versions in told.items()})


def agree(faulty: Watch, without: Watch) -> None:
    """The end is that of the run without faults. Raises AssertionError."""
    found, wanted = ending(faulty), ending(without)
    assert found.keys() == wanted.keys(), f"only one has {found.keys() ^ wanted.keys()}"
    differing = {
        name: (found[name], wanted[name])
        for name in wanted
        if found[name] != wanted[name] and "either way" not in (*found[name], *wanted[name])
    }
    assert not differing, f"ended otherwise: {differing}"
    told, right = steps(faulty), steps(without)
    for step in [step for step in (*told, *right) if step[0] in faulty.overtaken]:
        told.pop(step, None)
        right.pop(step, None)
    # A warning that comes too late gives way to the flag; all other steps are taken, and once.
    more = told - right
    less = Counter({step: n for step, n in (right - told).items() if step[1] not in WARNINGS})
    if len({repr(one.commitments.ladder) for watch in (faulty, without) for one in watch.policies}) > 1:
        # Whoever climbs late climbs another ladder.
        for climbed in (more, less):
            for step in [step for step in climbed if step[1] == "promise_escalation"]:
                del climbed[step]
    assert (more, less) == ({}, {}), f"told too often {dict(more)}, not told {dict(less)}"
