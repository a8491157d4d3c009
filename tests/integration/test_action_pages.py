"""The pages of links in staff messages: a GET writes nothing, a POST acts once."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.integration.action_links import (
    approval_link,
    newest_link,
    post_at_once,
    post_with_honeypot,
    post_without_page,
    reminder_link,
    reply_link,
    timeline,
    warning_link,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    at,
    change_agent,
    nonce_of,
    wait_until,
    writes,
)
from tests.times import DAY, HOUR, SECOND
from vaada.desk import open_desk

WEDNESDAY = {"date": "2026-03-04", "time": "10:00", "reason": "The oven broke"}
LATER = {"date": "2026-03-04", "time": "10:00"}


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


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
