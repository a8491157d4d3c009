"""Cases: the contacts about one matter, what became of it, and what it cost the customer."""

from decimal import Decimal
from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.interactions import Kind
from vaada.model.people import Channel
from vaada.model.policy import StepName
from vaada.model.rows import Fact, Row
from vaada.model.times import Instant
from vaada.model.work import Change

CaseStatus = Literal["open", "resolved", "merged"]


class HandOff(Fact):
    """The customer had to deal with somebody else."""

    at: Instant
    interaction_id: str
    from_agent_id: str
    to_agent_id: str


class Contact(Fact):
    """A contact that counts as evidence."""

    at: Instant
    interaction_id: str


class Step(Fact):
    """A step of a complaint; `critical` ones are needed before it can be resolved."""

    name: StepName
    critical: bool
    done_at: Instant | None = None
    done_by: str | None = None
    note: str | None = None


class Case(Row):
    """One matter. `agent_id` has it now; `last_inbound_at` is when the customer was last in touch about it.

    `reply_id` is the answer that the customer waits for, `call_back_id` the call that the desk promised them,
    `follow_up_ids` what is to be done about it. `run_around_at` is when the policy's threshold was passed:
    from then on `agent_id` stays. `granted` is the goodwill they were given; `ask_again` that they were
    unhappy, and are asked once more when it is settled. `served` is whether anybody was in touch with them:
    wrote to them, spoke with them, or settled it in a contact.
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
    answered: bool = False
    served: bool = False
    abusive: bool = False
    ask_again: bool = False
    waiting_for_customer: bool = False
    reply_id: str | None = None
    call_back_id: str | None = None
    survey_id: str | None = None
    follow_up_ids: tuple[str, ...] = ()
    granted: Decimal = Decimal(0)
    hand_offs: tuple[HandOff, ...] = ()
    repeat_contacts: tuple[Contact, ...] = ()
    reopenings: tuple[Contact, ...] = ()
    run_around_at: Instant | None = None
    steps: tuple[Step, ...] = ()
    cause: str | None = None
    prevention: str | None = None
    outcome: str | None = None
    resolved_at: Instant | None = None
    merged_into: str | None = None
    history: tuple[Change, ...] = ()
