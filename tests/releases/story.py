"""A week at a shop that leaves every kind of row behind, and everything else that a release leaves."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.receive_mail.app import handler as receive_mail
from functions.receive_text.app import handler as receive_text
from tests.integration.aws_errors import refuse, succeed
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk, client
from tests.integration.shop import Shop, add_agent, add_customer, change_agent, change_policy, words_of
from tests.mail_samples import a_mail
from tests.times import DAY, HOUR, MINUTE
from vaada.desk import open_desk
from vaada.flows.weekly_reports import plan_first
from vaada.gateways import inbound_events
from vaada.model.ids import derived_row_id
from vaada.model.inbound_events import OptOut, TextedScore
from vaada.model.recognitions import Recognition
from vaada.model.sessions import Session
from vaada.model.setup import SETUP_STEPS, Setup
from vaada.model.times import text_of
from vaada.model.training import Training
from vaada.rules.training import topic_key

_DAY = [{"opens": "08:00", "closes": "16:00"}]
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _DAY)
_LINK = re.compile(r"https://desk\.example\.com/[saue]/[\w.-]+")


@dataclass(frozen=True)
class Leftovers:
    """What a release leaves to the next one, each part as it is stored or as somebody keeps it.

    `request` is one that was made with an idempotency key, and its answer.
    """

    taken_at: str
    rows: list[dict[str, Any]]
    records: list[dict[str, Any]]
    schedules: dict[str, dict[str, str]]
    links: list[str]
    events: list[str]
    policy: dict[str, Any]
    request: dict[str, Any]

    @property
    def time(self) -> datetime:
        """When it was left."""
        return datetime.fromisoformat(self.taken_at)

    @property
    def customer_ids(self) -> list[str]:
        """The customers, those who were erased or merged left out."""
        return [
            row["customer_id"]["S"]
            for row in self.rows
            if row["row_kind"]["S"] == "customer" and "merged_into" not in row
        ]


def tell(desk: ScriptedDesk) -> Leftovers:
    """Let a week pass at a shop. It ends on a Thursday morning, with work under way."""
    records: dict[str, dict[str, Any]] = {}
    keep_records(desk, records)
    shop = Shop.opened(
        desk, phone="+447700900001", other_emails=["b@example.com"], language="ur", tags=["vip"]
    )
    write_own_rules(desk)
    plan_first(open_desk(), desk.now)
    daniel = add_agent(desk, "Daniel", working_hours=WEEK, time_zone="Europe/Madrid")
    change_agent(desk, daniel, away_until=text_of(desk.now + 2 * DAY), covered_by=shop.agent_id)

    sign_in(desk, daniel)
    set_up(shop.customer_id)
    bring_mails()
    leaver = add_agent(desk, "Lena")
    assert desk.call(f"POST /api/agents/{leaver}/leave", {"to": shop.agent_id}).status < 300
    serve(shop, daniel)
    others(desk, shop)
    shop.promise(desk.now + 3 * DAY)
    shop.follow_up(desk.now + 2 * DAY)
    body = shop.contact_body(
        summary="Asked twice by a bad connection",
        follow_up={"at": text_of(desk.now + DAY), "reason": "Send the list"},
    )
    send_a_tip(desk)
    thank(desk, shop)
    train(desk, shop)
    answer = desk.call("POST /api/interactions", body, key="a-key-of-the-console")
    desk.settle()
    desk.before_call = refuse("sesv2.SendEmail", code="TooManyRequestsException")
    shop.promise(desk.now + 10 * MINUTE)
    desk.pass_time(20 * MINUTE)
    desk.before_call = succeed
    shop.contact(tone="abusive", summary="Shouted at Amina")
    request = {"key": "a-key-of-the-console", "body": json.dumps(body), "answer": answer.json}
    return _leftovers(desk, list(records.values()), request)


def write_own_rules(desk: ScriptedDesk) -> None:
    """A policy with rules of the business's own."""
    change_policy(
        desk,
        check_ins={"every_days_by_tag": {"vip": 90}},
        surveys={"nps_every_days": 90, "after_kept_promise": True, "hours_after_kept_promise": 1},
        holidays={"region": "SCT", "open_on": ["2026-04-03"]},
        commitments={"warn_before": {"opening_hours": 2}},
    )
    policy = desk.call("GET /api/policy").json
    policy["closed_days"] = [{"first": "2026-12-24", "last": "2026-12-31", "name": "Winter break"}]
    assert desk.call("PUT /api/policy", policy).status == 200


def _leftovers(desk: ScriptedDesk, records: list[dict[str, Any]], request: dict[str, Any]) -> Leftovers:
    return Leftovers(
        taken_at=text_of(desk.now),
        rows=sorted(_items(), key=lambda item: (item["pk"]["S"], item["sk"]["S"])),
        records=records,
        schedules={
            name: {"at": schedule.schedule_expression, "input": schedule.target["Input"]}
            for name, schedule in sorted(desk.schedules().items())
        },
        links=sorted({link for mail in desk.mails for link in _LINK.findall(_text(mail))}),
        events=_events(),
        policy=desk.call("GET /api/policy").json,
        request=request,
    )


def set_up(customer_id: str) -> None:
    """A first run that has come to its end."""
    open_desk().table.write(Setup(done=SETUP_STEPS[1:], skipped=SETUP_STEPS[:1], tried_with=customer_id))


def thank(desk: ScriptedDesk, shop: Shop) -> None:
    """Thanks that an agent was told."""
    survey_id = shop.rows("survey")[-1]["survey_id"]
    open_desk().table.write(
        Recognition(
            recognition_id=derived_row_id(survey_id, "recognition", desk.now),
            customer_id=shop.customer_id,
            agent_id=shop.agent_id,
            reason="kind_words",
            evidence_id=survey_id,
            said_by=shop.supervisor_id,
            created_at=desk.now,
        )
    )


def send_a_tip(desk: ScriptedDesk) -> None:
    """A tip that was sent and one that is to be, an invitation with an answer, and who wants no more."""
    texts = [{"language": "en", "subject": "Fresh rye", "text": "On Fridays from eight."}]
    agreed = {"email": True, "sms": False, "survey": False, "news": True}
    for name in ("Rosa", "Otto"):
        add_customer(desk, name=name, email=f"{name}@example.com", consent=agreed)
    tips = [desk.call("POST /api/campaigns", {"texts": texts}).json["campaign_id"] for _ in range(2)]
    for tip, send_at in zip(tips, (None, text_of(desk.now + 7 * DAY)), strict=True):
        assert desk.call(f"POST /api/campaigns/{tip}/schedule", {"send_at": send_at}).status == 200
    times = {"begins_at": text_of(desk.now + 5 * DAY), "ends_at": text_of(desk.now + 6 * DAY)}
    event = {**times, "place": "Mill Lane 5"}
    invitation = desk.call("POST /api/campaigns", {"texts": texts, "event": event}).json["campaign_id"]
    assert desk.call(f"POST /api/campaigns/{invitation}/schedule", {}).status == 200
    desk.pass_time(10 * MINUTE)
    links = [link for mail in desk.mails for link in _LINK.findall(_text(mail))]
    assert desk.answer([link for link in links if "/e/" in link][-1], answer="yes").status == 200
    wanted_no_more = next(mail for mail in desk.mails if "Fresh rye" in mail["Subject"])
    assert desk.post(str(wanted_no_more["List-Unsubscribe"]).strip("<>"), {}).status == 200


def bring_mails() -> None:
    """A mail of a customer with a file, and one that is set aside."""
    mails = {
        "raw/one": a_mail(sender="b@example.com", files={"wheel.txt": b"A wheel"}),
        "raw/two": a_mail(sender="b@example.com", headers={"Auto-Submitted": "auto-replied"}),
    }
    for key, mime in mails.items():
        client("s3").put_object(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"], Key=key, Body=mime)
        event = sample("receive_mail/mail_came")
        event["detail"]["object"]["key"] = key
        receive_mail(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def train(desk: ScriptedDesk, shop: Shop) -> None:
    """Something that was done about a topic."""
    open_desk().table.write(
        Training(
            training_id=topic_key("kind", "request"),
            topic="kind",
            name="request",
            what="A checklist at the counter",
            done_at=desk.now,
            done_by=shop.supervisor_id,
        )
    )


def sign_in(desk: ScriptedDesk, agent_id: str) -> None:
    """A browser in which an agent is signed in to the console."""
    open_desk().table.write(
        Session(
            session_id="5e55104" * 9,
            subject="sub-of-daniel",
            username="daniel",
            email="daniel@example.com",
            user_id=agent_id,
            is_manager=False,
            agent_id=agent_id,
            browser="Firefox, Android",
            started_at=desk.now,
            used_at=desk.now,
            checked_at=desk.now,
            expires_at=int((desk.now + 30 * DAY).timestamp()),
        )
    )


def serve(shop: Shop, daniel: str) -> None:
    """From a complaint to a survey that is answered, by several agents."""
    desk = shop.desk
    late = shop.promise(desk.now + 2 * HOUR)
    complaint = shop.contact(kind="complaint", tone="upset", summary="The cake was late", awaits_reply=True)
    case = complaint["case_id"]
    desk.call(f"POST /api/cases/{case}/steps/apologised", {"note": "On the phone"})
    desk.call(f"POST /api/cases/{case}/goodwill", {"amount": "40.00", "reason": "Two trips"})
    shop.contact(case_id=case, handed_over_from=shop.agent_id, agent_id=daniel, summary="Came again")
    desk.pass_time(DAY)
    desk.call(
        f"POST /api/commitments/{late}/renegotiate",
        {"due_at": text_of(desk.now + HOUR), "reason": "Oven", "tell_customer": True},
    )
    desk.pass_time(HOUR + MINUTE)
    desk.call(f"POST /api/commitments/{late}/keep")
    snoozed = shop.follow_up(desk.now + HOUR)
    desk.call(f"POST /api/follow-ups/{snoozed}/snooze", {"until": text_of(desk.now + 3 * DAY)})
    waiting = shop.contact(channel="email", summary="Wants a receipt", awaits_reply=True)
    desk.call(f"POST /api/cases/{waiting['case_id']}/wait")
    other = shop.contact(summary="About the receipt again")
    shop.merge(other["case_id"], into=waiting["case_id"])
    shop.contact(resolved=True, summary="Paid by card")
    desk.pass_time(DAY)


def others(desk: ScriptedDesk, shop: Shop) -> None:
    """Two records of one person, somebody who is erased, one whose mail bounces, and one who texts STOP."""
    first = add_customer(desk, name="Zofia Nowak", email="zofia@example.com", phone="+447700900002")
    second = add_customer(desk, name="Sofia Nowak", email="zofia@example.com", agent_id=shop.agent_id)
    for customer_id in (first, second):
        shop.contact(customer_id=customer_id, resolved=True, summary="Bought bread")
    assert desk.call(f"POST /api/customers/{second}/merge", {"into": first}).status == 200
    gone = add_customer(desk, name="Gerd Weiss", email="gerd@example.com")
    shop.contact(customer_id=gone, summary="Asked for the price")
    assert desk.call(f"POST /api/customers/{gone}/erase").status < 300
    desk.pass_time(DAY)
    surveys = [link for mail in desk.mails for link in _LINK.findall(_text(mail)) if "/s/" in link]
    desk.answer(surveys[-1], score="1", comment="Too dry")
    desk.answer(surveys[-1], score="2")
    notification = {
        "MessageId": "stop",
        "Message": '{"originationNumber": "+447700900002", "messageBody": "STOP"}',
    }
    assert receive_text({"Records": [{"Sns": notification}]}, Context()) == 1  # type: ignore[arg-type]


def keep_records(desk: ScriptedDesk, kept: dict[str, dict[str, Any]]) -> None:
    """Keep one record of the stream for each kind of row, of change and of status."""
    deliver = desk.deliver

    def deliver_and_keep(records: list[dict[str, Any]]) -> None:
        for record in records:
            image = record["dynamodb"].get("NewImage") or record["dynamodb"]["OldImage"]
            status = image.get("status", {}).get("S", "")
            without_id = {name: value for name, value in record.items() if name != "eventID"}
            kept.setdefault(f"{image['row_kind']['S']} {record['eventName']} {status}", without_id)
        deliver(records)

    desk.deliver = deliver_and_keep  # type: ignore[method-assign]  # the rest of the desk stays as it is


def _items() -> list[dict[str, Any]]:
    pages = client("dynamodb").get_paginator("scan").paginate(TableName="vaada")
    return [item for page in pages for item in page["Items"]]


def _events() -> list[str]:
    """What waits in the queue of events to retry, one of each sort."""
    addresses = open_desk().addresses
    found = [
        *inbound_events.mail_events(sample("record_delivery/mail_bounced"), "request", addresses),
        *inbound_events.mail_events(sample("record_delivery/mail_complained_of"), "request", addresses),
        *inbound_events.text_delivery_events(sample("record_delivery/text_failed"), "request", addresses),
        OptOut(suppression_id=addresses.hash_address("sms", "+923001234567"), said="stop"),
        TextedScore(answers="34d9b400-c6dd-5444-820d-fbeb0f1f54cf", score=5),
    ]
    return [event.model_dump_json() for event in found if event is not None]


def _text(mail: Any) -> str:
    return f"{words_of(mail)} {mail['List-Unsubscribe'] or ''}"


def until(leftovers: Leftovers, name: str) -> timedelta:
    """How long after the leftovers were stored a schedule fires."""
    at = datetime.fromisoformat(leftovers.schedules[name]["at"][3:-1]).replace(tzinfo=leftovers.time.tzinfo)
    return at - leftovers.time
