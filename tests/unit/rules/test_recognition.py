"""Recognition: reasons to thank, whom first, and never by volume. And an agent's own practice."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit.rows import AGENT_ID, MONDAY, agent, case, commitment, policy, reply, row_id, survey
from vaada.model.recognitions import Recognition
from vaada.model.work import Change, Commitment
from vaada.rules import recognition as rules
from vaada.rules.practice import practice
from vaada.rules.recognition import QUARTER, Evidence
from vaada.rules.reports import Rows

NOW = MONDAY + 20 * DAY
OMAR = "omar000000000000"
HAPPY = {"status": "answered", "score": 5, "comment": "Quick and kind", "answered_at": MONDAY}


def kept(**facts: object) -> Commitment:
    return commitment(MONDAY + DAY, status="kept", kept_at=MONDAY + HOUR, **facts)


def moved(hours: int, to: str = AGENT_ID) -> Change:
    """The promise came from a colleague so many hours before it was due."""
    at = MONDAY + DAY - hours * HOUR
    return Change(at=at, by="sana", what="assigned", agent_before=OMAR, agent_after=to)


def solved(**facts: object) -> Evidence:
    return case(kind="complaint", status="resolved", resolved_at=MONDAY, **facts)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kept(unreached=2), "hard_to_reach"),
        (kept(origin="unhappy"), "won_back"),
        (kept(history=(moved(5),)), "taken_over"),
        (kept(history=(moved(25),)), None),
        (kept(), None),  # as promised, with nothing against it
        (commitment(MONDAY, status="kept", kept_at=MONDAY + HOUR, unreached=2), None),  # late
        (commitment(unreached=2), None),  # open
        (survey(**HAPPY), "kind_words"),
        (survey(**{**HAPPY, "comment": "  "}), None),
        (survey(**{**HAPPY, "score": 3}), None),
        (solved(), "stayed_solved"),
        (solved(last_inbound_at=MONDAY + DAY), None),
        (solved(reopenings=[{"at": MONDAY - DAY, "interaction_id": row_id(9)}]), None),
        (case(status="resolved", resolved_at=MONDAY), None),  # no complaint
    ],
)
def test_each_proposal_has_a_reason_that_its_row_shows(row: Evidence, reason: str | None) -> None:
    found = rules.proposal_of(row, NOW)

    assert (found.reason if found else None) == reason


def test_a_complaint_rests_for_two_weeks_before_it_counts_as_solved() -> None:
    assert rules.proposal_of(solved(), MONDAY + 14 * DAY - HOUR) is None
    assert rules.proposal_of(solved(), MONDAY + 14 * DAY) is not None


def test_nothing_older_than_a_quarter_is_proposed() -> None:
    assert rules.proposal_of(survey(**HAPPY), MONDAY + QUARTER - HOUR) is not None
    assert rules.proposal_of(survey(**HAPPY), MONDAY + QUARTER) is None


def test_an_agent_who_kept_a_promise_for_a_colleague_is_thanked() -> None:
    by = Change(at=MONDAY, by=OMAR, on_behalf_of=AGENT_ID, what="kept")

    found = rules.proposal_of(kept(unreached=1, history=(by,)), NOW)

    assert found is not None
    assert found.agent_id == OMAR


def told(at: timedelta, agent_id: str = AGENT_ID, number: int = 70) -> Recognition:
    row = survey(survey_id=row_id(number), agent_id=agent_id, **HAPPY)
    found = rules.proposal_of(row, NOW)
    assert found is not None
    return rules.say(found, None, NOW - at, "sana")


def test_thanks_are_said_once_for_one_thing() -> None:
    row = survey(**HAPPY)
    proposal = rules.proposal_of(row, NOW)
    assert proposal is not None
    said = rules.say(proposal, "Well done", NOW, "sana")

    found = rules.overview([row], [said], [agent()], NOW)

    assert found.proposals[AGENT_ID] == []
    assert said.id == rules.recognition_id(row)


def test_the_agent_thanked_longest_ago_comes_first() -> None:
    agents = [
        agent(name="Amina"),
        agent(agent_id=OMAR, name="Omar"),
        agent(agent_id="pia0000000000000", name="Zoe"),
    ]
    said = [told(10 * DAY), told(QUARTER, OMAR, 71)]

    found = rules.overview([], said, agents, NOW)

    assert list(found.proposals) == ["pia0000000000000", OMAR, AGENT_ID]
    assert [found.is_unseen(one, NOW) for one in found.proposals] == [True, True, False]


@given(st.integers(1, 40), st.integers(1, 3))
def test_nobody_comes_first_for_more_work(many: int, few: int) -> None:
    evidence = [survey(survey_id=row_id(n), **HAPPY) for n in range(many)]
    evidence += [survey(survey_id=row_id(100 + n), agent_id=OMAR, **HAPPY) for n in range(few)]
    agents = [agent(name="B"), agent(agent_id=OMAR, name="A")]

    found = rules.overview(evidence, [], agents, NOW)

    assert list(found.proposals) == [OMAR, AGENT_ID]  # by name, as nobody was thanked before
    assert len(found.proposals[AGENT_ID]) == min(many, 3)


@pytest.mark.parametrize(("ago", "reminded"), [(70 * DAY, True), (70 * DAY - HOUR, False)])
def test_managers_are_reminded_with_weeks_left_in_the_quarter(ago: timedelta, *, reminded: bool) -> None:
    new, old = agent(created_at=NOW - ago), agent(created_at=NOW - 700 * DAY)

    for known, said in ((new, []), (old, [told(ago)])):
        found = rules.overview([], said, [known], NOW)
        assert list(rules.unthanked(found, {known.id: known}, NOW)) == [known.id] * reminded


def test_nobody_who_left_is_thanked() -> None:
    assert not rules.overview([survey(**HAPPY)], [], [agent(left_at=MONDAY)], NOW).proposals


# ---------------------------------------------------------------- an agent's own page


def test_an_agent_sees_what_they_kept_what_was_said_and_what_could_be_better() -> None:
    rows = Rows(
        commitments=[kept(), commitment(MONDAY), commitment(status="withdrawn")],
        replies=[reply(status="given", given_at=MONDAY, late_by_seconds=60)],
        cases=[case(repeat_contacts=[{"at": MONDAY, "interaction_id": row_id(9)}])],
        surveys=[
            survey(**HAPPY),
            survey(survey_id=row_id(50), **{**HAPPY, "score": 1, "comment": "Late", "answered_at": NOW}),
        ],
    )

    found = practice(rows, policy(), NOW)

    assert (found.kept, found.settled) == (1, 2)
    assert [row.comment for row in found.comments] == ["Late", "Quick and kind"]
    assert [one.kind for one in found.examples] == ["missed", "late", "unhappy", "came_again"]


def test_an_agent_sees_two_examples_of_a_kind_at_most() -> None:
    late = [commitment(MONDAY + n * HOUR, commitment_id=row_id(n)) for n in range(10, 15)]

    found = practice(Rows(commitments=late), policy(), NOW)

    assert [one.row.id for one in found.examples] == [row_id(14), row_id(13)]
