"""Dead letters and disabled streams, mended on the deployed stack as docs/operations.md says.

MiniStack is not AWS in three things. It tries a stream's records again for ever, so the dead letter of a
stream is written here as Lambda would. Its Scheduler neither tries again nor leaves dead letters, so wake-ups
are invoked here as Scheduler would. And after a jump of the clock it looks at streams and queues only when
something is written.
"""

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.desk import Desk, eventually
from tests.e2e.operating import (
    always_at_work,
    bury,
    by_day,
    empty,
    held,
    operate,
    soon,
    stopped,
    switched_off,
)
from tests.e2e.test_rights import without
from tests.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SENDERS = ("SweepDue", "RemindAgent", "FlagOverdue", "SendSurvey")
FIVE_TIMES_AND_ONCE_MORE = 6
LONG_GONE = "100000000000000000001", "100000000000000000002"
pytestmark = pytest.mark.usefixtures("empty_queues")


def invoke_later(desk: Desk, function: str, event: str) -> None:
    """Invoke a function asynchronously, as Scheduler, SNS and EventBridge do."""
    lambdas: LambdaClient = desk.cloud.client("lambda")
    lambdas.invoke(FunctionName=desk.resource(function), InvocationType="Event", Payload=event)


def letters(desk: Desk, *, number: int) -> None:
    """Wait until there are so many dead letters."""
    eventually(lambda: len(list(desk.dead_letters())) == number, f"{number} dead letters wait")


# ---------------------------------------------------------------- wake-ups and events


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


# ---------------------------------------------------------------- streams


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
