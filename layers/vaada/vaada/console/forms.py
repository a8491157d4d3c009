"""Forms: the token that shows that a form is ours, the key that makes it count once, and page statuses."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from vaada.console.http import Fields, Request
from vaada.flows.idempotency import Key

TOKEN, KEY, VERSION = "token", "key", "version"
"""The hidden fields of forms: the session's token, the form's idempotency key, the row's version as shown."""

_MASK_BYTES = 16


class Forged(Exception):
    """The form does not come from a page of this sign-in."""


def new_token(secret: str) -> str:
    """Return a token for the forms of a page. It differs each time, so that compression reveals nothing."""
    mask = secrets.token_bytes(_MASK_BYTES)
    return base64.urlsafe_b64encode(mask + _signature(secret, mask)).decode().rstrip("=")


def check_origin(request: Request, home: str) -> None:
    """Raise Forged unless the browser says that the request comes from this site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise Forged
        return
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if not origin or origin not in {urlsplit(home).netloc, request.headers.get("host")}:
        raise Forged


def check_token(request: Request, secret: str) -> None:
    """Raise Forged unless the form carries a token of this session."""
    sent = request.form[TOKEN]
    try:
        raw = base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4))
    except ValueError:
        raise Forged from None
    mask, signature = raw[:_MASK_BYTES], raw[_MASK_BYTES:]
    if not hmac.compare_digest(signature, _signature(secret, mask)):
        raise Forged


def new_key() -> str:
    """Return the idempotency key of a new form."""
    return secrets.token_urlsafe(16)


def key_of(request: Request, user_id: str, now: datetime) -> Key | None:
    """Return the idempotency key of a sent form, or None if it has none."""
    sent = request.form[KEY]
    if not sent:
        return None
    body = urlencode(request.form.without(TOKEN).pairs).encode()
    return Key.of(user=user_id, path=request.path, key=sent, body=body, now=now)


def version_of(form: Fields) -> int | None:
    """Return the version of the row that the form was made for, or None."""
    sent = form[VERSION]
    return int(sent) if sent.isascii() and sent.isdecimal() else None


def _signature(secret: str, mask: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"form" + mask, hashlib.sha256)


def status_of(problem: str) -> HTTPStatus:
    """Return the status of a page that shows this problem of its form. Empty: it shows none."""
    if not problem:
        return HTTPStatus.OK
    return HTTPStatus.CONFLICT if problem == "changed" else HTTPStatus.UNPROCESSABLE_ENTITY
