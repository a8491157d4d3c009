"""Links in staff messages that are too old, and lists of several tasks behind one link."""

import pytest

from tests.integration.action_links import (
    mailed_to,
    newest_link,
    post_at_once,
    post_with_honeypot,
    post_without_page,
    reminder_link,
    timeline,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_customer,
    change_agent,
    change_policy,
    links,
    nonce_of,
    words_of,
    writes,
)
from tests.times import DAY, HOUR, MINUTE, SECOND
from vaada.model.times import text_of


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


def expired_link(shop: Shop) -> str:
    """The link of a reminder that was snoozed until May; it expires after a month."""
    link = reminder_link(shop)
    shop.desk.answer(link, do="pick_date", date="2026-05-11", time="10:00")
    shop.desk.settle()
    shop.desk.clock.shift(31 * DAY)
    return link


def test_an_expired_link_offers_a_new_one_that_is_mailed_and_works(shop: Shop) -> None:
    link = expired_link(shop)
    offer = shop.desk.open(link)

    asked = shop.desk.answer(link, do="new_link")
    shop.desk.pass_time(5 * MINUTE)

    assert (offer.status, asked.status) == (410, 200)
    assert "Send me a new link" in offer.body
    assert mailed_to(shop, "Amina") == 2
    assert shop.desk.answer(newest_link(shop), do="done").status == 200


def test_a_new_link_is_sent_at_most_once_an_hour(shop: Shop) -> None:
    link = expired_link(shop)

    for _ in range(3):
        shop.desk.answer(link, do="new_link")
        shop.desk.pass_time(5 * MINUTE)
    within_the_hour = mailed_to(shop, "Amina")
    shop.desk.pass_time(HOUR)
    shop.desk.answer(link, do="new_link")
    shop.desk.pass_time(5 * MINUTE)

    assert (within_the_hour, mailed_to(shop, "Amina")) == (2, 3)


def test_a_closed_row_gets_no_new_link(shop: Shop) -> None:
    link = expired_link(shop)
    shop.desk.call(f"POST /api/follow-ups/{shop.rows('follow_up')[0]['follow_up_id']}/complete")

    answer = shop.desk.answer(link, do="new_link")
    shop.desk.pass_time(DAY)

    assert answer.status == 409
    assert mailed_to(shop, "Amina") == 1


def test_a_request_for_a_new_link_by_a_program_needs_confirmation(shop: Shop) -> None:
    link = expired_link(shop)
    before = writes(shop.desk)

    for program in (post_without_page, post_at_once, post_with_honeypot):
        page = program(shop.desk, link, {"do": "new_link"})
        assert (page.status, "Please confirm" in page.body) == (410, True), program.__name__

    assert writes(shop.desk) == before
    shop.desk.clock.shift(2 * SECOND)
    assert shop.desk.post(link, {"do": "new_link", "nonce": nonce_of(page)}).status == 200


@pytest.mark.parametrize("fields", [{}, {"do": "done"}])
def test_an_expired_link_does_no_other_action(shop: Shop, fields: dict[str, str]) -> None:
    link = expired_link(shop)
    before = writes(shop.desk)

    assert (shop.desk.post(link, fields).status, writes(shop.desk)) == (410, before)
    assert (shop.desk.answer(link, **fields).status, writes(shop.desk)) == (410, before)


def test_an_expired_list_sends_new_links_to_the_open_items_only(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    for reason in ("Ask for the colour", "Ask for the size"):
        shop.follow_up(shop.desk.now + HOUR, reason)
    shop.desk.pass_time(2 * HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]
    named = {row["reason"].split()[-1]: row["follow_up_id"] for row in shop.rows("follow_up")}
    until = {"until": "2026-05-11T10:00:00Z"}
    shop.desk.call(f"POST /api/follow-ups/{named['colour']}/snooze", until)
    shop.desk.call(f"POST /api/follow-ups/{named['size']}/complete")
    shop.desk.settle()
    shop.desk.clock.shift(31 * DAY)

    asked = shop.desk.answer(link, do="new_link")
    shop.desk.pass_time(5 * MINUTE)

    assert asked.status == 200
    (mail,) = shop.desk.mails
    assert ("colour" in words_of(mail), "size" in words_of(mail)) == (True, False)


def test_a_list_leaves_out_erased_customers_and_ends_with_its_carrier(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    change_policy(shop.desk, follow_ups={"group_within_minutes": 15})
    people = {name: add_customer(shop.desk, name=name, email=None) for name in ("Dana", "Eva", "Zara")}
    for name, customer_id in people.items():
        follow_up = {"at": text_of(shop.desk.now + HOUR), "reason": f"Call {name}"}
        shop.contact(customer_id=customer_id, follow_up=follow_up)
    shop.desk.pass_time(2 * HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]
    carrier = next(name for name, customer_id in people.items() if _carries(shop, customer_id))
    first, second = (name for name in people if name != carrier)

    shop.desk.call(f"POST /api/customers/{people[first]}/erase")
    without_first = shop.desk.open(link)
    shop.desk.clock.shift(31 * DAY)
    asked = shop.desk.answer(link, do="new_link")
    shop.desk.pass_time(5 * MINUTE)
    shop.desk.call(f"POST /api/customers/{people[carrier]}/erase")

    shown = [name for name in people if f"Call {name}" in without_first.body]
    assert (without_first.status, sorted(shown)) == (200, sorted([carrier, second]))
    assert asked.status == 200
    assert shop.desk.open(link).status == 410
    assert shop.desk.answer(link, do="new_link").status == 404


def _carries(shop: Shop, customer_id: str) -> bool:
    return any(row.get("carries") for row in shop.desk.timeline(customer_id) if row["row_kind"] == "message")


def test_a_list_of_several_reminders_changes_nothing(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    for reason in ("Ask for the colour", "Ask for the size"):
        shop.follow_up(shop.desk.now + HOUR, reason)
    shop.desk.pass_time(2 * HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]
    before = (writes(shop.desk), timeline(shop))

    pages = [shop.desk.post(link, {}), shop.desk.answer(link), shop.desk.open(link)]
    by_machine = shop.desk.post(link, {"do": "done"})

    assert [(page.status, "2 reminders" in page.body) for page in pages] == [(200, True)] * 3
    assert by_machine.status == 422
    assert (writes(shop.desk), timeline(shop)) == before
