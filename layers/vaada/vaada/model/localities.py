"""Countries, and the languages that the desk writes in."""

from typing import Annotated

from pydantic import AfterValidator

WRITTEN_LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "pt", "ur")
"""The languages that messages and pages are written in."""


def country_problem(code: str) -> str | None:
    """Return what is wrong with the code of a country, or None."""
    import phonenumbers  # imported only here, because policies and deployments are rare

    if code in phonenumbers.SUPPORTED_REGIONS:
        return None
    return f"{code!r} is not the two letters of a country (ISO 3166), such as GB"


def language_problem(language: str) -> str | None:
    """Return what is wrong with a language to write in, or None. Region and script do not matter."""
    if language.partition("-")[0].lower() in WRITTEN_LANGUAGES:
        return None
    return f"{language!r} is none of the languages {', '.join(WRITTEN_LANGUAGES)}"


def _country(code: str) -> str:
    if problem := country_problem(code):
        raise ValueError(problem)
    return code


def _written(language: str) -> str:
    if problem := language_problem(language):
        raise ValueError(problem)
    return language


Country = Annotated[str, AfterValidator(_country)]
"""A country's two letters (ISO 3166)."""

WrittenLanguage = Annotated[str, AfterValidator(_written)]
"""A language that messages are written in, such as en or pt-BR."""
