"""The clients of AWS: each created once, at first use, with short timeouts and few attempts.

They are boto3's clients, created with botocore: importing boto3 also imports what only S3 needs.
"""

from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# The SDK retries these calls: they are safe to repeat.
_RETRYING = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
# A send cannot be undone: the SDK makes one attempt, and our own rules decide about another.
_ONE_ATTEMPT = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1}
)


@cache
def session() -> Session:
    """Return the one session of this process."""
    return Session()


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the client of DynamoDB."""
    return cast("DynamoDBClient", session().create_client("dynamodb", config=_RETRYING))


@cache
def scheduler() -> "EventBridgeSchedulerClient":
    """Return the client of EventBridge Scheduler."""
    return cast("EventBridgeSchedulerClient", session().create_client("scheduler", config=_RETRYING))


@cache
def functions() -> "LambdaClient":
    """Return the client of Lambda, to invoke other functions."""
    return cast("LambdaClient", session().create_client("lambda", config=_RETRYING))


@cache
def parameters() -> "SSMClient":
    """Return the client of Systems Manager, to read keys from its parameters."""
    return cast("SSMClient", session().create_client("ssm", config=_RETRYING))


@cache
def queues() -> "SQSClient":
    """Return the client of SQS."""
    return cast("SQSClient", session().create_client("sqs", config=_RETRYING))


@cache
def ses() -> "SESV2Client":
    """Return the client of SES. It makes one attempt per call."""
    return cast("SESV2Client", session().create_client("sesv2", config=_ONE_ATTEMPT))


@cache
def sns() -> "SNSClient":
    """Return the client of SNS. It makes one attempt per call."""
    return cast("SNSClient", session().create_client("sns", config=_ONE_ATTEMPT))
