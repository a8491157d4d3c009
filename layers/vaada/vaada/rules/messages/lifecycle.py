"""The lifecycle of a message: its status before and after each attempt to send it.

States: held → sending · grouped · withheld; sending → sent · waiting (refused for now) · failed (refused for
good) · unknown (the provider did not answer); failed → waiting, if a person has it tried again. A reminder to
staff is tried up to three times. A customer is never sent a message twice: a message whose outcome is unknown
is not sent again.
"""

from datetime import datetime, timedelta

from vaada.model.campaigns import CampaignRecipient
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Delivery, Message, Purpose, RecipientRole
from vaada.model.people import MessageMedium
from vaada.model.recognitions import Recognition
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import commitments, replies
from vaada.rules.errors import NotPossible

Work = CampaignRecipient | Commitment | FollowUp | Goodwill | Interaction | Recognition | Reply | Survey

NOT_ARRIVED = "the first one did not arrive"
ATTEMPTS = 3
LEASE = timedelta(minutes=5)  # longer than any function's timeout, so the claiming function has ended
SOFT_PAUSE = timedelta(hours=4)  # until another attempt at an address that failed for now
BATCH_WINDOW = timedelta(minutes=1)  # how long a held message waits for others that are due as well
FOR_ITS_READER_ALONE: frozenset[Purpose] = frozenset(
    {"praise", "thanks", "handed_over", "assigned", "promise_question"}
)
"""Purposes of messages that would be wrong for a stand-in of the reader."""

SENT_ALONE: frozenset[Purpose] = frozenset({"praise", "thanks", "weekly_report", "promise_question"})
"""Purposes of messages that are about no task and so join no batch."""

BY_MAIL_ALONE: frozenset[Purpose] = frozenset({"weekly_report", "promise_question"})
"""Purposes of messages to staff that are sent only by mail."""

_THROTTLE_LIMIT = 31  # 26 hours of pauses in all, so that a daily quota is renewed meanwhile
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_UNCONFIRMED = frozenset({"sending", "waiting", "unknown", "failed", "withheld"})
"""Statuses without a confirmed send. The provider may still report that it was sent."""

_ENDED = frozenset({"kept", "withdrawn", "done", "cancelled", "given", "closed"})
_TRUE_WHILE: dict[Purpose, str] = {
    "goodwill_approval": "requested",
    "praise": "answered",
    "recommendation": "answered",
}
_REPORT_IS_NEWS = timedelta(weeks=1)  # until the next one
_QUESTION_IS_NEWS = timedelta(weeks=1)  # after that nobody remembers
_PAUSES = (timedelta(minutes=1), timedelta(minutes=4))  # after the first and second refusal


def new_message(
    about: Work,
    message_id: str,
    purpose: Purpose,
    to: RecipientRole,
    recipient_id: str | None,
    medium: MessageMedium,
    why: str,
    wake_at: datetime,
    now: datetime,
) -> Message:
    """A message about this row, held until `wake_at`. No recipient: the owner."""
    return Message(
        message_id=message_id,
        customer_id=about.customer_id,
        about_id=about.id,
        about_kind=about.kind_of_row,
        interaction_id=about.interaction_id,
        purpose=purpose,
        to=to,
        recipient_id=recipient_id,
        medium=medium,
        why=why,
        status="held",
        attempts=0,
        wake_at=wake_at,
        created_at=now,
    )


def claim(message: Message, now: datetime, claim: str, carries: tuple[str, ...] = ()) -> Message:
    """Claim the next attempt until the end of the lease. Only for a message that `may_try_again`."""
    return message.changed(
        status="sending",
        attempts=message.attempts + 1,
        wake_at=now + LEASE,
        claim=claim,
        why_not=None,
        carries=carries or message.carries,
    )


def join_batch(message: Message, carrier: Message) -> Message:
    """Mark it as sent as part of `carrier`, a message to the same recipient."""
    return message.changed(status="grouped", carried_by=carrier.id, wake_at=None)


def begin_batch(message: Message, carries: tuple[str, ...]) -> Message:
    """Let a held message carry others and stay held, because more will join before it is claimed."""
    return message.changed(carries=carries)


def leave_batch(message: Message, now: datetime) -> Message:
    """Hold it again, because the message that carried it was cancelled."""
    return message.changed(status="held", carried_by=None, wake_at=now)


def may_try_again(message: Message) -> bool:
    """Whether a due message may be sent, for the first time or again."""
    if message.status in {"held", "waiting"}:
        return message.attempts < ATTEMPTS
    return message.to != "customer" and message.attempts < ATTEMPTS


def is_still_true(  # noqa: PLR0911 - one for each kind
    message: Message, work: Work | WeeklyReport, now: datetime
) -> bool:
    """Whether the row still is as the message says."""
    match work:
        case WeeklyReport():
            return now < work.ends + _REPORT_IS_NEWS
        case Interaction() if message.purpose == "promise_question":
            return now < work.occurred_at + _QUESTION_IS_NEWS
        case CampaignRecipient():
            return message.purpose != "event_reminder" or work.answer == "yes"
        case Interaction() | Recognition():
            return True
        case _ if message.purpose in {"handed_over", "assigned"}:
            is_readers = work.agent_id == message.recipient_id
            return is_readers == (message.purpose == "assigned") and work.status not in _ENDED
        case Commitment() if message.purpose == "running_late":
            # It announces a new date; that date must not have passed, and must still be the current one.
            is_current = now < work.due_at and commitments.date_set_at(work) <= message.created_at
            return work.status == "open" and is_current
        case Commitment():
            overdue = message.purpose != "promise_warning"
            return work.status in commitments.KEEPABLE and (now >= work.due_at) == overdue
        case FollowUp():
            # Snoozed since the message was created. A new link can be requested for a snoozed one.
            snoozed_since = not work.history or work.history[-1].at >= message.created_at
            return work.status == "due" or (work.status == "scheduled" and not snoozed_since)
        case Reply():
            return work.status in replies.OPEN
        case Goodwill() | Survey():
            return work.status == _TRUE_WHILE.get(message.purpose, "sent")


def mark_sent(message: Message, provider_id: str, now: datetime) -> Message:
    """Record that the provider accepted it."""
    return message.changed(status="sent", provider_id=provider_id, sent_at=now, wake_at=None, why_not=None)


def mark_refused(message: Message, reason: str, now: datetime, *, for_good: bool) -> Message:
    """Record that the provider refused it: retry later, or fail if `for_good` or after the last attempt."""
    if for_good or message.attempts >= ATTEMPTS:
        return message.changed(status="failed", why_not=reason, wake_at=None)
    return message.changed(status="waiting", why_not=reason, wake_at=now + _PAUSES[message.attempts - 1])


def mark_throttled(message: Message, reason: str, now: datetime, *, for_now: bool = False) -> Message:
    """Record that a quota is used up: retry with exponential backoff, for 26 hours at most.

    `for_now`: only the quota of this second. It is retried after a minute, and does not count as a throttle.
    """
    if for_now:
        return message.changed(
            status="waiting", why_not=reason, wake_at=now + _FIRST_PAUSE, attempts=message.attempts - 1
        )
    if message.throttles >= _THROTTLE_LIMIT:
        return message.changed(status="failed", why_not=reason, wake_at=None)
    pause = min(_FIRST_PAUSE * 2**message.throttles, _LONGEST_PAUSE)
    return message.changed(
        status="waiting",
        why_not=reason,
        wake_at=now + pause,
        attempts=message.attempts - 1,
        throttles=message.throttles + 1,
    )


def may_retry(message: Message, work: Work | WeeklyReport | None, now: datetime) -> bool:
    """Whether a person may let it be sent again: it was refused for good, and is still true."""
    return message.status == "failed" and work is not None and is_still_true(message, work, now)


def retry(message: Message, now: datetime, by: str) -> Message:
    """Send a failed message again, starting with the first attempt. Raises NotPossible unless it failed.

    Only a message that was certainly not sent is `failed`, so a customer gets it once at most.
    """
    if message.status != "failed":
        raise NotPossible("message", message.status, "tried again")
    return message.changed(status="waiting", attempts=0, throttles=0, wake_at=now, retried_by=by)


def give_up(message: Message) -> Message:
    """End a message that may not be tried again: `failed`, or `unknown` if it may have been sent."""
    if message.status == "sending":
        return message.changed(status="unknown", why_not="no answer came from the provider", wake_at=None)
    return message.changed(status="failed", why_not=message.why_not or "not accepted in time", wake_at=None)


_RANK: dict[Delivery | None, int] = {
    None: 0,
    "accepted": 1,
    "delayed": 2,
    "delivered": 3,
    "rejected": 4,
    "bounced": 4,
    "complained": 5,
}
"""The order of delivery statuses. A late status with a lower rank does not replace a higher one."""


def record_delivery(message: Message, delivery: Delivery, provider_id: str, at: datetime) -> Message | None:
    """Record a delivery status from the provider. Returns None if it is not new.

    A status for a message without a confirmed send shows that it was sent.
    """
    if _RANK[delivery] <= _RANK[message.delivery]:
        return None
    updated = message.changed(delivery=delivery, delivered_at=at)
    if message.status in _UNCONFIRMED:
        sent = {"status": "sent", "provider_id": provider_id, "sent_at": at, "why_not": None}
        updated = updated.model_copy(update={**sent, "wake_at": None})
    if delivery in {"bounced", "rejected"}:
        updated = updated.model_copy(update={"why_not": f"it was {delivery}"})
    return updated


def replacement(
    message: Message, medium: MessageMedium, at: datetime, why: str = NOT_ARRIVED, **reader: object
) -> Message:
    """Return a new message with the same content, by another medium or to another recipient.

    `reader` are the fields of the new recipient.
    """
    recipient = reader.get("address_id") or reader.get("recipient_id", "customer") or "owner"
    return _new_message(message, f"instead-{medium}-{recipient}", why, at, medium=medium, twins=(), **reader)


def replaced(message: Message, other: Message) -> Message:
    """Return a copy, with the same version, that names its replacement."""
    return message.model_copy(update={"replaced_by": other.id})


def retry_later(message: Message, at: datetime) -> Message:
    """Return a copy to send then, because the address failed temporarily."""
    return _new_message(message, "once-more", "the first one could not be delivered for now", at)


def _new_message(message: Message, rule: str, why: str, at: datetime, **changes: object) -> Message:
    fields = {
        "message_id": derived_row_id(message.instead_of or message.id, rule, message.created_at),
        "version": 1,
        "instead_of": message.instead_of or message.id,
        "replaced_by": None,
        "why": why,
        "status": "held",
        "attempts": 0,
        "throttles": 0,
        "wake_at": at,
        "claim": None,
        "provider_id": None,
        "sent_at": None,
        "why_not": None,
        "delivery": None,
        "delivered_at": None,
        **changes,
    }
    return message.model_copy(update=fields)


def withhold(message: Message, reason: str) -> Message:
    """Mark it as not sent, with the reason."""
    return message.changed(status="withheld", why_not=reason, wake_at=None)
