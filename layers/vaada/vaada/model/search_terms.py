"""Search terms: the words, e-mail addresses and phone numbers by which a customer is found.

Each is a row in the partition of its customer, written in the same transaction as the customer and erased
with them.
"""

import hashlib
import json
from typing import ClassVar, Literal

from vaada.model.folding import fold, spellings
from vaada.model.people import Customer
from vaada.model.phone_numbers import comparable
from vaada.model.rows import Row

TermKind = Literal["name", "email", "phone"]

_MOST_NAME_TERMS = 12  # words; a transaction takes 100 rows, of which each term is one
_NAME_CHARACTERS = 80  # of a folded name, so that the sort key stays below the 1024 bytes of DynamoDB
WORD_CHARACTERS = 40


class SearchTerm(Row):
    """One way to find a customer. `term` is a folded word of a name, an e-mail address, or reversed digits.

    `text` is the folded name that the word is from, or all names for an address, with a space around each
    word. `served_by` are the ids of the agents who may see the customer.
    """

    kind_of_row: ClassVar[str] = "search_term"
    search_term_id: str
    customer_id: str
    kind: TermKind
    term: str
    text: str
    served_by: tuple[str, ...] = ()

    @property
    def sort_key(self) -> str:
        """The place in the index: by kind and term, then by name."""
        name = name_key(self.text) if self.kind == "name" else ""
        return f"{self.kind}#{self.term}#{name}#{self.customer_id}"


def terms_of(customer: Customer) -> tuple[SearchTerm, ...]:
    """The terms by which the customer is found: a word of a name, an address, a number each."""
    if customer.merged_into is not None:
        return ()
    names = _texts_of_names(customer)
    found: list[tuple[TermKind, str, str]] = [
        ("name", word, text) for text in names for word in dict.fromkeys(text.split())
    ][:_MOST_NAME_TERMS]
    everything = " ".join(names)
    found += [("email", email.casefold(), everything) for email in customer.emails]
    found += [("phone", reversed_digits(comparable(phone)), everything) for phone in customer.phones]
    return tuple(
        SearchTerm(
            search_term_id=f"{customer.customer_id}{number:02}",
            version=customer.version,
            customer_id=customer.customer_id,
            kind=kind,
            term=term,
            text=text,
            served_by=customer.readers,
        )
        for number, (kind, term, text) in enumerate(found)
    )


def fingerprint(customer: Customer) -> str:
    """Return a hash of everything the customer's terms are made of. Equal hashes mean equal terms."""
    names = (customer.name, *customer.other_names)
    other_spellings = [text for name in names for text in spellings(name)[1:]]
    sources = (names, customer.emails, customer.phones, customer.readers, customer.merged_into)
    if other_spellings:
        return hashlib.sha256(json.dumps((*sources, other_spellings)).encode()).hexdigest()[:16]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()[:16]


def text_of_name(name: str) -> str:
    """The folded name with a space around each word."""
    return _spaced(fold(name))


def _spaced(folded: str) -> str:
    return f" {' '.join(word[:WORD_CHARACTERS] for word in folded.split())} "


def _texts_of_names(customer: Customer) -> list[str]:
    """The folded names with a space around each word, each once; other spellings of them come last."""
    names = (customer.name, *customer.other_names)
    others = (_spaced(text) for name in names for text in spellings(name)[1:])
    return list(dict.fromkeys((*map(text_of_name, names), *others)))


def name_key(folded: str) -> str:
    """Return the words of a folded name in alphabetical order, equal for all names of the same words."""
    return " ".join(sorted(set(folded.split())))[:_NAME_CHARACTERS]


def reversed_digits(number: str) -> str:
    """Return the digits from the last to the first, so that the last ones become a prefix."""
    return "".join(filter(str.isdigit, reversed(number)))
