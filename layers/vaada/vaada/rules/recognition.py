"""Recognition: whom to thank and what for. Nobody is ranked by how much they do.

Each proposal stands on one row that shows it. Whoever was thanked longest ago comes first, so that everyone
is seen within a quarter.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.people import Agent
from vaada.model.recognitions import Recognition, RecognitionReason
from vaada.model.work import SATISFIED, Commitment, Survey
from vaada.rules.report_figures import missed_date

QUARTER = timedelta(weeks=13)
REMIND_AFTER = timedelta(weeks=10)
"""Managers are reminded of an agent without thanks after this time, before the quarter ends."""
STAYS_SOLVED_FOR = timedelta(days=14)
"""A complaint counts as solved for good if nothing happens for this long after it was resolved."""

_LAST_DAY = timedelta(days=1)
_MOST = 3  # proposals for one agent: the latest, and no more for whoever does more
_NEVER = datetime.min.replace(tzinfo=UTC)

Evidence = Commitment | Survey | Case


@dataclass(frozen=True)
class Proposal:
    """Thanks that could be said: to whom, for what, and the row that shows it."""

    agent_id: str
    reason: RecognitionReason
    evidence: Evidence
    at: datetime


@dataclass(frozen=True)
class Overview:
    """The agents in the order in which to thank them, each with their proposals, if there are any.

    `last_said` is when each was last thanked.
    """

    proposals: Mapping[str, Sequence[Proposal]]
    last_said: Mapping[str, datetime]

    def is_unseen(self, agent_id: str, now: datetime) -> bool:
        """Whether nobody has thanked the agent within a quarter."""
        return self.last_said.get(agent_id, _NEVER) <= now - QUARTER


def overview(
    evidence: Iterable[Evidence], said: Iterable[Recognition], agents: Iterable[Agent], now: datetime
) -> Overview:
    """Return whom to thank and what for, without what was said before."""
    told = list(said)
    done = {one.id for one in told}
    last: dict[str, datetime] = {}
    for one in told:
        last[one.agent_id] = max(one.created_at, last.get(one.agent_id, _NEVER))
    found: defaultdict[str, list[Proposal]] = defaultdict(list)
    for row in evidence:
        proposal = proposal_of(row, now)
        if proposal is not None and recognition_id(row) not in done:
            found[proposal.agent_id].append(proposal)
    present = [agent for agent in agents if agent.left_at is None]
    present.sort(key=lambda agent: (last.get(agent.id, _NEVER), agent.name.casefold()))
    return Overview(
        {
            agent.id: sorted(found[agent.id], key=lambda one: one.at, reverse=True)[:_MOST]
            for agent in present
        },
        last,
    )


def unthanked(found: Overview, agents: Mapping[str, Agent], now: datetime) -> Iterator[str]:
    """Yield the agents whom nobody has thanked for long, or ever. Who waits longest comes first."""
    for agent_id in found.proposals:
        if max(found.last_said.get(agent_id, _NEVER), agents[agent_id].created_at) <= now - REMIND_AFTER:
            yield agent_id


def proposal_of(row: Evidence, now: datetime) -> Proposal | None:
    """Return the reason for thanks that the row gives, within a quarter. None: it gives none."""
    match row:
        case Commitment():
            proposal = _of_promise(row)
        case Survey():
            proposal = _of_answer(row)
        case Case():
            proposal = _of_complaint(row, now)
    return proposal if proposal is not None and now - QUARTER < proposal.at <= now else None


def recognition_id(row: Evidence) -> str:
    """Return the id of the thanks for this row. They can be said once."""
    created_at = row.opened_at if isinstance(row, Case) else row.created_at
    return derived_row_id(row.id, "recognition", created_at)


def say(proposal: Proposal, note: str | None, now: datetime, by: str) -> Recognition:
    """Return the thanks for a proposal."""
    row = proposal.evidence
    return Recognition(
        recognition_id=recognition_id(row),
        customer_id=row.customer_id,
        agent_id=proposal.agent_id,
        case_id=row.case_id,
        reason=proposal.reason,
        evidence_id=row.id,
        note=note,
        said_by=by,
        created_at=now,
    )


def _of_promise(row: Commitment) -> Proposal | None:
    if row.status != "kept" or row.kept_at is None or missed_date(row) is not None:
        return None
    reason = next(_odds(row), None)
    return Proposal(_who_kept(row), reason, row, row.kept_at) if reason else None


def _odds(row: Commitment) -> Iterator[RecognitionReason]:
    if row.origin == "unhappy":
        yield "won_back"
    handed = [change for change in row.history if change.agent_after is not None]
    if handed and row.due_at - handed[-1].at <= _LAST_DAY:
        yield "taken_over"
    if row.unreached:
        yield "hard_to_reach"


def _who_kept(row: Commitment) -> str:
    """Return who kept the promise: the colleague who did it, or else its agent."""
    last = next((change for change in reversed(row.history) if change.what == "kept"), None)
    return last.by if last is not None and last.on_behalf_of is not None else row.agent_id


def _of_answer(row: Survey) -> Proposal | None:
    if row.status != "answered" or row.score is None or row.answered_at is None:
        return None
    if row.score < SATISFIED[row.kind] or not (row.comment or "").strip():
        return None
    return Proposal(row.agent_id, "kind_words", row, row.answered_at)


def _of_complaint(row: Case, now: datetime) -> Proposal | None:
    if row.kind != "complaint" or row.status != "resolved" or row.resolved_at is None:
        return None
    came_back = row.last_inbound_at is not None and row.last_inbound_at > row.resolved_at
    if row.reopenings or came_back or now - row.resolved_at < STAYS_SOLVED_FOR:
        return None
    return Proposal(row.agent_id, "stayed_solved", row, row.resolved_at + STAYS_SOLVED_FOR)
