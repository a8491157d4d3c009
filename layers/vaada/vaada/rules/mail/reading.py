"""Read the MIME of a mail, however wrong it is: nothing is lost that can be shown or kept."""

import hashlib
import mimetypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from vaada.model.incoming_mail import IncomingMail, MailFile
from vaada.model.text import clean_lines
from vaada.rules.mail import automatic, html_text, quoted_text

MOST_FILES = 20
LARGEST_FILE = 25_000_000  # bytes
MOST_WORDS = 4000  # characters of a contact's summary
MOST_FOLDED = 10_000
WHOLE_TEXT = "mail.txt"
"""The name of the file with all of a text that is too long to show."""

_ADDRESS = re.compile(r"[^\s<>\"'(),:;@\[\]]+@[^\s<>\"'(),:;@\[\]]+\.[^\s<>\"'(),:;@\[\]]+")
_ID = re.compile(r"<([^<>\s]{1,300})>")
_MOST_REFERENCES = 50
_MOST_RECIPIENTS = 50
_LONGEST_SUBJECT = 300
_LONGEST_NAME = 100
_DEEPEST = 20
_CHARSETS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "gb2312": "gb18030"}
_CHARSETS |= {"ks_c_5601-1987": "cp949", "shift_jis": "cp932", "unknown-8bit": "utf-8"}


@dataclass
class _Content:
    texts: list[str] = field(default_factory=list)
    files: list[MailFile] = field(default_factory=list)


def read(raw: bytes, ours: Sequence[str]) -> IncomingMail:
    """Return what the mail says. `ours` are our addresses, or parts of them, in lower case."""
    message, content = _parse(raw)
    subject = _line(_decoded(message.get("Subject")), _LONGEST_SUBJECT)
    sender_name, sender = _sender(message)
    text = str(clean_lines("\n\n".join(content.texts)))
    words, folded = quoted_text.split(text, ours)
    files = content.files
    if len(words) > MOST_WORDS or len(folded) > MOST_FOLDED:
        files = [MailFile(WHOLE_TEXT, "text/plain", text.encode()), *files]
    return IncomingMail(
        message_id=_message_id(message, raw),
        references=_references(message),
        subject=subject,
        sender=sender,
        sender_name=sender_name,
        recipients=_recipients(message),
        words=_shortened(words, MOST_WORDS),
        folded=_shortened(folded, MOST_FOLDED),
        files=tuple(files),
        automatic=automatic.automatic(message, sender, subject),
        verdict=automatic.verdict(message),
        is_genuine=automatic.is_genuine(message, sender),
    )


def _parse(raw: bytes) -> tuple[Message, _Content]:
    content = _Content()
    try:
        message: Message = message_from_bytes(raw)
        _collect(message, content, 0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The library gives up on some of what is sent. The mail is kept as a file.
        message = BytesHeaderParser().parsebytes(raw)
        content = _Content(files=[MailFile("mail.eml", "message/rfc822", raw)])
    return message, content


# ---------------------------------------------------------------- the body


def _collect(part: Message, content: _Content, depth: int) -> None:
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822" and depth < _DEEPEST:
        parts = [each for each in part.get_payload() if isinstance(each, Message)]
        if kind == "multipart/alternative":
            _collect_alternative(parts, content, depth)
            return
        for each in parts:
            _collect(each, content, depth + 1)
    elif _is_text(part):
        text = _text(part)
        if text.strip():
            content.texts.append(text)
    else:
        content.files.append(_file(part, len(content.files) + 1))


def _collect_alternative(parts: list[Message], content: _Content, depth: int) -> None:
    """Collect the plain text if it has words, else the best other version. Files of all versions are kept."""
    forms = []
    for each in parts:
        form = _Content()
        _collect(each, form, depth + 1)
        forms.append((each.get_content_type() == "text/plain", form))
    with_words = [form for form in forms if form[1].texts]
    chosen = next((form for is_plain, form in with_words if is_plain), None)
    if chosen is None and with_words:
        chosen = with_words[-1][1]
    if chosen is not None:
        content.texts += chosen.texts
    for _, form in forms:
        content.files += form.files


def _is_text(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    kind = part.get_content_type()
    # A "multipart" without its boundary is one text.
    return kind in {"text/plain", "text/html"} or (
        part.get_content_maintype() == "multipart" and not part.is_multipart()
    )


def _text(part: Message) -> str:
    text = _decode(_bytes_of(part), part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/html" or text.lstrip()[:15].lower().startswith(
        ("<!doctype html", "<html")
    ):
        return html_text.text_of(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Return the text with its soft line breaks joined (RFC 3676)."""
    lines: list[str] = []
    before = ""  # the quote marks of a line that goes on
    goes_on = False
    for line in text.split("\n"):
        marks = re.match(">*", line)[0]  # type: ignore[index]  # it always matches
        words = line[len(marks) :].removeprefix(" ")
        if goes_on and marks == before and words != "-- ":
            lines[-1] += words
        else:
            lines.append(f"{marks} {words}" if marks else words)
        before, goes_on = marks, words.endswith(" ") and words != "-- "
        if goes_on and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _bytes_of(part: Message) -> bytes:
    if part.is_multipart():  # an attached mail, or what is nested too deeply
        inner = part.get_payload()
        return b"\n".join(each.as_bytes() for each in inner if isinstance(each, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decode(raw: bytes, charset: str) -> str:
    """Return the text; what the charset cannot read is read as UTF-8, else as Windows' Western charset."""
    for name in (_CHARSETS.get(charset.lower(), charset), "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", errors="replace")


def _file(part: Message, number: int) -> MailFile:
    kind = part.get_content_type()
    content = _bytes_of(part)
    name = _line(_decoded(part.get_filename()).replace("\\", "/").rpartition("/")[2], _LONGEST_NAME)
    extension = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
    return MailFile(name.strip(". ") or f"attachment-{number}{extension}", kind, content)


# ---------------------------------------------------------------- the headers


def _decoded(header: str | Header | None) -> str:
    """Return the text of a header (RFC 2047); what is encoded wrongly stays as it is."""
    if header is None:
        return ""
    try:
        parts = decode_header(header)
    except (HeaderParseError, ValueError):
        return str(header)
    return "".join(
        part if isinstance(part, str) else _decode(part, charset or "unknown-8bit") for part, charset in parts
    )


def _line(text: str, longest: int) -> str:
    return _shortened(" ".join(str(clean_lines(text)).split()), longest)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _sender(message: Message) -> tuple[str, str]:
    """Return the name and the address of the sender. Empty: it has none."""
    found = list(_addresses(message, "From"))
    if len(found) > 1:  # then the header Sender says which of them (RFC 5322, 3.6.2)
        named = {address for _, address in _addresses(message, "Sender")}
        found = [one for one in found if one[1] in named] or found
    return found[0] if found else ("", "")


def _addresses(message: Message, name: str) -> Iterator[tuple[str, str]]:
    """Yield the names and addresses of the first header of this name."""
    header = message.get(name)
    if header is None:
        return
    whole = str(header)
    pairs = [pair for pair in getaddresses([whole]) if _ADDRESS.fullmatch(pair[1])]
    for shown, address in pairs or [("", found) for found in _ADDRESS.findall(whole)]:
        yield _line(_decoded(shown), _LONGEST_NAME), address.lower()


def _recipients(message: Message) -> tuple[str, ...]:
    found = (address for name in ("To", "Cc") for _, address in _addresses(message, name))
    return tuple(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _message_id(message: Message, raw: bytes) -> str:
    """Return the id of the mail. One without an id gets one of its content."""
    found = _ID.search(str(message.get("Message-ID", "")))
    return found[1] if found else f"{hashlib.sha256(raw).hexdigest()}@without-id.invalid"


def _references(message: Message) -> tuple[str, ...]:
    headers = (str(message.get(name, "")) for name in ("References", "In-Reply-To"))
    found = [reference for header in headers for reference in _ID.findall(header)]
    latest_last = dict.fromkeys(reversed(found))
    return tuple(reversed(tuple(latest_last)))[-_MOST_REFERENCES:]
