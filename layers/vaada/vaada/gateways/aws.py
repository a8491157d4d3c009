"""The clients of AWS: each created once, at first use, with short timeouts and few attempts.

They are boto3's clients, created with botocore: importing boto3 also imports what only S3 needs.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.session import Session

from vaada.gateways.item_protocol import read_items_as_they_are, write_items_as_they_are

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# What the SDK would tell AWS about itself it puts together twice in each call: a tenth of the call.
_NAMED = Config(user_agent="Vaada")
# The SDK retries these calls: they are safe to repeat.
_RETRYING = _NAMED.merge(
    Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
)
# mypy checks the types of requests, and AWS checks the requests again: the SDK's own check of each value
# takes a fifth of a call.
_NOT_CHECKED = Config(parameter_validation=False)
_UNCHECKED = _RETRYING.merge(_NOT_CHECKED)
# A send cannot be undone: the SDK makes one attempt, and our own rules decide about another.
_ONE_ATTEMPT = _NAMED.merge(
    Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
)
LONG_READ_TIMEOUT = 26
"""Seconds to wait for a function that returns something: a little longer than it may take."""

_ONE_LONG_ATTEMPT = _ONE_ATTEMPT.merge(Config(read_timeout=LONG_READ_TIMEOUT))


@cache
def session() -> Session:
    """Return the one session of this process."""
    created = Session()
    read_items_as_they_are(created)
    return created


def _at_one_endpoint(client: Any) -> Any:
    """Return the client, which takes its endpoint from its settings instead of looking it up in each call.

    AWS's rules for endpoints take a tenth of a call, and find the same for all calls that we make. botocore
    does this for services without such rules. If a later one works differently, calls are slower but right.
    """
    if getattr(client, "_ruleset_resolver", None) is not None:
        client._ruleset_resolver = None  # there is no setting for it
    return client


# With the bucket in the host name, links go to the host of the region. Other hosts redirect there, and a link
# that is signed for one host does not work at another.
_LARGE = _RETRYING.merge(
    Config(read_timeout=30, signature_version="s3v4", s3={"addressing_style": "virtual"})
)


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the client of DynamoDB."""
    client = _at_one_endpoint(session().create_client("dynamodb", config=_UNCHECKED))
    write_items_as_they_are(client)
    return cast("DynamoDBClient", client)


@cache
def scheduler() -> "EventBridgeSchedulerClient":
    """Return the client of EventBridge Scheduler."""
    return cast("EventBridgeSchedulerClient", session().create_client("scheduler", config=_RETRYING))


@cache
def functions() -> "LambdaClient":
    """Return the client of Lambda, to invoke other functions."""
    return cast("LambdaClient", session().create_client("lambda", config=_RETRYING))


@cache
def slow_functions() -> "LambdaClient":
    """Return the client of Lambda that waits for what a function returns. It makes one attempt per call."""
    return cast("LambdaClient", session().create_client("lambda", config=_ONE_LONG_ATTEMPT))


@cache
def parameters() -> "SSMClient":
    """Return the client of Systems Manager, to read keys from its parameters."""
    return cast("SSMClient", session().create_client("ssm", config=_RETRYING))


@cache
def queues() -> "SQSClient":
    """Return the client of SQS."""
    return cast("SQSClient", session().create_client("sqs", config=_RETRYING))


@cache
def storage() -> "S3Client":
    """Return the client of S3. A mail may have 40 MB."""
    return cast("S3Client", session().create_client("s3", config=_LARGE))


@cache
def ses() -> "SESV2Client":
    """Return the client of SES. It makes one attempt per call."""
    return cast(
        "SESV2Client",
        _at_one_endpoint(session().create_client("sesv2", config=_ONE_ATTEMPT.merge(_NOT_CHECKED))),
    )


@cache
def sns() -> "SNSClient":
    """Return the client of SNS. It makes one attempt per call."""
    return cast("SNSClient", session().create_client("sns", config=_ONE_ATTEMPT))


@cache
def social_messaging() -> Any:  # its stubs are not installed for two calls
    """Return the client of AWS End User Messaging Social. It makes one attempt per call."""
    return session().create_client("socialmessaging", config=_ONE_ATTEMPT)


# ---------------------------------------------------------------- what only says how the account is set up


@cache
def receiving() -> Any:  # its stubs are not installed for one call
    """Return the client of SES's version 1 API, the only one with rules for receiving mail."""
    return session().create_client("ses", config=_RETRYING)


@cache
def cloudformation() -> "CloudFormationClient":
    """Return the client of CloudFormation, to find the resources of a stack."""
    return cast("CloudFormationClient", session().create_client("cloudformation", config=_RETRYING))


@cache
def alarms() -> "CloudWatchClient":
    """Return the client of CloudWatch."""
    return cast("CloudWatchClient", session().create_client("cloudwatch", config=_RETRYING))


@cache
def logs() -> "CloudWatchLogsClient":
    """Return the client of CloudWatch Logs."""
    return cast("CloudWatchLogsClient", session().create_client("logs", config=_RETRYING))


@cache
def events() -> "EventBridgeClient":
    """Return the client of EventBridge."""
    return cast("EventBridgeClient", session().create_client("events", config=_RETRYING))


@cache
def users() -> "CognitoIdentityProviderClient":
    """Return the client of Cognito."""
    return cast("CognitoIdentityProviderClient", session().create_client("cognito-idp", config=_RETRYING))


@cache
def phone_numbers() -> "PinpointSMSVoiceV2Client":
    """Return the client of AWS End User Messaging."""
    client = session().create_client("pinpoint-sms-voice-v2", config=_RETRYING)
    return cast("PinpointSMSVoiceV2Client", client)
