"""The report: four figures, and sections with charts and tables. Each number is a link to its rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from vaada.model.people import Agent, Channel
from vaada.model.work import SurveyKind
from vaada.present.console.charts import (
    Bar,
    Chart,
    Point,
    bars,
    counts_over_time,
    shares_over_time,
    shares_with_range,
)
from vaada.present.console.contacts import CHANNELS
from vaada.present.sanitize import line, shorten_to
from vaada.present.times import Times
from vaada.rules import confidence_intervals
from vaada.rules.report_figures import Figure
from vaada.rules.reports import Answers, Promises, Replies, Report, RunAround, Service

Link = Callable[..., str]
"""Returns the address of the rows that a figure counts: `link("kept_in_time", week="2026-W07")`.

With `before=True` it is the figure of the period before.
"""

_LONGEST_LABEL = 23  # characters, beside a bar
_MOST_CAUSES = 8
_CAUSES_BY_WEEK = 3


def _(message: str) -> str:
    """Mark a string for translation."""
    return message


_KINDS: dict[SurveyKind, str] = {
    "csat": _("How it went"),
    "nps": _("Would they recommend us"),
    "ces": _("Was it easy"),
    "promise": _("Did we keep our word"),
}
COUNTED: dict[Figure, str] = {
    "promises": _("Promises that fell due"),
    "kept_in_time": _("Promises kept as first promised"),
    "kept_after_change": _("Promises kept by a new date that was agreed in time"),
    "kept_late": _("Promises kept late"),
    "overdue": _("Promises that are late and open"),
    "broken": _("Promises given up as not kept"),
    "missed": _("Promises not kept in time"),
    "settled": _("Promises of which it is known whether they were kept"),
    "withdrawn": _("Promises that were withdrawn"),
    "replies": _("Customers who waited for an answer"),
    "in_time": _("Answers in time"),
    "late": _("Answers that were late"),
    "waiting": _("Customers who still wait"),
    "judged": _("Answers of which it is known whether they were in time"),
    "cases": _("Matters that were opened"),
    "resolved": _("Matters that are resolved"),
    "solved_at_once": _("Matters solved at the first contact"),
    "handed_on": _("Matters that were handed on"),
    "came_again": _("Matters for which the customer had to come again"),
    "opened_again": _("Matters that were opened again"),
    "run_around": _("Matters past the limits of run-around"),
    "complaints": _("Complaints"),
    "asked": _("Customers who were asked"),
    "answered": _("Customers who answered"),
    "satisfied": _("Customers who were satisfied"),
}
"""The heading of the rows that each figure counts."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `href` leads to the rows that its number counts."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Table:
    """A table, which can be downloaded by its key. The first cell of a row is the row's name."""

    key: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top: its name, its value, and the rest in words."""

    name: str
    value: str
    href: str
    words: str
    change: str
    is_better: bool


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    key: str
    title: str
    note: str
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class ReportPage:
    """The report of a period, compared with the period before."""

    title: str
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]

    @property
    def tables(self) -> dict[str, Table]:
        """All tables by their keys."""
        return {table.key: table for section in self.sections for table in section.tables}


@dataclass(frozen=True)
class _Writer:
    """Writes the sections of the report. `agents` is empty if the report is about one agent."""

    times: Times
    agents: Mapping[str, Agent]
    link: Link

    def gettext(self, sentence: str, **values: object) -> str:
        """Return the sentence in the reader's language."""
        return self.times.words.catalogue.gettext(sentence) % values

    @property
    def mirrored(self) -> bool:
        """Whether the language is written from right to left."""
        return self.times.words.direction == "rtl"

    def percent(self, share: float | None) -> str:
        """Return a share as a percentage, or a dash."""
        return self.times.formats.in_percent(share) if share is not None else "–"

    def number(self, count: int, figure: Figure, **more: str) -> Cell:
        """Return a number with a link to its rows, if there are any."""
        return Cell(self.times.formats.number(count), self.link(figure, **more) if count else "")

    def number_before(self, count: int, figure: Figure, **more: str) -> Cell:
        """Return a number of the period before, with a link to its rows."""
        return Cell(self.times.formats.number(count), self.link(figure, before=True, **more) if count else "")

    def length(self, seconds: int | None) -> str:
        """Return a length of time in words, or a dash."""
        return self.times.length(timedelta(seconds=seconds)) if seconds is not None else "–"

    def spread(self, interval: tuple[float, float] | None) -> str:
        """Return a confidence interval: "74% – 95%"."""
        return f"{self.percent(interval[0])} – {self.percent(interval[1])}" if interval else "–"

    def names(self, services: Mapping[str, Service]) -> Iterator[tuple[str, str, Service]]:
        """Yield id, name and figures of the agents, by name."""
        known = [(self.agents[one].name, one) for one in services if one in self.agents]
        for name, agent_id in sorted(known, key=lambda pair: pair[0].casefold()):
            yield agent_id, line(name), services[agent_id]


def report_page(
    now: Report, before: Report, weeks: Sequence[str], agents: Mapping[str, Agent], times: Times, link: Link
) -> ReportPage:
    """Return the page. `weeks` are all ISO weeks of the period; each of `agents` has a line."""
    writer = _Writer(times, agents, link)
    return ReportPage(
        _title(now.all.promises, writer),
        tuple(_headlines(now, before, writer)),
        (
            _weeks(now, weeks, writer),
            _promises(now, writer),
            _answers(now, writer),
            _satisfaction(now, writer),
            _run_around(now.all.run_around, before.all.run_around, writer),
            _causes(now, before, writer),
            *_causes_by_week(now, weeks, writer),
        ),
    )


def cause_key(cause: str) -> str:
    """Return the key of a cause in addresses, which reveals none of its words."""
    return sha256(cause.strip().encode()).hexdigest()[:16]


def _settled(promises: Promises) -> int:
    return promises.kept_in_time + promises.kept_after_change + promises.missed


def _judged(replies: Replies) -> int:
    return replies.in_time + replies.late


def _title(promises: Promises, writer: _Writer) -> str:
    settled = _settled(promises)
    if not settled:
        return writer.gettext("No promise fell due in this time.")
    sentence = writer.times.words.catalogue.ngettext(
        "%(kept)s of %(n)s promise kept in time.", "%(kept)s of %(n)s promises kept in time.", settled
    )
    return sentence % {"kept": promises.kept_in_time, "n": settled}


def _headlines(now: Report, before: Report, writer: _Writer) -> Iterator[Headline]:
    gettext, promises, replies = writer.gettext, now.all.promises, now.all.replies
    yield Headline(
        gettext("Promises kept in time"),
        writer.percent(promises.kept_rate),
        writer.link("kept_in_time"),
        gettext("%(part)s of %(whole)s", part=promises.kept_in_time, whole=_settled(promises)),
        *_points(promises.kept_rate, before.all.promises.kept_rate, writer),
    )
    yield Headline(
        gettext("Answers in time"),
        writer.percent(replies.in_time_rate),
        writer.link("in_time"),
        gettext("%(part)s of %(whole)s", part=replies.in_time, whole=_judged(replies)),
        *_points(replies.in_time_rate, before.all.replies.in_time_rate, writer),
    )
    answers, earlier = (each.all.satisfaction.get("csat") for each in (now, before))
    words = gettext("nobody answered yet")
    if answers is not None and answers.answered:
        words = writer.times.words.catalogue.ngettext(
            "likely %(spread)s, from %(n)s answer", "likely %(spread)s, from %(n)s answers", answers.answered
        ) % {"spread": writer.spread(answers.happy_interval), "n": answers.answered}
    yield Headline(
        gettext("Satisfied customers"),
        writer.percent(answers.happy_rate if answers else None),
        writer.link("satisfied", kind="csat"),
        words,
        *_points(answers.happy_rate if answers else None, earlier.happy_rate if earlier else None, writer),
    )
    around, formerly = now.all.run_around, before.all.run_around
    more = around.run_arounds - formerly.run_arounds
    change = ""
    if more:
        change = (
            gettext("%(n)s more than before", n=more)
            if more > 0
            else gettext("%(n)s fewer than before", n=-more)
        )
    yield Headline(
        gettext("Sent from one to the next"),
        writer.times.formats.number(around.run_arounds),
        writer.link("run_around"),
        writer.times.words.catalogue.ngettext("of %(n)s matter", "of %(n)s matters", around.cases)
        % {"n": around.cases},
        change or gettext("as before"),
        more < 0,
    )


def _points(now: float | None, before: float | None, writer: _Writer) -> tuple[str, bool]:
    """Return the change of a share in percentage points, and whether it is better."""
    if now is None or before is None:
        return writer.gettext("nothing to compare with"), False
    points = round(100 * now) - round(100 * before)
    if not points:
        return writer.gettext("as before"), False
    words = writer.times.words.catalogue
    if points > 0:
        sentence = words.ngettext("%(n)s point more than before", "%(n)s points more than before", points)
    else:
        sentence = words.ngettext("%(n)s point less than before", "%(n)s points less than before", -points)
    return sentence % {"n": abs(points)}, points > 0


def _weeks(now: Report, weeks: Sequence[str], writer: _Writer) -> Section:
    gettext = writer.gettext
    found = [_week(now.by_week.get(week)) for week in weeks]
    description = gettext(
        "The table beside it has the numbers. The shade is where the true share lies, 95 times in 100."
    )
    titles = (
        gettext("Promises kept in time"),
        gettext("Answers in time"),
        gettext("Satisfied customers"),
    )
    charts = tuple(
        shares_over_time(
            title,
            description,
            [
                _point(_monday(week, writer), one[number], writer)
                for week, one in zip(weeks, found, strict=True)
            ],
            writer.percent,
            mirrored=writer.mirrored,
        )
        for number, title in enumerate(titles)
        if any(one[number][1] for one in found)
    )
    around = gettext("Sent from one to the next")
    charts += (
        counts_over_time(
            around,
            gettext("The table beside it has the numbers."),
            [(_monday(week, writer), one[-1][0]) for week, one in zip(weeks, found, strict=True)],
            writer.times.formats.number,
            mirrored=writer.mirrored,
        ),
    )
    heads = (gettext("Week of"), *(head for title in (*titles, around) for head in (title, gettext("of"))))
    figures: tuple[tuple[Figure, Figure], ...] = (
        ("kept_in_time", "settled"),
        ("in_time", "judged"),
        ("satisfied", "answered"),
        ("run_around", "cases"),
    )
    rows = tuple(
        (
            Cell(_monday(week, writer)),
            *(
                writer.number(count, figure, week=week, **({"kind": "csat"} if part == "satisfied" else {}))
                for counts, (part, whole) in zip(one, figures, strict=True)
                for count, figure in zip(counts, (part, whole), strict=True)
            ),
        )
        for week, one in reversed(list(zip(weeks, found, strict=True)))
    )
    return Section(
        "weeks", gettext("Week by week"), "", charts, (Table("weeks", gettext("Week by week"), heads, rows),)
    )


def _week(service: Service | None) -> tuple[tuple[int, int], ...]:
    """Return, for each share, the part and the whole in this week."""
    if service is None:
        return ((0, 0), (0, 0), (0, 0), (0, 0))
    promises, replies, answers = service.promises, service.replies, service.satisfaction.get("csat")
    return (
        (promises.kept_in_time, _settled(promises)),
        (replies.in_time, _judged(replies)),
        (answers.satisfied, answers.answered) if answers else (0, 0),
        (service.run_around.run_arounds, service.run_around.cases),
    )


def _point(label: str, counts: tuple[int, int], writer: _Writer) -> Point:
    part, whole = counts
    interval = confidence_intervals.for_share(part, whole)
    if interval is None:
        return Point(label)
    title = f"{label}: {writer.gettext('%(part)s of %(whole)s', part=part, whole=whole)}"
    return Point(label, 100 * part / whole, 100 * interval[0], 100 * interval[1], title)


def _promises(now: Report, writer: _Writer) -> Section:
    gettext = writer.gettext
    name = gettext("Everybody") if writer.agents else gettext("Promises")
    lines: list[tuple[str, Promises, dict[str, str]]] = [(name, now.all.promises, {})]
    lines += [(name, one.promises, {"agent": agent}) for agent, name, one in writer.names(now.by_agent)]
    heads = (
        gettext("Promised by"),
        gettext("In time"),
        gettext("By a new date"),
        gettext("Late"),
        gettext("Share"),
    )
    rows = tuple(
        (
            Cell(name),
            writer.number(one.kept_in_time, "kept_in_time", **of),
            writer.number(one.kept_after_change, "kept_after_change", **of),
            writer.number(one.missed, "missed", **of),
            Cell(writer.percent(one.kept_rate)),
        )
        for name, one, of in lines
    )
    note = gettext(
        "In time is by the date that was promised first. A new date, agreed before the old one passed, "
        "is counted beside it."
    )
    table = Table("promises", gettext("Promises kept"), heads, rows)
    return Section("promises", gettext("Promises kept"), note, (), (table,))


def _answers(now: Report, writer: _Writer) -> Section:
    gettext = writer.gettext
    channels: list[tuple[Channel, Replies]] = [
        (channel, now.by_channel[channel].replies)
        for channel in CHANNELS
        if channel in now.by_channel and now.by_channel[channel].replies.asked
    ]
    named = [(gettext(CHANNELS[channel]), one) for channel, one in channels]
    chart = bars(
        gettext("Share of answers in time, by channel"),
        gettext("The table beside it has the numbers."),
        [Bar(name, 100 * (one.in_time_rate or 0), writer.percent(one.in_time_rate)) for name, one in named],
        mirrored=writer.mirrored,
    )
    heads = (
        gettext("Channel"),
        gettext("In time"),
        gettext("Late"),
        gettext("Waiting"),
        gettext("Half within"),
    )
    lines = [(gettext(CHANNELS[channel]), one, {"channel": str(channel)}) for channel, one in channels]
    tables = [_reply_table("answers", gettext("Answers by channel"), heads, lines, writer)]
    if writer.agents:
        of_agents = [
            (name, one.replies, {"agent": agent})
            for agent, name, one in writer.names(now.by_agent)
            if one.replies.asked
        ]
        heads = (gettext("Agent"), *heads[1:])
        tables.append(_reply_table("answers-by-agent", gettext("Answers by agent"), heads, of_agents, writer))
    note = gettext(
        "Counted in opening time, from when the customer was in touch until they had their answer."
    )
    return Section("answers", gettext("Answers in time"), note, (chart,) if named else (), tuple(tables))


def _reply_table(
    key: str,
    caption: str,
    heads: tuple[str, ...],
    lines: Sequence[tuple[str, Replies, dict[str, str]]],
    writer: _Writer,
) -> Table:
    rows = [
        (
            Cell(name),
            writer.number(one.in_time, "in_time", **of),
            writer.number(one.late, "late", **of),
            writer.number(one.waiting, "waiting", **of),
            Cell(writer.length(one.median_seconds)),
        )
        for name, one, of in lines
    ]
    return Table(key, caption, heads, tuple(rows))


def _satisfaction(now: Report, writer: _Writer) -> Section:
    gettext = writer.gettext
    everybody = now.all.satisfaction.get("csat")
    lines: list[tuple[str, Answers, dict[str, str]]] = []
    if everybody:
        lines.append((gettext("Everybody") if writer.agents else gettext("Answers"), everybody, {}))
    lines += [
        (name, one.satisfaction["csat"], {"agent": agent})
        for agent, name, one in writer.names(now.by_agent)
        if "csat" in one.satisfaction
    ]
    points = [_of_answers(name, one, writer) for name, one, _ in lines]
    chart = shares_with_range(
        gettext("Share of satisfied customers, with the range in which the true share lies"),
        gettext("The table beside it has the numbers. A range holds the true share 95 times in 100."),
        points,
        writer.percent,
        mirrored=writer.mirrored,
    )
    heads = (
        gettext("Served by"),
        gettext("Satisfied"),
        gettext("Answered"),
        gettext("Asked"),
        gettext("Range"),
    )
    rows = tuple(_answer_row(name, one, "csat", of, writer) for name, one, of in lines)
    tables = [Table("satisfaction", gettext("Satisfied customers"), heads, rows)]
    others = [kind for kind in _KINDS if kind in now.all.satisfaction and kind != "csat"]
    if others:
        heads = (gettext("Question"), *heads[1:])
        rows = tuple(
            _answer_row(gettext(_KINDS[kind]), now.all.satisfaction[kind], kind, {}, writer)
            for kind in others
        )
        tables.append(Table("other-questions", gettext("Other questions"), heads, rows))
    return Section(
        "satisfaction",
        gettext("Satisfied customers"),
        _satisfied_note(writer),
        (chart,) if lines else (),
        tuple(tables),
    )


def survey_results(results: Mapping[SurveyKind, Answers], times: Times, link: Link) -> Section:
    """Return the answers to each question, with confidence intervals."""
    writer = _Writer(times, {}, link)
    lines = [(writer.gettext(_KINDS[kind]), results[kind], kind) for kind in _KINDS if kind in results]
    chart = shares_with_range(
        writer.gettext("Share of satisfied customers, with the range in which the true share lies"),
        writer.gettext("The table beside it has the numbers. A range holds the true share 95 times in 100."),
        [_of_answers(name, one, writer) for name, one, _ in lines],
        writer.percent,
        mirrored=writer.mirrored,
    )
    heads = ("Question", "Satisfied", "Answered", "Asked", "Range")
    rows = tuple(_answer_row(name, one, kind, {}, writer) for name, one, kind in lines)
    table = Table("results", writer.gettext("Satisfied customers"), tuple(map(writer.gettext, heads)), rows)
    return Section(
        "results", writer.gettext("Satisfied customers"), _satisfied_note(writer), (chart,), (table,)
    )


def _satisfied_note(writer: _Writer) -> str:
    return writer.gettext(
        "Happy or very happy, of those who answered. With few answers the range is wide, "
        "and nothing can be said yet."
    )


def _of_answers(name: str, one: Answers, writer: _Writer) -> Point:
    if one.happy_rate is None or one.happy_interval is None:
        return Point(shorten_to(name, _LONGEST_LABEL))
    low, high = one.happy_interval
    return Point(
        shorten_to(name, _LONGEST_LABEL),
        100 * one.happy_rate,
        100 * low,
        100 * high,
        f"{name}: {writer.percent(one.happy_rate)}",
    )


def _answer_row(
    name: str, one: Answers, kind: SurveyKind, of: Mapping[str, str], writer: _Writer
) -> tuple[Cell, ...]:
    return (
        Cell(name),
        writer.number(one.satisfied, "satisfied", kind=kind, **of),
        writer.number(one.answered, "answered", kind=kind, **of),
        writer.number(one.asked, "asked", kind=kind, **of),
        Cell(writer.spread(one.happy_interval)),
    )


def _run_around(now: RunAround, before: RunAround, writer: _Writer) -> Section:
    gettext = writer.gettext
    lines: tuple[tuple[str, Figure, int, int], ...] = (
        (gettext("Solved at once"), "solved_at_once", now.solved_at_once, before.solved_at_once),
        (gettext("Handed on"), "handed_on", now.handed_on, before.handed_on),
        (gettext("Had to come again"), "came_again", now.came_again, before.came_again),
        (gettext("Opened again"), "opened_again", now.opened_again, before.opened_again),
        (gettext("Past your limits"), "run_around", now.run_arounds, before.run_arounds),
    )
    chart = bars(
        gettext("How often customers had to explain again"),
        gettext("Of all matters that were opened. The mark is the period before; the table has the numbers."),
        [
            Bar(
                name,
                100 * count / now.cases,
                writer.times.formats.number(count),
                100 * formerly / before.cases if before.cases else None,
            )
            for name, _figure, count, formerly in lines
        ]
        if now.cases
        else [],
        mirrored=writer.mirrored,
    )
    head = writer.times.words.catalogue.ngettext("Of %(n)s matter", "Of %(n)s matters", now.cases)
    rows = [
        (Cell(name), writer.number(count, figure), writer.number_before(formerly, figure))
        for name, figure, count, formerly in lines
    ]
    rows.insert(
        0,
        (
            Cell(gettext("Opened")),
            writer.number(now.cases, "cases"),
            writer.number_before(before.cases, "cases"),
        ),
    )
    table = Table(
        "run-around",
        gettext("Run-around"),
        (head % {"n": now.cases}, gettext("Now"), gettext("Before")),
        tuple(rows),
    )
    note = gettext("How often customers had to explain again. The mark is the period before.")
    return Section("run-around", gettext("Run-around"), note, (chart,) if now.cases else (), (table,))


def _causes(now: Report, before: Report, writer: _Writer) -> Section:
    gettext = writer.gettext
    formerly = {one.cause: one.complaints for one in before.causes}
    most = max((one.complaints for one in now.causes), default=1)
    number = writer.times.formats.number
    chart = bars(
        gettext("What complaints came from"),
        gettext("The table beside it has the numbers."),
        [
            Bar(
                shorten_to(line(one.cause), _LONGEST_LABEL),
                100 * one.complaints / most,
                number(one.complaints),
            )
            for one in now.causes[:_MOST_CAUSES]
        ],
        mirrored=writer.mirrored,
    )
    rows = [
        (
            Cell(line(one.cause)),
            writer.number(one.complaints, "complaints", cause=cause_key(one.cause)),
            writer.number_before(formerly.get(one.cause, 0), "complaints", cause=cause_key(one.cause)),
        )
        for one in now.causes
    ]
    rows.append(
        (
            Cell(gettext("All complaints")),
            writer.number(now.complaints, "complaints"),
            writer.number_before(before.complaints, "complaints"),
        )
    )
    table = Table(
        "causes",
        gettext("What complaints came from"),
        (gettext("Cause"), gettext("Now"), gettext("Before")),
        tuple(rows),
    )
    return Section(
        "causes", gettext("What complaints came from"), "", (chart,) if now.causes else (), (table,)
    )


def _causes_by_week(now: Report, weeks: Sequence[str], writer: _Writer) -> Iterator[Section]:
    """Yield the complaints of each week by their most frequent causes, if there are any."""
    if not now.causes:
        return
    gettext, causes = writer.gettext, [one.cause for one in now.causes[:_CAUSES_BY_WEEK]]
    found = []
    for week in weeks:
        of_week = now.complaints_by_week.get(week)
        counted = {one.cause: one.complaints for one in of_week.causes} if of_week else {}
        found.append(([counted.get(cause, 0) for cause in causes], of_week.complaints if of_week else 0))
    charts = tuple(
        counts_over_time(
            shorten_to(line(cause), _LONGEST_LABEL),
            gettext("The table beside it has the numbers."),
            [(_monday(week, writer), counts[n]) for week, (counts, _) in zip(weeks, found, strict=True)],
            writer.times.formats.number,
            mirrored=writer.mirrored,
        )
        for n, cause in enumerate(causes)
    )
    rows = tuple(
        (
            Cell(_monday(week, writer)),
            *(
                writer.number(count, "complaints", week=week, cause=cause_key(cause))
                for cause, count in zip(causes, counts, strict=True)
            ),
            writer.number(complaints, "complaints", week=week),
        )
        for week, (counts, complaints) in reversed(list(zip(weeks, found, strict=True)))
    )
    title = gettext("Complaints, week by week")
    heads = (gettext("Week of"), *map(line, causes), gettext("All complaints"))
    note = gettext("The most frequent causes.")
    yield Section("causes-by-week", title, note, charts, (Table("causes-by-week", title, heads, rows),))


def _monday(week: str, writer: _Writer) -> str:
    year, number = week.split("-W")
    return writer.times.formats.short_date(date.fromisocalendar(int(year), int(number), 1))
