"""Inputs about interactions: new ones, what is stated in them, and corrections."""

from pydantic import ConfigDict, Field

from vaada.model.ids import PartyId, RowId
from vaada.model.interactions import Direction, FollowUpRequest, Kind, StatedCommitment, Tone
from vaada.model.people import Channel
from vaada.model.text import Input, Prose, left_out
from vaada.model.times import GivenTime


class NewCommitment(StatedCommitment):
    """The input for a commitment. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")
    due_at: GivenTime


class NewFollowUpRequest(FollowUpRequest):
    """The input for a requested follow-up. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")
    at: GivenTime


class InteractionChanges(Input):
    """The fields of a recorded interaction to correct. A field left out stays; none can be empty."""

    summary: Prose = Field(default_factory=left_out)
    kind: Kind = Field(default_factory=left_out)
    tone: Tone = Field(default_factory=left_out)
    occurred_at: GivenTime = Field(default_factory=left_out)


class NewInteraction(Input):
    """The input for a new interaction. `occurred_at` is now if left out.

    If `awaits_reply` is left out, the customer waits for a reply when the interaction is inbound, not
    resolved, without commitments, and not a conversation with a follow-up. In an outbound interaction it says
    whether we asked the customer something and wait for their answer.
    """

    customer_id: PartyId
    agent_id: PartyId
    channel: Channel
    direction: Direction
    kind: Kind
    summary: Prose
    occurred_at: GivenTime | None = None
    resolved: bool = False
    awaits_reply: bool | None = None
    tone: Tone = "calm"
    case_id: RowId | None = None
    handed_over_from: PartyId | None = None
    commitments: tuple[NewCommitment, ...] = Field(default=(), max_length=20)
    follow_up: NewFollowUpRequest | None = None
