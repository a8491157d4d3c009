"""Helpers for tests of messages to staff: reminders, and what was sent to whom."""

from collections import Counter

from tests.integration.shop import (
    Shop,
    at,
)
from vaada.model.times import text_of

SATURDAY_NIGHT = "03-07T22:00"


def remind(shop: Shop, minute: str, reason: str, customer_id: str | None = None) -> str:
    """A contact that asks for a follow-up. Returns its id."""
    whose = customer_id or shop.customer_id
    shop.contact(customer_id=whose, follow_up={"at": text_of(at(minute)), "reason": reason})
    story = shop.desk.timeline(whose)
    follow_up_id: str = next(row["follow_up_id"] for row in story if row.get("reason") == reason)
    return follow_up_id


def sent(shop: Shop, *purposes: str) -> list[tuple[str, str]]:
    """The times and recipients of messages with these purposes, in order."""
    rows = [row for row in shop.rows("message") if row["status"] == "sent" and row["purpose"] in purposes]
    return sorted((row["sent_at"][5:16], row["to"]) for row in rows)


def outcomes(shop: Shop) -> Counter[str]:
    return Counter(row["status"] for row in shop.rows("message"))
