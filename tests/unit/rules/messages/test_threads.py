"""Threads: which ids an answer names, so that mail programs find the mail that it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import interaction
from vaada.model.interactions import MailDetails
from vaada.rules.messages.threads import references_of

OWN, FIRST, SECOND = "own@example.com", "1@example.com", "2@example.com"


@pytest.mark.parametrize(
    ("own", "before", "wanted"),
    [
        (None, (), ()),
        (None, (FIRST,), ()),
        (OWN, (), (OWN,)),
        (OWN, (FIRST, SECOND), (FIRST, SECOND, OWN)),
        (OWN, (FIRST, OWN, FIRST), (FIRST, OWN)),
        (OWN, ("no id", "ü@example.com", f"{FIRST}> <{SECOND}", FIRST), (FIRST, OWN)),
    ],
)
def test_an_answer_names_the_mails_before_and_the_answered_one_last(
    own: str | None, before: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    found = references_of(interaction(mail=MailDetails(message_id=own, references=before)))

    assert found == tuple(f"<{each}>" for each in wanted)


def test_the_first_and_the_latest_ids_of_a_long_thread_are_kept() -> None:
    before = tuple(f"{number:060}@mail.example.com" for number in range(100))

    found = references_of(interaction(mail=MailDetails(message_id=OWN, references=before)))

    assert (found[0], found[-2:]) == (f"<{before[0]}>", (f"<{before[-1]}>", f"<{OWN}>"))
    assert 800 < len(" ".join(found)) <= 998 - len("References: ")


def test_a_contact_that_was_no_mail_has_no_thread() -> None:
    assert references_of(interaction()) == ()


@given(own=st.text(), before=st.lists(st.text(), max_size=5))
def test_whatever_a_mail_names_the_header_is_one_line_of_ascii(own: str, before: list[str]) -> None:
    mail = MailDetails(message_id=own, references=tuple(before))

    found = " ".join(references_of(interaction(mail=mail)))

    assert (found.isascii(), found.isprintable()) == (True, True)
