"""Pace: how many texts went out on a day, to everybody and to each number."""

from typing import ClassVar

from vaada.model.rows import Row


class Pace(Row):
    """A count of a day (UTC). DynamoDB removes it some time after `expires_at` (epoch seconds)."""

    kind_of_row: ClassVar[str] = "pace"
    pace_id: str
    count: int
    expires_at: int
