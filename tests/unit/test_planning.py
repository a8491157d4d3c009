"""Planning: what follows from a contact, the same each time."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY, customer, interaction, policy
from vaada.model.interactions import Promise, Request
from vaada.rules import planning, reach

PROMISES = (Promise(what="Call", due_at=MONDAY + timedelta(days=1)), Promise(what="Send", due_at=MONDAY))


def test_a_resolved_contact_earns_a_survey_a_day_later() -> None:
    (survey,) = planning.derived(interaction(resolved=True), policy())

    assert (survey.kind_of_row, survey.wake_at) == ("survey", MONDAY + timedelta(hours=24))


def test_an_unresolved_contact_that_nothing_brings_back_gets_a_follow_up() -> None:
    (follow_up,) = planning.derived(interaction(), policy())

    assert (follow_up.kind_of_row, follow_up.wake_at) == ("follow_up", MONDAY + timedelta(days=1))


@pytest.mark.parametrize(
    "stated", [{"commitments": PROMISES}, {"follow_up": Request(at=MONDAY, reason="Ask again")}]
)
def test_what_was_stated_brings_it_back_so_nothing_is_added(stated: dict[str, object]) -> None:
    assert planning.derived(interaction(**stated), policy()) == []


def test_promises_and_the_requested_follow_up_are_stated_in_the_contact() -> None:
    contact = interaction(commitments=PROMISES, follow_up=Request(at=MONDAY, reason="Ask again"))

    kinds = [row.kind_of_row for row in planning.stated(contact, policy())]

    assert kinds == ["commitment", "commitment", "follow_up"]


def test_planning_twice_plans_the_same_rows_with_ids_of_their_own() -> None:
    contact = interaction(commitments=PROMISES, resolved=True)
    rows = [*planning.stated(contact, policy()), *planning.derived(contact, policy())]

    assert rows == [*planning.stated(contact, policy()), *planning.derived(contact, policy())]
    assert len({row.id for row in rows}) == len(rows)


def test_the_first_to_serve_a_customer_becomes_their_agent_and_later_ones_join() -> None:
    once = reach.served(customer(), "amina")
    twice = reach.served(once, "omar")

    assert (twice.agent_id, twice.served_by) == ("amina", ("amina", "omar"))
    assert reach.served(twice, "omar") is twice
