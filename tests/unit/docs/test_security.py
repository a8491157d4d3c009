"""docs/security.md lists every requirement of OWASP ASVS 5.0.0, and all its evidence exists."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.unit.docs.documents import ROOT
from tests.unit.docs.names import is_in_template, is_path, is_test

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

LEVEL_1 = """
    V1.2.1-5 V1.3.1-2 V1.5.1 V2.1.1 V2.2.1-2 V2.3.1 V3.2.1-2 V3.3.1 V3.4.1-2 V3.5.1-3 V4.1.1 V4.4.1 V5.2.1-2
    V5.3.1-2 V6.1.1 V6.2.1-8 V6.3.1-2 V6.4.1-2 V7.2.1-4 V7.4.1-2 V8.1.1 V8.2.1-2 V8.3.1 V9.1.1-3 V9.2.1
    V10.4.1-5 V11.3.1-2 V11.4.1 V12.1.1 V12.2.1-2 V13.4.1 V14.2.1 V14.3.1 V15.1.1 V15.2.1 V15.3.1
"""
LEVEL_2 = """
    V1.1.1-2 V1.2.6-9 V1.3.3-11 V1.4.1-3 V1.5.2 V2.1.2-3 V2.2.3 V2.3.2-4 V2.4.1 V3.3.2-4 V3.4.3-6 V3.5.4-5
    V3.7.1-2 V4.1.2-3 V4.2.1 V4.3.1-2 V4.4.2-4 V5.1.1 V5.2.3 V5.4.1-3 V6.1.2-3 V6.2.9-12 V6.3.3-4 V6.4.3-4
    V6.5.1-5 V6.6.1-3 V6.8.1-4 V7.1.1-3 V7.3.1-2 V7.4.3-5 V7.5.1-2 V7.6.1-2 V8.1.2 V8.2.3 V8.4.1 V9.2.2-4
    V10.1.1-2 V10.2.1-2 V10.3.1-4 V10.4.6-11 V10.5.1-5 V10.6.1-2 V10.7.1-3 V11.1.1-2 V11.2.1-3 V11.3.3
    V11.4.2-4 V11.5.1 V11.6.1 V12.1.2-3 V12.3.1-4 V13.1.1 V13.2.1-5 V13.3.1-2 V13.4.2-5 V14.1.1-2 V14.2.2-4
    V14.3.2-3 V15.1.2-3 V15.2.2-3 V15.3.2-7 V16.1.1 V16.2.1-5 V16.3.1-4 V16.4.1-3 V16.5.1-3 V17.1.1
    V17.2.1-4 V17.3.1-2
"""


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def cells(text: str) -> Iterator[list[str]]:
    """The rows of tables that begin with an id."""
    for line in text.splitlines():
        if line.startswith("| V"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def ids(text: str) -> list[str]:
    """The requirements that are named."""
    return re.findall(r"\bV\d+\.\d+\.\d+\b", text)


def ranged(text: str) -> Iterator[str]:
    """`V1.2.1-3` is V1.2.1, V1.2.2 and V1.2.3."""
    for part in text.split():
        where, _, numbers = part.rpartition(".")
        first, _, last = numbers.partition("-")
        yield from (f"{where}.{number}" for number in range(int(first), int(last or first) + 1))


LEVELS = dict.fromkeys(ranged(LEVEL_1), "L1") | dict.fromkeys(ranged(LEVEL_2), "L2")
MAP = list(cells(section("The map")))
NOT_APPLICABLE = "\n".join(
    re.findall(r"^Does not apply: .*?\n(?=\n|\Z)", section("The map"), re.MULTILINE | re.DOTALL)
)
EVIDENCE = sorted({place for row in MAP for place in re.findall(r"`([^`]+)`", row[4])})


def test_every_requirement_of_levels_one_and_two_is_listed_once() -> None:
    told = Counter([*(row[0] for row in MAP), *ids(NOT_APPLICABLE)])

    assert len(LEVELS) == 253
    assert told == Counter(LEVELS.keys())


def test_each_requirement_has_its_level() -> None:
    assert {row[0]: row[1] for row in MAP} == {row[0]: LEVELS[row[0]] for row in MAP}


def test_each_requirement_is_in_its_chapter() -> None:
    for chapter in section("The map").split("\n### ")[1:]:
        number = chapter.split(" ", 1)[0]
        assert {found.split(".", 1)[0] for found in ids(chapter)} == {number}


@pytest.mark.parametrize("row", MAP, ids=lambda row: row[0])
def test_each_requirement_is_explained_and_has_evidence(row: list[str]) -> None:
    assert len(row) == 5
    assert all(row)
    assert re.search(r"`[^`]+`|\]\(", row[4])


@pytest.mark.parametrize("place", EVIDENCE)
def test_each_piece_of_evidence_exists(place: str) -> None:
    assert is_test(place) if "::" in place else is_path(place) or is_in_template(place)


def requirements_marked(*marks: str) -> list[str]:
    return sorted(row[0] for row in MAP if row[3].startswith(marks))


def test_each_unmet_requirement_is_listed_with_its_risk() -> None:
    deviations = list(cells(section("Deviations")))

    assert sorted(one for row in deviations for one in ids(row[0])) == requirements_marked(
        "**In part.**", "**Not met.**"
    )
    assert all(len(row) == 4 and all(row) for row in deviations)


def test_each_requirement_kept_by_aws_is_listed() -> None:
    kept = list(cells(section("Kept by AWS, and not tested here")))

    assert sorted(one for row in kept for one in ids(row[0])) == requirements_marked("**AWS.**")
