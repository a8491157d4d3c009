"""The due-row machine: a row's time has come; claim the step, then send what it asks for.

Whoever comes first claims the step with a conditional write that also puts the messages down; all others
find the row at a later version, and stop. Between claim and send nothing is lost: each message is a due row
itself, which the sweep takes up again.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import deliver
from vaada.flows.briefing import Work, agent_of, customer_of, recipient
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message, Party
from vaada.model.people import Medium
from vaada.model.work import Commitment, FollowUp, Survey
from vaada.rules import commitments, follow_ups, surveys
from vaada.rules.decisions import Decision, Notice
from vaada.rules.messages import LEASE
from vaada.rules.reach import media_for_agent, medium_for_customer

Step = Decision[Commitment] | Decision[FollowUp] | Decision[Survey]
_MOST_STEPS = 10  # more than any ladder has rungs


def fire(desk: Desk, kind: type[Work], row_id: str, version: int, now: datetime) -> str:
    """Take every step of this row that is due. Says what came of it, for the log.

    A version that is not the row's own is a schedule of the past: it changes nothing.
    """
    row = desk.table.get(kind, row_id)
    if row is None:
        return "gone"
    if row.version != version:
        return "stale"
    steps = 0
    while row.wake_at is not None and row.wake_at <= now and steps < _MOST_STEPS:
        decision = _decide(desk, row, now)
        claimed = tuple(_messages(desk, decision, row, now))
        try:
            desk.table.write(decision.row, *claimed)
        except Conflict:
            return "claimed by another"
        row, steps = decision.row, steps + 1
        for message in claimed:
            deliver.attempt(desk, message, row, now)
    return "fired" if steps else "early"


def _decide(desk: Desk, row: Work, now: datetime) -> Step:
    match row:
        case Commitment():
            return commitments.next_step(row, desk.policy, now)
        case FollowUp():
            return follow_ups.next_step(row, desk.policy, now)
        case Survey():
            customer = customer_of(desk, row)
            medium = medium_for_customer(customer, texts=desk.settings.sms_enabled)
            return surveys.next_step(row, customer, medium, desk.policy, now)


def _messages(desk: Desk, decision: Step, before: Work, now: datetime) -> Iterator[Message]:
    for notice in decision.notices:
        for to, recipient_id, medium in _reached_by(desk, notice, before, now):
            cause = f"{before.version}/{notice.step}/{notice.to}/{medium}"
            yield Message(
                message_id=derived_row_id(before.id, cause, now),
                customer_id=before.customer_id,
                about_id=before.id,
                about_kind=before.kind_of_row,
                purpose=notice.purpose,
                to=to,
                recipient_id=recipient_id,
                medium=medium,
                why=notice.why,
                claim=uuid.uuid4().hex,
                wake_at=now + LEASE,
                created_at=now,
            )


def _reached_by(
    desk: Desk, notice: Notice, work: Work, now: datetime
) -> list[tuple[Party, str | None, Medium]]:
    """Who the notice goes to, and by what. A supervisor who is not there is the owner, told by e-mail."""
    texts = desk.settings.sms_enabled
    if notice.to == "customer":
        medium = medium_for_customer(customer_of(desk, work), texts=texts)
        return [("customer", work.customer_id, medium)] if medium else []
    reader = recipient(desk, notice.to, agent_of(desk, work), now)
    if reader is None:
        return [("owner", None, "email")]
    return [(notice.to, reader.agent_id, medium) for medium in media_for_agent(reader, texts=texts)]
