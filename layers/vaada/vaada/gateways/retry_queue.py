"""The SQS queue of inbound events that could not be processed yet. It contains ids only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaada.model.inbound_events import InboundEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class RetryQueue:
    """Queue events. Lambda receives each one again until it is processed or becomes a dead letter."""

    client: "SQSClient"
    url: str

    def put(self, event: InboundEvent) -> None:
        """Queue the event."""
        self.client.send_message(QueueUrl=self.url, MessageBody=event.model_dump_json())
