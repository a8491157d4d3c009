"""The replies and the promised calls of a case after a contact was recorded late or corrected.

They follow from what happened: the customer waits from a contact that awaits a reply until the next one in
which we answered, or until somebody marked it as answered or resolved the case. Each time that they wait
there is one reply, and a promised call if they began to wait outside opening hours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, Reply
from vaada.rules import commitments, ids, replies
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import working_hours


class Wait(NamedTuple):
    """The customer began to wait in the first of these `contacts`, and was in touch again in the others.

    It ended at `ended_at`, with a reply if there is `answered_by`: the contact or the person that gave it, of
    the agent or person `answering`. None: they still wait. `agent_id` had the case until then.
    """

    contacts: tuple[Interaction, ...]
    agent_id: str
    ended_at: datetime | None = None
    answered_by: str | None = None
    answering: str | None = None

    @property
    def asked(self) -> Interaction:
        """The contact in which the customer began to wait."""
        return self.contacts[0]


class Stored(NamedTuple):
    """The replies to the contacts of a case, and the calls promised in them, as they are stored."""

    replies: tuple[Reply, ...]
    calls: tuple[Commitment, ...] = ()


class Change(NamedTuple):
    """What made the contacts of a case others than `before`: who did it, when, and why a call is taken back.

    `owner` is the agent who has the case now.
    """

    before: tuple[Interaction, ...]
    owner: Agent
    now: datetime
    by: str
    reason: str


class Awaited(NamedTuple):
    """What the customer waits for: a reply, a promised call. `others` may have changed, and are not awaited.

    `answered`: they had a reply in this case.
    """

    reply: Reply | None
    call: Commitment | None
    others: tuple[Reply | Commitment, ...]
    answered: bool


def reconcile(
    contacts: Sequence[Interaction], case: Case, stored: Stored, change: Change, policy: PolicyDocument
) -> Awaited:
    """Return what the customer waits for after this change, and what else is changed by it.

    `contacts` are all of the case in the order in which they took place.
    """
    before, after = (waits(some, case, stored, policy) for some in (change.before, contacts))
    changed, answered = reconcile_replies(before, after, case, stored, policy)
    calls = [*_calls(before, after, stored, change, policy)]
    reply = open_among(changed, stored)
    keepable = (one for one in calls if one.status in commitments.KEEPABLE)
    call = min(keepable, key=lambda one: one.status != "open", default=None)
    if reply is not None:
        if reply.status == "paused" and not case.waiting_for_customer:
            reply = replies.resume(reply, change.now, policy)
        reply = with_clock(reply, call, policy, change.now)
    awaited = {row.id for row in (reply, call) if row is not None}
    rows: tuple[Reply | Commitment, ...] = (*changed, *calls)
    return Awaited(reply, call, tuple(row for row in rows if row.id not in awaited), answered)


def reconcile_replies(
    before: Iterable[Wait], after: Iterable[Wait], case: Case, stored: Stored, policy: PolicyDocument
) -> tuple[list[Reply], bool]:
    """Return the replies that change or are new, and whether the customer had a reply.

    A reply that was said to answer an earlier contact as well still has the id of the contact for which it
    was made.
    """
    rows = {row.id: row for row in stored.replies}
    used_before = {row.id for row in (_stored_reply(wait, rows) for wait in before) if row is not None}
    changed: list[Reply] = []
    used: set[str] = set()
    answered = case.answered and len(case.interaction_ids) < case.contacts  # by one that it does not list
    for wait in after:
        row = _stored_reply(wait, rows)
        reply = _fit(row, wait, stored, policy, waiting_for_customer=case.waiting_for_customer)
        if row is not None:
            used.add(row.id)
        if reply is None:
            continue
        reply = replies.counted(reply, answered=answered)
        answered = answered or (reply.status == "given" and not _is_only_resolved(wait, case))
        if reply != row:
            changed.append(reply)
    needless = (row for row in rows.values() if row.id not in used)
    for row in needless:
        if row.status in replies.OPEN:
            changed.append(replies.close(row))
        elif row.status == "given" and row.id in used_before:
            changed.append(replies.close(replies.await_again(row)))
    return changed, answered


def waits(contacts: Iterable[Interaction], case: Case, stored: Stored, policy: PolicyDocument) -> list[Wait]:
    """Return each time that the customer waited for a reply, in order.

    Nobody waits from a contact by a channel that has no target, unless a reply to it was measured before.
    """
    return [*_waits(list(contacts), case, stored, policy)]


def _waits(contacts: list[Interaction], case: Case, stored: Stored, policy: PolicyDocument) -> Iterator[Wait]:
    measured = {row.id for row in stored.replies}
    agents = {contact.id: contact.agent_id for contact in contacts}
    ends = sorted(_ends(contacts, case, stored), key=lambda end: (end[0], end[1] or ""))
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
        ended_at, answered_by = end or (None, None)
        agent_id = case.agent_id if ended_at is None else _agent_before(ended_at, contacts, case)
        answering = agents.get(answered_by or "", answered_by)
        yield Wait(tuple(during), agent_id or first.agent_id, ended_at, answered_by, answering)


def _ends(
    contacts: Iterable[Interaction], case: Case, stored: Stored
) -> Iterator[tuple[datetime, str | None]]:
    """Yield when a wait would end, and by which contact or person it is answered. None: it is not."""
    known = {contact.interaction_id for contact in contacts}
    for change in case.history:
        if change.what == "resolved" and change.interaction_id is None:
            yield change.at, change.by
    for row in stored.replies:
        if row.given_at and row.given_by and row.given_by not in known:
            yield row.given_at, row.given_by
    for call in stored.calls:
        if _is_refused(call):
            yield call.history[-1].at, None
    for contact in contacts:
        if contact.direction == "outbound" or contact.resolved:
            yield contact.occurred_at, contact.interaction_id


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


def _stored_reply(wait: Wait, rows: dict[str, Reply]) -> Reply | None:
    """Return the stored reply of this wait: one that is not closed, if there is one."""
    found = [rows[one] for one in map(ids.reply_id, wait.contacts) if one in rows]
    return next((row for row in found if row.status != "closed"), found[0] if found else None)


def _fit(
    row: Reply | None, wait: Wait, stored: Stored, policy: PolicyDocument, *, waiting_for_customer: bool
) -> Reply | None:
    """Return the reply of this wait as it should be, based on the stored row. None: there is no target."""
    if row is not None and row.status == "closed":
        if _is_refused_in(row, stored):
            return row
        was_paused = row.remaining_seconds is not None
        status = "paused" if was_paused and waiting_for_customer else "awaited"
        row = row.model_copy(update={"status": status, "agent_id": wait.agent_id})
    before = row or _first_version(wait, policy)
    if before is None:
        return None
    if row is not None and wait.ended_at is not None and row.agent_id != wait.agent_id:
        before = row.changed(agent_id=wait.agent_id)
    reply = replies.ask_earlier(before, wait.asked, policy)
    if wait.ended_at is None:
        if reply.status == "given":
            reply = replies.await_again(reply)
        elif row is not None and (reply is row or reply.status != "awaited"):
            return reply
        return _with_clock_again(reply, before, policy, wait.asked.recorded_at)
    if reply.status == "given" and (reply is not before or reply.given_at != wait.ended_at):
        reply = replies.await_again(reply)
    if reply.status in replies.OPEN and wait.answered_by is not None:
        return replies.give(reply, wait.ended_at, wait.answered_by, policy)
    return replies.close(reply) if reply.status in replies.OPEN else reply


def _first_version(wait: Wait, policy: PolicyDocument) -> Reply | None:
    reply = replies.open_reply(wait.asked, None, policy)
    return None if reply is None else reply.model_copy(update={"agent_id": wait.agent_id})


def _with_clock_again(reply: Reply, before: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """Return the awaited reply with its clock running, unless the supervisor was told that it was missed.

    They hear of it again only if the target is a later one now.
    """
    if before.missed_at is not None and reply.due_at <= before.missed_at:
        return reply.model_copy(update={"missed_at": reply.due_at})
    return replies.start_clock(reply.model_copy(update={"missed_at": None}), policy, now)


def open_among(changed: Iterable[Reply], stored: Stored) -> Reply | None:
    """Return the reply that is awaited or paused after these changes, or None."""
    rows = {row.id: row for row in (*stored.replies, *changed)}
    return next((row for row in rows.values() if row.status in replies.OPEN), None)


def with_clock(reply: Reply, call: Commitment | None, policy: PolicyDocument, now: datetime) -> Reply:
    """Return an awaited reply with a clock of its own unless the customer is called instead.

    One that was missed has no clock: the supervisor heard of it.
    """
    if reply.status != "awaited":
        return reply
    if call is not None and call.interaction_id == reply.interaction_id:
        return reply if reply.wake_at is None else reply.model_copy(update={"step": None}).waiting(None)
    if reply.wake_at is not None or reply.missed_at is not None:
        return reply
    return replies.start_clock(reply, policy, now)


def _calls(
    before: Iterable[Wait], after: Iterable[Wait], stored: Stored, change: Change, policy: PolicyDocument
) -> Iterator[Commitment]:
    """Yield the calls of the waits, also those that do not change, and those that are not promised after all.

    Where the customer did not begin to wait at another time, a call or none is as the policy of then decided.
    """
    was = {contact.id: wait for wait in before for contact in wait.contacts}
    now = {contact.id: wait for wait in after for contact in wait.contacts}
    calls = {call.interaction_id: call for call in stored.calls}
    for contact_id in dict.fromkeys((*calls, *now)):
        call, wait = calls.get(contact_id), now.get(contact_id)
        began, begins = _begins_at(contact_id, was), _begins_at(contact_id, now)
        promised = begins is not None and _is_call_promised(wait, policy)
        if began is not None and (begins is None or (begins != began and not promised)):
            if call is not None and call.status != "withdrawn":
                call = commitments.take_back(call, change.reason, change.now, change.by)
        elif wait is not None:
            if promised and begins != began:
                call = _promised(call, wait, change, policy)
            if call is not None:
                call = _fit_call(call, was.get(contact_id), wait, change, policy)
        if call is not None:
            yield call


def _begins_at(contact_id: str, by_contact: Mapping[str, Wait]) -> datetime | None:
    """Return when the customer began to wait in this contact, or None if they did not."""
    wait = by_contact.get(contact_id)
    return wait.asked.occurred_at if wait is not None and wait.asked.id == contact_id else None


def _is_call_promised(wait: Wait | None, policy: PolicyDocument) -> bool:
    if wait is None or replies.due_after(wait.asked, policy) is None:
        return False
    return commitments.is_call_promised(wait.asked, policy)


def _promised(
    call: Commitment | None, wait: Wait, change: Change, policy: PolicyDocument
) -> Commitment | None:
    """Return the call that is promised in this wait, new or as it is promised now."""
    owner, due, working = change.owner, replies.due_after(wait.asked, policy), _working(change, policy)
    if due is None:
        return call
    if call is None:
        promised = commitments.call_back(wait.asked, due, owner, policy)
        if promised is None:
            return None
        is_recorded_now = all(one.id != wait.asked.id for one in change.before)
        agent_id = wait.asked.agent_id if is_recorded_now else owner.agent_id  # else it is handed over
        promised = promised.model_copy(update={"created_at": change.now, "agent_id": agent_id})
        return commitments.open_commitment(promised, policy, working, change.now)
    if commitments.is_taken_back(call):
        call = call.model_copy(update={"agent_id": owner.agent_id})
        return commitments.promise_again(call, due, policy, working, change.now)
    if call.status == "withdrawn":
        return call
    return commitments.move_call(call, due, policy, working, change.now, change.by)


def _fit_call(
    call: Commitment, before: Wait | None, wait: Wait, change: Change, policy: PolicyDocument
) -> Commitment:
    """Return the call as kept when the customer had their reply, or as still to be made."""
    if wait.ended_at is None:
        was_answered = before is not None and before.answered_by is not None
        if call.status != "kept" or not was_answered or call.interaction_id != wait.asked.id:
            return call
        call = call.model_copy(update={"agent_id": change.owner.agent_id})
        working = _working(change, policy)
        return commitments.keep_again(call, policy, working, change.now, change.by)
    if wait.answered_by is None or call.status == "withdrawn":
        return call
    kept = call
    if call.status in commitments.KEEPABLE:
        kept = commitments.keep(call, wait.ended_at, wait.answering or change.by)
    kept = commitments.keep_at(kept, wait.ended_at)
    return kept if kept.agent_id == wait.agent_id else kept.model_copy(update={"agent_id": wait.agent_id})


def _is_refused(call: Commitment) -> bool:
    """Whether somebody withdrew the call, so that no reply is awaited from then on."""
    return call.status == "withdrawn" and not commitments.is_taken_back(call)


def _is_only_resolved(wait: Wait, case: Case) -> bool:
    """Whether the wait ended because somebody resolved the case, without a contact."""
    return wait.answering == wait.answered_by and any(
        change.what == "resolved" and change.at == wait.ended_at for change in case.history
    )


def _is_refused_in(reply: Reply, stored: Stored) -> bool:
    return any(_is_refused(call) and call.interaction_id == reply.interaction_id for call in stored.calls)


def _working(change: Change, policy: PolicyDocument) -> Hours:
    return working_hours(change.owner, policy)
