"""The keys of links and addresses: read together, and cached."""

from typing import Any

import pytest

from vaada.gateways.keys import Keys, KeyUnavailable


class Parameters:
    """Parameter Store with these parameters, which remembers what it was asked for."""

    def __init__(self, **stored: str) -> None:
        self.stored = stored
        self.asked: list[list[str]] = []

    def get_parameters(self, *, Names: list[str], **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        self.asked.append(Names)
        found = [name for name in Names if name in self.stored]
        return {"Parameters": [{"Name": name, "Value": self.stored[name]} for name in found]}


def keys_in(parameters: Parameters) -> Keys:
    return Keys(parameters, "links", "addresses")  # type: ignore[arg-type]  # all it asks


def test_a_function_that_signs_links_reads_both_keys_in_one_call() -> None:
    parameters = Parameters(links='["older", "newer"]', addresses="key")
    keys = keys_in(parameters)

    assert (keys.link_keys(), keys.address_key()) == (["older", "newer"], b"key")
    assert parameters.asked == [["links", "addresses"]]


def test_a_function_that_only_hashes_addresses_reads_no_key_of_links() -> None:
    parameters = Parameters(addresses="key")

    assert keys_in(parameters).address_key() == b"key"
    assert parameters.asked == [["addresses"]]


def test_a_key_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyUnavailable, match="addresses"):
        keys_in(Parameters(links='["key"]')).link_keys()
