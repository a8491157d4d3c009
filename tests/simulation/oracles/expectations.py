"""What must come of each thing that happens, by the policy as people set it, reckoned apart from the desk.

`invariants.py` judges how rows may change; here it is judged whether what follows from a contact, an answer
or a time that has come does follow: to the right people, at the right time, and nothing else.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.actors.acts import THANKS
from tests.simulation.oracles.business_time import (
    after,
    at_work,
    before,
    check_in,
    intervals,
    mornings,
    opened,
    opens,
)
from tests.simulation.world.world import World
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer, Medium
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import DueRow, Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

Work = Commitment | FollowUp | Reply | Goodwill | Survey
SECONDS = timedelta(seconds=10)  # clocks may differ by so much
PUNCTUAL = timedelta(seconds=30)
SWEPT = timedelta(minutes=2, seconds=20)
UNSURE = timedelta(minutes=15)  # after somebody went away, or an address died: who is told may be either
AN_HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEVER = 1000
TALKS = {"phone", "chat", "in_person"}
Told = tuple[str, tuple[Medium, ...] | None]
"""A party, and by what if the policy says so."""


@dataclass
class Step:
    """A row took a step, and these messages were put down with it."""

    before: Work
    after: Work
    messages: list[Message] = field(default_factory=list)


@dataclass
class Expectations:
    """Judges each write against what happened. `rows` and `policies` are those of the watch."""

    world: World
    rows: dict[str, Row]
    policies: list[PolicyDocument]
    case_of: Callable[[Row], str | None]
    changed_at: dict[str, datetime]
    steps: list[Step] = field(default_factory=list)
    _merges: list[tuple[Case, Row]] = field(default_factory=list)
    _planned_now: list[tuple[Interaction, bool, bool]] = field(default_factory=list)
    _new: list[Row] = field(default_factory=list)
    _unhappy: set[str] = field(default_factory=set)  # cases to be asked about once more

    @property
    def quiet(self) -> bool:
        """Whether there are no faults in this history."""
        return not self.world.faults.rates

    # ------------------------------------------------------------ rows as they come to be

    def born(self, row: Row) -> None:
        """Judge a row that is new."""
        match row:
            case Interaction():
                self._contact(row)
            case Commitment():
                self._promise(row)
            case Reply():
                target = {
                    after(
                        policy,
                        Delay(opening_minutes=policy.replies.opening_minutes[row.channel]),
                        row.asked_at,
                    )
                    for policy in self.policies
                    if row.channel in policy.replies.opening_minutes
                }
                assert row.due_at in target, f"to be answered by {row.due_at}, not {target}: {row!r}"
            case FollowUp():
                self._follow_up(row)
            case Survey() if row.kind != "nps":
                self._asked_once_more(row)
                since = row.created_at
                if row.kind != "promise" and (contact := self._contact_of(row)) and contact.resolved:
                    since = min(contact.occurred_at, since)
                hours = {_hours(policy, row.kind) for policy in self.policies}
                wanted = {since + timedelta(hours=n) for n in hours} | {
                    row.created_at + timedelta(hours=n) for n in hours
                }
                assert row.due_at in wanted, f"due at {row.due_at}, not {wanted}: {row!r}"
            case Goodwill():
                self._goodwill(row)

    def _contact(self, contact: Interaction) -> None:
        case, thanks = self.rows.get(contact.case_id), contact.summary in THANKS
        if not isinstance(case, Case):
            return
        inbound = contact.direction == "inbound"
        talked = contact.follow_up is not None and contact.channel in TALKS
        answered_here = contact.resolved or contact.commitments or talked
        assert contact.awaits_reply or not inbound or thanks or answered_here, f"they wait: {contact!r}"
        assert not contact.awaits_reply or (inbound and not thanks), f"they do not wait: {contact!r}"
        late = contact.occurred_at < case.last_contact_at
        assert not late or case.last_interaction_id != contact.id, f"not the last: {case!r}"
        assert case.abusive or contact.tone != "abusive", f"abusive, and forgotten: {case!r}"
        complaint = contact.kind == "complaint"
        assert not complaint or (case.kind == "complaint" and case.steps), f"no complaint: {case!r}"
        served = not inbound or contact.resolved or contact.channel in TALKS
        assert case.served or not served, f"served, and forgotten: {case!r}"
        assert case.answered or inbound, f"answered, and forgotten: {case!r}"
        assert not (inbound and not thanks and case.waiting_for_customer), f"they came: {case!r}"
        missing = any(step.critical and step.done_at is None for step in case.steps)
        settled = contact.resolved and not late and not missing
        assert not settled or case.status == "resolved", f"settled, and still open: {case!r}"
        if not contact.resolved and inbound and not thanks and not late:
            assert case.status == "open", f"they came back, and it is {case.status}: {case!r}"
        self._brought(contact, case)
        self._promised(contact)
        if contact.awaits_reply and not contact.resolved:
            self._awaited(contact, case)

    def _brought(self, contact: Interaction, case: Case) -> None:
        origins = {
            row.origin
            for row in self.rows.values()
            if isinstance(row, FollowUp) and row.interaction_id == contact.id
        }
        wanted = {contact.tone} - {"calm"} | ({"requested"} if contact.follow_up else set())
        found = origins - {"unresolved", "run_around"}
        assert found == wanted, f"brought {found}, not {wanted}: {contact!r}"
        runs = [
            len(case.hand_offs) > policy.cases.hand_offs_at_most
            or len(case.repeat_contacts) > policy.cases.repeat_contacts_at_most
            or len(case.reopenings) > policy.cases.reopenings_at_most
            for policy in self.policies
        ]
        known = any(
            isinstance(row, FollowUp) and row.origin == "run_around" and self.case_of(row) == case.id
            for row in self.rows.values()
        )
        assert known or not all(runs), f"a run-around, and nobody is told: {case!r}"
        assert "run_around" not in origins or any(runs), f"no run-around: {case!r}"

    def _promised(self, contact: Interaction) -> None:
        stated = [
            (row.what, row.due_at, row.agent_id)
            for row in self.rows.values()
            if isinstance(row, Commitment) and row.interaction_id == contact.id and row.origin == "stated"
        ]
        said = [(one.what, one.due_at, contact.agent_id) for one in contact.commitments]
        assert sorted(stated) == sorted(said), f"promised {said}, and written down {stated}"

    def _awaited(self, contact: Interaction, case: Case) -> None:
        if not all(contact.channel in policy.replies.opening_minutes for policy in self.policies):
            return
        waits = [
            row
            for row in self.rows.values()
            if isinstance(row, Reply) and row.status in {"awaited", "paused"} and self.case_of(row) == case.id
        ]
        assert waits, f"they wait, and no clock runs: {contact!r}"
        (reply,) = waits
        assert reply.status == "awaited", f"they came, and the clock stands still: {reply!r}"
        assert reply.agent_id == case.agent_id, f"not whose case it is: {reply!r}"
        if reply.interaction_id != contact.id:
            return
        answered = any(
            isinstance(row, Interaction) and row.direction == "outbound" and self.case_of(row) == case.id
            for row in self.rows.values()
        )
        assert reply.which == "next" or not answered, f"not the first answer: {reply!r}"
        called = any(
            isinstance(row, Commitment) and row.origin == "call_back" and row.interaction_id == contact.id
            for row in self.rows.values()
        )
        at = contact.occurred_at
        is_open = {opened(policy, at, at + timedelta(seconds=1)) > timedelta(0) for policy in self.policies}
        calls = {policy.replies.call_back_outside_hours for policy in self.policies}
        sure = len(is_open) == len(calls) == 1
        right = calls.copy().pop() and not is_open.copy().pop()
        assert not sure or called == right, f"a call back, or none: {contact!r}"
        assert called or reply.wake_at is not None, f"no clock: {reply!r}"

    def _promise(self, row: Commitment) -> None:
        contact, agent = self._contact_of(row), self.rows[row.agent_id]
        assert isinstance(agent, Agent)
        if row.origin == "call_back":
            replies = [
                one.due_at
                for one in self.rows.values()
                if isinstance(one, Reply) and one.interaction_id == row.interaction_id
            ]
            assert row.due_at in replies, f"not when the answer is due: {row!r}"
        if row.origin != "unhappy" and contact is not None:
            assert row.agent_id == contact.agent_id, f"of another agent: {row!r}"
        self.begun(row)

    def begun(self, row: Commitment) -> None:
        """A promise, or a new date for it, is warned of in time."""
        agent, wakes = self.rows[row.agent_id], row.wake_at
        assert isinstance(agent, Agent)
        since = max((change.at for change in row.history), default=row.created_at)
        if since >= row.due_at:
            assert (row.step, wakes) == ("flag", row.due_at), f"nothing to warn of: {row!r}"
            return
        wanted = {max(_warned_at(policy, agent, row.due_at), since) for policy in self.policies}
        assert (row.step, wakes) in {("warn", at) for at in wanted}, f"to be warned at {wanted}: {row!r}"

    def _follow_up(self, row: FollowUp) -> None:
        contact = self._contact_of(row)
        match row.origin:
            case "requested" if contact and contact.follow_up:
                assert (row.due_at, row.reason) == (contact.follow_up.at, contact.follow_up.reason), (
                    f"{row!r}"
                )
                assert row.agent_id == contact.agent_id, f"of another agent: {row!r}"
                return
            case "unresolved" if contact:
                delays = {
                    Delay(business_days=one.follow_ups.unresolved_after_business_days)
                    for one in self.policies
                }
                self._due(row, delays, contact.occurred_at)
                case = self.rows.get(contact.case_id)
                nothing = not (contact.resolved or contact.commitments or contact.follow_up)
                assert nothing, f"something else brings it back: {row!r}"
                assert not isinstance(case, Case) or case.status != "resolved", f"it is settled: {row!r}"
                assert row.agent_id == contact.agent_id, f"of another agent: {row!r}"
                return
            case "upset" if contact:
                self._due(
                    row, {one.cases.upset_follow_up_after for one in self.policies}, contact.recorded_at
                )
            case "abusive" | "run_around" if contact:
                assert row.due_at == contact.recorded_at, f"not at once: {row!r}"
                assert row.urgent == (row.origin == "abusive"), f"{row!r}"
            case "unhappy":
                days = {
                    Delay(business_days=one.surveys.low_score_follow_up_business_days)
                    for one in self.policies
                }
                self._due(row, days, row.created_at)
            case "check_in":
                customer = self.rows[row.customer_id]
                assert isinstance(customer, Customer)
                assert row.agent_id == customer.agent_id, f"not their own agent: {row!r}"
                return
            case _:
                pass
        if contact is not None and row.origin in {"upset", "abusive", "run_around"}:
            self._goes_up(row, contact.agent_id)

    def _goes_up(self, row: FollowUp, agent_id: str) -> None:
        agent = self.rows[agent_id]
        assert isinstance(agent, Agent)
        wanted = (agent.supervisor_id, "agent") if agent.supervisor_id else (agent.id, "owner")
        assert (row.agent_id, row.told) == wanted, f"for {wanted}: {row!r}"

    def _due(self, row: FollowUp, delays: set[Delay], since: datetime) -> None:
        wanted = {after(policy, delay, since) for policy in self.policies for delay in delays}
        assert row.due_at in wanted, f"due at {row.due_at}, not {wanted}: {row!r}"

    def _asked_once_more(self, row: Survey) -> None:
        asks = {policy.surveys.after_resolution for policy in self.policies}
        assert row.kind == "promise" or asks != {"none"}, f"nobody is to be asked: {row!r}"
        again = row.kind != "promise" and row.case_id in self._unhappy
        assert row.again == again, f"to be asked once more {again}: {row!r}"
        if again:
            self._unhappy.discard(str(row.case_id))

    def _goodwill(self, row: Goodwill) -> None:
        case = self.rows[row.case_id]
        assert isinstance(case, Case)
        granted = row.status == "granted"
        total = case.granted + (0 if granted else row.amount)
        allowed = {total <= policy.goodwill.allowance_per_case for policy in self.policies}
        assert granted in allowed, f"{row.status}, {total} in all: {row!r}"

    def _contact_of(self, row: Row) -> Interaction | None:
        contact = self.rows.get(getattr(row, "interaction_id", None) or "")
        return contact if isinstance(contact, Interaction) else None

    # ------------------------------------------------------------ rows as they change

    def changed(self, before: Row, row: Row) -> None:
        """Judge how a row changed."""
        if self.quiet and isinstance(before, DueRow) and before.wake_at is not None:
            since = max(before.wake_at, self.changed_at.get(before.id, before.wake_at))
            within = PUNCTUAL if _is_punctual(before) else SWEPT
            late = self.world.now - since
            assert late <= within, f"{late} late: {before!r}"
        match before, row:
            case Case(), Case() if row.merged_into and not before.merged_into:
                self._merges.append((before, self.rows[row.merged_into]))
            case Interaction(), Interaction() if row.wake_at is None and before.wake_at is not None:
                self._planned(row)
            case Commitment(), Commitment():
                self._promise_changed(before, row)
            case FollowUp(), FollowUp():
                self._follow_up_changed(before, row)
            case Reply(), Reply():
                self._reply_changed(before, row)
            case Survey(), Survey():
                self._survey_changed(before, row)
        works = Commitment | FollowUp | Reply | Goodwill | Survey
        if isinstance(before, works) and isinstance(row, works):
            self.steps.append(Step(before, row))

    def _planned(self, contact: Interaction) -> None:
        case = self.rows.get(contact.case_id)
        settled = isinstance(case, Case) and case.status == "resolved"
        open_end = not (contact.resolved or contact.commitments or contact.follow_up)
        thanks = contact.summary in THANKS
        asks = all(policy.surveys.after_resolution != "none" for policy in self.policies)
        asked = contact.resolved and settled and asks
        self._planned_now.append((contact, open_end and not thanks and not settled, asked))

    def _promise_changed(self, before: Commitment, row: Commitment) -> None:
        moved = len(row.history) > len(before.history) and row.history[-1].what == "renegotiated"
        if moved:
            assert (row.status, row.due_at) == ("open", row.history[-1].due_after), f"{row!r}"
            self.begun(row)
            return
        assert row.due_at == before.due_at, f"another date: {row!r}"
        if row.status == "kept" and before.status != "kept":
            assert row.kept_at is not None, f"{row!r}"
            late = max(0, int((row.kept_at - row.due_at).total_seconds()))
            assert row.late_by_seconds == late, f"late by {late} s: {row!r}"
        if row.status == "broken" and before.status == "open":
            days = min(policy.commitments.broken_days_after for policy in self.policies)
            assert self.world.now >= row.due_at + days * DAY - AN_HOUR, f"given up early: {row!r}"
        if row.status == "open" and (row.step, row.rung) != (before.step, before.rung):
            self._waits_for_its_rung(row)

    def _waits_for_its_rung(self, row: Commitment) -> None:
        wanted: set[tuple[str, datetime | None]] = set()
        for policy in self.policies:
            rungs = policy.commitments.ladder[row.rung :]
            delay = rungs[0].after if rungs else Delay(days=0)
            at = after(policy, delay, row.due_at) if rungs else self._given_up(policy, row)
            wanted.add(("escalate" if rungs else "give_up", at))
        wanted.add(("flag", row.due_at))
        assert (row.step, row.wake_at) in wanted, f"to wait for {wanted}: {row!r}"

    def _given_up(self, policy: PolicyDocument, row: Commitment) -> datetime:
        zone = ZoneInfo(policy.business.time_zone)
        local = row.due_at.astimezone(zone)
        day = local.date() + policy.commitments.broken_days_after * DAY
        return datetime.combine(day, local.time(), tzinfo=zone).astimezone(ZoneInfo("UTC"))

    def _follow_up_changed(self, before: FollowUp, row: FollowUp) -> None:
        agent, now = self.rows[row.agent_id], self.world.now
        assert isinstance(agent, Agent)
        last = row.history[-1].what if len(row.history) > len(before.history) else ""
        if row.woken_from and not before.woken_from:
            assert row.status == "scheduled", f"{row!r}"
            assert (row.wake_at or now + DAY) <= now + SECONDS, f"woken, and waits: {row!r}"
            assert row.woken_from == before.due_at, f"the old date is another: {row!r}"
        elif last == "customer not reached" and row.due_at != before.due_at:
            at = row.history[-1].at
            delays = {policy.follow_ups.try_again_after for policy in self.policies}
            wanted = {after(policy, delay, at, agent) for policy in self.policies for delay in delays}
            assert row.due_at in wanted, f"to be tried again at {wanted}: {row!r}"
        if row.status == "scheduled":
            assert row.wake_at == row.due_at, f"not when it is due: {row!r}"
            assert row.reminders == 0, f"not counted anew: {row!r}"
        if row.reminders == before.reminders + 1:
            most = {policy.follow_ups.reminders_at_most for policy in self.policies}
            assert row.reminders <= max(most), f"reminded too often: {row!r}"
            if row.wake_at is None:
                assert row.reminders >= min(most), f"not reminded any more: {row!r}"
            else:
                assert row.reminders < max(most), f"reminded once more: {row!r}"
                wanted = {at for policy in self.policies for at in _next_mornings(policy, agent, now)}
                assert row.wake_at in wanted, f"to be reminded at {wanted}: {row!r}"

    def _reply_changed(self, before: Reply, row: Reply) -> None:
        now = self.world.now
        if before.status == "awaited" and row.status == "paused":
            stood = {opened(one, now, row.due_at) - opened(one, row.due_at, now) for one in self.policies}
            self._about(timedelta(seconds=row.remaining_seconds or 0), stood, row)
        if before.status == "paused" and row.status == "awaited":
            left = timedelta(seconds=before.remaining_seconds or 0)
            found = {opened(one, now, row.due_at) - opened(one, row.due_at, now) for one in self.policies}
            self._about(left, found, row)
            due = row.missed_at is None
            assert row.wake_at is not None or not due or self._is_called_back(row), f"no clock: {row!r}"
        if row.status == "given" and before.status != "given":
            at = row.given_at
            assert at is not None, f"{row!r}"
            assert at >= row.asked_at, f"answered before it was asked: {row!r}"
            took = {int(opened(policy, row.asked_at, at).total_seconds()) for policy in self.policies}
            assert row.took_seconds in took, f"it took {took} s: {row!r}"
            late = {int(opened(policy, row.due_at, at).total_seconds()) for policy in self.policies}
            if before.status == "paused":
                late = {max(0, -(before.remaining_seconds or 0))}
            assert row.late_by_seconds in late, f"late by {late} s: {row!r}"
            assert (row.missed_at is None) or row.late_by_seconds, f"missed, but in time: {row!r}"
        if row.status == "awaited" and row.step == "warn" and row.wake_at != before.wake_at:
            self._warned_of(row)

    def _warned_of(self, row: Reply) -> None:
        minutes = {policy.replies.warn_opening_minutes_before for policy in self.policies}
        assert row.wake_at is not None, f"{row!r}"
        if row.wake_at > self.world.now + SECONDS:
            left = {opened(policy, row.wake_at, row.due_at) for policy in self.policies}
            self._about(timedelta(minutes=minutes.pop()), left, row)

    def _is_called_back(self, reply: Reply) -> bool:
        return any(
            isinstance(row, Commitment)
            and row.origin == "call_back"
            and row.interaction_id == reply.interaction_id
            for row in self.rows.values()
        )

    @staticmethod
    def _about(found: timedelta, wanted: set[timedelta], row: Row) -> None:
        assert any(abs(found - one) <= SECONDS for one in wanted), f"{found}, not {wanted}: {row!r}"

    # ------------------------------------------------------------ surveys

    def _survey_changed(self, before: Survey, row: Survey) -> None:
        match before.status, row.status:
            case "scheduled", "sent":
                self._asks(row)
            case "scheduled", "withheld":
                self._does_not_ask(row)
            case "sent", "answered":
                said = {(entry.score, entry.comment or None) for entry in self.world.browser.entries}
                texted = str(row.score) in self.world.texted and row.comment is None
                assert texted or (str(row.score), row.comment) in said, f"said {said}: {row!r}"

    def _asks(self, row: Survey) -> None:
        known, customer = self.world.facts.permissions, self.rows[row.customer_id]
        assert isinstance(customer, Customer)
        agreed = known.consents.get(customer.id)
        if agreed and self.world.now - agreed[0] > UNSURE:
            assert agreed[1]["survey"], f"asked without consent: {row!r}"
        left_at = known.surveys.get(customer.id)
        assert left_at is None or self.world.now - left_at < UNSURE, f"asked after {left_at}: {row!r}"
        for contact in self._contacts(row):
            lately = self.world.now - contact.recorded_at < UNSURE
            assert lately or contact.tone != "abusive", f"asked, and somebody was abusive: {row!r}"
        case = self.rows.get(self.case_of(row) or "")
        if isinstance(case, Case) and row.kind != "promise":
            assert case.status == "resolved", f"asked about what is not settled: {row!r}"
            settled = {change.at for change in case.history if change.what == "resolved"}
            given = any(
                isinstance(one, Reply)
                and one.given_at is not None
                and one.given_at not in settled
                and self.case_of(one) == case.id
                for one in self.rows.values()
            )
            served = any(map(_serves, self._contacts(row)))
            assert given or served, f"asked, and nobody served them: {row!r}"
        assert row.sent_at is not None, f"{row!r}"
        for at, named in ((row.reminds_at, "remind_after_days"), (row.closes_at, "close_after_days")):
            assert at is not None, f"{row!r}"
            days = {getattr(policy.surveys, named) for policy in self.policies}
            off = min(abs(at - row.sent_at - n * DAY) for n in days)
            assert off <= AN_HOUR, f"{named}: {row!r}"
        assert row.wake_at == row.reminds_at, f"{row!r}"

    def _does_not_ask(self, row: Survey) -> None:
        """Withheld, and for a reason that is one."""
        known, customer = self.world.facts.permissions, self.rows[row.customer_id]
        assert isinstance(customer, Customer)
        contacts, case = list(self._contacts(row)), self.rows.get(self.case_of(row) or "")
        because = str(row.withheld_because)
        agreed = known.consents.get(customer.id)
        open_again = isinstance(case, Case) and (case.status == "open" or case.survey_id != row.id)
        served = any(map(_serves, contacts))
        is_so = {
            "asked something lately": not row.again,  # it waits until they may be asked
            "did not agree": agreed is None or not agreed[1]["survey"] or customer.id in known.surveys,
            "no address": all(not self._reaches(customer, medium) for medium in ("email", "sms")),
            "abusive": any(one.tone == "abusive" for one in contacts),
            "taken up again": open_again,
            "opened again": True,
            "nobody of ours": not served,
        }
        reason = next((reason for reason in is_so if reason in because), None)
        assert reason is None or is_so[reason], f"not so: {because}: {row!r}"

    def _reaches(self, customer: Customer, medium: str, *, survey: bool = True) -> bool:
        """Whether the customer can be written to by it, for all that is known."""
        known = self.world.facts.permissions
        address = customer.email if medium == "email" else customer.phone
        agreed = known.consents.get(customer.id)
        if address is None or agreed is None or not agreed[1][medium]:
            return False
        if survey and customer.id in known.surveys:
            return False
        return known.stopped_at(address) is None and address not in known.unsettled

    def _contacts(self, row: Row) -> Iterator[Interaction]:
        case_id = self.case_of(row)
        return (
            one
            for one in self.rows.values()
            if case_id and isinstance(one, Interaction) and self.case_of(one) == case_id
        )

    def _answered(self, row: Survey, new: list[Row]) -> None:
        """An answer that counts opens what it deserves, and no more."""
        agent = self.rows[row.agent_id]
        assert isinstance(agent, Agent)
        score = row.score or 0
        low = {score <= policy.surveys.low_score_at_most.get(row.kind, -1) for policy in self.policies}
        high = {score >= policy.surveys.high_score_at_least.get(row.kind, NEVER) for policy in self.policies}
        ours = [one for one in new if isinstance(one, FollowUp) and one.origin == "unhappy"]
        calls = [one for one in new if isinstance(one, Commitment) and one.origin == "unhappy"]
        praise = [one for one in new if isinstance(one, Message) and one.purpose == "praise"]
        assert bool(ours) in low, f"unhappy or not: {row!r}"
        assert bool(praise) in {one and bool(row.comment) for one in high}, f"praised or not: {row!r}"
        if ours and row.case_id and not row.again:
            self._unhappy.add(self.case_of(row) or row.case_id)
        led = agent.supervisor_id is not None and row.interaction_id is not None
        assert bool(calls) == (bool(ours) and led), f"to be called or not: {row!r}"
        for one in ours:
            self._goes_up(one, row.agent_id)
            assert str(row.score) in one.reason, f"{one!r}"
        for call in calls:
            assert call.agent_id == agent.supervisor_id, f"{call!r}"
            assert call.due_at == ours[0].due_at, f"{call!r}"
        for thanks in praise:
            assert thanks.recipient_id == agent.id, f"{thanks!r}"

    # ------------------------------------------------------------ at the end of a step

    def settle(self, touched: list[Row]) -> None:
        """What follows in the same breath did follow. `touched` are the rows as they were written."""
        new = [row for row in touched if row.version == 1]
        self._judge_merges()
        for contact, asked_again, asked in self._planned_now:
            found = {type(row) for row in new if getattr(row, "interaction_id", None) == contact.id}
            assert (FollowUp in found) == asked_again, f"to be followed up {asked_again}: {contact!r}"
            assert (Survey in found) or not asked, f"to be asked: {contact!r}"
            assert contact.resolved or Survey not in found, f"not to be asked: {contact!r}"
        self._planned_now.clear()
        thanked = any(isinstance(row, Interaction) and row.summary in THANKS for row in new)
        messages = [row for row in new if isinstance(row, Message) and not row.instead_of]
        for step in self.steps:
            self._told(step, [one for one in messages if one.about_id == step.after.id])
            row, before = step.after, step.before
            if isinstance(row, Survey) and (before.status, row.status) == ("sent", "answered"):
                self._answered(row, [one for one in new if self._comes_of(one, row)])
            if isinstance(row, Survey) and (before.status, row.status) == ("answered", "sent"):
                self._unhappy.discard(self.case_of(row) or "")
            if isinstance(row, Commitment) and row.status == "kept" and before.status != "kept":
                self._kept(row)
            if isinstance(row, Reply) and (before.status, row.status) == ("paused", "awaited"):
                assert not thanked, f"thanks, and the clock goes on: {row!r}"
            if isinstance(row, Reply) and row.status == "given" and self.rows.get(row.id) is row:
                self._given(row)
        for message in messages:
            if message.to == "customer":
                self._by_what_they_prefer(message)
        for case in touched:
            if isinstance(case, Case) and self.rows.get(case.id) is case and case.status != "merged":
                self._stands(case)
        self.steps.clear()

    def _stands(self, case: Case) -> None:
        """A case knows whom it keeps waiting, and whoever has it owes them the answer."""
        waits = {
            row.id: row.agent_id
            for row in self.rows.values()
            if isinstance(row, Reply) and row.status in {"awaited", "paused"} and self.case_of(row) == case.id
        }
        assert waits.items() <= {(case.reply_id, case.agent_id)}, f"they wait for {waits}: {case!r}"
        assert case.ask_again == (case.id in self._unhappy), f"to be asked once more: {case!r}"

    def _given(self, reply: Reply) -> None:
        calls = [
            row
            for row in self.rows.values()
            if isinstance(row, Commitment)
            and row.origin == "call_back"
            and row.status == "open"
            and row.interaction_id == reply.interaction_id
        ]
        assert not calls, f"answered, and still to be called: {calls}"

    def _by_what_they_prefer(self, message: Message) -> None:
        """The customer hears by what they prefer, if they can; else by what there is."""
        customer, known, now = self.rows[message.customer_id], self.world.facts.permissions, self.world.now
        assert isinstance(customer, Customer)
        agreed = known.consents.get(customer.id)
        if agreed is None:
            return
        said = [known.said_at.get(customer.id), agreed[0]]
        said += [known.changed_at.get(str(address)) for address in (customer.email, customer.phone)]
        unsettled = not known.unsettled.isdisjoint({customer.email, customer.phone})
        if unsettled or any(at and now - at < UNSURE for at in said):
            return
        first: Medium = "sms" if customer.preferred_channel == "sms" else "email"
        second: Medium = "email" if first == "sms" else "sms"
        survey = message.about_kind == "survey"
        reached = [each for each in (first, second) if self._reaches(customer, each, survey=survey)]
        assert reached[:1] == [message.medium], f"not by the first of {reached}: {message!r}"

    def _judge_merges(self) -> None:
        for gone, into in self._merges:
            assert isinstance(into, Case)
            self._merged(gone, into)
        self._merges.clear()

    def _merged(self, gone: Case, into: Case) -> None:
        """What stood about either of two cases stands about what they became."""
        became = self.rows[into.id]
        assert isinstance(became, Case)
        if gone.id in self._unhappy:
            self._unhappy = self._unhappy - {gone.id} | {into.id}
        for fact in ("answered", "served", "abusive", "ask_again"):
            either = getattr(gone, fact) or getattr(into, fact)
            assert getattr(became, fact) == either, f"{fact}: {became!r}"
        assert became.granted == gone.granted + into.granted, f"given for both: {became!r}"
        assert became.steps == (into.steps or gone.steps), f"the steps of a complaint: {became!r}"
        complaint = "complaint" in {gone.kind, into.kind}
        assert (became.kind == "complaint") == complaint, f"a complaint or not: {became!r}"
        assert set(became.follow_up_ids) == {*gone.follow_up_ids, *into.follow_up_ids}, f"to do: {became!r}"
        calls = {
            row.id
            for row in self.rows.values()
            if isinstance(row, Commitment)
            and row.origin == "call_back"
            and row.status == "open"
            and self.case_of(row) == became.id
        }
        assert calls <= {became.call_back_id}, f"to call {calls}: {became!r}"
        last = max((gone, into), key=lambda one: one.last_contact_at)
        assert became.last_contact_at == last.last_contact_at, f"the last contact: {became!r}"
        last_ids = {
            one.last_interaction_id for one in (gone, into) if one.last_contact_at == last.last_contact_at
        }
        assert became.last_interaction_id in last_ids, f"the last contact: {became!r}"
        around = min(filter(None, (gone.run_around_at, into.run_around_at)), default=None)
        assert became.run_around_at == around, f"a run-around: {became!r}"

    @staticmethod
    def _comes_of(one: Row, survey: Survey) -> bool:
        if isinstance(one, Message):
            return one.about_id == survey.id
        return getattr(one, "interaction_id", None) == survey.interaction_id

    def _kept(self, row: Commitment) -> None:
        asked = any(isinstance(one, Survey) and one.commitment_id == row.id for one in self.rows.values())
        asks = {policy.surveys.after_kept_promise and row.origin == "stated" for policy in self.policies}
        assert asked in asks, f"kept, to be asked {asks}: {row!r}"
        settled = self.rows.get(row.settles_id or "")
        done = not isinstance(settled, FollowUp) or settled.status in {"done", "cancelled"}
        assert done, f"called, and still to be done: {settled!r}"

    def _told(self, step: Step, messages: list[Message]) -> None:
        ways = self._to_be_told(step)
        purposes = {one.purpose for one in messages}
        if len([one for one in self.steps if one.after.id == step.after.id]) > 1:
            return  # several steps at once: late ones, whose messages cannot be told apart
        found = purposes - {"running_late", "praise", "survey", "survey_reminder"}
        if any("link" in one.why for one in messages):
            return
        assert any(found == way.keys() for way in ways), f"told {found}, not {ways}: {step.after!r}"
        agent = self.rows.get(step.after.agent_id)
        assert isinstance(agent, Agent)
        if not found or self._is_unsure():
            return
        sent = {
            purpose: {(one.recipient_id, one.medium) for one in messages if one.purpose == purpose}
            for purpose in found
        }
        right = [{purpose: self._readers(*party, agent) for purpose, party in way.items()} for way in ways]
        assert sent in right, f"told {sent}, not {right}: {step.after!r}"

    def _to_be_told(self, step: Step) -> list[dict[str, Told]]:
        """What the step tells, to whom: in one of these ways, by one of the policies."""
        if isinstance(step.before, Commitment) and isinstance(step.after, Commitment):
            before, row = step.before, step.after
            climbed = before.step == "escalate" and row.rung > before.rung
            if row.status == "open" and climbed and len(row.history) == len(before.history):
                return self._rungs(before.rung)
        return [self._told_by_any(step)]

    def _told_by_any(  # noqa: PLR0911 - one for each kind
        self, step: Step
    ) -> dict[str, Told]:
        match step.before, step.after:
            case Commitment() as before, Commitment() as row if row.status == "open":
                if len(row.history) > len(before.history):
                    return {}
                if row.flagged_at != before.flagged_at:
                    return {"promise_overdue": ("agent", None)}
                if before.step == "warn" and row.step == "flag":
                    return {"promise_warning": ("agent", None)}
            case FollowUp() as before, FollowUp() as row if row.reminders == before.reminders + 1:
                told: dict[str, Told] = {"follow_up_reminder": (row.told, None)}
                after_reminders = {one.follow_ups.supervisor_hears_after_reminders for one in self.policies}
                if row.reminders - 1 in after_reminders:
                    told["follow_up_unanswered"] = ("supervisor", None)
                return told
            case Reply() as before, Reply() as row if row.status == "awaited" == before.status:
                if row.missed_at and not before.missed_at:
                    return {"reply_missed": ("supervisor", None)}
                if (before.step, row.step) == ("warn", "miss") and row.due_at == before.due_at:
                    return {"reply_warning": ("agent", None)}
            case Goodwill() as before, Goodwill() as row if row.reminders > before.reminders:
                return {"goodwill_approval": ("supervisor", None)}
        return {}

    def _rungs(self, number: int) -> list[dict[str, Told]]:
        ways: list[dict[str, Told]] = []
        for policy in self.policies:
            for rung in policy.commitments.ladder[number : number + 1]:
                purpose = "promise_overdue" if rung.tell == "agent" else "promise_escalation"
                ways.append({purpose: (rung.tell, rung.by)})
        return ways

    # ------------------------------------------------------------ who is told

    def _is_unsure(self) -> bool:
        """Whether somebody came, went or could not be reached just now."""
        now, known = self.world.now, self.world.facts.permissions
        for row in self.rows.values():
            if isinstance(row, Agent):
                if now - self.changed_at[row.id] < UNSURE or row.email in known.unsettled:
                    return True
                if (died := known.changed_at.get(row.email)) and now - died < UNSURE:
                    return True
                if row.away_until and abs(row.away_until - now) < SECONDS:
                    return True
        return False

    def _readers(
        self, party: str, by: tuple[Medium, ...] | None, agent: Agent
    ) -> set[tuple[str | None, Medium]]:
        """Who is told, and by what: the owner where there is nobody else."""
        first = None if party == "owner" else agent if party == "agent" else self._agent(agent.supervisor_id)
        reader, media = self._reached(first, by, set())
        if reader is None:
            return {(None, "email")}
        return {(reader.id, medium) for medium in media}

    def _reached(
        self, agent: Agent | None, by: tuple[Medium, ...] | None, passed: set[str]
    ) -> tuple[Agent | None, tuple[Medium, ...]]:
        if agent is None or agent.id in passed:
            return None, ()
        passed.add(agent.id)
        there = agent.away_until is None or agent.away_until <= self.world.now
        media = self._media(agent, by) if there else ()
        if media:
            return agent, media
        for other in (agent.covered_by, agent.supervisor_id):
            reader, media = self._reached(self._agent(other), by, passed)
            if reader is not None:
                return reader, media
        return None, ()

    def _media(self, agent: Agent, by: tuple[Medium, ...] | None) -> tuple[Medium, ...]:
        has: dict[Medium, str | None] = {"email": agent.email, "sms": agent.phone}
        wanted = tuple(one for one in by or agent.notify_by if has[one]) or ("email",)
        others = tuple(one for one in has if has[one] and one not in wanted)
        for media in (wanted, others):
            working = tuple(
                one for one in media if self.world.facts.permissions.stopped_at(str(has[one])) is None
            )
            if working:
                return working
        return ()

    def _agent(self, agent_id: str | None) -> Agent | None:
        row = self.rows.get(agent_id or "")
        return row if isinstance(row, Agent) else None

    # ------------------------------------------------------------ check-ins and schedules

    def customer(self, before: Customer | None, row: Customer) -> None:
        """They are checked in with so many days after they were in touch last."""
        if row.wake_at is None or (before is not None and row.wake_at == before.wake_at):
            return
        contacts = [
            one.occurred_at
            for one in self.rows.values()
            if isinstance(one, Interaction) and one.customer_id == row.id
        ]
        anchor = max(contacts, default=row.created_at)
        assert row.anchor == anchor, f"counted from {row.anchor}, not {anchor}"
        wanted: set[datetime] = set()
        for policy in self.policies:
            by_tag = policy.check_ins.every_days_by_tag
            tagged = [by_tag[tag] for tag in row.tags if tag in by_tag]
            for days in filter(None, (row.check_in_every_days or min(tagged, default=None),)):
                now = before.wake_at if before and before.wake_at and before.anchor == row.anchor else anchor
                now = max(now, self.world.now) if now is not anchor else now
                wanted.add(check_in(policy, anchor, now, days))
                wanted.add(check_in(policy, anchor, anchor, days))
        assert row.wake_at in wanted, f"to be checked in with at {wanted}, not {row.wake_at}"

    def schedules(self) -> None:
        """Without faults each row that is to be on time has its schedule, and no other is left."""
        now = self.world.now
        steady = {
            row.id: row
            for row in self.rows.values()
            if isinstance(row, DueRow) and now - self.changed_at[row.id] > timedelta(minutes=1)
        }
        due = {
            row.id: (row.version, row.wake_at)
            for row in steady.values()
            if row.wake_at is not None and row.wake_at > now + timedelta(minutes=1) and _is_punctual(row)
        }
        found = {name: _scheduled(schedule) for name, schedule in self.world.aws.scheduler.schedules.items()}
        for name, wanted in due.items():
            assert found.get(name) == wanted, f"scheduled {found.get(name)}, not {wanted}: {steady[name]!r}"
        stale = (found.keys() & steady.keys()) - due.keys()
        assert not stale, f"schedules of nothing: {[steady[name] for name in stale]}"


def _serves(contact: Interaction) -> bool:
    return contact.direction == "outbound" or contact.resolved or contact.channel in TALKS


def _scheduled(schedule: dict[str, Any]) -> tuple[int, datetime]:
    at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
    return json.loads(schedule["Target"]["Input"])["version"], at


def _is_punctual(row: DueRow) -> bool:
    """Whether somebody set its minute."""
    match row:
        case Commitment():
            return row.step in {"warn", "flag"}
        case FollowUp():
            return row.status == "scheduled"
        case Survey():
            return row.step == "ask"
    return False


def _hours(policy: PolicyDocument, kind: str) -> int:
    rules = policy.surveys
    return rules.hours_after_kept_promise if kind == "promise" else rules.hours_after_resolution


def _warned_at(policy: PolicyDocument, agent: Agent, due_at: datetime) -> datetime:
    """So long before, at work; else when the agent next is if that is in time, else before they left."""
    at = before(policy, policy.commitments.warn_before, due_at)
    if at_work(policy, agent, at):
        return at
    if (begins := opens(policy, at, agent)) < due_at:
        return begins
    earlier = [part for part in intervals(policy, agent, at - 15 * DAY, at) if part[1] <= at]
    began, ended = earlier[-1]
    return max(began, ended - AN_HOUR)


def _next_mornings(policy: PolicyDocument, agent: Agent, now: datetime) -> list[datetime]:
    """When the agent is reminded again: on the working morning after they hear of it."""
    if at_work(policy, agent, now):
        return mornings(policy, agent, now, 1)
    return mornings(policy, agent, now, 2)
