"""The doctor, holding and the commands of docs/operations.md, tried on the deployed stack."""

import re

import pytest

from operations.redrive import QUEUES
from tests.e2e.desk import Desk, eventually
from tests.e2e.operating import (
    always_at_work,
    bury,
    empty,
    held,
    operate,
    sending_held,
    soon,
    switched_off,
)
from tests.times import MINUTE

pytestmark = pytest.mark.usefixtures("empty_queues")


def line_of(said: str, title: str) -> str:
    """The line of `make doctor` about one check."""
    [line] = [line for line in said.splitlines() if f"  {title}: " in line]
    return line


def test_the_doctor_names_what_is_missing_and_how_to_mend_it(desk: Desk) -> None:
    bury(desk, "RemindAgentFailures", {"row_id": "0" * 32, "version": 1})
    with held(desk, "SendSurvey"), switched_off(desk, "PlanSurveys"):
        code, said = operate(desk, "doctor")
    empty(desk)

    assert code == 1
    assert line_of(said, "Managers").startswith("ready")
    assert line_of(said, "Policy").startswith("ready")
    assert line_of(said, "Keys of the links").startswith("ready")
    assert "Kept from running, so that what they should do is dropped: SendSurvey." in said
    assert "RemindAgentFailures: 1" in line_of(said, "Dead letters")
    assert "make redrive" in said
    assert "Switched off: PlanSurveysInteractions." in said
    assert "is not signed by your domain" in line_of(said, "DKIM")
    # MiniStack does not know the call. On AWS, a call without permission is reported in the same way.
    assert line_of(said, "SMS spending").startswith("unknown")
    assert re.search(r"^\d+ ready, \d+ missing, \d+ unknown\.$", said, re.MULTILINE)


def test_due_rows_wait_while_sending_is_held_and_are_handled_on_release(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Adele Kurz"), desk.customer("Veit Hollmann")
    due_at = soon(desk, 10 * MINUTE)
    follow_up = desk.follow_up(customer, agent, "Ask about the saddle", due_at)
    eventually(lambda: follow_up in desk.schedule_names(), "it has its schedule")
    with sending_held(desk):
        desk.cloud.travel(due_at - desk.now + 5 * MINUTE)
        eventually(lambda: follow_up not in desk.schedule_names(), "its schedule has fired")
        desk.invoke("SweepDue", {})
        assert desk.row(customer, follow_up)["status"] == "scheduled"
        assert desk.mails(agent) == []
        assert list(desk.dead_letters()) == []
        assert operate(desk, "senders", "hold") == (0, "Sending was held already.\n")

    desk.wait_until(desk.now + 5 * MINUTE)

    assert "saddle" in desk.mail(agent).text
    assert desk.row(customer, follow_up)["status"] == "due"
    assert operate(desk, "senders", "release") == (0, "Sending was not held.\n")
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")


def test_a_command_that_fails_says_why(desk: Desk) -> None:
    code, said = operate(desk, "restore", "--from", "no-such-table", "--look")

    assert code == 2
    assert "ResourceNotFoundException" in said
    assert set(QUEUES) == {name for name in QUEUES if desk.resource(name)}
