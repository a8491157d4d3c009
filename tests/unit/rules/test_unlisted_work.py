"""What is still to be done with open work that a case does not list."""

from datetime import datetime

import pytest

from tests.times import HOUR, MINUTE
from tests.unit import rows
from tests.unit.rows import MONDAY
from vaada.model.cases import UnlistedChange
from vaada.model.work import Change
from vaada.rules.unlisted_work import after_run, done, is_meant, to_follow, to_follow_owner

OMAR = "omar"
LONG = rows.case(lists_all=False)


def change(what: str = "move", at: datetime = MONDAY) -> UnlistedChange:
    return UnlistedChange.model_validate({"what": what, "at": at, "by": "amina"})


def test_a_case_that_lists_all_of_its_work_waits_for_nothing() -> None:
    case = rows.case()

    assert to_follow(case, "move", MONDAY, "amina") is case
    assert to_follow_owner(case, case.model_copy(update={"agent_id": OMAR}), MONDAY, "amina").wake_at is None


def test_a_long_case_is_due_a_minute_later_and_until_nothing_is_left() -> None:
    case = to_follow(LONG, "move", MONDAY, "amina")
    interrupted = after_run(case, MONDAY + MINUTE, changed=200, complete=False)
    moved = after_run(case, MONDAY + MINUTE, changed=3, complete=True)
    ended = after_run(case, MONDAY + MINUTE, changed=0, complete=True)

    assert case.wake_at == MONDAY + MINUTE
    assert (interrupted.wake_at, moved.wake_at) == (MONDAY + MINUTE, MONDAY + 2 * MINUTE)
    assert (ended.wake_at, ended.unlisted_change, ended.version) == (None, None, case.version + 1)
    assert done(case) == LONG


def test_only_a_change_of_the_agent_moves_work_and_never_in_place_of_an_end() -> None:
    other = LONG.model_copy(update={"agent_id": OMAR})
    ending = to_follow(other, "end", MONDAY, "amina")

    assert to_follow_owner(LONG, LONG, MONDAY, "amina") is LONG
    assert to_follow_owner(LONG, other, MONDAY, "amina").unlisted_change == change()
    assert to_follow_owner(LONG, ending, MONDAY + HOUR, "amina") is ending


def test_a_change_counts_as_made_after_earlier_ones_whatever_its_clock_says() -> None:
    assigned = Change(at=MONDAY + MINUTE, by="amina", what="assigned", agent_after="zaid")
    case = to_follow(LONG.model_copy(update={"history": (assigned,)}), "move", MONDAY, "amina")

    assert case.unlisted_change == change(at=MONDAY + MINUTE)


@pytest.mark.parametrize(
    ("facts", "what", "meant"),
    [
        ({}, "move", True),
        ({}, "end", True),
        ({"agent_id": OMAR}, "move", False),
        ({"agent_id": OMAR}, "end", True),
        ({"created_at": MONDAY + MINUTE}, "move", False),
        ({"created_at": MONDAY + MINUTE}, "end", False),
        ({"status": "kept"}, "move", False),
        ({"status": "withdrawn"}, "end", False),
        ({"origin": "unhappy"}, "move", False),
        ({"origin": "unhappy"}, "end", False),
        ({"history": (("handed over", MONDAY + MINUTE, "zaid"),)}, "move", False),
        ({"history": (("handed over", MONDAY, "zaid"),)}, "move", True),
        ({"history": (("renegotiated", MONDAY + MINUTE, None),)}, "move", True),
    ],
)
def test_a_change_is_for_open_work_that_was_there_and_has_not_moved_since(
    facts: dict[str, object], what: str, *, meant: bool
) -> None:
    entries: tuple[tuple[str, datetime, str | None], ...] = facts.pop("history", ())  # type: ignore[assignment]
    history = tuple(Change(at=at, by="amina", what=entry, agent_after=agent) for entry, at, agent in entries)
    promise = rows.commitment(MONDAY, **{"created_at": MONDAY, **facts, "history": history})

    assert is_meant(promise, change(what), OMAR) == meant
