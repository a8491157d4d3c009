"""Opt-out keywords and scores in texts, as people and their keyboards write them."""

import pytest

from vaada.rules.messages import opt_out_keywords


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        "Stop.",
        "  stop! ",
        "«Stop»",
        "ＳＴＯＰ",
        "Stop All",
        "Arrêt",
        "بند کریں",
        "إلغاء",
        "बंद करें",
        "إيقاف",
    ],
)
def test_a_stop_word_is_recognised_in_any_case_script_and_punctuation(text: str) -> None:
    assert opt_out_keywords.is_stop(text)
    assert not opt_out_keywords.is_start(text)
    assert opt_out_keywords.score(text) is None


@pytest.mark.parametrize("text", ["START", "Unstop", " yes, start! ", "شروع", "शुरू"])
def test_a_start_word_is_recognised(text: str) -> None:
    assert opt_out_keywords.is_start(text)
    assert not opt_out_keywords.is_stop(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "Please do not stop", "When do you stop baking?", "stopped", "the end of the cake", "👍"],
)
def test_other_words_are_neither_stop_nor_start_nor_score(text: str) -> None:
    assert not opt_out_keywords.is_stop(text)
    assert not opt_out_keywords.is_start(text)
    assert opt_out_keywords.score(text) is None


@pytest.mark.parametrize(
    ("text", "score"),
    [("5", 5), (" 5. ", 5), ("10", 10), ("0", 0), ("٥", 5), ("۵", 5), ("५", 5), ("５", 5)],
)
def test_a_number_in_any_script_is_a_score(text: str, score: int) -> None:
    assert opt_out_keywords.score(text) == score


@pytest.mark.parametrize("text", ["-5", "5 of 5", "10/10", "100", "4.5", "five", "5 stars", "²³x", "1 2"])
def test_a_number_within_other_text_is_no_score(text: str) -> None:
    assert opt_out_keywords.score(text) is None
