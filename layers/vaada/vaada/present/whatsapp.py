"""WhatsApp messages."""

from vaada.present.greetings import greeting, personal_signature
from vaada.present.i18n import words
from vaada.present.sanitize import lines
from vaada.present.view_models import Personal

LONGEST = 4096
"""How many characters WhatsApp accepts."""


def for_personal(message: Personal) -> str:
    """Return the whole message that an agent wrote to a customer. The caller checks its length."""
    parts_of_it = (
        greeting(message.customer_name, words(message.language)),
        "\n".join(lines(message.text)),
        personal_signature(message),
    )
    return "\n\n".join(parts_of_it)
