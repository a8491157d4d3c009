"""Which mails become contacts, which are set aside and why, and which case a mail of ours is about."""

import re

from vaada.model.ids import ROW_ID_PATTERN
from vaada.model.incoming_mail import AsideReason, IncomingMail, SetAsideMail

MAILS_AN_HOUR = 30
"""Mails of one sender that become contacts; and of senders whom nobody knows, all together."""

ACCEPTABLE: frozenset[AsideReason] = frozenset({"spam", "auto_reply", "bounce", "list", "flood"})
"""Reasons that a person may overrule, so that the mail becomes a contact after all."""

_ROW_ID = re.compile(ROW_ID_PATTERN)
_GOOGLE = "forwarding-noreply@google.com"
_MICROSOFT = re.compile(r"[^@]*no-?reply[^@]*@([^@]+\.)?(microsoft|microsoftonline|outlook|office365)\.com")
_CONFIRM = re.compile(
    r"https://(?:[a-z0-9-]+\.)*(?:google|microsoft|microsoftonline|live|outlook|office365|office)\.com/[^\s<>\"()]*"
)


def reason_to_set_aside(mail: IncomingMail, *, is_staff: bool, is_accepted: bool) -> AsideReason | None:
    """Return why the mail becomes no contact of a customer. None: it does.

    `is_accepted`: a person has looked at it and wants it to become one.
    """
    if mail.verdict == "virus" or (mail.verdict and not is_accepted):
        return mail.verdict
    if mail.is_genuine and (mail.sender == _GOOGLE or _MICROSOFT.fullmatch(mail.sender)):
        return "forwarding"
    if mail.automatic and not is_accepted:
        return mail.automatic
    if not mail.sender:
        return "no_sender"
    if is_staff:
        return "colleague" if mail.is_genuine else "forged"
    return None


def confirmation_link(mail: SetAsideMail) -> str | None:
    """Return the link in the question of a mail service, to a page of its own. None: there is none."""
    found = _CONFIRM.search(mail.words) if mail.reason == "forwarding" else None
    return found[0] if found else None


def own_case_id(reference: str, domain: str) -> str | None:
    """Return the id of the case that a mail of ours names in its thread. None: it is not of ours."""
    local, _, host = reference.partition("@")
    return local if host.casefold() == domain.casefold() and _ROW_ID.fullmatch(local) else None
