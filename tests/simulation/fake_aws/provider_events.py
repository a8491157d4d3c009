"""The events of SES and SNS about messages, and of texts and mails from customers, as AWS sends them."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.integration.provider_events import sample
from tests.simulation.fake_aws.messaging import Sent
from vaada.model.times import text_of

Fate = Literal["arrives", "no such address", "full", "complained of"]
"""What happens to messages that are sent to an address."""

SOON, LATER, MUCH_LATER = timedelta(seconds=20), timedelta(minutes=5), timedelta(hours=4)


@dataclass(frozen=True)
class ProviderEvent:
    """An event, and how long after the message was sent it comes."""

    after: timedelta
    what: str
    event: dict[str, Any]
    by_whatsapp: bool = False


def events_of(sent: Sent, fate: Fate) -> Iterator[ProviderEvent]:
    """The events about a message, in order."""
    if sent.message_id is None:
        yield _of_a_text(sent, arrives=fate in {"arrives", "complained of"})
        return
    if sent.by_whatsapp:
        arrives = fate in {"arrives", "complained of"}
        for after, name in ((SOON, "sent"), (LATER, "delivered" if arrives else "failed")):
            yield ProviderEvent(after, name, _of_whatsapp(sent, f"status_{name}", after), by_whatsapp=True)
        return
    address = [{"emailAddress": sent.to}]
    match fate:
        case "arrives":
            yield _of_a_mail(sent, SOON, "Delivery", "delivery")
        case "no such address":
            bounce = {"bounceType": "Permanent", "bouncedRecipients": address}
            yield _of_a_mail(sent, SOON, "Bounce", "bounce", **bounce)
        case "full":
            yield _of_a_mail(sent, LATER, "DeliveryDelay", "deliveryDelay")
            failed = [{**address[0], "action": "failed", "status": "4.2.2"}]
            bounce = {"bounceType": "Transient", "bouncedRecipients": failed}
            yield _of_a_mail(sent, MUCH_LATER, "Bounce", "bounce", **bounce)
        case "complained of":
            yield _of_a_mail(sent, SOON, "Delivery", "delivery")
            yield _of_a_mail(sent, MUCH_LATER, "Complaint", "complaint", complainedRecipients=address)


def a_text(number: str, words: str, answers: str) -> dict[str, Any]:
    """The event of a text from a customer, in reply to one of ours."""
    text_id = hashlib.sha256(f"{number}/{words}/{answers}".encode()).hexdigest()[:32]
    said = {
        "originationNumber": number,
        "messageBody": words,
        "inboundMessageId": text_id,
        "previousPublishedMessageId": answers,
    }
    return {"Records": [{"Sns": {"Message": json.dumps(said)}}]}


def a_stored_mail(key: str, at: datetime) -> dict[str, Any]:
    """The event of a mail that lies in the bucket."""
    return {"time": text_of(at), "detail": {"object": {"key": key}}}


def _of_a_mail(sent: Sent, after: timedelta, kind: str, field: str, **particulars: Any) -> ProviderEvent:
    mail = {
        "messageId": sent.provider_id,
        "timestamp": _stamp(sent.at),
        "destination": [sent.to],
        "tags": {"message_id": [sent.message_id]},
    }
    particulars["timestamp"] = _stamp(sent.at + after)
    return ProviderEvent(after, kind, {"detail": {"eventType": kind, "mail": mail, field: particulars}})


def _of_a_text(sent: Sent, *, arrives: bool) -> ProviderEvent:
    status = "SUCCESS" if arrives else "FAILURE"
    said = {"notification": {"messageId": sent.provider_id}, "status": status}
    entry = {"timestamp": int((sent.at + SOON).timestamp() * 1000), "message": json.dumps(said)}
    data = gzip.compress(json.dumps({"messageType": "DATA_MESSAGE", "logEvents": [entry]}).encode(), 1)
    return ProviderEvent(SOON, status, {"awslogs": {"data": base64.b64encode(data).decode()}})


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def a_whatsapp(name: str, number: str, at: datetime) -> dict[str, Any]:
    """A sample of what customers send by WhatsApp, from this number. Each kind has an id of its own."""

    def change(value: dict[str, Any]) -> None:
        value["contacts"][0]["wa_id"] = number
        value["messages"][0] |= {"from": number, "id": f"wamid.{name}", "timestamp": str(int(at.timestamp()))}

    return _changed(name, change)


def _of_whatsapp(sent: Sent, name: str, after: timedelta) -> dict[str, Any]:
    at = sent.at + after
    ours = {"id": f"wamid.{sent.provider_id}", "biz_opaque_callback_data": sent.message_id}
    return _changed(name, lambda value: value["statuses"][0].update(ours, timestamp=str(int(at.timestamp()))))


def _changed(name: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A sample of an event about WhatsApp, in which what Meta reports is changed."""
    event: dict[str, Any] = sample(f"receive_whatsapp/{name}")
    message = json.loads(event["Records"][0]["Sns"]["Message"])
    entry = json.loads(message["whatsAppWebhookEntry"])
    change(entry["changes"][0]["value"])
    message["whatsAppWebhookEntry"] = json.dumps(entry)
    event["Records"][0]["Sns"]["Message"] = json.dumps(message)
    return event
