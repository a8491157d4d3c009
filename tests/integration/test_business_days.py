"""Weekends, closed days, pauses, and the clocks that change: when things are due and whom they are told."""

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, at, change_agent, change_policy, wait_until


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 UTC whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


def told(shop: Shop) -> list[tuple[str, str, str]]:
    return sorted(
        (row["sent_at"][5:16], row["to"], row["purpose"])
        for row in shop.rows("message")
        if row.get("sent_at")
    )


def close_on(desk: ScriptedDesk, day: str) -> None:
    policy = desk.call("GET /api/policy").json
    policy["closed_days"] = [{"first": day, "last": day, "name": "Inventory"}]
    assert desk.call("PUT /api/policy", policy).status == 200


def test_a_promise_due_on_saturday_is_told_to_each_in_their_time_of_the_next_days(shop: Shop) -> None:
    change_policy(shop.desk, business={"time_zone": "Europe/Berlin"})
    shop.promise(at("03-07T12:00"))

    wait_until(shop.desk, at("03-11T18:00"))

    assert told(shop) == [
        ("03-06T16:00", "agent", "promise_warning"),  # an hour before Friday ends
        ("03-09T08:02", "agent", "promise_overdue"),
        ("03-09T12:00", "supervisor", "promise_escalation"),  # after four opening hours
        ("03-09T17:00", "owner", "promise_escalation"),  # after one business day
    ]


def test_a_promise_due_on_a_closed_day_is_told_on_the_days_around_it(shop: Shop) -> None:
    close_on(shop.desk, "2026-03-09")
    shop.promise(at("03-09T12:00"))

    wait_until(shop.desk, at("03-12T18:00"))

    assert told(shop) == [
        ("03-06T17:00", "agent", "promise_warning"),
        ("03-10T09:02", "agent", "promise_overdue"),
        ("03-10T13:00", "supervisor", "promise_escalation"),
        ("03-10T18:00", "owner", "promise_escalation"),
    ]


@pytest.mark.parametrize(
    ("closed", "called_by", "followed_up_at"),
    [("2026-03-21", "03-09T10:00", "03-09T18:00"), ("2026-03-09", "03-10T10:00", "03-10T18:00")],
)
def test_a_contact_on_friday_evening_is_called_back_on_the_next_open_morning(
    shop: Shop, closed: str, called_by: str, followed_up_at: str
) -> None:
    close_on(shop.desk, closed)
    wait_until(shop.desk, at("03-06T19:00"))

    waits = shop.contact(channel="phone", awaits_reply=True)
    shop.contact(channel="phone", awaits_reply=False)

    assert waits["call_back"]["due_at"][5:16] == waits["reply"]["due_at"][5:16] == called_by
    assert {row["due_at"][5:16] for row in shop.rows("follow_up")} == {followed_up_at}


def test_a_reply_takes_the_opening_time_in_which_nobody_waited_for_the_customer(shop: Shop) -> None:
    told = shop.contact(channel="email", awaits_reply=True)
    for waits, goes_on in (("03-02T10:00", "03-02T11:00"), ("03-06T17:30", "03-07T12:00")):
        wait_until(shop.desk, at(waits))
        shop.desk.call(f"POST /api/cases/{told['case_id']}/wait")
        wait_until(shop.desk, at(goes_on))
        shop.desk.call(f"POST /api/cases/{told['case_id']}/go-on")
    wait_until(shop.desk, at("03-09T10:00"))

    shop.contact(case_id=told["case_id"], channel="email", direction="outbound")

    (reply,) = shop.rows("reply")
    # Monday without the hour of waiting; three days; Friday until 17:30; Monday from 9 to 10.
    assert reply["took_seconds"] == (7 + 3 * 8 + 7.5 + 1) * 3600


def test_a_period_has_each_promise_once_where_the_clocks_change_at_a_months_end(shop: Shop) -> None:
    change_policy(shop.desk, business={"time_zone": "America/New_York"})
    wait_until(shop.desk, at("10-26T14:00"))
    # Midnight in New York is four hours before UTC in October, and five from Sunday, 1 November, at 2 on.
    for second in (
        "11-01T03:59:59",
        "11-01T04:00:00",
        "11-02T04:59:59",
        "11-02T05:00:00",
        "12-01T04:59:59",
        "12-01T05:00:00",
    ):
        shop.contact(commitments=[{"what": "Call", "due_at": f"2026-{second}Z"}])
    wait_until(shop.desk, at("12-03T12:00"))

    def promised(first: str, last: str) -> int:
        period = {"from": first, "to": last}
        report = shop.desk.call("GET /api/reports/service", query=period).json
        return int(report["all"]["promises"]["due"])

    days = [
        promised(day, day) for day in ("2026-10-31", "2026-11-01", "2026-11-02", "2026-11-30", "2026-12-01")
    ]
    assert days == [1, 2, 1, 1, 1]
    assert [promised("2026-10-01", "2026-10-31"), promised("2026-11-01", "2026-11-30")] == [1, 4]


def test_a_promise_in_an_hour_that_is_left_out_is_told_in_working_time(shop: Shop) -> None:
    change_policy(shop.desk, business={"time_zone": "Europe/Berlin"})
    wait_until(shop.desk, at("03-27T10:00"))
    shop.promise(at("03-29T01:30"))  # 02:30 would be half past three

    wait_until(shop.desk, at("03-31T18:00"))

    assert told(shop) == [
        ("03-27T16:00", "agent", "promise_warning"),
        ("03-30T07:02", "agent", "promise_overdue"),  # 09:00 of summer time
        ("03-30T11:00", "supervisor", "promise_escalation"),
        ("03-30T16:00", "owner", "promise_escalation"),
    ]
