"""Who may see and do what. It does not matter whether agents are read one by one or all before."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import agent, commitment, goodwill
from vaada.api.access import User
from vaada.api.refusals import Refusal
from vaada.desk import Desk
from vaada.model.people import Agent

NAMES = tuple(name.ljust(16, "0") for name in ("amina", "omar", "sana", "dana"))
AMINA, OMAR, SANA, DANA = NAMES
BOSS, HANA = "boss".ljust(16, "0"), "hana".ljust(16, "0")
nobody_or_somebody = st.sampled_from((None, *NAMES))


@st.composite
def teams(draw: st.DrawFn) -> dict[str, Agent]:
    """Agents who cover and supervise each other, in any way, loops included."""
    return {
        name: agent(
            agent_id=name,
            supervisor_id=draw(nobody_or_somebody),
            covered_by=draw(nobody_or_somebody),
            left_to=draw(nobody_or_somebody),
        )
        for name in NAMES
    }


def desk_with(agents: dict[str, Agent]) -> Desk:
    """A desk whose table has these agents."""

    def get_several(_kind: type[Agent], ids: Sequence[str]) -> dict[str, Agent]:
        return {each: agents[each] for each in ids if each in agents}

    return cast("Desk", SimpleNamespace(table=SimpleNamespace(get_several=get_several)))


def lets_through(check: Any, *asked: object) -> bool:
    try:
        check(*asked)
    except Refusal:
        return False
    return True


@given(agents=teams(), user_id=st.sampled_from(NAMES), of=st.sampled_from(NAMES), is_manager=st.booleans())
def test_a_page_offers_exactly_what_the_api_lets_through(
    agents: dict[str, Agent], user_id: str, of: str, is_manager: bool
) -> None:
    user, desk = User(user_id, is_manager, user_id), desk_with(agents)
    promise, asked = commitment(agent_id=of), goodwill(agent_id=of)

    assert user.may_act_on(promise, agents) == lets_through(user.require_work, desk, promise)
    assert user.may_act_on(asked, agents) == lets_through(user.require_decides, desk, asked)
    assert user.may_see_work_of(of, agents) == lets_through(user.require_may_see, desk, of)


def test_a_stand_ins_stand_in_may_act_and_a_colleague_may_not() -> None:
    team = (
        agent(agent_id=AMINA, supervisor_id=SANA, covered_by=OMAR),
        agent(agent_id=OMAR, supervisor_id=None, covered_by=DANA),
        agent(agent_id=SANA, supervisor_id=BOSS),
        agent(agent_id=BOSS, supervisor_id=None),
        agent(agent_id=DANA, supervisor_id=None),
        agent(agent_id=HANA, supervisor_id=SANA),
    )
    agents = {each.id: each for each in team}
    row = commitment(agent_id=AMINA)

    may = {each for each in agents if User(each, is_manager=False, agent_id=each).may_act_on(row, agents)}

    assert may == {AMINA, OMAR, DANA, SANA, BOSS}


def test_nobody_decides_about_their_own_goodwill_without_being_a_manager() -> None:
    agents = {AMINA: agent(agent_id=AMINA, supervisor_id=AMINA)}
    asked = goodwill(agent_id=AMINA)

    assert not User(AMINA, is_manager=False, agent_id=AMINA).may_act_on(asked, agents)
    assert User(AMINA, is_manager=True, agent_id=AMINA).may_act_on(asked, agents)
