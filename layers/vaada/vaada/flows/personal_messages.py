"""Write to a customer: by mail or SMS, recorded as a contact with a message."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from vaada.desk import Desk
from vaada.flows.interactions import files_deleted_if_erased, record_interaction
from vaada.flows.messages import recipients
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.recipients import CustomerAddress
from vaada.flows.references import InvalidField, require_present_agents
from vaada.flows.work import current_case, unanswered_reply
from vaada.gateways.mail_store import attachment_key
from vaada.model.cases import Case
from vaada.model.ids import customer_of
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import Attachment, Interaction, MailDetails
from vaada.model.message_input import NewAttachment, NewMessage
from vaada.model.people import Customer, Medium, MessageMedium
from vaada.model.rows import Row
from vaada.model.work import Reply
from vaada.rules.messages import frequency_cap, personal
from vaada.rules.messages.media import medium_for_customer
from vaada.rules.messages.personal import CannotWrite, FileProblem
from vaada.rules.whatsapp import open_until

MOST_PARTS = 4
"""Parts of a text that an agent writes: each is billed."""

_MOST_CASES = 100
_FILE_PROBLEMS: dict[FileProblem, str] = {
    "medium": "are for mails; leave them out for a text",
    "size": f"have more than {personal.LARGEST_FILES} bytes together",
    "kind": "has a file of a kind that Amazon SES does not send, such as .exe; send it another way",
}


class Way(NamedTuple):
    """A way to write to a customer. `answers` is the contact that it answers; `why_not` is why it is closed.

    `awaited`: they wait for an answer in this case. `goes_out_at`: now, or at the end of their quiet hours.
    `open_until`: until when WhatsApp accepts an answer.
    """

    medium: MessageMedium
    address: CustomerAddress | None
    answers: Interaction | None
    awaited: bool
    goes_out_at: datetime
    why_not: str | None
    open_until: datetime | None = None


def ways_to_write(desk: Desk, customer: Customer, case: Case | None, now: datetime) -> tuple[Way, ...]:
    """Return the ways to write to the customer about the case, by mail and, where texts are sent, by text.

    By WhatsApp, too, if they have written by it in this case.

    The one that suits best comes first: that of their latest contact about it, else the one they prefer.
    """
    contacts = tuple(desk.table.get_several(Interaction, case.interaction_ids).values()) if case else ()
    awaited = case is not None and unanswered_reply(desk, case) is not None
    has_room = frequency_cap.has_room((customer, *usages_of(desk, customer)), desk.policy, now)
    working = recipients.working_addresses(desk, customer, survey=False)
    goes_out_at = personal.goes_out_at(customer, desk.policy, now, at_night=False)
    media: tuple[Medium, ...] = ("email", "sms") if desk.settings.sms_enabled else ("email",)
    ways = []
    for medium in media:
        answers = personal.answered_by(medium, contacts)
        reason = personal.why_not(
            customer,
            medium,
            works=medium in working,
            answers=answers is not None,
            awaited=awaited,
            has_room=has_room,
        )
        ways.append(Way(medium, working.get(medium), answers, awaited, goes_out_at, reason))
    if (written := personal.answered_by("whatsapp", contacts)) and desk.settings.whatsapp_phone_number_id:
        address, until = recipients.whatsapp_address(desk, customer, written), open_until(written)
        reason = personal.why_not_by_whatsapp(
            until, now, works=address is not None, has_room=has_room or awaited
        )
        ways.append(Way("whatsapp", address, written, awaited, goes_out_at, reason, until))
    preferred = medium_for_customer(customer, texts=desk.settings.sms_enabled)

    def suits(way: Way) -> tuple[bool, float, bool]:
        at = way.answers.occurred_at.timestamp() if way.answers else 0.0
        return way.why_not is None, at, way.medium == preferred

    return tuple(sorted(ways, key=suits, reverse=True))


def matter_of(desk: Desk, customer: Customer) -> Case | None:
    """Return the open case in which the customer waits for an answer, else that of the latest contact."""
    page = desk.table.customer_rows(
        Case, customer.record_ids, _MOST_CASES, None, status="open", last_first=True
    )
    cases = {row.id: row for row in page.rows if isinstance(row, Case)}
    replies = desk.table.work_rows(case.reply_id for case in cases.values() if case.reply_id).values()
    awaited = [row for row in replies if isinstance(row, Reply) and row.status in {"awaited", "paused"}]
    if awaited:
        return cases[min(awaited, key=lambda reply: (reply.due_at, reply.id)).case_id]
    return max(cases.values(), key=lambda case: (case.last_contact_at, case.id), default=None)


def write_to_customer(
    desk: Desk,
    customer: Customer,
    agent_id: str,
    new: NewMessage,
    case: Case | None,
    now: datetime,
    *,
    resolved: bool = False,
    also: tuple[Row, ...] = (),
) -> Interaction:
    """Record what an agent writes to a customer as a contact, with the message that the next sweep sends.

    `resolved`: it ends the matter. `also` are other rows to write with it.
    Both are written in one transaction, and the message is claimed before it is sent: so it goes out once.
    Its files are kept first: what is sent has them all.
    Raises CannotWrite, InvalidField, UnknownReference, Busy, and Conflict if the receipt already exists.
    """
    require_present_agents(desk, agent_id=agent_id)
    way = _chosen(desk, ways_to_write(desk, customer, case, now), new.medium)
    address = _checked_address(desk, customer, agent_id, way, new)
    wake_at = _time_to_send(desk, customer, way, new, now)
    files = _keep_files(desk, customer, new.attachments)
    details = MailDetails(subject=new.subject or "", attachments=files) if way.medium == "email" else None

    def with_message(interaction: Interaction) -> tuple[Row, ...]:
        message = personal.message_of(
            interaction,
            way.medium,
            address.id,
            wake_at,
            answers=way.answers,
            awaited=way.awaited,
            at_night=new.send_now,
        )
        return message, *also

    contact = _contact(customer, agent_id, way.medium, new, case, resolved=resolved)
    with files_deleted_if_erased(desk, customer.id, new.attachments):
        return record_interaction(desk, contact, now, mail=details, also=with_message)


def _time_to_send(desk: Desk, customer: Customer, way: Way, new: NewMessage, now: datetime) -> datetime:
    """Return when the message goes out. Raises CannotWrite if its way is closed by then."""
    at = personal.goes_out_at(customer, desk.policy, now, at_night=new.send_now)
    if way.open_until is not None and at >= way.open_until:
        raise CannotWrite(personal.CLOSES_AT_NIGHT)
    return at


def _checked_address(
    desk: Desk, customer: Customer, agent_id: str, way: Way, new: NewMessage
) -> CustomerAddress:
    """Return the address to write to. Raises CannotWrite, or InvalidField for what this way cannot send."""
    if way.why_not is not None or way.address is None:
        raise CannotWrite(way.why_not or personal.NO_ADDRESS)
    if (problem := personal.file_problem(way.medium, new.attachments)) is not None:
        raise InvalidField("attachments", _FILE_PROBLEMS[problem])
    if way.medium != "email":
        _check_text(desk, customer, agent_id, new, way.medium)
    return way.address


def _contact(
    customer: Customer,
    agent_id: str,
    medium: MessageMedium,
    new: NewMessage,
    case: Case | None,
    *,
    resolved: bool,
) -> NewInteraction:
    return NewInteraction(
        customer_id=customer.id,
        agent_id=agent_id,
        channel=medium,
        direction="outbound",
        kind=case.kind if case else "other",
        summary=new.text,
        awaits_reply=new.awaits_reply,
        resolved=resolved,
        case_id=case.case_id if case else None,
    )


def _keep_files(desk: Desk, customer: Customer, files: tuple[NewAttachment, ...]) -> tuple[Attachment, ...]:
    """Store the files under keys computed from their content. A repeated request stores no others."""
    together = sha256()
    for file in files:
        together.update(sha256(file.content).digest())
    kept = tuple(
        Attachment(
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            key=attachment_key(customer.id, together.hexdigest()[:16], number),
        )
        for number, file in enumerate(files, 1)
    )
    for file, stored in zip(files, kept, strict=True):
        desk.mail_store.keep(stored.key or "", file.content)
    return kept


def case_to_write_about(desk: Desk, customer: Customer, case_id: str | None) -> Case | None:
    """Return the named case, or the one that `matter_of` finds. Raises NotFound, InvalidField."""
    if case_id is None:
        return matter_of(desk, customer)
    if customer_of(case_id) not in customer.record_ids:
        raise InvalidField("case_id", "is not a case of this customer")
    return current_case(desk, case_id)


def _chosen(desk: Desk, ways: tuple[Way, ...], medium: MessageMedium | None) -> Way:
    way = next((way for way in ways if medium in {None, way.medium}), None)
    if way is not None:
        return way
    if medium == "sms":
        raise InvalidField("medium", "is sms, and this desk sends no texts")
    if not desk.settings.whatsapp_phone_number_id:
        raise InvalidField("medium", "is whatsapp, and this desk has no number for it")
    raise InvalidField("medium", "is whatsapp, by which they have not written about this case")


def _check_text(
    desk: Desk, customer: Customer, agent_id: str, new: NewMessage, medium: MessageMedium
) -> None:
    if new.subject is not None:
        raise InvalidField("subject", "is for mails; leave it out")
    from vaada.flows.messages.compose import (  # only here: it imports what all mails need
        personal_text,
        personal_whatsapp,
    )
    from vaada.present.gsm_alphabet import parts
    from vaada.present.whatsapp import LONGEST

    if medium == "whatsapp":
        if len(personal_whatsapp(desk, customer, agent_id, new.text)) > LONGEST:
            raise InvalidField("text", f"is too long: WhatsApp takes {LONGEST} characters with the names")
        return
    count = parts(personal_text(desk, customer, agent_id, new.text))
    if count > MOST_PARTS:
        message = f"is too long for a text: it has {count} parts, and {MOST_PARTS} are sent at most"
        raise InvalidField("text", message)
