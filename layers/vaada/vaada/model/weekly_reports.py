"""Weekly reports: a summary of one week, for the owner and the managers who want to read it."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from vaada.model.ids import RowId
from vaada.model.recognitions import RecognitionReason
from vaada.model.rows import DueRow, StoredModel
from vaada.model.times import Instant

WEEK_PATTERN = "^[0-9]{4}-W[0-9]{2}$"
Week = Annotated[str, StringConstraints(pattern=WEEK_PATTERN)]
"""A week by ISO 8601, such as 2026-W07. It begins with Monday."""

WeeklyReportStatus = Literal["planned", "sent", "skipped"]
CallReason = Literal["unhappy", "promise_late", "still_waits", "complaint_open", "run_around"]
"""Why a customer should be called."""


class KeptPromises(StoredModel):
    """The promises of a week with a known outcome, and how many of them were kept as promised."""

    kept: int
    settled: int


class Evidence(StoredModel):
    """A reason to call a customer, and the row that shows it."""

    why: CallReason
    row_id: RowId


class Call(StoredModel):
    """A customer to call, and why."""

    customer_id: str
    reasons: tuple[Evidence, ...]


class ToThank(StoredModel):
    """An agent to thank, for what, and the row of a customer that shows it."""

    agent_id: str
    reason: RecognitionReason
    row_id: RowId
    customer_id: str


class MissedBy(StoredModel):
    """What most missed promises of the week have in common: `missed` of `of`.

    It is the cause in the complaint `case_id`, or, where no cause is known, how the promises came about.
    """

    case_id: str | None = None
    origin: Literal["stated", "call_back", "unhappy"] | None = None
    missed: int
    of: int


class Sent(StoredModel):
    """The messages of a week by status. `withheld_because` is the most frequent reason of withheld ones."""

    mails: int
    texts: int
    withheld: int
    withheld_because: str | None = None
    failed: int


class Cost(StoredModel):
    """What the month's texts have cost so far, in US dollars, and the goodwill of the week by currency."""

    texts_of_month: Decimal
    goodwill: dict[str, Decimal]


class WeeklyFigures(StoredModel):
    """The content of a weekly report: counts, and ids of rows that are read when the report is shown.

    So it holds nothing about a customer who is erased. `promises` are by week, a year at most.
    `to_thank` is what the week gave reason to thank for, and `unthanked` are agents whom nobody has thanked
    for long; whoever waits longest comes first. `reviews` are the relationships that are proposed for review.
    """

    promises: dict[Week, KeptPromises]
    waited: int
    waited_longest: tuple[RowId, ...]
    calls: tuple[Call, ...]
    answers: int
    comments: tuple[RowId, ...]
    to_thank: tuple[ToThank, ...] = ()
    unthanked: tuple[str, ...] = ()
    reviews: int = 0
    missed_by: MissedBy | None = None
    sent: Sent
    cost: Cost


class WeeklyReport(DueRow):
    """The report on one week, sent when the business first opens afterwards.

    `skipped`: it was sent to nobody, and `skipped_because` says why.
    """

    kind_of_row: ClassVar[str] = "weekly_report"
    weekly_report_id: RowId
    week: Week
    begins: Instant
    ends: Instant
    status: WeeklyReportStatus = "planned"
    skipped_because: str | None = None
    figures: WeeklyFigures | None = None
    reported_at: Instant | None = None
    created_at: Instant
