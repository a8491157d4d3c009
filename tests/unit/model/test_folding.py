"""Different spellings of one name are equal; different names stay different."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaada.model.folding import fold, spellings


@pytest.mark.parametrize(
    "spellings",
    [
        ("José", "JOSE", "jose\u0301", "Jóse"),
        ("Straße", "STRASSE", "strasse"),
        ("İsmail Işık", "ismail ışık", "ISMAIL ISIK"),
        ("O’Brien", "O'Brien", "OBrien", "O´Brien"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Νίκος", "ΝΙΚΟΣ", "νικος"),
        ("Фёдор", "ФЕДОР"),
        ("Ｙａｍａｄａ", "yamada"),
        ("مُحَمَّد", "محمد", "محـمد", "ﻣﺤﻤﺪ"),
        ("أحمد آل إبراهيم", "احمد ال ابراهيم"),
        ("علی", "علي", "على"),
        ("کریم", "كريم"),
        ("فاطمة", "فاطمه", "فاطمہ"),
        ("عبد‌الله", "عبدالله"),
        ("फ़ातिमा", "फातिमा"),
        ("हिंदी", "हिँदी"),
        ("क़ुरैशी", "कुरैशी", "\u0958ुरैशी"),
        ("Shop ٤٢", "shop 42", "shop ४२", "Shop ۴۲"),
        ("Jean-Luc  Picard.", "jean luc picard", "JEAN LUC, PICARD"),
    ],
)
def test_spellings_of_one_name_fold_to_one_form(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("राम", "रमा"),  # vowel signs tell Indic words apart
        ("कल", "काल"),
        ("গান", "গুন"),
        ("さくら", "ざくら"),
        ("Ali", "Alia"),
        ("گل", "كل"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("name", "as_two_letters"),
    [
        ("Müller", "mueller"),
        ("MÜLLER", "mueller"),
        ("Jörg Strähl", "joerg straehl"),
        ("Søren Ågaard", "soeren aagaard"),
        ("Øyvind", "oeyvind"),
    ],
)
def test_a_letter_that_is_also_written_as_two_has_two_spellings(name: str, as_two_letters: str) -> None:
    assert spellings(name) == (fold(name), as_two_letters)


@pytest.mark.parametrize("name", ["Mueller", "Groß", "José Ibáñez", "Bilal Khan", "山田", "İlker", ""])
def test_other_names_have_one_spelling(name: str) -> None:
    assert spellings(name) == (fold(name),)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_how_accents_are_encoded_makes_no_difference(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(st.text(st.characters(categories=["Lu", "Ll"]), max_size=60))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.lower())


@given(st.text(max_size=60))
def test_only_letters_marks_and_digits_are_left_with_one_space_between_words(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert {unicodedata.category(character)[0] for character in folded} <= {"L", "M", "N", "Z"}


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=10), max_size=5))
def test_words_fold_one_by_one(words: list[str]) -> None:
    assert fold(" ".join(words)) == " ".join(filter(None, (fold(word) for word in words)))
