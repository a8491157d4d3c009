"""After a survey: praise for the agent, or a follow-up and a promised call for an unhappy customer."""

from datetime import datetime

import pytest

from tests.times import DAY
from tests.unit.rows import AGENT_ID, MONDAY, agent, policy, survey
from vaada.rules import survey_follow_up, surveys

SANA = "sana000000000000"


def test_an_unhappy_customer_is_promised_a_call_that_settles_the_follow_up() -> None:
    answered = survey(status="answered", score=1)
    sana = agent(agent_id=SANA, name="Sana")

    row = survey_follow_up.unhappy_follow_up(answered, agent(supervisor_id=SANA), policy(), MONDAY)
    call = survey_follow_up.unhappy_call(answered, agent(supervisor_id=SANA), sana, policy(), MONDAY)

    assert call is not None
    assert (call.agent_id, call.origin, call.settles_id) == (SANA, "unhappy", row.id)
    assert call.due_at == row.due_at == MONDAY + DAY
    assert surveys.of_kept_commitment(call, policy(surveys={"after_kept_promise": True}), MONDAY) is None


@pytest.mark.parametrize("nobody", [{"supervisor": None}, {"interaction_id": None}, {"case_id": None}])
def test_no_call_is_promised_without_a_supervisor_a_contact_or_a_case(
    nobody: dict[str, None],
) -> None:
    facts = {"status": "answered", "score": 1, **nobody}
    sana = None if "supervisor" in facts else agent(agent_id=SANA)
    facts.pop("supervisor", None)

    assert survey_follow_up.unhappy_call(survey(**facts), agent(), sana, policy(), MONDAY) is None


@pytest.mark.parametrize(("at", "mailed"), [(MONDAY, MONDAY), (MONDAY - DAY, MONDAY)])
def test_praise_is_held_until_the_agent_is_at_work(at: datetime, mailed: datetime) -> None:
    row = survey_follow_up.praise(survey(status="answered", score=5, comment="Lovely"), agent(), policy(), at)

    assert (row.status, row.to, row.recipient_id, row.wake_at) == ("held", "agent", AGENT_ID, mailed)


@pytest.mark.parametrize(
    ("supervisor", "agent_id", "told"), [("sana", "sana", "agent"), (None, agent().agent_id, "owner")]
)
def test_an_unhappy_customer_is_a_follow_up_for_the_supervisor_or_the_owner(
    supervisor: str | None, agent_id: str, told: str
) -> None:
    answered = survey(status="answered", score=1, comment="Cold")

    row = survey_follow_up.unhappy_follow_up(
        answered, agent(supervisor_id=supervisor), policy(), MONDAY + 4 * DAY
    )

    assert (row.agent_id, row.told, row.due_at) == (agent_id, told, MONDAY + 7 * DAY)
    assert row.reason == "Unhappy with Amina's service, 1 of 5: Cold"
