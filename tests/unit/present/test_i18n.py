"""The translations: complete, compiled, and found for every language tag."""

import io
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.unit.present.builders import DIRECTIONS, KINDS, LANGUAGES
from vaada.present.i18n import CATALOGUES, LOCALE, preferred, readable, words

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
        ("pt-BR", "pt"),
        ("hi-IN", "hi"),
        ("en-GB", "en"),
        ("xx", "en"),
        ("", "en"),
        ("../../etc", "en"),
    ],
)
def test_the_closest_catalogue_is_used(asked: str, found: str) -> None:
    assert words(asked).language == found


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        *(("pt_BR", "pt"), ("pt-BR", "pt"), ("PT-br", "pt"), ("de-Latn-AT", "de"), ("ur-Arab-PK", "ur")),
        *(("ur-Aran", "ur"), ("ar-EG", "ar"), ("hi-Deva", "hi"), ("urd", "ur"), ("es-419", "es")),
        # Without a catalogue, or in a script that the catalogue is not written in: the business's language.
        *(("iw", "de"), ("he", "de"), ("zh-Hant", "de"), ("zh_Hant_TW", "de"), ("ur-Latn", "de")),
        *(
            ("hi-Latn", "de"),
            ("ar-Latn", "de"),
            ("en-Cyrl", "de"),
            ("x-klingon", "de"),
            (None, "de"),
            ("", "de"),
        ),
    ],
)
def test_a_reader_gets_their_language_or_that_of_the_business(wanted: str | None, expected: str) -> None:
    assert words(readable(wanted, "de-AT")).language == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        *(("de", "de"), ("de; q=0.9", "de"), ("de ;q = 0.9, ur;q=0.5", "de"), ("ur;q=0.5, de; q=0.9", "de")),
        *(("de;Q=0.1,ur", "ur"), ("zh-Hant, ur-Latn, fr;q=0.2", "fr"), ("de;q=0, es;q=0.001", "es")),
        *(("", None), ("*", None), ("iw,zh", None), (",;q=1, ;", None), ("de;q=0", None)),
    ],
)
def test_the_language_of_a_browser(header: str, expected: str | None) -> None:
    assert preferred(header) == expected


def test_catalogues_exist_for_eight_languages_with_their_direction() -> None:
    assert {language: words(language).direction for language in CATALOGUES} == DIRECTIONS


def test_a_date_is_written_as_in_the_language() -> None:
    on = date(2026, 12, 8)
    assert {language: words(language).day(on) for language in LANGUAGES} == {
        "en": "8 December",
        "ur": "8 دسمبر",
        "es": "8 de diciembre",
        "ar": "8 ديسمبر",
        "fr": "8 décembre",
        "de": "8. Dezember",
        "hi": "8 दिसंबर",
        "pt": "8 de dezembro",
    }


def test_the_first_of_a_month_is_written_as_in_the_language() -> None:
    on = date(2026, 12, 1)
    assert [words(language).day(on) for language in ("en", "fr", "de", "es")] == [
        "1 December",
        "1er décembre",
        "1. Dezember",
        "1 de diciembre",
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Tuesday 8 December at 09:30"),
        ("ur", "منگل 8 دسمبر، 09:30 بجے"),
        ("es", "martes 8 de diciembre a las 09:30"),
        ("ar", "الثلاثاء 8 ديسمبر الساعة 09:30"),
        ("fr", "mardi 8 décembre à 09:30"),
        ("de", "Dienstag, 8. Dezember, 09:30 Uhr"),
        ("hi", "मंगलवार, 8 दिसंबर, 09:30 बजे"),
        ("pt", "terça-feira, 8 de dezembro, às 09:30"),
    ],
)
def test_a_moment_is_written_with_its_weekday_and_time(language: str, expected: str) -> None:
    at = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)
    assert words(language).moment(at, now=at) == expected


def test_a_moment_in_another_year_names_the_year() -> None:
    now, at = datetime(2026, 12, 30, tzinfo=UTC), datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    assert words("en").moment(at, now) == "Monday 4 January 2027 at 09:00"
    assert words("es").moment(at, now) == "lunes 4 de enero de 2027 a las 09:00"
    assert words("de").moment(at, now) == "Montag, 4. Januar 2027, 09:00 Uhr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scale_has_distinct_labels(language: str) -> None:
    meanings = {kind: words(language).meanings(kind) for kind in KINDS}
    assert {kind: list(scores) for kind, scores in meanings.items()} == {
        "csat": [1, 2, 3, 4, 5],
        "nps": [0, 10],
        "ces": [1, 7],
        "promise": [0, 1],
    }
    for scores in meanings.values():
        assert len(set(scores.values())) == len(scores)


def test_an_answer_is_written_with_its_meaning() -> None:
    english, urdu = words("en"), words("ur")
    assert english.answer("csat", 4) == "Happy"
    assert english.answer("promise", 0) == "No"
    assert english.answer("nps", 7) == "7 out of 10"
    assert english.answer("nps", 10) == "10 out of 10 (Very likely)"
    assert english.answer("ces", 1) == "1 out of 7 (Very difficult)"
    assert urdu.answer("nps", 7) == "10 میں سے 7"


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
def test_each_sentence_is_translated_with_the_same_placeholders(language: str) -> None:
    for message in catalogue(CATALOGUES[language].with_suffix(".po"), language):
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            if isinstance(message.id, tuple):  # of the forms some may say the number in words, such as "once"
                assert all(message.string), message.id
                assert parts_of(message.string) == parts_of(message.id), message.id
            else:
                assert placeholders(message.string) == placeholders(message.id)


def parts_of(forms: Iterable[str]) -> set[str]:
    return {part for form in forms for part in placeholders(form)}


def placeholders(text: object) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", str(text)))


def test_every_catalogue_has_a_compiled_file() -> None:
    assert {path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/vaada.po")} == set(CATALOGUES), STALE
