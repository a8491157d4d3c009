"""Rows for tests of rules: one of each kind, with defaults for all fields."""

from datetime import UTC, datetime, timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Consent, Customer
from vaada.model.policy import Business, PolicyDocument
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.only_thanks import only_thanks
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import working_hours

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUSTOMER_ID = "bilal0khan000000"
AGENT_ID = "amina00000000000"


def row_id(n: int) -> str:
    return f"{CUSTOMER_ID}01kqakcg{n:08d}"


def policy(zone: str = "UTC", /, **rules: object) -> PolicyDocument:
    """A bakery open on weekdays from 9 to 13 and from 14 to 18, closed on British holidays."""
    business = Business(name="Bakery", time_zone=zone, country="GB", language="en")
    return PolicyDocument.model_validate({"business": business, **rules})


def agent_hours(zone: str = "UTC", /, **facts: object) -> Hours:
    """When Amina works; as the bakery is open, if no facts say otherwise."""
    return working_hours(agent(**facts), policy(zone))


def agent(**facts: object) -> Agent:
    return Agent.model_validate(
        {"agent_id": AGENT_ID, "name": "Amina", "email": "amina@example.com", "created_at": MONDAY, **facts}
    )


def customer(**facts: object) -> Customer:
    return Customer.model_validate(
        {
            "customer_id": CUSTOMER_ID,
            "name": "Bilal Khan",
            "email": "bilal@example.com",
            "phone": "+923001234567",
            "consent": Consent(email=True, sms=True, survey=True),
            "created_at": MONDAY,
            **facts,
        }
    )


def interaction(**facts: object) -> Interaction:
    contact = Interaction.model_validate(
        {
            "interaction_id": row_id(1),
            "customer_id": CUSTOMER_ID,
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": "Wants a cake for Saturday",
            "occurred_at": MONDAY,
            "recorded_at": MONDAY,
            **facts,
        }
    )
    return contact.model_copy(update={"only_thanks": only_thanks(contact)} | facts)


def commitment(due_at: datetime = MONDAY + timedelta(days=1), **facts: object) -> Commitment:
    return Commitment.model_validate(
        {
            "commitment_id": row_id(3),
            "customer_id": CUSTOMER_ID,
            "interaction_id": row_id(1),
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "what": "Call back with a price",
            "due_at": due_at,
            "created_at": MONDAY,
            **facts,
        }
    )


def follow_up(at: datetime = MONDAY, **facts: object) -> FollowUp:
    return FollowUp.model_validate(
        {
            "follow_up_id": row_id(4),
            "customer_id": CUSTOMER_ID,
            "interaction_id": row_id(1),
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "reason": "Ask how the cake was",
            "due_at": at,
            "wake_at": at,
            "created_at": MONDAY,
            **facts,
        }
    )


def survey(**facts: object) -> Survey:
    return Survey.model_validate(
        {
            "survey_id": row_id(5),
            "customer_id": CUSTOMER_ID,
            "interaction_id": row_id(1),
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "due_at": MONDAY,
            "wake_at": MONDAY,
            "created_at": MONDAY,
            **facts,
        }
    )


def message(**facts: object) -> Message:
    return Message.model_validate(
        {
            "message_id": row_id(6),
            "customer_id": CUSTOMER_ID,
            "about_id": row_id(4),
            "about_kind": "follow_up",
            "purpose": "follow_up_reminder",
            "to": "agent",
            "medium": "email",
            "why": "the follow-up is due",
            "wake_at": MONDAY,
            "created_at": MONDAY,
            **facts,
        }
    )


def case(**facts: object) -> Case:
    return Case.model_validate(
        {
            "case_id": row_id(2),
            "customer_id": CUSTOMER_ID,
            "agent_id": AGENT_ID,
            "kind": "request",
            "channel": "phone",
            "opened_at": MONDAY,
            "last_contact_at": MONDAY,
            "last_inbound_at": MONDAY,
            "last_interaction_id": row_id(1),
            "served": True,
            **facts,
        }
    )


def reply(due_at: datetime = MONDAY + timedelta(hours=1), **facts: object) -> Reply:
    return Reply.model_validate(
        {
            "reply_id": row_id(7),
            "customer_id": CUSTOMER_ID,
            "interaction_id": row_id(1),
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "channel": "phone",
            "which": "first",
            "asked_at": MONDAY,
            "due_at": due_at,
            "created_at": MONDAY,
            **facts,
        }
    )


def goodwill(**facts: object) -> Goodwill:
    return Goodwill.model_validate(
        {
            "goodwill_id": row_id(8),
            "customer_id": CUSTOMER_ID,
            "case_id": row_id(2),
            "agent_id": AGENT_ID,
            "amount": "40.00",
            "currency": "USD",
            "reason": "The cake was late",
            "status": "requested",
            "due_at": MONDAY,
            "wake_at": MONDAY,
            "created_at": MONDAY,
            **facts,
        }
    )
