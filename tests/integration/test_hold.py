"""Holding: nothing is sent and nothing is lost; held messages are sent on release."""

from datetime import timedelta
from typing import Any

import pytest

from functions.flag_overdue.app import handler as flag_overdue
from operations.senders import not_at_rest
from tests.integration.scripted_desk import Context, ScriptedDesk
from tests.integration.shop import Shop, change_policy
from vaada.desk import open_desk
from vaada.flows.policy import set_held
from vaada.model.policy import Policy, PolicyDocument
from vaada.model.work import Commitment

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00."""
    return Shop.opened(desk)


def hold(shop: Shop, *, held: bool = True) -> bool:
    changed = set_held(open_desk(), shop.desk.now, held=held)
    open_desk().forget_policy()  # every function reads the policy again within a minute
    return changed


def stored() -> Policy | None:
    return open_desk().table.get(Policy, "policy")


def in_force() -> PolicyDocument:
    return open_desk().policy


def sent(shop: Shop) -> int:
    return len(shop.desk.mails) + len(shop.desk.texts)


def test_due_messages_wait_while_sending_is_held_and_go_out_on_release(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 6 * HOUR)  # warns at 11:00
    shop.desk.pass_time(HOUR)
    before = sent(shop)
    hold(shop)

    shop.desk.pass_time(90 * MINUTE)

    assert sent(shop) == before
    assert promise in shop.desk.due_ids()
    assert shop.rows("message") == []
    hold(shop, held=False)
    shop.desk.pass_time(4 * MINUTE)
    assert [(at, to) for at, to, _ in shop.sent_messages("promise_warning")] == [("03-02T11:32", "agent")] * 2


def test_contacts_are_planned_and_customers_erased_while_sending_is_held(shop: Shop) -> None:
    hold(shop)

    shop.contact()
    shop.desk.sweep()

    assert len(shop.rows("follow_up")) == 1
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    shop.desk.pass_time(10 * MINUTE)
    (line,) = shop.desk.call("GET /api/erasures").json["items"]
    assert line["status"] == "done"


def test_a_wake_up_that_comes_while_sending_is_held_is_no_failure(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 6 * HOUR)
    row = open_desk().table.get(Commitment, promise)
    hold(shop)

    answer = flag_overdue({"row_id": promise, "version": row.version if row else 0}, Context())

    assert answer == "held"
    assert open_desk().table.get(Commitment, promise) == row


def test_a_business_without_a_policy_of_its_own_has_none_after_the_release(shop: Shop) -> None:
    assert stored() is None

    assert hold(shop)
    assert not hold(shop)
    assert stored() is not None
    assert hold(shop, held=False)
    assert not hold(shop, held=False)

    assert stored() is None


def test_a_hold_changes_nothing_else_in_the_policy(shop: Shop) -> None:
    change_policy(shop.desk, goodwill={"allowance_per_case": "40.00"})
    before = in_force()

    hold(shop)
    assert in_force() == before.model_copy(
        update={"sending": before.sending.model_copy(update={"held": True})}
    )
    hold(shop, held=False)

    assert in_force() == before


def test_a_manager_may_hold_and_release_with_the_policy(shop: Shop) -> None:
    policy: dict[str, Any] = shop.desk.call("GET /api/policy").json
    assert policy["sending"]["held"] is False
    policy["sending"]["held"] = True

    assert shop.desk.call("PUT /api/policy", policy).status == 200

    assert in_force().sending.held


def test_a_hold_is_at_rest_after_three_minutes(shop: Shop) -> None:
    desk = open_desk()
    assert str(not_at_rest(desk, shop.desk.now)).startswith("Sending is not held. Hold it first: make hold")
    hold(shop)
    shop.desk.clock.shift(MINUTE)

    reason = not_at_rest(desk, shop.desk.now)

    assert reason == "Sending was held only just now, and a function may still send. Wait 120 seconds"
    shop.desk.clock.shift(2 * MINUTE)
    assert not_at_rest(desk, shop.desk.now) is None
