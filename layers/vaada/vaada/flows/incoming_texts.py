"""Receive an SMS from a customer: STOP or START, the answer to a survey, or a contact."""

from contextlib import suppress
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.customers.search import customers_by_phone
from vaada.flows.idempotency import Key, do_once
from vaada.flows.inbound_events import handle_or_queue
from vaada.flows.incoming_contacts import agent_for, last_in_touch, present_agents, unnamed_customer
from vaada.flows.interactions import record_interaction
from vaada.flows.surveys import asked_by
from vaada.model.inbound_events import OptOut, TextedScore
from vaada.model.incoming_texts import IncomingText
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.phone_numbers import BadPhoneNumber, comparable, to_e164
from vaada.model.text import is_visible
from vaada.model.work import SCALES, Survey
from vaada.rules.messages.opt_out_keywords import is_start, is_stop
from vaada.rules.messages.texted_scores import score
from vaada.rules.survey_answers import takes_texts

_MOST_SURVEYS = 50
_SHORTEST_WITHOUT_PLUS = 11  # digits: some providers leave out the plus of the country code
_WITHOUT_WORDS = "(a message without words)"


def receive_text(desk: Desk, text: IncomingText, now: datetime) -> str:
    """Process an SMS; processing it again changes nothing. Returns the outcome for the log.

    STOP, START and answers that fail wait in the retry queue. A contact has words, which no queue may hold,
    so whatever error it meets is raised: Lambda passes the SMS again.
    """
    number = _e164(desk, text.number)
    if is_stop(text.words) or is_start(text.words):
        said = OptOut(
            suppression_id=desk.addresses.hash_address("sms", number or text.number),
            said="stop" if is_stop(text.words) else "start",
        )
        return handle_or_queue(desk, said, now)
    if number is None:
        return "not from a number that can be answered"
    customers = customers_by_phone(desk, number)
    if (answer := _answer(desk, text, customers, now)) is not None:
        return handle_or_queue(desk, answer, now)
    return _record_contact(desk, text, number, customers, now)


def _e164(desk: Desk, number: str) -> str | None:
    """Return the number in the form of customers' numbers. None: it is a short code or a name."""
    international = f"+{number}" if number.isdigit() and len(number) >= _SHORTEST_WITHOUT_PLUS else number
    if international.startswith("+"):
        with suppress(BadPhoneNumber):
            return to_e164(international, "")
    with suppress(BadPhoneNumber):
        return to_e164(number, desk.policy.business.country)
    return None


def _answer(desk: Desk, text: IncomingText, customers: list[Customer], now: datetime) -> TextedScore | None:
    """Return the answer that the SMS gives to the latest open survey of its number. None: it gives none."""
    if all(score(text.words, kind) is None for kind in SCALES):
        return None
    theirs = (survey for one in customers for survey in _surveys(desk, one))
    surveys = [survey for survey in theirs if takes_texts(survey, desk.policy, now)]
    hinted = asked_by(desk, text.answers) if len(surveys) != 1 else None
    if hinted and not surveys:
        asked = desk.table.get(Survey, hinted)
        surveys = [asked] if asked is not None and takes_texts(asked, desk.policy, now) else []
    if not surveys:
        return None
    survey = max(surveys, key=lambda one: (one.status == "sent", one.id == hinted, one.sent_at or one.due_at))
    given = score(text.words, survey.kind)
    return None if given is None else TextedScore(answers=text.answers, survey_id=survey.id, score=given)


def _surveys(desk: Desk, customer: Customer) -> list[Survey]:
    found: list[Survey] = []
    for status in ("sent", "answered"):
        page = desk.table.customer_rows(Survey, customer.record_ids, _MOST_SURVEYS, None, status=status)
        found += [row for row in page.rows if isinstance(row, Survey)]
    return found


def _record_contact(
    desk: Desk, text: IncomingText, number: str, customers: list[Customer], now: datetime
) -> str:
    agents = present_agents(desk)
    if any(comparable(phone) == comparable(number) for agent in agents for phone in agent.phones):
        return "from an agent"
    customer = last_in_touch(desk, customers)
    if customer is None:
        customer = unnamed_customer(desk, "sms", number, number, now)
    new = NewInteraction(
        customer_id=customer.id,
        agent_id=agent_for(customer, agents).id,
        channel="sms",
        direction="inbound",
        kind="other",
        summary=text.words[:4000] if is_visible(text.words[:4000]) else _WITHOUT_WORDS,
        occurred_at=min(text.received_at or now, now),
    )
    key = Key.of(user="sms", path="", key=text.provider_id, body=b"", now=now)
    recorded = do_once(
        desk,
        key,
        lambda: record_interaction(desk, new, now) is not None,
        lambda result_id: desk.table.get(Interaction, result_id) is None,
    )
    return "contact" if recorded else "contact, known already"
