"""Stopping and starting again to write to an address, and whether it is stopped."""

from collections.abc import Callable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import retry_on_conflict
from vaada.model.inbound_events import OptOut
from vaada.model.people import Agent, Customer, Medium
from vaada.model.suppressions import ActiveStop, Stop, StopReason, Suppression
from vaada.rules.messages import suppression as rules


def suppress(desk: Desk, medium: Medium, address: str, reason: StopReason, now: datetime) -> None:
    """Write nothing to this address any more; to one that unsubscribed, no surveys. Raises Busy.

    Twice is no error.
    """
    suppress_id(desk, medium, desk.addresses.hash_address(medium, address), reason, now)


def suppress_id(desk: Desk, medium: Medium, suppression_id: str, reason: StopReason, now: datetime) -> None:
    """The same, for whoever does not know the address itself. Raises Busy."""
    why = Stop(reason=reason, at=now)
    _update(desk, suppression_id, lambda before: rules.suppress(before, suppression_id, medium, why))


def lift_texted_stop(desk: Desk, suppression_id: str) -> None:
    """The number's owner texted START: what they had stopped themselves may be sent again. Raises Busy."""
    _update(desk, suppression_id, lambda before: before and rules.lift_texted_stop(before))


def lift_unsubscribe(desk: Desk, medium: Medium, address: str) -> None:
    """The address's owner did not mean to unsubscribe: surveys may be sent to it again. Raises Busy."""
    _update(
        desk,
        desk.addresses.hash_address(medium, address),
        lambda before: before and rules.lift_unsubscribe(before),
    )


def lift_bounces(desk: Desk, person: Agent | Customer) -> tuple[ActiveStop, ...]:
    """The person's addresses work again after a bounce. Says what is stopped all the same. Raises Busy."""
    still: list[ActiveStop] = []
    for medium, address in addresses_of(person):
        suppression_id = desk.addresses.hash_address(medium, address)
        _update(desk, suppression_id, lambda before: before and rules.lift_bounce(before))
        still += rules.active_stops(desk.table.get(Suppression, suppression_id))
    return tuple(still)


def is_stopped(desk: Desk, medium: Medium, address: str, *, survey: bool) -> bool:
    """Whether the address is not to be written to."""
    found = desk.table.get(Suppression, desk.addresses.hash_address(medium, address))
    return not rules.may_send(found, survey=survey)


def addresses_of(person: Agent | Customer) -> Iterator[tuple[Medium, str]]:
    """The person's addresses with their media, in the order in which they are tried."""
    yield from (("email", email) for email in person.emails)
    yield from (("sms", phone) for phone in person.phones)


def apply_opt_out(desk: Desk, news: OptOut, now: datetime) -> str:
    """Stop to write to the number, or start again. Says what it was, for the log. Raises Busy."""
    if news.said == "stop":
        suppress_id(desk, "sms", news.suppression_id, "texted_stop", now)
    else:
        lift_texted_stop(desk, news.suppression_id)
    return news.said


def _update(
    desk: Desk, suppression_id: str, decide: Callable[[Suppression | None], Suppression | None]
) -> None:
    def attempt() -> None:
        before = desk.table.get(Suppression, suppression_id)
        after = decide(before)
        if after is not None and after is not before:
            desk.table.write(after)

    retry_on_conflict(suppression_id, attempt)
