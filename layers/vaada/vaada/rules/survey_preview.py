"""Which surveys customers would have been sent under other rules, judged from past surveys.

What depends on the rules alone is judged again: what is asked, when, and how long after another question.
Other reasons that prevented a survey then still prevent it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.people import Customer
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.work import Commitment, Survey, SurveyKind
from vaada.rules import surveys
from vaada.rules.ids import case_survey_id
from vaada.rules.surveys import COOL_DOWN
from vaada.rules.time import deadlines
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.deadlines import business_hours


def longest_cool_down(policy: PolicyDocument) -> timedelta:
    """Return how long an earlier survey can prevent another one."""
    rules = policy.surveys
    return timedelta(days=max((rules.days_between, *rules.days_between_kind.values())))


def asked(
    stored: Iterable[Survey],
    promises: Iterable[Commitment],
    cases: Iterable[Case],
    customers: Mapping[str, Customer],
    policy: PolicyDocument,
) -> Iterator[tuple[Survey, datetime]]:
    """Yield the surveys that would have been sent under these rules, and when.

    `cases` are those that were resolved while nothing was asked about them.
    """
    stored = tuple(stored)
    known = {survey.id for survey in stored}
    about = {survey.case_id for survey in stored if survey.kind in {"csat", "ces"}}
    made = (_about_promise(row, customers, policy) for row in promises)
    wanted = [*filter(None, (_planned(survey, policy) for survey in stored))]
    wanted += [survey for survey in made if survey is not None and survey.id not in known]
    wanted += filter(None, (_about_case(case, customers, policy) for case in cases if case.id not in about))
    by_customer: defaultdict[str, list[Survey]] = defaultdict(list)
    for survey in wanted:
        by_customer[survey.customer_id].append(survey)
    for customer_id, rows in by_customer.items():
        if customer_id in customers:
            yield from _asked_of(customers[customer_id], rows, policy)


def _planned(survey: Survey, policy: PolicyDocument) -> Survey | None:
    """Return the survey as these rules would have planned it. None: it would not be planned."""
    rules = policy.surveys
    if survey.status == "withheld" and survey.sent_at is None and survey.withheld_because not in COOL_DOWN:
        return None
    if survey.kind == "nps":
        return survey if survey.sent_at is not None else None
    if survey.again:
        return survey
    if survey.kind == "promise":
        wanted, hours = rules.after_kept_promise, rules.hours_after_kept_promise
        kind: SurveyKind = "promise"
    else:
        wanted, hours = rules.after_resolution != "none", rules.hours_after_resolution
        kind = "ces" if rules.after_resolution == "ces" else "csat"
    if not wanted:
        return None
    explained = survey.explain.due_at
    since = explained.counted_from if explained else survey.created_at
    due = deadlines.after(Delay(hours=hours), since, business_hours(policy), "")
    return survey.model_copy(update={"kind": kind, "due_at": due.at})


def _about_promise(
    row: Commitment, customers: Mapping[str, Customer], policy: PolicyDocument
) -> Survey | None:
    """Return the survey about a kept promise, if the customer agrees to surveys now."""
    customer = customers.get(row.customer_id)
    if row.kept_at is None or customer is None or not customer.consent.survey:
        return None
    return surveys.of_kept_commitment(row, policy, row.kept_at)


def _about_case(case: Case, customers: Mapping[str, Customer], policy: PolicyDocument) -> Survey | None:
    """Return the survey about a resolved case, if the customer agrees to surveys and was served."""
    customer, at = customers.get(case.customer_id), case.resolved_at
    served = (case.served or case.answered) and not case.abusive
    if at is None or customer is None or not customer.consent.survey or not served:
        return None
    unplanned = Survey(
        survey_id=case_survey_id(case, at),
        customer_id=case.customer_id,
        case_id=case.case_id,
        agent_id=case.agent_id,
        due_at=at,
        created_at=at,
    )
    return _planned(unplanned, policy)


def _asked_of(
    customer: Customer, rows: list[Survey], policy: PolicyDocument
) -> Iterator[tuple[Survey, datetime]]:
    """Yield the surveys of one customer. One after an unhappy answer waits for the end of the cool-down."""
    last: dict[SurveyKind, datetime] = {}
    waiting = [(_ask_at(survey, customer, policy), survey.id, survey) for survey in rows]
    while waiting:
        at, _, survey = one = min(waiting)
        waiting.remove(one)
        rested = _rested_at(survey.kind, last, policy)
        if survey.kind != "nps" and rested is not None and at < rested:
            if survey.again:
                waiting.append((customer_reachable_at(customer, policy, rested), survey.id, survey))
            continue
        last[survey.kind] = at
        yield survey, at


def _ask_at(survey: Survey, customer: Customer, policy: PolicyDocument) -> datetime:
    if survey.kind == "nps" and survey.sent_at is not None:
        return survey.sent_at
    return customer_reachable_at(customer, policy, survey.due_at)


def _rested_at(
    kind: SurveyKind, last: Mapping[SurveyKind, datetime], policy: PolicyDocument
) -> datetime | None:
    """Return when the customer may be asked this kind of question again after earlier surveys."""
    ends = [at + timedelta(days=policy.surveys.days_between) for at in last.values()]
    if kind in last:
        ends.append(last[kind] + timedelta(days=policy.surveys.days_between_kind.get(kind, 0)))
    return max(ends, default=None)
