"""Restoring lost rows on the deployed stack, as docs/operations.md says.

MiniStack is not AWS in one thing: a restored table is the table as it is at that moment, whatever moment was
asked for.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from operations.safety import REASON
from tests.e2e.desk import Desk, Person, eventually
from tests.e2e.operating import (
    always_at_work,
    by_day,
    operate,
    restored_to_now,
    sending_held,
    soon,
)
from tests.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.usefixtures("empty_queues")


@pytest.fixture
def backup(desk: Desk) -> Iterator[str]:
    """The name of the restored table."""
    name = f"{desk.cloud.outputs['TableName']}-restored"
    yield name
    desk.cloud.client("dynamodb").delete_table(TableName=name)


def lose(desk: Desk, customer: Person) -> int:
    """Delete all rows of a customer, as if by mistake. Returns how many there were."""
    dynamodb: DynamoDBClient = desk.cloud.client("dynamodb")
    table = desk.cloud.outputs["TableName"]
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"CUSTOMER#{customer.id}"}},
    )["Items"]
    for item in found:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    return len(found)


def restore_refused_without_hold(desk: Desk, backup: str) -> str:
    """Look at what would be restored: nothing is, while messages are sent. Returns what is shown."""
    code, looked = operate(desk, "restore", "--from", backup, "--look")
    assert code == 0
    assert operate(desk, "restore", "--from", backup) == (
        2,
        "Nothing was brought back. Sending is not held. Hold it first: make hold.\n",
    )
    return looked


def restore_with_hold(desk: Desk, backup: str) -> dict[str, int]:
    """Restore while sending is held. Returns the counts that the command shows, by what they count."""
    with sending_held(desk):
        code, said = operate(desk, "restore", "--from", backup)
    assert code == 0
    assert "make release STACK=vaada" in said
    return {what: int(count) for count, what in re.findall(r"^ +(\d+)  (.+)$", said, re.MULTILINE)}


def test_lost_rows_are_restored_and_no_customer_gets_a_second_message(desk: Desk, backup: str) -> None:
    agent = always_at_work(desk, "Mathilde Roth")
    lost, forgotten, kept = by_day(desk, "Kaspar Voss"), by_day(desk, "Irma Stein"), by_day(desk, "Ulf Beck")
    due_at = soon(desk)
    desk.resolved(lost, agent, "The clock runs again.", due_at - DAY)
    promise = desk.promise(lost, agent, "Bring the clock", soon(desk, 9 * HOUR))
    desk.promise(forgotten, agent, "Bring the mirror", soon(desk, 9 * HOUR))
    newer = desk.promise(kept, agent, "Bring the frame", soon(desk, 9 * HOUR))
    eventually(lambda: promise in desk.schedule_names(), "the promise has its schedule")
    restored_to_now(desk, backup)
    desk.cloud.travel(due_at - desk.now + timedelta(seconds=5))
    desk.mail(lost)  # sent after the backup
    desk.manager.post(f"/api/commitments/{newer}/keep")
    desk.manager.post(f"/api/customers/{forgotten.id}/erase")
    number = lose(desk, lost)
    eventually(lambda: promise not in desk.schedule_names(), "its schedule is gone with it")

    looked = restore_refused_without_hold(desk, backup)
    assert desk.call("GET", f"/api/customers/{lost.id}").status_code == 404
    counts = restore_with_hold(desk, backup)

    assert counts["brought back: missing"] == number - 1  # the message was sent after the backup
    assert f"{number - 1}  brought back: missing" in looked
    assert counts["of erased customers"] >= 4
    assert counts["erasures that begin anew"] >= 1
    [survey] = desk.surveys(lost)
    assert (survey["status"], survey["withheld_because"]) == ("withheld", REASON)
    assert desk.row(kept, newer)["status"] == "kept"
    assert desk.call("GET", f"/api/customers/{forgotten.id}").status_code == 404
    eventually(lambda: promise in desk.schedule_names(), "the promise has its schedule again")

    desk.wait_until(desk.now + 5 * MINUTE)
    assert len(desk.mails(lost)) == 1
    ledger = desk.manager.get("/api/erasures", limit="100")["items"]
    assert [line["status"] for line in ledger if line["customer_id"] == forgotten.id] == ["done"]
    with sending_held(desk):
        again = operate(desk, "restore", "--from", backup, "--customer", lost.id)[1]
    assert "brought back" not in again
    desk.manager.post(f"/api/commitments/{promise}/keep")
