"""What is made of pip-audit's list of what we use."""

import pytest

from local import audit

KNOWN = {"name": "jinja2", "version": "3.1.4", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}]}


def test_a_weakness_is_named_with_the_version_that_mends_it() -> None:
    assert list(audit.findings([KNOWN])) == ["jinja2 3.1.4: PYSEC-1, mended in 3.1.6"]


def test_what_could_not_be_looked_up_is_a_finding() -> None:
    unknown = {"name": "ours", "skip_reason": "not on PyPI"}

    assert list(audit.findings([unknown])) == ["ours: not on PyPI"]


def test_a_weakness_that_does_not_concern_us_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACCEPTED, "PYSEC-1", "we render no templates of strangers")

    assert list(audit.findings([KNOWN, {"name": "six", "version": "1", "vulns": []}])) == []
