"""Work: commitments, follow-ups, replies, goodwill and surveys."""

from decimal import Decimal
from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import Channel
from vaada.model.rows import DueRow, StoredModel
from vaada.model.times import Instant

CommitmentStatus = Literal["open", "kept", "broken", "withdrawn"]
CommitmentStep = Literal["warn", "flag", "escalate", "give_up"]
FollowUpStatus = Literal["scheduled", "due", "done", "cancelled"]
FollowUpOrigin = Literal[
    "requested",
    "unresolved",
    "no_answer",
    "promise_ended",
    "unhappy",
    "upset",
    "abusive",
    "run_around",
    "check_in",
    "bounced",
    "not_sent",
    "parted",
]
ReplyStatus = Literal["awaited", "paused", "given", "closed"]
GoodwillStatus = Literal["granted", "requested", "approved", "declined"]
Recommendation = Literal["review", "referral"]
"""What a happy customer is asked for: a public review, or to tell others of the business."""
SurveyStatus = Literal["scheduled", "sent", "answered", "expired", "withheld"]
SurveyStep = Literal["ask", "remind", "close"]
SurveyKind = Literal["csat", "nps", "ces", "promise"]

SCALES: dict[SurveyKind, range] = {
    "csat": range(1, 6),
    "nps": range(11),
    "ces": range(1, 8),
    "promise": range(2),  # no, yes
}
"""The possible scores of each kind of survey."""

SATISFIED: dict[SurveyKind, int] = {"csat": 4, "nps": 9, "ces": 6, "promise": 1}
"""The lowest score that counts as satisfied: the usual top two of five (CSAT) and of seven (CES), promoters
(NPS), and yes."""


class Change(StoredModel):
    """One entry of a row's history: who did what, when, and why.

    `by` is an agent's id, "manager" with a user's id for a manager who is not an agent, "owner", or "desk".
    `on_behalf_of` is the agent whose work it was, if somebody else did it. `interaction_id` is the contact
    that brought the change about, if it was one.
    """

    at: Instant
    by: str
    on_behalf_of: str | None = None
    what: str
    reason: str | None = None
    due_before: Instant | None = None
    due_after: Instant | None = None
    agent_before: str | None = None
    agent_after: str | None = None
    interaction_id: str | None = None


class Commitment(DueRow):
    """A promise to a customer. Open after `due_at` it is overdue, and marked so at `flagged_at`.

    `step` happens next, at `wake_at`; for `escalate`, `rung` is the index in the policy's ladder. Keeping the
    commitment also completes the follow-up `settles_id`.
    """

    kind_of_row: ClassVar[str] = "commitment"
    commitment_id: RowId
    customer_id: str
    interaction_id: str
    case_id: str
    agent_id: str
    origin: Literal["stated", "call_back", "unhappy"] = "stated"
    channel: Channel | None = None
    settles_id: str | None = None
    what: str
    due_at: Instant
    status: CommitmentStatus = "open"
    step: CommitmentStep | None = None
    rung: int = 0
    flagged_at: Instant | None = None
    kept_at: Instant | None = None
    late_by_seconds: int | None = None
    unreached: int = 0
    history: tuple[Change, ...] = ()
    created_at: Instant


class FollowUp(DueRow):
    """Something an agent must do at `due_at`, and why. `reminders` counts them since the last snooze.

    `told` is who is reminded: its agent, or the owner if it is for a supervisor and there is none. An
    `urgent` one reminds outside working time too. `woken_from` is the date it was snoozed to before the
    customer got in touch again. `unreached` counts failed attempts to reach the customer.
    """

    kind_of_row: ClassVar[str] = "follow_up"
    follow_up_id: RowId
    customer_id: str
    interaction_id: str | None = None
    case_id: str | None = None
    agent_id: str
    told: Literal["agent", "owner"] = "agent"
    origin: FollowUpOrigin = "requested"
    urgent: bool = False
    reason: str
    due_at: Instant
    status: FollowUpStatus = "scheduled"
    reminders: int = 0
    snoozes: int = 0
    woken_from: Instant | None = None
    unreached: int = 0
    history: tuple[Change, ...] = ()
    created_at: Instant


class Pause(StoredModel):
    """A time in which the clock of a reply stood still. None: it has not ended.

    `due_at` is when the reply was due before; afterwards it is due later.
    """

    began_at: Instant
    ended_at: Instant | None = None
    due_at: Instant


class Reply(DueRow):
    """The reply a customer waits for, due at `due_at`. The `first` in its case, or one after that was given.

    `took_seconds` and `late_by_seconds` are opening time, without the `pauses`. While the case waits for the
    customer it is `paused`, with `remaining_seconds` of opening time left; negative if it was already late.
    """

    kind_of_row: ClassVar[str] = "reply"
    reply_id: RowId
    customer_id: str
    interaction_id: str
    case_id: str
    agent_id: str
    channel: Channel
    which: Literal["first", "next"]
    asked_at: Instant
    due_at: Instant
    status: ReplyStatus = "awaited"
    step: Literal["warn", "miss"] | None = None
    missed_at: Instant | None = None
    given_at: Instant | None = None
    given_by: str | None = None
    took_seconds: int | None = None
    late_by_seconds: int | None = None
    remaining_seconds: int | None = None
    pauses: tuple[Pause, ...] = ()
    created_at: Instant


class Goodwill(DueRow):
    """Something given to a disappointed customer. Above the agent's allowance a supervisor decides."""

    kind_of_row: ClassVar[str] = "goodwill"
    goodwill_id: RowId
    customer_id: str
    case_id: str
    interaction_id: str | None = None
    agent_id: str
    amount: Decimal
    currency: str
    reason: str
    status: GoodwillStatus
    due_at: Instant
    reminders: int = 0
    decided_by: str | None = None
    decided_at: Instant | None = None
    history: tuple[Change, ...] = ()
    created_at: Instant


class Answer(StoredModel):
    """An answer from a survey's page. `why_not` is why it does not count, or None.

    `discarded_by` is who said that a quarantined one is no person's.
    """

    at: Instant
    score: int
    comment: str | None = None
    why_not: str | None = None
    discarded_by: str | None = None


class Survey(DueRow):
    """One question to one customer, about an interaction, a case, a commitment, or the business (`nps`).

    `agent_id` is the agent whose service it rates. `step` happens next, at `wake_at`. `amendments` are
    answers after the one that counts; `quarantined` are answers that probably no person sent: too fast, or
    without the page. `confirmed_by` is who said that the one that counts, which was quarantined, is real.
    `again`: it repeats a survey with an unhappy answer, after that was dealt with. `reminds_at` is None
    once the reminder was sent. `recommendation` is what the customer was asked for after a happy answer.
    """

    kind_of_row: ClassVar[str] = "survey"
    survey_id: RowId
    customer_id: str
    interaction_id: str | None = None
    case_id: str | None = None
    commitment_id: str | None = None
    agent_id: str
    channel: Channel | None = None
    kind: SurveyKind = "csat"
    again: bool = False
    due_at: Instant
    status: SurveyStatus = "scheduled"
    step: SurveyStep | None = "ask"
    withheld_because: str | None = None
    sent_at: Instant | None = None
    reminds_at: Instant | None = None
    closes_at: Instant | None = None
    score: int | None = None
    comment: str | None = None
    answered_at: Instant | None = None
    confirmed_by: str | None = None
    recommendation: Recommendation | None = None
    amendments: tuple[Answer, ...] = ()
    quarantined: tuple[Answer, ...] = ()
    created_at: Instant
