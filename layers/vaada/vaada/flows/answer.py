"""What customers do behind their links: answer a survey, unsubscribe."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vaada.desk import Desk
from vaada.flows.briefing import agent_of, customer_of
from vaada.flows.cases import case_of
from vaada.flows.suppressing import addresses_of, lift_unsubscribed, suppress
from vaada.flows.writing import change, require
from vaada.model.messages import Message
from vaada.model.people import Agent, Consent, Customer
from vaada.model.rows import Row
from vaada.model.work import Answer, Commitment, FollowUp, Survey
from vaada.rules import commitments, follow_ups, planning, surveys
from vaada.rules.visits import may_subscribe_again

Outcome = Literal["counted", "unconfirmed", "stale", "over"]


@dataclass(frozen=True)
class Received:
    """What came of an answer, and the survey as it stands then."""

    outcome: Outcome
    survey: Survey


def receive(
    desk: Desk, survey_id: str, said: Answer, page_age: timedelta | None, *, confirmed: bool
) -> Received:
    """Take an answer for what it is worth; a low one opens a follow-up and a promise to call.

    Raises NotThere, Busy; Conflict where another answer at this very moment opened the same.
    """
    policy = desk.policy
    survey = require(desk, Survey, survey_id)
    agent = agent_of(desk, survey)
    outcome: Outcome = "counted"
    discarded = False

    def decide(row: Survey) -> Survey:
        nonlocal outcome, discarded
        discarded = False
        match surveys.what_to_make_of(row, said, page_age, confirmed=confirmed, policy=policy):
            case "count":
                outcome = "counted"
                return surveys.answered(row, said.score, said.comment, said.at)
            case "amend":
                outcome = "counted"
                return surveys.amended(row, said)
            case "same":
                outcome = "counted"
            case "discard":
                outcome, discarded = "unconfirmed", True
                return surveys.discarded(row, said)
            case "quarantine":
                outcome = "unconfirmed"
                return surveys.quarantined(row, said, "sent too fast, or without the page, for a person")
            case "stale":
                outcome = "stale"
            case "refuse":
                outcome = "over"
        return row

    def along(row: Survey) -> tuple[Row, ...]:
        if row.status == "answered" and row.answered_at == said.at and not row.amendments:
            return tuple(_opened_by(desk, row, agent, said.at))
        return tuple(_taken_back(desk, row, said.at)) if discarded else ()

    after = change(desk, Survey, survey_id, decide, along=along)
    return Received(outcome, after)


def unsubscribe(desk: Desk, survey_id: str, now: datetime) -> None:
    """The customer of this survey wants no more of them, at any address we have. Raises NotThere, Busy.

    Twice is no error.
    """
    customer = customer_of(desk, require(desk, Survey, survey_id))

    def without_surveys(row: Customer) -> Customer:
        if not row.consent.survey:
            return row
        consent = Consent(email=row.consent.email, sms=row.consent.sms, survey=False)
        return row.changed(consent=consent, unsubscribed_at=now)

    for medium, address in addresses_of(customer):
        suppress(desk, medium, address, "unsubscribed", now)
    change(desk, Customer, customer.customer_id, without_surveys)


def subscribe_again(desk: Desk, survey_id: str, now: datetime) -> None:
    """The customer of this survey did not mean to unsubscribe: what that stopped is as it was before.

    Only of late: who holds a link of long ago may be anybody, or a program. Whatever else stops an address
    stays. Twice is no error. Raises NotThere, Busy.
    """
    customer = customer_of(desk, require(desk, Survey, survey_id))

    def with_surveys(row: Customer) -> Customer:
        if row.unsubscribed_at is None:
            return row
        consent = Consent(email=row.consent.email, sms=row.consent.sms, survey=True)
        return row.changed(consent=consent, unsubscribed_at=None)

    if not may_subscribe_again(customer, now):
        return
    for medium, address in addresses_of(customer):
        lift_unsubscribed(desk, medium, address)
    change(desk, Customer, customer.customer_id, with_surveys)


def _opened_by(desk: Desk, survey: Survey, agent: Agent, now: datetime) -> list[Row]:
    """What the answer opens: for an unhappy one a follow-up and a promise, for kind words a thank-you."""
    policy = desk.policy
    if surveys.is_low(survey, policy):
        case = case_of(desk, survey.case_id)
        marked = [case.changed(ask_again=True)] if case is not None and not survey.again else []
        supervisor = desk.table.get(Agent, agent.supervisor_id) if agent.supervisor_id else None
        follow_up = planning.unhappy(survey, agent, policy, now)
        call = planning.unhappy_call(survey, agent, supervisor, policy, now)
        return [follow_up, *([call] if call else []), *marked]
    if surveys.is_high(survey, policy) and survey.comment:
        return [planning.praise(survey, agent, policy, now)]
    return []


def _taken_back(desk: Desk, survey: Survey, now: datetime) -> list[Row]:
    """What an answer had opened that turns out not to be a person's."""
    found: list[Row] = []
    reason = "the answer was not a person's"
    first, _ = survey.quarantined[-2:]
    follow_up_id, call_id, praise_id = planning.opened_by_answer(survey.survey_id, first.at)
    follow_up = desk.table.get(FollowUp, follow_up_id)
    if follow_up is not None and follow_up.status in follow_ups.OPEN:
        found.append(follow_ups.cancel(follow_up, now, "desk", reason))
    call = desk.table.get(Commitment, call_id)
    if call is not None and call.status == "open":
        found.append(commitments.withdraw(call, reason, now, "desk"))
    praise = desk.table.get(Message, praise_id)
    if praise is not None and praise.status == "held":
        found.append(praise.changed(status="withheld", why_not=reason, wake_at=None))
    case = case_of(desk, survey.case_id)
    if case is not None and case.ask_again:
        found.append(case.changed(ask_again=False))
    return found
