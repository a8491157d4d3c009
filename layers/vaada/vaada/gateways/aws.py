"""The clients of AWS: each made once, when first needed, with short timeouts and few attempts.

They are boto3's, from the package below it: boto3 itself imports what only S3 needs.
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

# The SDK may try again whatever it can ask for twice without harm.
_REPEATABLE = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
# A send cannot be undone: one attempt, and whether to try again is the desk's decision.
_ONCE = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})


@cache
def session() -> Session:
    """The one session of this process."""
    return Session()


@cache
def dynamodb() -> "DynamoDBClient":
    """The table's client."""
    return cast("DynamoDBClient", session().create_client("dynamodb", config=_REPEATABLE))


@cache
def scheduler() -> "EventBridgeSchedulerClient":
    """The client that makes schedules."""
    return cast("EventBridgeSchedulerClient", session().create_client("scheduler", config=_REPEATABLE))


@cache
def functions() -> "LambdaClient":
    """The client that wakes other functions."""
    return cast("LambdaClient", session().create_client("lambda", config=_REPEATABLE))


@cache
def parameters() -> "SSMClient":
    """The client that reads the link keys."""
    return cast("SSMClient", session().create_client("ssm", config=_REPEATABLE))


@cache
def queues() -> "SQSClient":
    """The client that lets news wait in a queue."""
    return cast("SQSClient", session().create_client("sqs", config=_REPEATABLE))


@cache
def ses() -> "SESV2Client":
    """The client that sends mail."""
    return cast("SESV2Client", session().create_client("sesv2", config=_ONCE))


@cache
def sns() -> "SNSClient":
    """The client that sends texts."""
    return cast("SNSClient", session().create_client("sns", config=_ONCE))
