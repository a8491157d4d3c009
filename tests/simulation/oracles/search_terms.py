"""The search terms that stand are those of the customers as they stand, after every write."""

from collections.abc import Iterable

from tests.simulation.fake_aws.items import parsed
from tests.simulation.fake_aws.stream import Record
from tests.simulation.fake_aws.table import DynamoDb
from vaada.model.people import Customer
from vaada.model.search_terms import SearchTerm, terms_of


def is_of_a_term(record: Record) -> bool:
    """Whether the record tells of a search term."""
    images = record["dynamodb"]
    image = images.get("NewImage") or images.get("OldImage") or {}
    return bool(image.get("row_kind") == {"S": SearchTerm.kind_of_row})


def customers_of(records: Iterable[Record]) -> set[str]:
    """The ids of the customers whose own rows or search terms changed."""
    keys = (record["dynamodb"]["Keys"] for record in records)
    return {key["pk"]["S"].removeprefix("CUSTOMER#") for key in keys if key["sk"]["S"].startswith("CUSTOMER")}


def judge_terms(table: DynamoDb, customer_id: str) -> None:
    """Raises AssertionError where a term is missing, is left over, or says something else."""
    own = table.items.get((f"CUSTOMER#{customer_id}", "CUSTOMER"))
    if own is None:
        return  # being erased: whoever finds a term finds nobody
    customer = parsed(own)
    assert isinstance(customer, Customer)
    stored = _terms(table, customer_id)
    wanted = {_content(term) for term in terms_of(customer)}
    assert stored == wanted, f"found by {stored - wanted}, and not by {wanted - stored}: {customer!r}"


def judge_erased(table: DynamoDb, customer_id: str) -> None:
    """Raises AssertionError where anything finds a customer who was erased."""
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
