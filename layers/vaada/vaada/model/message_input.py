"""Inputs about messages that agents write."""

from base64 import b64decode
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from vaada.model.ids import PartyId, RowId
from vaada.model.messages import MEDIA_TYPE, MOST_ATTACHMENTS, UNKNOWN_TYPE
from vaada.model.people import MessageMedium
from vaada.model.text import Input, Line, Name, Prose


def _decoded(content: object) -> object:
    """Return the bytes of a file, which JSON holds in Base64."""
    if isinstance(content, str):
        try:
            return b64decode(content, validate=True)
        except ValueError:
            raise ValueError("is not Base64") from None
    return content


class NewAttachment(Input):
    """A file to send with a mail: its name, its type, and its content in Base64."""

    name: Name
    media_type: Annotated[str, StringConstraints(pattern=MEDIA_TYPE, max_length=100)] = UNKNOWN_TYPE
    content: Annotated[
        bytes,
        BeforeValidator(_decoded),
        Field(min_length=1),
        WithJsonSchema({"type": "string", "format": "byte", "minLength": 1}),
    ]


class NewMessage(Input):
    """The input for a message that an agent writes to a customer, about a case or the one they wait in.

    Without a `medium` it goes by the one by which the customer last wrote about the case, else by the one
    they prefer. WhatsApp takes an answer for 24 hours after the customer's message. The `subject` is that of
    a mail; without one, that of the mail it answers. `awaits_reply`: it asks the customer something.
    `send_now`: it does not wait for the end of their quiet hours. A mail may have up to 10 `attachments`, of
    4 MB together.
    """

    agent_id: PartyId | None = None
    case_id: RowId | None = None
    medium: MessageMedium | None = None
    subject: Line | None = None
    text: Prose
    awaits_reply: bool | None = None
    send_now: bool = False
    attachments: Annotated[tuple[NewAttachment, ...], Field(max_length=MOST_ATTACHMENTS)] = ()
