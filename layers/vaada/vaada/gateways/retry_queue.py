"""News that could not be heard at once wait in a queue of Amazon SQS: ids only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaada.model.inbound_events import InboundEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class RetryQueue:
    """The queue, which brings back what is put into it until it is heard."""

    client: "SQSClient"
    url: str

    def put(self, news: InboundEvent) -> None:
        """Let it wait."""
        self.client.send_message(QueueUrl=self.url, MessageBody=news.model_dump_json())
