"""A case lists forty of its promises. What changes the case reaches the others too, whatever is killed."""

from collections.abc import Callable

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, at, change_policy
from tests.integration.test_crash_points import crash_at
from tests.times import HOUR, MINUTE
from vaada.model.times import text_of

PROMISES = 43
WRITES = 6  # of the request: the change, and one for each promise that is not listed, with some to spare


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    return Shop.opened(desk)


def long_case(shop: Shop, **facts: object) -> str:
    """A case with more promises than it lists, due in a week."""
    made = [{"what": "Send a part", "due_at": text_of(at("03-09T12:00"))}]
    case_id = ""
    for many in (20, 20, PROMISES - 40):
        known = {"case_id": case_id} if case_id else {}
        case_id = shop.contact(commitments=many * made, **known, **facts)["case_id"]
    return case_id


def promises(shop: Shop, case_id: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = shop.desk.call(
        "GET /api/commitments", query={"case_id": case_id, "limit": "100"}
    ).json["items"]
    return found


def owners(shop: Shop, case_id: str) -> dict[str, int]:
    agents = [row["agent_id"] for row in promises(shop, case_id)]
    return {agent_id: agents.count(agent_id) for agent_id in agents}


def assign(shop: Shop, case_id: str, agent_id: str) -> None:
    shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": agent_id}, key=f"to {agent_id}")


def called(shop: Shop, case_id: str, agent_id: str) -> None:
    shop.desk.call("POST /api/interactions", shop.contact_body(case_id=case_id, agent_id=agent_id), key="k")


def merged(shop: Shop, case_id: str, agent_id: str) -> None:
    into = shop.contact(agent_id=agent_id)["case_id"]
    shop.desk.call(f"POST /api/cases/{case_id}/merge", {"into": into}, key="merge")


def left(shop: Shop, _case_id: str, agent_id: str) -> None:
    shop.desk.call(f"POST /api/agents/{shop.agent_id}/leave", {"to": agent_id})


@pytest.mark.parametrize("hand_over", [assign, called, merged, left])
@pytest.mark.parametrize("call", range(1, WRITES + 1))
def test_all_promises_change_hands_or_none_whatever_is_killed(
    shop: Shop, hand_over: Callable[[Shop, str, str], None], call: int
) -> None:
    omar, case_id = add_agent(shop.desk, "Omar"), long_case(shop)

    with crash_at(shop.desk, call, "after"):
        hand_over(shop, case_id, omar)
    shop.desk.pass_time(10 * MINUTE)

    now = promises(shop, case_id)
    assert len(now) == PROMISES
    assert {row["agent_id"] for row in now} in ({omar}, {shop.agent_id})
    assert shop.case(case_id).get("unlisted_change") is None


@pytest.mark.parametrize("call", range(1, WRITES))
def test_all_promises_end_with_their_case_or_none(shop: Shop, call: int) -> None:
    case_id = long_case(shop)

    with crash_at(shop.desk, call, "after"):
        shop.desk.call(f"POST /api/cases/{case_id}/resolve", {"agreed_work": "end"})
    shop.desk.pass_time(10 * MINUTE)

    states = {row["status"] for row in promises(shop, case_id)}
    assert states == ({"withdrawn"} if shop.case(case_id)["status"] == "resolved" else {"open"})


def test_promises_of_a_case_that_changes_hands_twice_go_to_its_last_agent(shop: Shop) -> None:
    omar, zaid = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Zaid")
    case_id = long_case(shop)

    with crash_at(shop.desk, 1, "after"):
        assign(shop, case_id, omar)
    before = owners(shop, case_id)
    with crash_at(shop.desk, 4, "after"):  # the three go to Omar first
        assign(shop, case_id, zaid)
    between = owners(shop, case_id)
    shop.desk.pass_time(10 * MINUTE)

    assert (before, between) == ({omar: 40, shop.agent_id: 3}, {omar: 3, zaid: 40})
    assert owners(shop, case_id) == {zaid: PROMISES}


def test_a_promise_that_was_handed_over_alone_since_stays_where_it_is(shop: Shop) -> None:
    omar, zaid = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Zaid")
    case_id = long_case(shop)
    with crash_at(shop.desk, 1, "after"):
        assign(shop, case_id, omar)
    shop.desk.clock.shift(MINUTE / 2)
    listed = shop.case(case_id)["commitment_ids"]
    others = [row["commitment_id"] for row in promises(shop, case_id)]
    alone = next(row_id for row_id in others if row_id not in listed)

    for row_id in (alone, listed[0]):
        shop.desk.call(f"POST /api/commitments/{row_id}/assign", {"agent_id": zaid})
    shop.desk.pass_time(10 * MINUTE)

    assert owners(shop, case_id) == {omar: PROMISES - 2, zaid: 2}


@pytest.mark.parametrize("hand_over", [assign, called, merged, left])
def test_all_promises_are_with_the_new_agent_when_the_request_is_answered(
    shop: Shop, hand_over: Callable[[Shop, str, str], None]
) -> None:
    omar, case_id = add_agent(shop.desk, "Omar"), long_case(shop)

    hand_over(shop, case_id, omar)
    at_once = owners(shop, case_id)
    hand_over(shop, case_id, omar)  # with the same key

    assert at_once == owners(shop, case_id) == {omar: PROMISES}


def test_a_case_that_listed_too_many_once_has_others_after_one_is_kept(shop: Shop) -> None:
    omar, case_id = add_agent(shop.desk, "Omar"), long_case(shop)
    kept = shop.case(case_id)["commitment_ids"][0]
    shop.desk.call(f"POST /api/commitments/{kept}/keep")

    assign(shop, case_id, omar)
    moved = owners(shop, case_id)
    ended = shop.desk.call(f"POST /api/cases/{case_id}/resolve", {"agreed_work": "end"}).json

    assert moved == {omar: PROMISES - 1, shop.agent_id: 1}
    assert ended["still_open"] == []
    assert {row["status"] for row in promises(shop, case_id)} == {"kept", "withdrawn"}


def test_what_is_promised_after_a_case_was_opened_again_does_not_end_with_it(shop: Shop) -> None:
    case_id = long_case(shop)
    with crash_at(shop.desk, 1, "after"):
        shop.desk.call(f"POST /api/cases/{case_id}/resolve", {"agreed_work": "end"})
    shop.desk.clock.shift(MINUTE / 2)
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "It is not"})

    new = {"what": "Send another", "due_at": text_of(at("03-10T12:00"))}
    shop.desk.call(f"POST /api/cases/{case_id}/commitments", new)
    shop.desk.pass_time(10 * MINUTE)

    states = [row["status"] for row in promises(shop, case_id)]
    assert (states.count("open"), states.count("withdrawn")) == (1, PROMISES)


def test_promises_go_back_when_a_merge_is_undone(shop: Shop) -> None:
    omar, case_id = add_agent(shop.desk, "Omar"), long_case(shop)
    merged(shop, case_id, omar)
    with_omar = owners(shop, case_id)

    shop.desk.call(f"POST /api/cases/{case_id}/unmerge")
    shop.desk.pass_time(10 * MINUTE)

    assert with_omar == {omar: PROMISES}
    assert owners(shop, case_id) == {shop.agent_id: PROMISES}


def test_promises_follow_when_a_correction_changes_whose_case_it_is(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    case_id = long_case(shop, occurred_at=text_of(shop.desk.now - 2 * HOUR))
    told = shop.contact(case_id=case_id, agent_id=omar)
    with_omar = owners(shop, case_id)
    shop.desk.pass_time(10 * MINUTE)

    earlier = {"occurred_at": text_of(shop.desk.now - 5 * HOUR)}
    shop.desk.call(f"PATCH /api/interactions/{told['interaction_id']}", earlier)
    shop.desk.pass_time(10 * MINUTE)

    assert with_omar == {omar: PROMISES}
    assert shop.case(case_id)["agent_id"] == shop.agent_id
    assert set(owners(shop, case_id)) == {shop.agent_id}


def test_promises_change_hands_while_sending_is_held(shop: Shop) -> None:
    omar, case_id = add_agent(shop.desk, "Omar"), long_case(shop)
    change_policy(shop.desk, sending={"held": True})

    with crash_at(shop.desk, 1, "after"):
        assign(shop, case_id, omar)
    shop.desk.pass_time(10 * MINUTE)

    assert owners(shop, case_id) == {omar: PROMISES}


def test_promises_go_to_whoever_has_the_work_of_an_agent_who_left_meanwhile(shop: Shop) -> None:
    omar, zaid = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Zaid")
    case_id = long_case(shop)
    with crash_at(shop.desk, 1, "after"):
        assign(shop, case_id, omar)

    with crash_at(shop.desk, 2, "after"):
        shop.desk.call(f"POST /api/agents/{omar}/leave", {"to": zaid})
    shop.desk.call(f"POST /api/agents/{omar}/leave", {"to": zaid})
    shop.desk.pass_time(10 * MINUTE)

    assert owners(shop, case_id) == {zaid: PROMISES}
