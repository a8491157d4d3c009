"""Messages to customers: in the day, not too many in a week, and by the medium that they prefer."""

from collections import defaultdict
from datetime import datetime, timedelta

from tests.simulation.oracles.business_time import is_day
from tests.simulation.oracles.messages import NEWS
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import may_be_written_to
from tests.simulation.oracles.tolerances import LEASE, UNSETTLED, WEEK
from vaada.model.campaigns import CampaignRecipient
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.rows import Row

MONTH = timedelta(days=30)


class CustomerMessages:
    """Checks every message to a customer as it is claimed. What is sent is checked in `sends.py`."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._written_at: defaultdict[str, list[datetime]] = defaultdict(list)
        self._news_at: defaultdict[str, list[datetime]] = defaultdict(list)

    def written_since(self, customer_id: str, since: datetime) -> list[datetime]:
        """When messages to the customer were claimed, after this instant."""
        return [at for at in self._written_at[customer_id] if at > since]

    def check_write(self, before: Row | None, after: Row) -> None:
        """A message is claimed outside the quiet hours and within the frequency cap."""
        if not isinstance(after, Message) or after.to != "customer" or after.status != "sending":
            return
        if isinstance(before, Message) and before.status != "held":
            return  # it was claimed before
        now, policies = self._observed.now, self._observed.policies
        customer = self._observed.customer(after.customer_id)
        by_day = any(
            is_day(each, customer, now - late) for each in policies for late in (timedelta(0), LEASE)
        )
        assert by_day, f"written to at night: {after!r}"
        if after.instead_of is not None:
            return  # it replaces the first one, which was counted
        self._written_at[customer.id].append(now)
        lately = len(self.written_since(customer.id, now - WEEK + LEASE))
        most = max(policy.customers.messages_at_most for policy in policies)
        assert lately <= most, f"written to {lately} times in a week: {after!r}"
        if after.purpose in NEWS - {"event_reminder"}:
            self._check_news(after, customer)

    def _check_news(self, message: Message, customer: Customer) -> None:
        """A tip goes to whoever agreed, each once, and to nobody too often."""
        to, now = self._observed.rows[message.about_id], self._observed.now
        assert isinstance(to, CampaignRecipient)
        assert customer.consent.news, f"did not agree: {message!r}"
        person = customer.email or customer.id  # two records with one address are one person
        self._observed.once("sent the same campaign again", person, to.campaign_id)
        self._news_at[person].append(now)
        lately = [at for at in self._news_at[person] if at > now - MONTH + LEASE]
        most = max(policy.customers.news_a_month for policy in self._observed.policies)
        assert len(lately) <= most, f"sent {len(lately)} in a month: {message!r}"

    def check_batch(self, batch: Batch) -> None:
        """A new message goes by the medium that the customer prefers, if they can be reached by it."""
        for message in batch.new_of(Message):
            chosen = message.purpose in {"personal", "confirmation", *NEWS}  # by whoever wrote it
            if message.to == "customer" and not message.instead_of and not chosen:
                self._check_medium(message)

    def _check_medium(self, message: Message) -> None:
        permissions, now = self._observed.world.facts.permissions, self._observed.now
        customer = self._observed.customer(message.customer_id)
        agreed = permissions.consents.get(customer.id)
        if agreed is None:
            return
        changed = [permissions.said_at.get(customer.id), agreed[0]]
        changed += [permissions.changed_at.get(str(address)) for address in (customer.email, customer.phone)]
        unsettled = not permissions.unsettled.isdisjoint({customer.email, customer.phone})
        if unsettled or any(at and now - at < UNSETTLED for at in changed):
            return
        first: Medium = "sms" if customer.preferred_channel == "sms" else "email"
        second: Medium = "email" if first == "sms" else "sms"
        survey = message.about_kind == "survey"
        reached = [
            each
            for each in (first, second)
            if may_be_written_to(self._observed, customer, each, survey=survey)
        ]
        assert reached[:1] == [message.medium], f"not by the first of {reached}: {message!r}"
