"""What is owed: commitments to customers, follow-ups by agents, surveys to be asked."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from vaada.model.ids import RowId
from vaada.model.rows import DueRow
from vaada.model.times import Instant

CommitmentStatus = Literal["open", "kept", "broken", "withdrawn"]
CommitmentStep = Literal["warn", "flag", "supervisor", "owner", "give_up"]
FollowUpStatus = Literal["scheduled", "due", "done", "cancelled"]
SurveyStatus = Literal["scheduled", "sent", "answered", "expired", "withheld"]
SurveyStep = Literal["ask", "remind", "close"]


class Change(BaseModel):
    """One line of a row's history: who did what to it, when, and why.

    `by` is an agent's id, "manager" and a user's id for a manager who is no agent, or "desk".
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    at: Instant
    by: str
    what: str
    reason: str | None = None
    due_before: Instant | None = None
    due_after: Instant | None = None


class Commitment(DueRow):
    """A promise to a customer. Open past `due_at` it is overdue; `flagged_at` says when the desk said so.

    `step` is the rung of the ladder that `wake_at` waits for.
    """

    kind_of_row: ClassVar[str] = "commitment"
    commitment_id: RowId
    interaction_id: str
    case_id: str
    agent_id: str
    what: str
    due_at: Instant
    status: CommitmentStatus = "open"
    step: CommitmentStep | None = None
    flagged_at: Instant | None = None
    kept_at: Instant | None = None
    late_by_seconds: int | None = None
    history: tuple[Change, ...] = ()
    created_at: Instant


class FollowUp(DueRow):
    """Something an agent must do at `due_at`, and why. `reminders` counts those since the last answer."""

    kind_of_row: ClassVar[str] = "follow_up"
    follow_up_id: RowId
    interaction_id: str
    case_id: str
    agent_id: str
    reason: str
    due_at: Instant
    status: FollowUpStatus = "scheduled"
    reminders: int = 0
    snoozes: int = 0
    history: tuple[Change, ...] = ()
    created_at: Instant


class Survey(DueRow):
    """One question to one customer about one case. `agent_id` is whose service it rates.

    `step` is what `wake_at` waits for.
    """

    kind_of_row: ClassVar[str] = "survey"
    survey_id: RowId
    interaction_id: str
    case_id: str
    agent_id: str
    kind: Literal["csat"] = "csat"
    due_at: Instant
    status: SurveyStatus = "scheduled"
    step: SurveyStep | None = "ask"
    withheld_because: str | None = None
    sent_at: Instant | None = None
    closes_at: Instant | None = None
    score: int | None = None
    comment: str | None = None
    answered_at: Instant | None = None
    created_at: Instant
