"""What happens if a message that an agent wrote does not reach the customer."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.work import present_agent
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.work import FollowUp
from vaada.rules.messages import personal


def follow_up_of_unsent(desk: Desk, message: Message, now: datetime) -> Iterator[FollowUp]:
    """Yield a follow-up about it for the agent who has the work now, once for each message."""
    interaction = desk.table.get(Interaction, message.about_id)
    if interaction is None:  # the customer was erased
        return
    agent = present_agent(desk, interaction.agent_id)
    follow_up = personal.follow_up_of_unsent(message, interaction, agent.id, now)
    if desk.table.get_any(follow_up.id) is None:
        yield follow_up
