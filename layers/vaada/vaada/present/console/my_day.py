"""My day: a heading that sums it up, and the rows of work in the order of doing."""

from dataclasses import dataclass
from datetime import timedelta

from vaada.model.work import Commitment, Reply
from vaada.present.console.work_rows import Surroundings, WorkRow, work_row
from vaada.present.times import Times, elapsed
from vaada.rules.work_list import WorkList

_SOON = timedelta(hours=3)


@dataclass(frozen=True)
class Group:
    """Some rows under a heading. `folded`: only the heading is visible until it is opened."""

    key: str
    title: str
    rows: tuple[WorkRow, ...]
    folded: bool = False


@dataclass(frozen=True)
class Day:
    """The page. `count` is how much must be done today. If it is 0, the page says so calmly."""

    date: str
    title: str
    lead: str
    urgent: str
    groups: tuple[Group, ...]
    count: int


def day(
    work: WorkList,
    slips: tuple[Commitment | Reply, ...],
    around: Surroundings,
    most: int = 0,
) -> Day:
    """Return the page with this work, and with the late work of the reader's people.

    `most` is how many of a kind were read if there are more, else 0: such a number is written as "100+".
    """
    times = around.times
    gettext = times.words.catalogue.gettext
    titles = (
        ("late", gettext("Late"), work.late),
        ("waiting", gettext("Customers are waiting"), work.waiting),
        ("to_decide", gettext("For you to decide"), work.to_decide),
        ("now", gettext("To do now"), work.now),
        ("team", gettext("Slipping with your people"), slips),
        ("today", gettext("Later today"), work.today),
        ("tomorrow", gettext("Tomorrow"), work.tomorrow),
        ("later", gettext("After that"), work.later),
    )
    groups = tuple(
        Group(key, title, tuple(work_row(row, around) for row in rows), folded=key == "later")
        for key, title, rows in titles
        if rows
    )
    lead, urgent = _lead(work, times)
    today = times.local(times.now)
    return Day(
        date=f"{times.formats.weekday_date(today.date())}, {today:%H:%M}",
        title=_title(work, slips, times, most),
        lead=lead,
        urgent=urgent,
        groups=groups,
        count=len(work.late) + len(work.waiting) + len(work.to_decide) + len(work.now),
    )


def _title(work: WorkList, slips: tuple[Commitment | Reply, ...], times: Times, most: int) -> str:
    """Return a sentence that sums up the day."""
    gettext, ngettext = times.words.catalogue.gettext, times.words.catalogue.ngettext
    parts = []
    if late := len(work.late):
        parts.append(
            ngettext("%(n)s promise is late", "%(n)s promises are late", late) % _counted(late, most)
        )
    if waiting := len(work.waiting):
        parts.append(
            ngettext("%(n)s customer waits", "%(n)s customers wait", waiting) % _counted(waiting, most)
        )
    if len(parts) == 2:  # noqa: PLR2004 - both
        # Translators: joins "2 promises are late" and "3 customers wait"
        return gettext("%(one)s, %(other)s.") % {"one": parts[0], "other": parts[1]}
    if parts:
        return gettext("%(one)s.") % {"one": parts[0]}
    return _title_without_waiting(work, slips, times, most)


def _title_without_waiting(
    work: WorkList, slips: tuple[Commitment | Reply, ...], times: Times, most: int
) -> str:
    gettext, ngettext = times.words.catalogue.gettext, times.words.catalogue.ngettext
    if decide := len(work.to_decide):
        return ngettext("%(n)s decision is yours.", "%(n)s decisions are yours.", decide) % _counted(
            decide, most
        )
    if now := len(work.now):
        return ngettext("%(n)s thing is to do now.", "%(n)s things are to do now.", now) % _counted(now, most)
    if slips:
        return gettext("Nothing waits for you; some things slip with your people.")
    if work.today:
        return gettext("Nothing is late, and nobody waits.")
    return gettext("Nothing waits for you.")


def _counted(count: int, most: int) -> dict[str, str]:
    return {"n": f"{count}+" if most and count >= most else str(count)}


def _lead(work: WorkList, times: Times) -> tuple[str, str]:
    """Return the sentence below the heading, with a gap, and what fills the gap."""
    gettext = times.words.catalogue.gettext
    ahead = [reply for reply in work.waiting if reply.due_at > times.now]
    if ahead and elapsed(times.now, ahead[0].due_at) <= _SOON:
        # Translators: %(time)s is such as "12 min" and is printed in bold
        return gettext("The next answer is due in %(time)s."), times.length(
            elapsed(times.now, ahead[0].due_at)
        )
    coming = sorted((*work.today, *work.tomorrow, *work.later), key=lambda row: row.due_at)
    if coming:
        # Translators: %(time)s is such as "tomorrow at 10:00" and is printed in bold
        return gettext("The next thing is due %(time)s."), times.moment(coming[0].due_at)
    return "", ""
