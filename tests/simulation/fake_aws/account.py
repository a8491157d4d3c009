"""All services of one AWS account, as far as the desk uses them."""

from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.invocations import Functions
from tests.simulation.fake_aws.messaging import SesAndSns
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.fake_aws.queue import Queue
from tests.simulation.fake_aws.scheduler import Scheduler
from tests.simulation.fake_aws.social_messaging import SocialMessaging
from tests.simulation.fake_aws.storage import Storage
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.fake_aws.users import Users


class AwsAccount:
    """The services. Each call passes through `calls`, except those to Parameter Store."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.table = DynamoDb(calls)
        self.scheduler = Scheduler(calls)
        self.functions = Functions(calls)
        self.providers = SesAndSns(calls)
        self.queue = Queue(calls)
        self.parameters = Parameters()
        self.users = Users(calls)
        self.storage = Storage(calls)
        self.social_messaging = SocialMessaging(calls, self.providers, self.storage)

    def clients(self) -> dict[str, Any]:
        """The clients, by the names of the functions of `gateways.aws` that create them."""
        return {
            "dynamodb": self.table,
            "scheduler": self.scheduler,
            "functions": self.functions,
            "queues": self.queue,
            "parameters": self.parameters,
            "users": self.users,
            "ses": self.providers,
            "sns": self.providers,
            "storage": self.storage,
            "social_messaging": self.social_messaging,
        }
