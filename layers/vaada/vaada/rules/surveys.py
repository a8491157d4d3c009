"""Surveys: ask once, remind once, close. Without consent nothing is asked, and the row says so.

scheduled → sent → answered · expired; scheduled or sent → withheld, when it could not be delivered.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vaada.model.people import Customer, Medium
from vaada.model.policy import PolicyDocument
from vaada.model.work import Survey
from vaada.rules.deadlines import business_hours
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible


def next_step(
    survey: Survey, customer: Customer, medium: Medium | None, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    """Ask, remind or close, whichever is due. `medium` is what the customer can be asked by, if anything."""
    rules = policy.surveys
    match survey.step:
        case "ask" if not customer.consent.survey:
            return Decision(_withheld(survey, "the customer did not agree to surveys"))
        case "ask" if medium is None:
            return Decision(_withheld(survey, "there is no address that the customer agreed to"))
        case "ask":
            asked = survey.changed(
                status="sent",
                step="remind",
                sent_at=now,
                closes_at=business_hours(policy).days_after(now, rules.close_after_days),
                wake_at=business_hours(policy).days_after(now, rules.remind_after_days),
            )
            return Decision(asked, (Notice("customer", "survey", "ask", "a matter was resolved"),))
        case "remind":
            reminded = survey.changed(step="close", wake_at=survey.closes_at)
            if not customer.consent.survey or medium is None or _over(survey, now):
                return Decision(reminded)
            return Decision(
                reminded, (Notice("customer", "survey_reminder", "remind", "the survey is unanswered"),)
            )
        case "close" | None:
            return Decision(survey.changed(status="expired", step=None, wake_at=None))


def answer(survey: Survey, score: int, comment: str | None, now: datetime) -> Survey:
    """Record the answer, once. Raises NotPossible once it is answered, closed or past its time."""
    if not is_open(survey, now):
        status = "expired" if survey.status == "sent" else survey.status
        raise NotPossible("survey", status, "answered")
    return survey.changed(
        status="answered", step=None, wake_at=None, score=score, comment=comment, answered_at=now
    )


def is_open(survey: Survey, now: datetime) -> bool:
    """Whether it can be answered now."""
    return survey.status == "sent" and not _over(survey, now)


def undelivered(survey: Survey, because: str | None) -> Survey:
    """The survey could not be sent at all."""
    return _withheld(survey, f"it could not be sent: {because}")


def last_day(survey: Survey, zone: str) -> date:
    """The last whole day on which the customer can answer, in their zone."""
    closes = survey.closes_at or survey.due_at
    return (closes.astimezone(ZoneInfo(zone)) - timedelta(days=1)).date()


def _over(survey: Survey, now: datetime) -> bool:
    return survey.closes_at is not None and now >= survey.closes_at


def _withheld(survey: Survey, because: str) -> Survey:
    return survey.changed(status="withheld", withheld_because=because, step=None, wake_at=None)
