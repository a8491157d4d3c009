"""Surveys: the results in words, what customers wrote, answers to look at, and what was withheld."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vaada.model.people import Agent, Customer
from vaada.model.work import Answer, Survey
from vaada.present.i18n import Words
from vaada.present.reasons import reason_words
from vaada.present.sanitize import line, printable
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.reports import Answers
from vaada.rules.survey_answers import waits_for_review

ListName = Literal["words", "quarantined", "withheld"]


LISTS: dict[ListName, str] = {
    "words": _("What customers wrote"),
    "quarantined": _("To look at"),
    "withheld": _("Not asked"),
}


@dataclass(frozen=True)
class Lists:
    """The surveys of a period in lists, the latest first."""

    words: Sequence[Survey]
    quarantined: Sequence[Survey]
    withheld: Sequence[Survey]

    @classmethod
    def of(cls, surveys: Sequence[Survey]) -> "Lists":
        """Sort surveys into the lists."""
        rows = sorted(surveys, key=lambda row: (row.answered_at or row.due_at, row.id), reverse=True)
        return cls(
            [row for row in rows if row.score is not None and row.comment],
            [row for row in rows if waits_for_review(row)],
            [row for row in rows if row.status == "withheld"],
        )

    def __getitem__(self, name: ListName) -> Sequence[Survey]:
        found: Sequence[Survey] = getattr(self, name)
        return found


@dataclass(frozen=True)
class Given:
    """An answer: its time, its name in the form, what it says, and why it does not count."""

    at: str
    when: str
    answer: str
    said: str
    why_not: str = ""


@dataclass(frozen=True)
class SurveyRow:
    """A survey in one of the lists: when, to whom, about whom, and the answers or why it was not sent."""

    id: str
    when: str
    customer: Customer | None
    agent: str
    case_id: str | None
    answers: tuple[Given, ...]
    why: str = ""
    is_confirmed: bool = False


def title(results: Answers | None, words: Words) -> str:
    """Return one sentence about how many customers are satisfied."""
    if results is None or not results.answered:
        return words.catalogue.gettext("Nobody has answered in this time.")
    return words.catalogue.ngettext(
        "%(satisfied)s of %(n)s customer is satisfied.",
        "%(satisfied)s of %(n)s customers are satisfied.",
        results.answered,
    ) % {"satisfied": results.satisfied, "n": results.answered}


def lead(results: Answers | None, times: Times) -> str:
    """Return the confidence interval of the share, and how many customers were asked."""
    words = times.words.catalogue
    if results is None:
        return ""
    asked = words.ngettext("%(n)s was asked.", "%(n)s were asked.", results.asked) % {"n": results.asked}
    if results.happy_interval is None:
        return asked
    low, high = (times.formats.in_percent(share) for share in results.happy_interval)
    likely = words.gettext("The true share is likely between %(low)s and %(high)s.")
    return f"{likely % {'low': low, 'high': high}} {asked}"


def rows_of(
    shown: ListName,
    surveys: Sequence[Survey],
    customers: Mapping[str, Customer],
    agents: Mapping[str, Agent],
    times: Times,
) -> list[SurveyRow]:
    """Return the surveys as rows of a list."""
    rows = []
    for row in surveys:
        agent = agents.get(row.agent_id)
        rows.append(
            SurveyRow(
                id=row.id,
                when=times.when(row.answered_at or row.due_at),
                customer=customers.get(row.customer_id),
                agent=line(agent.name) if agent else "",
                case_id=row.case_id,
                answers=tuple(_answers(row, shown, times)),
                why=reason_words(row.withheld_because, times.words.catalogue) if row.withheld_because else "",
                is_confirmed=row.confirmed_by is not None,
            )
        )
    return rows


def why_withheld(surveys: Sequence[Survey], words: Words) -> tuple[tuple[str, int], ...]:
    """Return the reasons for withheld surveys with their numbers, the most frequent first."""
    counted = Counter(row.withheld_because for row in surveys if row.withheld_because)
    return tuple((reason_words(why, words.catalogue), count) for why, count in counted.most_common())


def _answers(row: Survey, shown: ListName, times: Times) -> list[Given]:
    if shown == "quarantined":
        waiting = (one for one in row.quarantined if one.discarded_by is None)
        return [_given(row, one, times) for one in waiting]
    if row.score is None:
        return []
    counted = Answer(at=row.answered_at or row.due_at, score=row.score, comment=row.comment)
    return [_given(row, one, times) for one in (counted, *row.amendments)]


def _given(row: Survey, answer: Answer, times: Times) -> Given:
    why = reason_words(answer.why_not, times.words.catalogue) if answer.why_not else ""
    return Given(
        answer.at.isoformat(),
        times.when(answer.at),
        times.words.answer(row.kind, answer.score),
        printable(answer.comment or ""),
        why,
    )
