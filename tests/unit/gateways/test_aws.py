"""The clients of AWS: how long they wait, how often they try, and where their calls go."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.session import Session

from vaada.gateways import aws

CLIENTS: dict[str, Callable[[], Any]] = {
    name: value.__wrapped__  # which makes a new client, and leaves alone the one that other tests share
    for name, value in vars(aws).items()
    if hasattr(value, "cache_clear") and name != "session"
}
SENDING = {"ses", "sns", "social_messaging"}
LARGE = {"storage": 30}  # seconds, for a mail of 40 MB
READ_TIMEOUTS = {**dict.fromkeys(SENDING, 10), "slow_functions": aws.LONG_READ_TIMEOUT}
"""In seconds; that of all others is 5."""


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_gives_up_within_seconds(name: str) -> None:
    config = CLIENTS[name]().meta.config

    assert config.connect_timeout == 2
    assert config.read_timeout == {**READ_TIMEOUTS, **LARGE}.get(name, 5)


@pytest.mark.parametrize("name", CLIENTS)
def test_clients_that_send_or_take_long_make_one_attempt(name: str) -> None:
    retries = CLIENTS[name]().meta.config.retries

    assert retries == {"mode": "standard", "total_max_attempts": 1 if name in READ_TIMEOUTS else 3}


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "vaada", "Key": {"pk": {"S": "1"}, "sk": {"S": "1"}}}),
    "sesv2": (
        "send_email",
        {
            "FromEmailAddress": "desk@example.com",
            "Destination": {"ToAddresses": ["bilal@example.com"]},
            "Content": {"Raw": {"Data": b"Subject: Hello\r\n\r\n"}},
        },
    ),
}
PLACES: dict[str, dict[str, str]] = {
    "in a region": {"AWS_DEFAULT_REGION": "eu-central-1"},
    "in China": {"AWS_DEFAULT_REGION": "cn-north-1"},
    "in a local cloud": {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://localhost:4566"},
    "by FIPS": {"AWS_DEFAULT_REGION": "us-east-1", "AWS_USE_FIPS_ENDPOINT": "true"},
    "by IPv6": {"AWS_DEFAULT_REGION": "us-east-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("service", CALLS)
def test_a_call_goes_where_botocores_own_goes_and_is_signed_for_it(
    place: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**PLACES[place], "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "key"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws, "session", cache(aws.session.__wrapped__))
    session: Any = Session()
    own: Any = aws.dynamodb.__wrapped__() if service == "dynamodb" else aws.ses.__wrapped__()

    assert own._ruleset_resolver is None
    assert sent_by(own, *CALLS[service]) == sent_by(session.create_client(service), *CALLS[service])


def sent_by(client: Any, method: str, params: dict[str, Any]) -> tuple[str, str]:
    """The address that a call goes to, and for which day, region and service it is signed."""
    requests: list[Any] = []

    def respond(request: Any, **_: object) -> AWSResponse:
        requests.append(request)
        headers: Any = HeadersDict({})
        raw: Any = SimpleNamespace(stream=lambda **_: iter((b"{}",)))
        return AWSResponse(request.url, 200, headers, raw)

    client.meta.events.register_first("before-send", respond)
    getattr(client, method)(**params)
    [request] = requests
    authorization = request.headers["Authorization"]
    signed = authorization if isinstance(authorization, str) else authorization.decode()
    return request.url, signed.partition("Credential=")[2].partition(",")[0]
