"""Each time, address and permission belongs to the right person: here no two people share one.

Amina works in Los Angeles, her supervisor Sana in Auckland, and the customer lives in London, so that their
days hardly overlap.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.provider_events import handle_sample
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    change_agent,
    change_customer,
    links,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

AMINA = token_of("amina@example.com")
A_SWEEP = 2 * MINUTE


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 UTC: it is 01:00 in Los Angeles, and 22:00 in Auckland."""
    shop = Shop.opened(desk, time_zone="Europe/London")
    week = [{"opens": "09:00", "closes": "17:00"}]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = dict.fromkeys(days, week)
    change_agent(
        desk, shop.agent_id, time_zone="America/Los_Angeles", working_hours=hours, notify_by=["email"]
    )
    change_agent(desk, shop.supervisor_id, time_zone="Pacific/Auckland", working_hours=hours)
    return shop


def mailed_at(shop: Shop, purpose: str) -> list[tuple[str, datetime]]:
    """To whom and when messages with this purpose were sent."""
    sent = (row for row in shop.rows("message") if row["purpose"] == purpose and row.get("sent_at"))
    return sorted((row["to"], datetime.fromisoformat(row["sent_at"])) for row in sent)


def test_a_request_for_goodwill_waits_for_the_morning_of_who_decides(shop: Shop) -> None:
    case_id = shop.contact(channel="in_person", resolved=True)["case_id"]
    body = {"amount": "40", "reason": "Two visits for nothing"}
    assert shop.desk.call(f"POST /api/cases/{case_id}/goodwill", body, user=AMINA).status == 201

    shop.desk.pass_time(14 * HOUR)

    [(to, sent_at)] = mailed_at(shop, "goodwill_approval")
    assert to == "supervisor"
    assert timedelta() <= sent_at - datetime(2026, 3, 2, 20, 0, tzinfo=UTC) <= A_SWEEP  # 09:00 in Auckland


def test_a_reminder_is_sent_in_the_agents_hours(shop: Shop) -> None:
    shop.follow_up(shop.desk.now + HOUR)

    shop.desk.pass_time(12 * HOUR)

    [(_, sent_at)] = mailed_at(shop, "follow_up_reminder")
    assert timedelta() <= sent_at - datetime(2026, 3, 2, 17, 0, tzinfo=UTC) <= A_SWEEP  # 09:00 in Los Angeles


def test_an_escalation_is_sent_in_the_supervisors_hours(shop: Shop) -> None:
    shop.promise(shop.desk.now + 9 * HOUR)

    shop.desk.pass_time(3 * DAY)

    [sent_at] = [sent_at for to, sent_at in mailed_at(shop, "promise_escalation") if to == "supervisor"]
    assert sent_at.hour >= 20 or sent_at.hour < 4  # 09:00 to 17:00 in Auckland


def test_a_survey_is_sent_in_the_day_of_the_customer(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, time_zone="Asia/Tokyo")
    wait_until(shop.desk, "2026-03-03T13:00")
    shop.contact(resolved=True)  # a day later it is ten in the evening in Tokyo

    shop.desk.pass_time(2 * DAY)

    [(_, sent_at)] = mailed_at(shop, "survey")
    assert timedelta() <= sent_at - datetime(2026, 3, 5, 0, 0, tzinfo=UTC) <= A_SWEEP  # 09:00 in Tokyo


def test_one_idempotency_key_of_two_users_is_two_requests(shop: Shop) -> None:
    theirs = shop.contact_body(agent_id=shop.supervisor_id, summary="Wants a cake for Sunday")

    first = shop.desk.call("POST /api/interactions", shop.contact_body(), user=AMINA, key="one")
    shop.desk.settle()
    other = add_customer(shop.desk, name="Dua", email="dua@example.com")
    second = shop.desk.call("POST /api/interactions", {**theirs, "customer_id": other}, key="one")

    assert (first.status, second.status) == (201, 201)
    assert first.json["interaction_id"] != second.json["interaction_id"]


def test_another_customer_with_the_same_address_is_not_asked_either(shop: Shop) -> None:
    shop.survey_link()
    other = add_customer(shop.desk, name="Dua", email="bilal@example.com")
    [page] = links(words_of(shop.desk.mails[-1]), "/u/")
    shop.desk.post(page, {})
    shop.desk.pass_time(40 * DAY)

    shop.contact(customer_id=other, resolved=True)
    shop.desk.pass_time(2 * DAY)

    surveys = [row for row in shop.desk.timeline(other) if row["row_kind"] == "survey"]
    assert [row["status"] for row in surveys] == ["withheld"]


def test_a_stand_in_whose_own_address_is_dead_is_passed_over(shop: Shop) -> None:
    cover = add_agent(shop.desk, "Omar", time_zone="America/Los_Angeles")
    away = {"away_from": text_of(shop.desk.now), "away_until": text_of(shop.desk.now + 7 * DAY)}
    change_agent(shop.desk, shop.agent_id, covered_by=cover, **away)
    shop.follow_up(shop.desk.now + HOUR)
    shop.desk.pass_time(9 * HOUR)
    (mail,) = shop.desk.mails
    assert "omar@example.com" in str(mail["to"])

    carrier = str(mail["Message-ID"]).strip("<").partition("@")[0]
    handle_sample("mail_bounced", message_id=carrier, address="omar@example.com")
    shop.desk.pass_time(DAY)

    again = [str(mail["to"]) for mail in shop.desk.mails[1:] if "Ask for the colour" in words_of(mail)]
    assert again
    assert not any("omar@" in to or "amina@" in to for to in again)


def test_two_people_read_the_same_time_each_in_their_zone(shop: Shop) -> None:
    shop.promise(shop.desk.now + 3 * DAY)
    shop.desk.pass_time(5 * DAY)

    to_amina = [words_of(mail) for mail in shop.desk.mails if "amina@" in str(mail["to"])]
    to_sana = [words_of(mail) for mail in shop.desk.mails if "sana@" in str(mail["to"])]
    assert to_amina
    assert to_sana
    assert all("America/Los_Angeles" in words for words in to_amina)
    assert all("Pacific/Auckland" in words for words in to_sana)
