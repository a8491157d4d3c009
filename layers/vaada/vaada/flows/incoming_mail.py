"""Receive a mail: it becomes a contact with its customer, or is set aside with the reason."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from vaada.desk import Desk
from vaada.flows.customers.search import customers_by_email
from vaada.flows.idempotency import Key, do_once, earlier_result
from vaada.flows.incoming_contacts import agent_for, last_in_touch, present_agents, unnamed_customer
from vaada.flows.interactions import files_deleted_if_erased, record_interaction
from vaada.flows.rate_counts import add, new_count
from vaada.flows.work import case_of, current_customer
from vaada.gateways.mail_store import ACCEPTED, attachment_key, name_of
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import customer_of
from vaada.model.incoming_mail import AsideReason, IncomingMail, MailFile, SetAsideMail
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import Attachment, Interaction, MailDetails
from vaada.model.people import Agent, Customer
from vaada.model.rate_limits import RateCount
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.text import Email, is_visible
from vaada.rules import promise_questions
from vaada.rules.mail.reading import LARGEST_FILE, MOST_FILES, read
from vaada.rules.mail.sorting import MAILS_AN_HOUR, own_case_id, reason_to_set_aside
from vaada.rules.messages.rate_limits import LimitReached

RAW_KEPT = timedelta(days=30)
"""How long a mail, or the row of one set aside, is kept: as long as the bucket's lifecycle says."""

_KNOWN_FOR = timedelta(days=730)  # the ids of mails: people answer old ones
_MOST_NAMED = 100  # files
_MOST_REACHED = 10  # recipients of a mail of ours who are looked up
_MOST_SHOWN = 2000  # characters of a mail that was set aside
_WITHOUT_WORDS = "(a mail without words)"


class _Arrival(NamedTuple):
    """A mail that becomes a contact: where it is stored, its content, its receipt, and when it came."""

    key: str
    mail: IncomingMail
    once: Key
    at: datetime


def receive_mail(desk: Desk, key: str, received_at: datetime, now: datetime) -> str:
    """Process the mail with this key once, even if called again. Returns the outcome for the log.

    Raises NobodyServes, and whatever AWS answers: then it is processed again. The event has no personal data.
    """
    raw = desk.mail_store.read(key)
    if raw is None:
        return "gone"
    mail = read(raw, _our_addresses(desk))
    agents = present_agents(desk)
    colleague = next((one for one in agents if one.email.casefold() == mail.sender), None)
    staff = {desk.settings.sender_email.casefold(), desk.settings.owner_email.casefold()}
    is_staff = colleague is not None or mail.sender in staff
    is_accepted = key.startswith(ACCEPTED) and mail.verdict != "virus"
    reason = reason_to_set_aside(mail, is_staff=is_staff, is_accepted=is_accepted)
    if reason is None and not _is_address(mail.sender):
        reason = "no_sender"
    once = _key_of(mail.message_id, now)
    if reason is None and earlier_result(desk, once) is not None:
        return "contact, known already"
    customers = customers_by_email(desk, mail.sender) if reason is None else []
    if reason is None and not is_accepted and _is_flood(desk, mail.sender, customers, now):
        reason = "flood"
    arrival = _Arrival(key, mail, once, min(received_at, now))
    if reason == "colleague" and colleague and (reached := _customers_reached(desk, mail, agents)):
        return _record_copy(desk, arrival, colleague, reached, now)
    if reason is not None:
        return _set_aside(desk, key, mail, reason, arrival.at)
    return _record_contact(desk, arrival, customers, agents, now)


def _our_addresses(desk: Desk) -> tuple[str, ...]:
    told = desk.settings
    domain = (f"@{told.inbound_domain.casefold()}",) if told.inbound_domain else ()
    return (told.sender_email.casefold(), *domain)


def _is_address(text: str) -> bool:
    """Whether an answer can be sent to the address."""
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(Email).validate_python(text)
    except ValidationError:
        return False
    return True


def _set_aside(desk: Desk, key: str, mail: IncomingMail, reason: AsideReason, at: datetime) -> str:
    row = SetAsideMail(
        set_aside_mail_id=hashlib.sha256(name_of(key).encode()).hexdigest()[:32],
        name=name_of(key),
        reason=reason,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        words=mail.words[:_MOST_SHOWN],
        received_at=at,
        expires_at=int((at + RAW_KEPT).timestamp()),
    )
    with suppress(Conflict):  # it is known already, and a person may have looked at it
        desk.table.write(row)
    return reason


def _is_flood(desk: Desk, sender: str, customers: list[Customer], now: datetime) -> bool:
    """Count the mail. Returns whether too many came in this hour from this sender or all unknown senders.

    A flood of mails must neither fill the desk with customers nor keep others from being heard.
    """
    whose = desk.addresses.hash_address("email", sender) if customers else "strangers"

    def increment(before: RateCount) -> RateCount:
        if before.count >= MAILS_AN_HOUR:
            raise LimitReached("too many mails")
        return before.changed(count=before.count + 1)

    try:
        add(desk, (new_count(f"mail-in-{whose}-{now:%Y%m%d%H}", now), increment))
    except LimitReached:
        return True
    return False


def _record_contact(
    desk: Desk, arrival: _Arrival, customers: list[Customer], agents: list[Agent], now: datetime
) -> str:
    mail = arrival.mail
    own, hinted = _case_of(desk, mail, customers, now)
    customer = current_customer(desk, own.customer_id) if own else last_in_touch(desk, customers)
    if customer is None:
        customer = unnamed_customer(desk, "email", mail.sender, _name(mail), now)
    owner = next((agent for agent in agents if own is not None and agent.id == own.agent_id), None)
    new = NewInteraction(
        customer_id=customer.id,
        agent_id=(owner or agent_for(customer, agents)).id,
        channel="email",
        direction="inbound",
        kind="other",
        summary=_summary(mail),
        occurred_at=arrival.at,
        case_id=own.case_id if own else None,
    )
    recorded = _record_once(desk, arrival, arrival.once, new, hinted, now)
    return "contact" if recorded else "contact, known already"


def _customers_reached(desk: Desk, mail: IncomingMail, agents: list[Agent]) -> list[Customer]:
    """Return the customers to whom a colleague has sent the mail, each one once."""
    inside = {agent.email.casefold() for agent in agents}
    ours = _our_addresses(desk)
    outside = [one for one in mail.recipients if one not in inside and not one.endswith(ours)]
    reached: dict[str, Customer] = {}
    for address in outside[:_MOST_REACHED]:
        customer = last_in_touch(desk, customers_by_email(desk, address))
        if customer is not None:
            reached[customer.id] = customer
    return list(reached.values())


def _record_copy(
    desk: Desk, arrival: _Arrival, colleague: Agent, reached: list[Customer], now: datetime
) -> str:
    """Record a colleague's mail, of which the desk got a copy, as a contact with each customer."""
    recorded = 0
    for number, customer in enumerate(reached):
        # Answers to the mail find the first of the contacts; a receipt has one.
        once = arrival.once.part(customer.id) if number else arrival.once
        own, _ = _case_of(desk, arrival.mail, [customer], now)
        new = NewInteraction(
            customer_id=customer.id,
            agent_id=colleague.id,
            channel="email",
            direction="outbound",
            kind="other",
            summary=_summary(arrival.mail),
            occurred_at=arrival.at,
            case_id=own.case_id if own else None,
        )
        asks = number == 0 and _asks_for_promise(desk, arrival.mail)
        also = _questions if asks else _nothing
        recorded += _record_once(desk, arrival, once, new, None, now, also)
    return "copy" if recorded else "copy, known already"


def _asks_for_promise(desk: Desk, mail: IncomingMail) -> bool:
    """Whether to ask the agent what they promised. Not if a program of theirs sent the mail."""
    return desk.policy.commitments.asks_after_mails and mail.automatic is None


def _questions(interaction: Interaction) -> tuple[Row, ...]:
    return (promise_questions.question(interaction),)


def _nothing(_: Interaction) -> tuple[Row, ...]:
    return ()


def _record_once(
    desk: Desk,
    arrival: _Arrival,
    once: Key,
    new: NewInteraction,
    hinted: Case | None,
    now: datetime,
    also: Callable[[Interaction], Iterable[Row]] = _nothing,
) -> bool:
    """Record the contact with its files and the rows in `also`. Returns False if it was recorded before."""
    mail = arrival.mail
    details = MailDetails(
        message_id=mail.message_id,
        references=mail.references,
        subject=mail.subject,
        folded=mail.folded,
        attachments=_attachments(mail.files, new.customer_id, arrival.once.receipt_id),
        stored_as=name_of(arrival.key),
        hinted_case_id=hinted.case_id if hinted else None,
    )

    def record() -> bool:
        _keep_files(desk, mail.files, details)
        with files_deleted_if_erased(desk, new.customer_id, mail.files):
            record_interaction(desk, new, now, mail=details, also=also)
        return True

    return do_once(desk, once, record, lambda _: False)


def _summary(mail: IncomingMail) -> str:
    return next(filter(is_visible, (mail.words, mail.subject)), _WITHOUT_WORDS)


def _key_of(message_id: str, now: datetime) -> Key:
    """Return the key that makes sure that a mail is recorded once, and by which answers find its contact."""
    return Key.of(user="mail", path="", key=message_id, body=b"", now=now, kept_for=_KNOWN_FOR)


def _case_of(
    desk: Desk, mail: IncomingMail, customers: list[Customer], now: datetime
) -> tuple[Case | None, Case | None]:
    """Return the sender's case that the mail belongs to, and somebody else's case that it seems to belong to.

    A case named by our signed address or by the thread is only a hint: anybody can forward a mail.
    """
    theirs = {record_id for customer in customers for record_id in customer.record_ids}
    other: Case | None = None
    for case_id in _named_cases(desk, mail, now):
        case = case_of(desk, case_id)
        if case is not None and customer_of(case.case_id) in theirs:
            return case, None
        other = other or case
    return None, other


def _named_cases(desk: Desk, mail: IncomingMail, now: datetime) -> Iterator[str]:
    """Yield the ids of the cases that the mail names: in its recipient's address, then in its thread."""
    signed = (desk.reply_addresses.case_id(address) for address in mail.recipients)
    yield from filter(None, signed)
    latest_first = mail.references[::-1]
    ours = {one: case_id for one in latest_first if (case_id := own_case_id(one, _domain(desk)))}
    yield from ours.values()
    known = {one: _key_of(one, now).receipt_id for one in latest_first if one not in ours}
    receipts = desk.table.get_several(Receipt, list(known.values()))
    contacts = desk.table.get_several(Interaction, [receipt.result_id for receipt in receipts.values()])
    for one in known.values():
        if one in receipts and (contact := contacts.get(receipts[one].result_id)):
            yield contact.case_id


def _domain(desk: Desk) -> str:
    return desk.settings.sender_email.rpartition("@")[2]


def _name(mail: IncomingMail) -> str:
    """Return a name for a customer whom nobody has named yet."""
    return mail.sender_name if is_visible(mail.sender_name) else mail.sender


def _attachments(files: tuple[MailFile, ...], customer_id: str, mail: str) -> tuple[Attachment, ...]:
    """Return the stored attachments. A file that is too large or one too many has no key."""
    return tuple(
        Attachment(
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            key=attachment_key(customer_id, mail[:16], number)
            if number <= MOST_FILES and len(file.content) <= LARGEST_FILE
            else None,
        )
        for number, file in enumerate(files[:_MOST_NAMED], 1)
    )


def _keep_files(desk: Desk, files: tuple[MailFile, ...], details: MailDetails) -> None:
    for file, kept in zip(files, details.attachments, strict=False):
        if kept.key is not None:
            desk.mail_store.keep(kept.key, file.content)
