"""A row that a number of the report counts, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, Reply, Survey
from vaada.present.sanitize import line, printable, shorten_to
from vaada.present.task_words import promise_words
from vaada.present.times import Times
from vaada.rules.report_figures import Reported, missed_date

_LONGEST_TITLE = 140  # characters


@dataclass(frozen=True)
class CountedRow:
    """A row: when, what, with whom, by whom, and its state. `said` are the customer's words."""

    when: str
    title: str
    href: str
    customer: Customer | None
    agent: str
    state: str
    tone: str
    said: str = ""


def counted_row(
    row: Reported,
    customers: Mapping[str, Customer],
    contacts: Mapping[str, Interaction],
    agents: Mapping[str, Agent],
    times: Times,
) -> CountedRow:
    """Return the row as it is shown."""
    contact = None
    if not isinstance(row, Commitment):
        about = row.last_interaction_id if isinstance(row, Case) else row.interaction_id
        contact = contacts.get(about) if about else None
    gettext = times.words.catalogue.gettext
    if isinstance(row, Commitment):
        title = promise_words(row, times.words)
    else:
        title = contact.summary if contact else ""
    state, tone = _state(row, times)
    agent = agents.get(row.agent_id)
    return CountedRow(
        when=times.when(row.opened_at if isinstance(row, Case) else row.due_at),
        title=shorten_to(line(title), _LONGEST_TITLE) or gettext("A matter"),
        href=f"/desk/cases/{row.case_id}" if row.case_id else f"/desk/customers/{row.customer_id}",
        customer=customers.get(row.customer_id),
        agent=line(agent.name) if agent else "",
        state=state,
        tone=tone,
        said=printable(row.comment or "") if isinstance(row, Survey) else "",
    )


def _state(row: Reported, times: Times) -> tuple[str, str]:
    match row:
        case Commitment():
            return _of_promise(row, times)
        case Reply():
            return _of_reply(row, times)
        case Case():
            return _of_case(row, times)
        case Survey() if row.score is not None:
            return times.words.answer(row.kind, row.score), ""
    return times.words.catalogue.gettext("not answered"), ""


def _of_promise(row: Commitment, times: Times) -> tuple[str, str]:
    gettext = times.words.catalogue.gettext
    if row.status == "kept" and row.kept_at is not None:
        missed = missed_date(row)
        if missed is None:
            return gettext("kept %(when)s") % {"when": times.moment(row.kept_at)}, "good"
        late = times.length(max(row.kept_at - missed, timedelta(0)))
        return gettext("kept %(length)s late") % {"length": late}, "late"
    words = {"withdrawn": gettext("withdrawn"), "broken": gettext("not kept")}
    if row.status in words:
        return words[row.status], "late" if row.status == "broken" else ""
    return (times.late(row.due_at), "late") if row.due_at <= times.now else (gettext("open"), "")


def _of_reply(row: Reply, times: Times) -> tuple[str, str]:
    gettext = times.words.catalogue.gettext
    if row.status == "given":
        if row.late_by_seconds:
            length = times.length(timedelta(seconds=row.late_by_seconds))
            return gettext("answered, %(length)s late") % {"length": length}, "late"
        if row.took_seconds is None:
            return gettext("answered"), "good"
        length = times.length(timedelta(seconds=row.took_seconds))
        return gettext("answered within %(length)s") % {"length": length}, "good"
    if row.status == "closed":
        return gettext("the matter ended without an answer"), ""
    if row.status == "awaited" and row.due_at <= times.now:
        return times.late(row.due_at), "late"
    return gettext("waits"), ""


def _of_case(row: Case, times: Times) -> tuple[str, str]:
    words = times.words.catalogue
    said = [words.gettext("resolved") if row.status == "resolved" else words.gettext("open")]
    said.append(words.ngettext("%(n)s contact", "%(n)s contacts", row.contacts) % {"n": row.contacts})
    if n := len(row.hand_offs):
        said.append(words.ngettext("handed on once", "handed on %(n)s times", n) % {"n": n})
    if n := len(row.repeat_contacts):
        said.append(words.ngettext("came again once", "came again %(n)s times", n) % {"n": n})
    if n := len(row.reopenings):
        said.append(words.ngettext("opened again once", "opened again %(n)s times", n) % {"n": n})
    if row.cause:
        said.append(line(row.cause))
    return ", ".join(said), ""
