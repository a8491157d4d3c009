"""Three months of history for the demo's shop: made by the flows with a moved clock, written at once.

The flows run in this process on a table in memory. What they leave there is then put into the local cloud's
table, some thousands of rows in seconds. Everything ended is ended: nothing of it is due any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar, cast

from local.history_table import HistoryTable
from local.history_words import (
    COMMENTS,
    COMPLAINTS,
    CUSTOMERS,
    EVENING,
    MATTERS,
    QUESTIONS_ASKED,
    READERS,
    TIP,
)
from vaada.desk import Desk
from vaada.flows import cases, commitments, goodwill, interactions, replies
from vaada.flows.optimistic_write import change
from vaada.gateways.items import search_terms_to_write, to_item
from vaada.model.campaign_input import NewCampaign, NewEvent
from vaada.model.campaigns import EventAnswer
from vaada.model.cases import Case
from vaada.model.ids import derived_row_id, new_party_id
from vaada.model.interaction_input import NewCommitment, NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Consent, Customer
from vaada.model.policy import Policy, PolicyDocument
from vaada.model.relationship_input import NewLetter, NewNote
from vaada.model.relationships import Relationship
from vaada.model.rows import Row
from vaada.model.training import Training
from vaada.model.weekly_reports import KeptPromises
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.present import parting
from vaada.rules import (
    campaigns,
    follow_ups,
    recognition,
    relationship_findings,
    relationships,
    surveys,
    training,
    weekly_reports,
)
from vaada.rules import commitments as rules
from vaada.rules.cases import Cause
from vaada.rules.ids import reply_id
from vaada.rules.messages import lifecycle
from vaada.rules.time.deadlines import business_hours
from vaada.rules.weekly_reports import Findings
from vaada.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

R = TypeVar("R", bound=Row)

DAYS = 90
_BATCH = 25  # items of one BatchWriteItem
_QUESTIONS, _SENT_ON = 0.7, 0.08
_RENEGOTIATED, _LATE, _CALLED_BACK, _GIVEN_GOODWILL, _NOT_ASKED, _ANSWERED = 0.08, 0.12, 0.4, 0.5, 0.45, 0.6
"""How often something happens, as a share of all; questions as a share of days."""
_LONGEST_ANSWERS = {"email": 280, "chat": 70, "sms": 72, "phone": 72}  # minutes

_CAUSE = Cause("A step of the service was left out", "It is on the checklist now")
_SURVEY_SCORES = (5, 5, 5, 5, 4, 4, 4, 3, 5, 2)

_HAPPY = 4

_SETTINGS = Settings(
    table_name="",
    business_name="",
    owner_email="",
    sender_email="",
    time_zone="UTC",
    country="PK",
    language_tag="en",
    sms_enabled=True,
    texts_answered=False,
    inbound_domain="",
    whatsapp_phone_number_id="",
    configuration_set="",
    public_url="",
    link_keys_parameter="",
    address_key_parameter="",
)
"""Settings that the flows of a history do not read, because its policy has everything."""


@dataclass
class History:
    """Makes the history up to `now`. `agents` are those of the shop, who serve in turn."""

    agents: Sequence[Agent]
    policy: PolicyDocument
    now: datetime
    random: Random = field(default_factory=lambda: Random(7))  # nosec B311 # it guards nothing

    def __post_init__(self) -> None:
        self.table = HistoryTable()
        self.desk = Desk(_SETTINGS)
        self.desk.__dict__["table"] = self.table
        first = self.now - timedelta(days=DAYS + 1)
        self.table.write(*self.agents, Policy(document=self.policy, changed_at=first))
        self.hours = business_hours(self.policy)

    @property
    def _manager_id(self) -> str:
        return next((one for one in self.agents if one.role == "manager"), self.agents[-1]).agent_id

    def make(self) -> list[dict[str, Any]]:
        """Return the items of all rows except agents and the policy."""
        customers = [self._customer(*facts) for facts in CUSTOMERS]
        day = self.now - timedelta(days=DAYS)
        while day < self.now - timedelta(days=2):
            for _ in range(self.random.randint(2, 5)):
                self._matter(self.random.choice(customers), self._hour_of(day))
            if self.random.random() < _QUESTIONS:
                self._question(self.random.choice(customers), self._hour_of(day))
            day += timedelta(days=1)
        for customer in customers[:7]:
            self._open_matter(customer)
        self._weekly_reports()
        rex = self._customer("Rex Turner", "en", "+447700900999", None)
        shouted = (80, "Shouted that the wheel was not ready a day early."), (9, "Swore at Sana.")
        self._strained(rex, shouted, "Brings every repair back twice and pays late.", noted=110)
        self._parted(self._customer("Dale Mercer", "en", "+447700900888", None))
        self._training()
        for relationship in self._rows(Relationship):
            self._look_at(relationship, self.now)
        self._thanks()
        self._campaigns()
        made = [row for row in self.table.rows.values() if not isinstance(row, Agent | Policy)]
        items = [to_item(row) for row in made]
        for row in made:
            if isinstance(row, Customer):
                items += search_terms_to_write(row.model_copy(update={"search_index": None}))[0]
        return items

    def _weekly_reports(self) -> None:
        """Add a report on each week that is over, with the weeks before it."""
        at, earlier = self.now - timedelta(days=DAYS), dict[str, KeptPromises]()
        evidence: tuple[recognition.Evidence, ...] = (
            *self._rows(Commitment),
            *self._rows(Survey),
            *self._rows(Case),
        )
        while (planned := weekly_reports.plan(self.policy, at)).ends + timedelta(days=1) < self.now:
            at, (begins, ends) = planned.ends, (planned.begins, planned.ends)
            found = Findings(
                promises_since=begins,
                promises=[row for row in self._rows(Commitment) if begins <= row.due_at < ends],
                replies=[row for row in self._rows(Reply) if begins <= row.due_at < ends],
                cases=[row for row in self._rows(Case) if begins <= row.opened_at < ends],
                answered=[row for row in self._rows(Survey) if row.status == "answered"],
                goodwill=[row for row in self._rows(Goodwill) if begins <= row.due_at < ends],
                messages=[row for row in self._rows(Message) if begins <= row.created_at < ends],
                causes={row.id: row.cause for row in self._rows(Case) if row.cause},
                earlier=earlier,
                thanks=recognition.overview(evidence, (), self.agents, ends),
                agents={agent.id: agent for agent in self.agents},
            )
            written = weekly_reports.report(planned, found, self.policy, planned.wake_at or ends)
            self.table.write(written.model_copy(update={"version": 1, "created_at": begins}))
            earlier = written.figures.promises if written.figures else {}

    def _thanks(self) -> None:
        """Add thanks to the first agent for what a customer wrote."""
        first, *_ = self.agents
        for row in self._rows(Survey):
            proposal = recognition.proposal_of(row, self.now)
            if proposal is not None and row.agent_id == first.agent_id:
                at = proposal.at + timedelta(days=1)
                self.table.write(recognition.say(proposal, None, at, self._manager_id))
                return

    def _campaigns(self) -> None:
        """Add a sent tip, and an invitation to an evening in a few days, with some answers."""
        readers = [row for row in self._rows(Customer) if row.consent.news]
        at = self.hours.opens(self.now - timedelta(days=33))
        self._campaign(NewCampaign(texts=TIP), at, readers)
        begins = self.hours.opens(self.now + timedelta(days=9)).replace(minute=0) + timedelta(hours=6)
        evening = NewEvent(
            begins_at=begins, ends_at=begins + timedelta(hours=2), place="The workshop, Mall Road 5"
        )
        self._campaign(
            NewCampaign(texts=EVENING, event=evening),
            self.hours.opens(self.now - timedelta(days=4)),
            readers,
            answers=("yes", "yes", None, "no", "yes"),
        )

    def _campaign(
        self,
        new: NewCampaign,
        at: datetime,
        readers: Sequence[Customer],
        answers: Sequence[EventAnswer | None] = (),
    ) -> None:
        written = campaigns.schedule(campaigns.draft(new, at, self._manager_id), at)
        row = self._write(
            campaigns.after_page(written, len(readers), None, at).model_copy(update={"version": 1})
        )
        for number, reader in enumerate(readers):
            to = campaigns.recipient(row, reader, at)
            mail = campaigns.message(row, to, reader, "", self.policy, at)
            sent = lifecycle.mark_sent(mail, f"history-{to.id}", at)
            done = {"version": 1, "address_id": None, "delivery": "delivered", "delivered_at": at}
            self.table.write(sent.model_copy(update=done))
            said = answers[number] if number < len(answers) else None
            if said is not None:
                to = campaigns.answer(to, said, row, self.policy, at + timedelta(hours=3 + number))
            self.table.write(to.model_copy(update={"version": 1}))

    def _customer(self, name: str, language: str, phone: str, notes: str | None) -> str:
        email = f"{phone.removeprefix('+')}@customer.example"
        since = self.now - timedelta(days=self.random.randint(DAYS + 1, 900))
        customer = Customer(
            customer_id=new_party_id(),
            name=name,
            email=email,
            phone=phone,
            language=language,
            notes=notes,
            tags=("wholesale",) if "six" in (notes or "") else (),
            consent=Consent(email=True, sms=True, survey=True, news=name in READERS),
            created_at=since,
        )
        self.table.write(customer)
        return customer.customer_id

    def _hour_of(self, day: datetime) -> datetime:
        return day.replace(hour=9, minute=0, second=0) + timedelta(minutes=self.random.randint(0, 480))

    def _matter(self, customer_id: str, at: datetime) -> None:
        """Add a resolved case with a promise, which is mostly kept in time, and a survey."""
        kind, said, promise, outcome = self.random.choice(MATTERS)
        agent = self.random.choice(self.agents)
        due_at = self.hours.opens(at + timedelta(hours=self.random.choice((4, 20, 26, 50))))
        channel = self.random.choice(("phone", "phone", "email", "chat", "in_person", "sms"))
        inbound = self._contact(
            customer_id,
            agent,
            at,
            channel,
            kind,
            said,
            commitments=(NewCommitment(what=promise, due_at=due_at),),
            tone=self.random.choice(("calm", "calm", "calm", "upset")) if kind == "complaint" else "calm",
        )
        [promised] = [row for row in self._rows(Commitment) if row.interaction_id == inbound.interaction_id]
        ended = self._end_promise(promised, agent, due_at)
        case = cast("Case", self.table.get(Case, inbound.case_id))
        if kind == "complaint":
            self._complaint(case, agent, ended)
        if self.random.random() < _CALLED_BACK:
            self._contact(
                customer_id, agent, ended, "phone", kind, outcome, direction="outbound", case_id=case.case_id
            )
        self._resolve(case, agent, outcome, ended + timedelta(minutes=20))

    def _question(self, customer_id: str, at: datetime) -> None:
        """Add a question, mostly answered in time. Some customers are sent from one agent to the next."""
        said, outcome = self.random.choice(QUESTIONS_ASKED)
        channel = self.random.choice(("email", "email", "chat", "sms", "phone"))
        first, *others = self.random.sample(self.agents, k=len(self.agents))
        asked = self._contact(customer_id, first, at, channel, "question", said)
        answered_at = at + timedelta(minutes=self.random.randint(2, _LONGEST_ANSWERS[channel]))
        case = cast("Case", self.table.get(Case, asked.case_id))
        if self.random.random() < _SENT_ON:
            for agent in (*others, first):
                answered_at += timedelta(minutes=25)
                self._contact(
                    customer_id, agent, answered_at, channel, "question", "Asked again.", case_id=case.case_id
                )
        for message in self._rows(Message):
            if message.status == "held":  # that the matter was handed over
                self.table.write(lifecycle.mark_sent(message, f"history-{message.id}", message.created_at))
        replies.mark_answered(self.desk, reply_id(asked), answered_at, first.agent_id)
        self._resolve(case, first, outcome, answered_at + timedelta(minutes=10))

    def _resolve(self, case: Case, agent: Agent, outcome: str, at: datetime) -> None:
        resolved = cases.resolve(self.desk, case.case_id, outcome, at, agent.agent_id)
        for row in self._rows(FollowUp):
            if row.case_id == resolved.case_id and row.status in follow_ups.OPEN:
                self.table.write(follow_ups.complete(row, at, agent.agent_id))
        self._survey(resolved)

    def _contact(
        self, customer_id: str, agent: Agent, at: datetime, channel: str, kind: str, said: str, **more: object
    ) -> Interaction:
        facts: dict[str, object] = {"direction": "inbound", **more}
        new = NewInteraction.model_validate(
            {
                "customer_id": customer_id,
                "agent_id": agent.agent_id,
                "channel": channel,
                "kind": kind,
                "summary": said,
                "occurred_at": at,
                **facts,
            }
        )
        interaction = interactions.record_interaction(self.desk, new, at)
        interactions.plan_interaction(self.desk, interaction)
        return interaction

    def _end_promise(self, promise: Commitment, agent: Agent, due_at: datetime) -> datetime:
        chance = self.random.random()
        if chance < _RENEGOTIATED:
            later = due_at + timedelta(days=1)
            agreed = rules.Agreement(later, "The part comes a day later")
            commitments.renegotiate(
                self.desk,
                promise.id,
                agreed,
                due_at - timedelta(hours=3),
                agent.agent_id,
                tell_customer=False,
            )
            due_at = later
        early = timedelta(minutes=self.random.randint(5, 200))
        late = timedelta(hours=self.random.randint(1, 9))
        shift = late if chance > 1 - _LATE else -early
        kept_at = max(due_at + shift, promise.created_at + timedelta(minutes=10))
        change(
            self.desk,
            Commitment,
            promise.id,
            lambda row: rules.keep(row, kept_at, agent.agent_id),
            other_rows=lambda _, row: commitments.rows_after_end(self.desk, row, kept_at),
        )
        return kept_at

    def _complaint(self, case: Case, agent: Agent, at: datetime) -> None:
        for number, step in enumerate(case.steps):
            cause = _CAUSE if step.name == "cause_recorded" else None
            when = at - timedelta(minutes=60 - 5 * number)
            cases.do_step(self.desk, case.case_id, step.name, None, cause, when, agent.agent_id)
        if self.random.random() < _GIVEN_GOODWILL:
            amount = self.policy.goodwill.allowance_per_case / 2
            goodwill.give(
                self.desk, case.case_id, amount, "For the trouble", agent.agent_id, at, freely=False
            )

    def _survey(self, case: Case) -> None:
        """Ask how it was: some customers answer, some do not, some may not be asked."""
        survey = self.table.get(Survey, case.survey_id) if case.survey_id else None
        if survey is None:
            return
        asked_at = survey.due_at
        if asked_at >= self.now:
            return
        if self.random.random() < _NOT_ASKED:
            why = "they were asked something lately"
            self.table.write(survey.changed(status="withheld", withheld_because=why, step=None).waiting(None))
            return
        self._message(survey, asked_at)
        ended: dict[str, object] = {"status": "expired"}
        if self.random.random() < _ANSWERED:
            answered_at = asked_at + timedelta(hours=self.random.randint(1, 30))
            score = self.random.choice(_SURVEY_SCORES)
            ended = {
                "status": "answered",
                "score": score,
                "comment": self.random.choice(COMMENTS if score >= _HAPPY else COMPLAINTS),
                "answered_at": answered_at,
            }
        closed = survey.changed(sent_at=asked_at, closes_at=asked_at + timedelta(days=14), step=None, **ended)
        self.table.write(closed.waiting(None))

    def _message(self, survey: Survey, at: datetime) -> None:
        message_id = derived_row_id(survey.id, "ask", at)
        why = "the customer is asked how it went"
        customer = survey.customer_id
        new = lifecycle.new_message(survey, message_id, "survey", "customer", customer, "email", why, at, at)
        sent: Message = lifecycle.mark_sent(new, f"history-{survey.id}", at)
        self.table.write(sent.model_copy(update={"version": 1, "delivery": "delivered", "delivered_at": at}))

    def _open_matter(self, customer_id: str) -> None:
        """Add a recent case with a promise for the next days."""
        kind, said, promise, _ = self.random.choice(MATTERS[:5])
        agent = self.random.choice(self.agents)
        at = self.now - timedelta(hours=self.random.randint(20, 44))
        later = self.now + timedelta(hours=self.random.choice((5, 24, 30, 48, 72, 96, 150)))
        promised = (NewCommitment(what=promise, due_at=self.hours.opens(later)),)
        self._contact(customer_id, agent, at, "phone", kind, said, commitments=promised)

    def _strained(
        self, customer_id: str, shouted: Sequence[tuple[int, str]], costs: str, noted: int
    ) -> Relationship:
        """Add a customer whose review was proposed three days after they last shouted. Returns the row.

        `shouted` are how many days ago and how; `noted` is how long ago they first cost more than they bring.
        """
        agent, last = self.agents[0], shouted[-1][0]
        for days, said in shouted:
            at = self.now - timedelta(days=days)
            more = {"tone": "abusive", "resolved": True, "awaits_reply": False}
            contact = self._contact(customer_id, agent, at, "phone", "other", said, **more)
            for talk in self._rows(FollowUp):
                if talk.interaction_id == contact.interaction_id:
                    self.table.write(follow_ups.complete(talk, at, agent.agent_id))
            for survey in self._rows(Survey):
                if survey.interaction_id == contact.interaction_id:
                    self.table.write(surveys.withhold(survey, "somebody was abusive in this matter"))
        [row] = [one for one in self._rows(Relationship) if one.customer_id == customer_id]
        new = NewNote(
            kind="unprofitable",
            words=costs,
            figure=Decimal("-340.00"),
            happened_at=self.now - timedelta(days=noted),
        )
        noted_at = self.now - timedelta(days=last - 1)
        row = self._write(relationships.add_note(row, new, customer_id, noted_at, agent.agent_id))
        return self._look_at(row, self.now - timedelta(days=last - 3))

    def _parted(self, customer_id: str) -> None:
        """Add a customer with whom the shop has parted, after a talk and with a letter."""
        shouted = (86, "Threw a pump across the shop."), (60, "Shouted at Daniel about a free tube.")
        row = self._strained(customer_id, shouted, "Wants each repair for nothing.", noted=170)
        by = self._manager_id

        def ago(days: int) -> datetime:
            return self.now - timedelta(days=days)

        row = self._write(relationships.note_talk(row, "They see it alike.", ago(50), by))
        row = self._look_at(row, ago(42))
        row = self._write(relationships.end(row, (), "We cannot give them what they want.", ago(41), by))
        customer = cast("Customer", self.table.get(Customer, customer_id))
        rows = self._rows_of(customer)
        draft = parting.draft(row.against, customer.created_at, rows, self.policy.business, "en")
        steps = {
            name: getattr(draft, name).replace(relationships.GAP, "Hill Bicycles")
            for name in NewLetter.model_fields
        }
        row = self._write(relationships.edit_letter(row, NewLetter(**steps), ago(40), by))
        self._write(relationships.part(row, (), (), ago(40), by, agent_id=None))
        self.table.write(customer.changed(parted_at=ago(40)))

    def _training(self) -> None:
        """Add what was done about complaints, so that the page shows its effect."""
        what = "Two of us look at each repair together before it is handed out."
        self.table.write(
            Training(
                training_id=training.topic_key("kind", "complaint"),
                topic="kind",
                name="complaint",
                what=what,
                done_at=self.now - timedelta(days=DAYS // 2),
                done_by=self._manager_id,
            )
        )

    def _write(self, row: R) -> R:
        self.table.write(row)
        return row

    def _look_at(self, row: Relationship, now: datetime) -> Relationship:
        """Review a due relationship as the sweep does. Returns it."""
        if row.wake_at is None or row.wake_at > now:
            return row
        customer = cast("Customer", self.table.get(Customer, row.customer_id))
        facts = relationship_findings.Facts(customer, self._rows_of(customer), row.notes)
        found = relationship_findings.findings(facts, self.policy, now)
        return self._write(relationships.next_step(row, found, self.policy, now))

    def _rows_of(self, customer: Customer) -> list[Row]:
        return [one for one in self.table.rows.values() if getattr(one, "customer_id", "") == customer.id]

    def _rows(self, kind: type[R]) -> list[R]:
        return [row for row in self.table.rows.values() if isinstance(row, kind)]


def put(client: "DynamoDBClient", table: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Put the items, in batches."""
    for start in range(0, len(items), _BATCH):
        requests: Any = [{"PutRequest": {"Item": dict(item)}} for item in items[start : start + _BATCH]]
        client.batch_write_item(RequestItems={table: requests})
