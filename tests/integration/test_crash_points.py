"""Killed before or after any call that changes something, the desk ends right once it is woken again.

A kill between two reads is the same as one before the next change.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.integration.people import Shop, links, words_of
from tests.integration.scripted_desk import READS, ScriptedDesk
from vaada.model.times import text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF_SENDS_AT_MOST = 3


class Killed(BaseException):
    """The process is gone: none of its handlers of errors runs."""


@contextmanager
def killed_at(desk: ScriptedDesk, call: int, moment: str) -> Iterator[list[str]]:
    """Kill whatever runs at its n-th change, before it is made or after it took effect. Yields the calls."""
    calls: list[str] = []

    def count(name: str) -> None:
        if name in READS:
            return
        calls.append(name)
        if len(calls) == call:
            raise Killed

    setattr(desk, f"{moment}_call", count)
    try:
        yield calls
    except Killed:
        pass
    finally:
        desk.before_call = desk.after_call = lambda _call: None


def sends(shop: Shop) -> Counter[str]:
    """How often each step was really sent, from the post itself."""
    return Counter(str(mail["subject"]) for mail in shop.desk.mails)


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    shop = Shop.opened(desk)
    desk.call(f"PATCH /api/agents/{shop.agent_id}", {"notify_by": ["email"]})
    desk.settle()
    return shop


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
def test_a_reminder_cut_short_anywhere_is_still_sent_and_not_more_than_thrice(
    shop: Shop, call: int, moment: str
) -> None:
    shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the colour"})

    with killed_at(shop.desk, call, moment):
        shop.desk.pass_time(HOUR)
    shop.desk.pass_time(HOUR)

    (message,) = shop.rows("message")
    assert message["status"] == "sent"
    assert 1 <= sends(shop).total() <= STAFF_SENDS_AT_MOST


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_flag_cut_short_anywhere_is_raised_once_and_climbs_on(shop: Shop, call: int, moment: str) -> None:
    shop.promise(shop.desk.now + 30 * HOUR)

    with killed_at(shop.desk, call, moment):
        shop.desk.pass_time(31 * HOUR)
    shop.desk.pass_time(3 * DAY)

    steps = Counter((row["about_id"], row["purpose"], row["to"]) for row in shop.rows("message"))
    assert set(steps.values()) == {1}
    assert all(row["status"] == "sent" for row in shop.rows("message"))
    assert all(row["flagged_at"] and row["step"] == "give_up" for row in shop.rows("commitment"))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
def test_a_survey_cut_short_anywhere_is_never_mailed_twice(shop: Shop, call: int, moment: str) -> None:
    shop.contact(resolved=True)

    with killed_at(shop.desk, call, moment):
        shop.desk.pass_time(DAY)
    shop.desk.pass_time(HOUR)

    (survey,), (message,) = shop.rows("survey"), shop.rows("message")
    mailed = len(shop.desk.mails)
    assert survey["status"] == "sent"
    assert (message["status"], mailed) in {("sent", 1), ("unknown", 1), ("unknown", 0)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 4))
def test_planning_and_scheduling_cut_short_anywhere_are_done_when_the_record_comes_again(
    shop: Shop, call: int, moment: str
) -> None:
    body = shop.contact_body(
        resolved=True, follow_up={"at": text_of(shop.desk.now + 2 * HOUR), "reason": "Ask for the colour"}
    )
    shop.desk.call("POST /api/interactions", body)
    records = shop.desk.stream_records()

    with killed_at(shop.desk, call, moment):
        shop.desk.deliver(records)
    shop.desk.deliver(records)
    shop.desk.settle()

    kinds = Counter(row["row_kind"] for row in shop.desk.timeline(shop.customer_id))
    assert kinds == {"interaction": 1, "follow_up": 1, "survey": 1}
    assert set(shop.desk.schedules()) == set(shop.desk.due_ids())


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 3))
def test_a_contact_cut_short_anywhere_is_recorded_once_when_it_is_sent_again(
    shop: Shop, call: int, moment: str
) -> None:
    body = shop.contact_body(commitments=[{"what": "Call", "due_at": text_of(shop.desk.now + 9 * HOUR)}])

    with killed_at(shop.desk, call, moment):
        shop.desk.call("POST /api/interactions", body, key="one-key")
    again = shop.desk.call("POST /api/interactions", body, key="one-key")

    (interaction,), (commitment,) = shop.rows("interaction"), shop.rows("commitment")
    assert again.json["interaction_id"] == interaction["interaction_id"]
    assert again.json["commitments"][0]["commitment_id"] == commitment["commitment_id"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 3))
def test_an_answer_cut_short_anywhere_is_recorded_once(shop: Shop, call: int, moment: str) -> None:
    shop.contact(resolved=True)
    shop.desk.pass_time(DAY)
    link = links(words_of(shop.desk.mails[-1]), "/s/")[0]

    with killed_at(shop.desk, call, moment):
        shop.desk.post(link, {"score": "4"})
    again = shop.desk.post(link, {"score": "4"})

    (survey,) = shop.rows("survey")
    assert again.status in {200, 409}
    assert (survey["status"], survey["score"], survey["version"]) == ("answered", 4, 3)
