"""Receipts: the requests already done for an `Idempotency-Key`, and the owners of e-mail addresses."""

from typing import ClassVar

from vaada.model.rows import Row


class Receipt(Row):
    """A request that was carried out. It is written in the same transaction as the request's effect.

    `fingerprint` is a hash of the request; `result_id` is the row it created. DynamoDB deletes the receipt
    some time after `expires_at` (epoch seconds).
    """

    kind_of_row: ClassVar[str] = "receipt"
    receipt_id: str
    fingerprint: str
    result_id: str
    expires_at: int


class EmailClaim(Row):
    """The one agent to whom an e-mail address belongs. It is looked up when a user signs in.

    `has_left`: the agent has left the business, and cannot sign in any more.
    """

    kind_of_row: ClassVar[str] = "email_claim"
    email_claim_id: str
    agent_id: str
    has_left: bool = False
