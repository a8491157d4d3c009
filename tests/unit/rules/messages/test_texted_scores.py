"""Answers to surveys in texts, as people and their keyboards write them."""

import pytest

from vaada.model.work import SurveyKind
from vaada.rules.messages.texted_scores import score


@pytest.mark.parametrize(
    "text",
    [
        *(
            "5",
            " 5. ",
            "٥",
            "۵",
            "५",
            "５",
            "5️⃣",
            "5/5",
            "5 / 5",
            "(5)",
            "5 👍",
            "👍 5",
            "Thank you! 5",
            "5, thanks",
        ),
        *(
            "5!",
            "*5*",
            "5 out of 5",
            "5 von 5",
            "5 sur 5",
            "5 de 5",
            "05",
            "٥/٥",
            "Hi, 5",
            "5\n\nSent from my iPhone",
        ),
    ],
)
def test_five_is_understood_in_many_ways(text: str) -> None:
    assert score(text, "csat") == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 of 5", 4),
        ("4 من 5", 4),
        ("5 میں سے 4", 4),
        ("5 में से 4", 4),
        ("4 stars", 4),
        ("4 Sterne!", 4),
        ("4 ستارے", 4),
        ("5 में से 6", None),
        ("10 में से 4", None),
        ("4 out of 10", None),
        ("5€", None),
        ("Rs 5", None),
        ("₹5", None),
        ("5 %", None),
    ],
)
def test_a_score_is_read_in_the_order_of_the_language(text: str, expected: int | None) -> None:
    assert score(text, "csat") == expected


@pytest.mark.parametrize(("text", "expected"), [("10", 10), ("0", 0), ("10/10", 10), ("7/10", 7), ("१०", 10)])
def test_the_scale_from_0_to_10(text: str, expected: int) -> None:
    assert score(text, "nps") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            ("Yes", 1),
            ("yes!", 1),
            ("YES 👍", 1),
            ("Yes, thank you", 1),
            ("1", 1),
            ("Ja", 1),
            ("Sí", 1),
            ("oui", 1),
        ),
        *(
            ("جی ہاں", 1),
            ("نعم", 1),
            ("हाँ", 1),
            ("sim", 1),
            ("No", 0),
            ("0", 0),
            ("Nein", 0),
            ("não", 0),
            ("नहीं", 0),
        ),
        *(("نہیں", 0), ("لا", 0), ("non", 0), ("No.", 0)),
    ],
)
def test_yes_and_no_say_whether_a_promise_was_kept(text: str, expected: int) -> None:
    assert score(text, "promise") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "y", "yep", "yeah", "yes you did", "oui", "ja", "jawohl", "sí", "si", "sim"),
        *("جی", "جی ہاں", "ہاں", "جی ہاں جی", "ہاں جی", "نعم", "أجل"),
        *("हाँ", "हां", "जी", "जी हाँ", "हाँ जी", "haan", "han", "ji", "ji haan", "haan ji"),
    ],
)
def test_yes_in_each_language(text: str) -> None:
    assert score(text, "promise") == score(text.upper(), "promise") == 1


@pytest.mark.parametrize(
    "text",
    [
        *("no", "n", "nope", "no you did not", "non", "nein", "não", "nao"),
        *("نہیں", "جی نہیں", "نہ", "لا", "كلا"),
        *("नहीं", "नही", "जी नहीं", "nahi", "nahin", "ji nahi", "ji nahin"),
    ],
)
def test_no_in_each_language(text: str) -> None:
    assert score(text, "promise") == score(text.upper(), "promise") == 0


@pytest.mark.parametrize(
    "stars", ["4 star", "4 étoiles", "4 estrellas", "4 estrelas", "4 نجوم", "4 सितारे", "4 Stern"]
)
def test_stars_in_each_language(stars: str) -> None:
    assert score(stars, "csat") == 4


@pytest.mark.parametrize("kind", ["csat", "nps", "ces"])
def test_yes_is_no_number(kind: SurveyKind) -> None:
    assert score("Yes", kind) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-5",
            "−5",
            "4.5",
            "4,5",
            "5/10",
            "10/10",
            "100",
            "five",
            "5 stars are too many",
            "1 2",
            "4-5",
            "5:30",
        ),
        *("I have 5 questions", "call me at 5", "+5", "6", "0", "555", "👍", "5 5 5", "2 5", "5 or 4"),
    ],
)
def test_other_numbers_and_words_are_no_score(text: str) -> None:
    assert score(text, "csat") is None
