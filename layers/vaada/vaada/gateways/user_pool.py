"""The users of the console in Cognito's user pool: sign-in by its own pages, groups, sign-out.

The tokens are used once and not kept. The ID token needs no check of its signature, because it comes
straight from Cognito over TLS (OpenID Connect Core 1.0, 3.1.3.7).
"""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

SIGNED_IN, SIGNED_OUT = "/desk/signed-in", "/desk/signed-out"
"""The paths to which Cognito's pages lead back. No others work: see `ConsoleClient` in the template."""

_TIMEOUT = 5  # seconds


class NotSignedIn(Exception):
    """Cognito did not accept the code. It is used, too old, or not for this browser."""


class SignedInUser(NamedTuple):
    """Who signed in."""

    subject: str
    username: str
    email: str
    groups: frozenset[str]


@dataclass(frozen=True)
class UserPool:
    """The user pool, as the console's client. `origin` is that of Cognito's pages, `home` the console's."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str
    origin: str
    home: str

    def sign_in_url(self, state: str, verifier: str, language: str) -> str:
        """Return the address of the page that asks for the password (code flow with PKCE, RFC 7636)."""
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.home}{SIGNED_IN}",
            "scope": "openid email",
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "lang": language,
        }
        return f"{self.origin}/oauth2/authorize?{urlencode(query)}"

    def sign_out_url(self) -> str:
        """Return the address of the page that ends the sign-in at Cognito itself."""
        query = {"client_id": self.client_id, "logout_uri": f"{self.home}{SIGNED_OUT}"}
        return f"{self.origin}/logout?{urlencode(query)}"

    def user_of(self, code: str, verifier: str, now: datetime) -> SignedInUser:
        """Return who signed in, and revoke their refresh token, which is not needed. Raises NotSignedIn."""
        tokens = self._exchange(code, verifier)
        claims = _claims_of(tokens["id_token"])
        if claims["aud"] != self.client_id or claims["exp"] <= now.timestamp():
            raise NotSignedIn
        if refresh_token := tokens.get("refresh_token"):
            self.client.revoke_token(Token=refresh_token, ClientId=self.client_id)
        return SignedInUser(
            subject=str(claims["sub"]),
            username=str(claims["cognito:username"]),
            email=str(claims.get("email", "")),
            groups=frozenset(claims.get("cognito:groups", ())),
        )

    def groups_of(self, username: str) -> frozenset[str] | None:
        """Return the names of the user's groups now. None: the user is disabled or gone."""
        try:
            user = self.client.admin_get_user(UserPoolId=self.pool_id, Username=username)
        except self.client.exceptions.UserNotFoundException:
            return None
        if not user["Enabled"]:
            return None
        found = self.client.admin_list_groups_for_user(UserPoolId=self.pool_id, Username=username)
        return frozenset(group["GroupName"] for group in found["Groups"])

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.home}{SIGNED_IN}",
            "code": code,
            "code_verifier": verifier,
        }
        request = urllib.request.Request(  # noqa: S310 - the origin is the stack's own
            f"{self.origin}/oauth2/token",
            data=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310  # nosec B310 # as above
                tokens: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            error.close()
            raise NotSignedIn from error
        return tokens


def _claims_of(id_token: str) -> dict[str, Any]:
    payload = id_token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
