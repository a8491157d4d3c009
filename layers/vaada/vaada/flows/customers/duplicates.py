"""Other records that may be of the same person."""

from collections import defaultdict

from vaada.desk import Desk
from vaada.flows.customers.search import Reader
from vaada.model.people import Customer
from vaada.model.rows import StoredModel
from vaada.model.search_terms import SearchTerm, TermKind, name_key, terms_of

_MOST = 10  # for each address and for the name


class PossibleDuplicate(StoredModel):
    """Another customer who may be the same person, and what is the same.

    Who does not serve them learns that there is one with the same address, and not their name.
    """

    customer_id: str
    name: str | None
    same: tuple[TermKind, ...]


def possible_duplicates(desk: Desk, customer: Customer, reader: Reader) -> tuple[PossibleDuplicate, ...]:
    """Other customers with the same e-mail address, phone number or name, as far as the index knows them."""
    same: defaultdict[str, set[TermKind]] = defaultdict(set)
    for kind, prefix in _prefixes(customer):
        page = desk.table.search_terms(prefix, _MOST, None)
        for term in page.rows:
            if isinstance(term, SearchTerm) and term.customer_id != customer.id:
                same[term.customer_id].add(kind)
    found = desk.table.customers(list(same)[:100])
    return tuple(
        PossibleDuplicate(
            customer_id=other_id,
            name=other.name if reader.may_see(other) else None,
            same=tuple(sorted(same[other_id])),
        )
        for other_id, other in found.items()
        if reader.may_see(other) or same[other_id] != {"name"}
    )


def _prefixes(customer: Customer) -> set[tuple[TermKind, str]]:
    """How the sort keys begin of terms that mean the same as those of this customer."""
    found: set[tuple[TermKind, str]] = set()
    for term in terms_of(customer):
        if term.kind == "name":
            key = name_key(term.text)
            found.add(("name", f"name#{key.split()[0]}#{key}#"))
        else:
            found.add((term.kind, f"{term.kind}#{term.term}##"))
    return found
