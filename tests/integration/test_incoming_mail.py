"""Mails that come in: each becomes a contact of its customer in its case, or is set aside with the reason."""

from datetime import timedelta
from typing import Any

import pytest

from functions.receive_mail.app import handler as receive_mail
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk, client
from tests.integration.shop import Shop, add_customer, record_call
from tests.mail_samples import ODD, WITHOUT_SENDER, a_mail
from tests.times import HOUR
from vaada.desk import open_desk
from vaada.flows import incoming_mail
from vaada.model.incoming_mail import SetAsideMail

BUCKET = ENVIRONMENT["INBOUND_MAIL_BUCKET"]
BILAL, STRANGER = "bilal@example.com", "zara@example.net"


def put_mail(raw: bytes, key: str = "raw/one") -> dict[str, Any]:
    """Put a mail into the bucket as SES does. S3's event about it."""
    client("s3").put_object(Bucket=BUCKET, Key=key, Body=raw)
    event = sample("receive_mail/mail_came")
    event["detail"]["object"]["key"] = key
    return event


def receive(raw: bytes, key: str = "raw/one") -> str:
    """Let a mail come in. The outcome."""
    return receive_mail(put_mail(raw, key), Context())  # type: ignore[arg-type]  # all of a context that is read


def from_bilal(words: str = "When do you open?", **fields: Any) -> bytes:
    return a_mail(words, sender=BILAL, **fields)


def contacts(desk: ScriptedDesk, customer_id: str) -> list[dict[str, Any]]:
    """The contacts by mail on the customer's timeline, the latest first."""
    story = desk.timeline(customer_id)
    return [row for row in story if row["row_kind"] == "interaction" and row["channel"] == "email"]


def customers_of(desk: ScriptedDesk, address: str) -> list[dict[str, Any]]:
    return list(desk.call("GET /api/customers", query={"q": address}).json["items"])


def stored_keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def set_aside() -> list[SetAsideMail]:
    page = open_desk().table.latest_rows(SetAsideMail, 100, None)
    return [row for row in page.rows if isinstance(row, SetAsideMail)]


def test_a_mail_is_a_contact_that_waits_for_a_reply(desk: ScriptedDesk, shop: Shop) -> None:
    event = put_mail(from_bilal("When do you open?\n\n-- \nBilal", subject="Opening hours"))

    outcomes = [receive_mail(event, Context()) for _ in range(3)]  # type: ignore[arg-type]  # as above

    assert outcomes == ["contact", "contact, known already", "contact, known already"]
    (contact,) = contacts(desk, shop.customer_id)
    assert contact["summary"] == "When do you open?"
    assert (contact["direction"], contact["agent_id"]) == ("inbound", shop.agent_id)
    assert contact["occurred_at"] == "2026-03-02T08:59:30Z"
    assert contact["mail"]["subject"] == "Opening hours"
    assert contact["mail"]["folded"] == "-- \nBilal"
    assert contact["mail"]["message_id"] == "one@mail.example.org"
    (reply,) = (row for row in desk.timeline(shop.customer_id) if row["row_kind"] == "reply")
    assert reply["interaction_id"] == contact["interaction_id"]


def test_a_mail_that_comes_twice_by_two_ways_is_one_contact(desk: ScriptedDesk, shop: Shop) -> None:
    receive(from_bilal(), "raw/one")
    receive(from_bilal(headers={"X-Forwarded-For": BILAL}), "raw/two")

    assert len(contacts(desk, shop.customer_id)) == 1


@pytest.mark.parametrize("last", [0, 1], ids=["the older customer", "the newer customer"])
def test_an_address_of_two_customers_is_whoevers_contact_was_last(
    desk: ScriptedDesk, shop: Shop, last: int
) -> None:
    both = (shop.customer_id, add_customer(desk, name="Dua Khan", email=BILAL))
    desk.pass_time(HOUR)
    record_call(desk, both[last], shop.agent_id)
    copy = a_mail("On Friday.", sender="amina@example.com", to=BILAL, message_id="<two@example.com>")

    outcomes = receive(from_bilal()), receive(copy, "raw/two")

    assert outcomes == ("contact", "copy")
    assert [len(contacts(desk, one)) for one in both] == [2 * (n == last) for n in range(2)]


def test_an_unknown_sender_becomes_a_customer_to_be_named(desk: ScriptedDesk, shop: Shop) -> None:
    receive(a_mail("Do you sell fans?", sender=STRANGER, name="Zara K."))
    receive(a_mail("And how much?", sender=STRANGER.upper(), message_id="<two@example.net>"), "raw/two")

    (customer,) = customers_of(desk, STRANGER)
    assert (customer["name"], customer["email"], customer["tags"]) == ("Zara K.", STRANGER, ["unnamed"])
    assert customer["consent"] == {"email": False, "sms": False, "survey": False, "news": False}
    assert len(contacts(desk, customer["customer_id"])) == 2
    assert shop.agent_id


def test_an_answer_finds_its_case_by_the_signed_address(desk: ScriptedDesk, shop: Shop) -> None:
    first = shop.contact(summary="The brake squeals")
    shop.contact(summary="Wants a fan")
    address = open_desk().reply_addresses.address(first["case_id"])
    assert address is not None

    receive(from_bilal("It still squeals", to=address.upper()))

    assert contacts(desk, shop.customer_id)[0]["case_id"] == first["case_id"]


def test_a_changed_signature_leads_nowhere(desk: ScriptedDesk, shop: Shop) -> None:
    first = shop.contact(summary="The brake squeals")
    address = open_desk().reply_addresses.address(first["case_id"])
    assert address is not None
    changed = address.replace("@", "0@")
    other = address.replace("+" + address[5:6], "+" + ("0" if address[5] != "0" else "1"))

    for number, to in enumerate((changed, other, "desk+nothing@in.example.com", "desk@in.example.com")):
        receive(from_bilal(to=to, message_id=f"<{number}@example.org>"), f"raw/{number}")

    assert first["case_id"] not in {contact["case_id"] for contact in contacts(desk, shop.customer_id)}


def test_a_thread_of_ten_replies_stays_one_case(desk: ScriptedDesk, shop: Shop) -> None:
    words = ("It squeals", "Ja, immer noch", "Oui, toujours", "جی ہاں، ابھی تک")
    for number in range(10):
        before = {"In-Reply-To": f"<{number - 1}@example.org>"} if number else {}
        receive(
            from_bilal(f"{words[number % 4]} {number}", message_id=f"<{number}@example.org>", headers=before),
            f"raw/{number}",
        )
        desk.pass_time(HOUR)

    assert len({contact["case_id"] for contact in contacts(desk, shop.customer_id)}) == 1
    assert len(contacts(desk, shop.customer_id)) == 10


def test_a_mail_of_ours_in_the_thread_names_the_case(desk: ScriptedDesk, shop: Shop) -> None:
    first = shop.contact(summary="The brake squeals")

    receive(from_bilal("Yes", headers={"References": f"<x@example.net> <{first['case_id']}@example.com>"}))

    assert contacts(desk, shop.customer_id)[0]["case_id"] == first["case_id"]


def test_a_hint_of_somebody_else_is_only_noted(desk: ScriptedDesk, shop: Shop) -> None:
    first = shop.contact(summary="The brake squeals")
    address = open_desk().reply_addresses.address(first["case_id"])
    assert address is not None

    receive(a_mail("I answer for him", sender=STRANGER, to=address))

    (customer,) = customers_of(desk, STRANGER)
    (contact,) = contacts(desk, customer["customer_id"])
    assert contact["case_id"] != first["case_id"]
    assert contact["mail"]["hinted_case_id"] == first["case_id"]


def test_files_are_kept_under_keys_without_names(desk: ScriptedDesk, shop: Shop) -> None:
    receive(from_bilal("See the picture", files={"Grüße.jpg": b"a picture"}))

    ((file,),) = (contact["mail"]["attachments"] for contact in contacts(desk, shop.customer_id))
    assert (file["name"], file["size"]) == ("Grüße.jpg", 9)
    assert file["key"].startswith(f"attachments/{shop.customer_id}/")
    assert client("s3").get_object(Bucket=BUCKET, Key=file["key"])["Body"].read() == b"a picture"


def test_only_the_names_of_too_many_files_are_kept(desk: ScriptedDesk, shop: Shop) -> None:
    receive(from_bilal(files={f"{number}.txt": b"x" for number in range(25)}))

    (contact,) = contacts(desk, shop.customer_id)
    kept = [file["key"] is not None for file in contact["mail"]["attachments"]]
    assert kept == [True] * 20 + [False] * 5


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        ("spam", {"spam": "FAIL"}),
        ("virus", {"virus": "FAIL"}),
        ("auto_reply", {"headers": {"Auto-Submitted": "auto-replied"}}),
        ("list", {"headers": {"List-Id": "<x.example.org>"}}),
        ("bounce", {"headers": {"X-Failed-Recipients": "x@example.org"}}),
    ],
)
def test_mail_from_programs_starts_no_clock_and_no_loop(
    desk: ScriptedDesk, shop: Shop, reason: str, fields: dict[str, Any]
) -> None:
    sent = len(desk.mails)

    outcomes = [receive(from_bilal(**fields)) for _ in range(2)]
    desk.pass_time(timedelta(days=2))

    assert outcomes == [reason, reason]
    assert contacts(desk, shop.customer_id) == []
    assert len(desk.mails) == sent
    (row,) = set_aside()
    assert (row.reason, row.sender, row.words) == (reason, BILAL, "When do you open?")
    assert row.expires_at == int(row.received_at.timestamp()) + 30 * 24 * 3600


def test_a_mail_of_a_colleague_is_no_contact_of_a_customer(desk: ScriptedDesk, shop: Shop) -> None:
    agent = desk.call(f"GET /api/agents/{shop.agent_id}").json

    assert receive(a_mail(sender=agent["email"], to=ENVIRONMENT["SENDER_EMAIL"])) == "colleague"
    assert receive(a_mail(sender=agent["email"], dmarc="fail"), "raw/two") == "forged"
    assert customers_of(desk, agent["email"]) == []


def test_an_agents_mail_that_is_copied_to_the_desk_is_a_contact(desk: ScriptedDesk, shop: Shop) -> None:
    receive(from_bilal("When is it ready?"))
    (reply,) = (row for row in desk.timeline(shop.customer_id) if row["row_kind"] == "reply")
    desk.clock.shift(HOUR)
    agent = desk.call(f"GET /api/agents/{shop.agent_id}").json
    mime = a_mail(
        "On Friday.",
        sender=agent["email"],
        to=f"Bilal <{BILAL}>",
        cc="somebody@else.example",
        message_id="<answer@example.com>",
        headers={"In-Reply-To": "<one@mail.example.org>"},
    )

    outcomes = [receive(mime, "raw/copy") for _ in range(2)]

    copy, question = contacts(desk, shop.customer_id)
    assert outcomes == ["copy", "copy, known already"]
    assert (copy["direction"], copy["agent_id"], copy["summary"]) == ("outbound", shop.agent_id, "On Friday.")
    assert copy["case_id"] == question["case_id"]
    assert desk.call(f"GET /api/replies/{reply['reply_id']}").json["status"] == "given"
    desk.clock.shift(HOUR)

    receive(
        from_bilal("Good", message_id="<3@x.example>", headers={"References": "<answer@example.com>"}),
        "raw/3",
    )
    assert contacts(desk, shop.customer_id)[0]["case_id"] == question["case_id"]


def test_nobody_can_write_into_the_timeline_in_an_agents_name(desk: ScriptedDesk, shop: Shop) -> None:
    agent = desk.call(f"GET /api/agents/{shop.agent_id}").json

    assert receive(a_mail(sender=agent["email"], to=BILAL, dmarc="fail")) == "forged"
    assert contacts(desk, shop.customer_id) == []


@pytest.mark.usefixtures("shop")
def test_the_question_of_a_forwarding_service_is_set_aside() -> None:
    confirm = "To confirm: https://mail-settings.google.com/mail/vf-1"

    assert receive(a_mail(confirm, sender="forwarding-noreply@google.com")) == "forwarding"
    assert (
        receive(a_mail(confirm, sender="forwarding-noreply@google.com", dmarc="fail"), "raw/2")
        != "forwarding"
    )
    assert "forwarding" in {row.reason for row in set_aside()}


@pytest.mark.usefixtures("shop")
def test_a_mail_that_is_gone_is_no_error() -> None:
    event = sample("receive_mail/mail_came")

    assert receive_mail(event, Context()) == "gone"  # type: ignore[arg-type]  # as above


def test_a_flood_of_one_sender_is_set_aside_and_others_are_heard(
    desk: ScriptedDesk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_mail, "MAILS_AN_HOUR", 3)
    outcomes = [receive(from_bilal(message_id=f"<{n}@example.org>"), f"raw/{n}") for n in range(5)]

    assert outcomes == ["contact"] * 3 + ["flood"] * 2
    assert receive(from_bilal(message_id="<0@example.org>"), "raw/0") == "contact, known already"
    assert receive(a_mail(sender=STRANGER), "raw/stranger") == "contact"
    desk.pass_time(HOUR)
    assert receive(from_bilal(message_id="<later@example.org>"), "raw/later") == "contact"
    assert len(contacts(desk, shop.customer_id)) == 4


@pytest.mark.usefixtures("shop")
def test_odd_mails_land_without_loss(desk: ScriptedDesk) -> None:
    outcomes: dict[str, str] = {}
    for number, (what, mime) in enumerate([*ODD.items()][::5]):  # that all are read is tested with the rules
        outcomes[what] = receive(mime.replace(b"<odd@", f"<{number}@".encode()), f"raw/{number}")

    assert set(outcomes.values()) <= {"contact", "no_sender"}
    assert {what for what, outcome in outcomes.items() if outcome == "no_sender"} <= WITHOUT_SENDER
    (customer,) = customers_of(desk, "bilal@example.org")
    rows = desk.call(f"GET /api/customers/{customer['customer_id']}/export").json["rows"]
    recorded = [row for row in rows if row["row_kind"] == "interaction"]
    assert len(recorded) == [*outcomes.values()].count("contact")


def test_an_erasure_deletes_the_mails_and_their_files(desk: ScriptedDesk, shop: Shop) -> None:
    receive(from_bilal(files={"a.txt": b"x"}))
    receive(a_mail(sender=STRANGER, message_id="<other@example.net>", files={"b.txt": b"y"}), "raw/other")

    desk.call(f"POST /api/customers/{shop.customer_id}/erase")

    (customer,) = customers_of(desk, STRANGER)
    assert [key.partition("/")[0] for key in stored_keys()] == ["attachments", "raw"]
    assert stored_keys()[0].startswith(f"attachments/{customer['customer_id']}/")
    assert stored_keys()[1] == "raw/other"
