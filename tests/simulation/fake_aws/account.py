"""All services of one AWS account, as far as the desk uses them."""

from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.invocations import Functions
from tests.simulation.fake_aws.messaging import SesAndSns
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.fake_aws.queue import Queue
from tests.simulation.fake_aws.scheduler import Scheduler
from tests.simulation.fake_aws.table import DynamoDb


class AwsAccount:
    """Its services. Each call to them passes through `calls`, but those to Parameter Store."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.table = DynamoDb(calls)
        self.scheduler = Scheduler(calls)
        self.functions = Functions(calls)
        self.providers = SesAndSns(calls)
        self.queue = Queue(calls)
        self.parameters = Parameters()

    def clients(self) -> dict[str, Any]:
        """By the names of the functions of `gateways.aws` that make them."""
        return {
            "dynamodb": self.table,
            "scheduler": self.scheduler,
            "functions": self.functions,
            "queues": self.queue,
            "parameters": self.parameters,
            "ses": self.providers,
            "sns": self.providers,
        }
