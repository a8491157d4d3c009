"""The catalogues: complete, compiled, and found for every language tag."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from vaada.present.words import CATALOGUES, LOCALE, words

TRANSLATED = sorted(set(CATALOGUES) - {"en"})
STALE = "run `make messages`"


def catalogue(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def sentences(messages: Catalog) -> set[str]:
    return {str(message.id) for message in messages if message.id}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ur", "ur"),
        ("UR-pk", "ur"),
        ("ur-Arab-PK", "ur"),
        ("es-419", "es"),
        ("en-GB", "en"),
        ("xx", "en"),
        ("", "en"),
        ("../../etc", "en"),
    ],
)
def test_the_closest_catalogue_is_used(asked: str, found: str) -> None:
    assert words(asked).language == found


def test_dates_are_told_as_the_language_does() -> None:
    on = date(2026, 12, 8)
    assert [words(language).day(on) for language in ("en", "ur", "es", "ar")] == [
        "8 December",
        "8 دسمبر",
        "8 de diciembre",
        "8 ديسمبر",
    ]


def test_the_template_has_every_sentence_of_the_code(tmp_path: Path) -> None:
    fresh = tmp_path / "vaada.pot"
    config = LOCALE / "babel.toml"
    command = ["pybabel", "-q", "extract", "-F", str(config), "-o", str(fresh), str(LOCALE.parent)]
    CommandLineInterface().run(command)  # type: ignore[no-untyped-call]  # Babel's command line has no types
    assert sentences(catalogue(fresh)) == sentences(catalogue(LOCALE / "vaada.pot")), STALE


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_each_catalogue_has_every_sentence_and_is_compiled(language: str) -> None:
    compiled = CATALOGUES[language]
    messages = catalogue(compiled.with_suffix(".po"), language)
    assert sentences(messages) == sentences(catalogue(LOCALE / "vaada.pot")), STALE
    fresh = io.BytesIO()
    write_mo(fresh, messages)
    assert fresh.getvalue() == compiled.read_bytes(), STALE


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_sentence_is_translated_with_the_same_parts(language: str) -> None:
    for message in catalogue(CATALOGUES[language].with_suffix(".po"), language):
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            parts = re.compile(r"%\(\w+\)s")
            assert sorted(parts.findall(str(message.string))) == sorted(parts.findall(str(message.id)))


def test_every_catalogue_that_is_edited_is_compiled() -> None:
    assert {path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/vaada.po")} == set(CATALOGUES), STALE
