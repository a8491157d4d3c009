"""Departures: who gets the work of somebody who has left, and when it is looked at again."""

from datetime import timedelta

import pytest

from tests.times import DAY, MINUTE
from tests.unit.rows import MONDAY, agent
from vaada.model.departures import Departure
from vaada.rules import departures

LEAVER, OMAR, DANA, SANA = (f"{n:016x}" for n in range(1, 5))
BILAL, EVE = f"{10:016x}", f"{11:016x}"


def departure(**facts: object) -> Departure:
    fields: dict[str, object] = {
        "departure_id": LEAVER,
        "to": OMAR,
        "by_customer": {BILAL: DANA},
        "asked_by": SANA,
        "left_at": MONDAY,
        "wake_at": MONDAY,
    }
    return Departure.model_validate({**fields, **facts})


@pytest.mark.parametrize(
    ("records", "gets_it"), [((BILAL,), DANA), ((EVE,), OMAR), ((EVE, BILAL), DANA), ((), OMAR)]
)
def test_the_work_of_a_customer_goes_to_whom_it_was_given(records: tuple[str, ...], gets_it: str) -> None:
    assert departures.successor_for(departure(), *records) == gets_it


@pytest.mark.parametrize(
    ("moved", "complete", "status", "again"),
    [
        (200, False, "under_way", timedelta()),
        (3, True, "under_way", MINUTE),
        (0, True, "done", DAY),
        (0, False, "under_way", timedelta()),
    ],
)
def test_a_departure_is_done_once_a_whole_run_finds_nothing(
    moved: int, complete: bool, status: str, again: timedelta
) -> None:
    after = departures.after_run(departure(), MONDAY, moved=moved, complete=complete)

    assert (after.status, after.wake_at, after.version) == (status, MONDAY + again, 2)


def test_a_departure_keeps_when_it_was_first_done() -> None:
    done = departures.after_run(departure(), MONDAY, moved=0, complete=True)

    assert departures.after_run(done, MONDAY + DAY, moved=0, complete=True).done_at == MONDAY


def test_agents_whom_they_supervised_or_covered_get_the_colleague() -> None:
    gone = agent(agent_id=LEAVER, supervisor_id=SANA)
    theirs = agent(agent_id=EVE, supervisor_id=LEAVER, covered_by=LEAVER)

    after = departures.without(theirs, gone, OMAR)

    assert (after.supervisor_id, after.covered_by) == (OMAR, OMAR)


@pytest.mark.parametrize(("above", "instead"), [(SANA, SANA), (None, None), (OMAR, None)])
def test_the_colleague_does_not_supervise_themselves(above: str | None, instead: str | None) -> None:
    gone = agent(agent_id=LEAVER, supervisor_id=above)

    after = departures.without(agent(agent_id=OMAR, supervisor_id=LEAVER), gone, OMAR)

    assert after.supervisor_id == instead


def test_others_stay_as_they_are() -> None:
    other = agent(agent_id=EVE, supervisor_id=SANA)

    assert departures.without(other, agent(agent_id=LEAVER), OMAR) is other
