"""Two functions take steps at the same moment whose messages go to one reader: it gets one mail, not two."""

from collections.abc import Callable
from datetime import datetime

import pytest

from functions.flag_overdue.app import handler as flag_overdue
from functions.remind_agent.app import handler as remind_agent
from tests.integration.scripted_desk import Context, ScriptedDesk
from tests.integration.shop import Shop, add_customer, at, change_agent, wait_until, words_of
from tests.integration.staff_messages import remind
from tests.times import MINUTE
from vaada.model.times import text_of

Invocation = Callable[[], object]
CALLS = 10  # of a function that takes one step


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    return shop


def two_reminders(shop: Shop) -> list[Invocation]:
    ids = [remind(shop, f"03-02T11:0{n}", f"Matter {n}") for n in range(2)]
    return invocations(shop, remind_agent, "follow_up", ids)


def two_warnings(shop: Shop) -> list[Invocation]:
    """Of promises that are due at 15:00 and 15:01."""
    return invocations(shop, flag_overdue, "commitment", two_promises(shop, at("03-02T15:00")))


def two_flags(shop: Shop) -> list[Invocation]:
    """Of promises that the agent was warned of on the evening before."""
    ids = two_promises(shop, at("03-03T11:00"))
    wait_until(shop.desk, at("03-03T10:30"))
    return invocations(shop, flag_overdue, "commitment", ids)


def two_promises(shop: Shop, due: datetime) -> list[str]:
    dua = add_customer(shop.desk, name="Dua", email="dua@example.com")
    told = [
        shop.contact(
            customer_id=customer_id,
            commitments=[{"what": f"Matter {n}", "due_at": text_of(due + n * MINUTE)}],
        )
        for n, customer_id in enumerate((shop.customer_id, dua))
    ]
    return [one["commitments"][0]["commitment_id"] for one in told]


def invocations(shop: Shop, handler: Callable[..., object], kind: str, ids: list[str]) -> list[Invocation]:
    """The invocations that the schedules of these rows make, once both rows are due."""
    path = {"follow_up": "follow-ups", "commitment": "commitments"}[kind]
    rows = [shop.desk.call(f"GET /api/{path}/{row_id}").json for row_id in ids]
    latest = max(datetime.fromisoformat(row["wake_at"]) for row in rows)
    shop.desk.clock.move_to(latest)  # no sweep takes them first
    return [
        lambda row=row: handler({"row_id": row[f"{kind}_id"], "version": row["version"]}, Context())  # type: ignore[misc]
        for row in rows
    ]


def before_call(shop: Shop, number: int, act: Invocation) -> None:
    """Let this happen right before the call of this number to AWS."""
    made = 0

    def count(_call: str) -> None:
        nonlocal made
        made += 1
        if made == number:
            shop.desk.before_call = lambda _: None
            act()

    shop.desk.before_call = count


@pytest.mark.parametrize("steps", [two_reminders, two_warnings, two_flags])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_steps_taken_at_once_by_two_functions_are_one_mail(
    shop: Shop, steps: Callable[[Shop], list[Invocation]], *, turned: bool, number: int
) -> None:
    first, second = reversed(steps(shop)) if turned else steps(shop)
    before = len(shop.desk.mails)

    before_call(shop, number, second)
    first()
    shop.desk.before_call = lambda _: None
    shop.desk.pass_time(10 * MINUTE)

    (mail,) = shop.desk.mails[before:]
    assert all(f"Matter {n}" in words_of(mail) for n in range(2))


@pytest.mark.parametrize("steps", [two_reminders, two_warnings, two_flags])
@pytest.mark.parametrize("number", range(1, 2 * CALLS))
def test_a_sweep_and_a_schedule_at_once_are_one_mail(
    shop: Shop, steps: Callable[[Shop], list[Invocation]], number: int
) -> None:
    scheduled, _ = steps(shop)
    before = len(shop.desk.mails)

    before_call(shop, number, scheduled)
    shop.desk.sweep()
    shop.desk.before_call = lambda _: None
    shop.desk.pass_time(10 * MINUTE)

    (mail,) = shop.desk.mails[before:]
    assert all(f"Matter {n}" in words_of(mail) for n in range(2))
