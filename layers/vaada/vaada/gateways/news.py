"""What SES, SNS and customers send in, read into what it says. Shapes as AWS documents them."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from vaada.model.messages import Delivery

_EVENTS: dict[str, tuple[Delivery, str]] = {
    # the event's type: what it means, and the field that holds its particulars
    "Send": ("accepted", "send"),
    "Delivery": ("delivered", "delivery"),
    "DeliveryDelay": ("delayed", "deliveryDelay"),
    "Bounce": ("bounced", "bounce"),
    "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"),
}


@dataclass(frozen=True)
class MailNews:
    """What became of a mail. `permanent`: the address does not work at all."""

    message_id: str
    provider_id: str
    delivery: Delivery
    at: datetime
    permanent: bool
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class TextNews:
    """What became of a text."""

    provider_id: str
    delivery: Delivery
    at: datetime


@dataclass(frozen=True)
class IncomingText:
    """A text from a number. `answers` is the provider's id of the text that it answers, if it knows."""

    number: str
    words: str
    answers: str | None


def mail_news(event: Mapping[str, Any]) -> Iterator[MailNews]:
    """What an event of EventBridge, or each record of one of SNS, tells of a mail of ours."""
    details = [event["detail"]] if "detail" in event else [json.loads(body) for body in sns_messages(event)]
    for detail in details:
        found = _EVENTS.get(detail.get("eventType") or detail.get("notificationType", ""))
        mail = detail.get("mail", {})
        ours = mail.get("tags", {}).get("message_id", [])
        if found is None or not ours:
            continue
        delivery, field = found
        said = detail.get(field, {})
        if _by_a_machine(said) or said.get("complaintFeedbackType") == "not-spam":
            continue
        yield MailNews(
            message_id=ours[0],
            provider_id=mail["messageId"],
            delivery=delivery,
            at=_time(said.get("timestamp") or mail["timestamp"]),
            permanent=said.get("bounceType") == "Permanent",
            addresses=tuple(
                parseaddr(one["emailAddress"])[1]
                for one in (*said.get("bouncedRecipients", ()), *said.get("complainedRecipients", ()))
            ),
        )


def text_news(event: Mapping[str, Any]) -> Iterator[TextNews]:
    """What the log of SNS's deliveries tells of texts."""
    log = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if log["messageType"] != "DATA_MESSAGE":
        return  # CloudWatch asks whether anybody is there
    for entry in log["logEvents"]:
        said = json.loads(entry["message"])
        delivered = said.get("status") == "SUCCESS"
        at = datetime.fromtimestamp(entry["timestamp"] / 1000, UTC)
        yield TextNews(said["notification"]["messageId"], "delivered" if delivered else "bounced", at)


def incoming_texts(event: Mapping[str, Any]) -> Iterator[IncomingText]:
    """The texts that customers sent to our number."""
    for body in sns_messages(event):
        said = json.loads(body)
        yield IncomingText(
            said["originationNumber"], said.get("messageBody", ""), said.get("previousPublishedMessageId")
        )


def sns_messages(event: Mapping[str, Any]) -> list[str]:
    """The messages of an event of SNS."""
    return [record["Sns"]["Message"] for record in event.get("Records", ()) if "Sns" in record]


def _by_a_machine(said: Mapping[str, Any]) -> bool:
    """Whether a bounce is an automatic answer, such as an absence note: SES tells of those as soft bounces.

    The mail did arrive then. What could not be delivered has a delivery status for its recipient, or a
    reason of its own, such as MailboxFull.
    """
    if said.get("bounceType") not in {"Transient", "Undetermined"}:
        return False
    if said.get("bounceSubType", "General") not in {"General", "Undetermined"}:
        return False
    return not any("status" in one or "action" in one for one in said.get("bouncedRecipients", ()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
