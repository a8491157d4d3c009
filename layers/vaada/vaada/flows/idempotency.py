"""Carry out a request only once, however often it comes with the same `Idempotency-Key`.

The receipt is written in the same transaction as the effect. It contains only ids and hashes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.receipts import Receipt
from vaada.model.rows import Row

R = TypeVar("R")

_KEPT_FOR = timedelta(days=2)


class KeyReused(Exception):
    """The key was used before, for another request."""


@dataclass(frozen=True)
class Key:
    """The identity of a request: a hash of user, path and key, and a hash of the body."""

    receipt_id: str
    fingerprint: str
    now: datetime

    @classmethod
    def of(cls, *, user: str, path: str, key: str, body: bytes, now: datetime) -> "Key":
        """Return the key of this request. The hash of the body is keyed, so that it reveals nothing."""
        request_hash = hashlib.sha256("\n".join((user, path, key)).encode()).hexdigest()
        body_hash = hashlib.sha256(key.encode() + b"\n" + body).hexdigest()
        return cls(request_hash, body_hash, now)

    def receipt(self, result_id: str) -> Receipt:
        """Return the receipt to write with the effect."""
        return Receipt(
            receipt_id=self.receipt_id,
            fingerprint=self.fingerprint,
            result_id=result_id,
            expires_at=int((self.now + _KEPT_FOR).timestamp()),
        )


def do_once(desk: Desk, key: Key | None, act: Callable[[], R], recall: Callable[[str], R]) -> R:
    """Call `act`; or if the same key came before, call `recall` with the id of the row that `act` wrote then.

    `act` must make exactly one write, whose first row is its result. Raises KeyReused and whatever `act`
    raises.
    """
    if key is None:
        return act()
    result_id = _earlier_result(desk, key)
    if result_id is None:
        try:
            with desk.table.with_receipt(key.receipt):
                return act()
        except Conflict as conflict:
            if not any(isinstance(row, Receipt) for row in conflict.rows):
                raise
        result_id = _earlier_result(desk, key)  # another function carried out the same request
        if result_id is None:
            raise KeyReused
    return recall(result_id)


def _earlier_result(desk: Desk, key: Key) -> str | None:
    receipt: Row | None = desk.table.get(Receipt, key.receipt_id)
    if not isinstance(receipt, Receipt):
        return None
    if receipt.fingerprint != key.fingerprint:
        raise KeyReused
    return receipt.result_id
