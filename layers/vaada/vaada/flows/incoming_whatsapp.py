"""Receive WhatsApp events: contacts, STOP and START, and the delivery statuses of our messages."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.customers.search import customers_by_phone
from vaada.flows.idempotency import Key, do_once, earlier_result
from vaada.flows.inbound_events import UnreadableEvent
from vaada.flows.incoming_contacts import agent_for, last_in_touch, present_agents, unnamed_customer
from vaada.flows.interactions import files_deleted_if_erased, record_interaction
from vaada.flows.messages.delivery_status import record_whatsapp_status
from vaada.flows.messages.suppression import apply_opt_out
from vaada.flows.work import case_of, current_customer
from vaada.gateways.mail_store import attachment_key
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.cases import Case
from vaada.model.ids import customer_of
from vaada.model.inbound_events import OptOut, Unreadable
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import Attachment, Interaction, WhatsAppDetails
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.phone_numbers import BadPhoneNumber, comparable, to_e164
from vaada.model.receipts import Receipt
from vaada.model.text import clean_lines, is_visible
from vaada.model.whatsapp import IncomingWhatsApp, WhatsAppFile, WhatsAppStatus
from vaada.rules.mail.reading import LARGEST_FILE
from vaada.rules.messages.opt_out_keywords import is_start, is_stop
from vaada.rules.whatsapp import continued_case

_KNOWN_FOR = timedelta(days=730)  # the ids of messages: people quote old ones
_MOST_CASES = 100
_LONGEST_NAME = 120
_WITHOUT_WORDS = "(a message without words)"
_UNREADABLE = "(a message of a kind that WhatsApp does not pass on)"


class NotProcessed(Exception):
    """Some parts of an event could not be processed. Lambda tries the event again, and then keeps it."""


def receive_parts(
    desk: Desk, parts: Iterable[IncomingWhatsApp | WhatsAppStatus | Unreadable], now: datetime
) -> list[str]:
    """Process each part of an event once, even if called again. Returns the outcomes for the log.

    Raises NotProcessed once all were tried.
    """
    outcomes = []
    for part in parts:
        try:
            outcomes.append(_receive(desk.remembering(), part, now))
        except Exception:  # noqa: BLE001 - whatever the error, it must not hold back the others
            logger.exception("a part of a WhatsApp event failed")
            outcomes.append("failed")
    if "failed" in outcomes:
        raise NotProcessed(f"{outcomes.count('failed')} of {len(outcomes)} parts of the event failed")
    return outcomes


def _receive(desk: Desk, part: IncomingWhatsApp | WhatsAppStatus | Unreadable, now: datetime) -> str:
    if isinstance(part, Unreadable):
        raise UnreadableEvent(f"{part.source} {part.event_id}: {part.error}")
    if isinstance(part, WhatsAppStatus):
        return _record_status(desk, part, now)
    return _receive_message(desk, part, now)


def _record_status(desk: Desk, status: WhatsAppStatus, now: datetime) -> str:
    message = desk.table.get(Message, status.message_id)
    if message is None:
        return "no such message"
    key = _key_of(status.whatsapp_id, now)  # customers quote by WhatsApp's id, which only statuses contain
    if earlier_result(desk, key) is None:
        with suppress(Conflict):
            desk.table.write(key.receipt(message.about_id))
    return record_whatsapp_status(desk, status, now)


def _receive_message(desk: Desk, message: IncomingWhatsApp, now: datetime) -> str:
    if message.kind == "notice":
        return "notice"
    number = _e164(message.number)
    if number is None:
        return "not from a number that can be answered"
    if is_stop(message.words) or is_start(message.words):
        said = OptOut(
            suppression_id=desk.addresses.hash_address("sms", number),
            said="stop" if is_stop(message.words) else "start",
        )
        return apply_opt_out(desk, said, now)
    agents = present_agents(desk)
    if any(comparable(phone) == comparable(number) for agent in agents for phone in agent.phones):
        return "from an agent"
    once = _key_of(message.message_id, now)
    if earlier_result(desk, once) is not None:
        return "contact, known already"
    return _record_contact(desk, message, number, agents, once, now)


def _e164(number: str) -> str | None:
    """Return the number in the form of customers' numbers. WhatsApp omits the plus sign."""
    with suppress(BadPhoneNumber):
        return to_e164(f"+{number.removeprefix('+')}", "")
    return None


def _key_of(whatsapp_id: str, now: datetime) -> Key:
    """Return the key that makes sure that a message is recorded once, and by which others quote it."""
    return Key.of(user="whatsapp", path="", key=whatsapp_id, body=b"", now=now, kept_for=_KNOWN_FOR)


def _record_contact(
    desk: Desk, message: IncomingWhatsApp, number: str, agents: list[Agent], once: Key, now: datetime
) -> str:
    customers = customers_by_phone(desk, number)
    case = _quoted_case(desk, message, customers, now)
    if case is not None:
        customer = current_customer(desk, case.customer_id)
    elif known := last_in_touch(desk, customers):
        customer = known
        case = _continued_case(desk, customer, message.sent_at)
    else:
        customer = unnamed_customer(desk, "sms", number, _name(message, number), now)
    owner = next((agent for agent in agents if case is not None and agent.id == case.agent_id), None)
    new = NewInteraction(
        customer_id=customer.id,
        agent_id=(owner or agent_for(customer, agents)).id,
        channel="whatsapp",
        direction="inbound",
        kind="other",
        summary=_summary(message),
        occurred_at=min(message.sent_at, now),
        awaits_reply=False if message.kind == "unreadable" else None,
        case_id=case.case_id if case else None,
    )

    def record() -> bool:
        details = WhatsAppDetails(
            message_id=message.message_id,
            address_id=desk.addresses.hash_address("sms", number),
            attachments=tuple(_kept_files(desk, message.file, customer.id, once)),
        )
        with files_deleted_if_erased(desk, customer.id, details.attachments):
            record_interaction(desk, new, now, whatsapp=details)
        return True

    recorded = do_once(desk, once, record, lambda _: False)
    return "contact" if recorded else "contact, known already"


def _quoted_case(
    desk: Desk, message: IncomingWhatsApp, customers: list[Customer], now: datetime
) -> Case | None:
    """Return the case of the message that this one quotes, if it is a case of the sender."""
    if message.answers is None:
        return None
    receipt = desk.table.get(Receipt, _key_of(message.answers, now).receipt_id)
    quoted = desk.table.get(Interaction, receipt.result_id) if receipt else None
    case = case_of(desk, quoted.case_id) if quoted else None
    theirs = {record_id for customer in customers for record_id in customer.record_ids}
    return case if case is not None and customer_of(case.case_id) in theirs else None


def _continued_case(desk: Desk, customer: Customer, sent_at: datetime) -> Case | None:
    page = desk.table.customer_rows(
        Case, customer.record_ids, _MOST_CASES, None, status="open", last_first=True
    )
    cases = [row for row in page.rows if isinstance(row, Case)]
    last_contacts = desk.table.get_several(Interaction, [case.last_interaction_id for case in cases])
    return continued_case(cases, last_contacts, sent_at)


def _kept_files(desk: Desk, file: WhatsAppFile | None, customer_id: str, once: Key) -> Iterator[Attachment]:
    """Store the file and yield its attachment. A file that is gone or too large has no key."""
    if file is None:
        return
    prefix = f"{attachment_key(customer_id, once.receipt_id[:16], 1)}-"
    exists = desk.whatsapp.store_file(file.media_id, desk.mail_store.bucket, prefix)
    found = desk.mail_store.find(prefix) if exists else None
    key, size = found or (None, 0)
    if key is not None and size > LARGEST_FILE:
        desk.mail_store.delete_file(key)
        key = None
    yield Attachment(name=file.name, media_type=file.media_type, size=size, key=key)


def _summary(message: IncomingWhatsApp) -> str:
    if message.kind == "unreadable":
        return _UNREADABLE
    words = message.words[:4000]
    return words if is_visible(words) else message.file.name if message.file else _WITHOUT_WORDS


def _name(message: IncomingWhatsApp, number: str) -> str:
    """Return a name for a customer whom nobody has named yet."""
    name = " ".join(clean_lines(message.name).split())[:_LONGEST_NAME]
    return name if is_visible(name) else number
