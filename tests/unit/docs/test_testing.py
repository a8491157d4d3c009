"""docs/testing.md: each rule has a place in the tests where it is stated again."""

from tests.unit.docs.documents import ROOT, in_backticks, table

RULES = ROOT / "layers" / "vaada" / "vaada" / "rules"
WITHOUT_RULES = {"rules/decisions.py", "rules/errors.py"}  # they are only what rules return and raise
ROWS = {
    next(in_backticks(rule)): list(in_backticks(places))
    for rule, places in table((ROOT / "docs" / "testing.md").read_text(encoding="utf-8"), "| Rule | Stated")
}


def test_every_rule_is_stated_again() -> None:
    modules = {f"rules/{path.relative_to(RULES)}" for path in RULES.rglob("*.py") if path.stem != "__init__"}

    assert ROWS.keys() == modules - WITHOUT_RULES


def test_each_rule_is_stated_again_in_tests() -> None:
    places = {place for row in ROWS.values() for place in row}

    assert all(ROWS.values())
    assert [place for place in sorted(places) if not (ROOT / place).is_file()] == []
