"""Who may sign in: the users in Cognito's user pool, by their e-mail addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vaada.model.user_accounts import Role, UserAccount

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

GROUPS: dict[Role, str] = {"agent": "agents", "manager": "managers"}
"""The group of the user pool for each role."""


@dataclass(frozen=True)
class Accounts:
    """Invites users, changes their roles, and allows or prevents their sign-in."""

    client: "CognitoIdentityProviderClient"
    pool_id: str

    def all(self) -> dict[str, UserAccount]:
        """Return all users by their addresses, in lower case."""
        pages = self.client.get_paginator("list_users_in_group")
        found = pages.paginate(UserPoolId=self.pool_id, GroupName=GROUPS["manager"])
        managers = {_email(user["Attributes"]) for page in found for user in page["Users"]}
        users = self.client.get_paginator("list_users").paginate(UserPoolId=self.pool_id)
        return {one.email: one for page in users for one in _accounts(page["Users"], managers)}

    def invite(self, email: str, role: Role, agent_id: str | None = None) -> bool:
        """Add a user in the group of this role; Cognito mails a password. Returns False if the user exists.

        The mail is in the language of the agent with this id, which `write_account_mail` reads.
        """
        try:
            self.client.admin_create_user(
                UserPoolId=self.pool_id,
                Username=email,
                DesiredDeliveryMediums=["EMAIL"],
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                ],
                ClientMetadata=_metadata(agent_id),
            )
            is_new = True
        except self.client.exceptions.UsernameExistsException:
            is_new = False
        self.add(email, role)
        return is_new

    def invite_again(self, email: str, agent_id: str) -> None:
        """Mail a new first password. Nothing happens to a user who has chosen their own password."""
        try:
            self.client.admin_create_user(
                UserPoolId=self.pool_id,
                Username=email,
                DesiredDeliveryMediums=["EMAIL"],
                MessageAction="RESEND",
                ClientMetadata=_metadata(agent_id),
            )
        except self.client.exceptions.UnsupportedUserStateException:
            return

    def add(self, email: str, role: Role) -> None:
        """Add a user to the group of this role. Nothing happens if the user is in it."""
        self.client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=email, GroupName=GROUPS[role])

    def change_role(self, email: str, role: Role) -> None:
        """Move a user to the group of this role. Nothing happens if there is no such user."""
        other: Role = "agent" if role == "manager" else "manager"
        try:
            self.add(email, role)
            self.client.admin_remove_user_from_group(
                UserPoolId=self.pool_id, Username=email, GroupName=GROUPS[other]
            )
        except self.client.exceptions.UserNotFoundException:
            return

    def let_in(self, email: str) -> None:
        """Allow a user to sign in again. Nothing happens if there is no such user."""
        try:
            self.client.admin_enable_user(UserPoolId=self.pool_id, Username=email)
        except self.client.exceptions.UserNotFoundException:
            return

    def keep_out(self, email: str) -> None:
        """Prevent a user from signing in. Nothing happens if there is no such user."""
        try:
            self.client.admin_disable_user(UserPoolId=self.pool_id, Username=email)
        except self.client.exceptions.UserNotFoundException:
            return


def _accounts(users: Any, managers: set[str]) -> Iterator[UserAccount]:
    for user in users:
        email = _email(user["Attributes"])
        yield UserAccount(
            email, user["Enabled"], user["UserStatus"] != "FORCE_CHANGE_PASSWORD", email in managers
        )


def _email(attributes: Any) -> str:
    return next((str(each["Value"]).casefold() for each in attributes if each["Name"] == "email"), "")


def _metadata(agent_id: str | None) -> dict[str, str]:
    return {"agent_id": agent_id} if agent_id else {}
