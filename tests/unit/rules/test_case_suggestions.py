"""Suggested cases: the likeliest of all open ones, the likeliest first."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY
from tests.unit.rows import MONDAY, case, interaction, row_id
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.rules.case_suggestions import SUGGESTED_AT_MOST, likeliest

NEW = interaction(interaction_id=row_id(99), case_id=row_id(98), kind="question", channel="email")


def matter(n: int, summary: str = "Bread", **facts: Any) -> tuple[Case, Interaction]:
    """A case whose last contact was on day n, by default of another kind and channel than the new contact."""
    last = interaction(interaction_id=row_id(n), summary=summary)
    facts = {"kind": "order", "channel": "phone", "last_contact_at": MONDAY + n * DAY, **facts}
    return case(case_id=row_id(50 + n), last_interaction_id=last.interaction_id, **facts), last


def suggested(summary: str, *matters: tuple[Case, Interaction]) -> list[int]:
    """The days of the suggested cases, in their order."""
    contact = NEW.model_copy(update={"summary": summary})
    found = likeliest(contact, [one for one, _ in matters], {last.id: last for _, last in matters})
    return [(one.last_contact_at - MONDAY).days for one in found]


def test_the_kind_counts_more_than_the_channel() -> None:
    same_kind, same_channel = matter(1, kind="question"), matter(2, channel="email")
    both = matter(3, kind="question", channel="email")

    assert suggested("Something else", same_kind, same_channel, both) == [3, 1]


def test_words_in_common_suggest_a_case_of_another_kind() -> None:
    cake, bread = matter(1, "Wants a cake with cherries"), matter(2, "Wants a roll")

    assert suggested("More cherries on the cake", cake, bread) == [1]


def test_words_that_all_cases_have_count_little() -> None:
    matters = [matter(n, "Please about the order") for n in range(1, 5)]

    assert suggested("Please about the order", *matters) == []
    assert suggested("Please about the order", *matters, matter(9, "cherries", kind="question")) == [9]


def test_words_are_compared_in_any_script_and_spelling() -> None:
    assert suggested("Où est la CRÈME brûlée ?", matter(1, "La creme brulee manque")) == [1]
    assert suggested("कब मिलेगा चॉकलेट पेस्ट्री", matter(1, "चॉकलेट पेस्ट्री चाहिए")) == [1]
    assert suggested("متى تصل الكعكة الكبيرة", matter(1, "طلب الكعكه الكبيره")) == [1]


def test_the_later_contact_comes_first_among_equals() -> None:
    assert suggested("Something", *(matter(n, kind="question") for n in (2, 5, 1))) == [5, 2, 1]


def test_a_case_without_its_last_contact_is_judged_by_the_rest() -> None:
    lost, _ = matter(1, kind="question")

    assert likeliest(NEW, [lost], {}) == (lost,)


matters = st.lists(
    st.builds(
        matter,
        st.integers(1, 40),
        st.text("ab ", max_size=30),
        kind=st.sampled_from(["question", "order"]),
        channel=st.sampled_from(["email", "phone"]),
    ),
    max_size=12,
    unique_by=lambda one: one[0].case_id,
)


@given(matters, st.randoms(), st.text("ab ", min_size=1, max_size=30))
def test_five_cases_at_most_are_suggested_in_whatever_order_they_are_read(
    some: list[tuple[Case, Interaction]], random: Any, summary: str
) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)

    found = suggested(summary, *some)

    assert found == suggested(summary, *shuffled)
    assert len(found) == len(set(found)) <= SUGGESTED_AT_MOST
