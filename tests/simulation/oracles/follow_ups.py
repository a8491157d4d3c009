"""Follow-ups: each has its origin's date and agent, and is reminded of in the morning until it is done."""

from collections.abc import Sequence
from datetime import datetime

from tests.simulation.actors.acts import THANKS
from tests.simulation.oracles.business_time import add_delay, at_work, mornings
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import Notices
from tests.simulation.oracles.tolerances import CLOCK_TOLERANCE, DAY
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import FollowUp

EDGES = {
    "scheduled": "scheduled due done cancelled",
    "due": "due scheduled done cancelled",
    "done": "scheduled due",
}
TO_BE_DONE = {"scheduled", "due"}
AUTOMATIC = {"unresolved", "no_answer", "promise_ended"}
"""Origins of the follow-ups that the desk makes so that no case is left alone."""


class FollowUps:
    """Checks every follow-up."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._last_contact: Interaction | None = None

    def check_write(self, before: Row | None, after: Row) -> None:
        """There is at most one follow-up where more would be repetitions; only the customer ends a snooze."""
        match before, after:
            case None, Interaction():
                self._last_contact = after
            case None, FollowUp(origin="check_in"):
                for row in self._observed.of_kind(FollowUp):
                    if row.origin == "check_in" and row.customer_id == after.customer_id:
                        assert row.status not in TO_BE_DONE, f"another check-in, and not done: {row!r}"
            case None, FollowUp(origin="run_around"):
                self._observed.once("run-around told again", after.case_id)
            case None, FollowUp(origin="bounced"):
                self._observed.once("told of the same dead address again", after.reason)
            case FollowUp(), FollowUp() if after.woken_from and not before.woken_from:
                by = self._last_contact
                woken = by is not None and by.direction == "inbound" and not says_thanks(by)
                assert woken, f"woken by {by!r}: {after!r}"

    def check_change(self, before: Row, after: Row) -> None:
        """Its due date and next reminder are as its changes require."""
        if not (isinstance(before, FollowUp) and isinstance(after, FollowUp)):
            return
        now, policies = self._observed.now, self._observed.policies
        agent = self._observed.agent(after.agent_id)
        last = after.history[-1].what if len(after.history) > len(before.history) else ""
        if after.woken_from and not before.woken_from:
            assert after.status == "scheduled", f"{after!r}"
            assert (after.wake_at or now + DAY) <= now + CLOCK_TOLERANCE, f"woken, and waits: {after!r}"
            assert after.woken_from == before.due_at, f"the old date is another: {after!r}"
        elif last == "customer not reached" and after.due_at != before.due_at:
            at = after.history[-1].at
            delays = {policy.follow_ups.try_again_after for policy in policies}
            wanted = {add_delay(policy, delay, at, agent) for policy in policies for delay in delays}
            assert after.due_at in wanted, f"to be tried again at {wanted}: {after!r}"
        elif last == "moved on" and after.origin in AUTOMATIC:
            self._check_automatic(after, after.history[-1].at)
        if before.status == "done" and after.status != "done":
            said, undone = before.history[-1], after.history[-1]
            assert (said.what, undone.what) == ("done", "not done after all"), f"{after!r}"
            assert undone.at - said.at <= DAY, f"undone too late: {after!r}"
            assert after.due_at == before.due_at, f"another date: {after!r}"
        if after.status == "scheduled":
            assert after.wake_at == after.due_at, f"not when it is due: {after!r}"
            assert after.reminders == 0, f"not counted anew: {after!r}"
        if after.reminders == before.reminders + 1:
            most = {policy.follow_ups.reminders_at_most for policy in policies}
            assert after.reminders <= max(most), f"reminded too often: {after!r}"
            if after.wake_at is None:
                assert after.reminders >= min(most), f"not reminded any more: {after!r}"
            else:
                assert after.reminders < max(most), f"reminded once more: {after!r}"
                wanted = {at for policy in policies for at in _next_reminders(policy, agent, now)}
                assert after.wake_at in wanted, f"to be reminded at {wanted}: {after!r}"

    def check_batch(self, batch: Batch) -> None:
        """A new follow-up has the date, the agent and the urgency of what it comes from."""
        for row in batch.new_of(FollowUp):
            self._check_new(row)
        for one in batch.rows:
            if isinstance(one, FollowUp) and one.origin in AUTOMATIC and one.status in TO_BE_DONE:
                self._check_only_one(one)

    def check_end(self) -> None:
        """What is scheduled has a time."""
        for row in self._observed.of_kind(FollowUp):
            assert row.status != "scheduled" or row.wake_at is not None, f"forgotten: {row!r}"

    def _check_new(self, row: FollowUp) -> None:
        contact, policies = self._observed.interaction_of(row), self._observed.policies
        match row.origin:
            case "requested" if [change.what for change in row.history] == ["added"]:
                assert row.due_at > row.created_at, f"not ahead: {row!r}"
                return
            case "requested" if contact and contact.follow_up:
                requested = contact.follow_up
                assert (row.due_at, row.reason) == (requested.at, requested.reason), f"{row!r}"
                assert row.agent_id == self._observed.owner_of(row), f"of another agent: {row!r}"
                return
            case "unresolved" | "no_answer" | "promise_ended":
                self._check_automatic(row, row.created_at)
                return
            case "upset" if contact:
                delays = {policy.cases.upset_follow_up_after for policy in policies}
                self._check_due(row, delays, row.created_at)
                assert row.created_at in _said_at(contact), f"not at once: {row!r}"
            case "abusive" | "run_around" if contact:
                assert row.due_at in _said_at(contact), f"not at once: {row!r}"
                assert row.urgent == (row.origin == "abusive"), f"{row!r}"
            case "unhappy":
                delays = {
                    Delay(business_days=policy.surveys.low_score_follow_up_business_days)
                    for policy in policies
                }
                self._check_due(row, delays, row.created_at)
            case "check_in":
                customer = self._observed.customer(row.customer_id)
                assert row.agent_id == customer.agent_id, f"not their own agent: {row!r}"
                return
            case _:
                pass
        if contact is not None and row.origin in {"upset", "abusive", "run_around"}:
            check_is_for_supervisor(self._observed, row, contact.agent_id)

    def _check_automatic(self, row: FollowUp, at: datetime) -> None:
        """It belongs to the agent of the open case, and is due after the last contact or end of work."""
        case = self._observed.rows.get(self._observed.case_of(row) or "")
        assert isinstance(case, Case), f"of no case: {row!r}"
        if self._observed.changed_at[case.id] != self._observed.now:
            return
        assert case.status == "open", f"it is settled: {row!r}"
        assert row.agent_id == case.agent_id, f"of another agent: {row!r}"
        assert (row.origin == "no_answer") == case.waiting_for_customer, f"waits, or not: {row!r}"
        rules = [policy.follow_ups for policy in self._observed.policies]
        days = {rule.unresolved_after_business_days for rule in rules if row.origin != "no_answer"}
        days |= {rule.no_answer_after_business_days for rule in rules if row.origin != "unresolved"}
        wanted = {
            add_delay(policy, Delay(business_days=each), since)
            for policy in self._observed.policies
            for each in days
            for since in (case.last_contact_at, at)
        }
        assert row.due_at in wanted, f"due at {row.due_at}, not {wanted}: {row!r}"

    def _check_only_one(self, row: FollowUp) -> None:
        case_id = self._observed.case_of(row)
        same = [
            one.id
            for one in self._observed.of_kind(FollowUp)
            if one.origin in AUTOMATIC and one.status in TO_BE_DONE and self._observed.case_of(one) == case_id
        ]
        assert len(same) <= 1, f"two automatic ones: {same} of {row!r}"

    def _check_due(self, row: FollowUp, delays: set[Delay], since: datetime) -> None:
        wanted = {add_delay(policy, delay, since) for policy in self._observed.policies for delay in delays}
        assert row.due_at in wanted, f"due at {row.due_at}, not {wanted}: {row!r}"


def _said_at(contact: Interaction) -> set[datetime]:
    """When the tone of a contact was recorded, or corrected."""
    return {contact.recorded_at, *(correction.at for correction in contact.corrections)}


def says_thanks(contact: Interaction) -> bool:
    """Whether the customer only said thanks; upset or with a complaint they say more."""
    return contact.summary in THANKS and contact.tone == "calm" and contact.kind != "complaint"


def check_is_for_supervisor(observed: Observed, row: FollowUp, agent_id: str) -> None:
    """The agent's supervisor has the follow-up, or the owner is told if there is none."""
    agent = observed.agent(agent_id)
    wanted = (agent.supervisor_id, "agent") if agent.supervisor_id else (agent.id, "owner")
    assert (row.agent_id, row.told) == wanted, f"for {wanted}: {row!r}"


def expected_notices(before: FollowUp, after: FollowUp, policies: Sequence[PolicyDocument]) -> Notices:
    """Who must be told of this change."""
    if after.reminders != before.reminders + 1:
        return {}
    notices: Notices = {"follow_up_reminder": (after.told, None)}
    after_reminders = {policy.follow_ups.supervisor_hears_after_reminders for policy in policies}
    if after.reminders - 1 in after_reminders:
        notices["follow_up_unanswered"] = ("supervisor", None)
    return notices


def _next_reminders(policy: PolicyDocument, agent: Agent, now: datetime) -> list[datetime]:
    """The morning after the agent reads this reminder: the next one if they are at work now, else either."""
    if at_work(policy, agent, now):
        return mornings(policy, agent, now, 1)
    return mornings(policy, agent, now, 2)
