"""The clients of AWS: how long they wait, and how often they try."""

from collections.abc import Callable
from typing import Any

import pytest

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
