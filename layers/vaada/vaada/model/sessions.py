"""Sign-ins to the console: each is one browser of one user."""

from typing import ClassVar

from vaada.model.rows import Row
from vaada.model.times import Instant


class Session(Row):
    """One sign-in. `session_id` is the hash of the secret in the browser's cookie, which is not stored.

    `subject` and `username` are the user's in the user pool. What they may do was read from there at
    `checked_at`: `user_id` is written to histories, and a manager does not have to be an agent. `browser`
    is its name, such as "Firefox, Android". DynamoDB deletes the row some time after `expires_at` (epoch
    seconds).
    """

    kind_of_row: ClassVar[str] = "session"
    session_id: str
    subject: str
    username: str
    email: str
    user_id: str
    is_manager: bool
    agent_id: str | None = None
    browser: str
    started_at: Instant
    used_at: Instant
    checked_at: Instant
    expires_at: int
