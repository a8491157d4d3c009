"""Bugs of tips, invitations and recommendations. Histories from `FIRST_WITH_CAMPAIGNS` show them."""

from datetime import datetime
from typing import Any

from tests.simulation.actors.campaigns import FIRST_WITH_CAMPAIGNS
from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.public.visits import Visit
from vaada.rules import campaigns, recommendations, survey_answers, unsubscribing
from vaada.rules.messages import frequency_cap


@mutation(seed=FIRST_WITH_CAMPAIGNS + 12)
def sends_to_who_has_no_such_tag() -> Planted:
    return replaced(campaigns.is_for, lambda _row, customer: customer.consent.news)


@mutation(seed=FIRST_WITH_CAMPAIGNS)
def sends_after_a_cancellation() -> Planted:
    return replaced(campaigns.why_not_now, lambda customer, *_: campaigns.why_not(customer))


@mutation(seed=FIRST_WITH_CAMPAIGNS)
def sends_the_same_to_two_records() -> Planted:
    why_not = frequency_cap.why_not

    def whoever_has_it(*facts: Any) -> str | None:
        reason = why_not(*facts)
        return None if reason == frequency_cap.SENT_ALREADY else reason

    return replaced(why_not, whoever_has_it)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 36)
def ignores_the_limit_of_a_month() -> Planted:
    why_not = frequency_cap.why_not

    def however_many(*facts: Any) -> str | None:
        reason = why_not(*facts)
        return None if reason == frequency_cap.NEWS_OFTEN_ENOUGH else reason

    return replaced(why_not, however_many)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 60)
def ends_no_tips() -> Planted:
    unsubscribe = unsubscribing.unsubscribe

    def surveys_alone(customer: Any, subscription: Any, now: datetime) -> Any:
        return customer if subscription == "news" else unsubscribe(customer, subscription, now)

    return replaced(unsubscribe, surveys_alone)


@mutation(seed=FIRST_WITH_CAMPAIGNS)
def believes_programs_that_answer() -> Planted:
    return replaced(Visit.is_human, lambda *_: True)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 18)
def reminds_nobody() -> Planted:
    return replaced(campaigns._remind_at, lambda *_: None)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 1)
def reminds_who_said_no() -> Planted:
    answer = campaigns.answer

    def whatever_they_said(row: Any, said: Any, campaign: Any, policy: Any, now: datetime) -> Any:
        changed = answer(row, said, campaign, policy, now)
        return (
            changed if changed is row else changed.waiting(campaigns._remind_at(campaign.event, policy, now))
        )

    return replaced(answer, whatever_they_said)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 6)
def asks_the_unhappy_to_recommend() -> Planted:
    return replaced(survey_answers.is_high, lambda *_: True)


@mutation(seed=FIRST_WITH_CAMPAIGNS + 96)
def asks_to_recommend_while_something_is_owed() -> Planted:
    return replaced(recommendations.is_amiss, lambda *_: False)
