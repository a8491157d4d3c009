"""WhatsApp: how long an answer is allowed, and which messages are one conversation."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction

WINDOW = timedelta(hours=24)
"""How long after a customer's message WhatsApp accepts a free-form answer."""


def open_until(contact: Interaction) -> datetime:
    """Return until when this message of a customer may be answered by WhatsApp."""
    return contact.occurred_at + WINDOW


def continued_case(
    cases: Iterable[Case], last_contacts: Mapping[str, Interaction], sent_at: datetime
) -> Case | None:
    """Return the open case whose WhatsApp conversation the message continues. None: it begins a new one.

    People write one matter in several messages, and there is no thread as in mail. `last_contacts` are those
    of the cases, by id.
    """
    going_on = (case for case in cases if _is_going_on(last_contacts.get(case.last_interaction_id), sent_at))
    return max(going_on, key=lambda case: (case.last_contact_at, case.id), default=None)


def _is_going_on(last: Interaction | None, sent_at: datetime) -> bool:
    return last is not None and last.channel == "whatsapp" and sent_at - last.occurred_at < WINDOW
