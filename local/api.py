"""A client of the HTTP API for one signed-in user."""

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
    """The API refused a call. `status` and `problem` are from its response."""

    def __init__(self, call: str, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = response.text
        super().__init__(f"{call} was answered {self.status}: {self.problem}")


class Api:
    """A client of the HTTP API for one user. It signs in again when the token has expired."""

    def __init__(self, cloud: Cloud, email: str, password: str) -> None:
        self._cognito: CognitoIdentityProviderClient = cloud.client("cognito-idp")
        self._client_id = cloud.outputs["UserPoolClientId"]
        self.email, self.password = email, password
        # Not all systems resolve names below .localhost, so the name is only in the Host header.
        host = {"Host": urlsplit(cloud.api_url).netloc}
        # One connection per call: when the clock jumps, an idle connection breaks or hangs.
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(
            base_url=cloud.endpoint, headers=host, limits=once, trust_env=False, timeout=60
        )
        self.sign_in()

    @classmethod
    def sign_up(cls, cloud: Cloud, email: str, group: Group) -> Api:
        """Create a user in a group, and sign in."""
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
        """Get a token, which is valid for an hour."""
        response = self._cognito.initiate_auth(
            ClientId=self._client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.email, "PASSWORD": self.password},
        )
        self.token = response["AuthenticationResult"]["IdToken"]

    def get(self, path: str, **query: str) -> Any:
        """GET a path such as `/api/commitments`. Returns the JSON. Raises Refused."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST to a path such as `/api/interactions`, with an idempotency key. Raises Refused."""
        return self._call("POST", path, json=body or {}, headers={"Idempotency-Key": secrets.token_hex(16)})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """PUT to a path such as `/api/policy`. Raises Refused."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """PATCH a path such as `/api/agents/{id}`. Raises Refused."""
        return self._call("PATCH", path, json=body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._send(method, path, options)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.sign_in()
            response = self._send(method, path, options)
        if response.is_error:
            raise Refused(f"{method} {path}", response)
        return response.json()

    def _send(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        headers = {**options.get("headers", {}), "Authorization": f"Bearer {self.token}"}
        try:
            return self._http.request(method, path, **{**options, "headers": headers})
        except httpx.TransportError as error:
            raise CloudError(f"{method} {path} got no response: {error or type(error).__name__}.") from error
