"""Events of SES and SNS passed to their functions, and the messages that they are about."""

import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from tests.integration.scripted_desk import Context, ScriptedDesk
from tests.integration.shop import change_policy, words_of
from tests.times import HOUR, MINUTE
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.messages.recipients import working_addresses
from vaada.flows.messages.suppression import addresses_of
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.times import text_of

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


OUR_ID, SES_ID = rows.row_id(6), "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"


TEXT_ID = "34d9b400-c6dd-5444-820d-fbeb0f1f54cf"


SANA = "sana000000000000"


ABOUT_SURVEY = {
    "about_id": rows.row_id(5),
    "about_kind": "survey",
    "purpose": "survey",
    "to": "customer",
    "recipient_id": rows.CUSTOMER_ID,
}


def write_mail(**facts: object) -> None:
    """The mail that the sample events are about."""
    sent = {"status": "sent", "provider_id": SES_ID, "sent_at": rows.MONDAY, "wake_at": None}
    open_desk().table.write(rows.message(**{**ABOUT_SURVEY, **sent, **facts}))


def write_text(**facts: object) -> None:
    """The text that the sample events are about."""
    write_mail(medium="sms", provider_id=TEXT_ID, **facts)


def remove_phone() -> None:
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    open_desk().table.write(bilal.changed(phone=None))


def handle_event(event: dict[str, Any]) -> Any:
    """Pass the event to `record_delivery`."""
    return record_delivery(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def handle_text(event: dict[str, Any]) -> int:
    """Pass the event to `receive_text`."""
    return receive_text(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def handle_sample(name: str, **other: str) -> int:
    """Pass the sample to the function, with some of its text replaced."""
    text = json.dumps(sample(f"record_delivery/{name}"))
    for before, after in other.items():
        text = text.replace({"message_id": OUR_ID, "address": "bilal@example.com"}[before], after)
    count: int = handle_event(json.loads(text))
    return count


def message() -> Message:
    found = open_desk().table.get(Message, OUR_ID)
    assert found is not None
    return found


def messages(desk: ScriptedDesk) -> list[dict[str, Any]]:
    """All messages, the oldest first."""
    story = desk.timeline(rows.CUSTOMER_ID)
    return sorted(
        (row for row in story if row["row_kind"] == "message"), key=lambda row: row.get("sent_at") or "~"
    )


def stopped_media_of_bilal(*, survey: bool = True) -> set[Medium]:
    bilal = rows.customer()
    media = {medium for medium, _ in addresses_of(bilal)}
    return media - working_addresses(open_desk(), bilal, survey=survey).keys()


TO_AMINA = {
    "about_id": rows.row_id(4),
    "about_kind": "follow_up",
    "purpose": "follow_up_reminder",
    "to": "agent",
    "recipient_id": rows.AGENT_ID,
}


def bounce_from_amina(**message: Any) -> None:
    """A reminder of an open follow-up could not be delivered: her address does not work."""
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA, **message)
    for _ in range(2):
        handle_sample("mail_bounced", address="amina@example.com")


def change_amina(desk: ScriptedDesk, **changes: object) -> None:
    assert desk.call(f"PATCH /api/agents/{rows.AGENT_ID}", changes).status == 200


def remind_amina(desk: ScriptedDesk, reason: str) -> None:
    """A follow-up of hers falls due in an hour, and the hour passes."""
    contact = {
        "customer_id": rows.CUSTOMER_ID,
        "agent_id": rows.AGENT_ID,
        "channel": "phone",
        "direction": "inbound",
        "kind": "request",
        "summary": "Wants a cake for Saturday",
        "follow_up": {"at": text_of(desk.now + HOUR), "reason": reason},
    }
    assert desk.call("POST /api/interactions", contact).status == 201
    desk.pass_time(HOUR + 5 * MINUTE)


def recipients_of(desk: ScriptedDesk, reason: str) -> list[str]:
    """The recipients of mails that contain these words, in order."""
    return [str(mail["to"]) for mail in desk.mails if reason in words_of(mail)]


def refuse_mails(desk: ScriptedDesk, times: int = 1) -> None:
    """Let SES permanently refuse this many mails."""
    left = [times]

    def refused(call: str) -> None:
        if call == "sesv2.SendEmail" and left[0]:
            left[0] -= 1
            answer = {"Error": {"Code": "BadRequestException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, call)  # type: ignore[arg-type]  # enough of one

    desk.before_call = refused


def text_to_amina_too(desk: ScriptedDesk) -> None:
    """Notify Amina by mail and text, with the spending limit for texts used up."""
    change_amina(desk, phone="+447700900123", notify_by=["email", "sms"])
    change_policy(desk, sending={"texts_spend_a_month": "0.00"})


def bounce_follow_ups(desk: ScriptedDesk) -> list[dict[str, Any]]:
    """The follow-ups about a suppressed address."""
    return [row for row in desk.timeline(rows.CUSTOMER_ID) if row.get("origin") == "bounced"]
