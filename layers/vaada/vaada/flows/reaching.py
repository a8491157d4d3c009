"""Whom a message reaches, and by what: nobody who is away, and no address that is stopped."""

from dataclasses import dataclass
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.suppressing import is_stopped, stopped_media
from vaada.model.messages import Party
from vaada.model.people import Agent, Customer, Medium
from vaada.rules.reach import is_away, media_for_agent, medium_for_customer, other_media

Failing = frozenset[tuple[str, Medium]]
"""Ids of agents, and by what they could not be reached just now."""


@dataclass(frozen=True)
class Reader:
    """Who is told, and by what. No agent: the owner."""

    agent: Agent | None
    media: tuple[Medium, ...]


_OWNER = Reader(None, ("email",))


def customer_medium(
    desk: Desk, customer: Customer, *, survey: bool, but: frozenset[Medium] = frozenset()
) -> Medium | None:
    """By what the customer can be written to, not by what failed (`but`). None: by nothing."""
    stopped = stopped_media(desk, customer, survey=survey) | but
    return medium_for_customer(customer, stopped, texts=desk.settings.sms_enabled)


def staff(
    desk: Desk,
    to: Party,
    agent: Agent,
    now: datetime,
    *,
    by: tuple[Medium, ...] | None = None,
    failing: Failing = frozenset(),
) -> Reader:
    """Who is told: for those who are away or cannot be reached their cover, their supervisor, the owner."""
    if to == "owner":
        return _OWNER
    first = agent if to == "agent" else _named(desk, agent.supervisor_id)
    return _reached(desk, first, now, by, failing, set()) or _OWNER


def works(desk: Desk, agent: Agent, medium: Medium) -> bool:
    """Whether the agent has an address for it that is not stopped."""
    address = agent.email if medium == "email" else agent.phone
    return address is not None and not is_stopped(desk, medium, address, survey=False)


def _reached(
    desk: Desk,
    agent: Agent | None,
    now: datetime,
    by: tuple[Medium, ...] | None,
    failing: Failing,
    passed: set[str],
) -> Reader | None:
    """The agent, or whoever stands in: nobody is asked twice, for covers may go round in circles."""
    if agent is None or agent.agent_id in passed:
        return None
    if not is_away(agent, now) and (media := _media(desk, agent, by, failing)):
        return Reader(agent, media)
    passed.add(agent.agent_id)
    cover = _reached(desk, _named(desk, agent.covered_by), now, by, failing, passed)
    return cover or _reached(desk, _named(desk, agent.supervisor_id), now, by, failing, passed)


def _media(desk: Desk, agent: Agent, by: tuple[Medium, ...] | None, failing: Failing) -> tuple[Medium, ...]:
    """By what the agent is told: as wanted, else by what else there is."""
    texts = desk.settings.sms_enabled
    wanted = media_for_agent(agent, by, texts=texts)
    for media in (wanted, other_media(agent, wanted, texts=texts)):
        found = tuple(
            medium for medium in media if (agent.id, medium) not in failing and works(desk, agent, medium)
        )
        if found:
            return found
    return ()


def _named(desk: Desk, agent_id: str | None) -> Agent | None:
    return desk.table.get(Agent, agent_id) if agent_id else None
