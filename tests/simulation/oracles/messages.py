"""Messages: written once per cause, sent as often as allowed, and only while true."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.simulation.fake_aws.messaging import OVER_QUOTA
from tests.simulation.oracles.commitments import renewals
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.replies import UNANSWERED
from tests.simulation.oracles.tolerances import CLOCK_SKEW, LEASE
from vaada.model.messages import Message
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

EDGES = {
    "held": "held grouped sending withheld",
    "sending": "sending sent waiting failed withheld unknown",
    "waiting": "waiting sending sent failed withheld",
    **dict.fromkeys(("unknown", "withheld", "sent"), "sent"),  # the provider reports it
    "failed": "sent waiting",  # the same, and somebody has it tried again
}
ENDED = {"sent", "failed", "withheld", "unknown", "grouped"}
OPEN = {"open", "scheduled", "due", "sent", "awaited", "paused", "requested"}
"""States of work in which messages may be written about it."""
STAFF_ATTEMPTS_AT_MOST = 3
HANDED_OVER = {"handed_over", "assigned"}
WARNINGS = {"promise_warning", "reply_warning"}
REPLACEMENT = "the first one "
"""How the reason of a message begins that replaces one that could not be sent or did not arrive."""
NEW_LINK = "the link in an earlier message"

SENT_ALONE = {"praise", "thanks", "weekly_report", "promise_question"}
NEWS = frozenset({"tip", "invitation", "event_reminder"})


class Messages:
    """Checks every message as a row. What is sent is checked in `sends.py`."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._carriers: dict[str, str] = {}  # ids of grouped messages, and of those that contain them
        self._reminded: dict[str, tuple[int, int, date]] = {}
        self._of_the_gone: set[str] = set()  # ids of praise that ended while its agent had left

    def check_write(self, before: Row | None, after: Row) -> None:
        """A message is written once for its cause, and each of its changes is allowed."""
        if not isinstance(after, Message):
            return
        if after.purpose == "praise" and after.status == "withheld" and self._has_left(after.recipient_id):
            self._of_the_gone.add(after.id)
        if isinstance(before, Message):
            self._check_change(before, after)
        else:
            self._check_new(after)

    def check_batch(self, batch: Batch) -> None:
        """An agent gets in one message what was held for them until then."""
        for before, after in batch.changes_of(Message):
            is_released = before.status == "held" and after.status == "sending" and after.to == "agent"
            if is_released and after.purpose not in SENT_ALONE:
                self._check_nothing_left(after)

    def _check_nothing_left(self, carrier: Message) -> None:
        observed = self._observed
        for one in observed.of_kind(Message):
            for_same = (one.to, one.recipient_id, one.medium) == (
                "agent",
                carrier.recipient_id,
                carrier.medium,
            )
            if not for_same or one.status != "held" or one.purpose in SENT_ALONE:
                continue
            is_due = one.wake_at is not None and one.wake_at <= observed.now - CLOCK_SKEW
            is_known = observed.now - observed.changed_at[one.id] > LEASE  # an index may lag until then
            about = observed.rows.get(one.about_id)
            is_theirs = getattr(about, "agent_id", None) == one.recipient_id
            assert not (is_due and is_known and is_theirs), f"left behind by {carrier!r}: {one!r}"

    def check_end(self) -> None:
        """No message waits any more."""
        for row in self._observed.of_kind(Message):
            quota = row.status == "failed" and row.why_not in OVER_QUOTA.values()
            assert not quota, f"the quota came back, and it was not sent: {row!r}"
            assert row.status in ENDED, f"left lying: {row!r}"
            assert not self._withholds_praise(row), f"never told of the praise: {row!r}"
            assert row.status != "grouped" or self._carriers.get(row.id) == row.carried_by, f"{row!r}"

    def _has_left(self, agent_id: str | None) -> bool:
        return agent_id is not None and self._observed.agent(agent_id).left_at is not None

    def _withholds_praise(self, message: Message) -> bool:
        """Whether an agent who was there was not told of a happy answer that counts."""
        if message.purpose != "praise" or message.status != "withheld" or message.recipient_id is None:
            return False
        counts = getattr(self._observed.rows[message.about_id], "status", "") == "answered"
        return counts and message.id not in self._of_the_gone

    def _check_new(self, message: Message) -> None:  # noqa: PLR0912 - one for each kind
        observed, about = self._observed, self._observed.rows[message.about_id]
        at = message.created_at + CLOCK_SKEW
        if message.why.startswith(REPLACEMENT):
            replaced = (message.instead_of, message.why, message.medium)
            observed.once("sent anew again", *replaced, *_addressee(message))
            return
        if message.purpose in {"praise", "thanks", "weekly_report", "recommendation"}:
            observed.once("sent again", about.id, message.created_at, message.recipient_id)
            return
        if message.purpose in {"personal", "confirmation", "promise_question", *NEWS}:
            observed.once("written again", about.id, message.purpose)
            return
        if message.why.startswith(NEW_LINK):
            hour = message.created_at.replace(minute=0, second=0, microsecond=0)
            observed.once("another new link within the hour", about.id, hour)
            return
        assert getattr(about, "status", "") in OPEN, f"said of what is closed: {message!r}"
        if message.purpose in HANDED_OVER:
            observed.once("told of the same hand-over again", about.id, about.version, *_addressee(message))
            return
        match about:
            case Commitment() if message.purpose in {"promise_overdue", "promise_escalation"}:
                assert at >= about.due_at, f"early: {message!r}"
            case Commitment() if message.purpose == "promise_warning":
                assert message.created_at - CLOCK_SKEW < about.due_at, f"warned too late: {message!r}"
            case FollowUp() | Survey() | Goodwill():
                assert at >= about.due_at, f"early: {message!r}"
        match about:
            case Commitment():
                rung = (about.due_at, about.rung, about.step)
                observed.once("told again", about.id, renewals(about), rung, *_addressee(message))
            case Reply():
                observed.once("told again", about.id, about.due_at, *_addressee(message))
            case FollowUp():
                reminder = (len(about.history), about.reminders)
                observed.once("reminded again", about.id, *reminder, *_addressee(message))
                self._check_reminder(about, message, at)
            case Goodwill():
                observed.once("asked again", about.id, about.reminders, *_addressee(message))
            case Survey():
                observed.once("asked again", about.id, message.purpose)

    def _check_reminder(self, about: FollowUp, message: Message, at: datetime) -> None:
        """An agent is reminded of a follow-up once a day, as long as nothing happens to it."""
        agent = self._observed.agent(about.agent_id)
        if message.status == "held" and message.recipient_id == agent.id:
            at = message.wake_at or at  # it is sent when their work begins
        zone = ZoneInfo(agent.time_zone or self._observed.policies[0].business.time_zone)
        today = at.astimezone(zone).date()
        changes, count, day = self._reminded.get(about.id, (0, 0, date.min))
        again = changes == len(about.history) and count < about.reminders
        assert not again or today > day, f"reminded twice on {today}: {about!r}"
        self._reminded[about.id] = len(about.history), about.reminders, today

    def _check_change(self, before: Message, after: Message) -> None:
        most = 1 if after.to == "customer" and before.status == "sending" else STAFF_ATTEMPTS_AT_MOST
        tries_again = after.status == "sending"
        assert not tries_again or after.attempts <= most, f"tried {after.attempts} times: {after!r}"
        if before.status == "held" and after.status in {"sending", "grouped"}:
            self._check_truth(before, after)
        if after.status == "sending" and before.status == "held":
            for carried in after.carries:
                first = self._carriers.setdefault(carried, after.id)
                assert first == after.id or self._did_not_arrive(first), f"carried twice: {carried}"
        unreached = after.status == "failed" and after.why_not == "no phone number"
        assert not unreached, f"written to somebody without a phone: {after!r}"
        if after.status == "grouped":
            carrier = self._carriers.get(after.id)
            assert carrier == after.carried_by, f"grouped but not carried: {after!r}"

    def _check_truth(self, before: Message, after: Message) -> None:
        """What is sent is true. One of a batch is enough where the whole batch is sent anew."""
        carried = [self._observed.last_known(other) for other in before.carries]
        members = [after, *(one for one in carried if isinstance(one, Message))]
        abouts = [(one, self._observed.rows.get(one.about_id)) for one in members]
        true = [
            about is not None
            and (not self._is_settled(about, one) or is_still_true(one, about, self._observed.now))
            for one, about in abouts
        ]
        assert any(true), f"not true any more: {after!r} of {abouts[0][1]!r}"

    def _is_settled(self, about: Row, message: Message) -> bool:
        """Whether the row changed so long ago that whoever claimed the message must have known it."""
        changed_at = self._observed.changed_at[about.id]
        at_once = self._observed.clocks_differ and abs(changed_at - message.created_at) <= CLOCK_SKEW
        return self._observed.now - changed_at > LEASE and not at_once

    def _did_not_arrive(self, message_id: str) -> bool:
        message = self._observed.last_known(message_id)
        assert isinstance(message, Message)
        return message.status == "withheld" or message.delivery == "bounced"


def is_still_true(message: Message, about: Row, now: datetime) -> bool:  # noqa: PLR0911 - one for each kind
    """Whether what the message says about the row holds at this instant."""
    if message.purpose in HANDED_OVER:
        return getattr(about, "status", "") in {*OPEN, "broken"}
    match about:
        case Commitment() if message.purpose == "promise_warning":  # there is nothing to warn of any more
            return about.status == "open" and now < about.due_at + CLOCK_SKEW
        case Commitment():
            ahead = message.purpose == "running_late"
            return about.status == "open" and (ahead or about.due_at <= now + CLOCK_SKEW)
        case FollowUp() if message.why.startswith(NEW_LINK):
            return about.status in OPEN
        case FollowUp():
            return about.status == "due"
        case Reply():
            return about.status in UNANSWERED
        case Goodwill():
            return about.status == "requested"
        case Survey():
            return about.status == ("answered" if message.purpose in {"praise", "recommendation"} else "sent")
    return True


def _addressee(message: Message) -> tuple[str, str, str | None, str]:
    # The owner stands in for a missing supervisor, and is told the same for another purpose: so it is part.
    return message.purpose, message.to, message.recipient_id, message.medium
