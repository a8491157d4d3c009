"""The words for the result of a check: each finding has some, and they say what to do."""

import re
from pathlib import Path

import pytest

from tests.unit.present.builders import LANGUAGES
from tests.unit.rules.test_readiness import findings
from vaada.model.readiness import Checked, Finding
from vaada.present.i18n import words
from vaada.present.readiness import WORDINGS, CheckedWords, checked_words

ROOT = Path(__file__).parents[3]
FINDINGS = findings()


def told(finding: Finding, language: str = "en") -> CheckedWords:
    return checked_words(Checked("keys", finding), words(language))


def test_there_are_words_for_each_finding_and_no_others() -> None:
    assert WORDINGS.keys() == {finding.key for finding in FINDINGS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("finding", FINDINGS, ids=lambda one: one.key)
def test_what_is_not_ready_comes_with_its_remedy(finding: Finding, language: str) -> None:
    said = told(finding, language)

    assert said.reason
    assert bool(said.remedy) == (finding.state != "ready")
    assert not re.search(r"%\(|%s", f"{said.reason} {said.remedy} {said.command}")


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda one: one.key)
def test_a_place_in_the_documentation_exists(finding: Finding) -> None:
    for place in filter(None, told(finding).place.split("; ")):
        path, section = place.split(", ", 1)
        page = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^#+ {section.partition(', step')[0]}$", page, re.MULTILINE), place


def test_values_stand_in_the_reason_the_remedy_and_the_command() -> None:
    said = told(Finding("missing", "sender_unknown", {"domain": "shop.example"}))
    limits = {"policy_second": 10, "policy_day": 500, "second": 1, "day": 200}

    assert said.command == "aws sesv2 create-email-identity --email-identity shop.example"
    assert "10 mails a second" in told(Finding("missing", "mail_limits_exceeded", limits)).reason
    assert "mails_a_day to 200" in told(Finding("missing", "mail_limits_exceeded", limits)).remedy


def test_a_name_in_latin_letters_is_isolated_in_a_sentence_from_right_to_left() -> None:
    finding = Finding("missing", "agents_opted_out", {"agents": "amina"})

    assert "\u2068amina\u2069" in told(finding, "ur").reason
    assert "amina" in told(finding, "de").reason
