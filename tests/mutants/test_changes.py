"""The changes that are tried: each is Python, at its place, and changes nothing else."""

import ast
from pathlib import Path

import pytest

from tests.mutants.changes import Change, changes_of
from tests.mutants.trial import PRODUCT


def changed(directory: Path, source: str) -> set[str]:
    path = directory / "module.py"
    path.write_text(source, encoding="utf-8")
    return {change.apply() for change in changes_of(path)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ok = a < b\n", {"ok = a <= b\n"}),
        ("ok = a and b\n", {"ok = (a or b)\n", "ok = (a)\n", "ok = (b)\n"}),
        ("ok = not a\n", {"ok = (a)\n"}),
        ("at = row.due_at\n", {"at = row.wake_at\n"}),
        ("row = change(row, by=by)\n", {"row = change(row)\n"}),
        ("name = 'é' + name\n", {"name = ('é' - name)\n"}),
        ("n = 3\n", {"n = 4\n"}),
        ("desk.write(row)\n", {"pass\n"}),
    ],
)
def test_a_change_is_a_small_mistake(tmp_path: Path, source: str, expected: set[str]) -> None:
    assert changed(tmp_path, source) == expected


@pytest.mark.parametrize(
    "source",
    ['"""Text."""\n', "from a import b\n", "x: list[int]\n", "raise Wrong(1 + 1)\n", "logger.info(1)\n"],
)
def test_code_that_does_nothing_is_not_changed(tmp_path: Path, source: str) -> None:
    assert changed(tmp_path, source) == set()


def test_every_change_of_a_module_can_be_parsed() -> None:
    changes = list(changes_of(PRODUCT / "rules" / "commitments.py"))

    assert len(changes) > 100
    assert all(isinstance(each, Change) and ast.parse(each.apply()) for each in changes)
