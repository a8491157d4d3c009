"""Planning: what follows from a contact. Ids come from the cause, so planning twice plans the same rows."""

from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.suppressions import Stop, Suppression
from vaada.model.work import SCALES, Commitment, FollowUp, FollowUpOrigin, Goodwill, Reply, Survey
from vaada.rules import commitments, deadlines
from vaada.rules.deadlines import Deadline, business_hours, working_hours
from vaada.rules.reach import staff_hear_at
from vaada.rules.thanks import is_only_thanks

PATIENCE = timedelta(minutes=10)
"""How long the stream may take to plan a contact before the sweep does."""


def planned(interaction: Interaction) -> Interaction:
    """The contact, once it is planned: it waits for nothing more."""
    return interaction.changed(wake_at=None)


def promised(interaction: Interaction, agent: Agent, policy: PolicyDocument) -> list[Commitment]:
    """The commitments given in the contact, in the order they were given."""
    return [
        _commitment(interaction, agent, policy, f"commitment-{n}", promise.what, promise.due_at)
        for n, promise in enumerate(interaction.commitments)
    ]


def promised_ids(interaction: Interaction) -> list[str]:
    """The ids of the commitments given in the contact."""
    return [_id(interaction, f"commitment-{n}") for n in range(len(interaction.commitments))]


def call_back(
    interaction: Interaction, reply: Reply, agent: Agent, policy: PolicyDocument
) -> Commitment | None:
    """The promise to call back that a contact outside opening hours becomes, for when the business opens.

    It is due when the answer is: the channel's target, counted from the next opening.
    """
    if not policy.replies.call_back_outside_hours:
        return None
    if business_hours(policy).is_open(interaction.occurred_at):
        return None
    what = "Get back to them: they were in touch outside opening hours."
    back = _commitment(interaction, agent, policy, "call-back", what, reply.due_at)
    explain = back.explain.model_copy(update={"due_at": reply.explain.due_at})
    return back.model_copy(update={"origin": "call_back", "explain": explain})


def call_back_id(interaction: Interaction) -> str:
    """The id that a promise to call back has, if the contact became one."""
    return _id(interaction, "call-back")


def reply_id(interaction: Interaction) -> str:
    """The id that the answer has that the contact asks for."""
    return _id(interaction, "reply")


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
    if is_only_thanks(interaction):
        return None
    delay = Delay(business_days=policy.follow_ups.unresolved_after_business_days)
    due = deadlines.after(delay, interaction.occurred_at, business_hours(policy), "the contact")
    return _because(_follow_up(interaction, "unresolved", due.at, "This was not resolved yet."), due)


def survey(interaction: Interaction, policy: PolicyDocument) -> Survey | None:
    """The survey that a resolved contact earns."""
    if not interaction.resolved or policy.surveys.after_resolution == "none":
        return None
    recorded = interaction.recorded_at
    return _survey(survey_id(interaction), interaction, interaction.occurred_at, policy, recorded)


def survey_id(interaction: Interaction) -> str:
    """The id that the contact's survey has, if it earns one."""
    return _id(interaction, "csat")


def survey_of_case(
    case: Case, interaction: Interaction, policy: PolicyDocument, now: datetime
) -> Survey | None:
    """The survey that a case earns when it is resolved by itself, after this last contact."""
    if policy.surveys.after_resolution == "none":
        return None
    asked = _survey(case_survey_id(case, now), interaction, now, policy, now)
    return asked.model_copy(update={"case_id": case.case_id})  # the contact may be of one merged into it


def case_survey_id(case: Case, resolved_at: datetime) -> str:
    """The id of the survey that the case earns when it is resolved at this time."""
    return derived_row_id(case.case_id, f"csat-{len(case.reopenings)}", resolved_at)


def unhappy(survey: Survey, agent: Agent, policy: PolicyDocument, now: datetime) -> FollowUp:
    """The follow-up that an unhappy answer opens for the agent's supervisor, or else for the owner."""
    due = _seen_to_by(policy, now)
    top = SCALES[survey.kind][-1]
    words = f": {survey.comment}" if survey.comment else "."
    follow_up = FollowUp(
        follow_up_id=opened_by_answer(survey.survey_id, now)[0],
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
    return _because(follow_up, due)


def unhappy_call(
    survey: Survey, agent: Agent, supervisor: Agent | None, policy: PolicyDocument, now: datetime
) -> Commitment | None:
    """The promise that an unhappy customer reads: who will call, and by when. Nobody to call: no promise.

    It belongs to a contact; an answer about the business as a whole has none.
    """
    if supervisor is None or survey.interaction_id is None or survey.case_id is None:
        return None
    due = _seen_to_by(policy, now)
    call = Commitment(
        commitment_id=opened_by_answer(survey.survey_id, now)[1],
        customer_id=survey.customer_id,
        interaction_id=survey.interaction_id,
        case_id=survey.case_id,
        agent_id=supervisor.agent_id,
        origin="unhappy",
        settles_id=opened_by_answer(survey.survey_id, now)[0],
        channel=survey.channel,
        what=f"Call about the service of {agent.name}: they were unhappy",
        due_at=due.at,
        explain=Explained(due_at=due.explain),
        created_at=now,
    )
    return commitments.opened(call, policy, working_hours(supervisor, policy), now)


def praise(survey: Survey, agent: Agent, policy: PolicyDocument, now: datetime) -> Message:
    """The thank-you that an agent gets for a happy answer in words, once they are at work."""
    return Message(
        message_id=opened_by_answer(survey.survey_id, now)[2],
        customer_id=survey.customer_id,
        about_id=survey.id,
        about_kind="survey",
        purpose="praise",
        to="agent",
        recipient_id=agent.agent_id,
        medium="email",
        why="a customer was happy, and said why",
        status="held",
        attempts=0,
        wake_at=staff_hear_at(working_hours(agent, policy), now),
        created_at=now,
    )


def opened_by_answer(survey_id: str, answered_at: datetime) -> tuple[str, str, str]:
    """The ids of the follow-up, the promise and the thank-you that an answer can open."""
    follow_up, call, thanks = (
        derived_row_id(survey_id, f"{rule}-{answered_at.isoformat()}", answered_at)
        for rule in ("unhappy", "unhappy-call", "praise")
    )
    return follow_up, call, thanks


def bounced(
    stopped: Suppression,
    stop: Stop,
    work: Commitment | FollowUp | Goodwill | Reply | Survey,
    reader: Agent,
    of: Agent,
    now: datetime,
) -> FollowUp:
    """The follow-up for the supervisor of somebody whose address is stopped: one for each time it is."""
    at_all = "mail" if stopped.medium == "email" else "texts"
    because = (
        "the address does not work. Tell them, and correct it."
        if stop.reason == "bounced"
        else "they had it stopped, perhaps as spam. Talk to them."
    )
    return FollowUp(
        follow_up_id=derived_row_id(work.customer_id, f"{stopped.id}-{stop.at.isoformat()}", now),
        customer_id=work.customer_id,
        interaction_id=work.interaction_id,
        case_id=work.case_id,
        agent_id=reader.supervisor_id or of.agent_id,
        told="agent" if reader.supervisor_id else "owner",
        origin="bounced",
        reason=f"{reader.name} gets no {at_all}: {because}",
        due_at=now,
        wake_at=now,
        created_at=now,
    )


def promise_survey(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Survey | None:
    """The question whether we kept our word, after a promise was kept, where the policy asks it."""
    if not policy.surveys.after_kept_promise or commitment.origin != "stated":
        return None
    delay = Delay(hours=policy.surveys.hours_after_kept_promise)
    due = deadlines.after(delay, now, business_hours(policy), "the promise was kept")
    return Survey(
        survey_id=derived_row_id(commitment.commitment_id, "promise-survey", now),
        customer_id=commitment.customer_id,
        interaction_id=commitment.interaction_id,
        case_id=commitment.case_id,
        commitment_id=commitment.commitment_id,
        agent_id=commitment.agent_id,
        channel=commitment.channel,
        kind="promise",
        due_at=due.at,
        wake_at=due.at,
        explain=Explained(due_at=due.explain, wake_at=due.explain),
        created_at=now,
    )


def by_tone(interaction: Interaction, agent: Agent, policy: PolicyDocument) -> FollowUp | None:
    """What the customer's tone asks of the supervisor: at once if it was abusive, soon if they were upset."""
    recorded = interaction.recorded_at
    match interaction.tone:
        case "abusive":
            reason = f"The customer was abusive towards {agent.name}."
            return _for_supervisor(interaction, agent, "abusive", recorded, reason, urgent=True)
        case "upset":
            delay = policy.cases.upset_follow_up_after
            due = deadlines.after(delay, recorded, business_hours(policy), "the contact was recorded")
            reason = f"The customer was upset when in touch with {agent.name}."
            return _because(_for_supervisor(interaction, agent, "upset", due.at, reason), due)
        case "calm":
            return None


def run_around(case: Case, interaction: Interaction, owner: Agent) -> FollowUp:
    """The supervisor hears once that a customer is sent from one to the next, and who has the case now."""
    facts = (
        (len(case.hand_offs), "hand-off"),
        (len(case.repeat_contacts), "repeat contact"),
        (len(case.reopenings), "reopening"),
    )
    counted = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in facts if count)
    reason = f"Run-around: {counted}. {owner.name} has the case from now on."
    return _for_supervisor(interaction, owner, "run_around", interaction.recorded_at, reason[:500])


def derived(interaction: Interaction, policy: PolicyDocument) -> list[FollowUp | Survey]:
    """What the rules make of the contact afterwards."""
    rows = (unresolved(interaction, policy), survey(interaction, policy))
    return [row for row in rows if row is not None]


def _commitment(
    interaction: Interaction, agent: Agent, policy: PolicyDocument, rule: str, what: str, due_at: datetime
) -> Commitment:
    commitment = Commitment(
        commitment_id=_id(interaction, rule),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        what=what,
        due_at=due_at,
        created_at=interaction.recorded_at,
    )
    return commitments.opened(commitment, policy, working_hours(agent, policy), interaction.recorded_at)


def _follow_up(interaction: Interaction, rule: FollowUpOrigin, at: datetime, reason: str) -> FollowUp:
    return FollowUp(
        follow_up_id=_id(interaction, rule),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        origin=rule,
        reason=reason,
        due_at=at,
        wake_at=at,
        created_at=interaction.recorded_at,
    )


def _for_supervisor(
    interaction: Interaction,
    agent: Agent,
    rule: FollowUpOrigin,
    at: datetime,
    reason: str,
    *,
    urgent: bool = False,
) -> FollowUp:
    follow_up = _follow_up(interaction, rule, at, reason)
    told = "agent" if agent.supervisor_id else "owner"
    return follow_up.model_copy(
        update={"agent_id": agent.supervisor_id or agent.agent_id, "told": told, "urgent": urgent}
    )


def _survey(
    survey_id: str, interaction: Interaction, resolved_at: datetime, policy: PolicyDocument, now: datetime
) -> Survey:
    delay = Delay(hours=policy.surveys.hours_after_resolution)
    due = deadlines.after(delay, resolved_at, business_hours(policy), "the matter was resolved")
    return Survey(
        survey_id=survey_id,
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        kind="ces" if policy.surveys.after_resolution == "ces" else "csat",
        due_at=due.at,
        wake_at=due.at,
        explain=Explained(due_at=due.explain, wake_at=due.explain),
        created_at=now,
    )


def _seen_to_by(policy: PolicyDocument, now: datetime) -> Deadline:
    delay = Delay(business_days=policy.surveys.low_score_follow_up_business_days)
    return deadlines.after(delay, now, business_hours(policy), "the answer")


def _because(follow_up: FollowUp, due: Deadline) -> FollowUp:
    return follow_up.model_copy(update={"explain": Explained(due_at=due.explain, wake_at=due.explain)})


def _id(interaction: Interaction, rule: str) -> str:
    return derived_row_id(interaction.interaction_id, rule, interaction.recorded_at)
