"""What an answer to a survey leads to: if unhappy a follow-up and a call, if happy praise for the agent."""

from datetime import datetime

from vaada.model.ids import derived_row_id
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import SCALES, Commitment, FollowUp, Survey
from vaada.rules import commitments
from vaada.rules.follow_ups import with_deadline
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time import deadlines
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import Deadline, business_hours, working_hours


def unhappy_follow_up(survey: Survey, agent: Agent, policy: PolicyDocument, now: datetime) -> FollowUp:
    """Return the follow-up on an unhappy answer, for the agent's supervisor or else the owner."""
    due = _deadline(policy, now)
    top = SCALES[survey.kind][-1]
    words = f": {survey.comment}" if survey.comment else "."
    follow_up = FollowUp(
        follow_up_id=opened_ids(survey.survey_id, now)[0],
        customer_id=survey.customer_id,
        interaction_id=survey.interaction_id,
        case_id=survey.case_id,
        agent_id=agent.supervisor_id or agent.agent_id,
        told="agent" if agent.supervisor_id else "owner",
        origin="unhappy",
        reason=f"Unhappy with {agent.name}'s service, {survey.score} of {top}{words}"[:500],
        due_at=due.at,
        wake_at=due.at,
        created_at=now,
    )
    return with_deadline(follow_up, due)


def unhappy_call(
    survey: Survey, agent: Agent, supervisor: Agent | None, policy: PolicyDocument, now: datetime
) -> Commitment | None:
    """Return the promise that the supervisor calls the unhappy customer. The page shows it to them.

    None without a supervisor, or for a survey about the business as a whole: a commitment needs an
    interaction.
    """
    if supervisor is None or survey.interaction_id is None or survey.case_id is None:
        return None
    due = _deadline(policy, now)
    call = Commitment(
        commitment_id=opened_ids(survey.survey_id, now)[1],
        customer_id=survey.customer_id,
        interaction_id=survey.interaction_id,
        case_id=survey.case_id,
        agent_id=supervisor.agent_id,
        origin="unhappy",
        settles_id=opened_ids(survey.survey_id, now)[0],
        channel=survey.channel,
        what=f"Call about the service of {agent.name}: they were unhappy",
        due_at=due.at,
        explain=Explained(due_at=due.explain),
        created_at=now,
    )
    return commitments.open_commitment(call, policy, working_hours(supervisor, policy), now)


def praise(survey: Survey, agent: Agent, policy: PolicyDocument, now: datetime) -> Message:
    """Return the message that gives a happy answer with a comment to the agent, in working time."""
    return new_message(
        survey,
        opened_ids(survey.survey_id, now)[2],
        "praise",
        "agent",
        agent.agent_id,
        "email",
        "a customer was happy, and said why",
        staff_reachable_at(working_hours(agent, policy), now),
        now,
    )


def opened_ids(survey_id: str, answered_at: datetime) -> tuple[str, str, str]:
    """Return the ids of the follow-up, the promised call and the praise that an answer can lead to."""
    follow_up, call, thanks = (
        derived_row_id(survey_id, f"{rule}-{answered_at.isoformat()}", answered_at)
        for rule in ("unhappy", "unhappy-call", "praise")
    )
    return follow_up, call, thanks


def _deadline(policy: PolicyDocument, now: datetime) -> Deadline:
    delay = Delay(business_days=policy.surveys.low_score_follow_up_business_days)
    return deadlines.after(delay, now, business_hours(policy), "the answer")
