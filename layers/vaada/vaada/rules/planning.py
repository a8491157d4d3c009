"""Planning: what follows from a contact. Ids come from the cause, so planning twice plans the same rows."""

from datetime import datetime, timedelta

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, FollowUp, Survey
from vaada.rules import commitments
from vaada.rules.days import business_days_after

PATIENCE = timedelta(minutes=10)
"""How long the stream may take to plan a contact before the sweep does."""


def planned(interaction: Interaction) -> Interaction:
    """The contact, once it is planned: it waits for nothing more."""
    return interaction.changed(wake_at=None)


def promised(interaction: Interaction, policy: PolicyDocument) -> list[Commitment]:
    """The commitments given in the contact, in the order they were given."""
    return [
        commitments.opened(
            Commitment(
                commitment_id=derived_row_id(
                    interaction.interaction_id, f"commitment-{n}", interaction.recorded_at
                ),
                customer_id=interaction.customer_id,
                interaction_id=interaction.interaction_id,
                case_id=interaction.case_id,
                agent_id=interaction.agent_id,
                what=promise.what,
                due_at=promise.due_at,
                created_at=interaction.recorded_at,
            ),
            policy,
            interaction.recorded_at,
        )
        for n, promise in enumerate(interaction.commitments)
    ]


def requested(interaction: Interaction) -> FollowUp | None:
    """The follow-up that was asked for in the contact."""
    asked = interaction.follow_up
    return _follow_up(interaction, "requested", asked.at, asked.reason) if asked else None


def unresolved(interaction: Interaction, policy: PolicyDocument) -> FollowUp | None:
    """The follow-up of a contact that is not resolved and that nothing else brings back.

    A commitment brings the agent back by itself: it is warned of, flagged and escalated.
    """
    if interaction.resolved or interaction.commitments or interaction.follow_up:
        return None
    days = policy.follow_ups.unresolved_after_business_days
    at = business_days_after(interaction.occurred_at, days, policy)
    return _follow_up(interaction, "unresolved", at, "This was not resolved yet.")


def survey(interaction: Interaction, policy: PolicyDocument) -> Survey | None:
    """The CSAT survey that a resolved contact earns."""
    if not interaction.resolved:
        return None
    at = interaction.occurred_at + timedelta(hours=policy.surveys.csat_hours_after_resolution)
    return Survey(
        survey_id=derived_row_id(interaction.interaction_id, "csat", interaction.recorded_at),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        due_at=at,
        wake_at=at,
        created_at=interaction.recorded_at,
    )


def unhappy(survey: Survey, agent: Agent, policy: PolicyDocument, now: datetime) -> FollowUp | None:
    """The follow-up that a low score opens, for the agent's supervisor; for the agent where there is none."""
    rules = policy.surveys
    if survey.score is None or survey.score > rules.low_score_at_most:
        return None
    at = business_days_after(now, rules.low_score_follow_up_business_days, policy)
    words = f": {survey.comment}" if survey.comment else "."
    return FollowUp(
        follow_up_id=derived_row_id(survey.survey_id, "unhappy", now),
        customer_id=survey.customer_id,
        interaction_id=survey.interaction_id,
        case_id=survey.case_id,
        agent_id=agent.supervisor_id or agent.agent_id,
        reason=f"Unhappy with {agent.name}'s service, {survey.score} of 5{words}"[:500],
        due_at=at,
        wake_at=at,
        created_at=now,
    )


def stated(interaction: Interaction, policy: PolicyDocument) -> list[Commitment | FollowUp]:
    """What was said in the contact itself, written in the same breath as the contact."""
    asked = requested(interaction)
    return [*promised(interaction, policy), *([asked] if asked else [])]


def derived(interaction: Interaction, policy: PolicyDocument) -> list[FollowUp | Survey]:
    """What the rules make of the contact afterwards."""
    rows = (unresolved(interaction, policy), survey(interaction, policy))
    return [row for row in rows if row is not None]


def _follow_up(interaction: Interaction, rule: str, at: datetime, reason: str) -> FollowUp:
    return FollowUp(
        follow_up_id=derived_row_id(interaction.interaction_id, rule, interaction.recorded_at),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        reason=reason,
        due_at=at,
        wake_at=at,
        created_at=interaction.recorded_at,
    )
