"""The SQS queue of inbound events that could not be processed yet. It contains ids only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaada.model.inbound_events import InboundEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class RetryQueue:
    """Put events into the queue. Lambda receives each again until it was processed, or is a dead letter."""

    client: "SQSClient"
    url: str

    def put(self, event: InboundEvent) -> None:
        """Queue the event."""
        self.client.send_message(QueueUrl=self.url, MessageBody=event.model_dump_json())
