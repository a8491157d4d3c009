"""Messages: one e-mail or text to anyone, with why it was sent or why it was not."""

from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import Medium
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
    "running_late",
    "survey",
    "survey_reminder",
    "praise",
]
Party = Literal["agent", "supervisor", "owner", "customer"]
MessageStatus = Literal["held", "grouped", "sending", "waiting", "sent", "failed", "withheld", "unknown"]
Delivery = Literal["accepted", "delivered", "delayed", "bounced", "complained", "rejected"]
AboutKind = Literal["follow_up", "commitment", "reply", "goodwill", "survey"]


class Message(DueRow):
    """One e-mail or text about another row. `why` says why it is sent, `why_not` why it was not.

    `held` waits until `wake_at` for its reader's working time, or for others to the same reader; `grouped`
    went out with the message `carried_by`, which `carries` it. `sending` was claimed and may be on its way
    until `wake_at`; `waiting` was refused for now and is tried again then; `unknown` may or may not have been
    sent and never will be again, until the provider tells; `delivery` is what it told. `claim` tells apart
    two attempts that were claimed in the same second. `twins` bring the same to the same reader by
    other media; `instead_of` is the message that could not arrive, in whose place this one is sent, and
    `tried` what did not arrive before: to which agent and by what.
    """

    kind_of_row: ClassVar[str] = "message"
    message_id: RowId
    about_id: RowId
    about_kind: AboutKind
    purpose: Purpose
    to: Party
    recipient_id: str | None = None
    medium: Medium
    twins: tuple[RowId, ...] = ()
    instead_of: str | None = None
    tried: tuple[tuple[str, Medium], ...] = ()
    why: str
    status: MessageStatus = "sending"
    why_not: str | None = None
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
