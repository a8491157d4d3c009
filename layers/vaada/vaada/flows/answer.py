"""What customers do behind their links: answer a survey, unsubscribe."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.briefing import agent_of
from vaada.flows.writing import change, require
from vaada.model.people import Consent, Customer
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules import planning, surveys


def answer(desk: Desk, survey_id: str, score: int, comment: str | None, now: datetime) -> Survey:
    """Record the customer's answer, and open a follow-up when it is a low one.

    Raises NotThere, or NotPossible when it is too late or comes twice.
    """
    agent = agent_of(desk, require(desk, Survey, survey_id))

    def opened_by(answered: Survey) -> tuple[Row, ...]:
        follow_up = planning.unhappy(answered, agent, desk.policy, now)
        return (follow_up,) if follow_up else ()

    return change(
        desk,
        Survey,
        survey_id,
        lambda survey: surveys.answer(survey, score, comment, now),
        along=opened_by,
    )


def unsubscribe(desk: Desk, survey_id: str) -> None:
    """The customer of this survey wants no more of them. Raises NotThere. Twice is no error."""
    customer_id = require(desk, Survey, survey_id).customer_id

    def without_surveys(customer: Customer) -> Customer:
        if not customer.consent.survey:
            return customer
        consent = Consent(email=customer.consent.email, sms=customer.consent.sms, survey=False)
        return customer.changed(consent=consent)

    change(desk, Customer, customer_id, without_surveys)
