"""Interactions: each is one contact with a customer, recorded once."""

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from vaada.model.ids import PartyId, RowId
from vaada.model.people import Channel
from vaada.model.rows import DueRow, StoredModel
from vaada.model.text import Input, Line, Prose
from vaada.model.times import Instant

Direction = Literal["inbound", "outbound"]
Kind = Literal["question", "request", "complaint", "order", "visit", "other"]
Tone = Literal["calm", "upset", "abusive"]


class StatedCommitment(StoredModel):
    """A commitment made in the interaction, in the agent's own words, and when it is due."""

    what: Line
    due_at: Instant


class NewCommitment(StatedCommitment):
    """The input for a commitment. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


class FollowUpRequest(StoredModel):
    """The follow-up requested in the interaction."""

    at: Instant
    reason: Line


class NewFollowUpRequest(FollowUpRequest):
    """The input for a requested follow-up. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


class NewInteraction(Input):
    """The input for a new interaction. `occurred_at` is now if left out.

    If `awaits_reply` is left out, the customer waits for a reply when the interaction is inbound, not
    resolved, without commitments, and not a conversation with a follow-up.
    """

    customer_id: PartyId
    agent_id: PartyId
    channel: Channel
    direction: Direction
    kind: Kind
    summary: Prose
    occurred_at: Instant | None = None
    resolved: bool = False
    awaits_reply: bool | None = None
    tone: Tone = "calm"
    case_id: RowId | None = None
    handed_over_from: PartyId | None = None
    commitments: tuple[NewCommitment, ...] = Field(default=(), max_length=20)
    follow_up: NewFollowUpRequest | None = None


class Interaction(DueRow):
    """One contact with a customer. It took place at `occurred_at` and was recorded at `recorded_at`.

    At `wake_at` the sweep plans its follow-up and survey, if the stream has not done so before.
    """

    kind_of_row: ClassVar[str] = "interaction"
    interaction_id: RowId
    case_id: str
    agent_id: str
    channel: Channel
    direction: Direction
    kind: Kind
    summary: str
    occurred_at: Instant
    recorded_at: Instant
    resolved: bool = False
    awaits_reply: bool = False
    tone: Tone = "calm"
    handed_over_from: str | None = None
    commitments: tuple[StatedCommitment, ...] = ()
    follow_up: FollowUpRequest | None = None
