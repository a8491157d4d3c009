"""Bugs planted on purpose, each a mistake that somebody could make. The net must catch every one of them."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from unittest.mock import patch

from functions.flag_overdue.app import handler as flag_overdue
from functions.record_delivery.app import handler as record_delivery
from tests.integration.scripted_desk import ENVIRONMENT
from vaada import stream
from vaada.flows import cases, inbound_events, unsubscribing, work
from vaada.flows import commitments as commitments_flow
from vaada.flows import erasure as erasure_flow
from vaada.flows import goodwill as goodwill_flow
from vaada.flows import surveys as surveys_flow
from vaada.flows.due import advance, sweep
from vaada.flows.messages import compose, create, delivery_status, recipients, resume, suppression
from vaada.flows.messages import send as send_flow
from vaada.flows.messages.rate_limits import count_mail
from vaada.gateways import table
from vaada.gateways.items import to_item
from vaada.gateways.retry_queue import RetryQueue
from vaada.gateways.send_errors import Refused, Unanswered, sending
from vaada.model.ids import customer_of, new_row_id
from vaada.public import surveys as page
from vaada.public import visits
from vaada.rules import cases as case_rules
from vaada.rules import check_ins, commitments, follow_ups, ids, interactions, replies, surveys
from vaada.rules import goodwill as giving
from vaada.rules.messages import lifecycle, media
from vaada.rules.schedules import schedule_change
from vaada.stream import handle_records

FAR_AHEAD = datetime(2030, 1, 1, tzinfo=UTC)
Planted = AbstractContextManager[object]
Answer = dict[str, Any]
Handle = Callable[[Any, Any], None]
_put = table.Table._put  # bugs are planted inside
_messages, _composed, _late_notice = create.messages_of, compose.compose, compose._late_notice
_fire, _attempt, _keep, _ask = advance.advance, send_flow.attempt, commitments.keep, surveys.next_step
_worth, _climbing, _next_rung = surveys.judge_answer, commitments._next_rung, commitments.next_step
_each_record, _image, _sending, _schedule_change = handle_records, stream._image, sending, schedule_change
_throttled, _begun = lifecycle.mark_throttled, erasure_flow._begin
_claimed, _carried, _with = lifecycle.claim, compose.batch_members, case_rules._with_interaction


def _replaced(function: Callable[..., Any], bug: Callable[..., Any]) -> Planted:
    """Put `bug` in the place of a function of the product, in its own module and wherever it was imported."""
    patches = ExitStack()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"vaada", "functions"}:
            for own_name, value in list(vars(module).items()):
                if value is function:
                    patches.enter_context(patch.object(module, own_name, bug))
    return patches


def claims_without_a_condition() -> Planted:
    def put(self: table.Table, row: Any) -> Any:
        there = {"ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeValues": {}}
        return {**_put(self, row), **there} if row.version > 1 else _put(self, row)

    return patch.object(table.Table, "_put", put)


def fires_before_its_time() -> Planted:
    def early(desk: Any, kind: Any, row_id: str, version: int, _now: datetime) -> str:
        return _fire(desk, kind, row_id, version, FAR_AHEAD)

    return patch("functions.flag_overdue.app.advance", early)


def records_before_it_sends() -> Planted:
    def attempt(desk: Any, message: Any, now: datetime) -> None:
        desk.table.write(lifecycle.mark_sent(message, "sure", now))
        send = _composed(desk, message, now)
        if message.medium == "email":
            count_mail(desk, now)
        send()

    return patch.object(send_flow, "attempt", attempt)


def forgets_messages_between_claim_and_record() -> Planted:
    def without_lease(*facts: Any) -> Any:
        for message in _messages(*facts):
            yield message if message.status == "held" else message.model_copy(update={"wake_at": None})

    return _replaced(create.messages_of, without_lease)


def sends_to_customers_again() -> Planted:
    return patch.object(lifecycle, "may_try_again", lambda message: message.attempts < lifecycle.ATTEMPTS)


def tries_for_ever() -> Planted:
    return patch.object(lifecycle, "may_try_again", lambda message: message.to != "customer")


def never_sweeps() -> Planted:
    return patch("tests.simulation.world.sweep_due", lambda _event, _context: 0)


def restarts_the_ladder() -> Planted:
    def climbing(commitment: Any, rung: int, policy: Any) -> Any:
        climbed = _climbing(commitment, rung, policy)
        again = {"step": "flag", "wake_at": commitment.due_at + timedelta(hours=8)}
        return climbed.model_copy(update=again) if rung == 1 else climbed

    return patch.object(commitments, "_next_rung", climbing)


def skips_a_rung() -> Planted:
    return patch.object(
        commitments, "_next_rung", lambda row, rung, policy: _climbing(row, max(rung, 1), policy)
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

    return patch.object(commitments, "_next_rung", climbing)


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

    return patch.multiple(surveys, judge_answer=worth, is_open=lambda *_: True)


def counts_answers_without_a_page() -> Planted:
    return patch.object(visits.Visit, "page_age", lambda *_: timedelta(minutes=1))


def believes_programs_that_try_all_scores() -> Planted:
    def worth(*said: Any, **facts: Any) -> Any:
        made = _worth(*said, **facts)
        return "same" if made == "discard" else made

    return patch.object(surveys, "judge_answer", worth)


def asks_again_within_the_month() -> Planted:
    return patch.object(surveys, "_within", lambda *_: False)


def looks_up_no_suppression() -> Planted:
    return patch("vaada.rules.messages.suppression.may_send", lambda *_, **__: True)


def counts_no_messages() -> Planted:
    from vaada.rules.messages import frequency_cap  # noqa: PLC0415 - only here

    return patch.object(frequency_cap, "count_message", lambda customer, *_: customer.changed())


def sends_surveys_at_night() -> Planted:
    return patch.object(surveys, "customer_reachable_at", lambda _customer, _policy, now: now)


def praises_without_sending() -> Planted:
    def wanted(message: Any, *facts: Any) -> Any:
        return message.purpose != "praise" and _wanted(message, *facts)

    return patch.object(lifecycle, "is_still_true", wanted)


_wanted = lifecycle.is_still_true


def ignores_the_idempotency_key() -> Planted:
    return patch("vaada.api.resolver.Key.of", lambda **_: None)


def plans_with_fresh_ids() -> Planted:
    def unresolved(interaction: Any, policy: Any) -> Any:
        row = _unresolved(interaction, policy)
        return row and row.model_copy(update={"follow_up_id": new_row_id(customer_of(row.id), FAR_AHEAD)})

    return patch.object(follow_ups, "unresolved", unresolved)


_unresolved = follow_ups.unresolved


def returns_inside_the_record_loop() -> Planted:
    def first_only(event: dict[str, Any], handle: Callable[[Any, Any], None]) -> dict[str, Any]:
        from vaada.stream import handle_records  # noqa: PLC0415 - the real one, whatever is patched

        return handle_records({"Records": event["Records"][:1]}, handle)

    return patch("functions.sync_schedules.app.handle_records", first_only)


def makes_no_schedules() -> Planted:
    return patch("vaada.flows.due.sync_schedules.schedule_change", lambda *_: "none")


def writes_on_a_get() -> Planted:
    def show(visit: Any) -> Any:
        visit = type(visit)(visit.desk, visit.token, visit.path, {**visit.fields, "score": "1"}, visit.now)
        return page.submit(visit)

    rooms = {"s": (show, page.submit), "a": (show, show), "u": (show, show)}
    return patch("functions.pages.app._ROOMS", rooms)


def releases_without_another_look() -> Planted:
    return patch.object(resume, "is_obsolete", lambda *_: False)


def groups_without_carrying() -> Planted:
    def claimed(message: Any, now: datetime, claim: str, _carries: tuple[str, ...] = ()) -> Any:
        return _claimed(message, now, claim)

    return patch.object(lifecycle, "claim", claimed)


def mails_only_the_first_of_a_group() -> Planted:
    return patch("vaada.present.email.for_staff_together", _for_staff)


def _for_staff(notes: Any) -> Any:
    from vaada.present import email  # noqa: PLC0415 - only here

    return email.for_staff(notes[0].purpose, notes[0].to, notes[0].brief)


def tries_each_of_a_group_by_itself() -> Planted:
    def grouped(message: Any, carrier: Any) -> Any:
        # "If the mail fails each is to be tried again, so let each wait for that."
        return message.changed(status="waiting", attempts=1, carried_by=carrier.id, wake_at=carrier.wake_at)

    return patch.object(lifecycle, "join_batch", grouped)


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
        lifecycle,
        mark_sent=sent,
        record_delivery=lambda one, *news: None if one.carries else _told(one, *news),
    )


_sent, _told = lifecycle.mark_sent, lifecycle.record_delivery


def forgets_the_hold() -> Planted:
    return patch.object(create, "_release_at", lambda *_: None)


def holds_for_ever() -> Planted:
    def held(*facts: Any) -> Any:
        for message in _messages(*facts):
            yield message.model_copy(update={"wake_at": None}) if message.status == "held" else message

    return _replaced(create.messages_of, held)


def works_by_the_clock_of_the_business() -> Planted:
    from vaada.rules.time.deadlines import business_hours  # noqa: PLC0415 - only here

    return patch.object(advance, "working_hours", lambda _agent, policy: business_hours(policy))


def writes_to_those_who_are_away() -> Planted:
    return patch.multiple("vaada.flows.messages.recipients", is_away=lambda *_: False)


def writes_to_dead_addresses_of_staff() -> Planted:
    return patch.multiple("vaada.flows.messages.recipients", can_receive=lambda *_: True)


def takes_no_answer_for_an_answer() -> Planted:
    def reply(_interaction: Any, before: Any, *_: Any, **__: Any) -> Any:
        return before.reply, before.call_back

    return patch.object(
        interactions,
        "_update_reply",
        lambda *facts, answered: reply(*facts) if answered else _reply(*facts, answered=answered),
    )


_reply = interactions._update_reply


def misses_what_stands_still() -> Planted:
    def paused(reply: Any, now: datetime, policy: Any) -> Any:
        still = _paused(reply, now, policy)
        return still.model_copy(update={"wake_at": reply.wake_at, "step": reply.step})

    return patch.object(replies, "pause", paused)


_paused = replies.pause


def never_goes_on() -> Planted:
    return patch.object(replies, "start_clock", lambda reply, *_: reply)


def leaves_the_call_back_open() -> Planted:
    return patch.object(interactions, "_UNKEPT", frozenset({"broken"}))


def tells_of_the_run_around_each_time() -> Planted:
    def brought(interaction: Any, before: Any, *facts: Any) -> Any:
        if before.case is not None:
            before = replace(before, case=before.case.model_copy(update={"run_around_at": None}))
        return _brought(interaction, before, *facts)

    return patch.object(interactions, "_new_follow_ups", brought)


_brought = interactions._new_follow_ups


def counts_thanks_as_a_question() -> Planted:
    return patch.object(case_rules, "is_only_thanks", lambda _contact: False)


def wakes_by_thanks() -> Planted:
    return patch.object(interactions, "is_only_thanks", lambda _contact: False)


def _giving_more(when: str) -> Planted:
    def give(desk: Any, *facts: Any, freely: bool) -> Any:
        goodwill = _give(desk, *facts, freely=freely)
        if goodwill.status == when:
            case = work.standing_case(desk, goodwill.case_id)
            desk.table.write(case.changed(granted=case.granted + goodwill.amount))
        return goodwill

    return patch.object(goodwill_flow, "give", give)


def counts_goodwill_twice() -> Planted:
    return _giving_more("granted")


def grants_what_was_only_asked_for() -> Planted:
    return _giving_more("requested")


_give = goodwill_flow.give


def writes_to_customers_at_night() -> Planted:
    with_each_other = ExitStack()
    for flow in (commitments_flow, resume):
        with_each_other.enter_context(
            patch.object(flow, "customer_reachable_at", lambda _who, _policy, now: now)
        )
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


def takes_programs_for_staff() -> Planted:
    return patch.object(visits, "is_human", lambda _age: True)


def swallows_what_it_cannot_read() -> Planted:
    def swallowing(event: dict[str, Any], handle: Handle) -> Answer:
        _each_record(event, handle)
        return {"batchItemFailures": []}

    return _reading(swallowing)


def reports_the_whole_batch() -> Planted:
    def all_or_nothing(event: dict[str, Any], handle: Handle) -> Answer:
        if not _each_record(event, handle)["batchItemFailures"]:
            return {"batchItemFailures": []}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}

    return _reading(all_or_nothing)


def stops_at_the_first_that_fails() -> Planted:
    def stopping(event: dict[str, Any], handle: Handle) -> Answer:
        for record in event["Records"]:
            answer = _each_record({"Records": [record]}, handle)
            if answer["batchItemFailures"]:
                return answer
        return {"batchItemFailures": []}

    return _reading(stopping)


def reports_the_last_that_failed() -> Planted:
    def last(event: dict[str, Any], handle: Handle) -> Answer:
        return {"batchItemFailures": _each_record(event, handle)["batchItemFailures"][-1:]}

    return _reading(last)


def raises_when_a_record_fails() -> Planted:
    def raising(event: dict[str, Any], handle: Handle) -> Answer:
        answer = _each_record(event, handle)
        if answer["batchItemFailures"]:
            raise RuntimeError("some records failed")
        return answer

    return _reading(raising)


def _reading(handle_records: Callable[[dict[str, Any], Handle], Answer]) -> Planted:
    both = ExitStack()
    for function in ("plan_follow_ups", "sync_schedules"):
        both.enter_context(patch(f"functions.{function}.app.handle_records", handle_records))
    return both


def refuses_fields_of_another_release() -> Planted:
    def strict(change: Any, name: str) -> Any:
        row = _image(change, name)
        known = {"pk", "sk", "due_shard", "list_key", "agent_kind", "row_kind"}
        if row and change[name].keys() - known - type(row).model_fields.keys():
            raise ValueError("there are fields that nobody knows")
        return row

    return patch.object(stream, "_image", strict)


def expects_fields_of_this_release() -> Planted:
    def strict(change: Any, name: str) -> Any:
        return _image(change, name) if name not in change or change[name]["explain"] else None

    return patch.object(stream, "_image", strict)


def takes_wake_ups_by_position() -> Planted:
    @wraps(flag_overdue)
    def woken(event: dict[str, Any], context: object) -> Any:
        row_id, version = event.values()
        return flag_overdue({"row_id": row_id, "version": version}, context)

    return patch.dict("tests.simulation.world.TARGETS", {ENVIRONMENT["FLAG_OVERDUE_ARN"]: woken})


def plans_only_from_the_stream() -> Planted:
    return patch.object(sweep, "plan_interaction", lambda *_: 0)


def takes_a_full_quota_for_sent() -> Planted:
    return patch.object(
        lifecycle, "mark_throttled", lambda message, _why, now, **_: _sent(message, "queued", now)
    )


def gives_up_when_the_quota_is_used_up() -> Planted:
    def failed(message: Any, reason: str, now: datetime, **_: Any) -> Any:
        return lifecycle.mark_refused(message, reason, now, for_good=True)

    return patch.object(lifecycle, "mark_throttled", failed)


def waits_for_the_quota_for_ever() -> Planted:
    def waiting(message: Any, *why: Any, **for_now: Any) -> Any:
        return _throttled(message, *why, **for_now).model_copy(update={"wake_at": None})

    return patch.object(lifecycle, "mark_throttled", waiting)


def takes_a_500_for_a_refusal() -> Planted:
    @contextmanager
    def sending() -> Any:
        try:
            with _sending():
                yield
        except Unanswered as error:
            raise Refused(str(error), for_good=False) from error

    both = ExitStack()
    for gateway in ("mail", "texts"):
        both.enter_context(patch(f"vaada.gateways.{gateway}.sending", sending))
    return both


def leaves_the_schedules_of_who_is_erased() -> Planted:
    def change(before: Any, after: Any, now: datetime) -> Any:
        return "none" if after is None else _schedule_change(before, after, now)

    return patch("vaada.flows.due.sync_schedules.schedule_change", change)


def erases_one_piece_only() -> Planted:
    def one(desk: Any, erasure: Any, now: datetime) -> Any:
        desk.table.remove(desk.table.some_of(erasure.customer_id))
        return erasure_flow._end(desk, erasure, now)

    return patch.object(erasure_flow, "continue_erasure", one)


def erases_only_the_customers_own_row() -> Planted:
    return patch.object(erasure_flow, "continue_erasure", erasure_flow._end)


def never_goes_on_with_an_erasure() -> Planted:
    def begun(*facts: Any) -> Any:
        return _begun(*facts).model_copy(update={"wake_at": None})

    return patch.object(erasure_flow, "_begin", begun)


def brings_surveys_back_as_they_were() -> Planted:
    return patch("operations.restore.made_safe", lambda row, _now: row)


def brings_back_what_was_not_lost() -> Planted:
    def settle(restoration: Any, row: Any, _stands: Any) -> None:
        restoration._client.put_item(TableName="", Item=to_item(row))

    return patch("operations.restore.Restoration._settle", settle)


def resolves_without_an_end() -> Planted:
    return patch.object(cases, "_settled", lambda *_, **__: iter(()))


def overwrites_what_others_counted() -> Planted:
    from vaada.model.cases import Case  # noqa: PLC0415 - only here

    def joined(case: Case, interaction: Any, rules: Any) -> Any:
        return _with(case.changed(contacts=max(case.contacts - 1, 1)), interaction, rules)

    return patch.object(case_rules, "add_interaction", joined)


def hears_no_stop() -> Planted:
    return patch.object(suppression, "suppress_id", lambda *_: None)


def hears_no_start() -> Planted:
    return patch.object(suppression, "lift_texted_stop", lambda *_: None)


def writes_to_those_who_complained() -> Planted:
    def stop(desk: Any, medium: Any, suppression_id: str, reason: Any, now: datetime) -> None:
        if reason != "complained":
            _stop(desk, medium, suppression_id, reason, now)

    return patch.object(delivery_status, "suppress_id", stop)


def leaves_addresses_open_to_surveys() -> Planted:
    return patch.object(unsubscribing, "suppress", lambda *_: None)


def never_tells_the_supervisor() -> Planted:
    def next_step(follow_up: Any, *facts: Any) -> Any:
        decision = _remind(follow_up, *facts)
        return type(decision)(decision.row, decision.notices[:1])

    return patch.object(follow_ups, "next_step", next_step)


def counts_reminders_on_after_a_snooze() -> Planted:
    def put_off(follow_up: Any, *facts: Any) -> Any:
        return _put_off(follow_up, *facts).model_copy(update={"reminders": follow_up.reminders})

    return patch.object(follow_ups, "_put_off", put_off)


def reckons_lateness_from_the_day_it_was_promised() -> Planted:
    def keep(commitment: Any, now: datetime, by: str) -> Any:
        late = int((now - commitment.created_at).total_seconds())
        return _keep(commitment, now, by).model_copy(update={"late_by_seconds": max(0, late)})

    return patch.object(commitments, "keep", keep)


def asks_after_abuse() -> Planted:
    def why_not(survey: Any, asked_of: Any, *facts: Any) -> Any:
        if asked_of.case is not None:
            asked_of = replace(asked_of, case=asked_of.case.model_copy(update={"abusive": False}))
        return _why_not(survey, asked_of, *facts)

    return patch.object(surveys, "why_not", why_not)


def withdraws_no_survey() -> Planted:
    return patch.object(interactions, "_withdrawn_survey", lambda *_: None)


def forgets_what_was_said() -> Planted:
    return patch.object(
        surveys, "record_answer", lambda survey, score, _words, now: _answered(survey, score, None, now)
    )


def knows_no_cover() -> Planted:
    def reached(desk: Any, agent: Any, *facts: Any) -> Any:
        return _reached(desk, agent and agent.model_copy(update={"covered_by": None}), *facts)

    return patch.object(recipients, "_first_reachable", reached)


def leaves_old_schedules() -> Planted:
    def change(*facts: Any) -> Any:
        act = _schedule_change(*facts)
        return "none" if act == "delete" else act

    return patch("vaada.flows.due.sync_schedules.schedule_change", change)


def leaves_the_schedules_of_what_it_wakes() -> Planted:
    def change(*facts: Any) -> Any:
        act = _schedule_change(*facts)
        return "wake" if act == "wake_instead" else act

    return patch("vaada.flows.due.sync_schedules.schedule_change", change)


def counts_weekends_as_working_days() -> Planted:
    def unresolved(interaction: Any, policy: Any) -> Any:
        row = _unresolved(interaction, policy)
        due_at = interaction.occurred_at + timedelta(days=policy.follow_ups.unresolved_after_business_days)
        return row and row.model_copy(update={"due_at": due_at, "wake_at": due_at})

    return _replaced(follow_ups.unresolved, unresolved)


def loses_news_that_fail() -> Planted:
    def hear(desk: Any, news: Any, now: datetime) -> str:
        with suppress(Exception):
            return inbound_events.handle(desk, news, now)
        return "lost"

    both = ExitStack()
    for function in ("receive_text", "record_delivery"):
        both.enter_context(patch(f"functions.{function}.app.handle_or_queue", hear))
    return both


def loses_news_that_fail_again() -> Planted:
    def hear(desk: Any, news: Any, now: datetime) -> str:
        with suppress(Exception):
            return inbound_events.handle(desk, news, now)
        return "lost"

    return patch("functions.record_delivery.app.handle", hear)


def lets_the_whole_event_wait() -> Planted:
    @wraps(record_delivery)
    def heard(event: dict[str, Any], context: Any) -> Any:
        def put(waiting: Any, _news: Any) -> None:
            waiting.client.send_message(QueueUrl=waiting.url, MessageBody=json.dumps(event))

        with patch.object(RetryQueue, "put", put):
            return record_delivery(event, context)

    return patch.multiple("tests.simulation.world", record_delivery=heard, HEARING={heard})


def _merging(*facts: str) -> Planted:
    """What was known of the case that goes is forgotten."""

    def merge(case: Any, into: Any, *by: Any) -> Any:
        gone, became = _merge(case, into, *by)
        return gone, became.model_copy(update={fact: getattr(into, fact) for fact in facts})

    return patch.object(case_rules, "merge", merge)


_merge = case_rules.merge


def forgets_the_steps_of_a_merged_complaint() -> Planted:
    return _merging("steps")


def forgets_that_somebody_served_a_merged_case() -> Planted:
    return _merging("served", "answered")


def forgets_what_was_given_for_a_merged_case() -> Planted:
    return _merging("granted")


def forgets_what_is_to_be_done_about_a_merged_case() -> Planted:
    return _merging("follow_up_ids")


def forgets_the_abuse_in_a_merged_case() -> Planted:
    return _merging("abusive")


def calls_back_those_who_have_their_answer() -> Planted:
    return _replaced(work.open_call_back, lambda *_: None)


def leaves_the_answer_with_who_had_the_case() -> Planted:
    def assign(*facts: Any) -> Any:
        with _replaced(work.unanswered_reply, lambda *_: None):
            return _assign(*facts)

    return patch.object(cases, "assign", assign)


_assign = cases.assign


def asks_whether_a_call_back_kept_our_word() -> Planted:
    def survey(promise: Any, *facts: Any) -> Any:
        return _promise_survey(promise.model_copy(update={"origin": "stated"}), *facts)

    return patch.object(surveys, "of_kept_commitment", survey)


_promise_survey = surveys.of_kept_commitment


def never_asks_once_more() -> Planted:
    def opened(*facts: Any) -> Any:
        return [row for row in _opened(*facts) if row.kind_of_row != "case"]

    return patch.object(surveys_flow, "_opened_by", opened)


_opened = surveys_flow._opened_by


def asks_once_more_without_a_rest() -> Planted:
    return patch.object(surveys, "_cool_down_ends_at", lambda survey, *_: survey.due_at)


def asks_where_nobody_is_to_be_asked() -> Planted:
    def survey(case: Any, contact: Any, policy: Any, now: datetime) -> Any:
        return surveys._resolution_survey(ids.case_survey_id(case, now), contact, now, policy, now)

    return patch.object(surveys, "of_case", survey)


def asks_where_nobody_served() -> Planted:
    return patch.object(surveys, "_was_not_served", lambda *_: False)


def stops_only_mails_where_they_left() -> Planted:
    def mails(person: Any) -> Any:
        return (one for one in suppression.addresses_of(person) if one[0] == "email")

    return patch.object(unsubscribing, "addresses_of", mails)


def counts_each_gift_by_itself() -> Planted:
    return patch.object(
        giving, "is_allowed", lambda _case, amount, policy: amount <= policy.goodwill.allowance_per_case
    )


def checks_in_by_whatever_is_written_down_last() -> Planted:
    def counted(customer: Any, anchor: datetime, policy: Any) -> Any:
        return _counted_from(customer.model_copy(update={"anchor": None}), anchor, policy)

    return patch.object(check_ins, "plan_from", counted)


_counted_from = check_ins.plan_from


def takes_what_was_said_before_for_an_answer() -> Planted:
    def reply(contact: Any, before: Any, *facts: Any, answered: bool) -> Any:
        if not answered or before.reply is None:
            return _reply(contact, before, *facts, answered=answered)
        earlier = before.reply.model_copy(update={"asked_at": contact.occurred_at})
        given, call = _reply(contact, replace(before, reply=earlier), *facts, answered=answered)
        return given and given.model_copy(update={"asked_at": before.reply.asked_at}), call

    return patch.object(interactions, "_update_reply", reply)


def writes_to_all_by_mail_first() -> Planted:
    def medium(customer: Any, *facts: Any, texts: bool) -> Any:
        return _medium(customer.model_copy(update={"preferred_channel": "email"}), *facts, texts=texts)

    return patch.object(recipients, "medium_for_customer", medium)


def mails_those_who_did_not_agree_to_it() -> Planted:
    def medium(customer: Any, *facts: Any, texts: bool) -> Any:
        agreed = customer.consent.model_copy(update={"email": True})
        return _medium(customer.model_copy(update={"consent": agreed}), *facts, texts=texts)

    return patch.object(recipients, "medium_for_customer", medium)


_medium = media.medium_for_customer


_stop, _put_off, _why_not = suppression.suppress_id, follow_ups._put_off, surveys.why_not
_answered, _reached = surveys.record_answer, recipients._first_reachable

Mutation = Callable[[], Planted]
"""Puts a bug in for a while."""

MUTATIONS: tuple[Mutation, ...] = tuple(
    made
    for name, made in list(globals().items())
    if getattr(made, "__annotations__", {}).get("return") is Planted and not name.startswith("_")
)
SHOWN_BY = {
    "claims_without_a_condition": 66,
    "writes_to_dead_addresses_of_staff": 120,
    "sends_to_customers_again": 36,
    "skips_a_rung": 12,
    "forgets_that_it_asked": 54,
    "takes_a_second_answer": 24,
    "counts_answers_without_a_page": 18,
    "believes_programs_that_try_all_scores": 54,
    "asks_again_within_the_month": 120,
    "looks_up_no_suppression": 36,
    "counts_no_messages": 144,
    "sends_surveys_at_night": 54,
    "praises_without_sending": 24,
    "plans_with_fresh_ids": 30,
    "writes_on_a_get": 24,
    "releases_without_another_look": 12,
    "mails_only_the_first_of_a_group": 12,
    "sends_the_carrier_again_whatever_came_of_it": 12,
    "works_by_the_clock_of_the_business": 18,
    "writes_to_those_who_are_away": 96,
    "takes_no_answer_for_an_answer": 18,
    "misses_what_stands_still": 90,
    "never_goes_on": 12,
    "leaves_the_call_back_open": 18,
    "counts_thanks_as_a_question": 12,
    "wakes_by_thanks": 576,
    "counts_goodwill_twice": 12,
    "grants_what_was_only_asked_for": 36,
    "writes_to_customers_at_night": 12,
    "sends_the_old_date_late": 12,
    "takes_programs_for_staff": 18,
    "stops_at_the_first_that_fails": 114,
    "refuses_fields_of_another_release": 36,
    "expects_fields_of_this_release": 36,
    "takes_wake_ups_by_position": 36,
    "plans_only_from_the_stream": 54,
    "gives_up_when_the_quota_is_used_up": 30,
    "takes_a_500_for_a_refusal": 96,
    "leaves_the_schedules_of_who_is_erased": 108,
    "erases_one_piece_only": 522,
    "erases_only_the_customers_own_row": 84,
    "never_goes_on_with_an_erasure": 84,
    "brings_surveys_back_as_they_were": 160,
    "brings_back_what_was_not_lost": 160,
    "resolves_without_an_end": 0,
    "hears_no_stop": 6,
    "hears_no_start": 6,
    "writes_to_those_who_complained": 36,
    "leaves_addresses_open_to_surveys": 192,
    "counts_reminders_on_after_a_snooze": 24,
    "asks_after_abuse": 48,
    "withdraws_no_survey": 78,
    "forgets_what_was_said": 24,
    "knows_no_cover": 78,
    "leaves_old_schedules": 12,
    "leaves_the_schedules_of_what_it_wakes": 120,
    "counts_weekends_as_working_days": 18,
    "loses_news_that_fail_again": 54,
    "reports_the_last_that_failed": 54,
    "forgets_the_steps_of_a_merged_complaint": 432,
    "forgets_that_somebody_served_a_merged_case": 48,
    "forgets_what_was_given_for_a_merged_case": 12,
    "forgets_what_is_to_be_done_about_a_merged_case": 12,
    "forgets_the_abuse_in_a_merged_case": 126,
    "calls_back_those_who_have_their_answer": 30,
    "leaves_the_answer_with_who_had_the_case": 72,
    "asks_whether_a_call_back_kept_our_word": 102,
    "never_asks_once_more": 60,
    "asks_once_more_without_a_rest": 126,
    "stops_only_mails_where_they_left": 210,
    "counts_each_gift_by_itself": 48,
    "checks_in_by_whatever_is_written_down_last": 66,
    "writes_to_all_by_mail_first": 24,
    "mails_those_who_did_not_agree_to_it": 42,
    "takes_what_was_said_before_for_an_answer": 0,
    "asks_where_nobody_is_to_be_asked": 660,
}
"""A seed that showed the bug when this was written; any other may. It only saves looking for one."""
