"""Countries, and the languages that the desk writes in."""

import pytest

from vaada.model.localities import WRITTEN_LANGUAGES, country_problem, language_problem
from vaada.present.i18n import CATALOGUES


def test_the_languages_are_those_that_have_words() -> None:
    assert set(CATALOGUES) == set(WRITTEN_LANGUAGES)


@pytest.mark.parametrize("code", ["GB", "PK", "US", "DE", "IN", "BR"])
def test_a_country_is_known(code: str) -> None:
    assert country_problem(code) is None


@pytest.mark.parametrize("code", ["UK", "XX", "gb", ""])
def test_a_misspelt_country_is_not_known(code: str) -> None:
    assert country_problem(code) == f"{code!r} is not the two letters of a country (ISO 3166), such as GB"


@pytest.mark.parametrize("language", ["en", "EN", "pt-BR", "ur-Arab-PK"])
def test_a_language_is_written_in_whatever_its_region(language: str) -> None:
    assert language_problem(language) is None


@pytest.mark.parametrize("language", ["it", "urdu", "", "eng"])
def test_a_language_that_has_no_words_is_a_problem(language: str) -> None:
    assert language_problem(language) is not None
