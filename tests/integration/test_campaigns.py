"""Tips: written once, sent in steps to those who agreed, within the budget, and ended by one click."""

from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    add_customer,
    change_customer,
    change_policy,
    nonce_of,
    token_of,
    words_of,
    writes,
)
from tests.times import DAY, HOUR, SECOND
from vaada.desk import open_desk
from vaada.flows import campaigns
from vaada.model.campaigns import Campaign
from vaada.model.times import text_of

AGREED = {"email": True, "sms": False, "survey": True, "news": True}
TIP: dict[str, Any] = {
    "texts": [
        {"language": "en", "subject": "Winter is near", "text": "Oil the chain.\n\nPump up the tyres."},
        {"language": "ur", "subject": "سردی آ رہی ہے", "text": "زنجیر کو تیل دیں۔"},
    ]
}


def reader(desk: ScriptedDesk, name: str, **facts: object) -> str:
    """Add a customer who agreed to tips. Returns the id."""
    return add_customer(desk, **{"name": name, "email": f"{name}@example.com", "consent": AGREED, **facts})


def written(desk: ScriptedDesk, **facts: object) -> str:
    """Write a draft. Returns its id."""
    answer = desk.call("POST /api/campaigns", {**TIP, **facts})
    assert answer.status == 201, answer.body
    campaign_id: str = answer.json["campaign_id"]
    return campaign_id


def send(desk: ScriptedDesk, campaign_id: str, **when: object) -> None:
    answer = desk.call(f"POST /api/campaigns/{campaign_id}/schedule", when)
    assert answer.status == 200, answer.body


def withheld(desk: ScriptedDesk, customer_id: str) -> list[str]:
    """Why tips were not sent to a customer, the latest first."""
    rows = [row for row in desk.timeline(customer_id) if row.get("purpose") == "tip"]
    return [row["why_not"] for row in rows if row["status"] == "withheld"]


def test_a_tip_goes_once_to_those_who_agreed_in_their_language(desk: ScriptedDesk) -> None:
    reader(desk, "Anna")
    reader(desk, "Bilal", language="ur")
    add_customer(desk, name="Carla", email="carla@example.com")
    campaign_id = written(desk)

    send(desk, campaign_id)
    desk.pass_time(DAY)

    assert sorted(desk.mail_recipients) == ["Anna <Anna@example.com>", "Bilal <Bilal@example.com>"]
    by_reader = {str(mail["to"]): mail for mail in desk.mails}
    assert by_reader["Anna <Anna@example.com>"]["subject"] == "Winter is near"
    assert "Pump up the tyres." in words_of(by_reader["Anna <Anna@example.com>"])
    assert by_reader["Bilal <Bilal@example.com>"]["subject"] == "سردی آ رہی ہے"
    row = desk.call(f"GET /api/campaigns/{campaign_id}").json
    assert (row["status"], row["recipients"]) == ("sent", 2)
    listed = desk.call(f"GET /api/campaigns/{campaign_id}/recipients").json["items"]
    assert len(listed) == 2


def test_a_tip_with_a_tag_goes_to_those_who_have_it(desk: ScriptedDesk) -> None:
    reader(desk, "Anna", tags=["vip"])
    reader(desk, "Bilal")
    campaign_id = written(desk, tag="VIP")
    preview = desk.call(f"GET /api/campaigns/{campaign_id}/preview", query={"language": "ur"}).json

    send(desk, campaign_id)
    desk.pass_time(HOUR)

    assert desk.mail_recipients == ["Anna <Anna@example.com>"]
    assert (preview["subject"], preview["customers"], preview["is_more"]) == ("سردی آ رہی ہے", 1, False)
    assert 'dir="rtl"' in preview["html"]


def test_a_tip_waits_for_its_time_and_the_end_of_quiet_hours(desk: ScriptedDesk) -> None:
    reader(desk, "Anna", time_zone="Asia/Tokyo")  # where it is evening
    begins = desk.now
    campaign_id = written(desk)
    send(desk, campaign_id, send_at=text_of(desk.now + 2 * HOUR))

    desk.pass_time(3 * HOUR)
    status = desk.call(f"GET /api/campaigns/{campaign_id}").json["status"]
    at_night = len(desk.mails)
    desk.pass_time(DAY)

    assert (status, at_night, len(desk.mails)) == ("sent", 0, 1)
    sent_at = desk.call("GET /api/messages", query={"status": "sent", "purpose": "tip"}).json["items"][0]
    assert sent_at["sent_at"] >= text_of(begins + 12 * HOUR)


def test_one_click_ends_tips_alone_and_can_be_undone(desk: ScriptedDesk) -> None:
    customer_id = reader(desk, "Anna")
    send(desk, written(desk))
    desk.pass_time(HOUR)
    mail = desk.mails[-1]
    link = str(mail["list-unsubscribe"]).strip("<>")

    page = desk.post(link, {"List-Unsubscribe": "One-Click"})
    ended = desk.call(f"GET /api/customers/{customer_id}").json["consent"]
    send(desk, written(desk))
    desk.pass_time(HOUR)
    mails = len(desk.mails)
    desk.clock.shift(2 * SECOND)
    desk.post(link, {"do": "undo", "nonce": nonce_of(page)})

    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert "You get no more tips and invitations" in page.body
    assert link in words_of(mail)
    assert (ended, mails) == ({**AGREED, "news": False}, 1)
    assert desk.call(f"GET /api/customers/{customer_id}").json["consent"] == AGREED


def test_a_held_tip_is_not_sent_after_a_cancellation(desk: ScriptedDesk) -> None:
    anna = reader(desk, "Anna", time_zone="Asia/Tokyo")
    bilal = reader(desk, "Bilal", time_zone="Asia/Tokyo")
    desk.pass_time(4 * HOUR)  # to their night
    campaign_id = written(desk)
    send(desk, campaign_id)
    desk.pass_time(10 * 60 * SECOND)

    desk.call(f"POST /api/campaigns/{campaign_id}/cancel")
    again = desk.call(f"POST /api/campaigns/{campaign_id}/cancel")
    desk.pass_time(DAY)

    assert (again.status, desk.mails) == (409, [])
    assert withheld(desk, anna) == ["the campaign was cancelled"]
    assert withheld(desk, bilal) == ["the campaign was cancelled"]


def test_a_held_tip_is_not_sent_to_a_customer_who_withdraws_consent(desk: ScriptedDesk) -> None:
    anna = reader(desk, "Anna", time_zone="Asia/Tokyo")
    desk.pass_time(4 * HOUR)
    send(desk, written(desk))
    desk.pass_time(HOUR)

    change_customer(desk, anna, consent={**AGREED, "news": False})
    desk.pass_time(DAY)

    assert (withheld(desk, anna), desk.mails) == (["the customer did not agree to tips and invitations"], [])


def test_nobody_gets_more_tips_a_month_than_the_policy_allows(desk: ScriptedDesk) -> None:
    customer_id = reader(desk, "Anna")
    change_policy(desk, customers={"news_a_month": 1, "messages_at_most": 2})

    for _ in range(2):
        send(desk, written(desk))
        desk.pass_time(8 * DAY)
    desk.pass_time(15 * DAY)
    send(desk, written(desk))
    desk.pass_time(DAY)

    assert withheld(desk, customer_id) == ["they had enough tips and invitations this month"]
    assert len(desk.mails) == 2


def test_two_records_of_one_address_get_one_mail(desk: ScriptedDesk) -> None:
    reader(desk, "Anna", email="both@example.com")
    reader(desk, "Hanna", email="both@example.com")

    send(desk, written(desk))
    desk.pass_time(HOUR)

    assert len(desk.mails) == 1
    why = desk.call("GET /api/messages", query={"status": "withheld"}).json["items"]
    assert [row["why_not"] for row in why] == ["they have it already"]


def test_recipients_are_listed_in_steps_and_nobody_is_left_out(
    desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "_STEP", 2)
    names = ["Anna", "Bilal", "Carla", "Dora", "Emil"]
    for name in names:
        reader(desk, name)
    campaign_id = written(desk)
    send(desk, campaign_id)

    outcomes = []
    for _ in range(4):
        row = open_desk().table.get(Campaign, campaign_id)
        assert row is not None
        outcomes.append(campaigns.advance_campaign(open_desk(), campaign_id, row.version, desk.now))
    desk.pass_time(HOUR)

    assert outcomes == ["sending, 2 listed", "sending, 2 listed", "sent, 1 listed", "stale"]
    assert sorted(str(mail["to"]).partition(" ")[0] for mail in desk.mails) == names


def test_a_draft_can_be_written_anew_until_it_is_scheduled(desk: ScriptedDesk) -> None:
    campaign_id = written(desk)
    texts = [{"language": "en", "subject": "Spring", "text": "Wash the frame."}]

    edited = desk.call(f"PUT /api/campaigns/{campaign_id}", {"texts": texts})
    send(desk, campaign_id, send_at=text_of(desk.now + DAY))
    late = desk.call(f"PUT /api/campaigns/{campaign_id}", {"texts": texts})
    cancelled = desk.call(f"POST /api/campaigns/{campaign_id}/cancel")
    desk.pass_time(2 * DAY)

    assert (edited.json["texts"][0]["subject"], late.status) == ("Spring", 409)
    assert (cancelled.json["status"], desk.mails) == ("cancelled", [])


@pytest.mark.parametrize(
    "body",
    [
        {"texts": []},
        {"texts": [TIP["texts"][0], {**TIP["texts"][1], "language": "en-GB"}]},
        {"texts": [{**TIP["texts"][0], "language": "tlh"}]},
        {"texts": [{**TIP["texts"][0], "subject": " "}]},
    ],
)
def test_a_tip_that_says_nothing_or_one_language_twice_is_refused(
    desk: ScriptedDesk, body: dict[str, Any]
) -> None:
    assert desk.call("POST /api/campaigns", body).status == 422


def test_only_managers_see_and_send_campaigns(desk: ScriptedDesk) -> None:
    campaign_id = written(desk)
    agent = token_of("amina@example.com")
    desk.call("POST /api/agents", {"name": "Amina", "email": "amina@example.com"})
    before = writes(desk)

    answers = [
        desk.call("POST /api/campaigns", TIP, user=agent),
        desk.call(f"PUT /api/campaigns/{campaign_id}", TIP, user=agent),
        *(
            desk.call(f"{route.format(campaign_id)}", {} if "POST" in route else None, user=agent)
            for route in (
                "GET /api/campaigns",
                "GET /api/campaigns/{}",
                "GET /api/campaigns/{}/preview",
                "GET /api/campaigns/{}/recipients",
                "POST /api/campaigns/{}/schedule",
                "POST /api/campaigns/{}/cancel",
            )
        ),
    ]

    assert {answer.status for answer in answers} == {403}
    assert writes(desk) == before


def test_the_recipient_is_exported_and_erased_with_the_customer(desk: ScriptedDesk) -> None:
    customer_id = reader(desk, "Anna")
    campaign_id = written(desk)
    send(desk, campaign_id)
    desk.pass_time(HOUR)

    export = desk.call(f"GET /api/customers/{customer_id}/export").json
    desk.call(f"POST /api/customers/{customer_id}/erase")
    desk.pass_time(HOUR)

    assert {row["row_kind"] for row in export["rows"]} == {"campaign_recipient", "message"}
    assert desk.call(f"GET /api/campaigns/{campaign_id}/recipients").json["items"] == []


# ---------------------------------------------------------------- events


def invitation(desk: ScriptedDesk, **times: str) -> str:
    """Send an invitation to an event in five days. Returns the campaign's id."""
    begins = desk.now + 5 * DAY
    event = {"begins_at": text_of(begins), "ends_at": text_of(begins + 2 * HOUR), "place": "Mill Lane 5"}
    campaign_id = written(desk, event={**event, **times})
    send(desk, campaign_id)
    desk.pass_time(HOUR)
    return campaign_id


def event_link(desk: ScriptedDesk, answer: str) -> str:
    """The link in the last mail that answers so."""
    return next(word for word in words_of(desk.mails[-1]).split() if word.endswith(f"?answer={answer}"))


def turnout(desk: ScriptedDesk, campaign_id: str) -> dict[str, int]:
    counts: dict[str, int] = desk.call(f"GET /api/campaigns/{campaign_id}").json["turnout"]
    return {name: count for name, count in counts.items() if count}


def test_an_invitation_is_answered_in_two_taps_and_brings_a_calendar_file(desk: ScriptedDesk) -> None:
    reader(desk, "Anna")
    campaign_id = invitation(desk)
    mail = desk.mails[-1]
    link = event_link(desk, "yes")
    page = desk.open(link)

    done = desk.answer(link, answer="yes")

    [file] = mail.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "event.ics")
    assert "LOCATION:Mill Lane 5\r\n" in file.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert 'value="yes" required checked' in page.body
    assert (done.status, "Until then!" in done.body) == (200, True)
    assert turnout(desk, campaign_id) == {"yes": 1}


def test_only_guests_who_said_yes_are_reminded_the_day_before(desk: ScriptedDesk) -> None:
    for name in ("Anna", "Bilal", "Carla"):
        reader(desk, name)
    campaign_id = invitation(desk)
    links = {
        str(mail["to"])[0]: next(word for word in words_of(mail).split() if word.endswith("=yes"))
        for mail in desk.mails
    }
    begins = desk.now + 5 * DAY
    desk.answer(links["A"], answer="yes")
    desk.answer(links["B"], answer="yes")
    desk.answer(links["B"], answer="no")
    invited = len(desk.mails)

    desk.pass_time(6 * DAY)

    [reminder] = desk.mails[invited:]
    assert (str(reminder["to"]), reminder["subject"]) == (
        "Anna <Anna@example.com>",
        "A reminder: Winter is near",
    )
    sent = desk.call("GET /api/messages", query={"status": "sent", "purpose": "event_reminder"}).json["items"]
    assert [row["sent_at"][:13] for row in sent] == [text_of(begins - DAY)[:10] + "T09"]
    assert turnout(desk, campaign_id) == {"yes": 1, "no": 1, "none": 1}


def test_a_guest_who_cannot_come_after_all_is_not_reminded_in_the_morning(desk: ScriptedDesk) -> None:
    reader(desk, "Anna", time_zone="America/Los_Angeles")
    invitation(desk)
    desk.pass_time(DAY)
    yes, no = event_link(desk, "yes"), event_link(desk, "no")
    desk.answer(yes, answer="yes")
    desk.pass_time(3 * DAY + 2 * HOUR)  # the reminder is held: it is night where she is
    invited = len(desk.mails)

    desk.answer(no, answer="no")
    desk.pass_time(DAY)

    assert len(desk.mails) == invited == 1
    query = {"status": "withheld", "purpose": "event_reminder"}
    [reminder] = desk.call("GET /api/messages", query=query).json["items"]
    assert reminder["why_not"] == "no longer needed when it could be sent"


def test_a_cancelled_event_is_neither_answered_nor_brought_to_mind(desk: ScriptedDesk) -> None:
    reader(desk, "Anna")
    campaign_id = invitation(desk)
    link = event_link(desk, "yes")
    desk.answer(link, answer="yes")

    desk.call(f"POST /api/campaigns/{campaign_id}/cancel")
    page = desk.open(link)
    late = desk.answer(link, answer="no")
    desk.pass_time(6 * DAY)

    assert (page.status, late.status, "The event is cancelled" in page.body) == (410, 410, True)
    assert len(desk.mails) == 1
    assert turnout(desk, campaign_id) == {"yes": 1}


def test_only_a_persons_form_answers_and_only_until_the_event(desk: ScriptedDesk) -> None:
    reader(desk, "Anna")
    campaign_id = invitation(desk)
    link = event_link(desk, "no")
    before = writes(desk)

    opened = desk.open(link)
    blind = desk.post(link, {"answer": "no"})
    empty = desk.post(link, {})
    at_once = desk.post(link, {"answer": "no", "nonce": nonce_of(opened)})
    unchanged = writes(desk) == before
    desk.pass_time(6 * DAY)
    late = desk.answer(link, answer="no")

    assert [answer.status for answer in (blind, empty, at_once, late)] == [422, 422, 422, 410]
    assert unchanged
    assert turnout(desk, campaign_id) == {"none": 1}


def test_a_manager_marks_who_came(desk: ScriptedDesk) -> None:
    reader(desk, "Anna")
    campaign_id = invitation(desk)
    [row] = desk.call(f"GET /api/campaigns/{campaign_id}/recipients").json["items"]
    route = f"POST /api/campaign-recipients/{row['campaign_recipient_id']}/attendance"

    came = desk.call(route, {"came": True}).json["came"]
    counted = turnout(desk, campaign_id)
    query = {"turnout": "came"}
    listed = desk.call(f"GET /api/campaigns/{campaign_id}/recipients", query=query).json["items"]
    desk.call(route, {"came": False})

    assert (came, counted, len(listed)) == (True, {"came": 1}, 1)
    assert turnout(desk, campaign_id) == {"none": 1}
    assert desk.call(route, {"came": True}, user=token_of("amina@example.com")).status == 403


def test_an_event_that_has_begun_is_not_announced(desk: ScriptedDesk) -> None:
    begins = desk.now + HOUR
    event = {"begins_at": text_of(begins), "ends_at": text_of(begins + HOUR), "place": "Here"}
    campaign_id = written(desk, event=event)

    late = desk.call(f"POST /api/campaigns/{campaign_id}/schedule", {"send_at": text_of(begins + HOUR)})
    backwards = desk.call("POST /api/campaigns", {**TIP, "event": {**event, "ends_at": event["begins_at"]}})

    assert (late.status, backwards.status) == (409, 422)
