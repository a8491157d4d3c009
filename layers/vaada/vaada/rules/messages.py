"""Messages: what becomes of one before and after an attempt to send it.

held → sending · grouped · withheld; sending → sent · waiting (refused for now) · failed (refused for good) ·
unknown (no answer came). A reminder to staff is tried up to three times. A customer is never sent a message
twice: one whose outcome is unknown stays unknown.
"""

from datetime import datetime, timedelta

from vaada.model.messages import Message
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import commitments, replies

ATTEMPTS = 3
LEASE = timedelta(minutes=5)  # more than any function's timeout: whoever claimed it has ended by then
GATHERING = timedelta(minutes=1)  # how long a held message waits beyond its time, for others due then too
TOGETHER = 20  # messages that go out as one, at most: a transaction takes 100 rows
_PAUSES = (timedelta(minutes=1), timedelta(minutes=4))  # after the first and second refusal


def claimed(message: Message, now: datetime, claim: str, carries: tuple[str, ...] = ()) -> Message:
    """The next attempt, claimed. Only for a message that `may_try_again`."""
    return message.changed(
        status="sending",
        attempts=message.attempts + 1,
        wake_at=now + LEASE,
        claim=claim,
        why_not=None,
        carries=carries or message.carries,
    )


def grouped(message: Message, carrier: Message) -> Message:
    """It goes out with another to the same reader."""
    return message.changed(status="grouped", carried_by=carrier.id, wake_at=None)


def may_try_again(message: Message) -> bool:
    """Whether a message whose time has come again may be sent (once more)."""
    if message.status in {"held", "waiting"}:
        return message.attempts < ATTEMPTS
    return message.to != "customer" and message.attempts < ATTEMPTS


def still_wanted(
    message: Message, work: Commitment | FollowUp | Goodwill | Reply | Survey, now: datetime
) -> bool:
    """Whether the message still says something true of the row it is about."""
    match work:
        case Commitment() if message.purpose == "running_late":
            return work.status == "open" and commitments.moved_at(work) <= message.created_at
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
            return work.status == "sent"


def sent(message: Message, provider_id: str, now: datetime) -> Message:
    """It was accepted."""
    return message.changed(status="sent", provider_id=provider_id, sent_at=now, wake_at=None, why_not=None)


def refused(message: Message, reason: str, now: datetime, *, for_good: bool) -> Message:
    """It was certainly not sent: try again in a while, or give up and say so."""
    if for_good or message.attempts >= ATTEMPTS:
        return message.changed(status="failed", why_not=reason, wake_at=None)
    return message.changed(status="waiting", why_not=reason, wake_at=now + _PAUSES[message.attempts - 1])


def given_up(message: Message) -> Message:
    """No attempt is left, or none may be made: visibly failed, or unknown when it may have been sent."""
    if message.status == "sending":
        return message.changed(status="unknown", why_not="no answer came from the provider", wake_at=None)
    return message.changed(status="failed", why_not=message.why_not or "not accepted in time", wake_at=None)


def withheld(message: Message, reason: str) -> Message:
    """It is not sent, and the timeline says why."""
    return message.changed(status="withheld", why_not=reason, wake_at=None)
