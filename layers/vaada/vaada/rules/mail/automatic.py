"""Tell mail that a program has sent from mail that a person wrote, and read what SES says of it.

What programs send starts no clock and gets no answer: otherwise two desks could write to each other for ever.
"""

import re
from email.message import Message

from vaada.model.incoming_mail import Automatic, Verdict

_AUTOMATIC_SUBJECTS = re.compile(
    r"(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|"
    r"automatische antwort|abwesenheits(notiz|nachricht)|abwesend|"
    r"réponse automatique|absence du bureau|respuesta automática|fuera de (la )?oficina|"
    r"resposta automática|fora do escritório|رد تلقائي|خارج المكتب|خودکار جواب|स्वचालित उत्तर|स्वत: उत्तर)\b",
    re.IGNORECASE,
)
_DAEMONS = re.compile(r"(mailer-daemon|mail-daemon|postmaster)@", re.IGNORECASE)
_BULK = frozenset({"bulk", "list", "junk"})
_LIST_HEADERS = ("List-Id", "List-Unsubscribe", "List-Post")
_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")


def automatic(message: Message, sender: str, subject: str) -> Automatic | None:
    """Return what kind of program has sent the mail. None: a person has."""
    submitted = _word(message, "Auto-Submitted")
    precedence = _word(message, "Precedence")
    is_null = str(message.get("Return-Path", "")).strip() == "<>"
    is_report = message.get_content_type() == "multipart/report" or "X-Failed-Recipients" in message
    if is_report or _DAEMONS.match(sender):
        return "bounce"
    is_reply = precedence == "auto_reply" or any(name in message for name in _REPLY_HEADERS)
    if submitted not in {"", "no"} or is_reply or _AUTOMATIC_SUBJECTS.match(subject.strip()):
        return "auto_reply"
    if is_null:
        return "bounce"
    if precedence in _BULK or any(name in message for name in _LIST_HEADERS):
        return "list"
    return None


def verdict(message: Message) -> Verdict | None:
    """Return what SES has found in the mail. None: nothing bad."""
    if _topmost(message, "X-SES-Virus-Verdict").upper() in {"FAIL", "PROCESSING_FAILED"}:
        return "virus"
    return "spam" if _topmost(message, "X-SES-Spam-Verdict").upper() == "FAIL" else None


def is_genuine(message: Message, sender: str) -> bool:
    """Whether SES has found that the mail is from the domain of its sender, by DMARC or by DKIM."""
    domain = sender.rpartition("@")[2]
    service, _, found = _topmost(message, "Authentication-Results").partition(";")
    if service.strip().lower() != "amazonses.com" or not domain:
        return False
    results = [result.strip().lower() for result in found.split(";")]
    for result in results:
        if result.startswith("dmarc=pass") and f"header.from={domain}" in result.split():
            return True
        if result.startswith("dkim=pass") and any(
            f"header.{name}{domain}" in result.split() for name in ("i=@", "d=")
        ):
            return True
    return False


def _topmost(message: Message, name: str) -> str:
    """Return the header that SES has put above all others. One below the next hop may be the sender's own."""
    hops = 0
    for header, value in message.items():
        hops += header.lower() == "received"
        if hops > 1:
            break
        if header.lower() == name.lower():
            return " ".join(str(value).split())
    return ""


def _word(message: Message, name: str) -> str:
    return str(message.get(name, "")).partition(";")[0].strip().lower()
