"""What SES and SNS tell of a message after it was sent: delivered, bounced, complained of."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.fallback import fallback_message, is_sent_otherwise
from vaada.flows.messages.suppression import suppress_id
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.work import Work, agent_of, work_of
from vaada.log import logger
from vaada.model.inbound_events import MailEvent, TextDeliveryEvent
from vaada.model.messages import Delivery, Message
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.suppressions import StopReason, Suppression
from vaada.model.work import Survey
from vaada.rules import surveys
from vaada.rules.messages import lifecycle, suppression
from vaada.rules.messages.suppression import note_follow_up


def record_mail_event(desk: Desk, news: MailEvent, now: datetime) -> str:
    """Write it to the message, and stop the addresses that have to be. Says what came of it. Raises Busy."""
    reason: StopReason = "complained" if news.delivery == "complained" else "bounced"
    for suppression_id in news.stops:
        suppress_id(desk, "email", suppression_id, reason, now)
    return _record(
        desk, news.message_id, news.provider_id, news.delivery, news.at, now, for_good=news.permanent
    )


def record_text_event(desk: Desk, news: TextDeliveryEvent, now: datetime) -> str:
    """Write it to the message. Says what came of it. Raises Busy.

    A text that could not be delivered says little about its number, so nothing is stopped.
    """
    message = desk.table.text_message(news.provider_id)
    if message is None:
        return "no such message"
    return _record(desk, message.id, news.provider_id, news.delivery, news.at, now, for_good=False)


def _record(
    desk: Desk,
    message_id: str,
    provider_id: str,
    delivery: Delivery,
    at: datetime,
    now: datetime,
    *,
    for_good: bool,
) -> str:
    def attempt() -> str:
        message = desk.table.get(Message, message_id)
        if message is None:
            return "no such message"
        after = lifecycle.record_delivery(message, delivery, provider_id, at)
        if after is None:
            return "known already"
        try:
            rows = [after, *_consequences(desk, message, delivery, now, for_good=for_good)]
        except NotFound:
            return "its customer was erased"
        desk.table.write(*rows)
        return delivery

    return retry_on_conflict(message_id, attempt)


def _consequences(
    desk: Desk, message: Message, delivery: Delivery, now: datetime, *, for_good: bool
) -> Iterator[Row]:
    """What is done because it did not arrive, or was not wanted."""
    work = work_of(desk, message)
    if delivery in {"bounced", "rejected"}:
        again = _fallback(desk, message, now, for_good=for_good or delivery == "rejected")
        if again is not None:
            yield again
        elif message.purpose == "survey" and isinstance(work, Survey) and work.status == "sent":
            yield surveys.mark_undelivered(
                work, "it did not arrive, and there is no other way to the customer"
            )
    if message.to != "customer" and (for_good or delivery == "complained"):
        yield from _supervisor_follow_up(desk, message, work, now)


def _fallback(desk: Desk, message: Message, now: datetime, *, for_good: bool) -> Message | None:
    """The same another way; or later, where there is none and the address may work then."""
    if message.to == "customer":
        other = fallback_message(desk, message, now)
        if other is not None or for_good:
            return other
        later = lifecycle.retry_later(message, now)
        return later if desk.table.get_any(later.id) is None else None
    failed = for_good or message.medium == "sms"
    return fallback_message(desk, message, now) if failed and not is_sent_otherwise(desk, message) else None


def _supervisor_follow_up(desk: Desk, message: Message, work: Work, now: datetime) -> Iterator[Row]:
    """Word to the supervisor that an address of their staff is stopped, once. The owner's is an alarm."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if reader is None:
        logger.error("the owner's address is stopped", message_id=message.id)
        return
    stopped = desk.table.get(Suppression, desk.addresses.hash_address("email", reader.email))
    if stopped is None or stopped.anything is None:
        return
    if stopped.follow_up_id is not None and desk.table.get_any(stopped.follow_up_id) is not None:
        return  # a follow-up that was erased with its customer tells nobody
    follow_up = suppression.follow_up_of_bounce(
        stopped, stopped.anything, work, reader, agent_of(desk, work), now
    )
    yield follow_up
    yield note_follow_up(stopped, follow_up.id)
