"""Commitments: warned of before they are due, flagged when due, escalated after, and closed once kept."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.oracles.business_time import (
    add_delay,
    at_work,
    has_passed,
    intervals,
    opens,
    subtract_delay,
)
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import Notices
from tests.simulation.oracles.tolerances import CLOCK_SKEW, DAY, HOUR, PUNCTUAL
from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey

EDGES = {
    "open": "open kept withdrawn broken",
    "broken": "kept withdrawn",
    "kept": "kept open broken withdrawn",  # withdrawn: it turned out that no call was promised
    "withdrawn": "open kept broken",  # it turned out that the call was promised after all
}
TAKEN_BACK = (
    "the contact was corrected",
    "a contact that was recorded since shows that they have waited for longer",
    "the matter became part of another, in which they are called back",
)
"""Why the desk withdraws a promised call."""


class Commitments:
    """Checks every commitment."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._escalated: defaultdict[tuple[str, int], set[int]] = defaultdict(set)

    def check_write(self, before: Row | None, after: Row) -> None:
        """It is flagged once and not early, and escalated by each rung of the ladder once and not early."""
        if not (isinstance(before, Commitment) and isinstance(after, Commitment)):
            return
        now, policies = self._observed.now, self._observed.policies
        if after.flagged_at != before.flagged_at:
            assert now + CLOCK_SKEW >= before.due_at, f"flagged before its time: {after!r}"
            self._observed.once("flagged again", after.id, renewals(after))
        climbed = before.step == "escalate" and (after.step, after.rung) != (before.step, before.rung)
        if not climbed or after.status != "open" or renewals(after) != renewals(before):
            return
        rungs = [policy.commitments.ladder[before.rung : before.rung + 1] for policy in policies]
        early = not any(
            has_passed(hours, rung.after, before.due_at, now + CLOCK_SKEW)
            for ladder in rungs
            for rung in ladder
            for hours in policies
        )
        assert not early or not all(rungs), f"escalated before its time: {after!r}"
        if all(rungs):
            self._observed.once("climbed the same rung again", after.id, renewals(after), before.rung)
            self._escalated[after.id, renewals(after)].add(before.rung)
            assert after.rung > before.rung, f"down the ladder: {after!r}"

    def check_change(self, before: Row, after: Row) -> None:
        """Its date changes only when it is renegotiated; it waits for the next rung; it is given up late."""
        if not (isinstance(before, Commitment) and isinstance(after, Commitment)):
            return
        moved = len(after.history) > len(before.history) and after.history[-1].what == "renegotiated"
        if moved:
            assert (after.status, after.due_at) == ("open", after.history[-1].due_after), f"{after!r}"
            self._check_warning(after)
            return
        if after.origin != "call_back":
            assert after.due_at == before.due_at, f"another date: {after!r}"
        if "withdrawn" in {before.status, after.status} and before.status != "open":
            self._check_turned_out(before, after)
            return
        if before.status == "kept" and after.status != "kept":
            self._check_undone(before, after)
            return
        if after.status == "kept":
            assert after.kept_at is not None, f"{after!r}"
            late = max(0, int((after.kept_at - after.due_at).total_seconds()))
            assert after.late_by_seconds == late, f"late by {late} s: {after!r}"
        if after.status == "broken" and before.status == "open":
            days = min(policy.commitments.broken_days_after for policy in self._observed.policies)
            given_up_from = after.due_at + days * DAY - HOUR
            assert self._observed.now >= given_up_from, f"given up early: {after!r}"
        if after.status == "open" and (after.step, after.rung) != (before.step, before.rung):
            self._check_next_rung(after)

    def check_batch(self, batch: Batch) -> None:
        """New commitments have the right agent and date; a kept one settles what it must."""
        for row in batch.new_of(Commitment):
            self._check_new(row)
        for before, after in batch.changes_of(Commitment):
            if after.status == "kept" and before.status != "kept":
                self._check_kept(after)
            if before.status == after.status == "kept":
                self._check_kept_at(before, after)
            if before.status == "kept" and after.status != "kept":
                surveys = [one for one in self._observed.of_kind(Survey) if one.commitment_id == after.id]
                assert all(one.status == "withheld" for one in surveys), f"not kept, and asked: {surveys}"

    def check_end(self) -> None:
        """Each overdue commitment was flagged in time and escalated to the end of the ladder."""
        for row in self._observed.of_kind(Commitment):
            overdue = row.status == "broken" or (row.status == "open" and row.due_at < self._observed.now)
            assert row.status != "open" or row.wake_at is not None, f"forgotten: {row.what}"
            assert row.flagged_at or not overdue, f"missed, and nobody heard: {row.what}"
            moved = any(change.what == "renegotiated" for change in row.history)
            if row.flagged_at and self._observed.no_faults and not moved:
                late = row.flagged_at - max(row.due_at, row.created_at)
                assert late < PUNCTUAL, f"flagged {late} late: {row.what}"
            ladders = {len(policy.commitments.ladder) for policy in self._observed.policies}
            if overdue and len(ladders) == 1:
                climbed = self._escalated[row.id, renewals(row)]
                assert len(climbed) == max(ladders), f"escalated {climbed}: {row.what}"

    def _check_turned_out(self, before: Commitment, row: Commitment) -> None:
        """Only a call that the desk promised turns out not to be promised, or to be promised after all."""
        withdrawn = row if row.status == "withdrawn" else before
        assert row.origin == "call_back", f"withdrawn, and another state: {row!r}"
        assert withdrawn.history[-1].reason in TAKEN_BACK, f"somebody said so: {row!r}"
        assert (row.status == "kept") == (row.kept_at is not None), f"kept, or not: {row!r}"
        assert (row.status == "open") == (row.wake_at is not None), f"forgotten: {row!r}"

    def _check_undone(self, before: Commitment, row: Commitment) -> None:
        """It stands as before somebody said "kept", less than a day ago, and no step is taken twice."""
        said = before.history[-1]
        assert (said.what, row.history[-1].what) == ("kept", "not kept after all"), f"{row!r}"
        at = row.history[-1].at
        corrected = any(
            contact.corrections and contact.corrections[-1].at == at
            for contact in self._observed.interactions_of_case(row)
        )
        assert corrected or at - said.at <= DAY, f"undone too late: {row!r}"
        was_broken = any(change.what == "broken" for change in row.history)
        assert (row.status == "broken") == was_broken, f"broken, or not: {row!r}"
        assert (row.kept_at, row.late_by_seconds) == (None, None), f"still kept: {row!r}"
        if row.status == "broken":
            return
        if row.flagged_at is not None and row.flagged_at >= row.due_at:
            self._check_next_rung(row)
            assert row.rung == before.rung, f"on another rung: {row!r}"
        else:
            assert row.step in {"warn", "flag"}, f"not the next step: {row!r}"
            assert (row.wake_at or row.due_at + DAY) <= row.due_at, f"too late: {row!r}"

    def _check_kept_at(self, before: Commitment, row: Commitment) -> None:
        """A call that was made stays as it is, unless the customer had their reply at another time."""
        replies = [one for one in self._observed.of_kind(Reply) if one.given_at == row.kept_at]
        given = [one for one in replies if self._observed.case_of(one) == self._observed.case_of(row)]
        assert row.origin == "call_back", f"kept at another time: {row!r}"
        assert given, f"no reply was given then: {row!r}"
        changed = {"kept_at", "late_by_seconds", "version", "agent_id", "due_at", "explain"}
        same = row.model_dump(exclude=changed) == before.model_dump(exclude=changed)
        assert same, f"kept, and changed: {row!r}"

    def _check_new(self, row: Commitment) -> None:
        contact = self._observed.interaction_of(row)
        if row.origin == "call_back":
            replies = [
                one.due_at
                for one in self._observed.of_kind(Reply)
                if one.interaction_id == row.interaction_id
            ]
            assert row.due_at in replies, f"not when the answer is due: {row!r}"
        if row.status == "kept":  # the question was written down after the answer
            assert row.origin == "call_back", f"kept from the start: {row!r}"
            return
        if row.origin != "unhappy" and contact is not None:
            assert row.agent_id == self._observed.owner_of(row), f"of another agent: {row!r}"
        self._check_warning(row)

    def _check_warning(self, row: Commitment) -> None:
        """After a new date the agent is warned in time, or the row is flagged if the date has passed."""
        agent = self._observed.agent(row.agent_id)
        since = max((change.at for change in row.history), default=row.created_at)
        if since >= row.due_at:
            assert (row.step, row.wake_at) == ("flag", row.due_at), f"nothing to warn of: {row!r}"
            return
        policies = self._observed.policies
        wanted = {max(_warned_at(policy, agent, row.due_at), since) for policy in policies}
        steps = {("warn", at) for at in wanted}
        assert (row.step, row.wake_at) in steps, f"to be warned at {wanted}: {row!r}"

    def _check_next_rung(self, row: Commitment) -> None:
        wanted: set[tuple[str, datetime | None]] = set()
        for policy in self._observed.policies:
            rungs = policy.commitments.ladder[row.rung :]
            delay = rungs[0].after if rungs else Delay(days=0)
            at = add_delay(policy, delay, row.due_at) if rungs else _given_up_at(policy, row)
            wanted.add(("escalate" if rungs else "give_up", at))
        wanted.add(("flag", row.due_at))
        assert (row.step, row.wake_at) in wanted, f"to wait for {wanted}: {row!r}"

    def _check_kept(self, row: Commitment) -> None:
        asked = any(
            one.commitment_id == row.id and one.status != "withheld" for one in self._observed.of_kind(Survey)
        )
        asks = {
            policy.surveys.after_kept_promise and row.origin == "stated" for policy in self._observed.policies
        }
        assert asked in asks, f"kept, to be asked {asks}: {row!r}"
        settled = self._observed.rows.get(row.settles_id or "")
        done = not isinstance(settled, FollowUp) or settled.status in {"done", "cancelled"}
        assert done, f"called, and still to be done: {settled!r}"


def expected_notices(
    before: Commitment, after: Commitment, policies: Sequence[PolicyDocument]
) -> list[Notices]:
    """Who must be told of this change: one of these, each by one of the policies."""
    if after.status != "open":
        return [{}]
    renegotiated = len(after.history) > len(before.history)
    climbed = before.step == "escalate" and after.rung > before.rung
    if climbed and len(after.history) == len(before.history):
        return _notices_of_rung(before.rung, policies)
    if renegotiated:
        return [{}]
    if after.flagged_at != before.flagged_at:
        return [{"promise_overdue": ("agent", None)}]
    if before.step == "warn" and after.step == "flag":
        return [{"promise_warning": ("agent", None)}]
    return [{}]


def _notices_of_rung(number: int, policies: Sequence[PolicyDocument]) -> list[Notices]:
    found: list[Notices] = []
    for policy in policies:
        for rung in policy.commitments.ladder[number : number + 1]:
            purpose = "promise_overdue" if rung.tell == "agent" else "promise_escalation"
            found.append({purpose: (rung.tell, rung.by)})
    return found


def renewals(row: Commitment) -> int:
    """How often its date was renegotiated, or it was promised again."""
    return sum(change.what in {"renegotiated", "reopened"} for change in row.history)


def _given_up_at(policy: PolicyDocument, row: Commitment) -> datetime:
    zone = ZoneInfo(policy.business.time_zone)
    local = row.due_at.astimezone(zone)
    day = local.date() + policy.commitments.broken_days_after * DAY
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _warned_at(policy: PolicyDocument, agent: Agent, due_at: datetime) -> datetime:
    """When the agent is to be warned.

    As long before as the policy says if the agent works then; else when they next begin work, if that is in
    time; else an hour before they last stopped.
    """
    at = subtract_delay(policy, policy.commitments.warn_before, due_at)
    if at_work(policy, agent, at):
        return at
    if (begins := opens(policy, at, agent)) < due_at:
        return begins
    earlier = [part for part in intervals(policy, agent, at - timedelta(days=15), at) if part[1] <= at]
    began, ended = earlier[-1]
    return max(began, ended - HOUR)
