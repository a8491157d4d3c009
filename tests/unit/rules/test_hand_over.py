"""Handing over: one promise or follow-up becomes another agent's, who is reminded of it."""

import pytest

from tests.times import DAY
from tests.unit.rows import MONDAY, agent, commitment, follow_up, policy
from vaada.rules import hand_over
from vaada.rules.errors import NotPossible

FORMER = "0000000000000456"
OMAR = agent(agent_id="0000000000000123", time_zone="Asia/Karachi")


def test_a_promise_is_warned_of_in_the_new_agents_working_time() -> None:
    promise = commitment(MONDAY + DAY, step="warn", wake_at=MONDAY)

    moved = hand_over.assign(promise, OMAR, policy(), MONDAY, "sana")

    [entry] = moved.history
    assert (moved.agent_id, moved.version) == (OMAR.agent_id, promise.version + 1)
    assert (entry.what, entry.agent_before, entry.agent_after) == (
        "handed over",
        promise.agent_id,
        OMAR.agent_id,
    )
    assert moved.wake_at != promise.wake_at


def test_a_follow_up_for_the_owner_is_the_agents_from_then_on() -> None:
    assert hand_over.assign(follow_up(told="owner"), OMAR, policy(), MONDAY, "sana").told == "agent"


@pytest.mark.parametrize("row", [commitment(status="kept"), follow_up(status="done")])
def test_ended_work_is_not_handed_over(row: object) -> None:
    with pytest.raises(NotPossible, match="cannot be handed over"):
        hand_over.assign(row, OMAR, policy(), MONDAY, "sana")  # type: ignore[type-var]  # either kind


def test_work_that_is_theirs_already_is_not_handed_over() -> None:
    with pytest.raises(NotPossible, match="theirs already"):
        hand_over.assign(commitment(agent_id=OMAR.agent_id), OMAR, policy(), MONDAY, "sana")


@pytest.mark.parametrize(
    ("by", "left", "told"),
    [
        ("sana", False, {"handed_over", "assigned"}),
        (FORMER, False, {"assigned"}),
        (OMAR.agent_id, False, {"handed_over"}),
        ("sana", True, {"assigned"}),
    ],
)
def test_both_agents_are_told_unless_they_did_it_or_left(by: str, left: bool, told: set[str]) -> None:
    former = agent(agent_id=FORMER, left_at=MONDAY if left else None)

    messages = hand_over.notices(commitment(), former, OMAR, policy(), MONDAY, by)

    assert {one.purpose for one in messages} == told
