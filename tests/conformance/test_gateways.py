"""The desk's own gateways find the same on every engine."""

from datetime import timedelta

import pytest

from tests.conformance.engines import GROUP, Engine
from tests.integration.scripted_desk import ENVIRONMENT
from tests.unit import rows
from vaada.gateways.schedules import Schedules, Target
from vaada.gateways.table import Conflict, Table
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.work import Survey

HOUR = timedelta(hours=1)


@pytest.fixture
def table(engine: Engine) -> Table:
    return Table(engine.dynamodb, engine.table)


def test_a_conflict_names_the_row_that_lost(table: Table) -> None:
    customer, contact = rows.customer(), rows.interaction()
    table.write(customer)
    with pytest.raises(Conflict) as lost:
        table.write(contact, rows.customer(name="Somebody else"))
    assert [row.id for row in lost.value.rows] == [customer.id]
    assert table.get(Customer, customer.id) == customer
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


def test_a_timeline_is_read_page_by_page_newest_first(table: Table) -> None:
    for n in range(7):
        table.write(rows.interaction(interaction_id=rows.row_id(n)))
    read: list[str] = []
    cursor = None
    while True:
        page = table.timeline(rows.CUSTOMER_ID, 3, cursor)
        read += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert read == [rows.row_id(n) for n in reversed(range(7))]


def test_only_due_rows_are_found_due(table: Table) -> None:
    soon, later = rows.MONDAY + HOUR, rows.MONDAY + 2 * HOUR
    due = rows.survey(survey_id=rows.row_id(1), wake_at=soon)
    table.write(due)
    table.write(rows.survey(survey_id=rows.row_id(2), wake_at=later))
    table.write(rows.survey(survey_id=rows.row_id(3), wake_at=None, status="expired"))
    assert list(table.due(soon)) == [("survey", due.id, due.version)]
    found = table.list_rows(Survey, 10, None, status="scheduled")
    assert {row.id for row in found.rows} == {rows.row_id(1), rows.row_id(2)}


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
