"""An agent's own practice: what they kept, what their customers wrote, and what could be better."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vaada.model.policy import PolicyDocument
from vaada.model.work import Survey
from vaada.rules import survey_answers
from vaada.rules.report_figures import Reported, figures_of
from vaada.rules.reports import Rows, belongs_at

ExampleKind = Literal["missed", "late", "unhappy", "came_again"]
"""What could be better: a promise that was missed, an answer that was late, an unhappy customer, and a
customer who had to come again."""

_MOST = 5  # comments
_OF_A_KIND = 2  # examples


@dataclass(frozen=True)
class Example:
    """Something that could be better, and the row that shows it."""

    kind: ExampleKind
    row: Reported


@dataclass(frozen=True)
class Practice:
    """What an agent sees of themselves. `comments` and `examples` are the latest ones."""

    kept: int
    settled: int
    comments: Sequence[Survey]
    examples: Sequence[Example]


def practice(rows: Rows, policy: PolicyDocument, now: datetime) -> Practice:
    """Return what these rows show about one agent."""
    figures = [set(figures_of(row, now)) for row in rows.commitments]
    answers = sorted(rows.surveys, key=lambda row: (row.answered_at or row.due_at, row.id), reverse=True)
    written = [row for row in answers if row.score is not None and (row.comment or "").strip()]
    examples = [
        *_latest("missed", (row for row in rows.commitments if "missed" in figures_of(row, now))),
        *_latest("late", (row for row in rows.replies if "late" in figures_of(row, now))),
        *_latest("unhappy", (row for row in rows.surveys if survey_answers.is_low(row, policy))),
        *_latest("came_again", (row for row in rows.cases if "came_again" in figures_of(row, now))),
    ]
    return Practice(
        kept=sum("kept_in_time" in one for one in figures),
        settled=sum("settled" in one for one in figures),
        comments=written[:_MOST],
        examples=examples,
    )


def _latest(kind: ExampleKind, rows: Iterable[Reported]) -> Iterator[Example]:
    for row in _newest(rows)[:_OF_A_KIND]:
        yield Example(kind, row)


def _newest(rows: Iterable[Reported]) -> list[Reported]:
    return sorted(rows, key=lambda row: (belongs_at(row), row.id), reverse=True)
