"""Signed links: each is for one purpose and one row, and expires.

A token is the row's id (20 bytes), the time and a signature of 128 bits: 57 characters, short enough for an
SMS. During a rotation two keys are valid: the newer one signs, both verify.
"""

import base64
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from itsdangerous import BadSignature, HMACAlgorithm, SignatureExpired, TimestampSigner

from vaada.gateways.keys import Keys
from vaada.model.ids import from_bytes, to_bytes

LinkPurpose = Literal["survey", "action", "unsubscribe", "form", "event"]
PATHS: dict[LinkPurpose, str] = {"survey": "s", "action": "a", "unsubscribe": "u", "form": "c", "event": "e"}
LIFETIMES: dict[LinkPurpose, timedelta] = {
    # Less than the 90 days between rotations, so that no link outlives its key.
    "survey": timedelta(days=60),
    "action": timedelta(days=30),
    "unsubscribe": timedelta(days=89),
    "form": timedelta(days=7),
    "event": timedelta(days=89),
}


class BadLink(Exception):
    """The link was not signed by us, or not for this purpose."""


class ExpiredLink(Exception):
    """The link is genuine but too old. `row_id` is its row."""

    def __init__(self, row_id: str) -> None:
        super().__init__("expired")
        self.row_id = row_id


class _ShortHmac(HMACAlgorithm):
    """HMAC-SHA256, cut to 128 bits (RFC 2104, section 5): half as long, and still impossible to guess."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:16]


class _MillisecondSigner(TimestampSigner):
    """Signs with milliseconds. In whole seconds, an instant answer could seem a second old."""

    def get_timestamp(self) -> int:
        return time.time_ns() // 1_000_000

    def timestamp_to_datetime(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts / 1000, UTC)


@dataclass(frozen=True)
class Links:
    """Sign and verify links. `base_url` has no slash at the end."""

    keys: Keys
    base_url: str

    def prepare(self) -> None:
        """Read the keys that sign links, and the one that hashes addresses, before they are needed."""
        self.keys.link_keys()

    def url(self, purpose: LinkPurpose, row_id: str) -> str:
        """Return a link to this row, valid from now for the lifetime of the purpose."""
        value = base64.urlsafe_b64encode(to_bytes(row_id)).rstrip(b"=")
        token = self._signer(purpose).sign(value).decode()
        return f"{self.base_url}/{PATHS[purpose]}/{token}"

    def row_id(self, purpose: LinkPurpose, token: str) -> str:
        """Return the id of the row in the token. Raises BadLink or ExpiredLink."""
        try:
            return self._read(purpose, token)
        except BadLink:
            if not self.keys.drop_stale_link_keys():
                raise
            return self._read(purpose, token)

    def nonce(self, purpose: LinkPurpose, shown: str) -> str:
        """Return a signed timestamp for a page, which proves when we made it and that it showed `shown`."""
        return self._nonces(purpose).sign(shown).decode()

    def nonce_age(self, purpose: LinkPurpose, shown: str, nonce: str) -> timedelta | None:
        """Return the age of the page. None: the nonce is not ours, or for another purpose or content."""
        try:
            value, made_at = self._nonces(purpose).unsign(nonce, return_timestamp=True)
        except BadSignature:
            return self.nonce_age(purpose, shown, nonce) if self.keys.drop_stale_link_keys() else None
        return datetime.now(UTC) - made_at if value.decode() == shown else None

    def _read(self, purpose: LinkPurpose, token: str) -> str:
        try:
            lifetime = int(LIFETIMES[purpose].total_seconds())
            return _decode_row_id(self._signer(purpose).unsign(token, max_age=lifetime))
        except SignatureExpired as error:
            raise ExpiredLink(_decode_row_id(error.payload or b"")) from error
        except (BadSignature, ValueError) as error:
            raise BadLink from error

    def _nonces(self, purpose: LinkPurpose) -> TimestampSigner:
        return self._signer(f"nonce.{purpose}", _MillisecondSigner)

    def _signer(self, purpose: str, kind: type[TimestampSigner] = TimestampSigner) -> TimestampSigner:
        return kind(
            self.keys.link_keys(),
            salt=f"vaada.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
            algorithm=_ShortHmac(hashlib.sha256),
        )


def _decode_row_id(value: bytes) -> str:
    return from_bytes(base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4)))
