"""Who unsubscribed, and whose address does not work, known without asking the product."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STOPS, STARTS = {"stop", "STOP"}, {"start", "START"}
Consent = dict[str, bool]


@dataclass
class ContactPermissions:
    """Since when nobody may write to an address or a customer, as far as the desk confirmed that it was told.

    `anything` is by address and reason, `surveys` by customer, and so is `news`, of tips and invitations.
    `consents` are the latest ones, with their time. `unsettled` are addresses about which an event has not
    been processed to its end: nothing is expected of these.
    """

    anything: dict[tuple[str, str], datetime] = field(default_factory=dict)
    surveys: dict[str, datetime] = field(default_factory=dict)
    news: dict[str, datetime] = field(default_factory=dict)
    has_left_news: set[str] = field(default_factory=set)  # whoever ended them once, by customer
    consents: dict[str, tuple[datetime, Consent]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    said_at: dict[str, datetime] = field(default_factory=dict)
    told_at: dict[str, datetime] = field(
        default_factory=dict
    )  # when the delivery status of a message was reported, by its id

    def begin(self, event: dict[str, Any]) -> None:
        """Processing of an event about an address begins; it may fail."""
        self.unsettled.update(address for address, _, _ in _said(event))

    def complete(self, event: dict[str, Any], now: datetime) -> None:
        """The event was processed to its end."""
        self.told_at.update(dict.fromkeys(_mails(event), now))
        for address, why, stops in _said(event):
            self.unsettled.discard(address)
            self.changed_at[address] = now
            if stops:
                self.anything.setdefault((address, why), now)
            else:
                self.anything.pop((address, why), None)

    def works_again(self, address: str, now: datetime) -> None:
        """An agent said that the address works again."""
        self.changed_at[address] = now
        self.anything.pop((address, "dead"), None)

    def left(self, customer_id: str, now: datetime) -> None:
        """The customer unsubscribed from surveys."""
        self.said_at[customer_id] = now
        self.surveys.setdefault(customer_id, now)

    def left_news(self, customer_id: str, now: datetime) -> None:
        """The customer wants no more tips and invitations."""
        self.has_left_news.add(customer_id)
        self.news.setdefault(customer_id, now)

    def came_back(self, customer_id: str, now: datetime) -> None:
        """The customer took it back."""
        self.said_at[customer_id] = now
        self.surveys.pop(customer_id, None)

    def stopped_at(self, address: str) -> datetime | None:
        """Since when nothing may be sent to the address. None: it may."""
        return min((at for (whose, _), at in self.anything.items() if whose == address), default=None)

    def agreed(self, customer_id: str, what: str) -> bool | None:
        """Whether the customer agreed to this. None: it is not known."""
        at_and_consent = self.consents.get(customer_id)
        return None if at_and_consent is None else at_and_consent[1][what]


def _mails(event: dict[str, Any]) -> list[str]:
    """The ids of the messages that the event is about, if it is about mails."""
    return list(event.get("detail", {}).get("mail", {}).get("tags", {}).get("message_id", []))


def _said(event: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Of an event: the addresses, the reason, and whether they are stopped."""
    if "Records" in event:
        said = json.loads(event["Records"][0]["Sns"]["Message"])
        words = said["messageBody"]
        stops = words in STOPS
        return [(said["originationNumber"], "texted", stops)] if stops or words in STARTS else []
    detail = event.get("detail", {})
    if detail.get("eventType") == "Bounce" and detail["bounce"]["bounceType"] == "Permanent":
        return [(one["emailAddress"], "dead", True) for one in detail["bounce"]["bouncedRecipients"]]
    if detail.get("eventType") == "Complaint":
        return [(one["emailAddress"], "spam", True) for one in detail["complaint"]["complainedRecipients"]]
    return []
