"""The gateways of the product return the same on every engine."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.engines import GROUP, Engine
from tests.integration.scripted_desk import ENVIRONMENT
from tests.times import HOUR
from tests.unit import rows
from vaada.gateways.row_pages import Page
from vaada.gateways.schedules import Schedules, Target
from vaada.gateways.table import Conflict, Table
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.search_terms import SearchTerm
from vaada.model.work import Survey


@pytest.fixture
def table(engine: Engine) -> Table:
    """The product's table. The seed of the run decides how many rows are on a page."""
    rows_on_a_page = random.choice((None, 1, 2, 3))
    if rows_on_a_page is not None:
        engine.shorten_pages(rows_on_a_page)
    return Table(engine.dynamodb, engine.table)


def page_through(read: Callable[[str | None], Page]) -> list[str]:
    """The ids of all rows, page by page."""
    page = read(None)
    found = [row.id for row in page.rows]
    while page.next_cursor is not None:
        page = read(page.next_cursor)
        found += [row.id for row in page.rows]
    return found


def test_a_conflict_names_the_row_that_lost(table: Table) -> None:
    customer, contact = rows.customer(), rows.interaction()
    table.write(customer)
    with pytest.raises(Conflict) as lost:
        table.write(contact, rows.customer(name="Somebody else"))
    assert [row.id for row in lost.value.rows] == [customer.id]
    stands = table.get(Customer, customer.id)
    assert stands is not None
    assert (stands.name, stands.version) == (customer.name, 1)
    assert table.get(Interaction, contact.id) is None


def test_a_repeated_identical_write_is_no_conflict(table: Table) -> None:
    customer, contact = rows.customer(), rows.interaction()
    for _ in range(2):
        table.write(customer)
    for _ in range(2):
        table.write(contact, rows.survey())


def test_a_row_is_deleted_at_its_version_only(table: Table) -> None:
    customer = rows.customer()
    table.write(customer)
    moved = customer.changed(name="Bilal Ahmed Khan")
    table.write(moved)
    with pytest.raises(Conflict):
        table.write(rows.interaction(), delete=[customer])
    table.write(rows.interaction(), delete=[moved])
    assert table.get(Customer, customer.id) is None


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_the_stories_of_two_records_are_read_as_one_page_by_page(table: Table, limit: int) -> None:
    others, records = "other0khan000000", ("other0khan000000", rows.CUSTOMER_ID)
    for n in range(5):
        owner = records[n % 2]
        own = {"customer_id": owner, "case_id": owner + rows.row_id(n)[16:]}
        table.write(rows.case(**own, opened_at=rows.MONDAY + n * HOUR))
    table.write(rows.case(case_id=others + rows.row_id(9)[16:], customer_id=others, status="resolved"))
    story = page_through(lambda cursor: table.timeline(records, limit, cursor))
    opened = page_through(lambda cursor: table.customer_rows(Case, records, limit, cursor, status="open"))
    expected = [records[n % 2] + rows.row_id(n)[16:] for n in range(5)]
    assert story == [others + rows.row_id(9)[16:], *reversed(expected)]
    assert opened == expected


def test_customers_are_found_by_their_terms_until_they_have_others(table: Table) -> None:
    customer = rows.customer(name="Bilal Khan", served_by=("amina",))
    table.write(customer)
    stored = table.get(Customer, customer.id)
    assert stored is not None
    table.write(stored.changed(name="Bilal", email=None))

    def found(prefix: str, **asked: Any) -> list[str]:
        terms = table.search_terms(prefix, 10, None, **asked).rows
        return [term.term for term in terms if isinstance(term, SearchTerm)]

    assert found("name#") == ["bilal"]
    assert found("name#bil", texts=[" bilal "], agent_ids={"amina"}) == ["bilal"]
    assert found("name#bil", agent_ids={"omar", "amina"}) == ["bilal"]
    assert found("name#bil", agent_ids={"omar"}) == found("email#") == []
    assert list(table.customers([customer.id, "nobody0000000000"])) == [customer.id]


def test_a_customers_own_row_is_removed_unread_only_as_it_was_found(table: Table) -> None:
    table.write(rows.customer())
    found = table.items_to_erase(rows.CUSTOMER_ID)
    stored = table.get(Customer, rows.CUSTOMER_ID)
    assert stored is not None
    table.write(stored.changed(notes="new"))
    with pytest.raises(Conflict):
        table.write(rows.interaction(), delete_unread=found)
    table.write(rows.interaction(), delete_unread=table.items_to_erase(rows.CUSTOMER_ID))
    assert table.get(Customer, rows.CUSTOMER_ID) is None
    assert table.get(Interaction, rows.interaction().id) is not None


def test_a_timeline_is_read_page_by_page_newest_first(table: Table) -> None:
    for n in range(7):
        table.write(rows.interaction(interaction_id=rows.row_id(n)))
    read = page_through(lambda cursor: table.timeline([rows.CUSTOMER_ID], 3, cursor))
    assert read == [rows.row_id(n) for n in reversed(range(7))]


def test_only_due_rows_are_found_due(table: Table) -> None:
    soon, later = rows.MONDAY + HOUR, rows.MONDAY + 2 * HOUR
    due = rows.survey(survey_id=rows.row_id(1), wake_at=soon)
    table.write(due)
    table.write(rows.survey(survey_id=rows.row_id(2), wake_at=later))
    table.write(rows.survey(survey_id=rows.row_id(3), wake_at=None, status="expired"))
    assert list(table.due(soon)) == [("survey", due.id, due.version)]
    found = page_through(lambda cursor: table.list_rows(Survey, 10, cursor, status="scheduled"))
    assert set(found) == {rows.row_id(1), rows.row_id(2)}


def test_a_schedule_is_put_and_deleted_whether_it_exists_or_not(engine: Engine) -> None:
    role, queue = ENVIRONMENT["SCHEDULER_ROLE_ARN"], ENVIRONMENT["SEND_SURVEY_DLQ_ARN"]
    targets = {"survey": Target(ENVIRONMENT["SEND_SURVEY_ARN"], queue)}
    schedules = Schedules(engine.scheduler, engine.dynamodb, GROUP, role, targets)
    day = rows.MONDAY.replace(year=2099)
    for hours, moved in ((1, True), (2, False), (3, True)):
        schedules.put("survey", "a-row", hours, day + hours * HOUR, moved=moved)
        assert engine.schedules() == {"a-row": f"at({day + hours * HOUR:%Y-%m-%dT%H:%M:%S})"}
    for _ in range(2):
        schedules.delete("a-row")
    assert engine.schedules() == {}
