"""Write a campaign, and send it to its recipients, a few in each step.

Each step writes the next recipients, their messages and how far it came in one transaction: a function that
dies, or two at once, leave nobody out and list nobody twice. The messages are due rows of their own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, get_args

from vaada.desk import Desk
from vaada.flows.messages.address_usage import address_ids
from vaada.flows.messages.recipients import working_addresses
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import customer_of
from vaada.gateways.table import Conflict
from vaada.model.campaigns import Campaign, CampaignRecipient, EventAnswer, Turnout
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression
from vaada.rules import campaigns as rules

if TYPE_CHECKING:
    from vaada.model.campaign_input import NewCampaign

if TYPE_CHECKING:
    from vaada.present.email import Mail

AUDIENCE_COUNTED = 500
"""How many recipients are counted before a campaign is sent. If there are more, the page says so."""

_STEP = 30  # recipients: with the row, the message and the check of each, 91 rows of a transaction


class Audience(NamedTuple):
    """How many customers a campaign is for at present. `is_more`: there are more than these."""

    customers: int
    is_more: bool


class Preview(NamedTuple):
    """The mail of a campaign to a reader of this language."""

    language: str
    mail: "Mail"


def add_campaign(desk: Desk, new: "NewCampaign", now: datetime, by: str) -> Campaign:
    """Write a draft. Raises Conflict if the receipt exists."""
    row = rules.draft(new, now, by)
    desk.table.write(row)
    return row


def edit_campaign(desk: Desk, campaign_id: str, new: "NewCampaign", *, seen: int | None = None) -> Campaign:
    """Change a draft. Raises NotFound, NotPossible, VersionChanged, Busy."""
    return change(desk, Campaign, campaign_id, lambda row: rules.edit(row, new), seen=seen)


def schedule_campaign(
    desk: Desk, campaign_id: str, send_at: datetime, *, seen: int | None = None
) -> Campaign:
    """Let the sweep send it at this time. Raises NotFound, NotPossible, VersionChanged, Busy."""
    return change(desk, Campaign, campaign_id, lambda row: rules.schedule(row, send_at), seen=seen)


def cancel_campaign(desk: Desk, campaign_id: str, now: datetime, *, seen: int | None = None) -> Campaign:
    """Cancel it, and withhold its held messages. Raises NotFound, NotPossible, VersionChanged, Busy."""
    return change(desk, Campaign, campaign_id, lambda row: rules.cancel(row, now), seen=seen)


def audience_of(desk: Desk, row: Campaign) -> Audience:
    """Return how many customers the campaign is for."""
    page = desk.table.rows_by_id(Customer, AUDIENCE_COUNTED, None, _is_for(row))
    return Audience(len(page.rows), page.next_cursor is not None)


def preview(desk: Desk, row: Campaign, language: str | None, now: datetime) -> Preview:
    """Return the mail that a customer with this language gets. None: the language of the business."""
    from vaada.flows.messages.compose import news_for  # only here: it imports what all mails need
    from vaada.present.email import for_news

    news = news_for(desk, row, language, now)
    return Preview(news.language, for_news(news))


def advance_campaign(desk: Desk, campaign_id: str, version: int, now: datetime) -> str:
    """List the next recipients, with the message of each. Returns the outcome for the log."""
    row = desk.table.get(Campaign, campaign_id)
    if row is None or row.version != version or row.wake_at is None or row.wake_at > now:
        return "stale"
    page = desk.table.rows_by_id(Customer, _STEP, row.reached, _is_for(row))
    customers = [found for found in page.rows if isinstance(found, Customer)]
    after = rules.after_page(row, len(customers), page.next_cursor, now)
    try:
        desk.table.write(after, *_rows(desk, row, customers, now), must_exist=customers)
    except Conflict:
        return "claimed by another"
    return f"{after.status}, {len(customers)} listed"


def remind(desk: Desk, recipient_id: str, version: int, now: datetime) -> str:
    """Remind a customer who said yes about the event. Returns the outcome for the log."""
    row = desk.table.get(CampaignRecipient, recipient_id)
    if row is None or row.version != version or row.wake_at is None or row.wake_at > now:
        return "stale"
    customer = customer_of(desk, row)
    address = working_addresses(desk, customer, survey=False, news=True).get("email")
    message = rules.reminder(row, customer, address.id if address else None, desk.policy, now)
    try:
        desk.table.write(rules.reminded(row), message, must_exist=[customer])
    except Conflict:
        return "claimed by another"
    return "reminded"


def answer(desk: Desk, recipient_id: str, said: EventAnswer, now: datetime) -> CampaignRecipient:
    """Record an answer to an invitation. Raises NotFound, NotPossible, Busy."""
    campaign = campaign_of(desk, require(desk, CampaignRecipient, recipient_id))
    return change(
        desk,
        CampaignRecipient,
        recipient_id,
        lambda row: rules.answer(row, said, campaign, desk.policy, now),
    )


def mark_attendance(desk: Desk, recipient_id: str, *, came: bool) -> CampaignRecipient:
    """Record whether a customer came to an event. Raises NotFound, NotPossible, Busy."""
    campaign = campaign_of(desk, require(desk, CampaignRecipient, recipient_id))
    return change(desk, CampaignRecipient, recipient_id, lambda row: rules.mark(row, campaign, came=came))


def campaign_of(desk: Desk, row: CampaignRecipient) -> Campaign:
    """Return the campaign of a recipient. Raises NotFound."""
    return require(desk, Campaign, row.campaign_id)


def turnout_of(desk: Desk, campaign_id: str) -> dict[Turnout, int]:
    """Return how many of the invited customers gave each answer, and how many came, as the index has it."""
    return {
        one: desk.table.count_rows(CampaignRecipient, status=f"{campaign_id}#{one}")
        for one in get_args(Turnout)
    }


def _is_for(row: Campaign) -> Callable[[Row], bool]:
    return lambda found: isinstance(found, Customer) and rules.is_for(row, found)


def _rows(desk: Desk, row: Campaign, customers: list[Customer], now: datetime) -> list[Row]:
    """Return the recipients and their messages."""
    desk.links.prepare()  # it also reads the key that hashes addresses
    ids = [address_id for customer in customers for address_id in address_ids(desk, customer)]
    desk.read_ahead(*((Suppression, address_id) for address_id in ids))
    rows: list[Row] = []
    for customer in customers:
        to = rules.recipient(row, customer, now)
        address = working_addresses(desk, customer, survey=False, news=True).get("email")
        message = rules.message(row, to, customer, address.id if address else None, desk.policy, now)
        rows += (to, message)
    return rows
