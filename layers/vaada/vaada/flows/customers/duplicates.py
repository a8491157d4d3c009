"""Find other records that may be of the same person."""

from collections import defaultdict

from vaada.desk import Desk
from vaada.flows.customers.search import Reader
from vaada.model.people import Customer
from vaada.model.rows import StoredModel
from vaada.model.search_terms import SearchTerm, TermKind, name_key, terms_of

_MAX_PER_TERM = 10  # for each address and for the name


class PossibleDuplicate(StoredModel):
    """Another customer who may be the same person. `same` says what is equal.

    `name` is None for a user who may not see that customer.
    """

    customer_id: str
    name: str | None
    same: tuple[TermKind, ...]


def possible_duplicates(desk: Desk, customer: Customer, reader: Reader) -> tuple[PossibleDuplicate, ...]:
    """Return customers with the same e-mail address, phone number or name, as the index knows them."""
    same: defaultdict[str, set[TermKind]] = defaultdict(set)
    for kind, prefix in _key_prefixes(customer):
        page = desk.table.search_terms(prefix, _MAX_PER_TERM, None)
        for term in page.rows:
            if isinstance(term, SearchTerm) and term.customer_id != customer.id:
                same[term.customer_id].add(kind)
    others = desk.table.customers(list(same)[:100])
    return tuple(
        PossibleDuplicate(
            customer_id=other_id,
            name=other.name if reader.may_see(other) else None,
            same=tuple(sorted(same[other_id])),
        )
        for other_id, other in others.items()
        if reader.may_see(other) or same[other_id] != {"name"}
    )


def _key_prefixes(customer: Customer) -> set[tuple[TermKind, str]]:
    """Return the kinds and sort key prefixes of terms that equal those of this customer."""
    prefixes: set[tuple[TermKind, str]] = set()
    for term in terms_of(customer):
        if term.kind == "name":
            key = name_key(term.text)
            prefixes.add(("name", f"name#{key.split()[0]}#{key}#"))
        else:
            prefixes.add((term.kind, f"{term.kind}#{term.term}##"))
    return prefixes
