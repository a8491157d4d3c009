"""Planning: what follows from a contact, the same each time."""

from datetime import datetime, timedelta

import pytest

from tests.unit.rows import AGENT_ID, MONDAY, agent, case, commitment, interaction, policy, row_id, survey
from vaada.model.interactions import FollowUpRequest, StatedCommitment
from vaada.rules import commitments, follow_ups, ids, interactions, survey_follow_up, surveys

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SANA = "sana000000000000"
PROMISES = (StatedCommitment(what="Call", due_at=MONDAY + DAY), StatedCommitment(what="Send", due_at=MONDAY))


def test_a_resolved_contact_plans_a_survey_a_day_later() -> None:
    (row,) = interactions.planned_rows(interaction(resolved=True), policy())

    assert (row.kind_of_row, row.wake_at) == ("survey", MONDAY + timedelta(hours=24))


def test_an_unresolved_contact_plans_a_follow_up() -> None:
    (row,) = interactions.planned_rows(interaction(), policy())

    assert (row.kind_of_row, row.wake_at) == ("follow_up", MONDAY + DAY)


def test_a_follow_up_planned_over_a_weekend_explains_what_is_skipped() -> None:
    friday = MONDAY + 4 * DAY

    (row,) = interactions.planned_rows(interaction(occurred_at=friday), policy())

    assert row.wake_at == MONDAY + 7 * DAY
    assert row.explain.due_at is not None
    assert row.explain.due_at.rule == "1 business day after the contact"
    assert [gap.why for gap in row.explain.due_at.skipped] == ["closed"]


@pytest.mark.parametrize(
    "stated",
    [
        {"commitments": PROMISES},
        {"follow_up": FollowUpRequest(at=MONDAY, reason="Ask again")},
        {"summary": "Thanks for your help"},
    ],
)
def test_a_contact_with_a_promise_a_request_or_thanks_plans_nothing(stated: dict[str, object]) -> None:
    assert interactions.planned_rows(interaction(**stated), policy()) == []


def test_stated_promises_keep_their_order_and_the_agent_of_the_contact() -> None:
    contact = interaction(commitments=PROMISES)

    rows = commitments.stated_in(contact, agent(), policy())

    assert [row.what for row in rows] == ["Call", "Send"]
    assert [row.id for row in rows] == ids.commitment_ids(contact)
    assert {(row.agent_id, row.case_id, row.channel, row.origin) for row in rows} == {
        (contact.agent_id, contact.case_id, "phone", "stated")
    }


def test_a_stated_promise_gets_its_warning_in_the_agents_working_time() -> None:
    early_bird = agent(working_hours={"monday": [{"opens": "05:00", "closes": "09:30"}]})
    contact = interaction(
        commitments=[StatedCommitment(what="Call", due_at=MONDAY + 7 * DAY)], recorded_at=MONDAY - HOUR
    )

    (row,) = commitments.stated_in(contact, early_bird, policy())

    assert row.wake_at == MONDAY + 7 * DAY - 4 * HOUR  # 05:00, when the bakery is still closed


def test_a_requested_follow_up_belongs_to_the_agent_of_the_contact() -> None:
    row = follow_ups.requested(interaction(follow_up=FollowUpRequest(at=MONDAY + DAY, reason="Ask again")))

    assert row is not None
    assert (row.origin, row.reason, row.due_at) == ("requested", "Ask again", MONDAY + DAY)
    assert (row.agent_id, row.told) == (AGENT_ID, "agent")


def test_rows_planned_twice_are_the_same_and_have_distinct_ids() -> None:
    contact = interaction(
        commitments=PROMISES,
        resolved=True,
        tone="upset",
        follow_up=FollowUpRequest(at=MONDAY, reason="Ask again"),
    )

    def rows() -> list[object]:
        return [
            *commitments.stated_in(contact, agent(), policy()),
            *interactions.planned_rows(contact, policy()),
            follow_ups.requested(contact),
            follow_ups.by_tone(contact, agent(), policy()),
            follow_ups.run_around(case(), contact, agent()),
        ]

    assert rows() == rows()
    assert len({getattr(row, "id", None) for row in rows()}) == len(rows())


def test_a_case_resolved_twice_has_two_survey_ids() -> None:
    once = case()
    again = case(reopenings=[{"at": MONDAY, "interaction_id": row_id(1)}])

    assert ids.case_survey_id(once, MONDAY) != ids.case_survey_id(again, MONDAY)
    assert ids.case_survey_id(once, MONDAY) == ids.case_survey_id(once, MONDAY)


def test_the_survey_of_a_case_is_about_the_last_agent_a_day_after_its_end() -> None:
    last = interaction(agent_id="omar", channel="email")

    row = surveys.of_case(case(), last, policy(), MONDAY + 3 * DAY)

    assert row is not None
    assert (row.agent_id, row.channel, row.wake_at) == ("omar", "email", MONDAY + 4 * DAY)
    assert row.id == ids.case_survey_id(case(), MONDAY + 3 * DAY)


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


def test_a_kept_promise_gets_a_survey_only_if_the_policy_says_so() -> None:
    asking = policy(surveys={"after_kept_promise": True, "hours_after_kept_promise": 2})
    kept = commitment(status="kept", kept_at=MONDAY)

    row = surveys.of_kept_commitment(kept, asking, MONDAY)

    assert row is not None
    assert (row.kind, row.commitment_id, row.wake_at) == ("promise", kept.id, MONDAY + 2 * HOUR)
    assert surveys.of_kept_commitment(kept, policy(), MONDAY) is None


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


def test_a_planned_contact_is_not_due_any_more() -> None:
    planned = interactions.mark_planned(interaction(wake_at=MONDAY + interactions.STREAM_GRACE))

    assert (planned.wake_at, planned.version) == (None, 2)
