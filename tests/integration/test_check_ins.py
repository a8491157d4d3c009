"""Check-ins: a customer without contact for so many days gets a follow-up."""

import pytest

from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    change_agent,
    change_customer,
    change_policy,
    fields_of,
    wait_until,
)


def check_ins(shop: Shop) -> list[tuple[str, str]]:
    """The due times and statuses of the check-ins, the oldest first."""
    rows = [row for row in shop.rows("follow_up") if row["origin"] == "check_in"]
    return sorted((row["due_at"][5:16], row["status"]) for row in rows)


def complete_all(shop: Shop) -> None:
    for row in shop.rows("follow_up"):
        shop.desk.call(f"POST /api/follow-ups/{row['follow_up_id']}/complete")


def test_the_agent_is_reminded_at_opening_so_many_days_after_the_last_contact(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-03T15:00")
    shop.contact(direction="outbound", resolved=True)
    wait_until(shop.desk, "2026-03-04T15:00")
    change_customer(shop.desk, shop.customer_id, check_in_every_days=9)

    wait_until(shop.desk, "2026-03-12T09:01")

    assert check_ins(shop) == [("03-12T09:00", "due")]
    assert {(when, to) for when, to, _ in shop.sent_messages("follow_up_reminder")} == {
        ("03-12T09:00", "agent")
    }


def test_a_check_in_moved_by_a_closed_day_does_not_move_the_next_one(shop: Shop) -> None:
    change_customer(
        shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=5
    )  # Saturday the 7th, Thursday the 12th

    wait_until(shop.desk, "2026-03-09T10:00")
    complete_all(shop)
    wait_until(shop.desk, "2026-03-12T10:00")

    assert check_ins(shop) == [("03-09T09:00", "done"), ("03-12T09:00", "due")]


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_any_contact_restarts_the_count(shop: Shop, direction: str) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=3)
    wait_until(shop.desk, "2026-03-04T10:00")
    shop.contact(direction=direction, resolved=True)

    wait_until(shop.desk, "2026-03-05T18:00")
    before = check_ins(shop)
    wait_until(shop.desk, "2026-03-09T10:00")

    assert (before, check_ins(shop)) == ([], [("03-09T09:00", "due")])


def test_a_contact_completes_the_check_in_that_is_due(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=2)
    wait_until(shop.desk, "2026-03-04T10:00")

    shop.contact(direction="outbound", resolved=True)
    wait_until(shop.desk, "2026-03-05T18:00")

    assert check_ins(shop) == [("03-04T09:00", "done")]


def test_an_open_check_in_prevents_a_second(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=1)

    wait_until(shop.desk, "2026-03-06T18:00")

    assert check_ins(shop) == [("03-03T09:00", "due")]


def test_check_in_days_are_local_days_over_a_clock_change(shop: Shop) -> None:
    change_policy(shop.desk, business={"time_zone": "America/New_York", "country": "US"})
    wait_until(shop.desk, "2026-03-06T15:00")  # Friday at 10:00 there; on Sunday the clocks go forward
    shop.contact(direction="outbound", resolved=True)
    change_customer(shop.desk, shop.customer_id, check_in_every_days=4)

    wait_until(shop.desk, "2026-03-10T14:00")

    assert check_ins(shop) == [("03-10T13:00", "due")]  # Tuesday at 09:00 there


def test_the_most_frequent_tag_sets_the_interval_unless_the_customer_has_one(shop: Shop) -> None:
    change_policy(shop.desk, check_ins={"every_days_by_tag": {"vip": 4, "wholesale": 30, "new": 9}})
    facts = {"agent_id": shop.agent_id, "tags": ["Wholesale", "VIP"]}
    tagged = Shop(shop.desk, shop.supervisor_id, shop.agent_id, add_customer(shop.desk, **facts))
    own = Shop(
        shop.desk,
        shop.supervisor_id,
        shop.agent_id,
        add_customer(shop.desk, **facts, check_in_every_days=2),
    )

    wait_until(shop.desk, "2026-03-06T10:00")

    assert (check_ins(tagged), check_ins(own)) == ([("03-06T09:00", "due")], [("03-04T09:00", "due")])


def test_a_customer_without_an_agent_gets_a_check_in_once_they_have_one(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, check_in_every_days=2)
    wait_until(shop.desk, "2026-03-05T10:00")
    before = check_ins(shop)

    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id)
    wait_until(shop.desk, "2026-03-06T10:00")

    assert before == []
    assert len(check_ins(shop)) == 1


def test_null_turns_check_ins_off(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=2)

    change_customer(shop.desk, shop.customer_id, check_in_every_days=None)
    wait_until(shop.desk, "2026-03-20T10:00")

    assert check_ins(shop) == []


def test_check_ins_turned_on_again_count_from_the_last_contact(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=3)
    change_customer(shop.desk, shop.customer_id, check_in_every_days=None)
    wait_until(shop.desk, "2026-03-11T10:00")
    shop.contact(direction="outbound", resolved=True)

    wait_until(shop.desk, "2026-03-12T10:00")
    change_customer(shop.desk, shop.customer_id, check_in_every_days=7)
    wait_until(shop.desk, "2026-03-18T10:00")

    assert check_ins(shop) == [("03-18T09:00", "due")]


def test_another_change_of_the_customer_does_not_repeat_a_done_check_in(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=7)
    wait_until(shop.desk, "2026-03-09T10:00")
    complete_all(shop)

    change_customer(shop.desk, shop.customer_id, notes="Likes almonds")
    wait_until(shop.desk, "2026-03-13T10:00")
    done = check_ins(shop)
    wait_until(shop.desk, "2026-03-16T10:00")

    assert done == [("03-09T09:00", "done")]
    assert check_ins(shop) == [("03-09T09:00", "done"), ("03-16T09:00", "due")]


def test_an_interval_changed_back_and_forth_keeps_the_check_ins(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=7)
    wait_until(shop.desk, "2026-03-09T10:00")
    complete_all(shop)

    change_customer(shop.desk, shop.customer_id, check_in_every_days=14)
    change_customer(shop.desk, shop.customer_id, check_in_every_days=7)
    wait_until(shop.desk, "2026-03-09T18:00")
    complete_all(shop)
    wait_until(shop.desk, "2026-03-16T10:00")

    assert check_ins(shop)[-1] == ("03-16T09:00", "due")


def test_a_check_in_of_an_absent_agent_reaches_their_cover(shop: Shop) -> None:
    cover = add_agent(shop.desk, "Omar")
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=1)
    away = {"away_until": "2026-03-09T09:00:00Z", "covered_by": cover}
    change_agent(shop.desk, shop.agent_id, **away)

    wait_until(shop.desk, "2026-03-03T10:00")

    assert shop.desk.mail_recipients == ["Omar <omar@example.com>"]


def test_an_invalid_number_of_days_is_refused(shop: Shop) -> None:
    for days in (0, -1, 3651, "often", 1.5):
        answer = shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", {"check_in_every_days": days})

        assert (answer.status, fields_of(answer)) == (422, ["check_in_every_days"]), days
