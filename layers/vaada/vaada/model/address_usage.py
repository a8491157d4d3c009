"""Address usage: when an address was written to, whichever customers have it."""

from typing import ClassVar

from pydantic import Field

from vaada.model.rows import Row
from vaada.model.times import Instant


class AddressUsage(Row):
    """What was sent to an address recently. The id is its keyed hash; the address is not stored.

    `asked_at`, `written_at` and `news_at` are as those of a customer. Two records of one person share the
    row, so that the person is not asked or written to twice. DynamoDB removes it some time after
    `expires_at` (epoch seconds). Version 0 is a row that was never written.
    """

    kind_of_row: ClassVar[str] = "address_usage"
    address_usage_id: str
    asked_at: dict[str, Instant] = Field(default_factory=dict)
    written_at: tuple[Instant, ...] = ()
    news_at: dict[str, Instant] = Field(default_factory=dict)
    expires_at: int = 0
