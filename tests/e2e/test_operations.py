"""The procedures of docs/operations.md for failures, tried on the deployed stack.

MiniStack is not AWS in four things. It tries a stream's records again for ever, so the dead letter of a
stream is written here as Lambda would. Its Scheduler neither tries again nor leaves dead letters, so wake-ups
are invoked here as Scheduler would. A restored table is the table as it is at that moment, whatever moment
was asked for. And after a jump of the clock it looks at streams and queues only when something is written.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.places import ROOT, environment
from operations.redrive import QUEUES
from operations.safety import REASON
from operations.senders import AT_REST_AFTER
from tests.e2e.desk import Desk, Person, eventually, link
from tests.e2e.test_rights import without
from tests.times import DAY, HOUR, MINUTE
from vaada.gateways.keys import Keys
from vaada.gateways.links import BadLink, ExpiredLink, Links

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

SENDERS = ("SweepDue", "RemindAgent", "FlagOverdue", "SendSurvey")
KEYS_ARE_KEPT = 6 * MINUTE  # the time that functions cache the policy, and a little
FIVE_TIMES_AND_ONCE_MORE = 6
ALWAYS = [{"opens": "00:00", "closes": "24:00"}]
LONG_GONE = "100000000000000000001", "100000000000000000002"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.fixture(autouse=True)
def _queues_of_its_own(desk: Desk) -> Iterator[None]:
    """Each test begins and ends with empty queues."""
    left = "\n".join([*desk.dead_letters(), *desk.queued_events()])
    assert not [personal for personal in desk.personal if personal in left]
    empty(desk)
    yield
    empty(desk)


def empty(desk: Desk) -> None:
    """Empty all queues."""
    for queue in (*QUEUES, "RetryQueue"):
        desk.cloud.client("sqs").purge_queue(QueueUrl=desk.resource(queue))


def operate(desk: Desk, command: str, *arguments: str) -> tuple[int, str]:
    """Run a command as its line in the Makefile does. Returns the exit code and the output."""
    done = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-m", f"operations.{command}", *arguments, "--stack", desk.cloud.stack],
        cwd=ROOT,
        env=environment(
            PYTHONPATH="layers/vaada", AWS_ENDPOINT_URL=desk.cloud.endpoint, **desk.cloud.clock.environment()
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    assert not [personal for personal in desk.personal if personal in done.stdout]
    return done.returncode, done.stdout


def always_at_work(desk: Desk, name: str, **more: Any) -> Person:
    """An agent who works at any hour, so that no message is held."""
    return desk.agent(name, working_hours=dict.fromkeys(WEEK, ALWAYS), **more)


def by_day(desk: Desk, name: str, **more: Any) -> Person:
    """A customer in a time zone where it is noon now, outside the quiet hours."""
    ahead = 12 - desk.now.hour  # the names of these zones have the opposite sign
    return desk.customer(name, time_zone=f"Etc/GMT{-ahead:+d}" if ahead else "UTC", **more)


def soon(desk: Desk, after: timedelta = 3 * MINUTE) -> datetime:
    return (desk.now + after).replace(microsecond=0)


@contextmanager
def sending_held(desk: Desk) -> Iterator[None]:
    """Hold all messages as docs/operations.md describes, and release them at the end."""
    assert operate(desk, "senders", "hold")[0] == 0
    desk.cloud.travel(AT_REST_AFTER)
    try:
        yield
    finally:
        assert operate(desk, "senders", "release")[0] == 0
        desk.cloud.travel(MINUTE)


@contextmanager
def held(desk: Desk, *functions: str) -> Iterator[None]:
    """These functions cannot run, as if the account had no concurrency left: invocations are throttled."""
    lambdas: LambdaClient = desk.cloud.client("lambda")
    for function in functions:
        name = desk.resource(function)
        if function == "SweepDue":
            let_sweeps_finish(desk)
        lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        for function in functions:
            lambdas.delete_function_concurrency(FunctionName=desk.resource(function))


def let_sweeps_finish(desk: Desk) -> None:
    """Wait until no sweep runs: one that began before the clock is moved does what falls due by that.

    A function that may run only once at a time is throttled as long as it runs.
    """
    lambdas: LambdaClient = desk.cloud.client("lambda")
    name = desk.resource("SweepDue")

    def runs_alone() -> bool:
        try:
            return lambdas.invoke(FunctionName=name, Payload="{}")["StatusCode"] == 200
        except lambdas.exceptions.TooManyRequestsException:
            return False

    lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    eventually(runs_alone, "the sweeps that run are finished")


def bury(desk: Desk, queue: str, letter: object, **attributes: str) -> None:
    """Put a dead letter into a queue."""
    sqs: SQSClient = desk.cloud.client("sqs")
    told: Any = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sqs.send_message(QueueUrl=desk.resource(queue), MessageBody=json.dumps(letter), MessageAttributes=told)


def invoke_later(desk: Desk, function: str, event: str) -> None:
    """Invoke a function asynchronously, as Scheduler, SNS and EventBridge do."""
    lambdas: LambdaClient = desk.cloud.client("lambda")
    lambdas.invoke(FunctionName=desk.resource(function), InvocationType="Event", Payload=event)


def letters(desk: Desk, *, number: int) -> None:
    """Wait until there are so many dead letters."""
    eventually(lambda: len(list(desk.dead_letters())) == number, f"{number} dead letters wait")


# ---------------------------------------------------------------- is this desk ready?


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


# ---------------------------------------------------------------- dead letters


def test_undelivered_wake_ups_are_redriven(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Ottilie Brandt"), by_day(desk, "Anselm Kreuz")
    due_at = soon(desk)
    desk.resolved(customer, agent, "The lamp works again.", due_at - DAY)
    promise = desk.promise(customer, agent, "Bring the lamp", due_at)
    follow_up = desk.follow_up(customer, agent, "Ask about the lamp", due_at)
    [survey] = desk.surveys(customer)
    woken = {"FlagOverdue": promise, "RemindAgent": follow_up, "SendSurvey": survey["survey_id"]}
    rows = set(woken.values())
    eventually(lambda: rows <= desk.schedule_names(), "all three have their schedules")
    with held(desk, "SweepDue"):
        with held(desk, "RemindAgent", "FlagOverdue", "SendSurvey"):
            wake_ups = {function: desk.schedule(row_id)[1] for function, row_id in woken.items()}
            desk.cloud.travel(due_at - desk.now + timedelta(seconds=5))
            for function, wake_up in wake_ups.items():
                invoke_later(desk, function, wake_up)
            letters(desk, number=3)
        assert desk.surveys(customer)[0]["status"] == "scheduled"

        code, shown = operate(desk, "redrive", "--look")
        assert (code, shown.splitlines()[-1]) == (0, "3 dead letters.")
        assert rows == set(re.findall(r"row (\w{32}), version \d", shown))
        letters(desk, number=3)

        code, played = operate(desk, "redrive")
        assert (code, played.splitlines()[-1]) == (0, "3 played, 0 settled, 0 left.")
        assert played.count("played: fired") == 3
    assert desk.row(customer, follow_up)["status"] == "due"
    assert desk.row(customer, promise)["flagged_at"]
    assert desk.row(customer, survey["survey_id"])["status"] == "sent"
    assert "how did we do" in desk.mail(customer).subject
    assert operate(desk, "redrive", "--queue", "SendSurveyFailures")[1] == "0 played, 0 settled, 0 left.\n"
    desk.manager.post(f"/api/commitments/{promise}/keep")
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")


def test_a_stale_wake_up_changes_nothing_and_a_failing_one_stays_queued(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Gesine Holt"), by_day(desk, "Jost Amberg")
    follow_up = desk.follow_up(customer, agent, "Ask about the hinge", soon(desk, 2 * HOUR))
    before = desk.row(customer, follow_up)
    bury(desk, "RemindAgentFailures", {"row_id": follow_up, "version": 7}, ERROR_CODE="AccessDeniedException")
    bury(desk, "RemindAgentFailures", {"row_id": follow_up})  # invalid: it has no version
    bury(desk, "RemindAgentFailures", "not one of ours")

    code, said = operate(desk, "redrive", "--queue", "RemindAgentFailures")

    assert (code, said.splitlines()[-1]) == (1, "1 played, 0 settled, 2 left.")
    assert "AccessDeniedException\n  played: stale" in said
    assert "left: it failed again: " in said
    assert "nothing that the desk wrote" in said
    letters(desk, number=2)  # and is visible at once
    assert desk.row(customer, follow_up) == before
    desk.manager.post(f"/api/follow-ups/{follow_up}/cancel")


def test_a_failed_stop_waits_in_the_queue_without_the_number_and_is_retried(desk: Desk) -> None:
    customer = desk.customer("Odo Finke")
    with without(desk, "ReceiveText", "dynamodb:PutItem"):
        desk.texts_in(customer, "Stop")
    assert [json.loads(news)["said"] for news in desk.queued_events()] == ["stop"]
    assert customer.phone not in "".join(desk.queued_events())
    assert stopped(desk, customer) == []

    desk.let_queued_events_wait(MINUTE)

    eventually(lambda: stopped(desk, customer) == ["texted_stop"], "the STOP is heard at last")
    eventually(lambda: not desk.queued_events(), "nothing waits any more")
    assert list(desk.dead_letters()) == []


def test_an_unreadable_event_becomes_a_dead_letter_with_its_id(desk: Desk) -> None:
    customer = desk.customer("Ilka Brosz")
    desk.hand_in(f"of {customer.phone}")
    [news] = desk.queued_events()
    for _ in range(FIVE_TIMES_AND_ONCE_MORE):
        desk.let_queued_events_wait(4 * MINUTE)
    letters(desk, number=1)

    code, said = operate(desk, "redrive")

    event_id = json.loads(news)["event_id"]
    assert (code, said.splitlines()[-1]) == (1, "0 played, 0 settled, 1 left.")
    assert f"incoming text {event_id} that could not be read (JSONDecodeError)" in said
    assert "left: it failed again" in said
    letters(desk, number=1)


def test_an_inbound_event_that_became_a_dead_letter_is_redriven(desk: Desk) -> None:
    customer = desk.customer("Wido Lenz")
    with without(desk, "ReceiveText", "dynamodb:PutItem"):
        desk.texts_in(customer, "Stop")
    [news] = desk.queued_events()
    empty(desk)
    bury(desk, "RetryQueueFailures", json.loads(news))
    with held(desk, "RecordDelivery"):
        code, said = operate(desk, "redrive", "--queue", "RetryQueueFailures")
        assert (code, said.splitlines()[-1]) == (1, "0 played, 0 settled, 1 left.")
        assert "left: AWS refused: TooManyRequestsException" in said

    code, said = operate(desk, "redrive", "--queue", "RetryQueueFailures")

    assert (code, said.splitlines()[-1]) == (0, "1 played, 0 settled, 0 left.")
    assert f"RecordDelivery, stop of {json.loads(news)['suppression_id']}" in said
    assert stopped(desk, customer) == ["texted_stop"]


def stopped(desk: Desk, customer: Person) -> list[str]:
    """The reasons why the customer's addresses are suppressed."""
    found = desk.manager.get(f"/api/customers/{customer.id}/export")["stopped"]
    return [address["anything"]["reason"] for address in found]


def batch_of(desk: Desk, function: str, first: str, last: str) -> dict[str, Any]:
    """The dead letter of records that a function could not process."""
    [stream] = desk.cloud.client("dynamodbstreams").list_streams(TableName=desk.cloud.outputs["TableName"])[
        "Streams"
    ]
    arn = desk.cloud.client("lambda").get_function(FunctionName=desk.resource(function))["Configuration"]
    return {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": arn["FunctionArn"],
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 6,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-03-02T09:00:03.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": first,
            "endSequenceNumber": last,
            "approximateArrivalOfFirstRecord": "2026-03-02T09:00:00Z",
            "approximateArrivalOfLastRecord": "2026-03-02T09:00:00Z",
            "batchSize": 1,
            "streamArn": stream["StreamArn"],
        },
    }


@contextmanager
def switched_off(desk: Desk, function: str) -> Iterator[None]:
    """The stream does not invoke the function until the context ends."""
    lambdas: LambdaClient = desk.cloud.client("lambda")

    def mappings() -> Any:
        name = desk.resource(function)
        return lambdas.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

    [mapping] = mappings()
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        assert [each["State"] for each in mappings()] == ["Disabled"]
        yield
    finally:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def test_dead_letters_of_the_stream_are_redriven(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Wiebke Lang"), desk.customer("Tilo Brenner")
    with switched_off(desk, "PlanSurveys"):
        recorded = desk.contact(customer, agent, "The stove smokes.", awaits_reply=False)
        records = desk.stream_records(customer)
        numbers = sorted((record["dynamodb"]["SequenceNumber"] for record in records), key=int)
        bury(desk, "StreamFailures", batch_of(desk, "PlanSurveys", numbers[0], numbers[-1]))
        assert recorded["interaction_id"] in operate(desk, "redrive", "--look")[1]

        code, said = operate(desk, "redrive", "--queue", "StreamFailures")

        assert (code, said.splitlines()[-1]) == (0, "1 played, 0 settled, 0 left.")
        assert "played: 1 records" in said  # only the contact, and neither its customer nor its case
        [follow_up] = desk.timeline(customer, "follow_up")
    desk.manager.post(f"/api/follow-ups/{follow_up['follow_up_id']}/cancel")


def test_a_dead_letter_of_expired_records_is_settled_by_the_sweep(desk: Desk) -> None:
    bury(desk, "StreamFailures", batch_of(desk, "SyncSchedules", *LONG_GONE))
    stranger = batch_of(desk, "PlanSurveys", *LONG_GONE)
    stranger["requestContext"]["functionArn"] = "arn:aws:lambda:us-east-1:000000000000:function:another"
    bury(desk, "StreamFailures", stranger)
    code, said = operate(desk, "redrive", "--queue", "StreamFailures")
    assert (code, said.splitlines()[-1]) == (1, "0 played, 0 settled, 2 left.")
    assert "left: its records are no longer in the stream; the sweep has its turn until" in said
    desk.cloud.travel(31 * MINUTE)
    desk.invoke("SweepDue", {})

    code, said = operate(desk, "redrive", "--queue", "StreamFailures")

    assert (code, said.splitlines()[-1]) == (1, "0 played, 1 settled, 1 left.")
    assert "settled: its records are no longer in the stream; the sweep has done what was due" in said
    assert "left: it is of another stack's function" in said


def test_an_expired_record_is_not_settled_while_rows_are_due(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Hedwig Sander"), desk.customer("Bruno Falk")
    with switched_off(desk, "PlanSurveys"), held(desk, *SENDERS):
        desk.contact(customer, agent, "The door closes.", resolved=True)
        bury(desk, "StreamFailures", batch_of(desk, "PlanSurveys", *LONG_GONE))
        desk.cloud.travel(31 * MINUTE)
        code, said = operate(desk, "redrive", "--queue", "StreamFailures")
        assert code == 1, said
        assert "left: its records are no longer in the stream, and the sweep has not done all" in said
        assert desk.surveys(customer) == []
        desk.cloud.client("lambda").delete_function_concurrency(FunctionName=desk.resource("SweepDue"))
        desk.invoke("SweepDue", {})
        assert operate(desk, "redrive", "--queue", "StreamFailures")[0] == 0
    assert [survey["status"] for survey in desk.surveys(customer)] == ["scheduled"]


# ---------------------------------------------------------------- a stuck stream


def test_a_stream_that_was_disabled_resumes_and_loses_nothing(desk: Desk) -> None:
    agent, customer = always_at_work(desk, "Rosalie Winter"), desk.customer("Emil Harms")
    with switched_off(desk, "PlanSurveys"):
        with switched_off(desk, "SyncSchedules"):
            desk.contact(customer, agent, "The gate is quiet.", resolved=True)
            later = desk.follow_up(customer, agent, "Oil the gate", soon(desk, 5 * HOUR))
            assert later not in desk.schedule_names()
        desk.customer("Somebody else")
        eventually(lambda: later in desk.schedule_names(), "what was missed has its schedule")
        assert desk.surveys(customer) == []
    desk.customer("Somebody else again")
    eventually(
        lambda: desk.surveys(customer),
        "what was missed is planned, and not by the sweep, for no time has passed",
    )
    desk.manager.post(f"/api/follow-ups/{later}/cancel")


# ---------------------------------------------------------------- the keys of links


class OnlyKey:
    """A fake of Parameter Store with this one key of links."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_parameters(self, **_: object) -> dict[str, Any]:
        values = {"links": json.dumps([self._key]), "addresses": ""}
        return {"Parameters": [{"Name": name, "Value": value} for name, value in values.items()]}


def keys(desk: Desk) -> list[str]:
    """The keys that sign links, the newest last."""
    stored = desk.cloud.client("ssm").get_parameter(Name="/vaada/vaada/link-keys", WithDecryption=True)
    found: list[str] = json.loads(stored["Parameter"]["Value"])
    return found


def is_signed_with(url: str, key: str) -> bool:
    try:
        keys = Keys(OnlyKey(key), "links", "addresses")  # type: ignore[arg-type]  # all it asks
        Links(keys, "").row_id("action", url.rsplit("/", 1)[1])
    except ExpiredLink:  # by the clock of this machine; the signature is checked first
        return True
    except BadLink:
        return False
    return True


def warned(desk: Desk, customer: Person, what: str) -> tuple[str, str]:
    """A promise whose warning is sent at once: its id, and the link in the mail."""
    agent = always_at_work(desk, f"Agent for {what}")
    promise = desk.promise(customer, agent, what, soon(desk, HOUR))
    return promise, link(desk.mail(agent), "a").partition("?")[0]


def test_a_link_survives_one_key_rotation_and_not_two(desk: Desk) -> None:
    customer = desk.customer("Lorenz Pohl")
    first, opened_before = warned(desk, customer, "Return the key")
    second, never_opened = warned(desk, customer, "Return the lock")
    page = desk.open(opened_before)
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
    assert nonce
    old = keys(desk)[-1]

    desk.invoke("RotateLinkKeys", {})
    desk.cloud.travel(KEYS_ARE_KEPT)

    assert keys(desk)[-2] == old
    third, new = warned(desk, customer, "Return the chain")
    assert is_signed_with(opened_before, old)
    assert is_signed_with(new, keys(desk)[-1])
    assert not is_signed_with(new, old)
    assert desk.open(never_opened).status_code == desk.open(new).status_code == 200
    assert desk.send(opened_before, do="kept", nonce=nonce[1]).status_code == 200
    assert desk.row(customer, first)["status"] == "kept"

    desk.invoke("RotateLinkKeys", {})
    desk.cloud.travel(KEYS_ARE_KEPT)

    refused, bad = desk.open(never_opened), desk.open(f"{new[:-4]}AAAA")
    assert (refused.status_code, refused.text) == (bad.status_code, bad.text)
    assert refused.status_code == 404
    assert desk.answer(never_opened, do="kept").status_code == 404
    assert desk.row(customer, second)["status"] == "open"
    assert desk.answer(new, do="kept").status_code == 200
    assert desk.row(customer, third)["status"] == "kept"
    desk.manager.post(f"/api/commitments/{second}/keep")


# ---------------------------------------------------------------- restoring


@pytest.fixture
def backup(desk: Desk) -> Iterator[str]:
    """The name of the restored table."""
    name = f"{desk.cloud.outputs['TableName']}-restored"
    yield name
    desk.cloud.client("dynamodb").delete_table(TableName=name)


def restored_to_now(desk: Desk, backup: str) -> None:
    """Restore the table to now, and wait for it."""
    dynamodb: DynamoDBClient = desk.cloud.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=desk.cloud.outputs["TableName"],
        TargetTableName=backup,
        RestoreDateTime=desk.now,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=backup)


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

    code, looked = operate(desk, "restore", "--from", backup, "--look")
    assert code == 0
    assert desk.call("GET", f"/api/customers/{lost.id}").status_code == 404

    assert operate(desk, "restore", "--from", backup) == (
        2,
        "Nothing was brought back. Sending is not held. Hold it first: make hold.\n",
    )
    with sending_held(desk):
        code, said = operate(desk, "restore", "--from", backup)

    assert code == 0
    assert "make release STACK=vaada" in said
    counts = {what: int(count) for count, what in re.findall(r"^ +(\d+)  (.+)$", said, re.MULTILINE)}
    assert counts["brought back: missing"] == number - 1  # the message was sent after the backup
    assert f"{number - 1}  brought back: missing" in looked
    assert counts["of customers who were forgotten"] >= 4
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


def test_while_sending_is_held_due_rows_wait_and_are_handled_on_release(desk: Desk) -> None:
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
