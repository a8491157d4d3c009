"""Names of tests: at most 80 characters, so that they can be read at a glance."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))


def names_of_tests(path: Path) -> Iterator[str]:
    """The names of all test functions in a file, those in classes too."""
    for node in ast.walk(ast.parse((TESTS / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_name_of_a_test_has_at_most_80_characters(path: Path) -> None:
    assert [name for name in names_of_tests(path) if len(name) > 80] == []
