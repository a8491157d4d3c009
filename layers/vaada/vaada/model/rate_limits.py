"""Rate limits: how much of a limit is used, by all functions together."""

from typing import ClassVar

from vaada.model.rows import Row


class RateCount(Row):
    """What was used in one hour, day or month of UTC: a count of mails, SMS or forms, or an amount of money.

    `free_at` is when a limit per second is fully free again, in microseconds since 1970. Money is counted in
    thousandths of a cent. `mark` is different at every write: without it, two functions that write the same
    count could not tell whose write succeeded. DynamoDB deletes the row some time after `expires_at` (epoch
    seconds).
    """

    kind_of_row: ClassVar[str] = "pace"
    pace_id: str
    count: int
    free_at: int | None = None
    mark: str | None = None
    expires_at: int
