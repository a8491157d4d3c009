"""Interactions: each is one contact with a customer, recorded once."""

from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import Channel
from vaada.model.rows import DueRow, StoredModel
from vaada.model.text import Line
from vaada.model.times import Instant

Direction = Literal["inbound", "outbound"]
Kind = Literal["question", "request", "complaint", "order", "visit", "other"]
Tone = Literal["calm", "upset", "abusive"]


class StatedCommitment(StoredModel):
    """A commitment made in the interaction, in the agent's own words, and when it is due."""

    what: Line
    due_at: Instant


class FollowUpRequest(StoredModel):
    """The follow-up requested in the interaction."""

    at: Instant
    reason: Line


class Correction(StoredModel):
    """One correction: who made it, when, and the former values of the fields that it changed."""

    at: Instant
    by: str
    summary: str | None = None
    kind: Kind | None = None
    tone: Tone | None = None
    occurred_at: Instant | None = None


class Attachment(StoredModel):
    """A file of a mail or of WhatsApp. `key` is where it is stored; without it, it was too large to keep."""

    name: str
    media_type: str
    size: int
    key: str | None = None


class MailDetails(StoredModel):
    """The mail that an interaction is: what an answer needs to go into its thread (RFC 5322), and its parts.

    `message_id` and `references` have no angle brackets; `references` are the mails before it, oldest first.
    `folded` is its signature and what it quotes. `stored_as` is the name of the mail itself in the bucket, as
    long as it is kept. `hinted_case_id` is a case of somebody else that it seems to answer.
    """

    message_id: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    folded: str = ""
    attachments: tuple[Attachment, ...] = ()
    stored_as: str | None = None
    hinted_case_id: str | None = None


class WhatsAppDetails(StoredModel):
    """The WhatsApp message that an interaction came as: its id, the hash of its sender's number, its file."""

    message_id: str
    address_id: str
    attachments: tuple[Attachment, ...] = ()


class Interaction(DueRow):
    """One contact with a customer. It took place at `occurred_at` and was recorded at `recorded_at`.

    `asks_customer`: whether an outbound interaction waits for the customer's answer, if that was stated.
    `only_thanks`: the customer said thanks and nothing more. `is_history`: it was recorded so late that no
    clock, reminder or message follows from it. `corrections` have the former values of what was recorded by
    mistake. `mail` is there if it came, or went out, as a mail that the desk has seen; `whatsapp` if it came
    by WhatsApp.
    At `wake_at` the sweep plans its follow-up and survey, if the stream has not done so before.
    """

    kind_of_row: ClassVar[str] = "interaction"
    interaction_id: RowId
    customer_id: str
    case_id: str
    agent_id: str
    channel: Channel
    direction: Direction
    kind: Kind
    summary: str
    occurred_at: Instant
    recorded_at: Instant
    resolved: bool = False
    awaits_reply: bool = False
    asks_customer: bool | None = None
    only_thanks: bool = False
    is_history: bool = False
    tone: Tone = "calm"
    handed_over_from: str | None = None
    commitments: tuple[StatedCommitment, ...] = ()
    follow_up: FollowUpRequest | None = None
    corrections: tuple[Correction, ...] = ()
    mail: MailDetails | None = None
    whatsapp: WhatsAppDetails | None = None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that came or went with it."""
        details = self.mail or self.whatsapp
        return details.attachments if details else ()
