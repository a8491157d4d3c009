"""Gathering what a member of staff must know to act, and who they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.model.interactions import Interaction
from vaada.model.messages import Party
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Survey
from vaada.present.briefs import ActionName, Brief
from vaada.rules import follow_ups
from vaada.rules.reach import is_away

Work = Commitment | FollowUp | Survey


class Missing(Exception):
    """A row that another row names is not there."""


def customer_of(desk: Desk, work: Work) -> Customer:
    """The customer it is owed to. Raises Missing."""
    customer = desk.table.get(Customer, work.customer_id)
    if customer is None:
        raise Missing(f"customer {work.customer_id} of {work.id}")
    return customer


def agent_of(desk: Desk, work: Work) -> Agent:
    """The agent who owes it. Raises Missing."""
    agent = desk.table.get(Agent, work.agent_id)
    if agent is None:
        raise Missing(f"agent {work.agent_id} of {work.id}")
    return agent


def recipient(desk: Desk, to: Party, agent: Agent, now: datetime) -> Agent | None:
    """The agent to tell: an absent one's cover, a supervisor or their cover. None: the owner."""
    if to == "owner":
        return None
    if to == "supervisor":
        supervisor = desk.table.get(Agent, agent.supervisor_id) if agent.supervisor_id else None
        return _present(desk, supervisor, now) if supervisor else None
    return _present(desk, agent, now)


def brief(desk: Desk, work: Commitment | FollowUp, reader: Agent | None, to: Party, now: datetime) -> Brief:
    """Who, what was said, what is owed; times in the reader's zone."""
    customer, agent = customer_of(desk, work), agent_of(desk, work)
    interaction = desk.table.get(Interaction, work.interaction_id)
    if interaction is None:
        raise Missing(f"interaction {work.interaction_id} of {work.id}")
    zone = ZoneInfo((reader and reader.time_zone) or desk.policy.business.time_zone)
    can_act = to == "agent"
    return Brief(
        business=desk.policy.business.name,
        reader_name=reader.name if reader else "",
        agent_name=agent.name,
        customer_name=customer.name,
        customer_phone=customer.phone,
        customer_email=customer.email,
        said=interaction.summary,
        said_at=interaction.occurred_at.astimezone(zone),
        channel=interaction.channel,
        owed=work.what if isinstance(work, Commitment) else work.reason,
        due_at=work.due_at.astimezone(zone),
        now=now.astimezone(zone),
        times=max(1, work.reminders) if isinstance(work, FollowUp) else 1,
        action_url=desk.links.url("action", work.id) if can_act else None,
        actions=actions_for(work) if can_act else (),
    )


def actions_for(work: Commitment | FollowUp) -> tuple[ActionName, ...]:
    """What an agent can answer to a reminder, by the state the row is in."""
    if isinstance(work, FollowUp):
        return ("done", "tomorrow", "pick_date") if work.status in follow_ups.OPEN else ()
    match work.status:
        case "open":
            return ("kept", "new_date")
        case "broken":
            return ("kept",)
        case _:
            return ()


def _present(desk: Desk, agent: Agent, now: datetime) -> Agent:
    if is_away(agent, now) and agent.covered_by:
        return desk.table.get(Agent, agent.covered_by) or agent
    return agent
