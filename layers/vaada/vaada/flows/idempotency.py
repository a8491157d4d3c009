"""Doing what was asked once, however often it is asked with the same `Idempotency-Key`.

The receipt is written in the same transaction as the effect. It carries ids and hashes only.
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
    """The key was used before, for something else."""


@dataclass(frozen=True)
class Key:
    """One request that may come more than once: who asked where with which key, and a hash of what for."""

    receipt_id: str
    fingerprint: str
    now: datetime

    @classmethod
    def of(cls, *, user: str, path: str, key: str, body: bytes, now: datetime) -> "Key":
        """The key of this request. The hash of the body is keyed by the key, so that it tells nothing."""
        where = hashlib.sha256("\n".join((user, path, key)).encode()).hexdigest()
        what = hashlib.sha256(key.encode() + b"\n" + body).hexdigest()
        return cls(where, what, now)

    def receipt(self, result_id: str) -> Receipt:
        """The receipt to write with the effect."""
        return Receipt(
            receipt_id=self.receipt_id,
            fingerprint=self.fingerprint,
            result_id=result_id,
            expires_at=int((self.now + _KEPT_FOR).timestamp()),
        )


def once(desk: Desk, key: Key | None, act: Callable[[], R], recall: Callable[[str], R]) -> R:
    """Call `act`, or `recall` with the id of the row that it wrote when the same key came before.

    `act` makes one write, whose first row is its result. Raises KeyReused and whatever `act` raises.
    """
    if key is None:
        return act()
    result_id = _carried_out(desk, key)
    if result_id is None:
        try:
            with desk.table.with_receipt(key.receipt):
                return act()
        except Conflict as conflict:
            if not any(isinstance(row, Receipt) for row in conflict.rows):
                raise
        result_id = _carried_out(desk, key)  # the same request was faster
        if result_id is None:
            raise KeyReused
    return recall(result_id)


def _carried_out(desk: Desk, key: Key) -> str | None:
    receipt: Row | None = desk.table.get(Receipt, key.receipt_id)
    if not isinstance(receipt, Receipt):
        return None
    if receipt.fingerprint != key.fingerprint:
        raise KeyReused
    return receipt.result_id
