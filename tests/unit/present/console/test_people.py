"""The tree of supervisors, even if old rows form a loop."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import agent
from vaada.model.people import Agent
from vaada.present.console.people import Node, reporting_tree

NAMES = ("amina", "bilal", "carmen", "daniel", "esra")


def names(nodes: Iterable[Node]) -> list[str]:
    return [name for node in nodes for name in (node.agent.name, *names(node.below))]


def people(supervisors: dict[str, str | None]) -> dict[str, Agent]:
    """Agents by id, each with who answers for them."""
    ids = {name: f"{name:a<16}" for name in supervisors}
    return {
        ids[name]: agent(agent_id=ids[name], name=name, supervisor_id=ids[above] if above else None)
        for name, above in supervisors.items()
    }


def test_each_agent_stands_below_their_supervisor() -> None:
    (top,) = reporting_tree(people({"sana": None, "omar": "amina", "amina": "sana"}))

    assert names([top]) == ["sana", "amina", "omar"]
    assert [one.agent.name for one in top.below] == ["amina"]


@given(st.fixed_dictionaries({name: st.none() | st.sampled_from(NAMES) for name in NAMES}))
def test_everybody_is_drawn_once_even_in_loops(supervisors: dict[str, str | None]) -> None:
    assert sorted(names(reporting_tree(people(supervisors)))) == sorted(NAMES)
