"""What the world and its people know by themselves: who wants no more messages, whose address is dead."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STOPS, STARTS = {"stop", "STOP"}, {"start", "START"}
Consent = dict[str, bool]


@dataclass
class ContactPermissions:
    """Since when who is not to be written to, once that was said and the desk answered that it heard.

    `anything` is by address, and why; `surveys` by customer, who wants no more of them at any address.
    `consents` are as they were last agreed to, `before` as they had been. `unsettled` are addresses of which
    something was said that was not heard to its end: of these nothing is known.
    """

    anything: dict[tuple[str, str], datetime] = field(default_factory=dict)
    surveys: dict[str, datetime] = field(default_factory=dict)
    consents: dict[str, tuple[datetime, Consent]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    said_at: dict[str, datetime] = field(default_factory=dict)
    told_at: dict[str, datetime] = field(default_factory=dict)  # of messages, what became of them

    def begin(self, event: dict[str, Any]) -> None:
        """Somebody says something of an address; it may not be heard."""
        self.unsettled.update(address for address, _, _ in _said(event))

    def complete(self, event: dict[str, Any], now: datetime) -> None:
        """It was heard to its end."""
        self.told_at.update(dict.fromkeys(_mails(event), now))
        for address, why, stops in _said(event):
            self.unsettled.discard(address)
            self.changed_at[address] = now
            if stops:
                self.anything.setdefault((address, why), now)
            else:
                self.anything.pop((address, why), None)

    def works_again(self, address: str, now: datetime) -> None:
        """Somebody said that it does."""
        self.changed_at[address] = now
        self.anything.pop((address, "dead"), None)

    def left(self, customer_id: str, now: datetime) -> None:
        """They want no more surveys."""
        self.said_at[customer_id] = now
        self.surveys.setdefault(customer_id, now)

    def came_back(self, customer_id: str, now: datetime) -> None:
        """They did not mean it."""
        self.said_at[customer_id] = now
        self.surveys.pop(customer_id, None)

    def stopped_at(self, address: str) -> datetime | None:
        """Since when nothing is to be sent there."""
        return min((at for (whose, _), at in self.anything.items() if whose == address), default=None)

    def agreed(self, customer_id: str, what: str) -> bool | None:
        """Whether the customer agreed to this. None: it is not known."""
        at_and_consent = self.consents.get(customer_id)
        return None if at_and_consent is None else at_and_consent[1][what]


def _mails(event: dict[str, Any]) -> list[str]:
    """The message of which it tells, if it is a mail."""
    return list(event.get("detail", {}).get("mail", {}).get("tags", {}).get("message_id", []))


def _said(event: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The addresses that it is about, why, and whether they stop."""
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
