"""The findings of `make audit`: what pip-audit reports, as one line each."""

import pytest

from local import audit

KNOWN = {"name": "jinja2", "version": "3.1.4", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}]}


def test_a_vulnerability_is_listed_with_the_version_that_fixes_it() -> None:
    assert list(audit.weaknesses([KNOWN])) == ["jinja2 3.1.4: PYSEC-1, fixed in 3.1.6"]


def test_a_package_that_cannot_be_looked_up_is_a_finding() -> None:
    unknown = {"name": "ours", "skip_reason": "not on PyPI"}

    assert list(audit.weaknesses([unknown])) == ["ours: not on PyPI"]


def test_an_accepted_vulnerability_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACCEPTED, "PYSEC-1", "we render no templates of strangers")

    assert list(audit.weaknesses([KNOWN, {"name": "six", "version": "1", "vulns": []}])) == []
