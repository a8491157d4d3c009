"""The replies of a case after a contact was recorded late or corrected.

They follow from what happened: the customer waits from a contact that awaits a reply until the next one in
which we answered, or until somebody marked it as answered or resolved the case.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, Reply
from vaada.rules import commitments, ids, replies


class Wait(NamedTuple):
    """The customer began to wait in the first of these `contacts`, and was in touch again in the others.

    They had their reply at `answered_at`, by the contact or the person `answered_by`. None: not yet.
    `agent_id` had the case until then.
    """

    contacts: tuple[Interaction, ...]
    agent_id: str
    answered_at: datetime | None = None
    answered_by: str | None = None

    @property
    def asked(self) -> Interaction:
        """The contact in which the customer began to wait."""
        return self.contacts[0]


def reconcile(
    contacts: Iterable[Interaction], case: Case, rows: Iterable[Reply], policy: PolicyDocument
) -> list[Reply]:
    """Return the replies that change or are new.

    `contacts` are all of the case in the order in which they took place, `rows` its replies. A reply that was
    said to answer an earlier contact as well still has the id of the contact for which it was made.
    """
    stored = {row.id: row for row in rows}
    changed: list[Reply] = []
    used: set[str] = set()
    answered = False
    for wait in waits(contacts, case, stored.values(), policy):
        row = next((stored[one] for one in map(ids.reply_id, wait.contacts) if one in stored), None)
        after = _fit(row, wait, policy, answered=answered)
        answered = answered or wait.answered_at is not None
        if row is not None:
            used.add(row.id)
        if after is not None and after is not row:
            changed.append(after)
    changed += [
        replies.close(row) for row in stored.values() if row.id not in used and row.status in replies.OPEN
    ]
    return changed


def reconcile_calls(
    contacts: Iterable[Interaction],
    case: Case,
    rows: Iterable[Reply],
    calls: Iterable[Commitment],
    policy: PolicyDocument,
    by: str,
    keep_again: Callable[[Commitment], Commitment] = lambda call: call,
) -> list[Commitment]:
    """Return the promised calls that change: each is kept when the customer had their reply.

    `keep_again` makes of a kept call one that is still to be made, where there was no reply after all.
    """
    answers = {
        contact.interaction_id: wait.answered_at
        for wait in waits(contacts, case, rows, policy)
        for contact in wait.contacts
    }
    changed: list[Commitment] = []
    for call in calls:
        if call.interaction_id not in answers:
            continue
        at = answers[call.interaction_id]
        after = call
        if at is not None and call.status in commitments.KEEPABLE:
            after = commitments.keep(call, at, by)
        elif call.status == "kept":
            after = keep_again(call) if at is None else commitments.keep_at(call, at)
        if after is not call:
            changed.append(after)
    return changed


def open_and_ended(changed: Iterable[Reply], before: Reply | None) -> tuple[Reply | None, list[Reply]]:
    """Return the open reply among the changed ones, else the former one if it stays; and all others."""
    rows = list(changed)
    current = next((row for row in rows if row.status in replies.OPEN), None)
    if current is None and before is not None and all(row.id != before.id for row in rows):
        current = before
    return current, [row for row in rows if current is None or row.id != current.id]


def with_own_clock(reply: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """Return an awaited reply with its own clock running, because no call-back replaces it any more.

    One that was missed has no clock: the supervisor heard of it.
    """
    if reply.status != "awaited" or reply.missed_at is not None:
        return reply
    return replies.start_clock(reply, policy, now)


def with_clock_of(reply: Reply, call: Commitment) -> Reply:
    """Return an awaited reply without a clock of its own if this call, which has one, takes its place."""
    is_instead = call.status == "open" and call.interaction_id == reply.interaction_id
    if not is_instead or reply.status != "awaited" or reply.wake_at is None:
        return reply
    return reply.model_copy(update={"step": None}).waiting(None)


def as_awaited(reply: Reply) -> Reply:
    """Return a closed reply as awaited, with the same version, so that it can be reconciled again."""
    return reply.model_copy(update={"status": "awaited"}) if reply.status == "closed" else reply


def waits(
    contacts: Iterable[Interaction], case: Case, rows: Iterable[Reply], policy: PolicyDocument
) -> Iterator[Wait]:
    """Yield each time that the customer waited for a reply, in order.

    Nobody waits from a contact by a channel that has no target, unless a reply to it was measured before.
    """
    contacts, rows = list(contacts), list(rows)
    measured = {row.id for row in rows}
    known = {contact.interaction_id for contact in contacts}
    ends = [
        (change.at, change.by)
        for change in case.history
        if change.what == "resolved" and change.interaction_id is None
    ]
    ends += [
        (row.given_at, row.given_by)
        for row in rows
        if row.given_at and row.given_by and row.given_by not in known
    ]
    ends += [
        (contact.occurred_at, contact.interaction_id)
        for contact in contacts
        if contact.direction == "outbound" or contact.resolved
    ]
    ends.sort()
    asking = [
        contact
        for contact in contacts
        if contact.awaits_reply
        and not contact.resolved
        and (ids.reply_id(contact) in measured or replies.due_after(contact, policy) is not None)
    ]
    while asking:
        first = asking[0]
        end = next((end for end in ends if end[0] >= first.occurred_at), None)
        during = [one for one in asking if end is None or one.occurred_at <= end[0]]
        asking = asking[len(during) :]
        answered_at, answered_by = end or (None, None)
        agent_id = case.agent_id if answered_at is None else _agent_before(answered_at, contacts, case)
        yield Wait(tuple(during), agent_id or first.agent_id, answered_at, answered_by)


def _agent_before(at: datetime, contacts: Iterable[Interaction], case: Case) -> str | None:
    """Return the agent who had the case just before this time, by its contacts and history."""
    pinned_at = case.run_around_at  # from then on only people give it to somebody else
    had = [
        (one.occurred_at, one.agent_id)
        for one in contacts
        if one.occurred_at < at and (pinned_at is None or one.occurred_at <= pinned_at)
    ]
    had += [(one.at, one.agent_after) for one in case.history if one.agent_after and one.at < at]
    return max(reversed(had), key=lambda one: one[0], default=(at, None))[1]


def _fit(row: Reply | None, wait: Wait, policy: PolicyDocument, *, answered: bool) -> Reply | None:
    """Return the reply of this wait as it should be, based on the stored row. None: there is no target."""
    before = row or _first_version(wait, policy, answered=answered)
    if before is None:
        return None
    if row is not None and wait.answered_at is not None and row.agent_id != wait.agent_id:
        before = row.changed(agent_id=wait.agent_id)
    reply = replies.ask_earlier(before, wait.asked, policy)
    if wait.answered_at is None or wait.answered_by is None:
        if reply.status == "given":
            reply = replies.await_again(reply)
        elif row is not None and (reply is row or reply.status != "awaited"):
            return reply
        return _with_clock(reply, before, policy, wait.asked.recorded_at)
    if reply.status == "given" and (reply is not before or reply.given_at != wait.answered_at):
        reply = replies.await_again(reply)
    if reply.status in replies.OPEN:
        return replies.give(reply, wait.answered_at, wait.answered_by, policy)
    return reply


def _with_clock(reply: Reply, before: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """Return the awaited reply with its clock running, unless the supervisor was told that it was missed.

    They hear of it again only if the target is a later one now.
    """
    if before.missed_at is not None and reply.due_at <= before.missed_at:
        return reply.model_copy(update={"missed_at": reply.due_at})
    return replies.start_clock(reply.model_copy(update={"missed_at": None}), policy, now)


def _first_version(wait: Wait, policy: PolicyDocument, *, answered: bool) -> Reply | None:
    reply = replies.open_reply(wait.asked, None, policy)
    if reply is None:
        return None
    return reply.model_copy(update={"which": "next" if answered else "first", "agent_id": wait.agent_id})
