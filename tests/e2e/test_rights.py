"""Each function may do what it is for, and nothing else: its own role, asked directly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local import signing
from tests.e2e.desk import Desk

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_ssm import SSMClient


def read_the_link_keys(desk: Desk) -> None:
    ssm: SSMClient = desk.cloud.client("ssm")
    ssm.get_parameter(Name=desk.resource("LinkKeys"), WithDecryption=True)


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
    """What the trials try."""
    return {trial.__name__ for trial in trials}


@pytest.mark.parametrize(
    ("function", "may"),
    [
        ("Api", {query_the_table}),
        ("Pages", {read_the_link_keys}),
        ("PlanFollowUps", set()),
        ("SyncSchedules", set()),
        ("RotateLinkKeys", {read_the_link_keys}),
        ("RemindAgent", {read_the_link_keys, send_a_mail}),
        ("FlagOverdue", {read_the_link_keys, send_a_mail}),
        ("SendSurvey", {read_the_link_keys, send_a_mail}),
        ("SweepDue", {read_the_link_keys, send_a_mail}),
        ("RecordDelivery", set()),
        ("ReceiveText", set()),
    ],
)
def test_a_function_may_only_what_it_is_for(
    desk: Desk, function: str, may: set[Callable[[Desk], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = desk.resource(f"{function}Role")
    role = desk.cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    lent = desk.cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="trial")["Credentials"]
    key = Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
    monkeypatch.setattr(signing, "Credentials", lambda *_: key)
    done = set()
    for trial in TRIALS:
        try:
            trial(desk)
        except ClientError as error:
            assert "AccessDenied" in error.response["Error"]["Code"], trial  # noqa: PT017
        else:
            done.add(trial)
    assert names(done) == names(may)
