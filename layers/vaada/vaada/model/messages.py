"""Messages: each is a mail, a text or a WhatsApp message to anyone, and says why it was sent or not sent."""

from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import MessageMedium
from vaada.model.rows import DueRow
from vaada.model.times import Instant

Purpose = Literal[
    "follow_up_reminder",
    "follow_up_unanswered",
    "promise_warning",
    "promise_overdue",
    "promise_escalation",
    "reply_warning",
    "reply_missed",
    "goodwill_approval",
    "handed_over",
    "assigned",
    "running_late",
    "survey",
    "survey_reminder",
    "praise",
    "personal",
    "weekly_report",
    "confirmation",
    "thanks",
    "promise_question",
    "tip",
    "invitation",
    "event_reminder",
    "recommendation",
]
RecipientRole = Literal["agent", "supervisor", "owner", "customer"]
MessageStatus = Literal["held", "grouped", "sending", "waiting", "sent", "failed", "withheld", "unknown"]
Delivery = Literal["accepted", "delivered", "delayed", "bounced", "complained", "rejected"]
AboutKind = Literal[
    "follow_up",
    "commitment",
    "reply",
    "goodwill",
    "survey",
    "interaction",
    "weekly_report",
    "recognition",
    "campaign_recipient",
]


MOST_ATTACHMENTS = 10
MEDIA_TYPE = r"^[a-z]+/[a-z0-9.+-]+$"
UNKNOWN_TYPE = "application/octet-stream"


class Message(DueRow):
    """A message about another row. `why` is the reason for sending it, `why_not` for not sending it.

    The status `held` waits until `wake_at`, for the recipient's working time or for other messages to batch
    with; `grouped` went out as part of the message `carried_by`, which lists it in `carries`. `sending` is
    claimed until `wake_at`, the end of its lease; `waiting` was refused temporarily and is retried at
    `wake_at`; `unknown` may have been sent, and is not sent again. `delivery` is the provider's last status.
    `claim` distinguishes two attempts claimed in the same second. `twins` are the same message to the same
    recipient by other media. `instead_of` is the undelivered message that this one replaces, and `tried`
    lists the (agent id, medium) pairs that failed before; to a customer, (address id, medium). `replaced_by`
    is the message that is sent instead of this one. `address_id` is the keyed hash of the customer's address
    that it goes to. `interaction_id` is the contact that the row it is about came from, so that all rows of a
    batch can be read together. `retried_by` is who had a failed message tried again.
    Of a message that an agent wrote, `answers` is the customer's contact by the same medium that it answers,
    `awaited` whether they waited for it, and `at_night` whether it may go out in their quiet hours.
    """

    kind_of_row: ClassVar[str] = "message"
    message_id: RowId
    customer_id: str
    about_id: RowId
    about_kind: AboutKind
    interaction_id: str | None = None
    purpose: Purpose
    to: RecipientRole
    recipient_id: str | None = None
    medium: MessageMedium
    address_id: str | None = None
    twins: tuple[RowId, ...] = ()
    instead_of: str | None = None
    replaced_by: str | None = None
    tried: tuple[tuple[str, MessageMedium], ...] = ()
    why: str
    status: MessageStatus = "sending"
    why_not: str | None = None
    retried_by: str | None = None
    answers: RowId | None = None
    awaited: bool = False
    at_night: bool = False
    attempts: int = 1
    throttles: int = 0
    claim: str | None = None
    carries: tuple[str, ...] = ()
    carried_by: str | None = None
    provider_id: str | None = None
    delivery: Delivery | None = None
    delivered_at: Instant | None = None
    created_at: Instant
    sent_at: Instant | None = None
