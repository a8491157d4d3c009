"""Holding: which rows wait for the release."""

import pytest

from tests.unit.rows import policy
from vaada.gateways.items import KINDS
from vaada.model.rows import DueRow
from vaada.rules.hold import waits_for_release

DUE = sorted(name for name, kind in KINDS.items() if issubclass(kind, DueRow))


@pytest.mark.parametrize("kind", DUE)
def test_nothing_waits_unless_sending_is_held(kind: str) -> None:
    assert not waits_for_release(kind, policy())


def test_all_wait_but_what_sends_nothing() -> None:
    held = policy(sending={"held": True})

    assert [kind for kind in DUE if not waits_for_release(kind, held)] == [
        "case",
        "departure",
        "erasure",
        "interaction",
        "relationship",
    ]
