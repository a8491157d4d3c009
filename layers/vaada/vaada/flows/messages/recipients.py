"""Whom a message reaches, and by what: nobody who is away, and no address that is stopped."""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from vaada.desk import Desk
from vaada.flows.messages.suppression import addresses_of, is_stopped
from vaada.model.messages import Message, RecipientRole
from vaada.model.people import Agent, Customer, Medium
from vaada.rules.messages.media import media_for_agent, medium_for_customer, other_media
from vaada.rules.time.availability import is_away

Failing = frozenset[tuple[str, Medium]]
"""Ids of agents, and by what they could not be reached just now."""


@dataclass(frozen=True)
class Recipient:
    """Who is told, and by what. No agent: the owner."""

    agent: Agent | None
    media: tuple[Medium, ...]


_OWNER = Recipient(None, ("email",))
_MEDIA: frozenset[Medium] = frozenset(get_args(Medium))


@dataclass(frozen=True)
class CustomerAddress:
    """Where a customer is written to, and by what. `id` is the keyed hash of the address."""

    medium: Medium
    address: str
    id: str


def customer_address(
    desk: Desk, customer: Customer, *, survey: bool, but: frozenset[str] = frozenset()
) -> CustomerAddress | None:
    """The first address that works, by the preferred medium if it has one. None: there is none.

    `but` are the ids of addresses that failed. All addresses of a medium come before the other medium.
    """
    working = working_addresses(desk, customer, survey=survey, but=but)
    stopped = _MEDIA - working.keys()
    medium = medium_for_customer(customer, stopped, texts=desk.settings.sms_enabled)
    return working[medium] if medium else None


def working_addresses(
    desk: Desk, customer: Customer, *, survey: bool, but: frozenset[str] = frozenset()
) -> dict[Medium, CustomerAddress]:
    """By medium the first address that is not suppressed and is not among those that failed (`but`)."""
    found: dict[Medium, CustomerAddress] = {}
    for medium, address in addresses_of(customer):
        address_id = desk.addresses.hash_address(medium, address)
        if medium in found or address_id in but or is_stopped(desk, medium, address, survey=survey):
            continue
        found[medium] = CustomerAddress(medium, address, address_id)
    return found


def address_of(desk: Desk, customer: Customer, message: Message) -> str | None:
    """The address that the message was claimed for; the first of its medium if it has changed. None: none."""
    own = [address for medium, address in addresses_of(customer) if medium == message.medium]
    claimed = (
        each for each in own if desk.addresses.hash_address(message.medium, each) == message.address_id
    )
    return next(claimed, own[0] if own else None)


def staff_recipient(
    desk: Desk,
    to: RecipientRole,
    agent: Agent,
    now: datetime,
    *,
    by: tuple[Medium, ...] | None = None,
    failing: Failing = frozenset(),
) -> Recipient:
    """Who is told: for those who are away or cannot be reached their cover, their supervisor, the owner."""
    if to == "owner":
        return _OWNER
    first = agent if to == "agent" else _agent(desk, agent.supervisor_id)
    return _first_reachable(desk, first, now, by, failing, set()) or _OWNER


def can_receive(desk: Desk, agent: Agent, medium: Medium) -> bool:
    """Whether the agent has an address for it that is not stopped."""
    address = agent.email if medium == "email" else agent.phone
    return address is not None and not is_stopped(desk, medium, address, survey=False)


def _first_reachable(
    desk: Desk,
    agent: Agent | None,
    now: datetime,
    by: tuple[Medium, ...] | None,
    failing: Failing,
    passed: set[str],
) -> Recipient | None:
    """The agent, or whoever stands in: nobody is asked twice, for covers may go round in circles."""
    if agent is None or agent.agent_id in passed:
        return None
    if not is_away(agent, now) and (media := _working_media(desk, agent, by, failing)):
        return Recipient(agent, media)
    passed.add(agent.agent_id)
    cover = _first_reachable(desk, _agent(desk, agent.covered_by), now, by, failing, passed)
    return cover or _first_reachable(desk, _agent(desk, agent.supervisor_id), now, by, failing, passed)


def _working_media(
    desk: Desk, agent: Agent, by: tuple[Medium, ...] | None, failing: Failing
) -> tuple[Medium, ...]:
    """By what the agent is told: as wanted, else by what else there is."""
    texts = desk.settings.sms_enabled
    wanted = media_for_agent(agent, by, texts=texts)
    for media in (wanted, other_media(agent, wanted, texts=texts)):
        found = tuple(
            medium
            for medium in media
            if (agent.id, medium) not in failing and can_receive(desk, agent, medium)
        )
        if found:
            return found
    return ()


def _agent(desk: Desk, agent_id: str | None) -> Agent | None:
    return desk.table.get(Agent, agent_id) if agent_id else None
