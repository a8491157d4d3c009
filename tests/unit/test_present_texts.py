from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.presenting import LINK, URDU, a_brief, a_notice, an_invitation
from vaada.model.messages import Party, Purpose
from vaada.present import texts

STAFF: tuple[tuple[Purpose, Party], ...] = (
    ("follow_up_reminder", "agent"),
    ("follow_up_unanswered", "supervisor"),
    ("promise_warning", "agent"),
    ("promise_overdue", "agent"),
    ("promise_escalation", "owner"),
)
LANGUAGES = ("en", "ur", "es", "ar")
typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # each counts twice
        ("€" * 81, 2),
        ("ñé¿¡\n", 1),
        ("á" * 70, 1),  # not in the alphabet
        ("á" * 71, 2),
        ("ک" * 134, 2),
        ("ک" * 135, 3),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_they_are_billed(text: str, expected: int) -> None:
    assert texts.segments(text) == expected


def test_a_reminder_says_when_who_and_what() -> None:
    assert texts.for_staff("follow_up_reminder", "agent", a_brief()) == (
        f"Due at 16:00. Bilal Khan +923001234567: Say when the fan is replaced\n{LINK}"
    )


def test_a_notice_has_no_link() -> None:
    assert texts.for_staff("promise_escalation", "supervisor", a_notice()) == (
        "Sana Malik's promise overdue by 2 hours. Bilal Khan +923001234567: Say when the fan is replaced"
    )


def test_long_words_are_cut_between_words_and_the_link_is_not() -> None:
    text = texts.for_staff("promise_overdue", "agent", a_brief(owed="replace the fan " * 31))
    words, _, link = text.rpartition("\n")
    assert link == LINK
    assert words.endswith((" the...", " fan...", " replace..."))
    assert texts.segments(text) == 2


def test_typographic_signs_do_not_cost_half_the_room() -> None:
    text = texts.for_staff("promise_overdue", "agent", a_brief(owed="Don’t forget “the fan” – it’s urgent…"))
    assert "Don't forget \"the fan\" - it's urgent..." in text


def test_in_urdu_the_name_stays_when_the_words_do_not_fit() -> None:
    late = a_brief(customer_name="بلال خان", owed=URDU, now=a_brief().due_at + timedelta(hours=1))
    assert texts.for_staff("promise_overdue", "agent", late) == f"Late: \u2068بلال خان\u2069\n{LINK}"


def test_if_no_words_fit_the_link_alone_wins() -> None:
    link = "https://example.com/" + "x" * 280
    assert texts.for_staff("follow_up_reminder", "agent", a_brief(action_url=link)) == link
    assert texts.for_customer("survey", an_invitation(language="ur", survey_url=link)) == link


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", ["survey", "survey_reminder"])
def test_a_customer_always_gets_words_with_the_link(purpose: Purpose, language: str) -> None:
    text = texts.for_customer(purpose, an_invitation(language=language))
    words, _, link = text.partition("\n")
    assert words
    assert link == LINK
    assert texts.segments(text) == 2


def test_a_shorter_link_leaves_room_for_the_name() -> None:
    text = texts.for_customer("survey", an_invitation(language="ur", survey_url="https://n.pk/s/" + "x" * 45))
    assert text.startswith("\u2068Nadeem Computers\u2069: ")


@pytest.mark.parametrize(("purpose", "to"), STAFF)
@given(name=typed, owed=typed)
def test_whatever_was_typed_a_text_to_staff_is_two_segments_at_most(
    purpose: Purpose, to: Party, name: str, owed: str
) -> None:
    text = texts.for_staff(purpose, to, a_brief(customer_name=name, agent_name=name, owed=owed))
    assert texts.segments(text) <= 2
    assert text.endswith(LINK)
    assert text.count("\u2068") == text.count("\u2069")


@given(name=typed, language=st.sampled_from(LANGUAGES))
def test_whatever_was_typed_a_text_to_a_customer_is_two_segments_at_most(name: str, language: str) -> None:
    invitation = an_invitation(language=language, business=name, customer_name=name, agent_name=name)
    text = texts.for_customer("survey", invitation)
    assert texts.segments(text) <= 2
    assert text.endswith(f"\n{LINK}")
