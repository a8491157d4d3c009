"""The keys of links, rotated on the deployed stack."""

import json
import re
from typing import Any

import pytest

from tests.e2e.desk import Desk, Person, link
from tests.e2e.operating import always_at_work, soon
from tests.times import HOUR, MINUTE
from vaada.gateways.keys import Keys
from vaada.gateways.links import BadLink, ExpiredLink, Links

KEYS_ARE_KEPT = 6 * MINUTE  # the time that functions cache the policy, and a little
pytestmark = pytest.mark.usefixtures("empty_queues")


class OnlyKey:
    """A fake of Parameter Store with this one key of links."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_parameters(self, **_: object) -> dict[str, Any]:
        values = {"links": json.dumps([self._key]), "addresses": ""}
        return {"Parameters": [{"Name": name, "Value": value} for name, value in values.items()]}


def keys(desk: Desk) -> list[str]:
    """The keys that sign links, the newest last."""
    stored = desk.cloud.client("ssm").get_parameter(Name="/vaada/vaada/link-keys", WithDecryption=True)
    found: list[str] = json.loads(stored["Parameter"]["Value"])
    return found


def is_signed_with(url: str, key: str) -> bool:
    try:
        keys = Keys(OnlyKey(key), "links", "addresses")  # type: ignore[arg-type]  # all it asks
        Links(keys, "").row_id("action", url.rsplit("/", 1)[1])
    except ExpiredLink:  # by the clock of this machine; the signature is checked first
        return True
    except BadLink:
        return False
    return True


def warned(desk: Desk, customer: Person, what: str) -> tuple[str, str]:
    """A promise whose warning is sent at once: its id, and the link in the mail."""
    agent = always_at_work(desk, f"Agent for {what}")
    promise = desk.promise(customer, agent, what, soon(desk, HOUR))
    return promise, link(desk.mail(agent), "a").partition("?")[0]


def test_a_link_survives_one_key_rotation_and_not_two(desk: Desk) -> None:
    customer = desk.customer("Lorenz Pohl")
    first, opened_before = warned(desk, customer, "Return the key")
    second, never_opened = warned(desk, customer, "Return the lock")
    page = desk.open(opened_before)
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
    assert nonce
    old = keys(desk)[-1]

    desk.invoke("RotateLinkKeys", {})
    desk.cloud.travel(KEYS_ARE_KEPT)

    assert keys(desk)[-2] == old
    third, new = warned(desk, customer, "Return the chain")
    assert is_signed_with(opened_before, old)
    assert is_signed_with(new, keys(desk)[-1])
    assert not is_signed_with(new, old)
    assert desk.open(never_opened).status_code == desk.open(new).status_code == 200
    assert desk.send(opened_before, do="kept", nonce=nonce[1]).status_code == 200
    assert desk.row(customer, first)["status"] == "kept"

    desk.invoke("RotateLinkKeys", {})
    desk.cloud.travel(KEYS_ARE_KEPT)

    refused, bad = desk.open(never_opened), desk.open(f"{new[:-4]}AAAA")
    assert (refused.status_code, refused.text) == (bad.status_code, bad.text)
    assert refused.status_code == 404
    assert desk.answer(never_opened, do="kept").status_code == 404
    assert desk.row(customer, second)["status"] == "open"
    assert desk.answer(new, do="kept").status_code == 200
    assert desk.row(customer, third)["status"] == "kept"
    desk.manager.post(f"/api/commitments/{second}/keep")
