"""Signed links: each serves one purpose, names one row, and expires.

A token is the row's id (20 bytes), the time and a signature of 128 bits: 57 characters, short enough for a
text message. Two keys are valid while one is rotated: the newer signs, both verify.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from itsdangerous import BadSignature, HMACAlgorithm, SignatureExpired, TimestampSigner

from vaada.model.ids import from_bytes, to_bytes

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

LinkPurpose = Literal["survey", "action", "unsubscribe"]
PATHS: dict[LinkPurpose, str] = {"survey": "s", "action": "a", "unsubscribe": "u"}
LIFETIMES: dict[LinkPurpose, timedelta] = {
    # Less than the 90 days between two rotations, so that no link outlives its key.
    "survey": timedelta(days=60),
    "action": timedelta(days=30),
    "unsubscribe": timedelta(days=89),
}
_FRESH_SECONDS = 300  # how long keys are kept in memory
_STALE_SECONDS = 30  # after which an unknown signature is reason enough to look for newer keys


class BadLink(Exception):
    """The link was not made here, or not for this purpose."""


class ExpiredLink(Exception):
    """The link was good once. `row_id` is what it named."""

    def __init__(self, row_id: str) -> None:
        super().__init__("expired")
        self.row_id = row_id


class _ShortHmac(HMACAlgorithm):
    """HMAC-SHA256, cut to 128 bits (RFC 2104, section 5): half the text, still beyond guessing."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:16]


class _MillisecondSigner(TimestampSigner):
    """Whole seconds would let a program pass that answers at once, but in the next second."""

    def get_timestamp(self) -> int:
        return time.time_ns() // 1_000_000

    def timestamp_to_datetime(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts / 1000, UTC)


@dataclass
class Links:
    """Makes and reads signed links."""

    client: "SSMClient"
    parameter: str
    base_url: str
    clock: Callable[[], float] = time.monotonic
    _keys: list[str] = field(default_factory=list)
    _read_at: float = 0.0

    def url(self, purpose: LinkPurpose, row_id: str) -> str:
        """A link to this row for this purpose, valid from now for the purpose's lifetime."""
        value = base64.urlsafe_b64encode(to_bytes(row_id)).rstrip(b"=")
        token = self._signer(purpose).sign(value).decode()
        return f"{self.base_url}/{PATHS[purpose]}/{token}"

    def row_id(self, purpose: LinkPurpose, token: str) -> str:
        """The row that the token names. Raises BadLink or ExpiredLink."""
        try:
            return self._read(purpose, token)
        except BadLink:
            if not self._forgot_keys():
                raise
            return self._read(purpose, token)

    def nonce(self, purpose: LinkPurpose, shown: str) -> str:
        """What a page carries, to tell when it was made, and that it was made here, to show this."""
        return self._nonces(purpose).sign(shown).decode()

    def nonce_age(self, purpose: LinkPurpose, shown: str, nonce: str) -> timedelta | None:
        """How long ago the page was made. None: not here, not for this purpose, or to show something else."""
        try:
            value, made_at = self._nonces(purpose).unsign(nonce, return_timestamp=True)
        except BadSignature:
            return self.nonce_age(purpose, shown, nonce) if self._forgot_keys() else None
        return datetime.now(UTC) - made_at if value.decode() == shown else None

    def _read(self, purpose: LinkPurpose, token: str) -> str:
        try:
            lifetime = int(LIFETIMES[purpose].total_seconds())
            return _unpacked(self._signer(purpose).unsign(token, max_age=lifetime))
        except SignatureExpired as error:
            raise ExpiredLink(_unpacked(error.payload or b"")) from error
        except (BadSignature, ValueError) as error:
            raise BadLink from error

    def _forgot_keys(self) -> bool:
        """Whether the keys are to be read anew: perhaps it was signed with one made since."""
        if self.clock() - self._read_at < _STALE_SECONDS:
            return False
        self._keys = []
        return True

    def _nonces(self, purpose: LinkPurpose) -> TimestampSigner:
        return self._signer(f"nonce.{purpose}", _MillisecondSigner)

    def _signer(self, purpose: str, kind: type[TimestampSigner] = TimestampSigner) -> TimestampSigner:
        if not self._keys or self.clock() - self._read_at > _FRESH_SECONDS:
            stored = self.client.get_parameter(Name=self.parameter, WithDecryption=True)
            self._keys = json.loads(stored["Parameter"]["Value"])
            self._read_at = self.clock()
        return kind(
            self._keys,
            salt=f"vaada.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
            algorithm=_ShortHmac(hashlib.sha256),
        )


def _unpacked(value: bytes) -> str:
    return from_bytes(base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4)))
