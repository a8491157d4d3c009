"""Pace: how much of a limit is used up, by all functions together."""

from typing import ClassVar

from vaada.model.rows import Row


class RateCount(Row):
    """What is used up in a day, an hour or a month of UTC: so many mails, texts or forms, or so much money.

    `free_at` is when a limit per second is wholly free again, in microseconds since 1970. Money is counted in
    thousandths of a cent. No two writes have the same `mark`: without one, two functions that count the same
    step would each take the other's write for their own. DynamoDB removes it some time after `expires_at`
    (epoch seconds).
    """

    kind_of_row: ClassVar[str] = "pace"
    pace_id: str
    count: int
    free_at: int | None = None
    mark: str | None = None
    expires_at: int
