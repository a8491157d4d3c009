"""Mails that were set aside: why, and what a manager can do about each."""

from dataclasses import dataclass

from vaada.model.incoming_mail import AsideReason, SetAsideMail
from vaada.present.sanitize import line, printable
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.mail.sorting import ACCEPTABLE, confirmation_link

REASONS: dict[AsideReason, str] = {
    "spam": _("It looks like spam."),
    "virus": _("It has a virus in it, or nobody could look."),
    "auto_reply": _("A program has answered, such as an absence note."),
    "bounce": _("It reports that a mail did not arrive."),
    "list": _("It went to a list, such as a newsletter."),
    "no_sender": _("It has no sender who can be answered."),
    "colleague": _("A colleague has sent it, and no customer is among those it went to."),
    "forged": _("It says that a colleague has sent it, but it did not come from their domain."),
    "forwarding": _("A mail service asks whether it may forward your mail to the desk."),
    "flood": _("Too many mails came at once."),
}


@dataclass(frozen=True)
class AsideRow:
    """A mail that was set aside. `confirm` is the link with which a mail service's question is answered."""

    id: str
    when: str
    sender: str
    name: str
    subject: str
    words: str
    reason: str
    is_bad: bool
    confirm: str | None
    may_accept: bool


def aside_row(mail: SetAsideMail, times: Times) -> AsideRow:
    """Return the mail as a row of the list."""
    return AsideRow(
        id=mail.id,
        when=times.when(mail.received_at),
        sender=mail.sender,
        name=line(mail.sender_name),
        subject=line(mail.subject),
        words=printable(mail.words),
        reason=times.words.catalogue.gettext(REASONS[mail.reason]),
        is_bad=mail.reason in {"virus", "forged"},
        confirm=confirmation_link(mail),
        may_accept=mail.reason in ACCEPTABLE,
    )
