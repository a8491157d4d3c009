"""Events come twice, late or out of order to the built functions, and change nothing more."""

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.e2e.desk import Desk, Person, eventually
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import MINUTE

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

STREAM_FUNCTIONS = ("PlanSurveys", "SyncSchedules")


def replay(desk: Desk, customer: Person) -> None:
    """Deliver the stream records of a customer again: twice, then in reverse."""
    records = desk.stream_records(customer)
    doubled = [record for record in records for _ in range(2)]
    for function in STREAM_FUNCTIONS:
        for batch in (doubled, records[::-1]):
            assert desk.invoke(function, {"Records": batch}) == {"batchItemFailures": []}


@scenario
def test_an_early_stale_unknown_or_repeated_wake_up_sends_nothing(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Rune Dahl")
    customer = desk.customer("Wanda Zielinska")
    due_at = week.at("Mon 14:04")
    promise = desk.promise(customer, agent, "Straighten the fork", due_at)
    follow_up = desk.follow_up(customer, agent, "Ask about the fork", due_at)
    desk.resolved(customer, agent, "The fork is straight.", week.at("Sun 14:04", weeks=-1))
    [survey] = desk.surveys(customer)
    rows = {"FlagOverdue": promise, "RemindAgent": follow_up, "SendSurvey": survey["survey_id"]}
    nowhere = customer.id + 16 * "0"

    def wake(function: str, version: int, row_id: str | None = None) -> str:
        return str(desk.invoke(function, {"row_id": row_id or rows[function], "version": version}))

    before = desk.all_of(customer)
    for function, row_id in rows.items():
        version = desk.row(customer, row_id)["version"]
        assert wake(function, version) == "early"
        assert wake(function, version + 1) == "stale"
        assert wake(function, version, nowhere) == "gone"
        other = next(other for other in rows.values() if other != row_id)
        assert wake(function, version, other) == "gone"  # a row of a kind that the function does not advance
    assert desk.all_of(customer) == before

    yield week.at("Mon 10:04")
    desk.mail(agent)

    yield due_at
    desk.mail(agent, number=3)
    asked = desk.mail(customer)
    assert desk.is_punctual(asked, due_at)
    before = desk.all_of(customer)
    for function, row_id in rows.items():
        version = desk.row(customer, row_id)["version"]
        for old in range(1, version):
            assert wake(function, old) == "stale"
        assert wake(function, version) == "early"  # its next step is not due yet
    assert desk.all_of(customer) == before
    assert len(desk.mails(agent)) == 3
    desk.manager.post(f"/api/commitments/{promise}/keep")
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")


@scenario
def test_stream_records_delivered_twice_and_in_reverse_change_nothing(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Signe Krog")
    customer = desk.customer("Pavel Dvorak")
    follow_up = desk.follow_up(customer, agent, "Ask about the lock", week.at("Mon 10:02"))
    later = desk.follow_up(customer, agent, "Ask about the lock again", week.at("Mon 10:02"))
    desk.manager.post(f"/api/follow-ups/{later}/snooze", {"until": week.at("Mon 14:02").isoformat()})
    done = desk.follow_up(customer, agent, "Never mind the lock", week.at("Mon 10:02"))
    desk.manager.post(f"/api/follow-ups/{done}/cancel")
    desk.contact(customer, agent, "The lock sticks.", awaits_reply=False)
    eventually(lambda: len(desk.timeline(customer, "follow_up")) == 5, "the follow-ups are planned")
    before = desk.all_of(customer)
    replay(desk, customer)
    assert desk.all_of(customer) == before

    yield week.at("Mon 10:02")
    desk.mail(agent)
    before = desk.all_of(customer)
    replay(desk, customer)
    assert desk.all_of(customer) == before
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")

    yield week.at("Mon 14:02")
    assert "Ask about the lock again" in desk.mail(agent, number=2).text
    desk.manager.post(f"/api/follow-ups/{later}/complete")
    replay(desk, customer)

    yield week.at("Mon 17:00")  # the questions whether it is solved are due at closing
    assert len(desk.mails(agent)) == 2


@scenario
def test_the_sweep_reminds_if_the_schedule_is_lost(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Lotte Visser")
    due_at = week.at("Mon 10:04")
    follow_up = desk.follow_up(desk.customer("Bram Jansen"), agent, "Ask about the tyres", due_at)
    eventually(lambda: follow_up in desk.schedule_names(), "the schedule is made")
    desk.lose_schedule(follow_up)

    yield due_at
    assert desk.is_punctual(desk.mail(agent), due_at, within=5 * MINUTE)
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")

    yield week.at("Tue 09:00")
    assert len(desk.mails(agent)) == 1


@scenario
def test_concurrent_wake_ups_send_once(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Mikko Salo", notify_by=["email", "sms"])
    customer = desk.customer("Outi Niemi")
    follow_up = desk.follow_up(customer, agent, "Ask about the chain", week.at("Mon 14:00"))

    yield week.at("Mon 10:00")
    at_once = (desk.now + MINUTE).replace(microsecond=0)
    desk.manager.post(f"/api/follow-ups/{follow_up}/snooze", {"until": at_once.isoformat()})
    event = {"row_id": follow_up, "version": desk.row(customer, follow_up)["version"]}
    desk.cloud.travel(MINUTE)
    with ThreadPoolExecutor(3) as pool:
        woken = [pool.submit(desk.invoke, "RemindAgent", event) for _ in range(2)]
        woken += [pool.submit(desk.invoke, "SweepDue", {})]
    assert [outcome.result() for outcome in woken].count("fired") <= 1

    yield week.at("Mon 14:00")
    assert (len(desk.mails(agent)), len(desk.texts(agent))) == (1, 1)
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")


@contextmanager
def deaf(desk: Desk) -> Iterator[None]:
    """The stream does not invoke the function that plans."""
    functions: LambdaClient = desk.cloud.client("lambda")
    mapping = desk.resource("PlanSurveysInteractions")
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=mapping, Enabled=True)


def poisoned(record: dict[str, Any], number: str, item: str, **broken: Any) -> dict[str, Any]:
    """A copy of the record with the key of another item and an invalid field."""
    record = copy.deepcopy(record)
    record["dynamodb"]["SequenceNumber"] = number
    record["dynamodb"]["Keys"]["sk"] = {"S": f"ROW#{item}"}
    record["dynamodb"]["NewImage"].update(broken)
    return record


def test_a_poison_record_blocks_its_own_item_only(desk: Desk) -> None:
    agent = desk.agent("Nils Poulsen")
    customer = desk.customer("Karin Toft")
    with deaf(desk):
        for bell in ("first", "second", "third"):
            desk.contact(customer, agent, f"The {bell} bell is too quiet.")
        first, second, third = (
            record
            for record in desk.stream_records(customer)
            if record["eventName"] == "INSERT"
            and record["dynamodb"]["NewImage"]["row_kind"] == {"S": "interaction"}
        )
        bad_time = {"recorded_at": {"S": f"not a time, but said to {customer.email}"}}
        batch = [
            first,
            poisoned(second, "12", "bad", **bad_time),
            second,
            poisoned(second, "13", "bad", **bad_time),  # a later change of the same item waits for it
            poisoned(third, "14", "worse", row_kind={"S": "of a later release"}),
            third,
        ]
        answer = desk.invoke("PlanSurveys", {"Records": batch})
        assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["12", "13", "14"]
        planned = {row["interaction_id"] for row in desk.timeline(customer, "follow_up")}
        assert planned == {row["interaction_id"] for row in desk.timeline(customer, "interaction")}
        assert len(planned) == 3
    due_row = next(
        record
        for record in desk.stream_records(customer)
        if record["dynamodb"]["NewImage"]["row_kind"] == {"S": "follow_up"}
    )
    broken = poisoned(due_row, "15", "bad", wake_at={"S": customer.name})
    answer = desk.invoke("SyncSchedules", {"Records": [broken, due_row]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "15"}]}

    said = [line for line in desk.log() if "record failed" in line]
    assert len(said) >= 3
    assert all(json.loads(line)["level"] == "ERROR" for line in said)  # the metric of the alarm
    assert not [line for line in said if customer.name in line or customer.email in line]
    for row in desk.timeline(customer, "follow_up"):
        desk.manager.post(f"/api/follow-ups/{row['follow_up_id']}/cancel")


def test_the_sweep_plans_a_contact_that_the_stream_missed(desk: Desk) -> None:
    customer = desk.customer("Hedda Moe")
    with deaf(desk):
        desk.contact(customer, desk.agent("Arne Moe"), "The stream did not bring this.", resolved=True)
        desk.wait_until(desk.now + 5 * MINUTE, with_stream=False)
        assert desk.surveys(customer) == []  # wait for the stream
        desk.wait_until(desk.now + 6 * MINUTE, with_stream=False)
        assert len(desk.surveys(customer)) == 1
    assert len(desk.surveys(customer)) == 1
