"""What SES and SNS accepted: the right address and time, as often as allowed, and counted."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.actors.people import is_a_customers, unsigned
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.oracles.business_time import at_work, is_day, opened, zone_of_customer
from tests.simulation.oracles.commitments import renewals
from tests.simulation.oracles.messages import (
    NEW_LINK,
    REPLACEMENT,
    STAFF_ATTEMPTS_AT_MOST,
    WARNINGS,
    is_still_true,
)
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.recipients import is_there
from tests.simulation.oracles.tolerances import CLOCK_SKEW, LATE, LEASE
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rate_limits import RateCount
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

TWO_WEEKS = timedelta(days=14)


class Sends:
    """Checks everything that is sent."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._mails: Counter[str] = Counter()  # by the id of the message
        self._texts = 0
        self._by_whatsapp = 0
        self._texts_to_customers: Counter[tuple[str, str]] = Counter()

    def check_send(self, sent: Sent) -> None:
        """A mail or a text is one that may be sent now. A text does not tell which message it is."""
        if sent.message_id is None:
            self._check_text(sent)
            return
        observed = self._observed
        self._mails[sent.message_id] += 1
        self._by_whatsapp += sent.by_whatsapp
        message = self._message(sent.message_id)
        assert message.status != "grouped", f"sent by itself, and with another: {message!r}"
        once = message.to == "customer" or observed.no_faults
        most = 1 if once else STAFF_ATTEMPTS_AT_MOST
        times = self._mails[sent.message_id]
        assert times <= most, f"sent {times} times: {message!r}"
        self._check_address(message, sent)
        for carried in message.carries:
            self._check_carried(carried, sent)
        if message.attempts > 1 or message.throttles:
            return  # it is late: the first attempt was refused, or may not have arrived
        if message.to == "customer":
            self._check_to_customer(message, sent)
        elif message.recipient_id is not None:
            reader = observed.last_known(message.recipient_id)
            assert isinstance(reader, Agent)
            self._check_to_staff(message, reader, sent.at)

    def check_end(self) -> None:
        """Everything recorded as sent was sent, and everything sent was counted against the limits."""
        for row in self._observed.of_kind(Message):
            posted = row.medium == "sms" or self._mails[row.id]
            assert row.status != "sent" or posted, f"said to be sent: {row!r}"
        counts = list(self._observed.of_kind(RateCount))
        counted_as = (
            ("sms-2", self._texts + self._by_whatsapp),
            ("mail-2", self._mails.total() - self._by_whatsapp),
        )
        for name, sent in counted_as:
            counted = sum(row.count for row in counts if row.id.startswith(name))
            assert counted >= sent, f"counted {counted} of {sent}: {name}"
        most = max(policy.sending.texts_spend_a_month for policy in self._observed.policies)
        for month in counts:
            dear = month.id.startswith("sms-spend-") and Decimal(month.count) / 100_000 > most
            assert not dear, f"texts for more than ${most}: {month!r}"

    def _message(self, message_id: str) -> Message:
        message = self._observed.last_known(message_id)
        assert isinstance(message, Message)
        return message

    def _check_text(self, sent: Sent) -> None:
        self._texts += 1
        if is_a_customers(sent.to):
            self._texts_to_customers[sent.to, unsigned(sent.text)] += 1
            fate = self._observed.world.facts.fates.get(sent.to, "arrives")
            # A text that is reported not to have arrived is sent once more.
            most = 1 if fate in {"arrives", "complained of"} else 2
            assert self._texts_to_customers[sent.to, unsigned(sent.text)] <= most, f"texted again: {sent}"

    def _check_address(self, message: Message, sent: Sent) -> None:
        observed = self._observed
        reader = observed.last_known(message.recipient_id) if message.recipient_id else None
        address = reader.email if isinstance(reader, Agent | Customer) else ENVIRONMENT["OWNER_EMAIL"]
        if sent.by_whatsapp and isinstance(reader, Customer):
            address = reader.phone
        assert sent.to == address, f"to {sent.to}, not {address}: {message!r}"
        if not message.carries and message.purpose != "weekly_report":
            about, customer = observed.last_known(message.about_id), observed.last_known(message.customer_id)
            assert isinstance(customer, Customer)
            words = [customer.name]
            if isinstance(about, Commitment):
                words.append(about.what)
            elif isinstance(about, FollowUp | Goodwill):
                words.append(about.reason)
            elif isinstance(about, Survey) and message.purpose == "praise":
                words.append(about.comment or "")
            elif isinstance(about, Interaction):
                words.append(about.summary)
            if message.purpose == "confirmation":  # nothing in it is a stranger's
                assert not [each for each in words if _is_said(each, sent)], f"a stranger's words: {sent}"
                return
            left_out = [each for each in words if not _is_said(each, sent)]
            assert not left_out, f"{left_out} is not in {sent.text}: {message!r}"

    def _check_carried(self, message_id: str, sent: Sent) -> None:
        observed, message = self._observed, self._message(message_id)
        assert message.status == "grouped", f"carried, and not grouped: {message!r}"
        if message_id in observed.removed:
            return
        about = observed.last_known(message.about_id)
        settled = observed.now - observed.changed_at[about.id] > LEASE
        times = (observed.now, observed.now + 2 * CLOCK_SKEW)  # the clock of the sender may be another
        true = settled and all(is_still_true(message, about, at) for at in times)
        if true and isinstance(about, Commitment | FollowUp):
            words = about.what if isinstance(about, Commitment) else about.reason
            assert _is_said(words, sent), f"carried, but not in the mail: {message!r}"

    def _check_to_customer(self, message: Message, sent: Sent) -> None:
        """It is sent in the day, and a new date that it tells is the one that stands."""
        observed, policies = self._observed, self._observed.policies
        about, customer = observed.last_known(message.about_id), observed.last_known(message.customer_id)
        assert isinstance(customer, Customer)
        by_day = any(
            is_day(policy, customer, sent.at - late) for policy in policies for late in (timedelta(0), LATE)
        )
        assert by_day or message.at_night, f"written to at night: {message!r}"
        if isinstance(about, Commitment) and observed.now - observed.changed_at[about.id] > LEASE:
            due_at = about.due_at.astimezone(zone_of_customer(policies[0], customer))
            assert f"{due_at:%H:%M}" in sent.text, f"an old date, not {due_at}: {sent.text}"
            assert sent.at < due_at + CLOCK_SKEW, f"a new date that has passed: {sent.text}"
            replaces = message.why if message.why.startswith(REPLACEMENT) else None
            observed.once("told the same new date again", about.id, renewals(about), replaces)

    def _check_to_staff(self, message: Message, reader: Agent, at: datetime) -> None:
        """The agent is not away, and is at work unless the message could not wait."""
        observed = self._observed
        if message.why.startswith(NEW_LINK):
            return  # whoever asked for it reads it now
        lately = at - observed.changed_at[reader.id] < LATE
        there = lately or is_there(reader, at) or is_there(reader, at - LATE)
        assert there, f"sent to {reader.name}, who is away or has left: {message!r}"
        about = observed.last_known(message.about_id)
        if isinstance(about, FollowUp) and about.urgent and about.reminders <= 1:
            return
        # A sweep that is killed again and again sends what it was to send at once that much later.
        at_times = (at, at - LATE, max(message.created_at, at - 2 * LATE))
        if any(at_work(policy, reader, time) for policy in observed.policies for time in at_times):
            return
        assert message.purpose in WARNINGS, f"sent outside working time: {message!r}"
        due_at = about.due_at if isinstance(about, Commitment | Reply) else at
        could_wait = opened(observed.policies[-1], at, min(due_at, at + TWO_WEEKS), reader)
        assert could_wait <= LATE, f"sent outside working time, and could wait: {message!r}"


def _is_said(words: str, sent: Sent) -> bool:
    """Whether the message contains the beginning of it. Languages may join lists differently."""
    return all(part.strip() in sent.text for part in words[:30].split(","))
