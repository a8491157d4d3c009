"""Contacts: recorded and planned once, with everything that follows from them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.oracles.business_time import opened
from tests.simulation.oracles.follow_ups import AUTOMATIC, TO_BE_DONE, says_thanks
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.replies import UNANSWERED
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey

LIVE_CHANNELS = {"phone", "chat", "in_person"}
NOT_PLANNED = {"unhappy", "bounced"}
"""Origins of follow-ups that are not derived when a contact is planned."""


@dataclass(frozen=True)
class Planned:
    """A planned contact, and what must follow from it."""

    contact: Interaction
    survey: bool


class Interactions:
    """Checks every contact."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._planned: list[Planned] = []

    def check_change(self, before: Row, after: Row) -> None:
        """Note what must come of a contact that is planned, as its case stands at this moment."""
        if not (isinstance(before, Interaction) and isinstance(after, Interaction)):
            return
        if after.wake_at is None and before.wake_at is not None:
            case = self._observed.rows.get(after.case_id)
            settled = isinstance(case, Case) and case.status == "resolved"
            asks = all(policy.surveys.after_resolution != "none" for policy in self._observed.policies)
            self._planned.append(Planned(after, after.resolved and settled and asks))

    def check_batch(self, batch: Batch) -> None:
        """New and planned contacts have all that follows from them."""
        new = batch.new_of(Interaction)
        for contact in new:
            case = self._observed.rows.get(contact.case_id)
            if isinstance(case, Case):
                self._check_case(contact, case)
                self._check_follow_ups(contact, case)
                self._check_commitments(contact, case)
                if contact.awaits_reply and not contact.resolved:
                    self._check_reply(contact, case)
        for before, after in batch.changes_of(Interaction):
            if len(after.corrections) > len(before.corrections):
                self._check_corrected(before, after)
        for planned in self._planned:
            self._check_planned(planned, batch)
        self._planned.clear()
        for contact in new:
            self._check_answers(contact)

    def check_end(self) -> None:
        """Each contact was recorded once and planned once."""
        contacts = list(self._observed.of_kind(Interaction))
        for row in contacts:
            assert row.wake_at is None, f"never planned: {row.summary}"
        recorded = Counter((row.customer_id, row.summary, row.occurred_at) for row in contacts)
        assert set(recorded.values()) <= {1}, f"recorded twice: {recorded}"
        derived = Counter(
            (row.interaction_id, row.origin, row.reason)
            for row in self._observed.of_kind(FollowUp)
            if row.interaction_id and row.origin not in {*NOT_PLANNED, *AUTOMATIC}
        )
        assert set(derived.values()) <= {1}, f"planned twice: {derived}"

    def _check_corrected(self, before: Interaction, contact: Interaction) -> None:
        """The former values are kept, and what follows from the contact is as it was corrected."""
        former = contact.corrections[-1].model_dump(exclude={"at", "by"}, exclude_none=True)
        kept = all(getattr(before, name) == value for name, value in former.items())
        assert former, f"what it was is lost: {contact!r}"
        assert kept, f"it was not {former}: {before!r}"
        for row in self._observed.of_kind(FollowUp):
            if row.interaction_id == contact.id and row.origin in {"upset", "abusive"}:
                to_do = row.status in TO_BE_DONE
                assert row.origin == contact.tone or not to_do, f"no longer so: {row!r}"
        if contact.tone != "calm":
            origins = {
                row.origin for row in self._observed.of_kind(FollowUp) if row.interaction_id == contact.id
            }
            assert contact.tone in origins, f"the supervisor does not know: {contact!r}"
        for reply in self._observed.of_kind(Reply):
            if reply.interaction_id == contact.id and reply.status in UNANSWERED:
                assert reply.asked_at == contact.occurred_at, f"the clock started then: {reply!r}"
        case = self._observed.rows.get(contact.case_id)
        if isinstance(case, Case) and contact.kind == "complaint":
            current = self._observed.rows.get(case.merged_into or case.id)
            assert isinstance(current, Case), f"{case!r}"
            assert current.kind == "complaint", f"no complaint: {current!r}"

    def _check_case(self, contact: Interaction, case: Case) -> None:
        thanks = says_thanks(contact)
        inbound = contact.direction == "inbound"
        talked = contact.follow_up is not None and contact.channel in LIVE_CHANNELS
        answered_here = contact.resolved or contact.commitments or talked
        assert contact.awaits_reply or not inbound or thanks or answered_here, f"they wait: {contact!r}"
        assert not contact.awaits_reply or (inbound and not thanks), f"they do not wait: {contact!r}"
        late = contact.occurred_at < case.last_contact_at
        assert not late or case.last_interaction_id != contact.id, f"not the last: {case!r}"
        assert case.abusive or contact.tone != "abusive", f"abusive, and forgotten: {case!r}"
        complaint = contact.kind == "complaint"
        assert not complaint or (case.kind == "complaint" and case.steps), f"no complaint: {case!r}"
        served = not inbound or contact.resolved or contact.channel in LIVE_CHANNELS
        assert case.served or not served, f"served, and forgotten: {case!r}"
        assert not (inbound and not thanks and case.waiting_for_customer), f"they came: {case!r}"
        missing = any(step.critical and step.done_at is None for step in case.steps)
        settled = contact.resolved and not late and not missing
        assert not settled or case.status == "resolved", f"settled, and still open: {case!r}"
        if not contact.resolved and inbound and not thanks and not late:
            assert case.status == "open", f"they came back, and it is {case.status}: {case!r}"

    def _check_follow_ups(self, contact: Interaction, case: Case) -> None:
        origins = {row.origin for row in self._observed.of_kind(FollowUp) if row.interaction_id == contact.id}
        wanted = {contact.tone} - {"calm"} | ({"requested"} if contact.follow_up else set())
        found = origins - {*AUTOMATIC, "run_around"}
        assert found == wanted, f"brought {found}, not {wanted}: {contact!r}"
        run_around = [
            len(case.hand_offs) > policy.cases.hand_offs_at_most
            or len(case.repeat_contacts) > policy.cases.repeat_contacts_at_most
            or len(case.reopenings) > policy.cases.reopenings_at_most
            for policy in self._observed.policies
        ]
        known = any(
            row.origin == "run_around" and self._observed.case_of(row) == case.id
            for row in self._observed.of_kind(FollowUp)
        )
        assert known or not all(run_around), f"a run-around, and nobody is told: {case!r}"
        assert "run_around" not in origins or any(run_around), f"no run-around: {case!r}"

    def _check_commitments(self, contact: Interaction, case: Case) -> None:
        stated = [
            (row.what, row.due_at, row.agent_id)
            for row in self._observed.of_kind(Commitment)
            if row.interaction_id == contact.id and row.origin == "stated"
        ]
        said = [(one.what, one.due_at, case.agent_id) for one in contact.commitments]
        assert sorted(stated) == sorted(said), f"promised {said}, and written down {stated}"

    def _check_reply(self, contact: Interaction, case: Case) -> None:
        observed, policies = self._observed, self._observed.policies
        if not all(contact.channel in policy.replies.opening_minutes for policy in policies):
            return
        waits = [
            row
            for row in observed.of_kind(Reply)
            if row.status in UNANSWERED and observed.case_of(row) == case.id
        ]
        if not waits and self._is_answered_later(contact, case):
            return
        assert waits, f"they wait, and no clock runs: {contact!r}"
        (reply,) = waits
        assert reply.status == "awaited", f"they came, and the clock stands still: {reply!r}"
        assert reply.agent_id == case.agent_id, f"not whose case it is: {reply!r}"
        if reply.interaction_id != contact.id or contact.occurred_at < case.last_contact_at:
            return
        called = any(
            row.origin == "call_back" and row.interaction_id == contact.id
            for row in observed.of_kind(Commitment)
        )
        at = contact.occurred_at
        is_open = {opened(policy, at, at + timedelta(seconds=1)) > timedelta(0) for policy in policies}
        calls = {policy.replies.call_back_outside_hours for policy in policies}
        sure = len(is_open) == len(calls) == 1
        right = calls.copy().pop() and not is_open.copy().pop()
        assert not sure or called == right, f"a call back, or none: {contact!r}"
        assert called or reply.wake_at is not None, f"no clock: {reply!r}"

    def _is_answered_later(self, contact: Interaction, case: Case) -> bool:
        """Whether something written down before shows that they had their reply after this contact."""
        answers = [
            row.occurred_at
            for row in self._observed.interactions_of_case(contact)
            if row.direction == "outbound" or row.resolved
        ]
        answers += [change.at for change in case.history if change.what == "resolved"]
        answers += [
            row.given_at
            for row in self._observed.of_kind(Reply)
            if row.given_at and self._observed.case_of(row) == case.id
        ]
        return any(at >= contact.occurred_at for at in answers)

    @staticmethod
    def _check_planned(planned: Planned, batch: Batch) -> None:
        contact = planned.contact
        found = {type(row) for row in batch.new if getattr(row, "interaction_id", None) == contact.id}
        assert (Survey in found) or not planned.survey, f"to be asked: {contact!r}"
        assert contact.resolved or Survey not in found, f"not to be asked: {contact!r}"

    def _check_answers(self, contact: Interaction) -> None:
        """A contact with the customer, or one that resolves the case, answers what they waited for."""
        if contact.direction == "inbound" and not contact.resolved:
            return
        for row in self._observed.rows.values():
            if isinstance(row, Commitment | Reply) and _is_awaited(row):
                asked = self._observed.rows[row.interaction_id]
                assert isinstance(asked, Interaction)
                same_case = self._observed.case_of(row) == contact.case_id
                answered = asked.occurred_at < contact.occurred_at and same_case
                assert not answered, f"answered by {contact.summary}, and still to be: {row!r}"


def _is_awaited(row: Commitment | Reply) -> bool:
    """Whether the customer waits for this reply, or for this call."""
    if isinstance(row, Reply):
        return row.status in UNANSWERED
    return row.origin == "call_back" and row.status == "open"
