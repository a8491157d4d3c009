"""Bugs of the rules of messages: attempts, batches, quotas, suppression and the frequency cap."""

from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation, together
from tests.simulation.replacing import replaced
from vaada.rules.messages import frequency_cap, lifecycle
from vaada.rules.messages.suppression import may_send


@mutation(seed=96)
def sends_to_customers_again() -> Planted:
    return replaced(lifecycle.may_try_again, lambda message: message.attempts < lifecycle.ATTEMPTS)


@mutation()
def tries_for_ever() -> Planted:
    return replaced(lifecycle.may_try_again, lambda message: message.to != "customer")


@mutation(seed=36)
def ignores_suppression() -> Planted:
    return replaced(may_send, lambda *_, **__: True)


@mutation(seed=144)
def counts_no_messages() -> Planted:
    return replaced(frequency_cap.count_message, lambda customer, *_: customer.changed())


@mutation(seed=30)
def praises_without_sending() -> Planted:
    is_still_true = lifecycle.is_still_true

    def unless_praise(message: Any, *facts: Any) -> Any:
        return message.purpose != "praise" and is_still_true(message, *facts)

    return replaced(is_still_true, unless_praise)


@mutation()
def batches_without_carrying() -> Planted:
    claim = lifecycle.claim

    def without_batch(message: Any, now: datetime, token: str, _carries: tuple[str, ...] = ()) -> Any:
        return claim(message, now, token)

    return replaced(claim, without_batch)


@mutation()
def tries_each_of_a_batch_by_itself() -> Planted:
    def waiting(message: Any, carrier: Any) -> Any:
        # the mistake: give each grouped message a time for another attempt
        return message.changed(status="waiting", attempts=1, carried_by=carrier.id, wake_at=carrier.wake_at)

    return replaced(lifecycle.join_batch, waiting)


@mutation(seed=12)
def sends_the_carrier_again_in_any_case() -> Planted:
    mark_sent, record_delivery = lifecycle.mark_sent, lifecycle.record_delivery

    def sending_again(message: Any, provider_id: str, now: datetime) -> Any:
        sent = mark_sent(message, provider_id, now)
        again = {"status": "sending", "wake_at": message.wake_at}
        return sent.model_copy(update=again) if message.carries else sent

    def unless_carrier(message: Any, *facts: Any) -> Any:
        return None if message.carries else record_delivery(message, *facts)

    return together(replaced(mark_sent, sending_again), replaced(record_delivery, unless_carrier))


@mutation()
def takes_a_full_quota_for_sent() -> Planted:
    mark_sent = lifecycle.mark_sent
    return replaced(
        lifecycle.mark_throttled, lambda message, _why, now, **_: mark_sent(message, "queued", now)
    )


@mutation(seed=48)
def gives_up_when_the_quota_is_used_up() -> Planted:
    def failed(message: Any, reason: str, now: datetime, **_: Any) -> Any:
        return lifecycle.mark_refused(message, reason, now, for_good=True)

    return replaced(lifecycle.mark_throttled, failed)


@mutation()
def waits_for_the_quota_for_ever() -> Planted:
    mark_throttled = lifecycle.mark_throttled

    def waiting(message: Any, *facts: Any, **for_now: Any) -> Any:
        return mark_throttled(message, *facts, **for_now).model_copy(update={"wake_at": None})

    return replaced(mark_throttled, waiting)
