"""The order of events counts, not the order of recording: contacts in any order make the same case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.times import DAY, HOUR, MINUTE
from tests.unit.rows import AGENT_ID, MONDAY, agent, customer, interaction, policy, reply, row_id
from vaada.model.cases import Case
from vaada.model.interaction_input import InteractionChanges
from vaada.model.interactions import FollowUpRequest, Interaction, StatedCommitment
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, corrections, interactions, surveys
from vaada.rules.corrections import Known
from vaada.rules.hand_over import hand_over_all
from vaada.rules.interactions import Owners, StateBefore
from vaada.rules.open_work import OpenWork, is_open, with_open_work

R = TypeVar("R", bound=Row)
AGENTS = (AGENT_ID, "omar000000000000", "sana000000000000")


RULES = policy(
    closed_days=[
        {"name": "Stocktaking", "first": (MONDAY + 2 * DAY).date(), "last": (MONDAY + 2 * DAY).date()}
    ],
    replies={"opening_minutes": {"phone": 60, "email": 240}},
)
OPEN = {"scheduled", "due"}
BY_TONE = {"upset", "abusive"}


@dataclass
class Record:
    """The rows of one customer in memory, to which contacts are added as the desk adds them."""

    rows: dict[str, Row] = field(default_factory=dict)
    case: Case | None = None
    customer: Customer = field(default_factory=customer)
    rules: PolicyDocument = field(default_factory=policy)

    def write_down(self, contact: Interaction) -> None:
        late = interactions.is_late(contact, self.case)
        before = StateBefore(self.customer, agent(agent_id=contact.agent_id), self.case)
        check_in = self.rows.get(self.customer.check_in_id or "")
        if isinstance(check_in, FollowUp) and is_open(check_in):
            before = before._replace(check_in=check_in)
        if self.case is not None:
            survey = self.rows.get(self.case.survey_id or "")
            before = before._replace(work=self._open_work(self.case))
            before = before._replace(survey=survey if isinstance(survey, Survey) else None)
        if late:
            before = before._replace(
                contacts=tuple(self.of_kind(Interaction)),
                replies=tuple(self.of_kind(Reply)),
                calls=tuple(row for row in self.of_kind(Commitment) if row.origin == "call_back"),
                surveys=tuple(self.of_kind(Survey)),
                run_around=next(self._alarms, None),
            )
        case = interactions.case_after(contact, before, self.rules)
        former = self.case.agent_id if self.case else case.agent_id
        owners = Owners(
            agent(agent_id=case.agent_id), agent(agent_id=former) if former != case.agent_id else None
        )
        contact = contact.waiting(contact.recorded_at if contact.resolved else None)
        for row in (contact, *interactions.rows_to_write(contact, before, case, owners, self.rules)):
            self.rows[row.id] = row
            if isinstance(row, Case):
                self.case = row
            if isinstance(row, Customer):
                self.customer = row
        self._plan(contact)

    def _plan(self, contact: Interaction) -> None:
        """Plan the survey about the contact, as the stream does right afterwards."""
        survey = surveys.of_interaction(contact, self.rules)
        if survey is not None and self.case is not None and self.case.status == "resolved":
            self.rows[survey.id] = survey
        self.rows[contact.id] = interactions.mark_planned(contact)

    def correct(self, contact: Interaction, changes: InteractionChanges, now: datetime) -> None:
        """Correct a contact as the desk does."""
        assert self.case is not None
        before, case = self.rows[contact.id], self.case
        assert isinstance(before, Interaction)
        corrected = corrections.correct(before, changes, [], self.rules, now, AGENT_ID)
        if corrected is before:
            return
        known = self._known(before)
        after = corrections.case_after(corrected, case, known, self.rules)
        owner = agent(agent_id=after.agent_id)
        work, others, after = corrections.work_after(
            corrected, after, self._open_work(case), known, owner, self.rules, now, AGENT_ID
        )
        work = hand_over_all(work, owner, self.rules, now, AGENT_ID)
        after, asked = corrections.surveys_after(corrected, case, after, known, self.rules, now)
        rows = [
            *(corrected, with_open_work(after, work), *work.rows, *others, *asked),
            *corrections.tone_follow_ups(corrected, known, self.rules, now, AGENT_ID),
            *corrections.run_around_follow_ups(corrected, case, after, known, owner, now, AGENT_ID),
        ]
        for row in rows:
            self.rows[row.id] = row
            if isinstance(row, Case):
                self.case = row

    def _known(self, contact: Interaction) -> Known:
        by_id = {row.id: row for row in self.of_kind(FollowUp)}
        tones = (by_id.get(row_id) for row_id in corrections.tone_follow_up_ids(contact))
        return Known(
            agent(agent_id=contact.agent_id),
            tuple(self.of_kind(Interaction)),
            tuple(self.of_kind(Reply)),
            {row.origin: row for row in tones if row is not None},
            tuple(row for row in self.of_kind(Commitment) if row.origin == "call_back"),
            tuple(row for row in self.of_kind(FollowUp) if row.origin == "run_around"),
            tuple(self.of_kind(Survey)),
        )

    def of_kind(self, kind: type[R]) -> Iterator[R]:
        return (row for row in self.rows.values() if isinstance(row, kind))

    def _open_work(self, case: Case) -> OpenWork:
        reply_row, call_back = self.rows.get(case.reply_id or ""), self.rows.get(case.call_back_id or "")
        return OpenWork(
            reply_row if isinstance(reply_row, Reply) else None,
            call_back if isinstance(call_back, Commitment) else None,
            tuple(row for one in case.commitment_ids if isinstance(row := self.rows[one], Commitment)),
            tuple(row for one in case.follow_up_ids if isinstance(row := self.rows[one], FollowUp)),
        )

    @property
    def facts(self) -> dict[str, object]:
        """What the record says of the matter, without ids of rows and what is told of how it came about.

        What was planned and is not wanted any more, such as a call that was taken back, is none.
        """
        assert self.case is not None
        waits, call = self.rows.get(self.case.reply_id or ""), self.rows.get(self.case.call_back_id or "")
        left_out = {
            *("version", "interaction_ids", "commitment_ids", "follow_up_ids", "reply_id", "call_back_id"),
            *("survey_id", "steps"),
        }
        facts = self.case.model_dump(exclude=left_out)
        return {
            **facts,
            "waits_since": waits.asked_at if isinstance(waits, Reply) else None,
            "called": call.interaction_id if isinstance(call, Commitment) else None,
            "replies": self._replies,
            "calls": self._calls,
            "promises": self._promises,
            "follow_ups": self._follow_ups,
            "check_in": (self.customer.anchor, self.customer.wake_at, self._check_in),
            "asked_about": self._asked_about,
        }

    @property
    def _replies(self) -> list[tuple[object, ...]]:
        """The replies that the customer had or waits for, and whether a clock of their own runs."""
        rows = sorted(self.of_kind(Reply), key=lambda row: row.asked_at)
        return [
            (
                *(row.asked_at, row.interaction_id, row.channel, row.due_at, row.status, row.which),
                *(row.given_at, row.given_by, row.took_seconds, row.late_by_seconds),
                *(row.agent_id, row.wake_at is None),
            )
            for row in rows
            if row.status != "closed"
        ]

    @property
    def _calls(self) -> list[tuple[object, ...]]:
        """The calls that the customer was promised."""
        rows = (row for row in self.of_kind(Commitment) if row.origin == "call_back")
        return sorted(
            (
                *(row.interaction_id, row.due_at, row.status, str(row.kept_at), str(row.late_by_seconds)),
                row.agent_id,
            )
            for row in rows
            if row.status != "withdrawn"
        )

    @property
    def _promises(self) -> set[tuple[str, str]]:
        """The open promises of the case that somebody made in a contact, and whose they are."""
        rows = (row for row in self.of_kind(Commitment) if row.status == "open")
        return {(row.what, row.agent_id) for row in rows if row.origin == "stated"}

    @property
    def _follow_ups(self) -> list[tuple[object, ...]]:
        """The open follow-ups. Those for a tone are due by when that was written down."""
        rows = (row for row in self.of_kind(FollowUp) if row.status in OPEN and row.origin != "run_around")
        return sorted(
            (
                row.origin,
                row.reason,
                row.agent_id,
                row.status,
                "" if row.origin in BY_TONE else str(row.due_at),
            )
            for row in rows
        )

    @property
    def _check_in(self) -> str | None:
        row = self.rows.get(self.customer.check_in_id or "")
        return row.status if isinstance(row, FollowUp) else None

    @property
    def _asked_about(self) -> str | None:
        """The contact about which the customer will be asked, if the case allows it."""
        assert self.case is not None
        survey = self.rows.get(self.case.survey_id or "")
        return survey.interaction_id if isinstance(survey, Survey) and survey.status == "scheduled" else None

    @property
    def alarms(self) -> int:
        """The number of run-arounds that the supervisor was told about and must look at."""
        return len([*self._alarms])

    @property
    def _alarms(self) -> Iterator[FollowUp]:
        rows = (row for row in self.of_kind(FollowUp) if is_open(row))
        return (row for row in rows if row.origin == "run_around")


def recorded(*contacts: Interaction, record: Record | None = None, last: datetime | None = None) -> Record:
    """The record after these contacts, recorded a minute apart in this order after all had taken place."""
    record = record or Record()
    last = last or max(contact.occurred_at for contact in contacts)
    for n, contact in enumerate(contacts, 1):
        record.write_down(contact.model_copy(update={"recorded_at": last + n * MINUTE}))
    return record


def contact(n: int, at: datetime, **facts: object) -> Interaction:
    return interaction(interaction_id=row_id(100 + n), occurred_at=at, **facts)


def evidence(record: Record) -> tuple[int, int, int, int]:
    case = record.case
    assert case is not None
    return len(case.hand_offs), len(case.repeat_contacts), len(case.reopenings), record.alarms


contacts = st.lists(
    st.fixed_dictionaries(
        {
            "agent_id": st.sampled_from(AGENTS),
            "direction": st.sampled_from(["inbound", "inbound", "outbound"]),
            "channel": st.sampled_from(["phone", "email", "email", "social"]),
            "kind": st.sampled_from(["question", "request", "complaint"]),
            "resolved": st.sampled_from([False, False, False, True]),
            "tone": st.sampled_from(["calm", "calm", "upset", "abusive"]),
            "summary": st.sampled_from(["It squeaks", "Is it steel?", "Thanks!"]),
            "asks_customer": st.sampled_from([None, True, False]),
            "agreed": st.sampled_from([None, None, "promise", "date"]),
        }
    ),
    min_size=2,
    max_size=6,
)


def as_contact(n: int, at: datetime, drawn: dict[str, object]) -> Interaction:
    agreed = drawn["agreed"]
    facts = {name: value for name, value in drawn.items() if name != "agreed"}
    if agreed == "promise":
        facts["commitments"] = (promise(n),)
    if agreed == "date":
        facts["follow_up"] = FollowUpRequest(at=MONDAY + 30 * DAY, reason=f"Agreed {n}")
    inbound = facts["direction"] == "inbound"
    thanks = inbound and facts["summary"] == "Thanks!" and facts["kind"] != "complaint"
    waits = inbound and not (facts["resolved"] or thanks or agreed)
    return contact(n, at, **facts, awaits_reply=waits, only_thanks=thanks and facts["tone"] == "calm")


def promise(n: int) -> StatedCommitment:
    return StatedCommitment(what=f"Promise {n}", due_at=MONDAY + 30 * DAY)


def with_check_in(at: datetime) -> Record:
    """The record of a customer with whom a check-in was due at this time, and is not done yet."""
    check_in = FollowUp.model_validate(
        {
            "follow_up_id": row_id(50),
            "customer_id": customer().id,
            "agent_id": AGENT_ID,
            "origin": "check_in",
            "reason": "Stay in touch",
            "due_at": at,
            "wake_at": at,
            "created_at": at,
        }
    )
    known = {"agent_id": AGENT_ID, "served_by": AGENTS, "check_in_every_days": 5, "check_in_id": check_in.id}
    return Record({check_in.id: check_in}, customer=customer(**known, anchor=at - 5 * DAY), rules=RULES)


@settings(max_examples=200)
@given(contacts, st.data())
def test_any_order_of_writing_down_makes_the_same_case(
    drawn: list[dict[str, object]], data: st.DataObject
) -> None:
    hours = data.draw(
        st.lists(st.integers(0, 24 * 20), min_size=len(drawn), max_size=len(drawn), unique=True)
    )
    happened = [
        as_contact(n, MONDAY + at * HOUR, facts)
        for n, (at, facts) in enumerate(zip(sorted(hours), drawn, strict=True))
    ]
    written = data.draw(st.permutations(happened))
    checked_in_at = MONDAY + data.draw(st.integers(0, 24 * 20)) * HOUR

    right = recorded(*happened, record=with_check_in(checked_in_at))
    found = recorded(*written, record=with_check_in(checked_in_at))

    assert found.facts == right.facts
    assert found.alarms == right.alarms


@settings(max_examples=200)
@given(contacts, st.data())
def test_a_corrected_case_is_as_if_it_had_been_written_down_right(
    drawn: list[dict[str, object]], data: st.DataObject
) -> None:
    hours = data.draw(
        st.lists(st.integers(0, 24 * 20), min_size=len(drawn) + 1, max_size=len(drawn) + 1, unique=True)
    )
    right = [as_contact(n, MONDAY + hours[n] * HOUR, facts) for n, facts in enumerate(drawn)]
    n = data.draw(st.integers(0, len(drawn) - 1))
    mistake = {name: data.draw(contacts)[0][name] for name in ("summary", "kind", "tone")}
    wrong_at = data.draw(st.sampled_from([hours[n], hours[-1]]))
    wrong = as_contact(n, MONDAY + wrong_at * HOUR, {**drawn[n], **mistake})
    corrected = {name: getattr(right[n], name) for name in (*mistake, "occurred_at")}
    now, last = MONDAY + 30 * DAY, MONDAY + 21 * DAY

    found = recorded(*(wrong if one is right[n] else one for one in right), last=last)
    found.correct(wrong, InteractionChanges(**corrected), now)

    expected = recorded(*right, last=last)
    as_right = found.rows[wrong.id]
    assert isinstance(as_right, Interaction)
    assume(as_right.awaits_reply == right[n].awaits_reply)  # what was stated of waiting is not corrected
    assert found.facts == expected.facts
    assert found.alarms == expected.alarms


@settings(max_examples=150)
@given(contacts)
def test_a_case_computed_again_is_the_case_that_was_added_up(drawn: list[dict[str, object]]) -> None:
    happened = [as_contact(n, MONDAY + n * HOUR, facts) for n, facts in enumerate(drawn)]
    case = recorded(*happened).case
    assert case is not None

    again = cases.rebuild(case, happened, policy().cases)

    assert again.model_copy(update={"version": case.version}) == case


def test_an_answer_written_down_before_its_question_answers_it() -> None:
    question = contact(1, MONDAY + HOUR, awaits_reply=True)
    answer = contact(2, MONDAY + 1.5 * HOUR, direction="outbound")

    record = recorded(answer, question)

    assert record.facts["waits_since"] is None
    (row,) = (row for row in record.rows.values() if isinstance(row, Reply))
    assert (row.status, row.given_at, row.given_by) == ("given", answer.occurred_at, answer.id)
    assert (row.took_seconds, row.late_by_seconds, row.version) == (1800, 0, 1)


def test_an_answer_written_down_after_the_thanks_for_it_answers_the_question() -> None:
    question, answer = contact(1, MONDAY, awaits_reply=True), contact(2, MONDAY + HOUR, direction="outbound")
    thanks = contact(3, MONDAY + 2 * HOUR, only_thanks=True)

    for order in ((question, thanks, answer), (thanks, question, answer)):
        record = recorded(*order)
        (row,) = (row for row in record.rows.values() if isinstance(row, Reply))
        assert (row.status, row.given_at) == ("given", answer.occurred_at)
        assert record.facts["waits_since"] is None


def test_a_reply_that_turns_out_to_be_two_is_stored_as_two() -> None:
    record = recorded(
        contact(3, MONDAY + 2 * DAY, awaits_reply=True),
        contact(4, MONDAY + 4 * DAY, direction="outbound"),
        contact(1, MONDAY, awaits_reply=True),
        contact(2, MONDAY + DAY, direction="outbound"),
    )

    given = [row for row in record.rows.values() if isinstance(row, Reply)]
    assert {(row.asked_at, row.given_at) for row in given} == {
        (MONDAY, MONDAY + DAY),
        (MONDAY + 2 * DAY, MONDAY + 4 * DAY),
    }


def test_a_promise_written_down_late_is_of_the_agent_who_has_the_case() -> None:
    omar = {"agent_id": "omar000000000000", "commitments": (promise(2),)}
    record = recorded(contact(1, MONDAY), contact(3, MONDAY + DAY), contact(2, MONDAY + HOUR, **omar))

    (row,) = (row for row in record.rows.values() if isinstance(row, Commitment))
    assert (row.agent_id, row.history[-1].by) == (AGENT_ID, "omar000000000000")


def test_a_date_agreed_before_the_last_contact_leaves_its_follow_up() -> None:
    record = recorded(
        contact(1, MONDAY), contact(3, MONDAY + 2 * DAY), contact(2, MONDAY + DAY, commitments=(promise(2),))
    )

    (row,) = (row for row in record.rows.values() if isinstance(row, FollowUp))
    assert (row.status, row.due_at) == ("scheduled", MONDAY + 3 * DAY)


def test_an_alarm_ends_once_the_answer_between_is_written_down() -> None:
    asked = [contact(n, MONDAY + n * HOUR) for n in (1, 2, 4, 5)]
    record = recorded(*asked)
    before = record.alarms

    ours = contact(3, MONDAY + 3 * HOUR, direction="outbound", asks_customer=True)
    record.write_down(ours.model_copy(update={"recorded_at": MONDAY + DAY}))

    assert (before, record.alarms) == (1, 0)


def test_a_question_from_before_the_case_was_resolved_starts_no_clock() -> None:
    record = recorded(contact(1, MONDAY))
    assert record.case is not None
    at = MONDAY + 2 * HOUR
    record.case = cases.resolve(record.case, at, AGENT_ID, None)

    late = contact(2, MONDAY + HOUR, awaits_reply=True, recorded_at=at + MINUTE)
    record.write_down(late)

    assert record.case.status == "resolved"
    assert record.case.reopenings == ()
    assert record.facts["waits_since"] is None


def test_an_answer_from_before_the_last_question_leaves_that_question_open() -> None:
    record = recorded(
        contact(1, MONDAY + HOUR, awaits_reply=True),
        contact(3, MONDAY + 3 * HOUR, awaits_reply=True),
        contact(2, MONDAY + 2 * HOUR, direction="outbound"),
    )

    assert record.facts["waits_since"] == MONDAY + 3 * HOUR


def test_the_customer_waits_since_the_earlier_question_though_it_came_late() -> None:
    record = recorded(
        contact(2, MONDAY + 2 * HOUR, awaits_reply=True), contact(1, MONDAY + HOUR, awaits_reply=True)
    )

    (row,) = (row for row in record.rows.values() if isinstance(row, Reply))
    assert (row.asked_at, row.due_at, row.status) == (MONDAY + HOUR, MONDAY + 2 * HOUR, "awaited")


def test_contacts_of_a_former_agent_written_down_late_are_no_hand_offs() -> None:
    omar = {"agent_id": "omar000000000000"}
    first, tuesday = contact(1, MONDAY), contact(4, MONDAY + DAY, **omar)
    late = [contact(n, MONDAY + n * HOUR) for n in (2, 3)]

    assert evidence(recorded(first, tuesday, *late)) == evidence(recorded(first, *late, tuesday))
    assert evidence(recorded(first, tuesday, *late))[0] == 1


@pytest.mark.parametrize("order", [(2, 3, 4), (4, 3, 2), (3, 2, 4), (4, 2, 3)])
def test_repeat_contacts_count_by_the_day_of_the_contact(order: tuple[int, ...]) -> None:
    record = recorded(*(contact(n, MONDAY + n * DAY) for n in order))

    assert evidence(record)[1] == 2


def test_a_contact_before_a_check_in_does_not_complete_it() -> None:
    record = Record(customer=customer(agent_id=AGENT_ID, served_by=(AGENT_ID,)))
    check_in = FollowUp.model_validate(
        {
            "follow_up_id": row_id(50),
            "customer_id": record.customer.id,
            "agent_id": AGENT_ID,
            "origin": "check_in",
            "reason": "Stay in touch",
            "due_at": MONDAY,
            "wake_at": MONDAY,
            "created_at": MONDAY,
        }
    )
    for at, completes in ((MONDAY - DAY, False), (MONDAY + HOUR, True)):
        one = contact(1, at)
        before = StateBefore(record.customer, agent(), check_in=check_in)
        case = interactions.case_after(one, before, policy())
        rows = interactions.rows_to_write(one, before, case, Owners(agent()), policy())
        done = [row for row in rows if isinstance(row, FollowUp) and row.status == "done"]
        assert bool(done) == completes


def test_a_contact_counts_after_what_was_written_down_before_in_the_same_second() -> None:
    record = recorded(
        contact(1, MONDAY, awaits_reply=True),
        contact(2, MONDAY, direction="outbound"),
        contact(3, MONDAY + timedelta(days=2), awaits_reply=True),
    )

    assert record.case is not None
    assert record.case.answered
    assert record.facts["waits_since"] == MONDAY + 2 * DAY
    assert reply().status == "awaited"
