"""Messages: what becomes of one before and after an attempt to send it.

held → sending · grouped · withheld; sending → sent · waiting (refused for now) · failed (refused for good) ·
unknown (no answer came). A reminder to staff is tried up to three times. A customer is never sent a message
twice: one whose outcome is unknown stays unknown.
"""

from datetime import datetime, timedelta

from vaada.model.ids import derived_row_id
from vaada.model.messages import Delivery, Message
from vaada.model.people import Medium
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import commitments, replies

NOT_ARRIVED = "the first one did not arrive"
ATTEMPTS = 3
LEASE = timedelta(minutes=5)  # more than any function's timeout: whoever claimed it has ended by then
BATCH_WINDOW = timedelta(minutes=1)  # how long a held message waits beyond its time, for others due then too
BATCH_SIZE = 20  # messages that go out as one, at most: a transaction takes 100 rows
_MOST_THROTTLES = 31  # whose pauses are 26 hours in all: over the end of any day
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_SOFT_PAUSE = timedelta(hours=4)
_MAY_BE_GONE = frozenset({"sending", "waiting", "unknown", "failed", "withheld"})
"""What nobody said was sent: an attempt that was not answered may have been all the same."""

_PAUSES = (timedelta(minutes=1), timedelta(minutes=4))  # after the first and second refusal


def claim(message: Message, now: datetime, claim: str, carries: tuple[str, ...] = ()) -> Message:
    """The next attempt, claimed. Only for a message that `may_try_again`."""
    return message.changed(
        status="sending",
        attempts=message.attempts + 1,
        wake_at=now + LEASE,
        claim=claim,
        why_not=None,
        carries=carries or message.carries,
    )


def join_batch(message: Message, carrier: Message) -> Message:
    """It goes out with another to the same reader."""
    return message.changed(status="grouped", carried_by=carrier.id, wake_at=None)


def leave_batch(message: Message, now: datetime) -> Message:
    """What it was to go out with is gone: it is held again, for whatever else waits for its reader."""
    return message.changed(status="held", carried_by=None, wake_at=now)


def may_try_again(message: Message) -> bool:
    """Whether a message whose time has come again may be sent (once more)."""
    if message.status in {"held", "waiting"}:
        return message.attempts < ATTEMPTS
    return message.to != "customer" and message.attempts < ATTEMPTS


def is_still_true(
    message: Message, work: Commitment | FollowUp | Goodwill | Reply | Survey, now: datetime
) -> bool:
    """Whether the message still says something true of the row it is about."""
    match work:
        case Commitment() if message.purpose == "running_late":
            # Nobody is told a new date that has passed as well.
            named = now < work.due_at and commitments.moved_at(work) <= message.created_at
            return work.status == "open" and named
        case Commitment():
            overdue = message.purpose != "promise_warning"
            return work.status in {"open", "broken"} and (now >= work.due_at) == overdue
        case FollowUp():
            # Put off since it was written; a new link may have been asked for after that.
            put_off = not work.history or work.history[-1].at >= message.created_at
            return work.status == "due" or (work.status == "scheduled" and not put_off)
        case Reply():
            return work.status in replies.UNANSWERED
        case Goodwill():
            return work.status == "requested"
        case Survey():
            return work.status == ("answered" if message.purpose == "praise" else "sent")


def mark_sent(message: Message, provider_id: str, now: datetime) -> Message:
    """It was accepted."""
    return message.changed(status="sent", provider_id=provider_id, sent_at=now, wake_at=None, why_not=None)


def mark_refused(message: Message, reason: str, now: datetime, *, for_good: bool) -> Message:
    """It was certainly not sent: try again in a while, or give up and say so."""
    if for_good or message.attempts >= ATTEMPTS:
        return message.changed(status="failed", why_not=reason, wake_at=None)
    return message.changed(status="waiting", why_not=reason, wake_at=now + _PAUSES[message.attempts - 1])


def mark_throttled(message: Message, reason: str, now: datetime, *, for_now: bool = False) -> Message:
    """A quota is used up: it was certainly not sent, and is tried again ever later, for 26 hours at most.

    `for_now`: only that of this second, which costs it no patience.
    """
    if for_now:
        return message.changed(
            status="waiting", why_not=reason, wake_at=now + _FIRST_PAUSE, attempts=message.attempts - 1
        )
    if message.throttles >= _MOST_THROTTLES:
        return message.changed(status="failed", why_not=reason, wake_at=None)
    pause = min(_FIRST_PAUSE * 2**message.throttles, _LONGEST_PAUSE)
    return message.changed(
        status="waiting",
        why_not=reason,
        wake_at=now + pause,
        attempts=message.attempts - 1,
        throttles=message.throttles + 1,
    )


def give_up(message: Message) -> Message:
    """No attempt is left, or none may be made: visibly failed, or unknown when it may have been sent."""
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
"""Later news of a message outdo earlier ones, in whatever order they come."""


def record_delivery(message: Message, delivery: Delivery, provider_id: str, at: datetime) -> Message | None:
    """The message with what the provider told; one that nobody knew of was sent. None: no news."""
    if _RANK[delivery] <= _RANK[message.delivery]:
        return None
    heard = message.changed(delivery=delivery, delivered_at=at)
    if message.status in _MAY_BE_GONE:
        settled = {"status": "sent", "provider_id": provider_id, "sent_at": at, "why_not": None}
        heard = heard.model_copy(update={**settled, "wake_at": None})
    if delivery in {"bounced", "rejected"}:
        heard = heard.model_copy(update={"why_not": f"it was {delivery}"})
    return heard


def replacement(
    message: Message, medium: Medium, at: datetime, why: str = NOT_ARRIVED, **reader: object
) -> Message:
    """The same by another medium, or to another `reader`, since this one did not work."""
    whom = reader.get("recipient_id", "customer") or "owner"
    return _copy(message, f"instead-{medium}-{whom}", why, at, medium=medium, twins=(), **reader)


def retry_later(message: Message, now: datetime) -> Message:
    """The same again in a few hours, since the address did not work just now."""
    return _copy(message, "once-more", "the first one could not be delivered for now", now + _SOFT_PAUSE)


def _copy(message: Message, rule: str, why: str, at: datetime, **changes: object) -> Message:
    again = {
        "message_id": derived_row_id(message.instead_of or message.id, rule, message.created_at),
        "version": 1,
        "instead_of": message.instead_of or message.id,
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
    return message.model_copy(update=again)


def withhold(message: Message, reason: str) -> Message:
    """It is not sent, and the timeline says why."""
    return message.changed(status="withheld", why_not=reason, wake_at=None)
