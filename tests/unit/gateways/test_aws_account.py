"""Requests to AWS and the reading of responses. The shapes of both are checked against AWS's models."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.session import Session
from botocore.stub import Stubber

from vaada.gateways import aws
from vaada.gateways.aws_account import Account, NotAnswered, translate_refusals
from vaada.model.aws_account import (
    Concurrency,
    KeyAge,
    MailAccount,
    MailIdentity,
    SignedInManagers,
    TextAccount,
)

SERVICES = {
    "cloudformation": "cloudformation",
    "ses": "sesv2",
    "receiving": "ses",
    "sns": "sns",
    "logs": "logs",
    "phone_numbers": "pinpoint-sms-voice-v2",
    "alarms": "cloudwatch",
    "functions": "lambda",
    "events": "events",
    "queues": "sqs",
    "scheduler": "scheduler",
    "users": "cognito-idp",
    "dynamodb": "dynamodb",
    "parameters": "ssm",
    "social_messaging": "socialmessaging",
}
"""The functions of `gateways/aws.py`, and the services that they are clients of."""

MAPPING = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
WRITTEN = datetime(2026, 3, 2, tzinfo=UTC)
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:vaada-RecordDelivery"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:vaada-AlarmTopic"
TYPES = {
    "Table": ("AWS::DynamoDB::Table", "vaada-Table"),
    "ConfigurationSet": ("AWS::SES::ConfigurationSet", "vaada-0"),
    "IncomingTexts": ("AWS::SNS::Topic", f"{TOPIC}-in"),
    "IncomingWhatsApp": ("AWS::SNS::Topic", f"{TOPIC}-whatsapp"),
    "AlarmTopic": ("AWS::SNS::Topic", TOPIC),
    "SweepAlarm": ("AWS::CloudWatch::Alarm", "vaada-SweepAlarm"),
    "ErrorsAlarm": ("AWS::CloudWatch::Alarm", "vaada-ErrorsAlarm"),
    "RecordDelivery": ("AWS::Lambda::Function", "vaada-RecordDelivery"),
    "SweepDueEveryTwoMinutes": ("AWS::Events::Rule", "vaada-EveryTwoMinutes"),
    "PlanSurveysInteractions": ("AWS::Lambda::EventSourceMapping", MAPPING),
    "StreamFailures": ("AWS::SQS::Queue", "https://sqs.example/StreamFailures"),
    "RetryQueue": ("AWS::SQS::Queue", "https://sqs.example/RetryQueue"),
    "InboundMailBucket": ("AWS::S3::Bucket", "vaada-mail"),
    "ScheduleGroup": ("AWS::Scheduler::ScheduleGroup", "vaada-0"),
    "UserPool": ("AWS::Cognito::UserPool", "eu-west-1_pool"),
}


@cache
def clients() -> dict[str, Any]:
    """The clients by the names of `SERVICES`. To create them takes much longer than a test."""
    session = Session()
    session.set_credentials("test", "test")
    return {
        name: session.create_client(cast("Any", service), region_name="eu-west-1")
        for name, service in SERVICES.items()
    }


class Aws:
    """Answers calls in the order in which the test gives them. Fails if one is not made."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._stubs = {}
        for name, client in clients().items():
            patch.setattr(aws, name, lambda client=client: client)
            self._stubs[name] = Stubber(client)

    def __enter__(self) -> "Aws":
        with ExitStack() as stack:
            for stub in self._stubs.values():
                stack.enter_context(stub)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()

    def answers(self, client: str, call: str, answer: dict[str, Any], **asked: Any) -> None:
        self._stubs[client].add_response(call, answer, asked or None)

    def refuses(self, client: str, call: str, error: str) -> None:
        self._stubs[client].add_client_error(call, error, http_status_code=400)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS, which knows the stack."""
    with Aws(monkeypatch) as cloud:
        yield cloud


@pytest.fixture
def account(cloud: Aws) -> Account:
    summaries = [
        {
            "LogicalResourceId": logical_id,
            "ResourceType": kind,
            "PhysicalResourceId": name,
            "LastUpdatedTimestamp": WRITTEN,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for logical_id, (kind, name) in TYPES.items()
    ]
    cloud.answers(
        "cloudformation", "list_stack_resources", {"StackResourceSummaries": summaries}, StackName="vaada"
    )
    account = Account("vaada")
    assert account.resources["Table"] == "vaada-Table"
    return account


def test_mail_in_the_sandbox(cloud: Aws, account: Account) -> None:
    cloud.answers(
        "ses",
        "get_account",
        {
            "ProductionAccessEnabled": False,
            "SendingEnabled": True,
            "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0},
            "Details": {"ReviewDetails": {"Status": "PENDING", "CaseId": "1"}},
        },
    )

    assert account.mail() == MailAccount(
        production=False, enabled=True, review="PENDING", mails_a_second=1.0, mails_a_day=200.0
    )


@pytest.mark.parametrize(
    ("status", "enabled", "signed"),
    [("SUCCESS", True, True), ("SUCCESS", False, False), ("PENDING", True, False)],
)
def test_an_identity_signs_once_its_records_were_found(
    cloud: Aws, account: Account, status: str, enabled: bool, signed: bool
) -> None:
    cloud.answers(
        "ses",
        "get_email_identity",
        {"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": status, "SigningEnabled": enabled}},
        EmailIdentity="shop.example",
    )

    assert account.identity("shop.example") == MailIdentity("shop.example", verified=True, signed=signed)


def test_an_identity_that_ses_does_not_know(cloud: Aws, account: Account) -> None:
    cloud.refuses("ses", "get_email_identity", "NotFoundException")

    assert account.identity("shop.example") is None


@pytest.mark.parametrize(
    ("types", "enabled", "reported"),
    [
        (["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"], True, True),
        (["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"], False, False),
        (["SEND"], True, False),
    ],
)
def test_mail_events_are_reported_if_the_destination_takes_them(
    cloud: Aws, account: Account, types: list[str], enabled: bool, reported: bool
) -> None:
    destination = {"Name": "mail-events", "Enabled": enabled, "MatchingEventTypes": types}
    cloud.answers(
        "ses",
        "get_configuration_set_event_destinations",
        {"EventDestinations": [destination]},
        ConfigurationSetName="vaada-0",
    )

    assert account.reports_mail_events() is reported


def test_texts_of_a_new_account(cloud: Aws, account: Account) -> None:
    cloud.answers("sns", "get_sms_attributes", {"attributes": {}})
    cloud.answers("sns", "get_sms_sandbox_account_status", {"IsInSandbox": True})

    assert account.texts() == TextAccount(sandbox=True, spend_limit=None, logs_deliveries=False)


def test_texts_of_an_account_with_a_limit_and_a_log(cloud: Aws, account: Account) -> None:
    role = "arn:aws:iam::123456789012:role/SNSFeedback"
    attributes = {"MonthlySpendLimit": "200", "DeliveryStatusIAMRole": role}
    cloud.answers("sns", "get_sms_attributes", {"attributes": attributes})
    cloud.answers("sns", "get_sms_sandbox_account_status", {"IsInSandbox": False})

    assert account.texts() == TextAccount(sandbox=False, spend_limit=Decimal(200), logs_deliveries=True)


def test_a_number_that_said_stop(cloud: Aws, account: Account) -> None:
    cloud.answers(
        "sns",
        "check_if_phone_number_is_opted_out",
        {"isOptedOut": True},
        phoneNumber="+447700900001",
    )

    assert account.opted_out("+447700900001")


def test_both_logs_of_texts_are_looked_for(cloud: Aws, account: Account) -> None:
    group = "sns/eu-west-1/123456789012/DirectPublishToPhoneNumber"
    cloud.answers("functions", "get_function_configuration", {"FunctionArn": FUNCTION})
    cloud.answers(
        "logs",
        "describe_subscription_filters",
        {"subscriptionFilters": [{"filterName": "vaada", "destinationArn": FUNCTION}]},
        logGroupName=group,
    )
    cloud.refuses("logs", "describe_subscription_filters", "ResourceNotFoundException")

    assert account.unread_text_logs() == (f"{group}/Failure",)


def test_only_a_number_that_publishes_to_the_stack_counts(cloud: Aws, account: Account) -> None:
    number = {
        "PhoneNumberArn": "arn:aws:sms-voice:eu-west-1:123456789012:phone-number/1",
        "PhoneNumber": "+447700900001",
        "Status": "ACTIVE",
        "IsoCountryCode": "GB",
        "MessageType": "TRANSACTIONAL",
        "NumberCapabilities": ["SMS"],
        "NumberType": "LONG_CODE",
        "MonthlyLeasingPrice": "1",
        "SelfManagedOptOutsEnabled": False,
        "OptOutListName": "Default",
        "DeletionProtectionEnabled": False,
        "CreatedTimestamp": WRITTEN,
    }
    numbers = [
        {**number, "TwoWayEnabled": True, "TwoWayChannelArn": f"{TOPIC}-in"},
        {**number, "TwoWayEnabled": True, "TwoWayChannelArn": f"{TOPIC}-of-another"},
        {**number, "TwoWayEnabled": False},
    ]
    cloud.answers("phone_numbers", "describe_phone_numbers", {"PhoneNumbers": numbers})

    assert account.incoming_numbers() == 1


@pytest.mark.parametrize(
    ("arns", "state"),
    [
        ([], "none"),
        (["Deleted"], "none"),
        (["PendingConfirmation"], "pending"),
        (["PendingConfirmation", f"{TOPIC}:0a1b"], "confirmed"),
    ],
)
def test_alarm_mail_reaches_somebody_once_confirmed(
    cloud: Aws, account: Account, arns: list[str], state: str
) -> None:
    found = [{"SubscriptionArn": arn, "Protocol": "email"} for arn in arns]
    cloud.answers("sns", "list_subscriptions_by_topic", {"Subscriptions": found}, TopicArn=TOPIC)

    assert account.alarm_mail() == state


def test_alarms_that_are_raised_off_or_deleted(cloud: Aws, account: Account) -> None:
    raised = {"AlarmName": "vaada-SweepAlarm", "ActionsEnabled": True, "StateValue": "ALARM"}
    cloud.answers("alarms", "describe_alarms", {"MetricAlarms": [raised]})

    assert account.alarms() == {"SweepAlarm": "ALARM", "ErrorsAlarm": "DELETED"}


def test_an_alarm_without_actions_is_off_and_one_without_data_is_well(cloud: Aws, account: Account) -> None:
    alarms = [
        {"AlarmName": "vaada-SweepAlarm", "ActionsEnabled": False, "StateValue": "OK"},
        {"AlarmName": "vaada-ErrorsAlarm", "ActionsEnabled": True, "StateValue": "INSUFFICIENT_DATA"},
    ]
    cloud.answers("alarms", "describe_alarms", {"MetricAlarms": alarms})

    assert account.alarms() == {"SweepAlarm": "OFF"}


def test_concurrency_of_the_account_and_what_is_reserved(cloud: Aws, account: Account) -> None:
    cloud.answers("functions", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
    cloud.answers("functions", "get_function_concurrency", {"ReservedConcurrentExecutions": 0})

    assert account.concurrency() == Concurrency(10, {"RecordDelivery": 0})


def test_triggers_that_are_switched_off(cloud: Aws, account: Account) -> None:
    cloud.answers("events", "describe_rule", {"State": "DISABLED"}, Name="vaada-EveryTwoMinutes")
    cloud.answers("functions", "get_event_source_mapping", {"State": "Enabled"}, UUID=MAPPING)

    assert account.triggers_off() == ("SweepDueEveryTwoMinutes",)


def test_only_queues_of_dead_letters_are_counted(cloud: Aws, account: Account) -> None:
    cloud.answers(
        "queues",
        "get_queue_attributes",
        {"Attributes": {"ApproximateNumberOfMessages": "3"}},
        QueueUrl="https://sqs.example/StreamFailures",
        AttributeNames=["ApproximateNumberOfMessages"],
    )

    assert account.dead_letters() == {"StreamFailures": 3}


def test_the_names_of_schedules(cloud: Aws, account: Account) -> None:
    cloud.answers(
        "scheduler", "list_schedules", {"Schedules": [{"Name": "row"}]}, GroupName="vaada-0", MaxResults=25
    )

    assert account.schedules(25) == ("row",)


def test_managers_who_can_sign_in_and_who_never_did(cloud: Aws, account: Account) -> None:
    users = [
        {"Enabled": True, "UserStatus": "CONFIRMED"},
        {"Enabled": True, "UserStatus": "FORCE_CHANGE_PASSWORD"},
        {"Enabled": False, "UserStatus": "CONFIRMED"},
    ]
    cloud.answers(
        "users", "list_users_in_group", {"Users": users}, UserPoolId="eu-west-1_pool", GroupName="managers"
    )

    assert account.managers() == SignedInManagers(ready=1, never_signed_in=1, disabled=1)


@pytest.mark.parametrize(("status", "backed_up"), [("ENABLED", True), ("DISABLED", False)])
def test_a_table_is_backed_up(cloud: Aws, account: Account, status: str, backed_up: bool) -> None:
    description = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status},
    }
    cloud.answers("dynamodb", "describe_continuous_backups", {"ContinuousBackupsDescription": description})
    cloud.answers("dynamodb", "describe_table", {"Table": {"DeletionProtectionEnabled": backed_up}})

    assert account.is_backed_up() is account.is_protected() is backed_up


def test_keys_are_dated_without_being_read(cloud: Aws, account: Account) -> None:
    named = {"Key": "Name", "Option": "Equals", "Values": ["links", "addresses"]}
    found = {"Parameters": [{"Name": "links", "LastModifiedDate": WRITTEN}]}
    cloud.answers("parameters", "describe_parameters", found, ParameterFilters=[named])

    assert account.keys("links", "addresses") == KeyAge(WRITTEN, None)


def test_a_refused_call_is_not_answered(cloud: Aws, account: Account) -> None:
    cloud.refuses("ses", "get_account", "AccessDeniedException")

    with pytest.raises(NotAnswered, match="GetAccount: AccessDeniedException"), translate_refusals():
        account.mail()


def test_a_call_without_a_response_is_not_answered() -> None:
    with pytest.raises(NotAnswered, match="AWS: ConnectTimeoutError"), translate_refusals():
        raise ConnectTimeoutError(endpoint_url="https://email.example")


_STORED = [{"S3Action": {"BucketName": "vaada-mail", "ObjectKeyPrefix": "raw/"}}]


@pytest.mark.parametrize(
    ("rule", "receives"),
    [
        ({"Enabled": True, "Recipients": ["In.shop.example"], "Actions": _STORED}, True),
        ({"Enabled": True, "Actions": _STORED}, True),
        ({"Enabled": False, "Recipients": ["in.shop.example"], "Actions": _STORED}, False),
        ({"Enabled": True, "Recipients": ["shop.example"], "Actions": _STORED}, False),
        ({"Enabled": True, "Actions": [{"S3Action": {"BucketName": "another"}}]}, False),
        ({"Enabled": True, "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}, False),
        (None, False),
    ],
)
def test_mail_comes_in_by_a_rule_that_is_on_for_the_domain_and_the_bucket(
    cloud: Aws, account: Account, rule: dict[str, Any] | None, receives: bool
) -> None:
    found = {"Rules": [{"Name": "store", **rule}]} if rule else {}
    cloud.answers("receiving", "describe_active_receipt_rule_set", found)

    assert account.receives_mail("in.shop.example") == receives
    assert account.mail_host() == "inbound-smtp.eu-west-1.amazonaws.com"


NUMBER, ACCOUNT = (
    "phone-number-id-976c72a700aac43eaf573ae050example",
    "waba-fb2594b8a7974770b128a409e2example",
)


@pytest.mark.parametrize(("topic", "published"), [(f"{TOPIC}-whatsapp", True), (TOPIC, False)])
def test_whatsapp_is_published_if_the_account_of_the_number_names_the_topic(
    cloud: Aws, account: Account, topic: str, *, published: bool
) -> None:
    number = {"linkedWhatsAppBusinessAccountId": ACCOUNT}
    cloud.answers("social_messaging", "get_linked_whatsapp_business_account_phone_number", number, id=NUMBER)
    linked = {
        **dict.fromkeys(("arn", "id", "wabaId", "registrationStatus", "wabaName"), "x"),
        "linkDate": WRITTEN,
        "phoneNumbers": [],
        "eventDestinations": [{"eventDestinationArn": topic}],
    }
    cloud.answers("social_messaging", "get_linked_whatsapp_business_account", {"account": linked}, id=ACCOUNT)

    assert account.publishes_whatsapp(NUMBER) is published


def test_whatsapp_of_a_number_that_the_account_does_not_have_is_not_published(
    cloud: Aws, account: Account
) -> None:
    assert account.resources
    cloud.refuses(
        "social_messaging",
        "get_linked_whatsapp_business_account_phone_number",
        "ResourceNotFoundException",
    )

    assert account.publishes_whatsapp(NUMBER) is None
