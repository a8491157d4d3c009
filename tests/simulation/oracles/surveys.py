"""Surveys: sent with consent, to served customers, not too often; each answer has its consequences."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.simulation.oracles.customer_messages import CustomerMessages
from tests.simulation.oracles.follow_ups import check_is_for_supervisor
from tests.simulation.oracles.interactions import LIVE_CHANNELS
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import may_be_written_to
from tests.simulation.oracles.tolerances import DAY, FASTEST_PERSON, HOUR, LEASE, UNSETTLED, WEEK
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey

EDGES = {
    "scheduled": "scheduled sent withheld",  # scheduled again as long as it is night
    "sent": "sent answered expired withheld",
    "answered": "answered sent",  # amended; sent again if the answer turns out to be a program's
    "expired": "answered",  # a quarantined answer turned out to be the customer's
    "withheld": "scheduled sent",  # the matter was not opened again after all
}
ASKED_LATELY = "asked something lately"
WITHDRAWN = ("the matter was opened again", "it could not be sent")
NO_SCORE = 1000  # above all scores


class Surveys:
    """Checks every survey.

    `cases_to_ask_again` are the ids of cases whose customer was unhappy, and is asked once more about it.
    """

    def __init__(self, observed: Observed, customer_messages: CustomerMessages) -> None:
        self._observed, self._customer_messages = observed, customer_messages
        self.cases_to_ask_again: set[str] = set()
        self._asked_at: dict[str, datetime] = {}  # when each customer was asked last
        self._reopened: set[str] = set()  # surveys of cases that were reopened in this step
        self._merged: list[tuple[str, str]] = []  # cases that were merged in this step, into which

    def check_write(self, before: Row | None, after: Row) -> None:
        """The first answer of a person stays; nobody is asked again before the cool-down is over."""
        match before, after:
            case Case(status="resolved"), Case(status="open") if before.survey_id:
                self._reopened.add(before.survey_id)
            case Survey(), Survey():
                self._check_edge(before, after)

    def check_change(self, before: Row, after: Row) -> None:
        """No survey is sent or withheld without a reason; an answer is what somebody said."""
        match before, after:
            case Case(), Case() if after.merged_into and not before.merged_into:
                self._merged.append((after.id, after.merged_into))
            case Survey(status="scheduled"), Survey(status="sent"):
                self._check_asked(after)
            case Survey(status="withheld"), Survey() if after.status != "withheld":
                because = str(before.withheld_because)
                assert because == WITHDRAWN[0], f"withheld for good: {after!r}"
                asked = after.status == "sent"
                assert asked == (before.sent_at is not None), f"asked before, or not: {after!r}"
            case Survey(status="scheduled"), Survey(status="withheld"):
                self._check_reason_withheld(after)
            case Survey(), Survey(status="answered") if after.confirmed_by and not before.confirmed_by:
                kept = {(one.score, one.comment) for one in before.quarantined}
                assert (after.score, after.comment) in kept, f"nobody sent this answer: {after!r}"
            case Survey(status="sent"), Survey(status="answered"):
                world = self._observed.world
                said = {(entry.score, entry.comment or None) for entry in world.browser.entries}
                texted = str(after.score) in world.texted and after.comment is None
                assert texted or (str(after.score), after.comment) in said, f"said {said}: {after!r}"

    def check_batch(self, batch: Batch) -> None:
        """New ones are due in time; an answer has consequences; reopening a case withdraws its survey."""
        for row in batch.new_of(Survey):
            if row.kind != "nps":
                self._check_new(row)
        for gone_id, into_id in self._merged:
            if gone_id in self.cases_to_ask_again:
                self.cases_to_ask_again = self.cases_to_ask_again - {gone_id} | {into_id}
        self._merged.clear()
        for before, after in batch.changes_of(Survey):
            match before.status, after.status:
                case "sent", "answered":
                    self._check_consequences(after, [one for one in batch.new if _comes_of(one, after)])
                case "answered", "sent":
                    self.cases_to_ask_again.discard(self._observed.case_of(after) or "")
        for survey_id in self._reopened:
            survey = self._observed.rows.get(survey_id)
            asked = isinstance(survey, Survey) and survey.status in {"scheduled", "sent"}
            assert not asked, f"the matter is open again, and asked about: {survey!r}"
        self._reopened.clear()
        for each in batch.rows:
            if isinstance(each, Survey):
                self._check_burst(each)

    def check_end(self) -> None:
        """What a resolved case is asked about was not withdrawn because it was opened again."""
        for case in self._observed.of_kind(Case):
            survey = self._observed.rows.get(case.survey_id or "")
            if case.status == "resolved" and isinstance(survey, Survey):
                assert survey.withheld_because != WITHDRAWN[0], f"resolved, and not asked: {survey!r}"

    def _check_edge(self, before: Survey, after: Survey) -> None:
        world, now, policies = self._observed.world, self._observed.now, self._observed.policies
        match before.status, after.status:
            case "scheduled", "sent":
                last = self._asked_at.get(after.customer_id)
                days = min(policy.surveys.days_between for policy in policies)
                lately = last is not None and now - last < timedelta(days=days) - LEASE
                assert not lately, f"asked at {last} already: {after!r}"
                self._asked_at[after.customer_id] = now
            case "scheduled", "withheld":
                self._check_limit_reached(after)
            case "sent", "answered":
                least = timedelta(0) if self._observed.clocks_differ else FASTEST_PERSON
                by_a_person = any(
                    entry.score == str(after.score) and entry.page_age is not None and entry.page_age >= least
                    for entry in world.browser.entries
                )
                texted = str(after.score) in world.texted
                confirmed = after.confirmed_by is not None
                assert by_a_person or texted or confirmed, f"counted, and not a person's: {after!r}"
            case "sent", "withheld":
                because = str(after.withheld_because)
                assert because.startswith(WITHDRAWN), f"asked, and then withheld: {after!r}"
            case "answered", "answered":
                kept = (before.score, before.comment, before.answered_at)
                counted = (after.score, after.comment, after.answered_at)
                assert kept == counted, f"another answer counted: {after!r}"
                hours = max(policy.surveys.amend_within_hours for policy in policies)
                for later in after.amendments[len(before.amendments) :]:
                    in_time = later.at - (after.answered_at or later.at) <= timedelta(hours=hours)
                    assert in_time, f"amended after {hours} hours: {after!r}"
            case "answered", "sent":
                first, second = after.quarantined[-2:]
                at_once = abs(second.at - first.at) <= FASTEST_PERSON
                assert at_once, f"forgot an answer: {after!r}"
                assert first.score != second.score, f"forgot the same answer: {after!r}"

    def _check_limit_reached(self, survey: Survey) -> None:
        """If a limit is the reason, the customer was asked or written to as often as it allows."""
        now, because, policies = self._observed.now, str(survey.withheld_because), self._observed.policies
        if ASKED_LATELY in because:
            last = self._asked_at.get(survey.customer_id)
            days = max(policy.surveys.days_between for policy in policies)
            lately = last is not None and now - last < timedelta(days=days) + LEASE
            assert lately, f"asked at {last}, which is not lately: {survey!r}"
        if "often enough" in because:
            written = self._customer_messages.written_since(survey.customer_id, now - WEEK - LEASE)
            least = min(policy.customers.messages_at_most for policy in policies)
            assert len(written) >= least, f"written to at {written}, no more: {survey!r}"

    def _check_new(self, row: Survey) -> None:
        policies = self._observed.policies
        asks = {policy.surveys.after_resolution for policy in policies}
        assert row.kind == "promise" or asks != {"none"}, f"nobody is to be asked: {row!r}"
        again = row.kind != "promise" and row.case_id in self.cases_to_ask_again
        assert row.again == again, f"to be asked once more {again}: {row!r}"
        if again:
            self.cases_to_ask_again.discard(str(row.case_id))
        since = row.created_at
        contact = self._observed.interaction_of(row)
        if row.kind != "promise" and contact and contact.resolved:
            since = min(contact.occurred_at, since)
        hours = {_hours_until_asked(policy, row.kind) for policy in policies}
        wanted = {since + timedelta(hours=n) for n in hours} | {
            row.created_at + timedelta(hours=n) for n in hours
        }
        assert row.due_at in wanted, f"due at {row.due_at}, not {wanted}: {row!r}"

    def _check_burst(self, survey: Survey) -> None:
        """Different scores at one moment are a bot's, and none of them counts."""
        scores = {entry.score for entry in self._observed.world.browser.entries}
        if len(scores) > 1 and self._observed.no_faults and self._observed.rows[survey.id] is survey:
            now, at = self._observed.now, survey.answered_at
            just_now = at is not None and now - at < FASTEST_PERSON
            assert not just_now, f"counted one of {scores}: {survey!r}"

    def _check_asked(self, row: Survey) -> None:
        """The customer agreed, nobody was abusive, and the case was settled by somebody of the business."""
        permissions, now = self._observed.world.facts.permissions, self._observed.now
        customer = self._observed.customer(row.customer_id)
        agreed = permissions.consents.get(customer.id)
        if agreed and now - agreed[0] > UNSETTLED:
            assert agreed[1]["survey"], f"asked without consent: {row!r}"
        left_at = permissions.surveys.get(customer.id)
        assert left_at is None or now - left_at < UNSETTLED, f"asked after {left_at}: {row!r}"
        for contact in self._observed.interactions_of_case(row):
            lately = now - contact.recorded_at < UNSETTLED
            assert lately or contact.tone != "abusive", f"asked, and somebody was abusive: {row!r}"
        case = self._observed.rows.get(self._observed.case_of(row) or "")
        if isinstance(case, Case) and row.kind != "promise":
            self._check_settled(row, case)
        assert row.sent_at is not None, f"{row!r}"
        for at, named in ((row.reminds_at, "remind_after_days"), (row.closes_at, "close_after_days")):
            assert at is not None, f"{row!r}"
            days = {getattr(policy.surveys, named) for policy in self._observed.policies}
            off = min(abs(at - row.sent_at - n * DAY) for n in days)
            assert off <= HOUR, f"{named}: {row!r}"
        assert row.wake_at == row.reminds_at, f"{row!r}"

    def _check_settled(self, row: Survey, case: Case) -> None:
        assert case.status == "resolved", f"asked about what is not settled: {row!r}"
        settled = {change.at for change in case.history if change.what == "resolved"}
        given = any(
            one.given_at is not None
            and one.given_at not in settled
            and self._observed.case_of(one) == case.id
            for one in self._observed.of_kind(Reply)
        )
        served = any(map(_serves, self._observed.interactions_of_case(row)))
        assert given or served, f"asked, and nobody served them: {row!r}"

    def _check_reason_withheld(self, row: Survey) -> None:
        """The stated reason is true."""
        permissions = self._observed.world.facts.permissions
        customer = self._observed.customer(row.customer_id)
        contacts = list(self._observed.interactions_of_case(row))
        case = self._observed.rows.get(self._observed.case_of(row) or "")
        because = str(row.withheld_because)
        agreed = permissions.consents.get(customer.id)
        complained = (str(customer.email), "spam") in permissions.anything
        left = customer.id in permissions.surveys or complained or customer.email in permissions.unsettled
        reachable = any(may_be_written_to(self._observed, customer, medium) for medium in ("email", "sms"))
        reasons = {
            "asked something lately": not row.again,  # it waits until they may be asked
            "did not agree": agreed is None or not agreed[1]["survey"] or left,
            # Who unsubscribed or complained gets no survey at any address, whatever consent is entered later:
            # only they themselves take it back.
            "no address": left or not reachable,
            "abusive": any(one.tone == "abusive" for one in contacts),
            "taken up again": isinstance(case, Case) and (case.status == "open" or case.survey_id != row.id),
            "opened again": True,
            "nobody of ours": not any(map(_serves, contacts)),
        }
        reason = next((reason for reason in reasons if reason in because), None)
        assert reason is None or reasons[reason], f"not so: {because}: {row!r}"

    def _check_consequences(self, row: Survey, new: Sequence[Row]) -> None:
        """A low score creates a follow-up and a promised call, praise a message, and other scores nothing."""
        agent, policies = self._observed.agent(row.agent_id), self._observed.policies
        score = row.score or 0
        low = {score <= policy.surveys.low_score_at_most.get(row.kind, -1) for policy in policies}
        high = {score >= policy.surveys.high_score_at_least.get(row.kind, NO_SCORE) for policy in policies}
        ours = [one for one in new if isinstance(one, FollowUp) and one.origin == "unhappy"]
        calls = [one for one in new if isinstance(one, Commitment) and one.origin == "unhappy"]
        praise = [one for one in new if isinstance(one, Message) and one.purpose == "praise"]
        assert bool(ours) in low, f"unhappy or not: {row!r}"
        assert bool(praise) in {one and bool(row.comment) for one in high}, f"praised or not: {row!r}"
        if ours and row.case_id and not row.again:
            self.cases_to_ask_again.add(self._observed.case_of(row) or row.case_id)
        led = agent.supervisor_id is not None and row.interaction_id is not None
        assert bool(calls) == (bool(ours) and led), f"to be called or not: {row!r}"
        for one in ours:
            check_is_for_supervisor(self._observed, one, row.agent_id)
            assert str(row.score) in one.reason, f"{one!r}"
        for call in calls:
            assert call.agent_id == agent.supervisor_id, f"{call!r}"
            assert call.due_at == ours[0].due_at, f"{call!r}"
        for thanks in praise:
            assert thanks.recipient_id == agent.id, f"{thanks!r}"


def _serves(contact: Interaction) -> bool:
    return contact.direction == "outbound" or contact.resolved or contact.channel in LIVE_CHANNELS


def _hours_until_asked(policy: PolicyDocument, kind: str) -> int:
    rules = policy.surveys
    return rules.hours_after_kept_promise if kind == "promise" else rules.hours_after_resolution


def _comes_of(one: Row, survey: Survey) -> bool:
    if isinstance(one, Message):
        return one.about_id == survey.id
    return getattr(one, "interaction_id", None) == survey.interaction_id
