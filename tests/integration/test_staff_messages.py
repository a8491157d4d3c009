"""Messages to staff are held for the reader's working time."""

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    at,
    change_agent,
    change_policy,
    wait_until,
)
from tests.integration.staff_messages import SATURDAY_NIGHT, sent
from tests.times import HOUR
from vaada.model.times import text_of

KARACHI_WEEK = {
    day: [{"opens": "09:00", "closes": "18:00"}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
}


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    return shop


@pytest.mark.parametrize(
    ("due", "mailed"),
    [
        ("03-02T13:30", "03-02T13:30"),  # at lunch
        ("03-02T18:10", "03-02T18:10"),  # just after closing
        ("03-02T18:30", "03-03T09:02"),  # in the evening
        (SATURDAY_NIGHT, "03-09T09:02"),
        ("04-03T12:00", "04-06T09:02"),  # on Good Friday
    ],
)
def test_a_promise_is_flagged_on_its_minute_and_mailed_in_working_time(
    shop: Shop, due: str, mailed: str
) -> None:
    shop.promise(at(due))

    shop.desk.pass_time(at(mailed) - shop.desk.now + HOUR)

    (commitment,) = shop.rows("commitment")
    assert commitment["flagged_at"] == commitment["due_at"] == text_of(at(due))
    assert sent(shop, "promise_overdue") == [(mailed, "agent")]


def test_a_mail_held_over_the_weekend_says_how_late_the_promise_is_then(shop: Shop) -> None:
    shop.promise(at(SATURDAY_NIGHT))

    wait_until(shop.desk, at("03-09T09:30"))

    assert str(shop.desk.mails[-1]["subject"]).startswith("Promise overdue by 1 day:")


def test_a_warning_that_cannot_wait_is_sent_on_a_saturday(shop: Shop) -> None:
    wait_until(shop.desk, at("03-07T10:00"))

    shop.promise(at("03-07T12:00"))
    wait_until(shop.desk, at("03-09T09:30"))

    assert sent(shop, "promise_warning") == [("03-07T10:00", "agent")]


def test_a_promise_kept_while_its_mail_is_held_withholds_it_with_the_reason(shop: Shop) -> None:
    commitment_id = shop.promise(at(SATURDAY_NIGHT))
    wait_until(shop.desk, at("03-08T12:00"))

    shop.desk.call(f"POST /api/commitments/{commitment_id}/keep")
    wait_until(shop.desk, at("03-10T18:00"))

    (flag,) = (row for row in shop.rows("message") if row["purpose"] == "promise_overdue")
    assert (flag["status"], flag["why_not"]) == ("withheld", "no longer needed when it could be sent")


def test_a_promise_broken_while_its_mail_is_held_is_still_mailed(shop: Shop) -> None:
    change_policy(shop.desk, commitments={"broken_days_after": 1, "ladder": []})
    shop.promise(at("03-07T10:00"))

    wait_until(shop.desk, at("03-09T09:30"))

    assert shop.rows("commitment")[0]["status"] == "broken"
    assert sent(shop, "promise_overdue") == [("03-09T09:02", "agent")]


def test_an_agent_abroad_is_mailed_in_their_own_working_hours(shop: Shop) -> None:
    change_policy(shop.desk, business={"time_zone": "America/New_York", "country": "US"})
    change_agent(shop.desk, shop.agent_id, time_zone="Asia/Karachi", working_hours=KARACHI_WEEK)

    shop.promise(at("03-03T18:00"))  # 13:00 in New York, 23:00 in Karachi
    wait_until(shop.desk, at("03-04T12:00"))

    assert sent(shop, "promise_overdue", "promise_escalation") == [
        ("03-03T23:00", "supervisor"),  # New York closes; four hours after lunch
        ("03-04T04:02", "agent"),  # 09:00 in Karachi
    ]


@pytest.mark.parametrize(
    ("due", "supervisor", "owner"),
    [
        ("03-02T10:00", "03-02T15:00", "03-03T10:00"),  # lunch does not count
        ("03-06T17:00", "03-09T12:00", "03-09T17:00"),  # nor the weekend
        (SATURDAY_NIGHT, "03-09T13:00", "03-09T18:00"),
        ("04-02T17:00", "04-06T12:00", "04-06T17:00"),  # nor Good Friday
    ],
)
def test_escalations_to_supervisor_and_owner_come_in_opening_time(
    shop: Shop, due: str, supervisor: str, owner: str
) -> None:
    shop.promise(at(due))

    shop.desk.pass_time(at(owner) - shop.desk.now + HOUR)

    assert sent(shop, "promise_escalation") == [(supervisor, "supervisor"), (owner, "owner")]


def test_a_supervisor_abroad_is_mailed_in_their_own_morning(shop: Shop) -> None:
    change_agent(shop.desk, shop.supervisor_id, time_zone="Asia/Karachi", working_hours=KARACHI_WEEK)

    shop.promise(at("03-02T10:00"))
    wait_until(shop.desk, at("03-03T09:00"))

    assert sent(shop, "promise_escalation") == [("03-03T04:02", "supervisor")]


def test_a_custom_ladder_is_followed_rung_by_rung(shop: Shop) -> None:
    change_policy(
        shop.desk,
        commitments={
            "ladder": [
                {"tell": "agent", "after": {"hours": 1}, "by": ["sms"]},
                {"tell": "supervisor", "after": {"opening_hours": 2}},
                {"tell": "agent", "after": {"hours": 20}},
                {"tell": "owner", "after": {"business_days": 2}},
            ]
        },
    )
    shop.promise(at("03-02T10:00"))

    wait_until(shop.desk, at("03-06T18:00"))

    rungs = [
        (row["sent_at"][5:16], row["to"], row["medium"])
        for row in reversed(shop.rows("message"))
        if row["created_at"] > text_of(at("03-02T10:00"))
    ]
    assert rungs == [
        ("03-02T11:00", "agent", "sms"),
        ("03-02T12:00", "supervisor", "email"),
        ("03-03T09:02", "agent", "email"),  # 06:00 is no working time
        ("03-04T10:00", "owner", "email"),
    ]


@pytest.mark.parametrize(
    ("ladder", "told"),
    [
        ([("supervisor", {"opening_hours": 4})], ["supervisor"]),
        (
            [("supervisor", {"hours": 1}), ("owner", {"business_days": 2}), ("owner", {"business_days": 3})],
            ["supervisor", "owner", "owner"],
        ),
    ],
)
def test_a_ladder_changed_during_escalation_repeats_no_rung(
    shop: Shop, ladder: list[tuple[str, object]], told: list[str]
) -> None:
    shop.promise(at("03-02T10:00"))
    wait_until(shop.desk, at("03-02T16:00"))

    change_policy(shop.desk, commitments={"ladder": [{"tell": to, "after": after} for to, after in ladder]})
    wait_until(shop.desk, at("03-09T18:00"))

    assert [to for _, to in sent(shop, "promise_escalation")] == told
