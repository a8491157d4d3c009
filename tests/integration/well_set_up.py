"""An account in which everything is set up: the responses of AWS to `gateways/aws_account.py`."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.model import OperationModel
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.integration.scripted_desk import ENVIRONMENT, REGION
from vaada.flows import readiness
from vaada.gateways import aws

Answers = Mapping[str, Mapping[str, Any]]
CLIENTS = (
    *("cloudformation", "ses", "sns", "logs", "phone_numbers", "alarms", "functions", "events", "queues"),
    *("scheduler", "users", "dynamodb", "parameters", "receiving", "social_messaging"),
)
"""The functions of `gateways/aws.py` whose clients are asked."""

_TOPIC = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:"
_QUEUES = f"https://sqs.{REGION}.amazonaws.com/{DEFAULT_ACCOUNT_ID}/"
_FUNCTION = f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:record-delivery"
_RESOURCES = {
    "Table": ("AWS::DynamoDB::Table", ENVIRONMENT["TABLE_NAME"]),
    "ConfigurationSet": ("AWS::SES::ConfigurationSet", ENVIRONMENT["CONFIGURATION_SET"]),
    "IncomingTexts": ("AWS::SNS::Topic", f"{_TOPIC}incoming-texts"),
    "IncomingWhatsApp": ("AWS::SNS::Topic", f"{_TOPIC}incoming-whats-app"),
    "AlarmTopic": ("AWS::SNS::Topic", f"{_TOPIC}alarm-topic"),
    "SweepAlarm": ("AWS::CloudWatch::Alarm", "sweep-alarm"),
    "RecordDelivery": ("AWS::Lambda::Function", "record-delivery"),
    "SweepDueEveryTwoMinutes": ("AWS::Events::Rule", "every-two-minutes"),
    "PlanSurveysInteractions": ("AWS::Lambda::EventSourceMapping", "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"),
    "StreamFailures": ("AWS::SQS::Queue", f"{_QUEUES}stream-failures"),
    "RemindAgentFailures": ("AWS::SQS::Queue", f"{_QUEUES}remind-agent-failures"),
    "FlagOverdueFailures": ("AWS::SQS::Queue", f"{_QUEUES}flag-overdue-failures"),
    "SendSurveyFailures": ("AWS::SQS::Queue", f"{_QUEUES}send-survey-failures"),
    "ReceiveMailFailures": ("AWS::SQS::Queue", f"{_QUEUES}receive-mail-failures"),
    "RetryQueueFailures": ("AWS::SQS::Queue", f"{_QUEUES}retry-queue-failures"),
    "ScheduleGroup": ("AWS::Scheduler::ScheduleGroup", ENVIRONMENT["SCHEDULE_GROUP"]),
    "InboundMailBucket": ("AWS::S3::Bucket", ENVIRONMENT["INBOUND_MAIL_BUCKET"]),
    "ReceiptRules": ("AWS::SES::ReceiptRuleSet", "vaada-mail-in"),
    "UserPool": ("AWS::Cognito::UserPool", ENVIRONMENT["USER_POOL_ID"]),
}
_WRITTEN = datetime(2026, 3, 1, tzinfo=UTC)
ANSWERS: Answers = {
    "ListStackResources": {
        "StackResourceSummaries": [
            {"LogicalResourceId": logical_id, "ResourceType": kind, "PhysicalResourceId": name}
            for logical_id, (kind, name) in _RESOURCES.items()
        ]
    },
    "GetAccount": {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0},
    },
    "GetEmailIdentity": {
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"},
    },
    "GetConfigurationSetEventDestinations": {
        "EventDestinations": [{"Enabled": True, "MatchingEventTypes": ["BOUNCE", "COMPLAINT", "DELIVERY"]}]
    },
    "DescribeActiveReceiptRuleSet": {
        "Rules": [
            {
                "Name": "store",
                "Enabled": True,
                "Recipients": [ENVIRONMENT["INBOUND_DOMAIN"]],
                "Actions": [{"S3Action": {"BucketName": ENVIRONMENT["INBOUND_MAIL_BUCKET"]}}],
            }
        ]
    },
    "GetSMSAttributes": {"attributes": {"MonthlySpendLimit": "500", "DeliveryStatusIAMRole": "a role"}},
    "GetSMSSandboxAccountStatus": {"IsInSandbox": False},
    "CheckIfPhoneNumberIsOptedOut": {"isOptedOut": False},
    "DescribeSubscriptionFilters": {"subscriptionFilters": [{"destinationArn": _FUNCTION}]},
    "GetFunctionConfiguration": {"FunctionArn": _FUNCTION},
    "DescribePhoneNumbers": {
        "PhoneNumbers": [{"TwoWayEnabled": True, "TwoWayChannelArn": f"{_TOPIC}incoming-texts"}]
    },
    "GetLinkedWhatsAppBusinessAccountPhoneNumber": {
        "linkedWhatsAppBusinessAccountId": "waba-fb2594b8a7974770b128a409e2example"
    },
    "GetLinkedWhatsAppBusinessAccount": {
        "account": {"eventDestinations": [{"eventDestinationArn": f"{_TOPIC}incoming-whats-app"}]}
    },
    "ListSubscriptionsByTopic": {"Subscriptions": [{"SubscriptionArn": f"{_TOPIC}alarm-topic:0a1b"}]},
    "DescribeAlarms": {
        "MetricAlarms": [{"AlarmName": "sweep-alarm", "ActionsEnabled": True, "StateValue": "OK"}]
    },
    "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "GetFunctionConcurrency": {},
    "DescribeRule": {"State": "ENABLED"},
    "GetEventSourceMapping": {"State": "Enabled"},
    "GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "0"}},
    "ListSchedules": {"Schedules": []},
    "ListUsersInGroup": {"Users": [{"Enabled": True, "UserStatus": "CONFIRMED"}]},
    "DescribeContinuousBackups": {
        "ContinuousBackupsDescription": {
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}
        }
    },
    "DescribeTable": {"Table": {"DeletionProtectionEnabled": True}},
    "DescribeParameters": {
        "Parameters": [
            {"Name": ENVIRONMENT[name], "LastModifiedDate": _WRITTEN}
            for name in ("LINK_KEYS_PARAMETER", "ADDRESS_KEY_PARAMETER")
        ]
    },
}


@contextmanager
def well_set_up(**different: Mapping[str, Any]) -> Iterator[None]:
    """Replace AWS by these responses, some of them changed. Only the table is read as usual."""
    answers = {**ANSWERS, **different}

    def answer(model: OperationModel, **_: object) -> object:
        return (SimpleNamespace(status_code=200), answers[model.name]) if model.name in answers else None

    with ExitStack() as stack:
        stack.enter_context(patch.object(readiness, "dmarc_record", lambda _domain: "v=DMARC1; p=none"))
        stack.enter_context(patch.object(readiness, "has_address", lambda _host: True))
        hosts = (f"inbound-smtp.{REGION}.amazonaws.com",)
        stack.enter_context(patch.object(readiness, "mail_hosts", lambda _domain: hosts))
        for name in CLIENTS:
            events = getattr(aws, name)().meta.events
            events.register_first("before-call", answer)
            stack.callback(events.unregister, "before-call", answer)
        yield
