"""Record delivery statuses from SES, SNS and WhatsApp, and react to bounces and complaints."""

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from vaada.desk import Desk
from vaada.flows.messages.fallback import fallback_message, is_sent_otherwise, notify_at
from vaada.flows.messages.suppression import suppress_id
from vaada.flows.messages.unsent_personal import follow_up_of_unsent
from vaada.flows.messages.unsubscribing import unsubscribe
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.work import About, agent_of, work_of
from vaada.log import logger
from vaada.model.inbound_events import MailEvent, TextDeliveryEvent
from vaada.model.messages import Delivery, Message
from vaada.model.people import Agent, Subscription
from vaada.model.rows import Row
from vaada.model.suppressions import StopReason, Suppression
from vaada.model.whatsapp import WhatsAppStatus
from vaada.model.work import Survey
from vaada.rules import surveys
from vaada.rules.messages import lifecycle, suppression
from vaada.rules.messages.suppression import note_follow_up


def record_mail_event(desk: Desk, event: MailEvent, now: datetime) -> str:
    """Record the status of a mail. Returns the outcome. Raises Busy.

    A permanent bounce or a complaint suppresses the address that the mail was sent to. A customer who
    complains gets no more surveys, tips or invitations by any medium, as if they had unsubscribed.
    """
    if event.permanent or event.delivery == "complained":
        _stop(desk, event, now)
    return _record(
        desk, event.message_id, event.provider_id, event.delivery, event.at, now, for_good=event.permanent
    )


def _stop(desk: Desk, event: MailEvent, now: datetime) -> None:
    reason: StopReason = "complained" if event.delivery == "complained" else "bounced"
    message = desk.table.get(Message, event.message_id)
    for suppression_id in _sent_to(desk, event, message):
        suppress_id(desk, "email", suppression_id, reason, now)
    if reason == "complained" and message is not None and message.to == "customer":
        try:
            for subscription in get_args(Subscription):
                unsubscribe(desk, message.customer_id, subscription, now)
        except NotFound:
            logger.info("the message's customer was erased", message_id=message.id)


def _sent_to(desk: Desk, event: MailEvent, message: Message | None) -> tuple[str, ...]:
    """Return the id of the address that the mail was sent to: as the message says, else as SES reports it."""
    if message is not None and message.address_id is not None:
        return (message.address_id,)
    if event.stops or message is None or message.to == "customer":
        return event.stops
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return (desk.addresses.hash_address("email", reader.email if reader else desk.settings.owner_email),)


def record_text_event(desk: Desk, event: TextDeliveryEvent, now: datetime) -> str:
    """Record the status of an SMS. Returns the outcome for the log. Raises Busy.

    An undelivered SMS does not show that the number is wrong, so the number is not suppressed; unless AWS
    says that it is on its own list of numbers that said STOP.
    """
    for suppression_id in event.stops:
        suppress_id(desk, "sms", suppression_id, "texted_stop", now)
    message = desk.table.text_message(event.provider_id)
    if message is None:
        return "no such message"
    return _record(desk, message.id, event.provider_id, event.delivery, event.at, now, for_good=False)


def record_whatsapp_status(desk: Desk, status: WhatsAppStatus, now: datetime) -> str:
    """Record the status of a WhatsApp message. Returns the outcome for the log. Raises Busy.

    One that fails goes out no other way: its agent gets a follow-up.
    """
    return _record(
        desk, status.message_id, status.whatsapp_id, status.delivery, status.at, now, for_good=True
    )


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
            return "already known"
        try:
            rows = [*_rows_after_failure(desk, message, delivery, now, for_good=for_good)]
        except NotFound:
            return "its customer was erased"
        other = next((row for row in rows if isinstance(row, Message)), None)
        desk.table.write(lifecycle.replaced(after, other) if other else after, *rows)
        return delivery

    return retry_on_conflict(message_id, attempt)


def _rows_after_failure(
    desk: Desk, message: Message, delivery: Delivery, now: datetime, *, for_good: bool
) -> Iterator[Row]:
    """Yield the rows to write because the message did not arrive or was unwanted."""
    if message.purpose == "weekly_report":
        return
    work = work_of(desk, message)
    if delivery in {"bounced", "rejected"}:
        fallback_or_retry = _fallback(desk, message, now, for_good=for_good or delivery == "rejected")
        if fallback_or_retry is not None:
            yield fallback_or_retry
        elif message.purpose == "survey" and isinstance(work, Survey) and work.status == "sent":
            yield surveys.mark_undelivered(
                work, "it did not arrive, and there is no other way to the customer"
            )
        elif message.purpose == "personal":
            yield from follow_up_of_unsent(desk, message, now)
    if message.to != "customer" and (for_good or delivery == "complained"):
        yield from _supervisor_follow_up(desk, message, work, now)


def _fallback(desk: Desk, message: Message, now: datetime, *, for_good: bool) -> Message | None:
    """Return the message to send instead, by another way or later. None: there is none."""
    is_customer, later_at = message.to == "customer", now + lifecycle.SOFT_PAUSE
    if not is_customer and is_sent_otherwise(desk, message):
        return None
    other = fallback_message(desk, message, now)
    if for_good or (message.medium == "sms" and not is_customer):
        return other
    if other is not None and (is_customer or other.recipient_id == message.recipient_id):
        return other
    if message.recipient_id is not None and not is_customer:
        later_at = notify_at(
            desk, work_of(desk, message), desk.table.get(Agent, message.recipient_id), later_at
        )
    later = lifecycle.retry_later(message, later_at)
    return later if desk.table.get_any(later.id) is None else other


def _supervisor_follow_up(desk: Desk, message: Message, work: About, now: datetime) -> Iterator[Row]:
    """Yield the follow-up that tells the supervisor of a suppressed address, once per suppression.

    For the owner's address an error is logged, which raises the alarm.
    """
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if reader is None:
        logger.error("the owner's address is suppressed", message_id=message.id)
        return
    stopped = desk.table.get(Suppression, desk.addresses.hash_address("email", reader.email))
    if stopped is None or stopped.anything is None:
        return
    if stopped.follow_up_id is not None and desk.table.get_any(stopped.follow_up_id) is not None:
        return  # unless it was erased with its customer
    follow_up = suppression.follow_up_of_bounce(
        stopped, stopped.anything, work, reader, agent_of(desk, work), now
    )
    yield follow_up
    yield note_follow_up(stopped, follow_up.id)
