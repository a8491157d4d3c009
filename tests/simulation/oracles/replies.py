"""Replies: due after the channel's target in opening time, paused while the customer is waited for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.actors.acts import THANKS
from tests.simulation.oracles.business_time import add_delay, opened
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import Notices
from tests.simulation.oracles.tolerances import CLOCK_SKEW, CLOCK_TOLERANCE
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, Reply

EDGES = {
    "awaited": "awaited paused given closed",
    "paused": "paused awaited given closed",
    "given": "given awaited closed",  # what counted as the reply was none, or they waited since before
    "closed": "awaited paused given",  # the merge that closed it was undone, or they waited a second time
}
UNANSWERED = {"awaited", "paused"}


class Replies:
    """Checks every reply that a customer waits for."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_write(self, before: Row | None, after: Row) -> None:
        """A target is missed once, not while the clock is paused, and not before its time."""
        if not (isinstance(before, Reply) and isinstance(after, Reply)):
            return
        if after.missed_at is None or before.missed_at is not None:
            return
        now, policies = self._observed.now + CLOCK_SKEW, self._observed.policies
        assert before.status == "awaited", f"missed while it stood still: {after!r}"
        assert now >= before.due_at, f"missed before its time: {after!r}"
        self._observed.once("missed again", after.id)
        target = [policy.replies.opening_minutes[after.channel] for policy in policies]
        took = max(opened(policy, after.asked_at, now) for policy in policies)
        assert took >= timedelta(minutes=min(target)), f"missed after {took}: {after!r}"

    def check_change(self, before: Row, after: Row) -> None:
        """Pausing keeps the time that is left; a reply keeps how long it took and how late it was."""
        if not (isinstance(before, Reply) and isinstance(after, Reply)):
            return
        if before.status == "awaited" and after.status == "paused":
            self._check_time(timedelta(seconds=after.remaining_seconds or 0), self._left(after), after)
            self._check_pause(before, after)
        if before.status == "paused" and after.status == "awaited":
            left = timedelta(seconds=before.remaining_seconds or 0)
            self._check_time(left, self._left(after), after)
            assert all(pause.ended_at for pause in after.pauses), f"stands still and goes on: {after!r}"
            due = after.missed_at is None
            running = after.wake_at is not None or not due or is_called_back(self._observed, after)
            assert running, f"no clock: {after!r}"
        if after.status == "given" and before.status != "given":
            self._check_given(after)
        if after.status == "awaited" and after.step == "warn" and after.wake_at != before.wake_at:
            self._check_warning(after)

    def check_batch(self, batch: Batch) -> None:
        """A new one has its channel's target; thanks do not resume the clock; a given one closes the call."""
        policies = self._observed.policies
        for row in batch.new_of(Reply):
            targets = {
                add_delay(
                    policy, Delay(opening_minutes=policy.replies.opening_minutes[row.channel]), row.asked_at
                )
                for policy in policies
                if row.channel in policy.replies.opening_minutes
            }
            assert row.due_at in targets, f"to be answered by {row.due_at}, not {targets}: {row!r}"
        thanked = any(contact.summary in THANKS for contact in batch.new_of(Interaction))
        for before, after in batch.changes_of(Reply):
            if (before.status, after.status) == ("paused", "awaited"):
                assert not thanked, f"thanks, and the clock goes on: {after!r}"
            if after.status == "given" and self._observed.rows.get(after.id) is after:
                calls = [
                    row
                    for row in self._observed.of_kind(Commitment)
                    if row.origin == "call_back"
                    and row.status == "open"
                    and row.interaction_id == after.interaction_id
                ]
                assert not calls, f"answered, and still to be called: {calls}"

    def check_end(self) -> None:
        """Each reply that is still awaited was found to be missed, or the customer was promised a call.

        Whoever began to wait outside opening hours was promised one, and only they; it is kept when they had
        their reply. The first reply of a case is the first that was given to a customer who waited.
        """
        for row in self._observed.of_kind(Reply):
            if row.status == "awaited":
                heard = row.missed_at or is_called_back(self._observed, row)
                assert heard, f"waited for in vain: {row!r}"
            case = self._observed.rows.get(row.case_id)
            if row.status != "closed" and isinstance(case, Case) and not _was_merged(case):
                self._check_call(row)
                first = all(one.asked_at >= row.asked_at for one in self._given_in(case))
                assert (row.which == "first") == first, f"the first, or not: {row!r}"
        for case in self._observed.of_kind(Case):
            if not _was_merged(case):
                answered = any(True for _ in self._given_in(case))
                assert case.answered == answered, f"answered, or not: {case!r}"

    def _check_call(self, row: Reply) -> None:
        asked, policies = self._observed.rows[row.interaction_id], self._observed.policies
        assert isinstance(asked, Interaction), f"{asked!r}"
        at = asked.occurred_at
        promised = {
            policy.replies.call_back_outside_hours
            and opened(policy, at, at + timedelta(seconds=1)) == timedelta(0)
            for policy in policies
        }
        calls = [
            call
            for call in self._observed.of_kind(Commitment)
            if call.interaction_id == asked.id and call.origin == "call_back" and call.status != "withdrawn"
        ]
        assert promised != {True} or calls, f"they asked at {at}, and no call was promised: {row!r}"
        assert promised != {False} or not calls, f"they asked at {at}, and a call was promised: {calls}"
        for call in calls:
            kept = call.kept_at if call.status == "kept" else None
            assert kept == row.given_at, f"answered at {row.given_at}: {call!r}"

    def _given_in(self, case: Case) -> Iterator[Reply]:
        """The replies that were given in the case. To resolve it is none."""
        resolved = {
            change.at for change in case.history if change.what == "resolved" and not change.interaction_id
        }
        for row in self._observed.of_kind(Reply):
            if row.case_id == case.id and row.given_at is not None and row.given_at not in resolved:
                yield row

    def _left(self, row: Reply) -> set[timedelta]:
        """The opening time until it is due, negative if that has passed, by each policy."""
        now, policies = self._observed.now, self._observed.policies
        return {opened(one, now, row.due_at) - opened(one, row.due_at, now) for one in policies}

    def _check_pause(self, before: Reply, row: Reply) -> None:
        *earlier, pause = row.pauses
        assert (tuple(earlier), pause.due_at) == (before.pauses, before.due_at), f"another pause: {row!r}"
        assert pause.ended_at is None, f"over before it began: {row!r}"
        assert abs(pause.began_at - self._observed.now) <= CLOCK_TOLERANCE, f"not when it began: {row!r}"

    def _check_given(self, row: Reply) -> None:
        at, policies = row.given_at, self._observed.policies
        assert at is not None, f"{row!r}"
        assert at >= row.asked_at, f"answered before it was asked: {row!r}"
        took = {int(_running_time(policy, row, at).total_seconds()) for policy in policies}
        assert row.took_seconds in took, f"it took {took} s: {row!r}"
        later = [pause for pause in row.pauses if pause.ended_at is None or pause.ended_at >= at]
        due, until = (later[0].due_at, min(later[0].began_at, at)) if later else (row.due_at, at)
        late = {int(opened(policy, due, until).total_seconds()) for policy in policies}
        assert row.late_by_seconds in late, f"late by {late} s: {row!r}"
        assert (row.missed_at is None) or row.late_by_seconds, f"missed, but in time: {row!r}"

    def _check_warning(self, row: Reply) -> None:
        policies = self._observed.policies
        minutes = {policy.replies.warn_opening_minutes_before for policy in policies}
        assert row.wake_at is not None, f"{row!r}"
        if row.wake_at > self._observed.now + CLOCK_TOLERANCE:
            left = {opened(policy, row.wake_at, row.due_at) for policy in policies}
            self._check_time(timedelta(minutes=minutes.pop()), left, row)

    @staticmethod
    def _check_time(found: timedelta, wanted: set[timedelta], row: Row) -> None:
        close = any(abs(found - one) <= CLOCK_TOLERANCE for one in wanted)
        assert close, f"{found}, not {wanted}: {row!r}"


def _was_merged(case: Case) -> bool:
    """Whether the case was merged with another at any time: its replies keep what they were before."""
    merges = {"merged", "another case was merged into this one"}
    return any(change.what in merges for change in case.history)


def _running_time(policy: PolicyDocument, row: Reply, at: datetime) -> timedelta:
    """How long the clock of a reply ran until it was given: opening time, without the pauses."""
    stood = (opened(policy, pause.began_at, min(pause.ended_at or at, at)) for pause in row.pauses)
    return opened(policy, row.asked_at, at) - sum(stood, timedelta(0))


def is_called_back(observed: Observed, reply: Reply) -> bool:
    """Whether the customer was promised a call instead: then the reply itself has no clock."""
    return any(
        row.origin == "call_back" and row.interaction_id == reply.interaction_id
        for row in observed.of_kind(Commitment)
    )


def expected_notices(before: Reply, after: Reply) -> Notices:
    """Who must be told of this change."""
    if not after.status == "awaited" == before.status:
        return {}
    if after.missed_at and not before.missed_at:
        return {"reply_missed": ("supervisor", None)}
    if (before.step, after.step) == ("warn", "miss") and after.due_at == before.due_at:
        return {"reply_warning": ("agent", None)}
    return {}
