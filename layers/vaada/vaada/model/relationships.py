"""Relationships: the reasons to end the relationship with a customer or to go on, and what was decided.

Only managers see them. They are in the customer's partition, but not among the rows of the timeline.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vaada.model.ids import RowId, derived_row_id
from vaada.model.rows import DueRow, StoredModel
from vaada.model.times import Instant
from vaada.model.work import Change

NoteKind = Literal["unprofitable", "no_prospects", "unethical", "no_fit", "valued", "customer_since"]
AgainstKind = Literal["complaints", "abuse", "unprofitable", "no_prospects", "unethical", "no_fit"]
InFavourKind = Literal[
    "years", "referrals", "promises_broken", "late_replies", "repeats", "began_lately", "calm", "valued"
]
FailureKind = Literal["promise", "reply", "follow_up", "run_around"]
HeldBack = Literal["too_few", "too_short", "our_failures", "first_bad_patch"]
RelationshipStatus = Literal["watched", "proposed", "kept", "ending", "parted"]

Figure = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
"""What the customer brings in a year by the owner's own calculation. A loss is negative."""


class RelationshipNote(StoredModel):
    """A manager's note about the relationship: what, when it happened, and who noted it when."""

    note_id: str
    kind: NoteKind
    words: str
    figure: Decimal | None = None
    happened_at: Instant
    noted_at: Instant
    noted_by: str


class Evidence(StoredModel):
    """What shows a reason: a row and its case, or the words of a note. A customer shows a referral."""

    at: Instant
    row_id: str | None = None
    case_id: str | None = None
    customer_id: str | None = None
    words: str | None = None


class Against(StoredModel):
    """A reason to end the relationship, with all its evidence, the latest first."""

    kind: AgainstKind
    evidence: tuple[Evidence, ...]


class InFavour(StoredModel):
    """A reason to go on, with its evidence, the latest first. `count` counts years or events."""

    kind: InFavourKind
    count: int
    evidence: tuple[Evidence, ...] = ()


class Failure(StoredModel):
    """A failure of our own that is not settled: an overdue promise, reply or follow-up, or a run-around."""

    kind: FailureKind
    at: Instant
    row_id: str
    case_id: str | None = None


class Letter(StoredModel):
    """A parting letter. `still_open` are the promises that it names, as they stood when it was sent."""

    subject: str
    thanks: str
    facts: str
    goodwill: str
    apology: str
    alternatives: str
    still_open: tuple[str, ...] = ()


class Relationship(DueRow):
    """The relationship with a customer. At `wake_at` it is reviewed, or its cooling-off ends.

    `due_at` is when it was or is looked at; while `proposed`, it is the end of the cooling-off, and
    `cooled_off_at` when that was found to be over. `against` and `in_favour` are the evidence of the time of
    the proposal. `talked_at` is when somebody talked with the customer about it. What happened before
    `settled_at` was decided on and no longer counts; `signals` are the ids of contacts since then that were
    a reason to look at it. `letter` is the parting letter, once somebody edited it.
    While `parted` with `wake_at`, it is still to be sent as a contact of the agent `letter_by`;
    `letter_not_sent` is why it was not.
    """

    kind_of_row: ClassVar[str] = "relationship"
    relationship_id: RowId
    customer_id: str
    status: RelationshipStatus = "watched"
    due_at: Instant
    notes: tuple[RelationshipNote, ...] = ()
    signals: tuple[str, ...] = ()
    against: tuple[Against, ...] = ()
    in_favour: tuple[InFavour, ...] = ()
    proposed_at: Instant | None = None
    cooled_off_at: Instant | None = None
    talked_at: Instant | None = None
    talked_by: str | None = None
    talk: str | None = None
    settled_at: Instant | None = None
    letter: Letter | None = None
    letter_by: str | None = None
    letter_not_sent: str | None = None
    history: tuple[Change, ...] = ()
    created_at: Instant


def relationship_id(customer_id: str) -> str:
    """Return the id of the only relationship with a customer."""
    return derived_row_id(customer_id, "relationship", datetime(1970, 1, 1, tzinfo=UTC))
