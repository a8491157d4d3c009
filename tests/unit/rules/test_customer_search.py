"""What a search text may mean, and whom it finds, whatever the name, address or number."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import customer
from vaada.model.folding import fold
from vaada.model.search_terms import fingerprint, terms_of
from vaada.rules.customer_search import matches, matching_term, meanings

WORDS = st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=12), min_size=1, max_size=4)


def is_found(text: str, **who: object) -> bool:
    return any(matches(customer(**who), meaning) for meaning in meanings(text, "PK"))


@given(WORDS, st.randoms(use_true_random=False))
def test_a_customer_is_found_by_their_words_in_any_order_the_last_unfinished(
    words: list[str], dice: Random
) -> None:
    name = " ".join(words)
    if not fold(name):
        return
    asked = fold(name).split()
    dice.shuffle(asked)
    asked[-1] = asked[-1][: dice.randint(1, len(asked[-1]))]

    assert is_found(" ".join(asked), name=name)


@given(WORDS, WORDS)
def test_a_customer_is_not_found_by_a_word_that_no_name_of_theirs_begins_with(
    words: list[str], others: list[str]
) -> None:
    held = fold(" ".join(words)).split()
    asked = fold(" ".join(others)).split()
    strangers = [word for word in asked if not any(one.startswith(word) for one in held)]

    if strangers:
        assert not is_found(" ".join(asked), name=" ".join(words))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Jörg Bäcker", "Joerg Baecker"),
        ("Søren Kjær", "Soeren Kjaer"),
        ("Åse Groß", "Aase Gross"),
    ],
)
def test_names_with_a_letter_and_with_two_for_it_find_each_other(one: str, other: str) -> None:
    for name, asked in ((one, other), (other, one)):
        assert is_found(asked, name=name)
        assert is_found(asked[: len(asked.split()[0]) - 1].upper(), name=name)
    assert is_found(fold(one), name=one)
    assert not is_found(f"{one}x", name=other)


def test_a_name_without_such_letters_has_no_more_terms_than_words() -> None:
    assert len(terms_of(customer(name="José Mueller Groß", email=None, phone=None))) == 3


@given(st.text("0123456789", min_size=7, max_size=9), st.integers(3, 12))
def test_a_customer_is_found_by_as_many_last_digits_as_are_given(digits: str, count: int) -> None:
    number = f"+92300{digits}"[:13]

    assert is_found(number[-count:], name="Bilal", phone=number)


@pytest.mark.parametrize("text", ["", " ", "+", "@", "()", "--", "..", "'", "@@", "a@", "\u200d"])
def test_a_text_that_means_nothing_finds_nobody(text: str) -> None:
    assert not is_found(text, name="Bilal Khan", phone="+923001234567", email="bilal@example.com")


@given(st.text(max_size=200))
def test_every_text_has_meanings_that_can_be_searched(text: str) -> None:
    for meaning in meanings(text, "PK"):
        assert meaning.prefixes
        assert all(len(prefix.encode()) < 1024 for prefix in meaning.prefixes)


@given(st.text(min_size=1, max_size=200))
def test_terms_fit_into_a_transaction_and_a_key_whatever_the_name(name: str) -> None:
    emails = tuple(f"{n}@example.com" for n in range(9))
    phones = tuple(f"+9230012345{n}0" for n in range(9))
    terms = terms_of(customer(name=name, other_emails=emails, other_phones=phones))

    assert len(terms) <= 32
    assert len({term.id for term in terms}) == len(terms)
    assert all(len(term.sort_key.encode()) <= 1024 for term in terms)


def test_the_fingerprint_tells_when_terms_change_and_only_then() -> None:
    bilal = customer(name="Bilal", agent_id="amina", served_by=("amina",))
    same = bilal.changed(notes="new", served_by=())
    others = [bilal.changed(name="B"), bilal.changed(email="b@example.com"), bilal.changed(served_by=("o",))]

    assert fingerprint(same) == fingerprint(bilal)
    assert len({fingerprint(row) for row in (bilal, *others)}) == 4


def test_one_who_has_two_terms_with_the_same_beginning_is_listed_at_the_first() -> None:
    [meaning] = meanings("kha", "PK")
    khalid = customer(name="Khan Khalid")

    assert matching_term(khalid, meaning, meaning.prefixes[0]) == min(
        term.sort_key for term in terms_of(khalid) if term.term.startswith("kha")
    )


def test_the_table_is_asked_for_who_has_all_words_of_a_name() -> None:
    [meaning] = meanings("Maria Anna Schm", "PK")

    assert meaning.prefixes == ("name#maria#", "name#anna#", "name#schm")
    assert meaning.texts == (" maria ", " anna ", " schm")
    assert [meaning.texts for meaning in meanings("Schm", "PK")] == [()]
