"""Surveys: ask once, remind once, close. What is not asked is withheld, and the row says why.

scheduled → sent → answered · expired; scheduled or sent → withheld; answered → sent, where the answer turns
out not to be a person's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.people import Customer, Medium
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained, Explanation, Row
from vaada.model.work import SCALES, Answer, Commitment, Survey, SurveyKind
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.ids import case_survey_id, survey_id
from vaada.rules.messages import frequency_cap
from vaada.rules.time import deadlines
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.deadlines import business_hours

DWELL = timedelta(seconds=1)
"""Nobody opens a page, chooses and submits faster; programs that follow every link do."""

_AT_ONCE = timedelta(seconds=1)  # within which two different scores cannot both be one person's
PAGE_LASTS = timedelta(hours=24)
"""What is sent from a page that lay open longer is asked for again."""

_MOST_KEPT = 20  # answers that do not count, the latest

Worth = Literal["count", "same", "amend", "discard", "quarantine", "stale", "refuse"]
"""What is made of an answer."""

_WHY: dict[SurveyKind, str] = {
    "csat": "a matter was resolved",
    "ces": "a matter was resolved",
    "promise": "a promise was kept",
    "nps": "it is time to ask about the business as a whole",
}


@dataclass(frozen=True)
class Asked:
    """What asking depends on, besides the survey: its customer, its case, and by what they can be asked."""

    customer: Customer
    case: Case | None
    medium: Medium | None


def next_step(survey: Survey, asked: Asked, policy: PolicyDocument, now: datetime) -> Decision[Survey]:
    """Ask, remind or close, whichever is due; not at night."""
    if survey.step in {"ask", "remind"}:
        morning = customer_reachable_at(asked.customer, policy, now)
        if morning > now:
            return Decision(survey.changed().waiting(morning, _by_day(policy, asked.customer, now)))
    match survey.step:
        case "ask" if survey.again and (rested := _due_after_rest(survey, asked, policy)) > now:
            return Decision(survey.changed().waiting(rested, _by_cool_down(policy, asked.customer, now)))
        case "ask":
            reason = why_not(survey, asked, policy, now)
            return (
                _withhold(survey, asked, reason, policy, now) if reason else _ask(survey, asked, policy, now)
            )
        case "remind":
            return _remind(survey, asked, policy, now)
        case _:
            return Decision(survey.changed(status="expired", step=None).waiting(None))


def why_not(survey: Survey, asked: Asked, policy: PolicyDocument, now: datetime) -> str | None:
    """Why the customer is not asked this, if so."""
    customer, case, rules = asked.customer, asked.case, policy.surveys
    last = max(customer.asked_at.values(), default=None)
    same = customer.asked_at.get(survey.kind)
    reasons = (
        (not customer.consent.survey, "the customer did not agree to surveys"),
        (asked.medium is None, "there is no address that the customer agreed to and that works"),
        (case is not None and case.abusive, "somebody was abusive in this matter"),
        (_is_open_again(survey, case), "the matter was taken up again"),
        (_nobody_served(survey, case), "nobody of ours was in touch with them in this matter"),
        (_within(last, rules.days_between, now), "they were asked something lately"),
        (
            _within(same, rules.days_between_kind.get(survey.kind, 0), now),
            "they were asked the same lately",
        ),
        (not frequency_cap.has_room(customer, policy, now), "they were written to often enough lately"),
    )
    return next((reason for applies, reason in reasons if applies), None)


def record_answer(survey: Survey, score: int, comment: str | None, now: datetime) -> Survey:
    """Record the answer that counts. Raises NotPossible once it is closed or past its time."""
    if not is_open(survey, now):
        status = "expired" if survey.status == "sent" else survey.status
        raise NotPossible("survey", status, "answered")
    return survey.changed(
        status="answered", step=None, score=score, comment=comment, answered_at=now
    ).waiting(None)


def judge_answer(
    survey: Survey, said: Answer, page_age: timedelta | None, *, confirmed: bool, policy: PolicyDocument
) -> Worth:
    """What an answer from the page is worth. `page_age` is how long the page was open; None: it never was.

    The first that a person sends counts, a later one amends it. Different scores at the same moment are a
    program's, and none of them counts. What came without the page, or faster than a person can, is kept apart
    until it is confirmed.
    """
    if survey.status == "answered":
        return _after_the_first(survey, said, page_age, policy)
    if not is_open(survey, said.at):
        return "refuse"
    if page_age is not None and page_age > PAGE_LASTS:
        return "stale"
    doubtful = page_age is None or page_age < DWELL or (_suspected(survey, said) and not confirmed)
    return "quarantine" if doubtful else "count"


def _after_the_first(
    survey: Survey, said: Answer, page_age: timedelta | None, policy: PolicyDocument
) -> Worth:
    since = said.at - (survey.answered_at or said.at)
    if said.score == survey.score and (said.comment or "") == (survey.comment or ""):
        return "same"
    if page_age is None or page_age < DWELL:
        return "refuse"
    if abs(since) <= _AT_ONCE and said.score != survey.score:
        return "discard"
    in_time = since <= timedelta(hours=policy.surveys.amend_within_hours)
    return "amend" if in_time else "refuse"


def amend(survey: Survey, said: Answer) -> Survey:
    """A later answer, kept beside the one that counts."""
    return survey.changed(amendments=(*survey.amendments, said)[-_MOST_KEPT:])


def quarantine(survey: Survey, said: Answer, why_not: str) -> Survey:
    """An answer that does not count, kept apart."""
    apart = said.model_copy(update={"why_not": why_not})
    return survey.changed(quarantined=(*survey.quarantined, apart)[-_MOST_KEPT:])


def discard(survey: Survey, said: Answer) -> Survey:
    """Two scores at one moment: neither counts, nor what amended the first. It is unanswered again."""
    why = {"why_not": "several scores at the same moment"}
    first = Answer(at=survey.answered_at or said.at, score=survey.score or 0, comment=survey.comment)
    apart = [one.model_copy(update=why) for one in (*survey.amendments, first, said)]
    return survey.changed(
        status="sent",
        score=None,
        comment=None,
        answered_at=None,
        amendments=(),
        quarantined=(*survey.quarantined, *apart)[-_MOST_KEPT:],
        step="close" if survey.reminds_at is None else "remind",
    ).waiting(survey.reminds_at or survey.closes_at)


def is_open(survey: Survey, now: datetime) -> bool:
    """Whether it can be answered now."""
    return survey.status == "sent" and not _over(survey, now)


def mark_undelivered(survey: Survey, because: str | None) -> Survey:
    """The survey could not be sent at all."""
    return withhold(survey, f"it could not be sent: {because}")


def withhold(survey: Survey, because: str) -> Survey:
    """It is not asked, or not any more."""
    return survey.changed(status="withheld", withheld_because=because, step=None).waiting(None)


def withdraw(survey: Survey | None) -> Survey | None:
    """The survey of a matter that is opened again, withheld. None: there is none without an answer."""
    if survey is None or survey.status not in {"scheduled", "sent"}:
        return None
    return withhold(survey, "the matter was opened again")


def last_day(survey: Survey, zone: str) -> date:
    """The last whole day on which the customer can answer, in their zone."""
    closes = survey.closes_at or survey.due_at
    return (closes.astimezone(ZoneInfo(zone)) - timedelta(days=1)).date()


def is_low(survey: Survey, policy: PolicyDocument) -> bool:
    """Whether the answer says that the customer is unhappy."""
    most = policy.surveys.low_score_at_most.get(survey.kind)
    return survey.score is not None and most is not None and survey.score <= most


def is_high(survey: Survey, policy: PolicyDocument) -> bool:
    """Whether the answer says that the customer is happy."""
    least = policy.surveys.high_score_at_least.get(survey.kind)
    return survey.score is not None and least is not None and survey.score >= least


def on_scale(kind: SurveyKind, score: int | None) -> bool:
    """Whether the kind of survey knows this score."""
    return score in SCALES[kind]


def next_nps(customer: Customer, agent_id: str, policy: PolicyDocument, since: datetime) -> Survey | None:
    """The next question about the business as a whole, so many days on. None: the policy asks none."""
    days = policy.surveys.nps_every_days
    if not days or not customer.consent.survey:
        return None
    zone = customer.time_zone or policy.business.time_zone
    at = customer_reachable_at(customer, policy, since + timedelta(days=days))
    why = Explanation(rule=f"every {days} days", counted_from=since, time_zone=zone)
    return Survey(
        survey_id=derived_row_id(customer.customer_id, f"nps-{since.isoformat()}", at),
        customer_id=customer.customer_id,
        agent_id=customer.agent_id or agent_id,
        kind="nps",
        due_at=at,
        wake_at=at,
        explain=Explained(due_at=why, wake_at=why),
        created_at=since,
    )


def _ask(survey: Survey, asked: Asked, policy: PolicyDocument, now: datetime) -> Decision[Survey]:
    hours, rules = business_hours(policy), policy.surveys
    reminds_at = hours.days_after(now, rules.remind_after_days)
    sent = survey.changed(
        status="sent",
        step="remind",
        sent_at=now,
        reminds_at=reminds_at,
        closes_at=hours.days_after(now, rules.close_after_days),
    ).waiting(reminds_at)
    customer = frequency_cap.count_message(asked.customer, policy, now)
    customer = customer.model_copy(update={"asked_at": {**customer.asked_at, survey.kind: now}})
    along: tuple[Row, ...] = (customer,)
    if survey.kind == "nps":  # it rates whoever is the customer's own agent when it is asked
        sent = sent.model_copy(update={"agent_id": customer.agent_id or survey.agent_id})
        along = _with_next_nps(survey, customer, policy, now)
    by = (asked.medium,) if asked.medium else None
    return Decision(sent, (Notice("customer", "survey", "ask", _WHY[survey.kind], by=by),), along)


def _withhold(
    survey: Survey, asked: Asked, reason: str, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    nps = survey.kind == "nps"
    along = _with_next_nps(survey, asked.customer.changed(), policy, now) if nps else ()
    return Decision(withhold(survey, reason), along=along)


def _with_next_nps(
    survey: Survey, customer: Customer, policy: PolicyDocument, now: datetime
) -> tuple[Row, ...]:
    """The customer, and the next survey that they wait for, if any."""
    following = next_nps(customer, survey.agent_id, policy, now)
    waiting = customer.model_copy(update={"nps_id": following.id if following else None})
    return (waiting, following) if following else (waiting,)


def _remind(survey: Survey, asked: Asked, policy: PolicyDocument, now: datetime) -> Decision[Survey]:
    reminded = survey.changed(step="close", reminds_at=None).waiting(survey.closes_at)
    silent = not asked.customer.consent.survey or _over(survey, now)
    if silent or asked.medium is None or not frequency_cap.has_room(asked.customer, policy, now):
        return Decision(reminded)
    notice = Notice("customer", "survey_reminder", "remind", "the survey is unanswered", by=(asked.medium,))
    return Decision(reminded, (notice,), (frequency_cap.count_message(asked.customer, policy, now),))


def _due_after_rest(survey: Survey, asked: Asked, policy: PolicyDocument) -> datetime:
    """Until when the customer is left alone, who was asked before."""
    rules, before = policy.surveys, asked.customer.asked_at
    ends = [at + timedelta(days=rules.days_between) for at in before.values()]
    if (same := before.get(survey.kind)) is not None:
        ends.append(same + timedelta(days=rules.days_between_kind.get(survey.kind, 0)))
    return max(ends, default=survey.due_at)


def _by_cool_down(policy: PolicyDocument, customer: Customer, now: datetime) -> Explanation:
    zone = customer.time_zone or policy.business.time_zone
    return Explanation(rule="when they may be asked again", counted_from=now, time_zone=zone)


def _by_day(policy: PolicyDocument, customer: Customer, now: datetime) -> Explanation:
    zone = customer.time_zone or policy.business.time_zone
    return Explanation(rule="when customers may be written to", counted_from=now, time_zone=zone)


def _within(last: datetime | None, days: int, now: datetime) -> bool:
    return last is not None and now < last + timedelta(days=days)


def _is_open_again(survey: Survey, case: Case | None) -> bool:
    """Whether the case is not settled any more, or was settled again since, and asks a survey of its own."""
    if case is None or survey.kind == "promise":
        return False
    return case.status == "open" or case.survey_id not in {None, survey.survey_id}


def _nobody_served(survey: Survey, case: Case | None) -> bool:
    """Whether the matter was closed without an answer: there is no service to ask about."""
    return case is not None and survey.kind != "promise" and not (case.served or case.answered)


def _suspected(survey: Survey, said: Answer) -> bool:
    """Whether a program was at this survey just before: then even a good answer is to be confirmed."""
    return any(said.at - one.at < timedelta(minutes=1) for one in survey.quarantined)


def _over(survey: Survey, now: datetime) -> bool:
    return survey.closes_at is not None and now >= survey.closes_at


def of_interaction(interaction: Interaction, policy: PolicyDocument) -> Survey | None:
    """The survey that a resolved contact earns."""
    if not interaction.resolved or policy.surveys.after_resolution == "none":
        return None
    recorded = interaction.recorded_at
    return _after_resolution(survey_id(interaction), interaction, interaction.occurred_at, policy, recorded)


def of_case(case: Case, interaction: Interaction, policy: PolicyDocument, now: datetime) -> Survey | None:
    """The survey that a case earns when it is resolved by itself, after this last contact."""
    if policy.surveys.after_resolution == "none":
        return None
    asked = _after_resolution(case_survey_id(case, now), interaction, now, policy, now)
    return asked.model_copy(update={"case_id": case.case_id})  # the contact may be of one merged into it


def of_kept_commitment(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Survey | None:
    """The question whether we kept our word, after a promise was kept, where the policy asks it."""
    if not policy.surveys.after_kept_promise or commitment.origin != "stated":
        return None
    delay = Delay(hours=policy.surveys.hours_after_kept_promise)
    due = deadlines.after(delay, now, business_hours(policy), "the promise was kept")
    return Survey(
        survey_id=derived_row_id(commitment.commitment_id, "promise-survey", now),
        customer_id=commitment.customer_id,
        interaction_id=commitment.interaction_id,
        case_id=commitment.case_id,
        commitment_id=commitment.commitment_id,
        agent_id=commitment.agent_id,
        channel=commitment.channel,
        kind="promise",
        due_at=due.at,
        wake_at=due.at,
        explain=Explained(due_at=due.explain, wake_at=due.explain),
        created_at=now,
    )


def _after_resolution(
    survey_id: str, interaction: Interaction, resolved_at: datetime, policy: PolicyDocument, now: datetime
) -> Survey:
    delay = Delay(hours=policy.surveys.hours_after_resolution)
    due = deadlines.after(delay, resolved_at, business_hours(policy), "the matter was resolved")
    return Survey(
        survey_id=survey_id,
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        kind="ces" if policy.surveys.after_resolution == "ces" else "csat",
        due_at=due.at,
        wake_at=due.at,
        explain=Explained(due_at=due.explain, wake_at=due.explain),
        created_at=now,
    )
