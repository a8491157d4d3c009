"""A deployed stack, found by its name."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from rich.console import Console

from vaada.desk import Desk
from vaada.gateways.aws_account import Account
from vaada.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

console = Console(highlight=False, soft_wrap=True)
# Waits as long as any function may take, and never retries: the SDK would run a slow function twice.
_ONE_LONG_ATTEMPT = Config(read_timeout=120, retries={"mode": "standard", "total_max_attempts": 1})


class Stack:
    """The deployed stack with this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.account = Account(name)
        self.functions: LambdaClient = boto3.client("lambda", config=_ONE_LONG_ATTEMPT)
        self.queues: SQSClient = boto3.client("sqs")
        self.streams: Any = boto3.client("dynamodbstreams")

    @cached_property
    def storage(self) -> "S3Client":
        """The client of S3."""
        return boto3.client("s3")

    def resource(self, logical_id: str) -> str:
        """Return the physical name of a resource. Raises KeyError."""
        return self.account.resources[logical_id]

    def function_of(self, arn: str) -> str | None:
        """Return the logical id of the function with this ARN. None: it is not in this stack."""
        name = arn.split(":")[6] if arn.count(":") >= 6 else ""  # noqa: PLR2004 - arn:aws:lambda:…:function:name
        names = (
            logical_id for logical_id, physical_id in self.account.resources.items() if physical_id == name
        )
        return next(names, None)

    @cached_property
    def desk(self) -> Desk:
        """The desk, with the settings of the stack's functions."""
        configuration = self.functions.get_function_configuration(FunctionName=self.resource("SweepDue"))
        variables = configuration["Environment"]["Variables"]
        return Desk(Settings.model_validate({name.lower(): value for name, value in variables.items()}))
