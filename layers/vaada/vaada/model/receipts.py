"""Receipts: what was already done for an `Idempotency-Key`."""

from typing import ClassVar

from vaada.model.rows import Row


class Receipt(Row):
    """A request that was carried out, written in the same transaction as its effect.

    `fingerprint` is a hash of what was asked; `result_id` is the row that came of it. DynamoDB removes it
    some time after `expires_at` (epoch seconds).
    """

    kind_of_row: ClassVar[str] = "receipt"
    receipt_id: str
    fingerprint: str
    result_id: str
    expires_at: int


class EmailClaim(Row):
    """The one agent that an e-mail address belongs to; it is how a signed-in user is found."""

    kind_of_row: ClassVar[str] = "email_claim"
    email_claim_id: str
    agent_id: str
