"""A mail to staff that cannot be delivered for now: their mailbox is full."""

import pytest

from tests.integration.provider_events import handle_sample
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, at, change_agent, wait_until, words_of
from tests.integration.staff_messages import remind
from tests.times import MINUTE


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only, and has no phone."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"], phone=None)
    return shop


def bounce_last_mail(shop: Shop) -> None:
    """The mailbox to which the last mail went is full. The event comes twice."""
    mail = shop.desk.mails[-1]
    message_id = str(mail["Message-ID"]).strip("<").partition("@")[0]
    address = str(mail["to"]).rpartition("<")[2].strip(">")
    for _ in range(2):
        handle_sample("mail_bounced_for_now", message_id=message_id, address=address)


def told(shop: Shop) -> list[tuple[str, str]]:
    """To whom each mail went, and when it was sent, in order."""
    sent = sorted(row["sent_at"][5:16] for row in shop.rows("message") if row.get("sent_at"))
    return [
        (str(mail["to"]).partition(" <")[0], when) for mail, when in zip(shop.desk.mails, sent, strict=True)
    ]


def test_a_reminder_to_a_full_mailbox_is_sent_once_more_four_hours_later(shop: Shop) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-02T15:00"))

    assert told(shop) == [("Amina", "03-02T10:00"), ("Amina", "03-02T14:30")]
    assert "Ask for the colour" in words_of(shop.desk.mails[-1])


def test_after_the_second_bounce_the_stand_in_is_told(shop: Shop) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-02T14:40"))
    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-02T15:00"))

    assert [name for name, _ in told(shop)] == ["Amina", "Amina", "Sana"]


def test_it_is_sent_once_more_only_when_they_are_at_work(shop: Shop) -> None:
    shop.promise(at("03-03T17:00"))
    wait_until(shop.desk, at("03-03T17:30"))

    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-04T09:30"))

    assert told(shop)[-1] == ("Amina", "03-04T09:00")


def test_a_reminder_of_what_is_done_meanwhile_is_not_sent_once_more(shop: Shop) -> None:
    follow_up_id = remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/complete")
    wait_until(shop.desk, at("03-02T15:00"))

    assert len(shop.desk.mails) == 1


def test_who_has_a_phone_is_texted_at_once(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, phone="+923001234567")
    remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-02T15:00"))

    assert (len(shop.desk.mails), [number for number, _ in shop.desk.texts]) == (1, ["+923001234567"])


def test_who_was_texted_as_well_gets_it_no_second_time(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["email", "sms"], phone="+923001234567")
    remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    wait_until(shop.desk, at("03-02T15:00"))

    assert (len(shop.desk.mails), len(shop.desk.texts)) == (1, 1)


def test_a_batch_is_sent_once_more_with_all_that_is_still_to_do(shop: Shop) -> None:
    ids = [remind(shop, f"03-02T10:0{n}", f"Matter {n}") for n in range(3)]
    wait_until(shop.desk, at("03-02T10:30"))

    bounce_last_mail(shop)
    shop.desk.call(f"POST /api/follow-ups/{ids[1]}/complete")
    wait_until(shop.desk, at("03-02T15:00"))

    first, second = (words_of(mail) for mail in shop.desk.mails)
    assert [f"Matter {n}" in first for n in range(3)] == [True, True, True]
    assert [f"Matter {n}" in second for n in range(3)] == [True, False, True]


def test_a_mail_to_the_owner_is_sent_once_more(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, supervisor_id=None, notify_by=["email"])
    shop.promise(at("03-02T10:00"))
    wait_until(desk, at("03-02T15:00") + 5 * MINUTE)

    bounce_last_mail(shop)
    wait_until(desk, at("03-02T20:00"))

    assert [str(mail["to"]) for mail in desk.mails].count("owner@example.com") == 2
