"""Whom to thank and what for, and an agent's own page, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vaada.model.people import Agent, Customer
from vaada.model.recognitions import Recognition
from vaada.model.work import Commitment, Reply, Survey
from vaada.present.i18n import Words
from vaada.present.recognition import quote_of, reason_of
from vaada.present.sanitize import isolate, line
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.practice import Example, ExampleKind, Practice
from vaada.rules.recognition import Overview

_BETTER: dict[ExampleKind, str] = {
    "missed": _("A promise to %(customer)s was not kept in time."),
    "late": _("An answer to %(customer)s was late."),
    "unhappy": _("%(customer)s was unhappy."),
    "came_again": _("%(customer)s had to come again for the same matter."),
}


@dataclass(frozen=True)
class ThanksRow:
    """A reason to thank, or thanks that were said. Without `href` it has no link."""

    evidence_id: str
    when: str
    why: str
    quote: str
    href: str


@dataclass(frozen=True)
class ToSee:
    """An agent with the reasons to thank them."""

    agent: Agent
    state: str
    rows: tuple[ThanksRow, ...]


def to_see(
    overview: Overview, agents: Mapping[str, Agent], customers: Mapping[str, Customer], times: Times
) -> list[ToSee]:
    """Return the agents in the list. Proposals about erased customers are left out."""
    gettext, shown = times.words.catalogue.gettext, []
    for agent_id, proposals in overview.proposals.items():
        last = overview.last_said.get(agent_id)
        state = gettext("not thanked yet") if last is None else times.moment(last)
        rows = tuple(
            ThanksRow(
                one.evidence.id,
                times.when(one.at),
                reason_of(one.reason, customers[one.evidence.customer_id].name, times.words),
                quote_of(one.evidence, times.words),
                _href(one.evidence.case_id, one.evidence.customer_id),
            )
            for one in proposals
            if one.evidence.customer_id in customers
        )
        shown.append(ToSee(agents[agent_id], state, rows))
    return shown


def thanks_told(
    thanks: Sequence[Recognition],
    customers: Mapping[str, Customer],
    agents: Mapping[str, Agent],
    times: Times,
) -> list[ThanksRow]:
    """Return the thanks that an agent got, from whom and what for."""
    return [
        ThanksRow(
            one.id,
            times.when(one.created_at),
            reason_of(one.reason, customers[one.customer_id].name, times.words),
            _by(one, agents, times.words),
            _href(one.case_id, one.customer_id),
        )
        for one in thanks
        if one.customer_id in customers
    ]


def comments_of(found: Practice, customers: Mapping[str, Customer], times: Times) -> list[ThanksRow]:
    """Return what customers wrote about the agent's work."""
    return [
        ThanksRow(
            row.id,
            times.when(row.answered_at or row.due_at),
            times.words.catalogue.gettext("%(name)s: %(answer)s")
            % {
                "name": _name(row.customer_id, customers, times.words),
                "answer": times.words.answer(row.kind, row.score or 0),
            },
            line(row.comment or ""),
            _href(row.case_id, row.customer_id),
        )
        for row in found.comments
    ]


def examples_of(found: Practice, customers: Mapping[str, Customer], times: Times) -> list[ThanksRow]:
    """Return what could be better, with the evidence from the rows."""
    return [_example(one, customers, times) for one in found.examples]


def _example(one: Example, customers: Mapping[str, Customer], times: Times) -> ThanksRow:
    row, words = one.row, times.words
    why = words.catalogue.gettext(_BETTER[one.kind]) % {"customer": _name(row.customer_id, customers, words)}
    at = row.due_at if isinstance(row, Commitment | Reply | Survey) else row.opened_at
    quote = quote_of(row, words)
    if isinstance(row, Reply) and row.late_by_seconds:
        late = times.duration(timedelta(seconds=row.late_by_seconds))
        quote = words.catalogue.gettext("%(length)s late") % {"length": late}
    return ThanksRow(row.id, times.when(at), why, quote, _href(row.case_id, row.customer_id))


def _by(one: Recognition, agents: Mapping[str, Agent], words: Words) -> str:
    agent = agents.get(one.said_by)
    return one.note or (line(agent.name) if agent else words.catalogue.gettext("the owner"))


def _name(customer_id: str, customers: Mapping[str, Customer], words: Words) -> str:
    customer = customers.get(customer_id)
    return (
        isolate(customer.name, words.direction)
        if customer
        else words.catalogue.gettext("a customer who was erased")
    )


def _href(case_id: str | None, customer_id: str) -> str:
    return f"/desk/cases/{case_id}" if case_id else f"/desk/customers/{customer_id}"
