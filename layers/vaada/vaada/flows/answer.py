"""What customers do behind their links: answer a survey, unsubscribe."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.writing import change, require
from vaada.model.people import Consent, Customer
from vaada.model.work import Survey
from vaada.rules import surveys


def answer(desk: Desk, survey_id: str, score: int, comment: str | None, now: datetime) -> Survey:
    """Record the customer's answer. Raises NotThere, or NotPossible when it is too late or comes twice."""
    return change(desk, Survey, survey_id, lambda survey: surveys.answer(survey, score, comment, now))


def unsubscribe(desk: Desk, survey_id: str) -> None:
    """The customer of this survey wants no more of them. Raises NotThere. Twice is no error."""
    customer_id = require(desk, Survey, survey_id).customer_id

    def without_surveys(customer: Customer) -> Customer:
        if not customer.consent.survey:
            return customer
        consent = Consent(email=customer.consent.email, sms=customer.consent.sms, survey=False)
        return customer.changed(consent=consent)

    change(desk, Customer, customer_id, without_surveys)
