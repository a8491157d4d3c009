"""Search terms: after every write they are those of the customers' rows."""

from collections.abc import Iterable

from tests.simulation.fake_aws.items import parsed
from tests.simulation.fake_aws.stream import Record
from tests.simulation.fake_aws.table import DynamoDb
from vaada.model.people import Customer
from vaada.model.search_terms import SearchTerm, terms_of


def is_of_a_term(record: Record) -> bool:
    """Whether the record is of a search term."""
    images = record["dynamodb"]
    image = images.get("NewImage") or images.get("OldImage") or {}
    return bool(image.get("row_kind") == {"S": SearchTerm.kind_of_row})


def customers_of(records: Iterable[Record]) -> set[str]:
    """The ids of the customers whose own rows or search terms changed."""
    keys = (record["dynamodb"]["Keys"] for record in records)
    return {key["pk"]["S"].removeprefix("CUSTOMER#") for key in keys if key["sk"]["S"].startswith("CUSTOMER")}


def check_terms(table: DynamoDb, customer_id: str) -> None:
    """Raises AssertionError if a term is missing, superfluous or different."""
    own = table.items.get((f"CUSTOMER#{customer_id}", "CUSTOMER"))
    if own is None:
        return  # it is being erased; its terms are deleted later
    customer = parsed(own)
    assert isinstance(customer, Customer)
    stored = _terms(table, customer_id)
    wanted = {_content(term) for term in terms_of(customer)}
    assert stored == wanted, f"found by {stored - wanted}, and not by {wanted - stored}: {customer!r}"


def check_erased(table: DynamoDb, customer_id: str) -> None:
    """Raises AssertionError if a term of an erased customer is left."""
    left = _terms(table, customer_id)
    assert not left, f"erased, and still found by {left}"


def _terms(table: DynamoDb, customer_id: str) -> set[tuple[object, ...]]:
    found = set()
    for (owner, place), item in table.partition(f"CUSTOMER#{customer_id}"):
        if place.startswith("CUSTOMER#TERM#"):
            term = parsed(item)
            assert isinstance(term, SearchTerm), f"{owner} {place} is no search term"
            found.add(_content(term))
    return found


def _content(term: SearchTerm) -> tuple[object, ...]:
    return term.id, term.sort_key, term.text, term.served_by
