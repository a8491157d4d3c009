"""Replay the last 30 days under other rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import get_args

from vaada.desk import Desk
from vaada.flows.reports import MOST_ROWS, TooManyRows
from vaada.flows.work_lists import agents_by_id
from vaada.model.cases import Case
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.work import (
    Commitment,
    CommitmentStatus,
    FollowUp,
    FollowUpStatus,
    Goodwill,
    GoodwillStatus,
    Reply,
    ReplyStatus,
    Survey,
    SurveyStatus,
)
from vaada.rules.policy_preview import REACH, Preview, Replayed, preview
from vaada.rules.survey_preview import longest_cool_down

_PERIOD = timedelta(days=30)
_FIELDS: dict[type[Replayed], tuple[tuple[str, ...], frozenset[str]]] = {
    Commitment: (get_args(CommitmentStatus), frozenset({"status", "history", "what", "kept_at", "origin"})),
    Reply: (get_args(ReplyStatus), frozenset({"status", "pauses", "given_at"})),
    FollowUp: (
        get_args(FollowUpStatus),
        frozenset({"status", "history", "told", "urgent", "reason", "case_id"}),
    ),
    Goodwill: (get_args(GoodwillStatus), frozenset({"status", "decided_at"})),
    Survey: (
        get_args(SurveyStatus),
        frozenset({"status", "kind", "sent_at", "withheld_because", "again", "explain", "case_id"}),
    ),
}
"""The statuses that are replayed of each kind, and the fields that are read besides the required ones."""


@dataclass(frozen=True)
class PastPreview:
    """What the rules would have changed since `begins`."""

    begins: datetime
    preview: Preview


def preview_of(desk: Desk, after: PolicyDocument, now: datetime) -> PastPreview:
    """Replay the last 30 days under the policy in force and under `after`. Raises TooManyRows."""
    begins = now - _PERIOD
    before = desk.policy
    cool_down = max(longest_cool_down(before), longest_cool_down(after))
    found = _rows(desk, begins - REACH, begins - max(REACH, cool_down), now + REACH)
    rows = tuple(islice(found, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    cases = _unasked(desk, begins - REACH, before, after, now)
    asked = {row.customer_id for row in (*rows, *cases) if _may_be_asked(row, before, after)}
    customers = desk.table.get_several(Customer, sorted(asked))
    agents = agents_by_id(desk)
    return PastPreview(begins, preview(rows, agents, customers, cases, before, after, begins, now))


def _unasked(
    desk: Desk, first: datetime, before: PolicyDocument, after: PolicyDocument, now: datetime
) -> list[Case]:
    """Return the cases that were resolved without a survey, if the other rules would send one."""
    if before.surveys.after_resolution != "none" or after.surveys.after_resolution == "none":
        return []
    fields = frozenset({"status", "resolved_at", "answered", "served", "abusive"})
    found = desk.table.rows_for_report(Case, fields, "resolved", first, now, agent_id=None)
    cases = list(islice(found, MOST_ROWS + 1))
    if len(cases) > MOST_ROWS:
        raise TooManyRows
    return cases


def _may_be_asked(row: Replayed | Case, *policies: PolicyDocument) -> bool:
    """Whether it is a survey, a case, or a kept promise about which one of the policies sends a survey."""
    if isinstance(row, Commitment) and row.kept_at is not None:
        return any(policy.surveys.after_kept_promise for policy in policies)
    return isinstance(row, Survey | Case)


def _rows(desk: Desk, first: datetime, first_asked: datetime, last: datetime) -> Iterator[Replayed]:
    for kind, (statuses, fields) in _FIELDS.items():
        begins = first_asked if kind is Survey else first
        for status in statuses:
            yield from desk.table.rows_for_report(kind, fields, status, begins, last, agent_id=None)
