"""Builders of mails as they arrive: those of people, of programs, and MIME of many odd kinds."""

import base64
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP

DESK = "desk@example.com"
BILAL = "bilal@example.org"
OURS = (DESK, "@in.example.com")

SES_HEADERS = (
    "Return-Path: <{sender}>\r\n"
    "Received: from mail.example.org (mail.example.org [192.0.2.7])\r\n"
    " by inbound-smtp.us-east-1.amazonaws.com with SMTP id abcdefg for desk@in.example.com;\r\n"
    " Mon, 02 Mar 2026 09:00:00 +0000 (UTC)\r\n"
    "X-SES-Spam-Verdict: {spam}\r\n"
    "X-SES-Virus-Verdict: {virus}\r\n"
    "Received-SPF: pass (spfCheck: domain of {domain} designates 192.0.2.7 as permitted sender)\r\n"
    "Authentication-Results: amazonses.com;\r\n"
    " spf=pass (spfCheck: domain of {domain}) client-ip=192.0.2.7; envelope-from={sender};\r\n"
    " dkim=pass header.i=@{domain};\r\n"
    " dmarc={dmarc} header.from={domain};\r\n"
)


def as_ses_stores(
    mime: bytes, *, sender: str = BILAL, spam: str = "PASS", virus: str = "PASS", dmarc: str = "pass"
) -> bytes:
    """The mail with the headers that SES puts above it."""
    domain = sender.rpartition("@")[2]
    above = SES_HEADERS.format(sender=sender, domain=domain, spam=spam, virus=virus, dmarc=dmarc)
    if dmarc != "pass":
        above = above.replace("dkim=pass", "dkim=fail")
    return above.encode() + mime


def a_mail(
    words: str = "When do you open?",
    *,
    sender: str = BILAL,
    name: str = "Bilal",
    to: str = DESK,
    cc: str | None = None,
    subject: str = "A question",
    message_id: str | None = "<one@mail.example.org>",
    headers: Mapping[str, str] | None = None,
    html: str | None = None,
    files: Mapping[str, bytes] | None = None,
    **verdicts: str,
) -> bytes:
    """A mail of a person, as SES stores it."""
    mime = EmailMessage(policy=SMTP)
    mime["From"] = f"{name} <{sender}>" if name else sender
    mime["To"] = to
    if cc is not None:
        mime["Cc"] = cc
    mime["Subject"] = subject
    mime["Date"] = "Mon, 02 Mar 2026 08:59:00 +0000"
    if message_id is not None:
        mime["Message-ID"] = message_id
    for header, value in (headers or {}).items():
        mime[header] = value
    mime.set_content(words)
    if html is not None:
        mime.add_alternative(html, subtype="html")
    for file, content in (files or {}).items():
        mime.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return as_ses_stores(mime.as_bytes(), sender=sender, **verdicts)


def raw(*lines: str, body: bytes = b"", sender: str = BILAL) -> bytes:
    """A mail of exactly these header lines and this body."""
    return as_ses_stores(
        "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape") + body, sender=sender
    )


_HEADERS = ("From: Bilal <bilal@example.org>", "To: desk@example.com", "Message-ID: <odd@example.org>")
_HELLO = "Hello, where is my order?"


def _multipart(*parts: str, boundary: str = "b", end: bool = True) -> bytes:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f"{body}--{boundary}--\r\n".encode() if end else body.encode()


def _plain(words: str = _HELLO) -> str:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}"


def _of_type(kind: str, body: bytes = _HELLO.encode(), *more: str) -> bytes:
    return raw(*_HEADERS, "Subject: Order", f"Content-Type: {kind}", *more, body=body)


def _charsets() -> dict[str, bytes]:
    greeting = "Grüße, wo bleibt meine Bestellung?"
    return {
        **{
            f"declared {declared}, written in {written}": _of_type(
                f"text/plain; charset={declared}", greeting.encode(written), "Content-Transfer-Encoding: 8bit"
            )
            for declared in (
                "utf-8",
                "us-ascii",
                "iso-8859-1",
                "no-such-charset",
                '"',
                "utf-8\\0",
                "utf-16",
                "zip",
            )
            for written in ("utf-8", "cp1252")
        },
        "windows-1256": _of_type("text/plain; charset=windows-1256", "أين طلبي؟".encode("cp1256")),
        "koi8-r": _of_type("text/plain; charset=koi8-r", "Где мой заказ?".encode("koi8-r")),
        "gb2312 with characters of gb18030": _of_type(
            "text/plain; charset=gb2312", "我的訂單在哪裡?".encode("gb18030")
        ),
        "iso-2022-jp": _of_type("text/plain; charset=iso-2022-jp", "注文はどこですか".encode("iso-2022-jp")),
        "shift_jis": _of_type("text/plain; charset=shift_jis", "注文はどこですか".encode("cp932")),
        "euc-kr": _of_type("text/plain; charset=ks_c_5601-1987", "내 주문은?".encode("cp949")),
        "utf-7": _of_type("text/plain; charset=utf-7", b"Gr+APwA3w-e"),
        "no charset at all": _of_type("text/plain", "Grüße".encode("latin-1")),
        "NUL bytes": _of_type("text/plain", b"Hel\0lo\0"),
        "lone surrogates": _of_type("text/plain; charset=utf-8", b"Hello \xed\xa0\x80"),
    }


def _encodings() -> dict[str, bytes]:
    whole = base64.b64encode(_HELLO.encode()).decode()
    return {
        "base64 without padding": _of_type(
            "text/plain", whole.rstrip("=").encode(), "Content-Transfer-Encoding: base64"
        ),
        "base64 with other characters": _of_type(
            "text/plain", f"{whole[:8]}*!{whole[8:]}".encode(), "Content-Transfer-Encoding: base64"
        ),
        "base64 cut off": _of_type("text/plain", whole[:9].encode(), "Content-Transfer-Encoding: base64"),
        "base64 that is plain text": _of_type(
            "text/plain", _HELLO.encode(), "Content-Transfer-Encoding: base64"
        ),
        "quoted-printable with wrong codes": _of_type(
            "text/plain", b"Hello =ZZ =C3 = where", "Content-Transfer-Encoding: quoted-printable"
        ),
        "an unknown encoding": _of_type("text/plain", _HELLO.encode(), "Content-Transfer-Encoding: x-mine"),
        "uuencode": _of_type(
            "text/plain",
            b"begin 644 a.txt\n#0V%T\n`\nend\n",
            "Content-Transfer-Encoding: x-uuencode",
        ),
        "two encodings": _of_type(
            "text/plain",
            _HELLO.encode(),
            "Content-Transfer-Encoding: 8bit",
            "Content-Transfer-Encoding: base64",
        ),
        "format=flowed": _of_type("text/plain; format=flowed", b"Hello, where \r\nis my order?\r\n"),
        "format=flowed with delsp": _of_type(
            "text/plain; format=flowed; delsp=yes", b"Hello, whe \r\nre is my order?\r\n"
        ),
        "only line feeds": raw(*_HEADERS, "Subject: Order", body=_HELLO.encode()).replace(b"\r\n", b"\n"),
        "only carriage returns in the body": _of_type("text/plain", b"Hello\rwhere is my order?"),
        "a line of 100,000 characters": _of_type("text/plain", b"order " * 17_000),
    }


_MIXED = 'multipart/mixed; boundary="b"'
_HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello, <b>where</b> is my order?</p>"


def _multiparts() -> dict[str, bytes]:
    return {
        "multipart without a boundary": _of_type("multipart/mixed", _multipart(_plain())),
        "multipart whose boundary is never there": _of_type('multipart/mixed; boundary="x"', _HELLO.encode()),
        "multipart that never ends": _of_type(_MIXED, _multipart(_plain(), end=False)),
        "multipart without parts": _of_type(_MIXED, b"--b--\r\n"),
        "multipart with an empty boundary": _of_type('multipart/mixed; boundary=""', _multipart(_plain())),
        "multipart in base64": _of_type(_MIXED, _multipart(_plain()), "Content-Transfer-Encoding: base64"),
        "signed": _of_type(
            'multipart/signed; boundary="b"; protocol="application/pgp-signature"',
            _multipart(_plain(), "Content-Type: application/pgp-signature\r\n\r\nx"),
        ),
        "encrypted": _of_type(
            'multipart/encrypted; boundary="b"',
            _multipart("Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"),
        ),
    }


def _nested() -> dict[str, bytes]:
    deep = _HELLO
    for level in range(40):
        head = f'Content-Type: multipart/mixed; boundary="n{level}"'
        deep = f"{head}\r\n\r\n--n{level}\r\n{deep}\r\n--n{level}--\r\n"
    abyss = "".join(f'Content-Type: multipart/mixed; boundary="n{n}"\r\n\r\n--n{n}\r\n' for n in range(3000))
    picture = (
        "Content-Type: image/png\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    )
    head = 'Content-Type: multipart/alternative; boundary="c"'
    alternative = f"{head}\r\n\r\n--c\r\n{_plain()}\r\n--c\r\n{_HTML}\r\n--c--"
    related = (
        f'Content-Type: multipart/related; boundary="r"\r\n\r\n--r\r\n{_HTML}\r\n--r\r\n{picture}\r\n--r--'
    )
    return {
        "forty levels": raw(
            *_HEADERS, "Subject: Order", deep.split("\r\n", 1)[0], body=deep.split("\r\n\r\n", 1)[1].encode()
        ),
        "three thousand levels": raw(*_HEADERS, f"Subject: Order\r\n{abyss}"),
        "alternative within mixed": _of_type(_MIXED, _multipart(alternative, picture)),
        "related within alternative": _of_type(
            'multipart/alternative; boundary="b"', _multipart(_plain(), related)
        ),
        "related without plain text": _of_type(_MIXED, _multipart(related)),
    }


def _html() -> dict[str, bytes]:
    return {
        "only HTML": _of_type("text/html", b"<html><body><p>Hello, where is my order?</p></body></html>"),
        "HTML called plain text": _of_type("text/plain", b"<!DOCTYPE html><p>Hello, where is my order?</p>"),
        "HTML that is not closed": _of_type(
            "text/html", b"<div><p>Hello, where is my order?<b><table><tr><td>x"
        ),
        "HTML with scripts": _of_type(
            "text/html", b"<script>alert(1)</script><p onclick=x>Hello, where?</p>"
        ),
        "plain text that is empty, beside HTML": _of_type(
            'multipart/alternative; boundary="b"', _multipart(_plain(" "), _HTML)
        ),
    }


def _files() -> dict[str, bytes]:
    attached = "Content-Type: message/rfc822\r\n\r\nFrom: a@example.net\r\nSubject: Inner\r\n\r\nInner words"
    return {
        "an attached mail": _of_type(_MIXED, _multipart(_plain(), attached)),
        "an attached mail that is broken": _of_type(
            _MIXED, _multipart(_plain(), "Content-Type: message/rfc822\r\n\r\n")
        ),
        "a part of a mail": _of_type('message/partial; id="x"; number=1; total=2'),
        "a calendar": _of_type(
            _MIXED, _multipart(_plain(), "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR")
        ),
        "winmail.dat": _of_type(
            _MIXED,
            _multipart(
                _plain(),
                'Content-Type: application/ms-tnef; name="winmail.dat"\r\n'
                "Content-Transfer-Encoding: base64\r\n\r\neJ8+Ig==",
            ),
        ),
        "a file without a name": _of_type(_MIXED, _multipart(_plain(), "Content-Type: image/jpeg\r\n\r\nx")),
        "fifty files": _of_type(_MIXED, _multipart(_plain(), *["Content-Type: image/jpeg\r\n\r\nx"] * 50)),
    }


def _file_names() -> dict[str, bytes]:
    return {
        "a file with a path": _of_type(
            _MIXED,
            _multipart(
                _plain(),
                "Content-Type: text/plain\r\nContent-Disposition: attachment;"
                ' filename="../../pass\twd"\r\n\r\nx',
            ),
        ),
        "a file named in RFC 2231": _of_type(
            _MIXED,
            _multipart(
                _plain(),
                "Content-Type: application/pdf\r\nContent-Disposition: attachment;"
                " filename*0*=utf-8''Rechnung%20; filename*1*=f%C3%BCr.pdf\r\n\r\nx",
            ),
        ),
        "a file named in RFC 2231 of a wrong charset": _of_type(
            _MIXED,
            _multipart(
                _plain(),
                "Content-Type: application/pdf\r\nContent-Disposition: attachment;"
                " filename*=no-such''%FF%FE.pdf\r\n\r\nx",
            ),
        ),
        "a file named in RFC 2047": _of_type(
            _MIXED,
            _multipart(
                _plain(),
                'Content-Type: application/pdf; name="=?utf-8?B?UmVjaG51bmcucGRm?="\r\n\r\nx',
            ),
        ),
    }


def _types() -> dict[str, bytes]:
    return {
        "a type that is none": _of_type("plain", _HELLO.encode()),
        "a type that is empty": _of_type("", _HELLO.encode()),
        "two types": _of_type("text/plain", _HELLO.encode(), "Content-Type: text/html"),
    }


def _subjects() -> dict[str, bytes]:
    subjects = {
        "RFC 2047": "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
        "RFC 2047 with an unknown charset": "=?x-none?Q?Gr=FC=DFe?=",
        "RFC 2047 with wrong base64": "=?utf-8?B?R3=J8w?=",
        "RFC 2047 with wrong padding": "=?utf-8?B?a?=",
        "RFC 2047 never closed": "=?utf-8?B?R3LDvMOfZQ",
        "RFC 2047 inside a word": "ab=?utf-8?Q?=C3=BC?=cd",
        "RFC 2047 split inside a letter": "=?utf-8?B?w?= =?utf-8?B?vA==?=",
        "RFC 2047 with a line break": "=?utf-8?Q?one=0D=0ABcc:_x?=",
        "RFC 2047 of an empty word": "=?utf-8?Q??=",
        "raw bytes": b"Gr\xfc\xdfe".decode("ascii", "surrogateescape"),
        "raw UTF-8": "Grüße",
        "only spaces": "   ",
        "a subject of 20,000 characters": "order " * 3_400,
    }
    return {
        f"subject: {what}": raw(*_HEADERS, f"Subject: {subject}", body=_HELLO.encode())
        for what, subject in subjects.items()
    }


def _addresses() -> dict[str, bytes]:
    body = _HELLO.encode()
    first, *others = _HEADERS
    return {
        "no From": raw(*others, "Subject: Order", body=body),
        "an empty From": raw("From:", *others, "Subject: Order", body=body),
        "a From without an address": raw("From: Bilal", *others, "Subject: Order", body=body),
        "many addresses in From": raw(
            "From: Ana <ana@example.org>, Bilal <bilal@example.org>",
            "Sender: bilal@example.org",
            *others,
            body=body,
        ),
        "many Froms": raw(first, "From: other@example.org", *others, body=body),
        "a From in RFC 2047": raw("From: =?utf-8?B?QmlsYWw=?= <bilal@example.org>", *others, body=body),
        "a From with quotes that are never closed": raw(
            'From: "Bilal <bilal@example.org>', *others, body=body
        ),
        "a From with a comment": raw("From: bilal@example.org (Bilal, of course)", *others, body=body),
        "a group in To": raw(first, "To: undisclosed-recipients:;", others[1], body=body),
        "five thousand recipients": raw(
            first, f"To: {', '.join(f'a{n}@example.net' for n in range(5000))}", others[1], body=body
        ),
    }


def _other_headers() -> dict[str, bytes]:
    body = _HELLO.encode()
    first, *others = _HEADERS
    return {
        "two thousand headers": raw(*_HEADERS, *(f"X-Much-{n}: {'x' * 60}" for n in range(2000)), body=body),
        "a header of 200,000 characters": raw(*_HEADERS, f"X-Much: {'x' * 200_000}", body=body),
        "references without end": raw(
            *_HEADERS, "References: " + " ".join(f"<{n}@example.net>" for n in range(3000)), body=body
        ),
        "no Message-ID": raw(first, others[0], "Subject: Order", body=body),
        "a Message-ID that is none": raw(first, others[0], "Message-ID: odd", body=body),
        "two Message-IDs": raw(*_HEADERS, "Message-ID: <other@example.org>", body=body),
        "a header without a colon": raw(first, "Not a header", *others, body=body),
        "a header that begins with a space": raw(first, " folded", *others, body=body),
        "no body": raw(*_HEADERS, "Subject: Order"),
        "an empty body": raw(*_HEADERS, "Subject: Order", body=b"\r\n\r\n"),
        "a date that is none": raw(*_HEADERS, "Date: yesterday", body=body),
        "a date in the future": raw(*_HEADERS, "Date: Fri, 01 Jan 2199 00:00:00 +0000", body=body),
    }


ODD: dict[str, bytes] = {
    **_charsets(),
    **_encodings(),
    **_multiparts(),
    **_nested(),
    **_html(),
    **_files(),
    **_file_names(),
    **_types(),
    **_subjects(),
    **_addresses(),
    **_other_headers(),
}
"""Unusual mails, by what is unusual about them. Those with a sender are from Bilal."""

WITHOUT_SENDER = frozenset({"no From", "an empty From", "a From without an address"})
