"""Stopping and starting again to write to an address, and whether it is stopped."""

from collections.abc import Callable
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.writing import Busy
from vaada.gateways.table import Conflict
from vaada.model.people import Customer, Medium
from vaada.model.suppressions import Stop, StopReason, Suppression
from vaada.rules.suppressions import may_write, stopped, without_texted_stop

_TRIES = 4


def suppress(desk: Desk, medium: Medium, address: str, reason: StopReason, now: datetime) -> None:
    """Write nothing to this address any more; to one that unsubscribed, no surveys. Raises Busy.

    Twice is no error.
    """
    suppression_id = desk.addresses.hashed(medium, address)
    stop = Stop(reason=reason, at=now)
    _settle(desk, suppression_id, lambda before: stopped(before, suppression_id, medium, stop))


def start_again(desk: Desk, number: str) -> None:
    """The number's owner texted START: what they had stopped themselves may be sent again. Raises Busy."""
    _settle(desk, desk.addresses.hashed("sms", number), lambda before: before and without_texted_stop(before))


def stopped_media(desk: Desk, customer: Customer, *, survey: bool) -> frozenset[Medium]:
    """By what the customer is not to be written to."""
    media: tuple[tuple[Medium, str | None], ...] = (("email", customer.email), ("sms", customer.phone))
    return frozenset(
        medium
        for medium, address in media
        if address is not None and is_stopped(desk, medium, address, survey=survey)
    )


def is_stopped(desk: Desk, medium: Medium, address: str, *, survey: bool) -> bool:
    """Whether the address is not to be written to."""
    found = desk.table.get(Suppression, desk.addresses.hashed(medium, address))
    return not may_write(found, survey=survey)


def _settle(
    desk: Desk, suppression_id: str, decide: Callable[[Suppression | None], Suppression | None]
) -> None:
    for _ in range(_TRIES):
        before = desk.table.get(Suppression, suppression_id)
        after = decide(before)
        if after is None or after is before:
            return
        try:
            desk.table.write(after)
        except Conflict:
            continue
        return
    raise Busy(suppression_id)
