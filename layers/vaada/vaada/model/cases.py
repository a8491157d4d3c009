"""Cases: the interactions about one matter, its owner, its outcome, and the effort it cost the customer."""

from decimal import Decimal
from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.interactions import Kind
from vaada.model.people import Channel
from vaada.model.policy import StepName
from vaada.model.rows import DueRow, StoredModel
from vaada.model.times import Instant
from vaada.model.work import Change

CaseStatus = Literal["open", "resolved", "merged"]


class HandOff(StoredModel):
    """One transfer of the customer to another agent."""

    at: Instant
    interaction_id: str
    from_agent_id: str
    to_agent_id: str


class InteractionRef(StoredModel):
    """An interaction that counts as evidence, for example of a repeat contact."""

    at: Instant
    interaction_id: str


class Step(StoredModel):
    """A step of a complaint. Every `critical` step must be done before the case can be resolved."""

    name: StepName
    critical: bool
    done_at: Instant | None = None
    done_by: str | None = None
    note: str | None = None


class UnlistedChange(StoredModel):
    """A change of the open work that a case does not list. It follows after the transaction of the change.

    `move`: to the agent of the case. `end`: what people agreed on ends. Of the work that was there `at` the
    time; `by` is who asked for it.
    """

    what: Literal["move", "end"]
    at: Instant
    by: str


class Case(DueRow):
    """One matter. `agent_id` owns it; `last_inbound_at` is when the customer last got in touch about it.

    `reply_id` is the reply the customer waits for, `call_back_id` the call-back promised to them;
    `commitment_ids` are its other open promises and `follow_up_ids` its open follow-ups, without those of
    supervisors; unless `lists_all`, there may be more of them. `unlisted_change` is what is still to be done
    with these, due at `wake_at`. `interaction_ids` are its latest contacts. `run_around_at` is when the case
    passed the policy's threshold; from then on `agent_id` does not change. `granted` is the goodwill given.
    `answered`: the customer waited for a reply and had one; to resolve the case is none. `ask_again`: they
    were unhappy, and are surveyed once more after the case is resolved. `served`: one of us wrote to the
    customer, spoke with them, or resolved the case in an interaction. `into_before` is the case that this one
    was merged into as it was before.
    """

    kind_of_row: ClassVar[str] = "case"
    case_id: RowId
    customer_id: str
    agent_id: str
    kind: Kind
    channel: Channel
    status: CaseStatus = "open"
    opened_at: Instant
    last_contact_at: Instant
    last_inbound_at: Instant | None = None
    contacts: int = 1
    last_interaction_id: str
    interaction_ids: tuple[str, ...] = ()
    answered: bool = False
    served: bool = False
    abusive: bool = False
    ask_again: bool = False
    waiting_for_customer: bool = False
    reply_id: str | None = None
    call_back_id: str | None = None
    survey_id: str | None = None
    commitment_ids: tuple[str, ...] = ()
    follow_up_ids: tuple[str, ...] = ()
    lists_all: bool = True
    unlisted_change: UnlistedChange | None = None
    granted: Decimal = Decimal(0)
    hand_offs: tuple[HandOff, ...] = ()
    repeat_contacts: tuple[InteractionRef, ...] = ()
    reopenings: tuple[InteractionRef, ...] = ()
    run_around_at: Instant | None = None
    steps: tuple[Step, ...] = ()
    cause: str | None = None
    prevention: str | None = None
    outcome: str | None = None
    resolved_at: Instant | None = None
    merged_into: str | None = None
    into_before: "Case | None" = None
    history: tuple[Change, ...] = ()
