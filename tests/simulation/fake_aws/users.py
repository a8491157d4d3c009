"""Cognito's user pool: who may sign in, in which group, and who was mailed a first password."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import (
    UnsupportedUserStateException,
    UsernameExistsException,
    UserNotFoundException,
    error,
)


@dataclass
class User:
    """A user who was invited."""

    groups: set[str] = field(default_factory=set)
    enabled: bool = True


class Users:
    """The users, by their addresses in lower case. Nobody has signed in yet."""

    class exceptions:  # noqa: N801 - botocore's name for it
        UsernameExistsException = UsernameExistsException
        UserNotFoundException = UserNotFoundException
        UnsupportedUserStateException = UnsupportedUserStateException

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.users: dict[str, User] = {}

    def admin_create_user(self, *, Username: str, MessageAction: str = "", **_: object) -> None:  # noqa: N803
        """Make a user, or mail another first password."""

        def effect() -> None:
            if MessageAction == "RESEND":
                self._user(Username)
            elif Username.casefold() in self.users:
                raise error("UsernameExistsException")
            else:
                self.users[Username.casefold()] = User()

        self._calls.make("AdminCreateUser", effect)

    def admin_add_user_to_group(self, *, Username: str, GroupName: str, **_: object) -> None:  # noqa: N803
        self._change("AdminAddUserToGroup", Username, lambda user: user.groups.add(GroupName))

    def admin_remove_user_from_group(self, *, Username: str, GroupName: str, **_: object) -> None:  # noqa: N803
        self._change("AdminRemoveUserFromGroup", Username, lambda user: user.groups.discard(GroupName))

    def admin_enable_user(self, *, Username: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        self._change("AdminEnableUser", Username, lambda user: setattr(user, "enabled", True))

    def admin_disable_user(self, *, Username: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        self._change("AdminDisableUser", Username, lambda user: setattr(user, "enabled", False))

    def get_paginator(self, operation: str) -> "_Pages":
        """The pages of a list of users."""
        return _Pages(self, operation)

    def _change(self, call: str, username: str, act: Callable[[User], object]) -> None:
        self._calls.make(call, lambda: act(self._user(username)))

    def _user(self, username: str) -> User:
        if (user := self.users.get(username.casefold())) is None:
            raise error("UserNotFoundException")
        return user

    def told(self, group: str) -> list[dict[str, Any]]:
        """The users of a group, or all users, as Cognito returns them."""
        return [
            {
                "Attributes": [{"Name": "email", "Value": email}],
                "Enabled": user.enabled,
                "UserStatus": "FORCE_CHANGE_PASSWORD",
            }
            for email, user in self.users.items()
            if not group or group in user.groups
        ]

    def listed(self, operation: str, group: str) -> list[dict[str, Any]]:
        """List users, as one call."""
        return self._calls.make(operation, lambda: self.told(group))


@dataclass(frozen=True)
class _Pages:
    users: Users
    operation: str

    def paginate(self, *, GroupName: str = "", **_: object) -> Iterator[dict[str, Any]]:  # noqa: N803
        yield {"Users": self.users.listed(self.operation, GroupName)}
