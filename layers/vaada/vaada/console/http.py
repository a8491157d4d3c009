"""Requests from a browser and responses to it, independent of API Gateway's format."""

import base64
import binascii
import codecs
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from email.message import MIMEPart

_MOST_FIELDS = 400
_MOST_BYTES = 64 * 1024
_MOST_BYTES_WITH_A_FILE = 512 * 1024
_MOST_BYTES_TO_SEND = 4_200_000  # Lambda takes 6 MB, in which a file is a third larger
_WORTH_COMPRESSING = 1024  # bytes
_PICTURES = {"image/png", "image/webp"}
_SENDS_FILES = re.compile(r"/desk/customers/[^/]+/write")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FORM, _FORM_WITH_A_FILE = "application/x-www-form-urlencoded", "multipart/form-data"
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(Exception):
    """The request does not come from a page of ours. `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True)
class Fields:
    """The fields of a form or a query. A field may come several times."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        """The trimmed value of a field; empty if it was not sent."""
        return next((value.strip() for key, value in reversed(self.pairs) if key == name), "")

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.pairs)

    def id(self, name: str) -> str:
        """The value of a field that becomes a part of a path; empty unless it can be an id."""
        return self[name] if _ID.fullmatch(self[name]) else ""

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field, in order."""
        return tuple(value.strip() for key, value in self.pairs if key == name)

    def without(self, *names: str) -> "Fields":
        """The other fields."""
        return Fields(tuple(pair for pair in self.pairs if pair[0] not in names))


class SentFile(NamedTuple):
    """A file that a form sent, as it is. The type is what the browser takes it for."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """A request of a browser. Names of headers are in lower case."""

    method: str
    path: str
    query: Fields = Fields()
    form: Fields = Fields()
    files: tuple[SentFile, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether htmx requests a part, to insert it into the open page."""
        return self.headers.get("hx-request") == "true"

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        """Read API Gateway's event (payload format 2.0). Raises Unreadable."""
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        # AWS lifts the cookies out of the headers, the local cloud leaves them there.
        cookies = event.get("cookies") or headers.get("cookie", "").split(";")
        pairs = (cookie.strip().partition("=") for cookie in cookies)
        form, files = _form(event, headers)
        return cls(
            method=event["requestContext"]["http"]["method"],
            path=event["rawPath"],
            query=_fields(event.get("rawQueryString", "")),
            form=form,
            files=files,
            headers=headers,
            cookies={name: value for name, _, value in pairs if name},
        )


@dataclass(frozen=True)
class Answer:
    """What the browser gets. `cookies` are whole Set-Cookie values; `headers` go over the usual ones."""

    status: HTTPStatus
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    def event(self, request: Request | None, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return it as API Gateway wants it, compressed if the browser can read that."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        sent = {**headers, **self.headers}
        accepted = request.headers.get("accept-encoding", "") if request else ""
        is_picture = sent.get("content-type") in _PICTURES
        is_plain = "content-encoding" not in sent and not is_picture
        if "gzip" in accepted and len(body) >= _WORTH_COMPRESSING and is_plain:
            body = gzip.compress(body, compresslevel=6, mtime=0)
            sent |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        is_text = "content-encoding" not in sent and not is_picture
        return {
            "statusCode": int(self.status),
            "headers": sent,
            "cookies": list(self.cookies),
            "isBase64Encoded": not is_text,
            "body": body.decode() if is_text else base64.b64encode(body).decode(),
        }


def redirect(to: str, *cookies: str) -> Answer:
    """Return the answer that makes the browser open another page."""
    return Answer(HTTPStatus.SEE_OTHER, headers={"location": to}, cookies=cookies)


def cookie(name: str, value: str, seconds: int) -> str:
    """Return a cookie that only this host gets, over TLS, and no script reads. No seconds: it is removed."""
    return f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


def _form(event: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[Fields, tuple[SentFile, ...]]:
    body = (event.get("body") or "").encode(errors="replace")
    if not body:
        return Fields(), ()
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {_FORM, _FORM_WITH_A_FILE}:
        raise Unreadable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    most = _MOST_BYTES
    if kind == _FORM_WITH_A_FILE:
        most = _MOST_BYTES_TO_SEND if _SENDS_FILES.fullmatch(event["rawPath"]) else _MOST_BYTES_WITH_A_FILE
    if len(body) > 2 * most:
        raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise Unreadable(HTTPStatus.BAD_REQUEST) from None
    if len(body) > most:
        raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if kind == _FORM_WITH_A_FILE:
        return _parts(body, content_type)
    try:
        return _fields(body.decode()), ()
    except UnicodeDecodeError:
        raise Unreadable(HTTPStatus.BAD_REQUEST) from None


def _parts(body: bytes, content_type: str) -> tuple[Fields, tuple[SentFile, ...]]:
    """Return the fields and files of a form. Files of the field `files` stay bytes, others become text."""
    from email.parser import BytesParser  # imported only here: hardly any form has a file
    from email.policy import HTTP

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", errors="replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > _MOST_FIELDS:
        raise Unreadable(HTTPStatus.BAD_REQUEST)
    sent = [part for part in parts if part.get_param("name", header="content-disposition") == "files"]
    pairs = tuple(_pair(part) for part in parts if part not in sent)
    return Fields(pairs), tuple(_file(part) for part in sent if part.get_filename())


def _file(part: "MIMEPart") -> SentFile:
    content = part.get_payload(decode=True)
    return SentFile(
        part.get_filename() or "", part.get_content_type(), content if isinstance(content, bytes) else b""
    )


def _pair(part: "MIMEPart") -> tuple[str, str]:
    name = part.get_param("name", header="content-disposition")
    content = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(content, bytes):
        raise Unreadable(HTTPStatus.BAD_REQUEST)
    return name, _text(content)


def _text(content: bytes) -> str:
    """Return the text of a field or a file: UTF-8, or as spreadsheets of other regions write it."""
    if content.startswith(_BYTE_ORDER_MARKS):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _fields(encoded: str) -> Fields:
    try:
        return Fields(tuple(parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except ValueError:
        raise Unreadable(HTTPStatus.BAD_REQUEST) from None
