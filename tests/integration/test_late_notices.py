"""A customer is told that their promise is late: how, when and how often."""

import pytest

from tests.integration.action_links import mailed_to, warning_link
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    at,
    change_agent,
    wait_until,
    words_of,
)
from tests.times import HOUR, MINUTE

WEDNESDAY = {"date": "2026-03-04", "time": "10:00", "reason": "The oven broke"}
THURSDAY = {"date": "2026-03-05", "time": "10:00", "reason": "So did the other"}
LATE_IN_URDU = "ہمیں مزید وقت درکار ہے"


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


def test_a_late_notice_is_mailed_in_the_customers_language_and_time_zone(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, language="ur", time_zone="Asia/Karachi")
    link = warning_link(shop)

    done = shop.desk.answer(link, do="running_late", **WEDNESDAY)
    shop.desk.pass_time(5 * MINUTE)

    assert "hears of it by e-mail in a moment" in done.body
    assert str(desk.mails[-1]["to"]).endswith("<bilal@example.com>")
    assert LATE_IN_URDU in words_of(desk.mails[-1])
    assert "15:00" in words_of(desk.mails[-1])  # 10:00 UTC


def test_a_late_notice_is_texted_to_a_customer_who_prefers_texts(desk: ScriptedDesk) -> None:
    number = "+923009876543"
    shop = Shop.opened(desk, language="ur", time_zone="Asia/Karachi", phone=number, preferred_channel="sms")
    link = warning_link(shop)

    shop.desk.answer(link, do="running_late", **WEDNESDAY)
    shop.desk.pass_time(5 * MINUTE)

    (words,) = [words for to, words in desk.texts if to == number]
    assert "معذرت" in words
    assert "15:00" in words


def test_a_late_notice_at_night_waits_for_the_customers_morning(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, time_zone="Asia/Karachi")
    wait_until(shop.desk, at("03-02T17:00"))  # 22:00 in Karachi
    link = warning_link(shop)

    done = shop.desk.answer(link, do="running_late", **WEDNESDAY)
    wait_until(shop.desk, at("03-03T12:00"))

    assert "It is late where the customer is" in done.body
    (message,) = (row for row in shop.rows("message") if row["purpose"] == "running_late")
    assert message["sent_at"] == "2026-03-03T04:00:00Z"


def test_a_customer_without_consent_gets_no_late_notice_and_the_page_says_so(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, consent={"email": False, "sms": False, "survey": False})
    link = warning_link(shop)

    form = shop.desk.open(f"{link}?do=running_late")
    done = shop.desk.answer(link, do="running_late", **WEDNESDAY)
    shop.desk.pass_time(HOUR)

    assert "Please call them" in form.body
    assert "Make sure that the customer knows." in done.body
    assert mailed_to(shop, "Bilal") == 0


def test_two_new_dates_in_one_night_send_one_late_notice_with_the_newest(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, time_zone="Asia/Karachi")
    wait_until(shop.desk, at("03-02T17:00"))
    link = warning_link(shop)

    for date in (WEDNESDAY, THURSDAY):
        shop.desk.answer(link, do="running_late", **date)
        shop.desk.pass_time(MINUTE)
    wait_until(shop.desk, at("03-03T12:00"))

    assert mailed_to(shop, "Bilal") == 1
    (mail,) = [mail for mail in desk.mails if str(mail["to"]).startswith("Bilal")]
    assert "5 Mar" in words_of(mail)


def test_two_new_dates_on_one_day_send_two_late_notices(shop: Shop) -> None:
    link = warning_link(shop)

    for date in (WEDNESDAY, THURSDAY):
        shop.desk.answer(link, do="running_late", **date)
        shop.desk.pass_time(5 * MINUTE)

    told = [words_of(mail) for mail in shop.desk.mails if str(mail["to"]).startswith("Bilal")]
    assert ["4 Mar" in told[0], "5 Mar" in told[1], len(told)] == [True, True, 2]


def test_the_same_date_sent_twice_sends_one_late_notice(shop: Shop) -> None:
    link = warning_link(shop)

    for _ in range(2):
        shop.desk.answer(link, do="running_late", **WEDNESDAY)
        shop.desk.pass_time(5 * MINUTE)

    assert mailed_to(shop, "Bilal") == 1


def test_a_date_that_is_already_saved_can_still_be_told_to_the_customer(shop: Shop) -> None:
    link = warning_link(shop)
    shop.desk.answer(link, do="new_date", **WEDNESDAY)
    shop.desk.pass_time(5 * MINUTE)

    shop.desk.answer(link, do="running_late", **WEDNESDAY)
    shop.desk.pass_time(5 * MINUTE)

    assert mailed_to(shop, "Bilal") == 1


def test_a_return_to_an_earlier_date_sends_another_late_notice(shop: Shop) -> None:
    link = warning_link(shop)

    for date in (WEDNESDAY, THURSDAY, WEDNESDAY):
        shop.desk.answer(link, do="running_late", **date)
        shop.desk.pass_time(5 * MINUTE)

    assert mailed_to(shop, "Bilal") == 3


@pytest.mark.parametrize(("step", "body"), [("withdraw", {"reason": "Customer gave up"}), ("keep", None)])
def test_a_promise_that_ends_overnight_sends_no_late_notice(
    desk: ScriptedDesk, step: str, body: object
) -> None:
    shop = Shop.opened(desk, time_zone="Asia/Karachi")
    wait_until(shop.desk, at("03-02T17:00"))
    link = warning_link(shop)
    shop.desk.answer(link, do="running_late", **WEDNESDAY)

    commitment_id = shop.rows("commitment")[0]["commitment_id"]
    assert shop.desk.call(f"POST /api/commitments/{commitment_id}/{step}", body).status == 200
    wait_until(shop.desk, at("03-03T12:00"))

    (message,) = (row for row in shop.rows("message") if row["purpose"] == "running_late")
    assert (message["status"], mailed_to(shop, "Bilal")) == ("withheld", 0)


def test_a_customer_who_withdraws_consent_overnight_gets_no_late_notice(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, time_zone="Asia/Karachi")
    wait_until(shop.desk, at("03-02T17:00"))
    link = warning_link(shop)
    shop.desk.answer(link, do="running_late", **WEDNESDAY)

    stop = {"consent": {"email": False, "sms": False, "survey": False}}
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", stop)
    wait_until(shop.desk, at("03-03T12:00"))

    (message,) = (row for row in shop.rows("message") if row["purpose"] == "running_late")
    assert message["why_not"] == "the customer said stop before it could be sent"
