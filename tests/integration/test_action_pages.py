"""The pages of links in staff messages: a GET writes nothing, a POST acts once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_customer,
    at,
    change_agent,
    change_policy,
    links,
    nonce_of,
    token_of,
    wait_until,
    words_of,
    writes,
)
from tests.times import DAY, HOUR, MINUTE, SECOND
from vaada.desk import open_desk
from vaada.model.times import text_of

AMINA = token_of("amina@example.com")
WEDNESDAY = {"date": "2026-03-04", "time": "10:00", "reason": "The oven broke"}
THURSDAY = {"date": "2026-03-05", "time": "10:00", "reason": "So did the other"}
LATER = {"date": "2026-03-04", "time": "10:00"}
LATE_IN_URDU = "ہمیں مزید وقت درکار ہے"


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


def newest_link(shop: Shop) -> str:
    return links(words_of(shop.desk.mails[-1]), "/a/")[0]


def reminder_link(shop: Shop) -> str:
    """Let a follow-up fall due. Returns the link in its reminder."""
    shop.follow_up(shop.desk.now + HOUR)
    shop.desk.pass_time(HOUR)
    return newest_link(shop)


def warning_link(shop: Shop) -> str:
    """Promise something in an hour. Returns the link in the warning."""
    shop.promise(shop.desk.now + HOUR)
    return newest_link(shop)


def reply_link(shop: Shop) -> str:
    """Let a customer wait for a reply to their mail. Returns the link in the warning."""
    shop.contact(channel="email")
    shop.desk.pass_time(4 * HOUR - 14 * MINUTE)
    return newest_link(shop)


def approval_link(shop: Shop) -> str:
    """Request goodwill above the allowance. Returns the link in the message to the supervisor."""
    shop.contact(resolved=True)
    (case,) = shop.rows("case")
    wish = {"amount": "100", "reason": "Two visits for nothing"}
    asked = shop.desk.call(f"POST /api/cases/{case['case_id']}/goodwill", wish, user=AMINA)
    assert asked.status == 201, asked.body
    shop.desk.pass_time(2 * MINUTE)
    assert str(shop.desk.mails[-1]["to"]).startswith("Sana")
    return newest_link(shop)


def timeline(shop: Shop) -> list[dict[str, Any]]:
    return shop.desk.timeline(shop.customer_id)


def mailed_to(shop: Shop, name: str) -> int:
    return sum(str(mail["to"]).startswith(name) for mail in shop.desk.mails)


# ---------------------------------------------------------------- every action


ACTIONS: list[tuple[Callable[[Shop], str], str, dict[str, str], int]] = [
    (reminder_link, "done", {}, 409),
    (reminder_link, "tomorrow", {}, 200),
    (reminder_link, "next_week", {}, 200),
    (reminder_link, "pick_date", LATER, 200),
    (reminder_link, "unreachable", {}, 200),
    (reminder_link, "give_up", {}, 409),
    (warning_link, "kept", {}, 409),
    (warning_link, "running_late", WEDNESDAY, 200),
    (warning_link, "new_date", WEDNESDAY, 200),
    (warning_link, "unreachable", {}, 200),
    (reply_link, "answered", {}, 409),
    (reply_link, "waiting", {}, 200),
    (approval_link, "approve", {}, 409),
    (approval_link, "decline", {"reason": "Too much"}, 409),
]
"""Actions: the link, the fields of the form, and the response to a second attempt."""


@pytest.mark.parametrize(("get_link", "do", "fields", "again"), ACTIONS)
def test_a_get_shows_an_action_and_a_post_does_it_once(
    shop: Shop, get_link: Callable[[Shop], str], do: str, fields: dict[str, str], again: int
) -> None:
    link = get_link(shop)
    before = (writes(shop.desk), timeline(shop))

    shown = {shop.desk.open(f"{link}?do={do}", method=method).status for method in ("GET", "HEAD")}
    untouched = (writes(shop.desk), timeline(shop)) == before
    first = shop.desk.answer(link, do=do, **fields)
    after = shop.rows("message")
    second = shop.desk.answer(link, do=do, **fields)

    assert (shown, untouched) == ({200}, True)
    assert (first.status, second.status) == (200, again)
    assert first.body != second.body or again == 200
    assert shop.rows("message") == after


def post_without_page(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    return desk.post(link, fields)


def post_at_once(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    """Open the page and send its form 999 milliseconds later."""
    page = desk.open(link)
    desk.clock.shift(timedelta(milliseconds=999))
    return desk.post(link, {**fields, "nonce": nonce_of(page)})


def post_with_honeypot(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    return desk.answer(link, **fields, website="https://example.com")


@pytest.mark.parametrize(("get_link", "do", "fields"), [action[:3] for action in ACTIONS])
def test_a_form_sent_by_a_program_needs_confirmation_and_does_nothing(
    shop: Shop, get_link: Callable[[Shop], str], do: str, fields: dict[str, str]
) -> None:
    link = get_link(shop)
    before = (writes(shop.desk), timeline(shop))

    for program in (post_without_page, post_at_once, post_with_honeypot):
        page = program(shop.desk, link, {"do": do, **fields})
        assert (page.status, "Please confirm" in page.body) == (422, True), program.__name__
    untouched = (writes(shop.desk), timeline(shop)) == before
    shop.desk.clock.shift(2 * SECOND)
    confirmed = shop.desk.post(link, {"do": do, **fields, "nonce": nonce_of(page)})

    assert (untouched, confirmed.status) == (True, 200)
    assert writes(shop.desk) > before[0]


def test_the_confirmation_keeps_what_was_entered(shop: Shop) -> None:
    page = shop.desk.post(warning_link(shop), {"do": "new_date", **WEDNESDAY}).body

    assert page.index('value="new_date"') < page.index('value="kept"')
    for entered in WEDNESDAY.values():
        assert entered in page


def test_a_nonce_is_valid_for_its_own_row_and_for_a_day(shop: Shop) -> None:
    other, link = reminder_link(shop), warning_link(shop)
    theirs, ours = nonce_of(shop.desk.open(other)), nonce_of(shop.desk.open(link))
    survey = open_desk().links.nonce("survey", shop.rows("commitment")[0]["commitment_id"])
    shop.desk.clock.shift(2 * SECOND)

    strange = [
        shop.desk.post(link, {"do": "kept", "nonce": nonce}) for nonce in (theirs, survey, "", "x.y.z")
    ]
    shop.desk.clock.shift(DAY)
    late = shop.desk.post(link, {"do": "kept", "nonce": ours})

    assert {answer.status for answer in (*strange, late)} == {422}
    assert {row["status"] for row in shop.rows("commitment")} == {"open"}


def test_a_link_opened_fifty_times_writes_nothing(shop: Shop) -> None:
    link = reminder_link(shop)
    before = (writes(shop.desk), timeline(shop))

    for _ in range(50):
        shop.desk.open(f"{link}?do=done")

    assert (writes(shop.desk), timeline(shop)) == before


@pytest.mark.parametrize("get_link", [reminder_link, warning_link, reply_link, approval_link])
def test_a_form_without_a_known_action_is_refused_and_writes_nothing(
    shop: Shop, get_link: Callable[[Shop], str]
) -> None:
    link = get_link(shop)
    before = writes(shop.desk)

    for fields in ({}, {"do": ""}, {"do": "new_link"}, {"do": "no such thing"}):
        answer = shop.desk.post(link, fields)
        assert (answer.status, "Choose what to do." in answer.body) == (422, True)
    assert writes(shop.desk) == before


@pytest.mark.parametrize(
    ("get_link", "others"),
    [
        (reminder_link, ("kept", "approve", "answered", "old_date", "running_late")),
        (warning_link, ("done", "give_up", "tomorrow", "decline")),
        (reply_link, ("tomorrow", "kept", "approve", "unreachable")),
        (approval_link, ("kept", "done", "answered", "new_date")),
    ],
)
def test_an_action_of_another_kind_of_row_is_refused(
    shop: Shop, get_link: Callable[[Shop], str], others: tuple[str, ...]
) -> None:
    link = get_link(shop)
    before = writes(shop.desk)

    assert {shop.desk.answer(link, do=do, **WEDNESDAY).status for do in others} == {422}
    assert writes(shop.desk) == before


def test_a_closed_row_refuses_every_form(shop: Shop) -> None:
    link = reminder_link(shop)
    shop.desk.answer(link, do="done")

    for fields in ({}, {"do": "tomorrow"}, {"do": "kept"}):
        answer = shop.desk.post(link, fields)
        assert answer.status == 409
        assert "It was already done" in answer.body


# ---------------------------------------------------------------- when the link is too old


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


# ---------------------------------------------------------------- not reached


def unreached_three_times(shop: Shop) -> str:
    link = reminder_link(shop)
    for _ in range(2):
        shop.desk.answer(link, do="unreachable")
        shop.desk.pass_time(8 * HOUR)
    return link


def test_a_follow_up_is_due_again_four_opening_hours_after_a_failed_attempt(shop: Shop) -> None:
    link = reminder_link(shop)

    shop.desk.answer(link, do="unreachable")

    (follow_up,) = shop.rows("follow_up")
    assert (follow_up["status"], follow_up["due_at"]) == (
        "scheduled",
        "2026-03-02T15:00:02Z",
    )  # two seconds with the page


@pytest.mark.parametrize(("do", "status"), [("give_up", "cancelled"), ("next_week", "scheduled")])
def test_the_page_asks_what_to_do_after_the_third_failed_attempt(shop: Shop, do: str, status: str) -> None:
    link = unreached_three_times(shop)

    asked = shop.desk.answer(link, do="unreachable")
    shop.desk.clock.shift(2 * SECOND)
    decided = shop.desk.post(link, {"do": do, "nonce": nonce_of(asked)})

    assert "You could not reach them 3 times. What now?" in asked.body
    assert decided.status == 200
    assert shop.rows("follow_up")[-1]["status"] == status


def test_a_promise_stays_due_after_failed_attempts(shop: Shop) -> None:
    link = warning_link(shop)

    pages = [shop.desk.answer(link, do="unreachable").body for _ in range(3)]

    assert ["What now?" in page for page in pages] == [False, False, True]
    (commitment,) = shop.rows("commitment")
    assert (commitment["unreached"], commitment["due_at"]) == (3, "2026-03-02T10:00:00Z")


# ---------------------------------------------------------------- running late


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


# ---------------------------------------------------------------- put off, and in touch again


def snoozed_case(shop: Shop) -> str:
    """A follow-up of the case is put off until Thursday. Returns the case's id."""
    link = reminder_link(shop)
    shop.desk.answer(link, do="pick_date", date="2026-03-05", time="10:00")
    shop.desk.settle()
    case_id: str = shop.rows("case")[0]["case_id"]
    return case_id


def test_a_contact_wakes_a_snoozed_follow_up_and_its_old_date_can_be_kept(shop: Shop) -> None:
    shop.contact(case_id=snoozed_case(shop), summary="Asks about the cake again", awaits_reply=False)

    kept = shop.desk.answer(newest_link(shop), do="old_date")

    assert str(shop.desk.mails[-1]["subject"]).startswith("In touch again:")
    assert kept.status == 200
    (follow_up,) = (row for row in shop.rows("follow_up") if row["origin"] == "requested")
    assert (follow_up["status"], follow_up["due_at"]) == ("scheduled", "2026-03-05T10:00:00Z")


def test_a_woken_follow_up_has_no_schedule_of_the_old_date(shop: Shop) -> None:
    case_id = snoozed_case(shop)
    (before,) = shop.desk.schedules()

    shop.contact(case_id=case_id, summary="Asks about the cake again", awaits_reply=False)

    assert before not in shop.desk.schedules()


def test_thanks_wakes_no_snoozed_follow_up(shop: Shop) -> None:
    case_id = snoozed_case(shop)

    shop.contact(case_id=case_id, summary="Thanks a lot!")
    wait_until(shop.desk, at("03-05T09:00"))

    assert len(shop.desk.mails) == 1


# ---------------------------------------------------------------- goodwill


@pytest.mark.parametrize(
    ("fields", "status", "granted"),
    [({"do": "approve"}, "approved", 100), ({"do": "decline", "reason": "Too much"}, "declined", 0)],
)
def test_a_supervisor_decides_on_goodwill_from_the_link(
    shop: Shop, fields: dict[str, str], status: str, granted: int
) -> None:
    link = approval_link(shop)

    shop.desk.answer(link, **fields)

    (goodwill,), (case,) = shop.rows("goodwill"), shop.rows("case")
    assert (goodwill["status"], goodwill["decided_by"]) == (status, shop.supervisor_id)
    assert Decimal(case["granted"]) == granted


def test_declining_goodwill_needs_a_reason(shop: Shop) -> None:
    link = approval_link(shop)

    assert shop.desk.answer(link, do="decline").status == 422
    assert shop.rows("goodwill")[0]["status"] == "requested"
