"""Who may sign in: a user of the user pool, as far as the desk knows."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["agent", "manager"]


@dataclass(frozen=True)
class UserAccount:
    """A user. `email` is in lower case. `has_signed_in`: they have chosen their own password."""

    email: str
    enabled: bool
    has_signed_in: bool
    is_manager: bool
