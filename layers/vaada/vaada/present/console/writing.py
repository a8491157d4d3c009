"""The words of the form with which an agent writes to a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer, MessageMedium
from vaada.model.policy import Business
from vaada.present.email import personal_subject
from vaada.present.greetings import greeting, personal_signature
from vaada.present.i18n import readable, words
from vaada.present.reasons import reason_words
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.present.view_models import Personal

PROBLEMS: dict[str, str] = {
    "text": _("Write what they should read."),
    "too_long": _("This is too long for a text. Shorten it, or send it as an e-mail."),
    "subject": _("Write a subject on one line."),
    "medium": _("They cannot be written to this way. It says why below."),
    "agent": _("Choose who writes."),
    "attachments": _("Choose at most 10 files, none of them empty, of 4 MB together. Send more as a link."),
    "by_text": _("Files go by e-mail only."),
    "too_late": _(
        "WhatsApp takes an answer for a day only, which ends before it may go out. "
        "Send it now, or another way."
    ),
    "kind": _("A program, such as .exe, is not sent by e-mail. Send it another way."),
    "other": _("This cannot be used here. Please check it."),
}
"""What is wrong with a field, and what to do."""


REPLY_PROBLEMS: dict[str, str] = {
    "name": _("Write a name, on one line."),
    "language": _("Choose a language."),
    "text": _("Write a text. In braces only the names that are filled in can stand."),
    "twice": _("There is a reply of this name in this language, or there are 50 already."),
    "changed": _("Somebody changed this while you were writing."),
}
"""What is wrong with a saved reply, and what to do."""


class Way(Protocol):
    """A way to write to a customer, as `flows` finds it."""

    @property
    def medium(self) -> MessageMedium: ...
    @property
    def answers(self) -> Interaction | None: ...
    @property
    def goes_out_at(self) -> datetime: ...
    @property
    def why_not(self) -> str | None: ...
    @property
    def open_until(self) -> datetime | None: ...


@dataclass(frozen=True)
class Choice:
    """A medium to choose. `why_not`: why it cannot be used. `open_until`: until when it can, in words."""

    medium: MessageMedium
    why_not: str
    open_until: str


@dataclass(frozen=True)
class Sheet:
    """What surrounds the text: greeting, signature and subject in the customer's language, and the media.

    `medium` is the one that suits best; `held_until` is when it goes out, in words, unless it goes out now.
    """

    greeting: str
    signature: str
    subject: str
    language: str
    direction: str
    choices: tuple[Choice, ...]
    medium: MessageMedium | None
    held_until: str


def sheet(
    customer: Customer, agent: Agent | None, ways: Sequence[Way], business: Business, times: Times
) -> Sheet:
    """Return what surrounds the text of a message to this customer."""
    language = words(readable(customer.language, business.language))
    by_mail = next((way.answers for way in ways if way.medium == "email" and way.answers), None)
    personal = Personal(
        business=business.name,
        language=language.language,
        customer_name=customer.name,
        agent_name=agent.name if agent else "…",
        text="",
        answered_subject=by_mail.mail.subject if by_mail and by_mail.mail else None,
    )
    open_ways = [way for way in ways if way.why_not is None]
    at = ways[0].goes_out_at
    return Sheet(
        greeting=greeting(customer.name, language),
        signature=personal_signature(personal),
        subject=personal_subject(personal),
        language=language.language,
        direction=language.direction,
        choices=tuple(
            Choice(
                way.medium,
                reason_words(way.why_not, times.words.catalogue) if way.why_not else "",
                times.moment(way.open_until) if way.open_until else "",
            )
            for way in sorted(ways, key=lambda way: way.medium)
        ),
        medium=open_ways[0].medium if open_ways else None,
        held_until=times.moment(at) if at > times.now else "",
    )
