"""One person with several records, under faults, and the proof that these histories would fail with a bug."""

from collections.abc import Callable

import pytest

from tests.simulation.fake_aws.faults import Faults
from tests.simulation.mutations.planting import Planted
from tests.simulation.replacing import replaced
from tests.simulation.two_records import run_two_records
from vaada.desk import Desk
from vaada.flows import erasure
from vaada.flows.messages import address_usage
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.gateways import items
from vaada.model.people import Customer
from vaada.rules import customer_merge, customer_unmerge

HISTORIES, BATCH, ENOUGH = 80, 10, 12


@pytest.mark.parametrize("first", range(0, HISTORIES, BATCH))
def test_a_person_in_several_records_is_one_person_whatever_fails(first: int) -> None:
    for seed in range(first, first + BATCH):
        run_two_records(seed, Faults())
        run_two_records(seed, Faults.of(seed, frozenset()))


def asks_each_record_by_itself() -> Planted:
    return replaced(address_usage.usages_of, lambda *_facts: ())


def leaves_the_terms_of_former_names() -> Planted:
    original = items.search_terms_to_write
    return replaced(original, lambda customer: (original(customer)[0], []))


def erases_only_the_record_that_is_named() -> Planted:
    def records(desk: Desk, customer_id: str) -> object:
        return {customer_id: desk.table.items_to_erase(customer_id)}

    return replaced(erasure._records, records)


def takes_a_merged_record_for_a_customer() -> Planted:
    def customer(desk: Desk, customer_id: str) -> Customer:
        return require(desk, Customer, customer_id)

    return replaced(current_customer, customer)


def forgets_which_records_were_merged() -> Planted:
    original = customer_merge.merge

    def merge(customer: Customer, into: Customer, *facts: object) -> tuple[Customer, Customer]:
        gone, stays = original(customer, into, *facts)  # type: ignore[arg-type]
        return gone, stays.model_copy(update={"merged": into.merged})

    return replaced(original, merge, within=(customer_merge,))


def leaves_the_timeline_of_a_separated_record_with_the_other() -> Planted:
    original = customer_unmerge.unmerge

    def unmerge(gone: Customer, remaining: Customer, *facts: object) -> tuple[Customer, Customer]:
        back, rest = original(gone, remaining, *facts)  # type: ignore[arg-type]
        return back, rest.model_copy(update={"merged": remaining.merged})

    return replaced(original, unmerge, within=(customer_unmerge,))


@pytest.mark.parametrize(
    "plant",
    [
        asks_each_record_by_itself,
        leaves_the_terms_of_former_names,
        erases_only_the_record_that_is_named,
        takes_a_merged_record_for_a_customer,
        forgets_which_records_were_merged,
        leaves_the_timeline_of_a_separated_record_with_the_other,
    ],
)
def test_one_of_a_dozen_histories_shows_the_planted_bug(plant: Callable[[], Planted]) -> None:
    def is_shown(seed: int) -> bool:
        try:
            with plant():
                run_two_records(seed, Faults())
        except AssertionError:
            return True
        return False

    assert any(is_shown(seed) for seed in range(ENOUGH))
