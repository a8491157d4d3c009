"""Customer search: the possible meanings of the entered text, and which customers match them."""

import re
import unicodedata
from typing import NamedTuple

from vaada.model.folding import fold, spellings
from vaada.model.people import Customer
from vaada.model.phone_numbers import BadPhoneNumber, comparable, to_e164
from vaada.model.search_terms import WORD_CHARACTERS, reversed_digits, terms_of, text_of_name

_ONLY_NUMBER = re.compile(r"[\d\s()+./-]+")
_FEWEST_DIGITS = 3


class Meaning(NamedTuple):
    """One possible meaning of the text. Each of `prefixes` leads to all customers who match.

    They are prefixes of sort keys of search terms. `texts` are what the names must hold.
    """

    prefixes: tuple[str, ...]
    texts: tuple[str, ...] = ()


def meanings(text: str, country: str) -> tuple[Meaning, ...]:
    """Return the possible meanings: an e-mail address, the last digits of a number, or words of a name.

    A name that can be written in two ways (Müller, Mueller) is looked for in both. The last word may be
    unfinished. Numbers without a country code are of `country` (ISO 3166-1).
    """
    if "@" in text:
        return (_email(text),)
    names = tuple(filter(None, map(_name, spellings(text))))
    if _ONLY_NUMBER.fullmatch(text) is None or len(reversed_digits(fold(text))) < _FEWEST_DIGITS:
        return names
    numbers = tuple(Meaning((f"phone#{reversed_digits(each)}",)) for each in _numbers(text, country))
    return (*numbers, *names) if len(text.split()) == 1 else numbers


def matching_term(customer: Customer, meaning: Meaning, prefix: str) -> str | None:
    """Return the sort key of the first term that matches the customer. None: they do not match (any more).

    A customer has several terms with one prefix, such as "kh" of Khalid Khan, and is listed once. Terms of
    another spelling count last: customers who were stored by an earlier release have none.
    """
    found = [
        term
        for term in terms_of(customer)
        if term.sort_key.startswith(prefix) and all(text in term.text for text in meaning.texts)
    ]
    own = {text_of_name(name) for name in (customer.name, *customer.other_names)}
    first = min(
        found, key=lambda term: (term.kind == "name" and term.text not in own, term.sort_key), default=None
    )
    return first.sort_key if first else None


def matches(customer: Customer, meaning: Meaning) -> bool:
    """Whether the customer matches the meaning."""
    return any(matching_term(customer, meaning, prefix) for prefix in meaning.prefixes)


def _email(text: str) -> Meaning:
    """Return the first e-mail address in the text, perhaps incomplete. The other words belong to the name."""
    words = text.split()
    address = next(word for word in words if "@" in word)
    words.remove(address)
    folded = [f" {word} " for word in fold(" ".join(words)).split()]
    return Meaning((f"email#{_stored(address.strip('<>,;'))}",), tuple(folded))


def _stored(address: str) -> str:
    """The address as it is stored, where it is whole."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return address.casefold()
    return (found.ascii_email or address).casefold()


def _name(folded: str) -> Meaning | None:
    words = [word[:WORD_CHARACTERS] for word in folded.split()]
    if not words:
        return None
    *whole, last = dict.fromkeys(words)
    # The words that fewest names have first: those with digits, then the longest; the unfinished one last.
    prefixes = {word: f"name#{word}#" for word in sorted(whole, key=len, reverse=True)}
    prefixes[last] = f"name#{last}"
    rarest = sorted(prefixes, key=lambda word: not any(map(str.isdigit, word)))
    texts = (*(f" {word} " for word in whole), f" {last}") if whole else ()
    return Meaning(tuple(prefixes[word] for word in rarest), texts)


def _numbers(text: str, country: str) -> tuple[str, ...]:
    """Return the digits that the comparable number must end in: a whole number, or its last digits."""
    plain = "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in text)
    last = "".join(filter(str.isdigit, plain))
    try:
        whole = comparable(to_e164(text, country))
    except BadPhoneNumber:
        return (last,)
    if "+" in plain:
        return (whole,)
    return (last,) if whole.endswith(last) else (whole, last)
