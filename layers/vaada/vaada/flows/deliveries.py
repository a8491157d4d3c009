"""What SES and SNS tell of a message after it was sent: delivered, bounced, complained of."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.briefing import agent_of, customer_of
from vaada.flows.compose import work_of
from vaada.flows.suppressing import stopped_media, suppress
from vaada.flows.writing import Busy
from vaada.gateways.news import MailNews, TextNews
from vaada.gateways.table import Conflict
from vaada.model.messages import Delivery, Message
from vaada.model.people import Agent, Customer, Medium
from vaada.model.rows import Row
from vaada.model.suppressions import StopReason
from vaada.model.work import Survey
from vaada.rules import messages, planning
from vaada.rules.reach import medium_for_customer

_TRIES = 4


def record_mail_news(desk: Desk, news: MailNews, now: datetime) -> str:
    """Write it to the message, and stop the address where it has to be. Says what came of it. Raises Busy."""
    reason: StopReason | None = None
    if news.delivery == "complained":
        reason = "complained"
    elif news.delivery == "bounced" and news.permanent:
        reason = "bounced"
    if reason is not None:
        for address in news.addresses:
            suppress(desk, "email", address, reason, now)
    return _record(
        desk, news.message_id, news.provider_id, news.delivery, news.at, now, for_good=news.permanent
    )


def record_text_news(desk: Desk, news: TextNews, now: datetime) -> str:
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
    for _ in range(_TRIES):
        message = desk.table.get(Message, message_id)
        if message is None:
            return "no such message"
        after = messages.told(message, delivery, provider_id, at)
        if after is None:
            return "known already"
        instead = _instead(desk, message, now, for_good=for_good) if delivery == "bounced" else iter(())
        new = [row for row in instead if desk.table.find(row.id) is None]  # each way is tried once
        try:
            desk.table.write(after, *new)
        except Conflict:
            continue
        return delivery
    raise Busy(message_id)


def _instead(desk: Desk, message: Message, now: datetime, *, for_good: bool) -> Iterator[Row]:
    """What is done because it did not arrive: another way to the customer, or word to the supervisor."""
    work = work_of(desk, message)
    if message.to == "customer":
        other = _other_way(desk, customer_of(desk, work), message, survey=isinstance(work, Survey))
        if other is not None:
            yield messages.instead(message, other, now)
        elif not for_good:
            yield messages.once_more(message, now)
    elif for_good and message.recipient_id is not None:
        reader = desk.table.get(Agent, message.recipient_id)
        if reader is not None:
            about = agent_of(desk, work)
            yield planning.bounced(message, work, reader, about, now)


def _other_way(desk: Desk, customer: Customer, message: Message, *, survey: bool) -> Medium | None:
    stopped = stopped_media(desk, customer, survey=survey) | {message.medium}
    return medium_for_customer(customer, stopped, texts=desk.settings.sms_enabled)
