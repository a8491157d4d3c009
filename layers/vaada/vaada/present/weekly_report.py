"""The weekly report in the reader's words: the same for the mail and for its page in the console.

Each line leads into the console. Names and words of customers are read when the report is shown, so it holds
nothing about an erased customer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from vaada.model.cases import Case
from vaada.model.people import Agent, Customer
from vaada.model.recognitions import RecognitionReason
from vaada.model.weekly_reports import CallReason, KeptPromises, WeeklyFigures, WeeklyReport
from vaada.model.work import Reply, Survey
from vaada.present.reasons import reason_words
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.times import Times
from vaada.present.translation_marks import _

WEEKS = 52

_LONGEST_NAME, _LONGEST_COMMENT, _LONGEST_CAUSE = 40, 60, 40
_TALLEST, _SHORTEST = 32, 2  # pixels


_WHY: dict[CallReason, str] = {
    # Translators: why to call a customer, after their name and a colon; there is room for few words
    "unhappy": _("answered “%(answer)s”"),
    # Translators: why to call a customer, after their name and a colon; there is room for few words
    "promise_late": _("a promise is late"),
    # Translators: why to call a customer, after their name and a colon; there is room for few words
    "still_waits": _("waits for an answer"),
    # Translators: why to call a customer, after their name and a colon; there is room for few words
    "complaint_open": _("has an open complaint"),
    # Translators: why to call a customer, after their name and a colon; there is room for few words
    "run_around": _("sent from one to the next"),
}
_FOR: dict[RecognitionReason, str] = {
    # Translators: what to thank an agent for, after their name and a colon; there is room for few words
    "hard_to_reach": _("kept a promise to %(customer)s, hard to reach"),
    # Translators: what to thank an agent for, after their name and a colon; there is room for few words
    "taken_over": _("kept a colleague's promise to %(customer)s"),
    # Translators: what to thank an agent for, after their name and a colon; there is room for few words
    "won_back": _("won %(customer)s back"),
    # Translators: what to thank an agent for, after their name and a colon; there is room for few words
    "kind_words": _("kind words of %(customer)s"),
    # Translators: what to thank an agent for, after their name and a colon; there is room for few words
    "stayed_solved": _("complaint of %(customer)s solved for good"),
}
_ORIGINS = {
    "stated": _("Promises made in contacts"),
    "call_back": _("Calls after closing time"),
    "unhappy": _("Calls to unhappy customers"),
}


@dataclass(frozen=True)
class Named:
    """The rows that a report names, by id. Erased ones are missing."""

    customers: Mapping[str, Customer]
    replies: Mapping[str, Reply]
    surveys: Mapping[str, Survey]
    cases: Mapping[str, Case]
    agents: Mapping[str, Agent]


@dataclass(frozen=True)
class WeekLine:
    """One line, and where it leads. `quote` is what a customer wrote; `more` is said where there is room."""

    words: str
    href: str
    quote: str = ""
    more: str = ""


@dataclass(frozen=True)
class WeekPart:
    """A heading, a short line beside it, and the lines under it."""

    title: str
    beside: WeekLine | None
    lines: tuple[WeekLine, ...]


@dataclass(frozen=True)
class WeekBar:
    """The promises of one week as a bar. `height` is in pixels; 0 for a week in which none fell due."""

    height: int
    is_last: bool


@dataclass(frozen=True)
class WeekPage:
    """A weekly report as it is read. `bars_words` describe the bars, `year` sums them up."""

    subject: str
    title: WeekLine
    before: WeekLine
    span: str
    bars: tuple[WeekBar, ...]
    bars_words: str
    year: WeekLine
    parts: tuple[WeekPart, ...]


@dataclass(frozen=True)
class _Writer:
    """What the parts are written with. `base` is what stands before the paths of the console."""

    row: WeeklyReport
    figures: WeeklyFigures
    named: Named
    times: Times
    zone: ZoneInfo
    base: str

    def gettext(self, sentence: str, **values: object) -> str:
        return self.times.words.catalogue.gettext(sentence) % values

    def isolated(self, words: str, length: int = _LONGEST_NAME) -> str:
        return isolate(shorten_to(line(words), length), self.times.words.direction)

    def number(self, count: int) -> str:
        return self.times.formats.number(count)

    @property
    def first(self) -> date:
        """The Monday of the week."""
        return self.row.begins.astimezone(self.zone).date()

    def link(self, path: str, **query: str) -> str:
        return f"{self.base}/desk/{path}" + (f"?{urlencode(query)}" if query else "")

    def rows(self, count: str, weeks_before: int = 0) -> str:
        """Return the address of the rows of the week that this figure of the report counts."""
        first = self.first - timedelta(weeks=weeks_before)
        last = first + timedelta(days=6)
        return self.link("report/rows", **{"from": str(first), "to": str(last), "count": count})


def week_page(
    row: WeeklyReport, named: Named, times: Times, *, business: str, zone: str, base: str = ""
) -> WeekPage | None:
    """Return the report as it is read; None for one without figures. `zone` is that of the business."""
    if row.figures is None:
        return None
    writer = _Writer(row, row.figures, named, times, ZoneInfo(zone), base)
    year, bars_words = _year(writer)
    return WeekPage(
        subject=_subject(writer, business),
        title=WeekLine(_title(writer), writer.rows("settled")),
        before=WeekLine(_before(writer), writer.rows("settled", weeks_before=1)),
        span=_span(writer),
        bars=tuple(_bars(writer)),
        bars_words=bars_words,
        year=WeekLine(year, writer.link("report/weeks")),
        parts=tuple(part for part in _parts(writer) if part.beside or part.lines),
    )


def week_words(row: WeeklyReport, times: Times, zone: str) -> str:
    """Return the days of the week: "16 Nov – 22 Nov"."""
    first = row.begins.astimezone(ZoneInfo(zone)).date()
    return f"{times.date_of(first)} – {times.date_of(first + timedelta(days=6))}"


def _span(writer: _Writer) -> str:
    return week_words(writer.row, writer.times, str(writer.zone))


def _weeks(writer: _Writer) -> Iterator[tuple[str, KeptPromises | None]]:
    """Yield the weeks of a year up to that of the report, with their promises if any fell due."""
    for weeks in range(WEEKS - 1, -1, -1):
        year, week, _ = (writer.first - timedelta(weeks=weeks)).isocalendar()
        name = f"{year}-W{week:02}"
        yield name, writer.figures.promises.get(name)


def _subject(writer: _Writer, business: str) -> str:
    of = writer.isolated(business)
    now = writer.figures.promises.get(writer.row.week)
    if now is None:
        # Translators: a subject; %(days)s is such as "16 Nov – 22 Nov"
        return writer.gettext("%(business)s, %(days)s", business=of, days=_span(writer))
    # Translators: a subject; %(share)s is such as "87%"
    sentence = _("%(business)s: %(share)s of our promises kept last week")
    return writer.gettext(sentence, business=of, share=writer.times.formats.in_percent(_share(now)))


def _title(writer: _Writer) -> str:
    now = writer.figures.promises.get(writer.row.week)
    if now is None:
        return writer.gettext("No promise fell due last week.")
    ngettext = writer.times.words.catalogue.ngettext
    sentence = ngettext(
        "Last week we kept %(kept)s of %(n)s promise.",
        "Last week we kept %(kept)s of %(n)s promises.",
        now.settled,
    )
    return sentence % {"kept": writer.number(now.kept), "n": writer.number(now.settled)}


def _before(writer: _Writer) -> str:
    before = list(_weeks(writer))[-2][1]
    if before is None:
        return writer.gettext("The week before: none fell due")
    sentence = _("The week before: %(kept)s of %(n)s")
    return writer.gettext(sentence, kept=writer.number(before.kept), n=writer.number(before.settled))


def _bars(writer: _Writer) -> Iterator[WeekBar]:
    for week, promises in _weeks(writer):
        height = max(_SHORTEST, round(_TALLEST * _share(promises))) if promises else 0
        yield WeekBar(height, week == writer.row.week)


def _year(writer: _Writer) -> tuple[str, str]:
    """Return a summary of the year's weeks: a short one, and one for readers who do not see the bars."""
    known = [promises for _, promises in _weeks(writer) if promises]
    kept, settled = sum(one.kept for one in known), sum(one.settled for one in known)
    if not settled:
        return (
            writer.gettext("A year: none fell due"),
            writer.gettext("A year of weeks, in which no promise fell due."),
        )
    share = writer.times.formats.in_percent(kept / settled)
    return (
        writer.gettext("A year: %(share)s kept in time", share=share),
        writer.gettext("A year of weeks: %(share)s kept in time. The last one stands out.", share=share),
    )


def _share(promises: KeptPromises) -> float:
    return promises.kept / promises.settled


def _parts(writer: _Writer) -> Iterator[WeekPart]:
    gettext = writer.gettext
    yield WeekPart(gettext("Who waited too long"), _all_who_waited(writer), tuple(_waited(writer)))
    yield WeekPart(gettext("Whom to call, and why"), None, tuple(_calls(writer)))
    yield WeekPart(gettext("What customers said"), _all_answers(writer), tuple(_said(writer)))
    yield WeekPart(gettext("Whom to thank"), None, tuple(_to_thank(writer)))
    yield WeekPart(gettext("Relationship review"), _reviews(writer), ())
    yield WeekPart(gettext("What broke promises most often"), None, tuple(_missed_by(writer)))
    yield WeekPart(gettext("What the desk sent"), _sent(writer), tuple(_not_sent(writer)))
    beside, *others = _cost(writer)
    yield WeekPart(gettext("What it cost"), beside, tuple(others))


def _all_who_waited(writer: _Writer) -> WeekLine:
    count = writer.figures.waited
    if not count:
        return WeekLine(writer.gettext("Nobody."), writer.rows("judged"))
    words = writer.times.words.catalogue.ngettext("%(n)s customer.", "%(n)s customers.", count)
    return WeekLine(words % {"n": writer.number(count)}, writer.rows("late"))


def _waited(writer: _Writer) -> Iterator[WeekLine]:
    gettext = writer.gettext
    for row_id in writer.figures.waited_longest:
        reply = writer.named.replies.get(row_id)
        customer = writer.named.customers.get(reply.customer_id) if reply else None
        if reply is None or customer is None:
            continue
        name = writer.isolated(customer.name)
        if reply.late_by_seconds is None:
            # Translators: a customer's name, and since when they wait for an answer
            sentence = _("%(name)s: waits since %(when)s.")
            words = gettext(sentence, name=name, when=writer.times.moment(reply.asked_at))
        else:
            sentence = _("%(name)s: %(length)s too long.")
            length = writer.times.duration(timedelta(seconds=reply.late_by_seconds))
            words = gettext(sentence, name=name, length=length)
        yield WeekLine(words, writer.link(f"cases/{reply.case_id}"))


def _calls(writer: _Writer) -> Iterator[WeekLine]:
    for call in writer.figures.calls:
        customer = writer.named.customers.get(call.customer_id)
        if customer is None:
            continue
        why = []
        for reason in call.reasons:
            survey = writer.named.surveys.get(reason.row_id)
            answer = ""
            if survey is not None and survey.score is not None:
                answer = writer.times.words.answer(survey.kind, survey.score)
            why.append(writer.gettext(_WHY[reason.why], answer=answer))
        words = writer.gettext(
            "%(name)s: %(why)s.", name=writer.isolated(customer.name), why=writer.times.formats.join(why)
        )
        yield WeekLine(words, writer.link(f"customers/{customer.id}"))


def _said(writer: _Writer) -> Iterator[WeekLine]:
    for row_id in writer.figures.comments:
        survey = writer.named.surveys.get(row_id)
        customer = writer.named.customers.get(survey.customer_id) if survey else None
        if survey is None or survey.score is None or not survey.comment or customer is None:
            continue
        # Translators: a customer's name, and the answer to a survey: "Bilal Khan: Very happy"
        words = writer.gettext(
            "%(name)s: %(answer)s",
            name=writer.isolated(customer.name),
            answer=writer.times.words.answer(survey.kind, survey.score),
        )
        path = f"cases/{survey.case_id}" if survey.case_id else f"customers/{customer.id}"
        yield WeekLine(words, writer.link(path), shorten_to(line(survey.comment), _LONGEST_COMMENT))


def _all_answers(writer: _Writer) -> WeekLine | None:
    count = writer.figures.answers
    words = writer.times.words.catalogue.ngettext("%(n)s answer in all.", "%(n)s answers in all.", count)
    return WeekLine(words % {"n": writer.number(count)}, writer.link("surveys")) if count else None


def _to_thank(writer: _Writer) -> Iterator[WeekLine]:
    agents, href = writer.named.agents, writer.link("thanks")
    for one in writer.figures.to_thank:
        agent, customer = agents.get(one.agent_id), writer.named.customers.get(one.customer_id)
        if agent is not None and customer is not None:
            reason = writer.gettext(_FOR[one.reason], customer=writer.isolated(customer.name))
            # Translators: an agent's name, and what they deserve thanks for
            words = writer.gettext("%(agent)s: %(reason)s.", agent=writer.isolated(agent.name), reason=reason)
            yield WeekLine(words, href)
    names = [writer.isolated(agents[each].name) for each in writer.figures.unthanked if each in agents]
    if names:
        sentence = _("Not thanked for ten weeks: %(names)s.")
        yield WeekLine(writer.gettext(sentence, names=writer.times.formats.join(names)), href)


def _reviews(writer: _Writer) -> WeekLine | None:
    count = writer.figures.reviews
    words = writer.times.words.catalogue.ngettext("%(n)s customer.", "%(n)s customers.", count)
    return WeekLine(words % {"n": writer.number(count)}, writer.link("relationships")) if count else None


def _missed_by(writer: _Writer) -> Iterator[WeekLine]:
    by = writer.figures.missed_by
    if by is None:
        return
    case = writer.named.cases.get(by.case_id or "")
    if case is not None and case.cause:
        what = writer.isolated(case.cause.strip().rstrip("."), _LONGEST_CAUSE)
    elif by.origin is not None:
        what = writer.gettext(_ORIGINS[by.origin])
    else:
        return  # the customer whose complaint named the cause was erased
    sentence = _("%(what)s: %(missed)s of %(n)s missed.")
    counts = {"missed": writer.number(by.missed), "n": writer.number(by.of)}
    yield WeekLine(writer.gettext(sentence, what=what, **counts), writer.rows("missed"))


def _sent(writer: _Writer) -> WeekLine:
    sent = writer.figures.sent
    words = writer.gettext(
        "E-mails: %(mails)s. Texts: %(texts)s.",
        mails=writer.number(sent.mails),
        texts=writer.number(sent.texts),
    )
    return WeekLine(words, writer.link("messages", status="sent"))


def _not_sent(writer: _Writer) -> Iterator[WeekLine]:
    sent, gettext = writer.figures.sent, writer.gettext
    if sent.withheld:
        words = gettext("Not sent on purpose: %(n)s.", n=writer.number(sent.withheld))
        why = sent.withheld_because
        more = reason_words(why, writer.times.words.catalogue) if why else ""
        yield WeekLine(words, writer.link("messages", status="withheld"), more=more)
    if sent.failed:
        words = gettext("Could not be sent, or perhaps not: %(n)s.", n=writer.number(sent.failed))
        yield WeekLine(words, writer.link("messages", status="failed"))


def _cost(writer: _Writer) -> Iterator[WeekLine]:
    cost, gettext, formats = writer.figures.cost, writer.gettext, writer.times.formats
    if not cost.texts_of_month and not cost.goodwill:
        yield WeekLine(gettext("No texts and no goodwill."), writer.link("report"))
    if cost.goodwill:
        amounts = [f"{currency} {formats.number(amount, 2)}" for currency, amount in cost.goodwill.items()]
        words = gettext("Goodwill: %(amounts)s.", amounts=formats.join(amounts))
        yield WeekLine(words, writer.rows("complaints"))
    if cost.texts_of_month:
        amount = f"USD {formats.number(cost.texts_of_month, 2)}"
        words = gettext("Texts of the month so far: %(amount)s.", amount=amount)
        yield WeekLine(words, writer.link("policy"))
