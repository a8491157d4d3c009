"""Surveys: send once, remind once, close. A survey that is not sent is withheld, with the reason.

States: scheduled → sent → answered · expired; scheduled · sent → withheld; answered → sent, if the answer
turns out to be a bot's; expired → answered, if a quarantined answer turns out to be the customer's;
withheld → scheduled · sent, if the case was not reopened after all.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.address_usage import AddressUsage
from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.people import Customer, Medium
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained, Explanation, Row
from vaada.model.work import Commitment, Survey, SurveyKind
from vaada.rules.decisions import Decision, Notice
from vaada.rules.ids import case_survey_id, case_survey_ids, survey_id
from vaada.rules.messages import frequency_cap
from vaada.rules.survey_answers import is_past_closing
from vaada.rules.time import deadlines
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.deadlines import business_hours
from vaada.rules.time.zones import zone_of

_OPEN_AGAIN = "the matter was opened again"
_ASKED_LATELY, _ASKED_THE_SAME_LATELY = "they were asked something lately", "they were asked the same lately"
COOL_DOWN = frozenset({_ASKED_LATELY, _ASKED_THE_SAME_LATELY})
"""The reason for withholding a survey that comes too soon after another one."""
_WHY_SENT: dict[SurveyKind, str] = {
    "csat": "a matter was resolved",
    "ces": "a matter was resolved",
    "promise": "a promise was kept",
    "nps": "it is time to ask about the business as a whole",
}


class SurveyContext(NamedTuple):
    """What a survey's next step depends on: its customer, its case, and the medium to ask by, if any."""

    customer: Customer
    case: Case | None
    medium: Medium | None
    address_id: str | None = None
    usages: tuple[AddressUsage, ...] = ()

    @property
    def counted(self) -> tuple[frequency_cap.Counted, ...]:
        """What limits how often the customer is asked and written to."""
        return (self.customer, *self.usages)


def next_step(
    survey: Survey, context: SurveyContext, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    """Ask, remind or close, whichever is due. Asking and reminding wait for the customer's daytime."""
    if survey.step in {"ask", "remind"}:
        morning = customer_reachable_at(context.customer, policy, now)
        if morning > now:
            return Decision(
                survey.changed().waiting(morning, _explain_daytime(policy, context.customer, now))
            )
    match survey.step:
        case "ask" if survey.again and (rested := _cool_down_ends_at(survey, context, policy)) > now:
            return Decision(
                survey.changed().waiting(rested, _explain_cool_down(policy, context.customer, now))
            )
        case "ask":
            reason = why_not(survey, context, policy, now)
            return (
                _decide_to_withhold(survey, context, reason, policy, now)
                if reason
                else _decide_to_ask(survey, context, policy, now)
            )
        case "remind":
            return _decide_to_remind(survey, context, policy, now)
        case _:
            return Decision(survey.changed(status="expired", step=None).waiting(None))


def why_not(survey: Survey, context: SurveyContext, policy: PolicyDocument, now: datetime) -> str | None:
    """Return why the customer must not be asked now. None: they may be."""
    customer, case, rules = context.customer, context.case, policy.surveys
    asked_at = frequency_cap.last_asked(context.counted)
    last = max(asked_at.values(), default=None)
    same = asked_at.get(survey.kind)
    reasons = (
        (not customer.consent.survey, "the customer did not agree to surveys"),
        (customer.parted_at is not None, "the business parted with the customer"),
        (context.medium is None, "there is no address that the customer agreed to and that works"),
        (case is not None and case.abusive, "somebody was abusive in this matter"),
        (_is_open_again(survey, case), "the matter was taken up again"),
        (_was_not_served(survey, case), "nobody of ours was in touch with them in this matter"),
        (_within(last, rules.days_between, now), _ASKED_LATELY),
        (
            _within(same, rules.days_between_kind.get(survey.kind, 0), now),
            _ASKED_THE_SAME_LATELY,
        ),
        (
            not frequency_cap.has_room(context.counted, policy, now),
            "they were written to often enough lately",
        ),
    )
    return next((reason for applies, reason in reasons if applies), None)


def mark_undelivered(survey: Survey, because: str | None) -> Survey:
    """Withhold the survey because its message could not be sent."""
    return withhold(survey, f"it could not be sent: {because}")


def withhold(survey: Survey, because: str) -> Survey:
    """Close the survey without an answer, with the reason."""
    return survey.changed(status="withheld", withheld_because=because, step=None).waiting(None)


def withdraw(survey: Survey | None) -> Survey | None:
    """Withhold the survey of a reopened case. None: there is no open survey."""
    if survey is None or survey.status not in {"scheduled", "sent"}:
        return None
    return withhold(survey, _OPEN_AGAIN)


def ask_after_all(survey: Survey, now: datetime) -> Survey | None:
    """Return a survey that was withdrawn as it was before, because the case was not reopened after all.

    What else speaks against it is looked at when it is due. None: it was not withdrawn.
    """
    if survey.status != "withheld" or survey.withheld_because != _OPEN_AGAIN:
        return None
    if survey.sent_at is None:
        planned = survey.changed(status="scheduled", step="ask", withheld_because=None)
        return planned.waiting(max(survey.due_at, now), survey.explain.due_at)
    step = "remind" if survey.reminds_at else "close"
    sent = survey.changed(status="sent", step=step, withheld_because=None)
    return sent.waiting(max(survey.reminds_at or survey.closes_at or now, now))


def after_change(
    case: Case,
    contacts: Sequence[Interaction],
    stored: Iterable[Survey],
    policy: PolicyDocument,
    now: datetime,
) -> tuple[str | None, Survey | None]:
    """Return the id of a case's survey after a contact was recorded late or corrected, and that survey if it
    changes or is new.

    `contacts` are all of the case in the order in which they took place, `stored` its surveys. A resolved
    case is asked about as it was resolved last.
    """
    if case.status != "resolved":
        return None, None
    by_id = {survey.id: survey for survey in stored}
    settled = next((contact for contact in reversed(contacts) if contact.resolved), None)
    by_hand = [
        change.at for change in case.history if change.what == "resolved" and change.interaction_id is None
    ]
    wanted = survey_id(settled) if settled else None
    if by_hand and (settled is None or max(by_hand) >= settled.occurred_at):
        own = [one for one in case_survey_ids(case) if one in by_id]
        wanted = own[-1] if own else case.survey_id
    if wanted is None:
        return case.survey_id, None
    survey = by_id.get(wanted)
    if survey is not None:
        return wanted, ask_after_all(survey, now)
    if settled is None or wanted != survey_id(settled) or settled.is_history or settled.wake_at is not None:
        return wanted, None  # else the stream still plans it
    new = of_interaction(settled, policy) if wanted != case.survey_id else None
    return wanted, new.model_copy(update={"created_at": now}) if new else None


def promise_survey_id(commitment: Commitment, kept: datetime) -> str:
    """Return the id of the survey about a promise that was marked as kept at this time."""
    return derived_row_id(commitment.commitment_id, "promise-survey", kept)


def last_day(survey: Survey, zone: str) -> date:
    """Return the last full local day on which the customer can answer."""
    closes = survey.closes_at or survey.due_at
    return (closes.astimezone(ZoneInfo(zone)) - timedelta(days=1)).date()


def next_nps(customer: Customer, agent_id: str, policy: PolicyDocument, since: datetime) -> Survey | None:
    """Return the next survey about the whole business, the policy's days after `since`. None: not wanted."""
    days = policy.surveys.nps_every_days
    if not days or not customer.consent.survey or customer.parted_at is not None:
        return None
    zone = zone_of(customer, policy)
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


def _decide_to_ask(
    survey: Survey, context: SurveyContext, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    hours, rules = business_hours(policy), policy.surveys
    reminds_at = hours.days_after(now, rules.remind_after_days)
    sent = survey.changed(
        status="sent",
        step="remind",
        sent_at=now,
        reminds_at=reminds_at,
        closes_at=hours.days_after(now, rules.close_after_days),
    ).waiting(reminds_at)
    customer = frequency_cap.count_survey(context.customer, survey.kind, policy, now)
    usages = tuple(frequency_cap.count_survey(each, survey.kind, policy, now) for each in context.usages)
    other_rows: tuple[Row, ...] = (customer, *usages)
    if survey.kind == "nps":  # it rates the customer's own agent at the time of asking
        sent = sent.model_copy(update={"agent_id": customer.agent_id or survey.agent_id})
        other_rows = (*_with_next_nps(survey, customer, policy, now), *usages)
    media = (context.medium,) if context.medium else None
    why, to = _WHY_SENT[survey.kind], context.address_id
    notice = Notice("customer", "survey", "ask", why, media=media, address_id=to)
    return Decision(sent, (notice,), other_rows)


def _decide_to_withhold(
    survey: Survey, context: SurveyContext, reason: str, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    nps = survey.kind == "nps"
    other_rows = _with_next_nps(survey, context.customer.changed(), policy, now) if nps else ()
    return Decision(withhold(survey, reason), other_rows=other_rows)


def _with_next_nps(
    survey: Survey, customer: Customer, policy: PolicyDocument, now: datetime
) -> tuple[Row, ...]:
    """Return the customer and their next survey about the whole business, if any."""
    following = next_nps(customer, survey.agent_id, policy, now)
    waiting = customer.model_copy(update={"nps_id": following.id if following else None})
    return (waiting, following) if following else (waiting,)


def _decide_to_remind(
    survey: Survey, context: SurveyContext, policy: PolicyDocument, now: datetime
) -> Decision[Survey]:
    reminded = survey.changed(step="close", reminds_at=None).waiting(survey.closes_at)
    customer = context.customer
    silent = not customer.consent.survey or customer.parted_at is not None or is_past_closing(survey, now)
    if silent or context.medium is None or not frequency_cap.has_room(context.counted, policy, now):
        return Decision(reminded)
    why, media, to = "the survey is unanswered", (context.medium,), context.address_id
    notice = Notice("customer", "survey_reminder", "remind", why, media=media, address_id=to)
    counted = frequency_cap.count_message(customer, policy, now)
    usages = (frequency_cap.count_message(each, policy, now) for each in context.usages)
    return Decision(reminded, (notice,), (counted, *usages))


def _cool_down_ends_at(survey: Survey, context: SurveyContext, policy: PolicyDocument) -> datetime:
    """Return when the customer may be asked again after earlier surveys."""
    rules, before = policy.surveys, frequency_cap.last_asked(context.counted)
    ends = [at + timedelta(days=rules.days_between) for at in before.values()]
    if (same := before.get(survey.kind)) is not None:
        ends.append(same + timedelta(days=rules.days_between_kind.get(survey.kind, 0)))
    return max(ends, default=survey.due_at)


def _explain_cool_down(policy: PolicyDocument, customer: Customer, now: datetime) -> Explanation:
    zone = zone_of(customer, policy)
    return Explanation(rule="when they may be asked again", counted_from=now, time_zone=zone)


def _explain_daytime(policy: PolicyDocument, customer: Customer, now: datetime) -> Explanation:
    zone = zone_of(customer, policy)
    return Explanation(rule="when customers may be written to", counted_from=now, time_zone=zone)


def _within(last: datetime | None, days: int, now: datetime) -> bool:
    return last is not None and now < last + timedelta(days=days)


def _is_open_again(survey: Survey, case: Case | None) -> bool:
    """Whether the case was reopened. If it was resolved again since, it has another survey."""
    if case is None or survey.kind == "promise":
        return False
    return case.status == "open" or case.survey_id not in {None, survey.survey_id}


def _was_not_served(survey: Survey, case: Case | None) -> bool:
    """Whether the case was closed without service, so that there is nothing to ask about."""
    return case is not None and survey.kind != "promise" and not (case.served or case.answered)


def of_interaction(interaction: Interaction, policy: PolicyDocument) -> Survey | None:
    """Return the survey about a resolved interaction, or None."""
    if not interaction.resolved or policy.surveys.after_resolution == "none":
        return None
    recorded = interaction.recorded_at
    return _resolution_survey(survey_id(interaction), interaction, interaction.occurred_at, policy, recorded)


def of_case(case: Case, interaction: Interaction, policy: PolicyDocument, now: datetime) -> Survey | None:
    """Return the survey about a case resolved on its own, or None. `interaction` is the case's latest."""
    if policy.surveys.after_resolution == "none":
        return None
    asked = _resolution_survey(case_survey_id(case, now), interaction, now, policy, now)
    return asked.model_copy(
        update={"case_id": case.case_id}
    )  # the interaction may be of a case merged into it


def of_kept_commitment(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Survey | None:
    """Return the survey whether we kept this promise. None: the policy wants none."""
    if not policy.surveys.after_kept_promise or commitment.origin != "stated":
        return None
    delay = Delay(hours=policy.surveys.hours_after_kept_promise)
    due = deadlines.after(delay, now, business_hours(policy), "the promise was kept")
    return Survey(
        survey_id=promise_survey_id(commitment, now),
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


def _resolution_survey(
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
