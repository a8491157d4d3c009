"""Each function can do its work and nothing else: tried with its own role, and with one right less.

tests/rights shows that no right is superfluous.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local import signing
from tests.e2e.desk import Desk, eventually
from tests.times import DAY, MINUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_ssm import SSMClient


def read_the_link_keys(desk: Desk) -> None:
    # The local cloud's IAM asks for this action on all parameters, so here whoever reads the address key may.
    ssm: SSMClient = desk.cloud.client("ssm")
    ssm.get_parameters(Names=["/vaada/vaada/link-keys"], WithDecryption=True)


def send_a_mail(desk: Desk) -> None:
    ses: SESV2Client = desk.cloud.client("sesv2")
    body = {"Subject": {"Data": "Rights"}, "Body": {"Text": {"Data": "Rights"}}}
    to: Any = {"ToAddresses": ["rights@people.example"]}
    ses.send_email(FromEmailAddress="desk@vaada.example", Destination=to, Content={"Simple": body})  # type: ignore[typeddict-item]


def query_the_table(desk: Desk) -> None:
    dynamodb: DynamoDBClient = desk.cloud.client("dynamodb")
    dynamodb.query(
        TableName=desk.cloud.outputs["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "nothing"}},
    )


def read_the_whole_table(desk: Desk) -> None:
    dynamodb: DynamoDBClient = desk.cloud.client("dynamodb")
    dynamodb.scan(TableName=desk.cloud.outputs["TableName"])


TRIALS: tuple[Callable[[Desk], None], ...] = (
    read_the_link_keys,
    send_a_mail,
    query_the_table,
    read_the_whole_table,
)


def names(trials: set[Callable[[Desk], None]]) -> set[str]:
    """The names that the attempts use."""
    return {trial.__name__ for trial in trials}


@pytest.mark.parametrize(
    ("function", "may"),
    [
        ("Api", {query_the_table, read_the_link_keys}),
        ("Pages", {read_the_link_keys, query_the_table}),
        ("PlanSurveys", set()),
        ("SyncSchedules", set()),
        ("RotateLinkKeys", set()),
        ("InviteOwner", set()),
        ("CheckReadiness", set()),
        ("WriteAccountMail", set()),
        ("RemindAgent", {read_the_link_keys, send_a_mail}),
        ("FlagOverdue", {read_the_link_keys, send_a_mail}),
        ("SendSurvey", {read_the_link_keys, send_a_mail}),
        ("SweepDue", {read_the_link_keys, send_a_mail, query_the_table}),
        ("RecordDelivery", {read_the_link_keys}),
        ("ReceiveText", {read_the_link_keys, query_the_table}),
    ],
)
def test_a_function_may_do_only_what_it_is_for(
    desk: Desk, function: str, may: set[Callable[[Desk], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = desk.resource(f"{function}Role")
    role = desk.cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    lent = desk.cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="trial")["Credentials"]
    key = Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
    monkeypatch.setattr(signing, "Credentials", lambda *_: key)
    monkeypatch.setattr(desk.cloud, "_clients", {})  # those that were made before sign with another key
    done = set()
    for trial in TRIALS:
        try:
            trial(desk)
        except ClientError as error:
            assert "AccessDenied" in error.response["Error"]["Code"], trial  # noqa: PT017
        else:
            done.add(trial)
    assert names(done) == names(may)


# ---------------------------------------------------------------- with a right taken away


def a_contact_is_planned(desk: Desk) -> bool:
    customer = desk.customer("Rana Right")
    desk.contact(customer, desk.agent("Ruth Right"), "All is well with the bicycle", resolved=True)
    records = desk.stream_records(customer)
    contacts = [each for each in records if "interaction_id" in each["dynamodb"].get("NewImage", {})]
    answer = desk.invoke("PlanSurveys", {"Records": contacts[:1]})
    return answer == {"batchItemFailures": []} and len(desk.surveys(customer)) == 1


def a_promise_gets_a_schedule(desk: Desk) -> bool:
    customer = desk.customer("Rana Right")
    promised = desk.promise(customer, desk.agent("Ruth Right"), "Call about the bicycle", desk.now + 9 * DAY)
    record = next(each for each in desk.stream_records(customer) if promised[-16:] in str(each))
    answer = desk.invoke("SyncSchedules", {"Records": [record]})
    return answer == {"batchItemFailures": []} and promised in desk.schedule_names()


def a_reminder_is_sent(desk: Desk) -> bool:
    opening = desk.now.replace(hour=10, minute=0)
    while opening < desk.now or opening.weekday() > 4:
        opening += DAY
    customer, agent = desk.customer("Rana Right"), desk.agent("Ruth Right")
    desk.follow_up(customer, agent, "Ask about the bicycle", opening)
    desk.cloud.travel(opening + 3 * MINUTE - desk.now)
    desk.invoke("SweepDue", {})
    [message] = eventually(
        lambda: [row for row in desk.timeline(customer, "message") if row["status"] != "sending"],
        "the reminder is sent or refused",
    )
    assert message["status"] in {"sent", "waiting"}, message
    return len(desk.mails(agent)) == 1


def a_link_is_read(desk: Desk) -> bool:
    desk.cloud.travel(timedelta(minutes=6))  # after that the keys are read again
    try:
        return desk.open("/a/no-such-link").status_code == HTTPStatus.NOT_FOUND
    except httpx.TimeoutException:
        return False


@contextmanager
def without(desk: Desk, function: str, action: str) -> Iterator[None]:
    """Take a right away from a function for a while."""
    iam, role = desk.cloud.client("iam"), desk.resource(f"{function}Role")
    stood: dict[str, Any] = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        less = copy.deepcopy(policy)
        for statement in less["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [each for each in actions if each != action] or ["none:none"]
        if less != policy:
            stood[name] = policy
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
    assert stood, f"{function} has no right to {action}"
    try:
        yield
    finally:
        for name, policy in stood.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


@pytest.mark.parametrize(
    ("functions", "action", "works"),
    [
        (["PlanSurveys"], "dynamodb:PutItem", a_contact_is_planned),
        (["SyncSchedules"], "scheduler:CreateSchedule", a_promise_gets_a_schedule),
        (
            ["RemindAgent", "SweepDue"],
            "ses:SendEmail",
            a_reminder_is_sent,
        ),  # one of them allows it
        (["Pages"], "ssm:GetParameters", a_link_is_read),
    ],
)
def test_work_fails_without_its_right_and_succeeds_with_it(
    desk: Desk, functions: list[str], action: str, works: Callable[[Desk], bool]
) -> None:
    with ExitStack() as taken_away:
        for function in functions:
            taken_away.enter_context(without(desk, function, action))
        assert not works(desk)
    assert works(desk)
