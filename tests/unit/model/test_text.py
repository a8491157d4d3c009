"""Text that people enter: what is cleaned, and what is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from vaada.model.text import Language, Line, Name, Prose

PROSE: TypeAdapter[str] = TypeAdapter(Prose)
LINE: TypeAdapter[str] = TypeAdapter(Line)
LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("one\u2028two\u2029three\x85four\x0bfive\x0csix", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("a\tb", "a\tb"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("\ud800a\udfff", "a"),
        (" \r\n a \u2028 ", "a"),
        ("کیا\u200cحال 👨‍👩‍👧", "کیا\u200cحال 👨‍👩‍👧"),  # joiners belong to words and emoji
    ],
)
def test_separators_of_lines_become_line_ends_and_controls_go(entered: str, kept: str) -> None:
    assert PROSE.validate_python(entered) == kept


@pytest.mark.parametrize(
    ("entered", "kept"),
    [("Call\r\nback", "Call back"), ("Call\u2028\tback\x00", "Call back"), ("\rCall back\r", "Call back")],
)
def test_a_line_stays_one_line(entered: str, kept: str) -> None:
    assert LINE.validate_python(entered) == kept


def test_line_ends_count_as_one_character() -> None:
    assert len(PROSE.validate_python("x\r\n" * 1998 + "xyz")) == 3999
    with pytest.raises(ValidationError):
        PROSE.validate_python("x\r\n" * 2000 + "x")


@pytest.mark.parametrize("empty", ["", " ", "\x00", "\u2028\r\n"])
def test_text_without_characters_is_refused(empty: str) -> None:
    for kind in (PROSE, LINE):
        with pytest.raises(ValidationError):
            kind.validate_python(empty)


@pytest.mark.parametrize("other", [5, None, ["a"], {"a": "b"}])
def test_a_value_that_is_no_text_is_refused(other: object) -> None:
    for kind in (PROSE, LINE, LANGUAGE):
        with pytest.raises(ValidationError):
            kind.validate_python(other)


def test_a_name_of_two_lines_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[str](Name).validate_python("Bilal\nKhan")


def test_a_language_may_be_written_with_an_underscore() -> None:
    assert LANGUAGE.validate_python("pt_BR") == "pt-BR"
