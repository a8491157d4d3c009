"""Propose whom to thank, and say thanks: the agent gets a message in the manager's name."""

from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.reports import latest_of_kind
from vaada.flows.work_lists import agents_by_id
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.people import Agent
from vaada.model.recognitions import Recognition
from vaada.model.work import Commitment, Survey
from vaada.rules import recognition as rules
from vaada.rules.errors import NotPossible
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.recognition import QUARTER, Overview
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.horizon import FARTHEST

_MOST_SAID = 200  # thanks of a quarter
_PROMISE = frozenset({"status", "kept_at", "history", "origin", "unreached"})
_ANSWER = frozenset({"status", "kind", "score", "comment", "answered_at"})
_COMPLAINT = frozenset({"status", "resolved_at", "last_inbound_at", "reopenings", "outcome"})


def overview(desk: Desk, now: datetime) -> Overview:
    """Return whom to thank, and for what: of much evidence for the latest.

    Rows are listed by when they were due. A promise may be kept long before, and a survey answered after.
    """
    since = now - QUARTER
    asked_since = since - timedelta(days=desk.policy.surveys.close_after_days)
    evidence: tuple[rules.Evidence, ...] = (
        *latest_of_kind(desk, Commitment, since, now + FARTHEST, None, _PROMISE, ("kept",)).rows,
        *latest_of_kind(desk, Survey, asked_since, now, None, _ANSWER, ("answered",)).rows,
        *latest_of_kind(desk, Case, since - QUARTER, now, None, _COMPLAINT, ("resolved",)).rows,
    )
    return rules.overview(evidence, said(desk), agents_by_id(desk).values(), now)


def said(desk: Desk) -> tuple[Recognition, ...]:
    """Return the latest thanks that were said."""
    page = desk.table.latest_rows(Recognition, _MOST_SAID, None)
    return tuple(row for row in page.rows if isinstance(row, Recognition))


def say_thanks(desk: Desk, evidence_id: str, note: str | None, now: datetime, by: str) -> Recognition:
    """Thank the agent for what a row shows, once. Raises NotFound, NotPossible.

    Said again it changes nothing.
    """
    row = desk.table.get_any(evidence_id)
    if not isinstance(row, Commitment | Survey | Case):
        raise NotFound(Commitment, evidence_id)
    before = desk.table.get(Recognition, rules.recognition_id(row))
    if before is not None:
        return before
    proposal = rules.proposal_of(row, now)
    if proposal is None or proposal.agent_id == by:
        raise NotPossible(row.kind_of_row, "no reason to thank them", "thanked for")
    agent = require(desk, Agent, proposal.agent_id)
    thanks = rules.say(proposal, note, now, by)
    message = new_message(
        thanks,
        derived_row_id(thanks.id, "thanks", now),
        "thanks",
        "agent",
        agent.id,
        "email",
        "a manager says thank you",
        staff_reachable_at(working_hours(agent, desk.policy), now),
        now,
    )
    try:
        desk.table.write(thanks, message)
    except Conflict:
        return require(desk, Recognition, thanks.id)
    return thanks
