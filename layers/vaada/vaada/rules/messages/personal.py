"""Personal messages: what an agent writes to a customer, whether it may be sent, and what follows if not."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium, MessageMedium
from vaada.model.policy import SAVED_REPLY_GAPS, PolicyDocument, SavedReply
from vaada.model.work import FollowUp
from vaada.rules.ids import derived_id
from vaada.rules.messages import frequency_cap
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time.availability import customer_reachable_at

if TYPE_CHECKING:
    from vaada.model.message_input import NewAttachment

NO_CONSENT = "the customer did not agree to be written to this way"
NO_ADDRESS = "there is no address of this kind that works"
WINDOW_CLOSED = "their last message by WhatsApp is more than 24 hours old"
CLOSES_AT_NIGHT = "WhatsApp takes an answer for 24 hours, which end before it may go out"

FileProblem = Literal["medium", "size", "kind"]
"""What is wrong with the files of a message: it is an SMS, they are too large, or SES refuses them."""

LARGEST_FILES = 4_000_000
"""Bytes of all files of a message. Lambda accepts requests of 6 MB, and there a file is a third larger."""

_WHY = "an agent wrote it"
# https://docs.aws.amazon.com/ses/latest/dg/mime-types.html
_NOT_SENT = re.compile(
    r".*\.("
    r"ade|adp|app|asp|bas|bat|cer|chm|cmd|com|cpl|crt|csh|der|exe|fxp|gadget|hlp|hta|inf|ins|"
    r"isp|its|js|jse|ksh|lib|lnk|mad|maf|mag|mam|maq|mar|mas|mat|mau|mav|maw|mda|mdb|mde|mdt|"
    r"mdw|mdz|msc|msh|msh1|msh2|mshxml|msh1xml|msh2xml|msi|msp|mst|ops|pcd|pif|plg|prf|prg|reg|"
    r"scf|scr|sct|shb|shs|sys|ps1|ps1xml|ps2|ps2xml|psc1|psc2|tmp|url|vb|vbe|vbs|vps|vsmacros|"
    r"vss|vst|vsw|vxd|ws|wsc|wsf|wsh|xnk"
    r")",
    re.IGNORECASE | re.DOTALL,
)


def file_problem(medium: MessageMedium, files: "Collection[NewAttachment]") -> FileProblem | None:
    """Return what is wrong with the files of a message. None: they can be sent."""
    if files and medium != "email":
        return "medium"
    if sum(len(file.content) for file in files) > LARGEST_FILES:
        return "size"
    return "kind" if any(_NOT_SENT.fullmatch(file.name) for file in files) else None


class CannotWrite(Exception):
    """The customer cannot be written to now. The text is the reason, as it is stored in messages."""


def answered_by(medium: MessageMedium, contacts: Iterable[Interaction]) -> Interaction | None:
    """Return the customer's latest contact in a case that a message by this medium would answer."""
    inbound = (row for row in contacts if row.direction == "inbound" and row.channel == medium)
    if medium == "whatsapp":  # one that an agent recorded opens no window
        inbound = (row for row in inbound if row.whatsapp is not None)
    return max(inbound, key=lambda row: (row.occurred_at, row.id), default=None)


def has_consent(customer: Customer, medium: MessageMedium, *, answers: bool) -> bool:
    """Whether the customer agreed to be written to by this medium.

    Whoever writes to us wants an answer: to answer their own mail or text the same way (`answers`) needs no
    consent. By the contact form anybody can write with any address.
    """
    given: dict[MessageMedium, bool] = {"email": customer.consent.email, "sms": customer.consent.sms}
    return answers or given.get(medium, False)


def why_not(
    customer: Customer, medium: Medium, *, works: bool, answers: bool, awaited: bool, has_room: bool
) -> str | None:
    """Return why nothing may be written to the customer by this medium. None: it may.

    `works`: an address of this medium works. An answer that they wait for is counted, but not held back, if
    they were written to often enough (`has_room`).
    """
    if not works:
        return NO_ADDRESS
    if not has_consent(customer, medium, answers=answers):
        return NO_CONSENT
    return None if has_room or awaited else frequency_cap.TOO_OFTEN


def why_not_by_whatsapp(open_until: datetime, now: datetime, *, works: bool, has_room: bool) -> str | None:
    """Return why no answer may be sent by WhatsApp, which accepts answers for 24 hours. None: it may."""
    if now >= open_until:
        return WINDOW_CLOSED
    if not works:
        return NO_ADDRESS
    return None if has_room else frequency_cap.TOO_OFTEN


def goes_out_at(customer: Customer, policy: PolicyDocument, now: datetime, *, at_night: bool) -> datetime:
    """Return when a message goes out: now, or at the end of the customer's quiet hours."""
    return now if at_night else customer_reachable_at(customer, policy, now)


def message_of(
    interaction: Interaction,
    medium: MessageMedium,
    address_id: str,
    wake_at: datetime,
    *,
    answers: Interaction | None,
    awaited: bool,
    at_night: bool,
) -> Message:
    """Return the message that carries what an agent wrote in this interaction, to be sent at `wake_at`."""
    now = interaction.recorded_at
    message = new_message(
        interaction,
        message_id(interaction),
        "personal",
        "customer",
        interaction.customer_id,
        medium,
        _WHY,
        wake_at,
        now,
    )
    return message.model_copy(
        update={
            "address_id": address_id,
            "answers": answers.id if answers else None,
            "awaited": awaited,
            "at_night": at_night,
        }
    )


def message_id(interaction: Interaction) -> str:
    """Return the id of the message that carries what an agent wrote in this interaction."""
    return derived_id(interaction, "message")


def filled(reply: SavedReply, *, customer: str, agent: str, business: str) -> str:
    """Return the text of a saved reply with the names filled in."""
    text = reply.text
    for gap, name in zip(SAVED_REPLY_GAPS, (customer, agent, business), strict=True):
        text = text.replace(f"{{{gap}}}", name)
    return text


def in_order(replies: Iterable[SavedReply], language: str) -> tuple[SavedReply, ...]:
    """Return the saved replies by name: those in this language first, then the others."""

    def is_other(reply: SavedReply) -> bool:
        return _primary(reply.language) != _primary(language)

    return tuple(sorted(replies, key=lambda one: (is_other(one), one.language, one.name.casefold())))


def _primary(language: str) -> str:
    return language.partition("-")[0].casefold()


def follow_up_of_unsent(message: Message, interaction: Interaction, agent_id: str, now: datetime) -> FollowUp:
    """Return the follow-up that tells the agent that the customer did not get what was written to them."""
    return FollowUp(
        follow_up_id=derived_row_id(message.instead_of or message.id, "not-sent", message.created_at),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=agent_id,
        origin="not_sent",
        reason="The customer did not get what you wrote. Reach them another way.",
        due_at=now,
        wake_at=now,
        created_at=now,
    )
