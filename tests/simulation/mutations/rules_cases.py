"""Bugs of the rules of cases, replies and goodwill."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.model.cases import Case
from vaada.rules import (
    case_merge,
    cases,
    commitments,
    goodwill,
    interactions,
    late_replies,
    replies,
    surveys,
)
from vaada.rules.only_thanks import only_thanks


@mutation(seed=18)
def takes_any_contact_for_no_reply() -> Planted:
    update_reply = interactions._update_reply

    def unless_answered(contact: Any, before: Any, *facts: Any) -> Any:
        if contact.direction == "outbound" or contact.resolved:
            return before.work.reply, before.work.call_back
        return update_reply(contact, before, *facts)

    return replaced(update_reply, unless_answered)


@mutation(seed=66)
def takes_the_order_of_writing_down() -> Planted:
    return replaced(cases.is_late, lambda *_: False)


@mutation(seed=90)
def misses_a_paused_reply() -> Planted:
    pause = replies.pause

    def paused_and_due(reply: Any, now: datetime, policy: Any) -> Any:
        still = pause(reply, now, policy)
        return still.model_copy(update={"wake_at": reply.wake_at, "step": reply.step})

    return replaced(pause, paused_and_due)


@mutation(seed=60)
def counts_the_wait_for_the_customer_as_ours() -> Planted:
    return replaced(replies._took, lambda reply, at, hours: hours.between(reply.asked_at, at))


@mutation(seed=12)
def never_starts_the_reply_clock_again() -> Planted:
    return replaced(replies.start_clock, lambda reply, *_: reply)


@mutation(seed=18)
def leaves_the_call_back_open() -> Planted:
    return replaced(commitments.KEEPABLE, frozenset({"broken"}))


@mutation()
def reports_a_run_around_each_time() -> Planted:
    new_follow_ups = interactions._supervisors_follow_ups

    def as_if_new(interaction: Any, before: Any, *facts: Any) -> Any:
        if before.case is not None:
            before = replace(before, case=before.case.model_copy(update={"run_around_at": None}))
        return new_follow_ups(interaction, before, *facts)

    return replaced(new_follow_ups, as_if_new)


@mutation(seed=12)
def counts_thanks_as_a_question() -> Planted:
    add = cases._with_interaction
    return replaced(add, lambda case, contact, *rules: add(case, _more_than_thanks(contact), *rules))


@mutation(seed=576)
def is_woken_by_thanks() -> Planted:
    update = interactions._update_follow_up
    return replaced(update, lambda contact, *rows: update(_more_than_thanks(contact), *rows))


@mutation(seed=78)
def leaves_the_survey_of_a_reopened_case() -> Planted:
    return replaced(surveys.withdraw, lambda _survey: None)


@mutation(seed=300)
def promises_no_call_for_a_question_that_is_written_down_late() -> Planted:
    return replaced(late_replies._promised, lambda call, *_facts: call)


@mutation(seed=438)
def keeps_the_call_of_a_question_that_was_not_the_first() -> Planted:
    return replaced(commitments.take_back, lambda call, *_facts: call)


@mutation(seed=120)
def takes_each_reply_for_the_first() -> Planted:
    return replaced(replies.counted, lambda reply, **_facts: reply)


@mutation()
def takes_a_contact_of_ours_for_the_first_reply() -> Planted:
    open_reply = replies.open_reply

    def after_ours(contact: Any, case: Any, policy: Any) -> Any:
        served = case is not None and case.served
        return open_reply(contact, case.model_copy(update={"answered": True}) if served else case, policy)

    return replaced(open_reply, after_ours)


@mutation()
def counts_contacts_wrongly() -> Planted:
    with_interaction = cases._with_interaction

    def one_less(case: Case, interaction: Any, rules: Any) -> Any:
        return with_interaction(case.changed(contacts=max(case.contacts - 1, 1)), interaction, rules)

    return replaced(cases.add_interaction, one_less)


@mutation(seed=48)
def allows_each_gift_by_itself() -> Planted:
    return replaced(
        goodwill.is_allowed, lambda _case, amount, policy: amount <= policy.goodwill.allowance_per_case
    )


@mutation(seed=432)
def forgets_the_steps_of_a_merged_complaint() -> Planted:
    return _merging_without("steps")


@mutation(seed=48)
def forgets_that_somebody_served_a_merged_case() -> Planted:
    return _merging_without("served", "answered")


@mutation(seed=12)
def forgets_what_was_given_for_a_merged_case() -> Planted:
    return _merging_without("granted")


@mutation(seed=12)
def forgets_what_is_to_be_done_about_a_merged_case() -> Planted:
    return replaced(case_merge.one_automatic, lambda *_: ())


@mutation(seed=126)
def forgets_the_abuse_in_a_merged_case() -> Planted:
    return _merging_without("abusive")


def _merging_without(*facts: str) -> Planted:
    """Forget these facts of the case that is merged into another one."""
    merge = case_merge.merge

    def merged(case: Any, into: Any, *by: Any) -> Any:
        gone, became = merge(case, into, *by)
        return gone, became.model_copy(update={fact: getattr(into, fact) for fact in facts})

    return replaced(merge, merged)


@mutation()
def takes_more_than_thanks_for_thanks() -> Planted:
    return replaced(only_thanks, lambda contact, *_names: contact.summary.startswith("Thanks"))


def _more_than_thanks(contact: Any) -> Any:
    return contact.model_copy(update={"only_thanks": False})
