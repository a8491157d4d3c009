"""Suppress addresses, lift suppressions, and look them up."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from vaada.desk import Desk
from vaada.flows.optimistic_write import retry_on_conflict
from vaada.model.people import Agent, Customer, Medium, Subscription
from vaada.model.suppressions import ActiveStop, Stop, StopReason, Suppression
from vaada.rules.messages import suppression as rules

if TYPE_CHECKING:
    from vaada.model.inbound_events import OptOut


def suppress(desk: Desk, medium: Medium, address: str, reason: StopReason, now: datetime) -> None:
    """Suppress an address for what the reason stops: all messages, or those of a subscription. Raises Busy.

    Suppressing it again changes nothing.
    """
    suppress_id(desk, medium, desk.addresses.hash_address(medium, address), reason, now)


def suppress_id(desk: Desk, medium: Medium, suppression_id: str, reason: StopReason, now: datetime) -> None:
    """Suppress an address by the id of its suppression. Raises Busy."""
    why = Stop(reason=reason, at=now)
    _update(desk, suppression_id, lambda before: rules.suppress(before, suppression_id, medium, why))


def lift_texted_stop(desk: Desk, suppression_id: str) -> None:
    """Lift a suppression by STOP, after START. Raises Busy."""
    _update(desk, suppression_id, lambda before: before and rules.lift_texted_stop(before))


def lift_unsubscribe(desk: Desk, medium: Medium, address: str, subscription: Subscription) -> None:
    """Lift a suppression by an unsubscribe link, when the person undoes it. Raises Busy."""
    _update(
        desk,
        desk.addresses.hash_address(medium, address),
        lambda before: before and rules.lift_unsubscribe(before, subscription),
    )


def lift_bounces(desk: Desk, person: Agent | Customer) -> tuple[ActiveStop, ...]:
    """Lift suppressions by bounces. Returns the suppressions that remain. Raises Busy."""
    remaining: list[ActiveStop] = []
    for medium, address in addresses_of(person):
        suppression_id = desk.addresses.hash_address(medium, address)
        _update(desk, suppression_id, lambda before: before and rules.lift_bounce(before))
        remaining += rules.active_stops(desk.table.get(Suppression, suppression_id))
    return tuple(remaining)


def active_stops_of(
    desk: Desk, person: Agent | Customer
) -> tuple[tuple[Medium, str, tuple[ActiveStop, ...]], ...]:
    """Return the person's addresses with their media, and what must not be sent to each."""
    return tuple(
        (medium, address, tuple(rules.active_stops(_suppression(desk, medium, address))))
        for medium, address in addresses_of(person)
    )


def stops_by_person(desk: Desk, people: Iterable[Agent]) -> dict[str, tuple[ActiveStop, ...]]:
    """Return, by agent id, what must not be sent to each agent who has a suppression. Reads all at once."""
    addresses = {
        agent.id: [desk.addresses.hash_address(medium, address) for medium, address in addresses_of(agent)]
        for agent in people
    }
    rows = desk.table.get_several(Suppression, list(chain.from_iterable(addresses.values())))
    stops = {
        agent_id: tuple(
            stop for one in own for stop in rules.active_stops(rows.get(one)) if stop.what == "anything"
        )
        for agent_id, own in addresses.items()
    }
    return {agent_id: found for agent_id, found in stops.items() if found}


def _suppression(desk: Desk, medium: Medium, address: str) -> Suppression | None:
    return desk.table.get(Suppression, desk.addresses.hash_address(medium, address))


def is_suppressed(
    desk: Desk, medium: Medium, address: str, *, survey: bool, news: bool = False, staff: bool = False
) -> bool:
    """Whether the address is suppressed. `survey`: for a survey. `news`: for a tip or an invitation.

    `staff`: as it was read first in this sweep.
    """
    suppression = desk.table.get(Suppression, desk.addresses.hash_address(medium, address), kept=staff)
    return not rules.may_send(suppression, survey=survey, news=news)


def addresses_of(person: Agent | Customer) -> Iterator[tuple[Medium, str]]:
    """Yield the person's addresses with their media, in the order of preference."""
    yield from (("email", email) for email in person.emails)
    yield from (("sms", phone) for phone in person.phones)


def apply_opt_out(desk: Desk, event: "OptOut", now: datetime) -> str:
    """Suppress the number after STOP, or lift that after START. Returns the keyword. Raises Busy."""
    if event.said == "stop":
        suppress_id(desk, "sms", event.suppression_id, "texted_stop", now)
    else:
        lift_texted_stop(desk, event.suppression_id)
    return event.said


def _update(
    desk: Desk, suppression_id: str, decide: Callable[[Suppression | None], Suppression | None]
) -> None:
    def attempt() -> None:
        before = desk.table.get(Suppression, suppression_id)
        after = decide(before)
        if after is not None and after is not before:
            desk.table.write(after)

    retry_on_conflict(suppression_id, attempt)
