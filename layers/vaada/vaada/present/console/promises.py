"""Promises on a board: a row for each agent, a column for each time, and the share that is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.task_words import promise_words
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.report_figures import date_changes
from vaada.rules.reports import Promises
from vaada.rules.time.availability import is_away

Column = Literal["late", "today", "week", "later"]

_LONGEST_TITLE = 90  # characters
_WEEK = timedelta(days=7)


COLUMNS: dict[Column, str] = {
    "late": _("Late"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
}

_ORDER = tuple(COLUMNS)

PROBLEMS: dict[str, str] = {
    "none": _("Choose the promises first."),
    "agent": _("Choose who has them from now on."),
}
"""What is wrong with the form that gives promises to somebody else, and what to do."""


@dataclass(frozen=True)
class Item:
    """A promise on the board."""

    id: str
    title: str
    case_id: str
    customer: str
    when: str
    moved: str


@dataclass(frozen=True)
class Lane:
    """The promises of one agent. `share` is the percentage that was kept; None: none was due."""

    agent: Agent
    kept: str
    kept_after: str
    share: int | None
    away: str
    columns: dict[Column, tuple[Item, ...]]

    @property
    def late(self) -> int:
        """How many promises are late."""
        return len(self.columns["late"])


@dataclass(frozen=True)
class Board:
    """The page. `counts` are the numbers of all promises, `shown` of those on the board.

    In the columns `at_least` there are more than were counted.
    """

    title: str
    lead: str
    counts: dict[Column, int]
    at_least: frozenset[Column]
    lanes: tuple[Lane, ...]
    shown: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more promises than are shown."""
        return bool(self.at_least) or self.shown < sum(self.counts.values())


def column_of(due_at: datetime, times: Times) -> Column:
    """Return the column of a promise, by the reader's days. A week ends on Sunday."""
    if due_at <= times.now:
        return "late"
    on = times.local(due_at).date()
    if on == times.today:
        return "today"
    next_monday = times.today + _WEEK - timedelta(days=times.today.weekday())
    return "week" if on < next_monday else "later"


def board(
    rows: Sequence[Commitment],
    shown: Sequence[Commitment],
    all_kept: str,
    kept: Mapping[str, Promises],
    agents: Mapping[str, Agent],
    customers: Mapping[str, Customer],
    times: Times,
    *,
    has_more: bool,
) -> Board:
    """Return the board with these open promises, not all of which are shown, and the ended ones by agent.

    `has_more`: `rows` are the first due ones, and there are others.
    """
    counts = dict.fromkeys(COLUMNS, 0)
    for row in rows:
        counts[column_of(row.due_at, times)] += 1
    own: dict[str, list[Commitment]] = {}
    for row in shown:
        own.setdefault(row.agent_id, []).append(row)
    who = [agents[agent_id] for agent_id in {*own, *kept} if agent_id in agents]
    lanes = [
        _lane(agent, own.get(agent.agent_id, ()), kept.get(agent.agent_id), agents, customers, times)
        for agent in who
        if agent.agent_id in own or agent.left_at is None
    ]
    lanes.sort(key=lambda lane: (-lane.late, lane.agent.name.casefold()))
    last = column_of(rows[-1].due_at, times) if has_more and rows else None
    at_least = frozenset(column for column in COLUMNS if last and _ORDER.index(column) >= _ORDER.index(last))
    lead = _lead(counts["late"], lanes, times, is_at_least="late" in at_least)
    return Board(all_kept, lead, counts, at_least, tuple(lanes), len(shown))


def kept_words(kept: Promises, times: Times, *, is_cut: bool) -> str:
    """Return one sentence about how many promises of the last 30 days were kept.

    `is_cut`: these are only the latest ones of that time.
    """
    settled = kept.kept_in_time + kept.kept_after_change + kept.missed
    words = times.words.catalogue
    if not settled:
        return words.gettext("No promise fell due in the last 30 days.")
    if is_cut:
        share = times.formats.in_percent(kept.kept_in_time / settled)
        said = words.gettext("%(kept)s of %(n)s kept, %(share)s")
        return said % {"kept": kept.kept_in_time, "n": settled, "share": share}
    return words.ngettext(
        "%(kept)s of %(n)s promise kept as first promised, in 30 days.",
        "%(kept)s of %(n)s promises kept as first promised, in 30 days.",
        settled,
    ) % {"kept": kept.kept_in_time, "n": settled}


def _lead(late: int, lanes: Iterable[Lane], times: Times, *, is_at_least: bool) -> str:
    words = times.words.catalogue
    if not late:
        return words.gettext("None is late now.")
    said = words.ngettext("%(n)s is late now.", "%(n)s are late now.", late) % {
        "n": f"{late}+" if is_at_least else late
    }
    most = max(lanes, key=lambda lane: lane.late, default=None)
    if most is None or most.late < 2 or most.late == late:  # noqa: PLR2004 - several, and not all
        return said
    of_whom = words.ngettext("%(n)s of them is with %(name)s.", "%(n)s of them are with %(name)s.", most.late)
    name = isolate(most.agent.name, times.words.direction)
    return f"{said} {of_whom % {'n': most.late, 'name': name}}"


def _lane(
    agent: Agent,
    rows: Iterable[Commitment],
    kept: Promises | None,
    agents: Mapping[str, Agent],
    customers: Mapping[str, Customer],
    times: Times,
) -> Lane:
    columns: dict[Column, list[Item]] = {column: [] for column in COLUMNS}
    for row in rows:
        columns[column_of(row.due_at, times)].append(_item(row, customers.get(row.customer_id), times))
    settled = kept.kept_in_time + kept.kept_after_change + kept.missed if kept else 0
    gettext = times.words.catalogue.gettext
    words, after = gettext("Nothing was due yet"), ""
    if kept is not None and settled:
        share = times.formats.in_percent(kept.kept_in_time / settled)
        words = gettext("%(kept)s of %(n)s kept, %(share)s") % {
            "kept": kept.kept_in_time,
            "n": settled,
            "share": share,
        }
        if kept.kept_after_change:
            after = gettext("and %(n)s by a new date agreed in time") % {"n": kept.kept_after_change}
    return Lane(
        agent,
        words,
        after,
        round(100 * kept.kept_in_time / settled) if kept is not None and settled else None,
        _away(agent, agents, times),
        {column: tuple(items) for column, items in columns.items()},
    )


def _away(agent: Agent, agents: Mapping[str, Agent], times: Times) -> str:
    if not is_away(agent, times.now) or agent.away_until is None:
        return ""
    gettext = times.words.catalogue.gettext
    until = {"when": times.moment(agent.away_until)}
    cover = agents.get(agent.covered_by) if agent.covered_by else None
    if cover is None:
        return gettext("Away until %(when)s.") % until
    name = isolate(cover.name, times.words.direction)
    return gettext("Away until %(when)s; %(name)s covers.") % {**until, "name": name}


def _item(row: Commitment, customer: Customer | None, times: Times) -> Item:
    moves = sum(1 for _ in date_changes(row))
    moved = times.words.catalogue.ngettext("moved once", "moved %(n)s times", moves) % {"n": moves}
    return Item(
        row.id,
        shorten_to(line(promise_words(row, times.words)), _LONGEST_TITLE),
        row.case_id,
        line(customer.name) if customer else "",
        times.late(row.due_at) if row.due_at <= times.now else times.when(row.due_at),
        moved if moves else "",
    )
