"""Bugs planted on purpose, each a mistake that somebody could make. The net must catch every one of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from vaada.flows import deliver, fire
from vaada.gateways import table
from vaada.rules import commitments, messages, surveys

FAR_AHEAD = datetime(2030, 1, 1, tzinfo=UTC)
_put = table.Table._put  # bugs are planted inside
_messages = fire._messages
_climb = commitments._climb
_fire, _attempt, _keep, _ask = fire.fire, deliver.attempt, commitments.keep, surveys.next_step
_is_open, _sent = surveys.is_open, messages.sent


def claims_without_a_condition() -> AbstractContextManager[object]:
    def put(self: table.Table, row: Any) -> Any:
        there = {"ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeValues": {}}
        return {**_put(self, row), **there} if row.version > 1 else _put(self, row)

    return patch.object(table.Table, "_put", put)


def fires_before_its_time() -> AbstractContextManager[object]:
    def early(desk: Any, kind: Any, row_id: str, version: int, _now: datetime) -> str:
        return _fire(desk, kind, row_id, version, FAR_AHEAD)

    return patch("functions.flag_overdue.app.fire", early)


def records_before_it_sends() -> AbstractContextManager[object]:
    def attempt(desk: Any, message: Any, work: Any, now: datetime) -> None:
        desk.table.write(messages.sent(message, "sure", now))
        deliver._composed(desk, message, work, now)()

    return patch.object(deliver, "attempt", attempt)


def forgets_messages_between_claim_and_record() -> AbstractContextManager[object]:
    def without_lease(*facts: Any) -> Any:
        return (message.model_copy(update={"wake_at": None}) for message in _messages(*facts))

    return patch.object(fire, "_messages", without_lease)


def sends_to_customers_again() -> AbstractContextManager[object]:
    return patch.object(messages, "may_try_again", lambda message: message.attempts < messages.ATTEMPTS)


def tries_for_ever() -> AbstractContextManager[object]:
    return patch.object(messages, "may_try_again", lambda message: message.to != "customer")


def never_sweeps() -> AbstractContextManager[object]:
    return patch("tests.simulation.world.sweep_due", lambda _event, _context: 0)


def restarts_the_ladder() -> AbstractContextManager[object]:
    def climb(commitment: Any, step: Any, policy: Any, **changes: object) -> Any:
        climbed = _climb(commitment, step, policy, **changes)
        again = {"step": "flag", "wake_at": commitment.due_at + timedelta(hours=8)}
        return climbed.model_copy(update=again) if step == "supervisor" else climbed

    return patch.object(commitments, "_climb", climb)


def skips_a_rung() -> AbstractContextManager[object]:
    def climb(commitment: Any, step: Any, policy: Any, **changes: object) -> Any:
        return _climb(commitment, "supervisor" if step == "flag" else step, policy, **changes)

    return patch.object(commitments, "_climb", climb)


def goes_on_after_a_promise_is_kept() -> AbstractContextManager[object]:
    def keep(commitment: Any, now: datetime, by: str) -> Any:
        kept = _keep(commitment, now, by)
        return kept.model_copy(update={"wake_at": commitment.wake_at, "step": commitment.step})

    return patch.object(commitments, "keep", keep)


def forgets_that_it_asked() -> AbstractContextManager[object]:
    def next_step(survey: Any, *facts: Any) -> Any:
        return _ask(survey.model_copy(update={"step": "ask"}) if survey.step == "remind" else survey, *facts)

    return patch.object(surveys, "next_step", next_step)


def takes_a_second_answer() -> AbstractContextManager[object]:
    return patch.object(
        surveys, "is_open", lambda survey, now: survey.status == "answered" or _is_open(survey, now)
    )


def ignores_the_idempotency_key() -> AbstractContextManager[object]:
    return patch("vaada.api.resolver.Key.of", lambda **_: None)


def plans_with_fresh_ids() -> AbstractContextManager[object]:
    from vaada.model.ids import customer_of, new_row_id  # noqa: PLC0415 - only here

    def fresh(cause_id: str, _rule: str, at: datetime) -> str:
        return new_row_id(customer_of(cause_id), at)

    return patch("vaada.rules.planning.derived_row_id", fresh)


def returns_inside_the_record_loop() -> AbstractContextManager[object]:
    def first_only(event: dict[str, Any], handle: Callable[[Any, Any], None]) -> dict[str, Any]:
        from vaada.stream import each_record  # noqa: PLC0415 - the real one, whatever is patched

        return each_record({"Records": event["Records"][:1]}, handle)

    return patch("functions.sync_schedules.app.each_record", first_only)


def makes_no_schedules() -> AbstractContextManager[object]:
    return patch("vaada.flows.sync.schedule_change", lambda *_: "none")


def writes_on_a_get() -> AbstractContextManager[object]:
    from vaada.public import surveys as page  # noqa: PLC0415 - only here

    def show(visit: Any) -> Any:
        visit = type(visit)(visit.desk, visit.token, visit.path, {**visit.fields, "score": "1"}, visit.now)
        return page.submit(visit)

    return patch(
        "functions.pages.app._ROOMS", {"s": (show, page.submit), "a": (show, show), "u": (show, show)}
    )


Mutation = Callable[[], AbstractContextManager[object]]
"""Puts a bug in for a while."""

MUTATIONS: tuple[Mutation, ...] = (
    claims_without_a_condition,
    fires_before_its_time,
    records_before_it_sends,
    forgets_messages_between_claim_and_record,
    sends_to_customers_again,
    tries_for_ever,
    never_sweeps,
    restarts_the_ladder,
    skips_a_rung,
    goes_on_after_a_promise_is_kept,
    forgets_that_it_asked,
    takes_a_second_answer,
    ignores_the_idempotency_key,
    plans_with_fresh_ids,
    returns_inside_the_record_loop,
    makes_no_schedules,
    writes_on_a_get,
)
