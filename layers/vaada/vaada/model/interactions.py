"""Interactions: one contact with a customer each, recorded once."""

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from vaada.model.ids import PartyId, RowId
from vaada.model.people import Channel
from vaada.model.rows import DueRow, Fact
from vaada.model.text import Input, Line, Prose
from vaada.model.times import Instant

Direction = Literal["inbound", "outbound"]
Kind = Literal["question", "request", "complaint", "order", "visit", "other"]
Tone = Literal["calm", "upset", "abusive"]


class Promise(Fact):
    """What was promised in the contact, in the agent's own words, and for when."""

    what: Line
    due_at: Instant


class NewPromise(Promise):
    """What is asked of a promise: the same, and nothing that is unknown here."""

    model_config = ConfigDict(extra="forbid")


class Request(Fact):
    """The follow-up that was asked for in the contact."""

    at: Instant
    reason: Line


class NewRequest(Request):
    """What is asked of a request: the same, and nothing that is unknown here."""

    model_config = ConfigDict(extra="forbid")


class NewInteraction(Input):
    """What is asked of a new interaction. Without `occurred_at` it took place now.

    Without `awaits_reply` the customer waits for an answer if they came, it is not resolved, nothing was
    promised, and no conversation ended with a follow-up.
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
    commitments: tuple[NewPromise, ...] = Field(default=(), max_length=20)
    follow_up: NewRequest | None = None

    @field_validator("case_id")
    @classmethod
    def _case_of_customer(cls, case_id: str | None, others: ValidationInfo) -> str | None:
        if case_id is not None and not case_id.startswith(others.data.get("customer_id", "")):
            raise ValueError("is not a case of this customer")
        return case_id


class Interaction(DueRow):
    """One contact, as it took place (`occurred_at`) and as it was written down (`recorded_at`).

    It waits to be planned: at `wake_at` the sweep plans it if the stream has not.
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
    commitments: tuple[Promise, ...] = ()
    follow_up: Request | None = None
