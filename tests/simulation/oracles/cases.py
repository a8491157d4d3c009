"""Cases: evidence counted from the contacts, facts kept in a merge, and nothing left open once resolved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.oracles.follow_ups import AUTOMATIC, TO_BE_DONE, says_thanks
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.replies import UNANSWERED
from tests.simulation.oracles.surveys import Surveys
from tests.simulation.oracles.tolerances import WEEK
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules.ids import case_survey_id

EDGES = {
    "open": "open resolved merged",
    "resolved": "resolved open merged",
    "merged": "merged open resolved",
}

LISTED = 40
"""How many open promises, and how many follow-ups, a case lists."""

NEXT_STEPS = {"awaited", "open", *TO_BE_DONE}
"""States of work in which somebody has something to do."""


def waits_for_customer(contact: Interaction, kind: str) -> bool:
    """Whether the desk waits for the customer after this, in a case that is of this kind so far, if any."""
    if contact.direction == "inbound" or contact.resolved:
        return False
    if contact.asks_customer is not None:
        return contact.asks_customer
    return "?" in contact.summary or (contact.kind == "question" and kind != "question")


@dataclass
class Evidence:
    """The evidence of a case, counted from its contacts."""

    contacts: int = 0
    hand_offs: int = 0
    repeats: int = 0
    reopenings: int = 0
    last_inbound: datetime | None = None

    def add(self, other: "Evidence") -> None:
        """Add that of a case that was merged into this one."""
        self.contacts += other.contacts
        self.hand_offs += other.hand_offs
        self.repeats += other.repeats
        self.reopenings += other.reopenings
        self.last_inbound = max(filter(None, (self.last_inbound, other.last_inbound)), default=None)

    def count(self, contact: Interaction, case: Case | None) -> None:
        """Count one more contact. `case` is as it stood before."""
        at, thanks = contact.occurred_at, says_thanks(contact)
        self.contacts += 1
        if contact.direction == "inbound" and not thanks:
            last, waited = self.last_inbound, case is not None and case.waiting_for_customer
            if last is not None and not waited and timedelta(0) <= at - last <= WEEK:
                self.repeats += 1
            self.last_inbound = max(last or at, at)
        holder = case.agent_id if case else contact.agent_id
        self.hand_offs += (contact.handed_over_from or holder) != contact.agent_id
        was_resolved = case is not None and case.status == "resolved"
        came_back = contact.direction == "inbound" and not contact.resolved and not thanks
        self.reopenings += was_resolved and came_back

    @classmethod
    def of_contacts(cls, contacts: Sequence[Interaction], case: Case, policy: PolicyDocument) -> "Evidence":
        """Count it from what happened, in its order: the contacts, and what people did by hand."""
        evidence = cls()
        holder, waits, frozen, kind = "", False, False, ""
        resolved, only_thanks = False, False
        by_hand = sorted(
            (change for change in case.history if change.interaction_id is None), key=lambda change: change.at
        )
        for contact in sorted(contacts, key=lambda one: (one.occurred_at, one.recorded_at)):
            at, thanks = contact.occurred_at, says_thanks(contact)
            while by_hand and by_hand[0].at < at:
                change = by_hand.pop(0)
                holder = change.agent_after or holder
                waits = (waits or change.what == "waiting for the customer") and change.what not in {
                    "taken up again",
                    "resolved",
                }
                if change.what in {"resolved", "reopened"}:
                    resolved, only_thanks = change.what == "resolved", False
            evidence.contacts += 1
            former = contact.handed_over_from or holder or contact.agent_id
            evidence.hand_offs += former != contact.agent_id
            holder = holder if frozen and holder else contact.agent_id
            if contact.direction == "inbound" and not thanks:
                last = evidence.last_inbound
                if last is not None and not waits and timedelta(0) <= at - last <= WEEK:
                    evidence.repeats += 1
                evidence.last_inbound, waits = at, False
                if resolved and not contact.resolved:
                    evidence.reopenings += not only_thanks
                    resolved = False
            elif waits_for_customer(contact, kind):
                waits = True
            kind = contact.kind if not kind or contact.kind == "complaint" else kind
            frozen = frozen or evidence.is_run_around(policy)
            complaint = any(one.kind == "complaint" and one.occurred_at <= at for one in contacts)
            missing = complaint and any(
                step.critical and (step.done_at is None or step.done_at > at) for step in case.steps
            )
            if contact.resolved and not resolved and not missing:
                resolved, only_thanks, waits = True, False, False
            elif thanks and contact.direction == "inbound" and evidence.contacts == 1:
                resolved, only_thanks = True, True
        return evidence

    def is_run_around(self, policy: PolicyDocument) -> bool:
        """Whether it is more than the policy allows."""
        rules = policy.cases
        return (
            self.hand_offs > rules.hand_offs_at_most
            or self.repeats > rules.repeat_contacts_at_most
            or self.reopenings > rules.reopenings_at_most
        )

    def as_shown(self) -> tuple[object, ...]:
        """In the order in which `Cases` compares it with the case."""
        return self.contacts, self.hand_offs, self.repeats, self.reopenings, self.last_inbound


class Cases:
    """Checks every case."""

    def __init__(self, observed: Observed, surveys: Surveys) -> None:
        self._observed, self._surveys = observed, surveys
        self._evidence: defaultdict[str, Evidence] = defaultdict(Evidence)
        self._merged: list[tuple[Case, Case]] = []
        self._resolved: set[str] = set()
        self._taken_apart: set[str] = set()  # of which another case is no longer part

    def check_write(self, before: Row | None, after: Row) -> None:
        """A case shows the evidence of its contacts."""
        if isinstance(after, Interaction) and before is None:
            case = self._observed.rows.get(after.case_id)
            self._evidence[after.case_id].count(after, case if isinstance(case, Case) else None)
        if isinstance(after, Interaction) and before is not None:
            self._note_correction(after)
        if not isinstance(after, Case):
            return
        if after.status == "open":
            self._resolved.discard(after.id)
        if isinstance(before, Case) and before.status == "merged" and after.status != "merged":
            self._taken_apart.add(str(before.merged_into))
        if after.id in self._taken_apart:
            self._taken_apart.discard(after.id)
            self._evidence[after.id] = Evidence(
                after.contacts,
                len(after.hand_offs),
                len(after.repeat_contacts),
                len(after.reopenings),
                after.last_inbound_at,
            )
        if after.status == "merged" and isinstance(before, Case) and before.status != "merged":
            self._evidence[str(after.merged_into)].add(self._evidence[after.id])
        lists = (after.hand_offs, after.repeat_contacts, after.reopenings)
        shown = (after.contacts, *map(len, lists), after.last_inbound_at)
        if after.status != "merged":
            counted = [one for one in self._counted(after) if one.as_shown() == shown]
            assert counted, f"evidence {shown}: {after!r}"
            self._evidence[after.id] = counted[0]

    def _note_correction(self, contact: Interaction) -> None:
        """The customer was last in touch when the contacts say so now; what was counted before stays."""
        case_id = self._observed.case_of(contact)
        others = [one for one in self._observed.of_kind(Interaction) if one.id != contact.id]
        came_in = [
            one.occurred_at
            for one in (*others, contact)
            if self._observed.case_of(one) == case_id and one.direction == "inbound" and not says_thanks(one)
        ]
        if case_id is not None:
            self._evidence[case_id].last_inbound = max(came_in, default=None)

    def _counted(self, case: Case) -> list[Evidence]:
        """The evidence of a case; from what happened, by each policy, unless it was merged."""
        if any(change.what == "another case was merged into this one" for change in case.history):
            return [self._evidence[case.id]]
        contacts = [row for row in self._observed.of_kind(Interaction) if row.case_id == case.id]
        return [Evidence.of_contacts(contacts, case, policy) for policy in self._observed.policies]

    def check_change(self, before: Row, after: Row) -> None:
        """Note which cases are merged in this step."""
        if not (isinstance(before, Case) and isinstance(after, Case)):
            return
        if after.merged_into and not before.merged_into:
            into = self._observed.rows[after.merged_into]
            assert isinstance(into, Case)
            self._merged.append((before, into))

    def check_batch(self, batch: Batch) -> None:
        """A case that others were merged into keeps the facts of both; a resolved one leaves nothing open."""
        for gone, into in self._merged:
            self._check_merged(gone, into)
        self._merged.clear()
        for row in batch.rows:
            if isinstance(row, Case) and self._observed.rows.get(row.id) is row:
                if row.status != "merged":
                    self._check_replies(row)
                if row.status == "open":
                    self._check_next_step(row)
                if row.status == "resolved" and row.resolved_at == row.history[-1].at:
                    self._check_resolved(row)
            if isinstance(row, Commitment | FollowUp) and self._observed.rows.get(row.id) is row:
                self._check_listed(row)

    def check_end(self) -> None:
        """Every open case has a next step that belongs to somebody."""
        for row in self._observed.of_kind(Case):
            if row.status == "open":
                self._check_next_step(row)

    def _check_listed(self, row: Commitment | FollowUp) -> None:
        """A case lists its open promises and follow-ups, forty of each, but those of supervisors."""
        case = self._observed.rows.get(self._observed.case_of(row) or "")
        if not isinstance(case, Case):
            return
        if isinstance(row, FollowUp):
            of_its_agent = row.origin in {*AUTOMATIC, "requested"}
            is_open, listed = row.status in TO_BE_DONE, case.follow_up_ids
        else:
            of_its_agent = row.origin in {"stated", "call_back"}
            is_open, listed = row.status == "open", (*case.commitment_ids, str(case.call_back_id))
        if is_open and of_its_agent:
            more = self._has_had_more_than_it_lists(case, type(row))
            assert row.id in listed or more, f"not listed in its case: {row!r}"
        assert is_open or row.status == "broken" or row.id not in listed, f"over, and listed: {row!r}"

    def _has_had_more_than_it_lists(self, case: Case, kind: type[Commitment | FollowUp]) -> bool:
        of_case = (row for row in self._observed.of_kind(kind) if self._observed.case_of(row) == case.id)
        return sum(1 for _ in of_case) > LISTED

    def _check_next_step(self, case: Case) -> None:
        steps = [
            row
            for row in self._observed.rows.values()
            if isinstance(row, Commitment | FollowUp | Reply)
            and row.status in NEXT_STEPS
            and self._observed.case_of(row) == case.id
        ]
        assert steps, f"left alone: {case!r}"
        for row in steps:
            self._observed.agent(row.agent_id)

    def _check_merged(self, gone: Case, into: Case) -> None:
        """Facts of either of two cases are facts of the remaining case."""
        remaining = self._observed.rows[into.id]
        assert isinstance(remaining, Case)
        for fact in ("answered", "served", "abusive", "ask_again"):
            either = getattr(gone, fact) or getattr(into, fact)
            assert getattr(remaining, fact) == either, f"{fact}: {remaining!r}"
        assert remaining.granted == gone.granted + into.granted, f"given for both: {remaining!r}"
        done = {step.name for step in (*gone.steps, *into.steps) if step.done_at}
        assert {step.name for step in remaining.steps if step.done_at} == done, f"the steps: {remaining!r}"
        complaint = "complaint" in {gone.kind, into.kind}
        assert (remaining.kind == "complaint") == complaint, f"a complaint or not: {remaining!r}"
        to_do = {
            row_id
            for row_id in (
                *gone.follow_up_ids,
                *into.follow_up_ids,
                *gone.commitment_ids,
                *into.commitment_ids,
            )
            if getattr(self._observed.rows.get(row_id), "status", "") in {*TO_BE_DONE, "open"}
        }
        assert {*remaining.follow_up_ids, *remaining.commitment_ids} == to_do, f"to do: {remaining!r}"
        calls = {
            row.id
            for row in self._observed.of_kind(Commitment)
            if row.origin == "call_back"
            and row.status == "open"
            and self._observed.case_of(row) == remaining.id
        }
        assert calls <= {remaining.call_back_id}, f"to call {calls}: {remaining!r}"
        last = max((gone, into), key=lambda one: one.last_contact_at)
        assert remaining.last_contact_at == last.last_contact_at, f"the last contact: {remaining!r}"
        last_ids = {
            one.last_interaction_id for one in (gone, into) if one.last_contact_at == last.last_contact_at
        }
        assert remaining.last_interaction_id in last_ids, f"the last contact: {remaining!r}"
        around = min(filter(None, (gone.run_around_at, into.run_around_at)), default=None)
        assert remaining.run_around_at == around, f"a run-around: {remaining!r}"

    def _check_replies(self, case: Case) -> None:
        """A case names the reply that its customer waits for, and its agent owes it."""
        waits = {
            row.id: row.agent_id
            for row in self._observed.of_kind(Reply)
            if row.status in UNANSWERED and self._observed.case_of(row) == case.id
        }
        assert waits.items() <= {(case.reply_id, case.agent_id)}, f"they wait for {waits}: {case!r}"
        again = case.id in self._surveys.cases_to_ask_again
        assert case.ask_again == again, f"to be asked once more: {case!r}"

    def _check_resolved(self, case: Case) -> None:
        if case.id in self._resolved:
            return
        self._resolved.add(case.id)
        earned = case.resolved_at is not None and case.survey_id == case_survey_id(case, case.resolved_at)
        earned = earned and all(
            policy.surveys.after_resolution != "none" for policy in self._observed.policies
        )
        asked = str(case.survey_id) in self._observed.rows
        assert not earned or asked, f"resolved, and nobody is asked: {case!r}"
        for row in self._observed.rows.values():
            forgotten = (isinstance(row, Reply) and row.status in UNANSWERED) or (
                isinstance(row, FollowUp) and row.origin in AUTOMATIC and row.status in TO_BE_DONE
            )
            still_open = forgotten and self._observed.case_of(row) == case.id
            assert not still_open, f"resolved, and still open: {row!r}"
