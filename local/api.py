"""A signed-in user of the HTTP API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import httpx

from local.cloud import Cloud
from local.errors import CloudError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

Group = Literal["agents", "managers"]


class Refused(CloudError):
    """The API refused a call. `status` and `problem` are its answer."""

    def __init__(self, call: str, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.problem = answer.text
        super().__init__(f"{call} was answered {self.status}: {self.problem}")


class Api:
    """The HTTP API as one user has it. Signs in again when its token has expired."""

    def __init__(self, cloud: Cloud, email: str, password: str) -> None:
        self._cognito: CognitoIdentityProviderClient = cloud.client("cognito-idp")
        self._client_id = cloud.outputs["UserPoolClientId"]
        self._credentials = {"USERNAME": email, "PASSWORD": password}
        # Python does not resolve names below .localhost everywhere, so the name goes in the Host header only.
        host = {"Host": urlsplit(cloud.api_url).netloc}
        # One connection for each call: one that waits is dropped, or hangs, when the clock jumps.
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(
            base_url=cloud.endpoint, headers=host, limits=once, trust_env=False, timeout=60
        )
        self.sign_in()

    @classmethod
    def sign_up(cls, cloud: Cloud, email: str, group: Group) -> Api:
        """A new user in a group, signed in."""
        cognito: CognitoIdentityProviderClient = cloud.client("cognito-idp")
        pool, password = cloud.outputs["UserPoolId"], secrets.token_urlsafe(12)
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        return cls(cloud, email, password)

    def sign_in(self) -> None:
        """Get a token; it lasts an hour."""
        answer = self._cognito.initiate_auth(
            ClientId=self._client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=self._credentials
        )
        self.token = answer["AuthenticationResult"]["IdToken"]

    def get(self, path: str, **query: str) -> Any:
        """Read, for example, `/api/commitments`."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do, for example, `/api/interactions`, exactly once."""
        return self._call("POST", path, json=body or {}, headers={"Idempotency-Key": secrets.token_hex(16)})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Replace, for example, `/api/policy`."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change, for example, `/api/agents/{id}`."""
        return self._call("PATCH", path, json=body)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _call(self, method: str, path: str, **what: Any) -> Any:
        answer = self._send(method, path, what)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.sign_in()
            answer = self._send(method, path, what)
        if answer.is_error:
            raise Refused(f"{method} {path}", answer)
        return answer.json()

    def _send(self, method: str, path: str, what: dict[str, Any]) -> httpx.Response:
        headers = {**what.get("headers", {}), "Authorization": f"Bearer {self.token}"}
        try:
            return self._http.request(method, path, **{**what, "headers": headers})
        except httpx.TransportError as error:
            raise CloudError(f"{method} {path} got no answer: {error or type(error).__name__}.") from error
