"""Carry out a request only once, however often it comes with the same `Idempotency-Key`.

The receipt is written in the same transaction as the effect. It contains only ids and hashes.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from vaada.desk import Desk
from vaada.model.receipts import Receipt
from vaada.model.rows import Row

R = TypeVar("R")

_KEPT_FOR = timedelta(days=2)


class KeyReused(Exception):
    """The key was used before, for another request."""


class Key(NamedTuple):
    """The identity of a request: a hash of user, path and key, and a hash of the body."""

    receipt_id: str
    fingerprint: str
    now: datetime
    kept_for: timedelta = _KEPT_FOR

    @classmethod
    def of(
        cls,
        *,
        user: str,
        path: str,
        key: str,
        body: bytes,
        now: datetime,
        kept_for: timedelta = _KEPT_FOR,
    ) -> "Key":
        """Return the key of this request. The hash of the body is keyed, so that it reveals nothing."""
        request_hash = hashlib.sha256("\n".join((user, path, key)).encode()).hexdigest()
        body_hash = hashlib.sha256(key.encode() + b"\n" + body).hexdigest()
        return cls(request_hash, body_hash, now, kept_for)

    def part(self, name: str) -> "Key":
        """Return the key of a part of the request that is written on its own."""
        part = hashlib.sha256(f"{self.receipt_id}/{name}".encode()).hexdigest()
        return Key(part, self.fingerprint, self.now, self.kept_for)

    def receipt(self, result_id: str) -> Receipt:
        """Return the receipt to write with the effect."""
        return Receipt(
            receipt_id=self.receipt_id,
            fingerprint=self.fingerprint,
            result_id=result_id,
            expires_at=int((self.now + self.kept_for).timestamp()),
        )


def do_once(desk: Desk, key: Key | None, act: Callable[[], R], recall: Callable[[str], R]) -> R:
    """Call `act`; or if the same key came before, call `recall` with the id of the row that `act` wrote then.

    `act` must make exactly one write, whose first row is its result. Raises KeyReused and whatever `act`
    raises.
    """
    if key is None:
        return act()
    result_id = earlier_result(desk, key)
    if result_id is None:
        try:
            with desk.table.with_receipt(key.receipt):
                return act()
        except Exception:
            # Another function may have carried out the same request, so that it is no longer possible.
            desk.table.forget_step()
            result_id = earlier_result(desk, key)
            if result_id is None:
                raise
    desk.table.forget_step()  # rows that were read before the receipt may be outdated
    return recall(result_id)


def earlier_result(desk: Desk, key: Key) -> str | None:
    """Return the id of the row that the same request wrote before, or None. Raises KeyReused."""
    receipt: Row | None = desk.table.get(Receipt, key.receipt_id)
    if not isinstance(receipt, Receipt):
        return None
    if receipt.fingerprint != key.fingerprint:
        raise KeyReused
    return receipt.result_id
