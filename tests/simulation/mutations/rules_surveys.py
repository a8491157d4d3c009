"""Bugs of the rules of surveys."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation, together
from tests.simulation.replacing import replaced
from vaada.rules import ids, survey_answers, surveys
from vaada.rules.time.availability import customer_reachable_at


@mutation(seed=306)
def forgets_that_it_asked() -> Planted:
    next_step = surveys.next_step

    def asking_again(survey: Any, *facts: Any) -> Any:
        again = survey.model_copy(update={"step": "ask"}) if survey.step == "remind" else survey
        return next_step(again, *facts)

    return replaced(next_step, asking_again)


@mutation(seed=42)
def counts_a_second_answer() -> Planted:
    judge_answer = survey_answers.judge_answer

    def count_all(*facts: Any, **more: Any) -> Any:
        verdict = judge_answer(*facts, **more)
        return "count" if verdict == "amend" else verdict

    return together(replaced(judge_answer, count_all), replaced(survey_answers.is_open, lambda *_: True))


@mutation(seed=54)
def counts_bots_that_try_all_scores() -> Planted:
    judge_answer = survey_answers.judge_answer

    def keep_the_first(*facts: Any, **more: Any) -> Any:
        verdict = judge_answer(*facts, **more)
        return "same" if verdict == "discard" else verdict

    return replaced(judge_answer, keep_the_first)


@mutation(seed=30)
def forgets_the_comment() -> Planted:
    record_answer = survey_answers.record_answer

    def without_comment(survey: Any, score: int, _comment: Any, now: datetime) -> Any:
        return record_answer(survey, score, None, now)

    return replaced(record_answer, without_comment)


@mutation(seed=120)
def asks_again_within_the_month() -> Planted:
    return replaced(surveys._within, lambda *_: False)


@mutation(seed=54)
def sends_surveys_at_night() -> Planted:
    return replaced(customer_reachable_at, lambda _customer, _policy, now: now, within=(surveys,))


@mutation(seed=48)
def asks_after_abuse() -> Planted:
    why_not = surveys.why_not

    def unless_abusive(survey: Any, context: Any, *facts: Any) -> Any:
        if context.case is not None:
            context = replace(context, case=context.case.model_copy(update={"abusive": False}))
        return why_not(survey, context, *facts)

    return replaced(why_not, unless_abusive)


@mutation()
def asks_customers_whom_nobody_served() -> Planted:
    return replaced(surveys._was_not_served, lambda *_: False)


@mutation(seed=102)
def asks_whether_a_call_back_kept_our_word() -> Planted:
    of_kept_commitment = surveys.of_kept_commitment

    def of_any(promise: Any, *facts: Any) -> Any:
        return of_kept_commitment(promise.model_copy(update={"origin": "stated"}), *facts)

    return replaced(of_kept_commitment, of_any)


@mutation(seed=472)
def asks_again_without_a_cool_down() -> Planted:
    return replaced(surveys._cool_down_ends_at, lambda survey, *_: survey.due_at)


@mutation(seed=660)
def asks_where_the_policy_asks_nobody() -> Planted:
    def survey(case: Any, contact: Any, policy: Any, now: datetime) -> Any:
        return surveys._resolution_survey(ids.case_survey_id(case, now), contact, now, policy, now)

    return replaced(surveys.of_case, survey)
