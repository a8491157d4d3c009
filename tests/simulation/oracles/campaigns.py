"""Campaigns: listed are those who agreed, each once; reminded the day before are those who said yes."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.oracles.messages import NEWS
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.tolerances import CLOCK_SKEW, LATE, LEASE, UNSETTLED
from vaada.model.campaigns import Campaign, CampaignRecipient, Event
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rows import Row


class Campaigns:
    """Checks every campaign. Frequency, quiet hours and consent are checked in `customer_messages.py`."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_write(self, before: Row | None, after: Row) -> None:
        """Who is listed agreed; an answer is what a person said; a mail goes out only while it may."""
        match before, after:
            case None, CampaignRecipient():
                self._check_listed(after)
            case CampaignRecipient(), CampaignRecipient() if after.answer != before.answer:
                said = self._observed.world.facts.event_answers.get(after.id, [])
                assert after.answer in said, f"said {said}: {after!r}"
            case None, Message(purpose="event_reminder"):
                self._check_reminder(after)
            case Message(status="held"), Message(status="sending") if after.purpose in NEWS:
                self._check_claim(after)

    def check_end(self) -> None:
        """Each campaign reached all who agreed all the time, and everybody who said yes was reminded."""
        listed = Counter(
            (row.campaign_id, row.customer_id) for row in self._observed.of_kind(CampaignRecipient)
        )
        for campaign in self._observed.of_kind(Campaign):
            if campaign.status == "cancelled":
                continue
            assert campaign.status in {"draft", "sent"}, f"left lying: {campaign!r}"
            for customer in self._observed.of_kind(Customer):
                if campaign.status == "sent" and self._agreed_all_the_time(customer, campaign):
                    assert listed[campaign.id, customer.id] == 1, f"left out: {customer!r} of {campaign!r}"
        permissions = self._observed.world.facts.permissions
        for customer in self._observed.of_kind(Customer):
            left_at, agreed = permissions.news.get(customer.id), permissions.consents.get(customer.id)
            if left_at is not None and agreed is not None and agreed[0] < left_at:
                assert not customer.consent.news, f"wanted no more, and still agrees: {customer!r}"
        reminders = [row for row in self._observed.of_kind(Message) if row.purpose == "event_reminder"]
        about = Counter(row.about_id for row in reminders if row.instead_of is None)
        for to in self._observed.of_kind(CampaignRecipient):
            campaign = self._campaign(to)
            comes = to.answer == "yes" and campaign.status != "cancelled"
            if comes and self._answered_before_it(to, campaign):
                assert about[to.id] == 1, f"reminded {about[to.id]} times: {to!r}"

    def _check_listed(self, to: CampaignRecipient) -> None:
        campaign, customer = self._campaign(to), self._observed.rows.get(to.customer_id)
        assert campaign.status in {"scheduled", "sending", "sent"}, f"listed while {campaign!r}"
        self._observed.once("listed again", to.campaign_id, to.customer_id)
        if not isinstance(customer, Customer):
            return
        assert campaign.tag is None or campaign.tag in customer.tags, f"without the tag: {customer!r}"
        agreed = self._observed.world.facts.permissions.consents.get(customer.id)
        if agreed is not None and self._observed.now - agreed[0] > UNSETTLED:
            assert agreed[1].get("news"), f"listed, and did not agree: {customer!r}"

    def _check_reminder(self, message: Message) -> None:
        to = self._observed.rows[message.about_id]
        assert isinstance(to, CampaignRecipient)
        event = self._campaign(to).event
        assert event is not None, f"reminded of no event: {message!r}"
        if message.instead_of is not None:
            return  # it did not arrive; whether they still come is looked at when it is sent again
        assert to.answer == "yes", f"reminded, and said {to.answer}: {to!r}"
        begins = [self._day_before(event, *policy) for policy in self._policies()]
        assert min(begins) <= self._observed.now + CLOCK_SKEW, f"reminded before the day before: {message!r}"

    def _check_claim(self, message: Message) -> None:
        """It is not cancelled, has not begun, and they still want it, but for what happened just now."""
        observed = self._observed
        to, now = observed.rows[message.about_id], observed.now
        assert isinstance(to, CampaignRecipient)
        campaign = self._campaign(to)
        lately = now - observed.changed_at[campaign.id] <= LEASE
        assert campaign.status != "cancelled" or lately, f"sent after it was cancelled: {message!r}"
        begun = campaign.event is not None and campaign.event.begins_at < now - LEASE
        assert not begun, f"sent after the event began: {message!r}"
        left_at = observed.world.facts.permissions.news.get(to.customer_id)
        assert left_at is None or now - left_at <= LEASE, f"wanted no more: {message!r}"
        stays = to.answer == "yes" or now - observed.changed_at[to.id] <= LEASE
        assert message.purpose != "event_reminder" or stays, f"reminded, and said {to.answer}: {message!r}"

    def _agreed_all_the_time(self, customer: Customer, campaign: Campaign) -> bool:
        """Whether nothing ever spoke against it; a complaint about a mail would end it."""
        facts = self._observed.world.facts
        agreed = facts.permissions.consents.get(customer.id)
        if agreed is None or customer.id in facts.permissions.has_left_news:
            return False
        if facts.fates.get(str(customer.email)) == "complained of":
            return False
        fits = campaign.tag is None or campaign.tag in customer.tags
        return fits and agreed[0] <= campaign.created_at and bool(agreed[1].get("news"))

    def _answered_before_it(self, to: CampaignRecipient, campaign: Campaign) -> bool:
        if campaign.event is None or to.answered_at is None:
            return False
        reminded = [self._day_before(campaign.event, *policy) for policy in self._policies()]
        return to.answered_at < min(reminded) - LATE

    def _policies(self) -> list[tuple[ZoneInfo, timedelta]]:
        """The zone of each policy, and from when on the business writes to customers."""
        return [
            (
                ZoneInfo(policy.business.time_zone),
                timedelta(hours=policy.customers.write_from.hour, minutes=policy.customers.write_from.minute),
            )
            for policy in self._observed.policies
        ]

    def _day_before(self, event: Event, zone: ZoneInfo, since: timedelta) -> datetime:
        day = event.begins_at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return day - timedelta(days=1) + since

    def _campaign(self, to: CampaignRecipient) -> Campaign:
        row = self._observed.rows[to.campaign_id]
        assert isinstance(row, Campaign)
        return row
