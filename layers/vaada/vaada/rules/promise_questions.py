"""The question to an agent who copied the desk on a mail: did you promise something?"""

import re

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.rules.ids import derived_id
from vaada.rules.messages.lifecycle import new_message

_PREFIXES = re.compile(r"(?:(?:re|aw|sv|antw|rv|ref|fwd?|wg|tr|رد)\s*:\s*)+", re.IGNORECASE)


def question(interaction: Interaction) -> Message:
    """Return the mail that asks the agent. Its id is the same each time it is computed.

    It waits for no working time: the agent has just written, and still remembers.
    """
    return new_message(
        interaction,
        derived_id(interaction, "promise-question"),
        "promise_question",
        "agent",
        interaction.agent_id,
        "email",
        "the agent copied the desk on a mail",
        interaction.recorded_at,
        interaction.recorded_at,
    )


def promise_id(question: Message) -> str:
    """Return the id of the only promise that the agent can record by this question."""
    return derived_row_id(question.id, "promised", question.created_at)


def proposed_words(interaction: Interaction) -> str:
    """Return what was promised, as far as the subject of the mail tells."""
    subject = interaction.mail.subject if interaction.mail else ""
    return _PREFIXES.sub("", subject, count=1).strip() if _PREFIXES.match(subject) else subject.strip()
