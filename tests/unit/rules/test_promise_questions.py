"""The question to an agent after their mail."""

import pytest

from tests.unit import rows
from vaada.model.interactions import MailDetails
from vaada.rules import promise_questions


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Re: AW: Your wheel", "Your wheel"),
        ("FWD:Your wheel", "Your wheel"),
        ("رد: پہیہ", "پہیہ"),
        ("Refund: yes", "Refund: yes"),
        ("  ", ""),
        ("Re:", ""),
    ],
)
def test_the_subject_proposes_the_words_of_the_promise(subject: str, words: str) -> None:
    interaction = rows.interaction(mail=MailDetails(subject=subject))

    assert promise_questions.proposed_words(interaction) == words
    assert promise_questions.proposed_words(rows.interaction()) == ""


def test_a_question_and_its_promise_have_the_same_ids_each_time() -> None:
    first, again = (promise_questions.question(rows.interaction(direction="outbound")) for _ in range(2))

    assert first == again
    assert promise_questions.promise_id(first) == promise_questions.promise_id(again) != first.id
