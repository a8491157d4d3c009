"""Whom a message reaches, and by what: nobody who is away, and no address that is stopped."""

from dataclasses import dataclass
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.suppression import is_stopped, stopped_media
from vaada.model.messages import RecipientRole
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


def customer_medium(
    desk: Desk, customer: Customer, *, survey: bool, but: frozenset[Medium] = frozenset()
) -> Medium | None:
    """By what the customer can be written to, not by what failed (`but`). None: by nothing."""
    stopped = stopped_media(desk, customer, survey=survey) | but
    return medium_for_customer(customer, stopped, texts=desk.settings.sms_enabled)


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
