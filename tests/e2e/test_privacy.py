"""No names, addresses, numbers or words of people in logs, schedules, queues and dead letters."""

import json

import pytest

from tests.e2e.desk import Desk, eventually
from tests.e2e.test_rights import without
from tests.times import DAY


@pytest.mark.last
def test_logs_schedules_queues_and_dead_letters_hold_no_personal_data(desk: Desk) -> None:
    agent = desk.agent("Ingrid Solberg", notify_by=["email", "sms"])
    customer = desk.customer("Zoran Petrovic", notes="Prefers a call after five.")
    desk.personal.add("Prefers a call after five.")
    promise = desk.promise(customer, agent, "Balance the wheels", desk.now + DAY)
    near = desk.promise(customer, agent, "Say hello at once", desk.now + DAY / 24)
    desk.contact(customer, agent, "Wants to know more.", resolved=True)
    desk.call("POST", "/api/customers", json={"name": "Zoran Petrovic", "email": "not an address"})
    eventually(lambda: len(desk.texts(agent)) == 1, "the agent is warned of the near promise")
    eventually(lambda: promise in desk.schedule_names(), "the other promise is scheduled")
    desk.cloud.client("lambda").invoke(  # an event that cannot be processed, and ends as a dead letter
        FunctionName=desk.resource("FlagOverdue"),
        InvocationType="Event",
        Payload=json.dumps({"row_id": promise}),
    )
    with without(desk, "ReceiveText", "dynamodb:PutItem"):  # both events must wait in the queue
        desk.texts_in(customer, "Stop")
        desk.hand_in(f"of {customer.phone}")
    waiting = desk.queued_events()
    assert len(waiting) == 2
    dead = eventually(lambda: list(desk.dead_letters()), "the dead letter of a wake-up without a version")

    payloads = {name: desk.schedule(name)[1] for name in desk.schedule_names()}
    assert promise in payloads
    for name, payload in payloads.items():
        assert json.loads(payload) == {"row_id": name, "version": json.loads(payload)["version"]}
    log = desk.log()
    assert any(near in line for line in log)
    kept = "\n".join([*log, *dead, *waiting, *payloads.values()])
    told = [personal for personal in desk.personal if personal in kept]
    assert told == []
    assert "eyJ" not in kept  # and no token
    assert "/s/" not in kept
