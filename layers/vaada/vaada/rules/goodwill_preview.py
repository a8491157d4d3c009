"""When supervisors would have been asked about goodwill if the allowance were different."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Goodwill
from vaada.rules import goodwill
from vaada.rules.decisions import Notice
from vaada.rules.time.deadlines import working_hours

_SECOND = timedelta(seconds=1)  # all times are whole seconds
_MOST_STEPS = 60  # of one row: more than all reminders


def asked(
    rows: Iterable[Goodwill],
    agents: Mapping[str, Agent],
    in_force: PolicyDocument,
    policy: PolicyDocument,
    now: datetime,
) -> Iterator[tuple[Goodwill, Notice, datetime]]:
    """Yield the questions to supervisors under the rules `policy`. `in_force` are the current rules.

    What was given above the allowance in force without a question was given by a manager, who may always.
    Nobody knows how soon somebody would have decided about a new question: it counts as one question.
    """
    by_case: defaultdict[str, list[Goodwill]] = defaultdict(list)
    for row in rows:
        by_case[row.case_id].append(row)
    for case in by_case.values():
        yield from _asked_in(
            sorted(case, key=lambda row: (row.created_at, row.id)), agents, in_force, policy, now
        )


def _asked_in(
    rows: list[Goodwill],
    agents: Mapping[str, Agent],
    in_force: PolicyDocument,
    policy: PolicyDocument,
    now: datetime,
) -> Iterator[tuple[Goodwill, Notice, datetime]]:
    given: list[tuple[datetime, Decimal]] = []
    for row in rows:
        before = sum((amount for at, amount in given if at <= row.created_at), Decimal(0))
        was_asked = row.status != "granted"
        by_manager = not was_asked and before + row.amount > in_force.goodwill.allowance_per_case
        if by_manager or before + row.amount <= policy.goodwill.allowance_per_case:
            given.append((row.created_at, row.amount))
            continue
        if row.status != "declined":
            given.append((row.decided_at or row.created_at, row.amount))
        ends = (row.decided_at or now + _SECOND) if was_asked else row.created_at + _SECOND
        yield from _questions(row, agents, policy, ends)


def _questions(
    row: Goodwill, agents: Mapping[str, Agent], policy: PolicyDocument, ends: datetime
) -> Iterator[tuple[Goodwill, Notice, datetime]]:
    agent = agents.get(row.agent_id)
    supervisor = agents.get(agent.supervisor_id) if agent and agent.supervisor_id else None
    open_row = row.model_copy(update={"status": "requested", "reminders": 0}).waiting(row.created_at)
    for _ in range(_MOST_STEPS):
        at = open_row.wake_at
        if at is None or at >= ends:
            return
        decision = goodwill.next_step(open_row, policy, working_hours(supervisor, policy), at)
        for notice in decision.notices:
            yield row, notice, at
        open_row = decision.row
