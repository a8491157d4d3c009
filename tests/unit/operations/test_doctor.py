"""What `make doctor` says, and what its exit code does."""

from collections import Counter

import pytest

from operations.doctor import exit_code, lines_of
from vaada.model.readiness import Checked, Finding, State


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["ready", "ready"], 0),
        (["ready", "missing"], 1),
        (["missing", "unknown"], 1),
        (["ready", "unknown"], 3),
    ],
)
def test_the_exit_code_tells_whether_something_is_missing(states: list[State], code: int) -> None:
    assert exit_code(Counter(states)) == code


def test_the_remedy_stands_below_what_is_missing() -> None:
    missing = Finding("missing", "dead_letters_wait", {"counts": "StreamFailures: 2"})

    assert lines_of(Checked("dead_letters", missing)) == [
        "Dead letters: Dead letters wait: StreamFailures: 2.",
        "→ Mend the cause, then have them processed again.",
        "  make redrive",
        "  See docs/operations.md, Dead letters.",
    ]


def test_a_ready_check_is_one_line() -> None:
    ready = Finding("ready", "concurrency_enough", {"count": 1000})

    assert lines_of(Checked("concurrency", ready)) == [
        "Concurrency: The account may run 1000 functions at once."
    ]
