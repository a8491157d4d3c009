"""Signed links: short, for one purpose, expiring, and valid over a rotation of keys."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.unit.rows import MONDAY, row_id
from vaada.gateways.keys import Keys
from vaada.gateways.links import LIFETIMES, BadLink, ExpiredLink, LinkPurpose, Links


class Parameters:
    """A fake of the parameters with the keys."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.reads = 0

    def get_parameters(self, **_: object) -> dict[str, Any]:
        self.reads += 1
        values = {"/link-keys": json.dumps(self.keys), "/address-key": "a key"}
        return {"Parameters": [{"Name": name, "Value": value} for name, value in values.items()]}


class Clock:
    """Seconds since the process began."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def links_with(parameters: Parameters, clock: Clock | None = None) -> Links:
    keys = Keys(parameters, "/link-keys", "/address-key", clock or Clock())  # type: ignore[arg-type]  # all it asks
    return Links(keys, "https://desk.example.com")


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def test_a_link_is_valid_for_its_own_purpose_only() -> None:
    links = links_with(Parameters("key"))
    token = token_of(links.url("survey", row_id(1)))

    assert links.row_id("survey", token) == row_id(1)
    for purpose in ("action", "unsubscribe"):
        with pytest.raises(BadLink):
            links.row_id(purpose, token)


def test_a_link_is_short_enough_for_a_text_in_any_script() -> None:
    url = links_with(Parameters("key")).url("survey", row_id(1))
    api_gateway = "https://a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com"

    assert len(api_gateway) + len(url.removeprefix("https://desk.example.com")) <= 120


@pytest.mark.parametrize("purpose", ["survey", "action", "unsubscribe", "event"])
def test_an_expired_link_is_refused_and_still_names_its_row(purpose: LinkPurpose) -> None:
    links = links_with(Parameters("key"))
    with time_machine.travel(MONDAY, tick=False) as clock:
        token = token_of(links.url(purpose, row_id(1)))
        clock.shift(LIFETIMES[purpose])
        assert links.row_id(purpose, token) == row_id(1)
        clock.shift(timedelta(seconds=1))
        with pytest.raises(ExpiredLink) as expired:
            links.row_id(purpose, token)
    assert expired.value.row_id == row_id(1)


def test_no_link_lives_longer_than_its_key() -> None:
    assert max(LIFETIMES.values()) < timedelta(days=90)


def test_a_link_signed_with_a_new_key_is_verified_within_a_minute() -> None:
    keys, clock = Parameters("old"), Clock()
    here = links_with(keys, clock)
    here.url("survey", row_id(1))
    keys.keys = ("old", "new")
    token = token_of(links_with(keys).url("survey", row_id(2)))

    clock.seconds += 60

    assert here.row_id("survey", token) == row_id(2)


def test_many_bad_links_read_the_keys_once() -> None:
    keys = Parameters("key")
    links = links_with(keys)
    for n in range(100):
        with pytest.raises(BadLink):
            links.row_id("survey", f"made.up.{n}")

    assert keys.reads == 1


def test_the_newer_key_signs_and_both_keys_verify() -> None:
    old, both, new = (
        links_with(Parameters("old")),
        links_with(Parameters("old", "new")),
        links_with(Parameters("new")),
    )
    token = token_of(both.url("survey", row_id(1)))

    assert new.row_id("survey", token) == row_id(1)
    assert both.row_id("survey", token_of(old.url("survey", row_id(2)))) == row_id(2)
    with pytest.raises(BadLink):
        old.row_id("survey", token)


def test_a_nonce_is_valid_for_one_purpose_and_row_and_tells_its_age() -> None:
    links = links_with(Parameters("key"))
    with time_machine.travel(MONDAY, tick=False) as clock:
        nonce = links.nonce("action", row_id(1))
        clock.shift(timedelta(milliseconds=1500))

        assert links.nonce_age("action", row_id(1), nonce) == timedelta(milliseconds=1500)
        assert links.nonce_age("survey", row_id(1), nonce) is None
        assert links.nonce_age("action", row_id(2), nonce) is None
        assert links.nonce_age("action", row_id(1), token_of(links.url("action", row_id(1)))) is None
