"""Bugs planted on purpose, each a mistake that somebody could make. The net must catch every one of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from vaada.flows import asked, cases, compose, deliver, fire
from vaada.gateways import table
from vaada.public import surveys as page
from vaada.rules import cases as case_rules
from vaada.rules import (
    commitments,
    contacts,
    follow_ups,
    messages,
    planning,
    replies,
    surveys,
)

FAR_AHEAD = datetime(2030, 1, 1, tzinfo=UTC)
Planted = AbstractContextManager[object]
_put = table.Table._put  # bugs are planted inside
_messages, _composed, _late_notice = fire._messages, compose.composed, compose._late_notice
_fire, _attempt, _keep, _ask = fire.fire, deliver.attempt, commitments.keep, surveys.next_step
_worth, _climbing, _next_rung = surveys.what_to_make_of, commitments._climbing, commitments.next_step
_claimed, _carried, _with = messages.claimed, compose.carried, case_rules._with


def claims_without_a_condition() -> Planted:
    def put(self: table.Table, row: Any) -> Any:
        there = {"ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeValues": {}}
        return {**_put(self, row), **there} if row.version > 1 else _put(self, row)

    return patch.object(table.Table, "_put", put)


def fires_before_its_time() -> Planted:
    def early(desk: Any, kind: Any, row_id: str, version: int, _now: datetime) -> str:
        return _fire(desk, kind, row_id, version, FAR_AHEAD)

    return patch("functions.flag_overdue.app.fire", early)


def records_before_it_sends() -> Planted:
    def attempt(desk: Any, message: Any, now: datetime) -> None:
        desk.table.write(messages.sent(message, "sure", now))
        _composed(desk, message, now)()

    return patch.object(deliver, "attempt", attempt)


def forgets_messages_between_claim_and_record() -> Planted:
    def without_lease(*facts: Any) -> Any:
        for message in _messages(*facts):
            yield message if message.status == "held" else message.model_copy(update={"wake_at": None})

    return patch.object(fire, "_messages", without_lease)


def sends_to_customers_again() -> Planted:
    return patch.object(messages, "may_try_again", lambda message: message.attempts < messages.ATTEMPTS)


def tries_for_ever() -> Planted:
    return patch.object(messages, "may_try_again", lambda message: message.to != "customer")


def never_sweeps() -> Planted:
    return patch("tests.simulation.world.sweep_due", lambda _event, _context: 0)


def restarts_the_ladder() -> Planted:
    def climbing(commitment: Any, rung: int, policy: Any) -> Any:
        climbed = _climbing(commitment, rung, policy)
        again = {"step": "flag", "wake_at": commitment.due_at + timedelta(hours=8)}
        return climbed.model_copy(update=again) if rung == 1 else climbed

    return patch.object(commitments, "_climbing", climbing)


def skips_a_rung() -> Planted:
    return patch.object(
        commitments, "_climbing", lambda row, rung, policy: _climbing(row, max(rung, 1), policy)
    )


def climbs_again_after_a_policy_edit() -> Planted:
    def next_step(commitment: Any, policy: Any, now: datetime) -> Any:
        # "The ladder is another one, so begin at its foot."
        other = commitment.step == "escalate" and len(policy.commitments.ladder) not in {0, 2}
        return _next_rung(commitment.model_copy(update={"rung": 0}) if other else commitment, policy, now)

    return patch.object(commitments, "next_step", next_step)


def escalates_by_the_clock() -> Planted:
    def climbing(commitment: Any, rung: int, policy: Any) -> Any:
        climbed = _climbing(commitment, rung, policy)
        if climbed.step != "escalate":
            return climbed
        return climbed.model_copy(update={"wake_at": commitment.due_at + timedelta(hours=4 + 20 * rung)})

    return patch.object(commitments, "_climbing", climbing)


def goes_on_after_a_promise_is_kept() -> Planted:
    def keep(commitment: Any, now: datetime, by: str) -> Any:
        kept = _keep(commitment, now, by)
        return kept.model_copy(update={"wake_at": commitment.wake_at, "step": commitment.step})

    return patch.object(commitments, "keep", keep)


def forgets_that_it_asked() -> Planted:
    def next_step(survey: Any, *facts: Any) -> Any:
        return _ask(survey.model_copy(update={"step": "ask"}) if survey.step == "remind" else survey, *facts)

    return patch.object(surveys, "next_step", next_step)


def takes_a_second_answer() -> Planted:
    def worth(*said: Any, **facts: Any) -> Any:
        made = _worth(*said, **facts)
        return "count" if made == "amend" else made

    return patch.multiple(surveys, what_to_make_of=worth, is_open=lambda *_: True)


def counts_answers_without_a_page() -> Planted:
    return patch.object(page, "_page_age", lambda *_: timedelta(minutes=1))


def believes_programs_that_try_all_scores() -> Planted:
    def worth(*said: Any, **facts: Any) -> Any:
        made = _worth(*said, **facts)
        return "same" if made == "discard" else made

    return patch.object(surveys, "what_to_make_of", worth)


def asks_again_within_the_month() -> Planted:
    return patch.object(surveys, "_within", lambda *_: False)


def looks_up_no_suppression() -> Planted:
    return patch("vaada.flows.suppressing.may_write", lambda *_, **__: True)


def counts_no_messages() -> Planted:
    from vaada.rules import budgets  # noqa: PLC0415 - only here

    return patch.object(budgets, "written_to", lambda customer, *_: customer.changed())


def sends_surveys_at_night() -> Planted:
    return patch.object(surveys, "customer_hears_at", lambda _customer, _policy, now: now)


def praises_without_sending() -> Planted:
    def wanted(message: Any, *facts: Any) -> Any:
        return message.purpose != "praise" and _wanted(message, *facts)

    return patch.object(messages, "still_wanted", wanted)


_wanted = messages.still_wanted


def ignores_the_idempotency_key() -> Planted:
    return patch("vaada.api.resolver.Key.of", lambda **_: None)


def plans_with_fresh_ids() -> Planted:
    from vaada.model.ids import customer_of, new_row_id  # noqa: PLC0415 - only here

    def unresolved(interaction: Any, policy: Any) -> Any:
        row = _unresolved(interaction, policy)
        return row and row.model_copy(update={"follow_up_id": new_row_id(customer_of(row.id), FAR_AHEAD)})

    return patch.object(planning, "unresolved", unresolved)


_unresolved = planning.unresolved


def returns_inside_the_record_loop() -> Planted:
    def first_only(event: dict[str, Any], handle: Callable[[Any, Any], None]) -> dict[str, Any]:
        from vaada.stream import each_record  # noqa: PLC0415 - the real one, whatever is patched

        return each_record({"Records": event["Records"][:1]}, handle)

    return patch("functions.sync_schedules.app.each_record", first_only)


def makes_no_schedules() -> Planted:
    return patch("vaada.flows.sync.schedule_change", lambda *_: "none")


def writes_on_a_get() -> Planted:
    def show(visit: Any) -> Any:
        visit = type(visit)(visit.desk, visit.token, visit.path, {**visit.fields, "score": "1"}, visit.now)
        return page.submit(visit)

    rooms = {"s": (show, page.submit), "a": (show, show), "u": (show, show)}
    return patch("functions.pages.app._ROOMS", rooms)


def releases_without_another_look() -> Planted:
    return patch.object(deliver, "no_longer_true", lambda *_: False)


def groups_without_carrying() -> Planted:
    def claimed(message: Any, now: datetime, claim: str, _carries: tuple[str, ...] = ()) -> Any:
        return _claimed(message, now, claim)

    return patch.object(messages, "claimed", claimed)


def mails_only_the_first_of_a_group() -> Planted:
    return patch("vaada.present.mails.for_staff_together", _for_staff)


def _for_staff(notes: Any) -> Any:
    from vaada.present import mails  # noqa: PLC0415 - only here

    return mails.for_staff(notes[0].purpose, notes[0].to, notes[0].brief)


def tries_each_of_a_group_by_itself() -> Planted:
    def grouped(message: Any, carrier: Any) -> Any:
        # "If the mail fails each is to be tried again, so let each wait for that."
        return message.changed(status="waiting", attempts=1, carried_by=carrier.id, wake_at=carrier.wake_at)

    return patch.object(messages, "grouped", grouped)


def sends_the_carrier_again_whatever_came_of_it() -> Planted:
    def sent(message: Any, provider_id: str, now: datetime) -> Any:
        done = _sent(message, provider_id, now)
        return (
            done.model_copy(update={"status": "sending", "wake_at": message.wake_at})
            if message.carries
            else done
        )

    # Nor does it hear that the mail has come.
    return patch.multiple(
        messages, sent=sent, told=lambda one, *news: None if one.carries else _told(one, *news)
    )


_sent, _told = messages.sent, messages.told


def forgets_the_hold() -> Planted:
    return patch.object(fire, "_release_at", lambda *_: None)


def holds_for_ever() -> Planted:
    def held(*facts: Any) -> Any:
        for message in _messages(*facts):
            yield message.model_copy(update={"wake_at": None}) if message.status == "held" else message

    return patch.object(fire, "_messages", held)


def works_by_the_clock_of_the_business() -> Planted:
    from vaada.rules.deadlines import business_hours  # noqa: PLC0415 - only here

    return patch.object(fire, "working_hours", lambda _agent, policy: business_hours(policy))


def writes_to_those_who_are_away() -> Planted:
    return patch.multiple("vaada.flows.briefing", is_away=lambda *_: False)


def takes_no_answer_for_an_answer() -> Planted:
    def reply(_interaction: Any, before: Any, *_: Any, **__: Any) -> Any:
        return before.reply, before.call_back

    return patch.object(
        contacts,
        "_reply",
        lambda *facts, answered: reply(*facts) if answered else _reply(*facts, answered=answered),
    )


_reply = contacts._reply


def misses_what_stands_still() -> Planted:
    def paused(reply: Any, now: datetime, policy: Any) -> Any:
        still = _paused(reply, now, policy)
        return still.model_copy(update={"wake_at": reply.wake_at, "step": reply.step})

    return patch.object(replies, "paused", paused)


_paused = replies.paused


def never_goes_on() -> Planted:
    return patch.object(replies, "running", lambda reply, *_: reply)


def leaves_the_call_back_open() -> Planted:
    return patch.object(contacts, "_CALLS", frozenset({"broken"}))


def tells_of_the_run_around_each_time() -> Planted:
    def brought(interaction: Any, before: Any, *facts: Any) -> Any:
        if before.case is not None:
            before = replace(before, case=before.case.model_copy(update={"run_around_at": None}))
        return _brought(interaction, before, *facts)

    return patch.object(contacts, "_brought", brought)


_brought = contacts._brought


def counts_thanks_as_a_question() -> Planted:
    return patch.object(case_rules, "is_only_thanks", lambda _contact: False)


def wakes_by_thanks() -> Planted:
    return patch.object(contacts, "is_only_thanks", lambda _contact: False)


def _giving_more(when: str) -> Planted:
    def give(desk: Any, *facts: Any, freely: bool) -> Any:
        goodwill = _give(desk, *facts, freely=freely)
        if goodwill.status == when:
            case = cases.standing(desk, goodwill.case_id)
            desk.table.write(case.changed(granted=case.granted + goodwill.amount))
        return goodwill

    return patch.object(cases, "give", give)


def counts_goodwill_twice() -> Planted:
    return _giving_more("granted")


def grants_what_was_only_asked_for() -> Planted:
    return _giving_more("requested")


_give = cases.give


def writes_to_customers_at_night() -> Planted:
    with_each_other = ExitStack()
    for flow in (asked, deliver):
        with_each_other.enter_context(patch.object(flow, "customer_hears_at", lambda _who, _policy, now: now))
    return with_each_other


def sends_the_old_date_late() -> Planted:
    def old(promise: Any, *facts: Any) -> Any:
        moved = [change for change in promise.history if change.due_before]
        due_at = moved[-1].due_before if moved else promise.due_at
        return _late_notice(promise.model_copy(update={"due_at": due_at}), *facts)

    return patch.object(compose, "_late_notice", old)


def checks_in_while_the_last_is_open() -> Planted:
    from vaada.rules import check_ins  # noqa: PLC0415 - only here

    step = check_ins.next_step
    return patch.object(check_ins, "next_step", lambda row, _open, policy, now: step(row, None, policy, now))


def reminds_every_hour() -> Planted:
    def next_step(follow_up: Any, policy: Any, working: Any, now: datetime) -> Any:
        decision = _remind(follow_up, policy, working, now)
        hourly = decision.row.waiting(now + timedelta(hours=1)) if decision.row.wake_at else decision.row
        return type(decision)(hourly, decision.notices)

    return patch.object(follow_ups, "next_step", next_step)


_remind = follow_ups.next_step


def resolves_without_an_end() -> Planted:
    return patch.object(cases, "_settled", lambda *_, **__: iter(()))


def overwrites_what_others_counted() -> Planted:
    from vaada.model.cases import Case  # noqa: PLC0415 - only here

    def joined(case: Case, interaction: Any, rules: Any) -> Any:
        return _with(case.changed(contacts=max(case.contacts - 1, 1)), interaction, rules)

    return patch.object(case_rules, "joined", joined)


Mutation = Callable[[], Planted]
"""Puts a bug in for a while."""

MUTATIONS: tuple[Mutation, ...] = tuple(
    made
    for name, made in list(globals().items())
    if getattr(made, "__annotations__", {}).get("return") is Planted and not name.startswith("_")
)
SHOWN_BY = {
    "believes_programs_that_try_all_scores": 126,
    "praises_without_sending": 42,
    "forgets_that_it_asked": 54,
    "sends_to_customers_again": 24,
    "counts_answers_without_a_page": 54,
    "asks_again_within_the_month": 120,
    "looks_up_no_suppression": 42,
    "counts_no_messages": 24,
    "sends_surveys_at_night": 54,
    "counts_goodwill_twice": 36,
    "skips_a_rung": 12,
    "takes_a_second_answer": 30,
    "plans_with_fresh_ids": 30,
    "returns_inside_the_record_loop": 48,
    "writes_on_a_get": 24,
    "releases_without_another_look": 12,
    "mails_only_the_first_of_a_group": 12,
    "sends_the_carrier_again_whatever_came_of_it": 12,
    "forgets_the_hold": 6,
    "works_by_the_clock_of_the_business": 6,
    "writes_to_those_who_are_away": 96,
    "takes_no_answer_for_an_answer": 18,
    "misses_what_stands_still": 90,
    "never_goes_on": 6,
    "leaves_the_call_back_open": 18,
    "counts_thanks_as_a_question": 12,
    "wakes_by_thanks": 12,
    "grants_what_was_only_asked_for": 18,
    "writes_to_customers_at_night": 12,
    "sends_the_old_date_late": 12,
    "resolves_without_an_end": 246,
}
"""A seed that showed the bug when this was written; any other may. It only saves looking for one."""
