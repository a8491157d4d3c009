"""Links in staff messages, and forms behind them that programs send."""

from datetime import timedelta
from typing import Any

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import (
    Shop,
    links,
    nonce_of,
    token_of,
    words_of,
)
from tests.times import HOUR, MINUTE

AMINA = token_of("amina@example.com")


def newest_link(shop: Shop) -> str:
    return links(words_of(shop.desk.mails[-1]), "/a/")[0]


def reminder_link(shop: Shop) -> str:
    """Let a follow-up fall due. Returns the link in its reminder."""
    shop.follow_up(shop.desk.now + HOUR)
    shop.desk.pass_time(HOUR)
    return newest_link(shop)


def warning_link(shop: Shop) -> str:
    """Promise something in an hour. Returns the link in the warning."""
    shop.promise(shop.desk.now + HOUR)
    return newest_link(shop)


def reply_link(shop: Shop) -> str:
    """Let a customer wait for a reply to their mail. Returns the link in the warning."""
    shop.contact(channel="email")
    shop.desk.pass_time(4 * HOUR - 14 * MINUTE)
    return newest_link(shop)


def approval_link(shop: Shop) -> str:
    """Request goodwill above the allowance. Returns the link in the message to the supervisor."""
    shop.contact(resolved=True)
    (case,) = shop.rows("case")
    wish = {"amount": "100", "reason": "Two visits for nothing"}
    asked = shop.desk.call(f"POST /api/cases/{case['case_id']}/goodwill", wish, user=AMINA)
    assert asked.status == 201, asked.body
    shop.desk.pass_time(2 * MINUTE)
    assert str(shop.desk.mails[-1]["to"]).startswith("Sana")
    return newest_link(shop)


def timeline(shop: Shop) -> list[dict[str, Any]]:
    return shop.desk.timeline(shop.customer_id)


def mailed_to(shop: Shop, name: str) -> int:
    return sum(str(mail["to"]).startswith(name) for mail in shop.desk.mails)


def post_without_page(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    return desk.post(link, fields)


def post_at_once(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    """Open the page and send its form 999 milliseconds later."""
    page = desk.open(link)
    desk.clock.shift(timedelta(milliseconds=999))
    return desk.post(link, {**fields, "nonce": nonce_of(page)})


def post_with_honeypot(desk: ScriptedDesk, link: str, fields: dict[str, str]) -> Response:
    return desk.answer(link, **fields, website="https://example.com")
