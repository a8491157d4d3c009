"""Stand-ins: who is asked for an agent who is not there, in order."""

import pytest

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, agent
from vaada.rules.stand_ins import stand_ins_of, who_is_there


def test_whoever_has_the_work_comes_first_then_the_cover_then_the_supervisor() -> None:
    absent = agent(left_to="omar", covered_by="dana", supervisor_id="sana")

    assert stand_ins_of(absent) == ("omar", "dana", "sana")


def test_nobody_stands_in_for_an_agent_without_cover_and_supervisor() -> None:
    assert stand_ins_of(agent(supervisor_id=None)) == ()


AMINA, DANA, BOSS, SANA = TEAM = tuple(name.ljust(16, "0") for name in ("amina", "dana", "boss", "sana"))


@pytest.mark.parametrize(("absent", "there"), list(enumerate((*TEAM, None))))
def test_the_first_one_who_is_there_has_the_work(absent: int, there: str | None) -> None:
    away = dict.fromkeys(TEAM[:absent], MONDAY - HOUR)
    team = (
        agent(agent_id=AMINA, covered_by=DANA, supervisor_id=SANA, away_from=away.get(AMINA)),
        agent(agent_id=DANA, covered_by=None, supervisor_id=BOSS, away_from=away.get(DANA)),
        agent(agent_id=BOSS, covered_by=AMINA, supervisor_id=None, away_from=away.get(BOSS)),
        agent(agent_id=SANA, covered_by=None, supervisor_id=None, away_from=away.get(SANA)),
    )

    assert who_is_there(AMINA, {each.id: each for each in team}, MONDAY + DAY) == there


def test_nobody_does_the_work_of_no_agent() -> None:
    assert who_is_there(None, {}, MONDAY) is None
    assert who_is_there("gone", {}, MONDAY) is None
