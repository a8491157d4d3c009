"""A crash before or after any write: the desk ends in the right state.

A crash between two reads is the same as one before the next change.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import READS, ScriptedDesk
from tests.integration.shop import Shop, add_agent, change_agent, links, token_of, words_of
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

STAFF_SENDS_AT_MOST = 3


class Crash(BaseException):
    """The process was killed: none of its exception handlers runs."""


@contextmanager
def crash_at(desk: ScriptedDesk, call: int, moment: str) -> Iterator[list[str]]:
    """Crash the function at its n-th write, before or after it takes effect. Yields the calls."""
    calls: list[str] = []

    def count(name: str) -> None:
        if name in READS:
            return
        calls.append(name)
        if len(calls) == call:
            raise Crash

    setattr(desk, f"{moment}_call", count)
    try:
        yield calls
    except Crash:
        pass
    finally:
        desk.before_call = desk.after_call = lambda _call: None


def press(browser: Browser, agent_id: str, action: str) -> None:
    """Press a button on the page of colleagues."""
    form = browser.open("/desk/people").form("/sign-out")
    browser.post(f"/desk/people/{agent_id}/{action}", {"token": form.fields["token"]})


def mails_by_subject(shop: Shop) -> Counter[str]:
    """How often each mail was sent, by subject."""
    return Counter(str(mail["subject"]) for mail in shop.desk.mails)


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    desk.settle()
    return shop


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 6))
def test_a_reminder_with_a_crash_is_still_sent_and_at_most_three_times(
    shop: Shop, call: int, moment: str
) -> None:
    shop.follow_up(shop.desk.now + HOUR)

    with crash_at(shop.desk, call, moment):
        shop.desk.pass_time(HOUR)
    shop.desk.pass_time(HOUR)

    (message,) = shop.rows("message")
    assert message["status"] == "sent"
    assert 1 <= mails_by_subject(shop).total() <= STAFF_SENDS_AT_MOST


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 11))
def test_a_flag_with_a_crash_is_raised_once_and_the_ladder_continues(
    shop: Shop, call: int, moment: str
) -> None:
    shop.promise(shop.desk.now + 30 * HOUR)

    with crash_at(shop.desk, call, moment):
        shop.desk.pass_time(31 * HOUR)
    shop.desk.pass_time(3 * DAY)

    steps = Counter((row["about_id"], row["purpose"], row["to"]) for row in shop.rows("message"))
    assert set(steps.values()) == {1}
    assert all(row["status"] == "sent" for row in shop.rows("message"))
    assert all(row["flagged_at"] and row["step"] == "give_up" for row in shop.rows("commitment"))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 6))
def test_a_survey_with_a_crash_is_never_mailed_twice(shop: Shop, call: int, moment: str) -> None:
    shop.contact(resolved=True)

    with crash_at(shop.desk, call, moment):
        shop.desk.pass_time(DAY)
    shop.desk.pass_time(HOUR)

    (survey,), (message,) = shop.rows("survey"), shop.rows("message")
    mailed = len(shop.desk.mails)
    assert survey["status"] == "sent"
    assert (message["status"], mailed) in {("sent", 1), ("unknown", 1), ("unknown", 0)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 4))
def test_planning_with_a_crash_is_completed_when_the_record_is_retried(
    shop: Shop, call: int, moment: str
) -> None:
    body = shop.contact_body(
        resolved=True, follow_up={"at": text_of(shop.desk.now + 2 * HOUR), "reason": "Ask for the colour"}
    )
    shop.desk.call("POST /api/interactions", body)
    records = shop.desk.stream_records()

    with crash_at(shop.desk, call, moment):
        shop.desk.deliver(records)
    shop.desk.deliver(records)
    shop.desk.settle()

    kinds = Counter(row["row_kind"] for row in shop.desk.timeline(shop.customer_id))
    assert kinds == {"interaction": 1, "case": 1, "follow_up": 1, "survey": 1}
    assert set(shop.desk.schedules()) == set(shop.desk.due_ids())


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 3))
def test_a_contact_with_a_crash_is_recorded_once_when_it_is_retried(
    shop: Shop, call: int, moment: str
) -> None:
    body = shop.contact_body(commitments=[{"what": "Call", "due_at": text_of(shop.desk.now + 9 * HOUR)}])

    with crash_at(shop.desk, call, moment):
        shop.desk.call("POST /api/interactions", body, key="one-key")
    again = shop.desk.call("POST /api/interactions", body, key="one-key")

    (interaction,), (commitment,) = shop.rows("interaction"), shop.rows("commitment")
    assert again.json["interaction_id"] == interaction["interaction_id"]
    assert again.json["commitments"][0]["commitment_id"] == commitment["commitment_id"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 3))
def test_an_answer_with_a_crash_is_recorded_once(shop: Shop, call: int, moment: str) -> None:
    shop.contact(resolved=True)
    shop.desk.pass_time(DAY)
    link = links(words_of(shop.desk.mails[-1]), "/s/")[0]

    with crash_at(shop.desk, call, moment):
        shop.desk.answer(link, score="4")
    again = shop.desk.answer(link, score="4")

    (survey,) = shop.rows("survey")
    assert again.status in {200, 409}
    assert (survey["status"], survey["score"], survey["version"]) == ("answered", 4, 3)


def follow_ups_in(shop: Shop, *minutes: int) -> None:
    """Follow-ups due so many minutes from now."""
    for n in minutes:
        at = text_of(shop.desk.now + timedelta(minutes=n))
        shop.contact(follow_up={"at": at, "reason": f"Matter {n}"})


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
def test_a_batch_with_a_crash_is_still_sent_as_one(shop: Shop, call: int, moment: str) -> None:
    follow_ups_in(shop, 60, 61)
    shop.desk.pass_time(timedelta(minutes=61))

    with crash_at(shop.desk, call, moment):
        shop.desk.pass_time(timedelta(minutes=5))
    shop.desk.pass_time(HOUR)

    assert Counter(row["status"] for row in shop.rows("message")) == {"sent": 1, "grouped": 1}
    assert 1 <= mails_by_subject(shop).total() <= STAFF_SENDS_AT_MOST
    assert all("Matter 60" in words_of(mail) and "Matter 61" in words_of(mail) for mail in shop.desk.mails)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 8))
def test_a_late_notice_with_a_crash_moves_the_date_and_is_never_mailed_twice(
    shop: Shop, call: int, moment: str
) -> None:
    shop.promise(shop.desk.now + 2 * HOUR)
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]
    form = {"do": "running_late", "date": "2026-03-04", "time": "10:00", "reason": "The oven broke"}

    with crash_at(shop.desk, call, moment):
        shop.desk.answer(link, **form)
        shop.desk.pass_time(5 * MINUTE)
    again = shop.desk.answer(link, **form)
    shop.desk.pass_time(HOUR)

    (late,) = (row for row in shop.rows("message") if row["purpose"] == "running_late")
    mailed = sum(str(mail["to"]).startswith("Bilal") for mail in shop.desk.mails)
    assert (again.status, shop.rows("commitment")[0]["due_at"]) == (200, "2026-03-04T10:00:00Z")
    assert (late["status"], mailed) in {("sent", 1), ("unknown", 1), ("unknown", 0)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_reply_with_a_crash_is_warned_of_and_missed_once(shop: Shop, call: int, moment: str) -> None:
    shop.contact()

    with crash_at(shop.desk, call, moment):
        shop.desk.pass_time(2 * HOUR)
    shop.desk.pass_time(HOUR)

    steps = Counter(row["purpose"] for row in shop.rows("message"))
    (reply,) = shop.rows("reply")
    assert steps["reply_missed"] == 1
    assert steps["reply_warning"] <= 1
    assert {row["status"] for row in shop.rows("message")} <= {"sent", "withheld"}
    assert (reply["status"], reply["missed_at"] is not None) == ("awaited", True)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 4))
def test_a_contact_that_ends_several_rows_ends_all_or_none(shop: Shop, call: int, moment: str) -> None:
    shop.contact(channel="email")
    shop.desk.settle()
    (case,) = shop.rows("case")
    answer = shop.contact_body(case_id=case["case_id"], direction="outbound", resolved=True)

    with crash_at(shop.desk, call, moment):
        shop.desk.call("POST /api/interactions", answer, key="one-key")
        shop.desk.settle()
    half_way = statuses(shop)
    again = shop.desk.call("POST /api/interactions", answer, key="one-key")
    shop.desk.pass_time(3 * DAY)

    assert half_way in {("open", "awaited", "scheduled"), ("resolved", "given", "done")}
    assert (again.status, statuses(shop)) == (201, ("resolved", "given", "done"))
    assert [row["purpose"] for row in shop.rows("message")] == ["survey"]


def statuses(shop: Shop) -> tuple[str, str, str]:
    """The statuses of the case, its reply and its follow-up."""
    (case,), (reply,), (follow_up,) = shop.rows("case"), shop.rows("reply"), shop.rows("follow_up")
    return case["status"], reply["status"], follow_up["status"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 4))
def test_a_case_with_a_crash_is_resolved_as_a_whole_or_not_at_all(shop: Shop, call: int, moment: str) -> None:
    shop.contact()
    resolve = f"POST /api/cases/{shop.rows('case')[0]['case_id']}/resolve"

    with crash_at(shop.desk, call, moment):
        shop.desk.call(resolve, {}, key="one-key")
        shop.desk.settle()
    half_way = statuses(shop)
    again = shop.desk.call(resolve, {}, key="one-key")
    shop.desk.pass_time(2 * DAY)

    assert half_way in {("open", "awaited", "scheduled"), ("resolved", "given", "done")}
    assert (again.status, statuses(shop)) == (200, ("resolved", "given", "done"))
    assert [row["purpose"] for row in shop.rows("message")] == ["survey"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 4))
def test_a_goodwill_decision_with_a_crash_is_made_once(shop: Shop, call: int, moment: str) -> None:
    shop.contact(resolved=True)
    wish = {"amount": "100", "reason": "Two visits for nothing"}
    asking = f"POST /api/cases/{shop.rows('case')[0]['case_id']}/goodwill"
    shop.desk.call(asking, wish, user=token_of("amina@example.com"))
    shop.desk.pass_time(2 * MINUTE)
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]

    with crash_at(shop.desk, call, moment):
        shop.desk.answer(link, do="approve")
        shop.desk.settle()
    again = shop.desk.answer(link, do="approve")

    assert again.status in {200, 409}
    (goodwill,), (case,) = shop.rows("goodwill"), shop.rows("case")
    assert (goodwill["status"], Decimal(case["granted"])) == ("approved", Decimal(100))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_agent_who_leaves_has_left_once_the_form_is_sent_again(shop: Shop, moment: str) -> None:
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    calls: list[str] = []
    n = 0
    while len(calls) == n:  # until nothing is left to be interrupted
        n += 1
        leaver = add_agent(shop.desk, f"Zoya{n}")
        press(manager, leaver, "invite")
        shop.contact(agent_id=leaver, follow_up={"at": text_of(shop.desk.now + DAY), "reason": "Ask"})
        path = f"/desk/people/{leaver}/leave"
        form = manager.open(path).form(path)
        sent = {**form.fields, "to": shop.agent_id}

        with crash_at(shop.desk, n, moment) as calls:
            manager.post(path, sent)
        again = manager.post(path, sent)

        assert (again.status, again.headers["location"]) == (303, "/desk/people?done=left"), (n, calls)
        left = shop.desk.call(f"GET /api/agents/{leaver}").json
        assert (left["left_to"], f"zoya{n}@example.com" in shop.desk.kept_out) == (shop.agent_id, True)
        assert set(shop.desk.call(f"GET /api/agents/{leaver}/work").json.values()) == {0}
        assert manager.post(path, {**sent, "to": shop.supervisor_id}).status == 409
        with crash_at(shop.desk, n, moment):
            press(manager, leaver, "return")
        press(manager, leaver, "return")
        back = shop.desk.call(f"GET /api/agents/{leaver}").json
        assert (back["left_at"], f"zoya{n}@example.com" in shop.desk.kept_out) == (None, False)
    assert n > 4


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_changed_address_signs_in_once_the_form_is_sent_again(shop: Shop, moment: str) -> None:
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    press(manager, shop.agent_id, "invite")
    path = f"/desk/people/{shop.agent_id}"
    calls: list[str] = []
    n = 0
    while len(calls) == n:
        n += 1
        former = shop.desk.call(f"GET /api/agents/{shop.agent_id}").json["email"]
        form = manager.open(path).form(path)
        sent = {**form.fields, "email": f"amina{n}@example.com", "role": "manager" if n % 2 else "agent"}

        with crash_at(shop.desk, n, moment) as calls:
            manager.post(path, sent)
        assert manager.post(path, sent).status in {303, 409}  # it was changed before

        now = shop.desk.call(f"GET /api/agents/{shop.agent_id}").json
        assert (now["email"], now["role"]) == (sent["email"], sent["role"]), (n, calls)
        assert former in shop.desk.kept_out
        assert sent["email"] not in shop.desk.kept_out
    assert n > 3
