"""A desk with any number of rows, and the pages that read some of them.

Nearly all rows are of one customer and of one agent, which is the worst case for pages about them. The table
is that of the simulation, which takes a hundred thousand rows; moto's takes hundreds.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from unittest.mock import patch

from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.table import DynamoDb
from tests.unit import rows
from vaada.desk import open_desk
from vaada.gateways import aws
from vaada.gateways.items import id_of, search_terms_to_write, to_item
from vaada.model.campaigns import Campaign, CampaignRecipient, CampaignText, Event
from vaada.model.ids import OF_THE_DESK, new_party_id, new_row_id
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.people import Customer
from vaada.model.policy import PolicyVersion
from vaada.model.recognitions import Recognition
from vaada.model.relationships import Relationship, relationship_id
from vaada.model.rows import Row
from vaada.model.weekly_reports import WeeklyReport

T = TypeVar("T")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
KINDS = 7
CAMPAIGN_ID = "cccccccccccccccc"


@dataclass
class CountedCalls(Calls):
    """Calls that never fail, counted by their names."""

    faults: Faults = field(default_factory=Faults)
    made: Counter[str] = field(default_factory=Counter)

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call."""
        self.made[name] += 1
        return super().make(name, effect, again=again)


@dataclass(frozen=True)
class GrownDesk:
    """The desk, its shop, a browser of its agent and one of a manager."""

    shop: Shop
    case_id: str
    agent: Browser
    manager: Browser
    made: Counter[str]

    def calls_of(self, page: str) -> Counter[str]:
        """The calls to the table that a page makes."""
        self.made.clear()
        PAGES[page](self)
        return Counter(self.made)

    def open(self, browser: Browser, path: str) -> None:
        """Open a page of the console."""
        page = browser.open(path)
        assert page.status == 200, page.words

    def get(self, path: str, **query: str) -> None:
        """Ask the API, as a manager. The first page has 25 rows."""
        answer = self.shop.desk.call(f"GET /api/{path}", query=query)
        assert answer.status == 200, answer.body


@contextmanager
def grown_desk(desk: ScriptedDesk, count: int) -> Iterator[GrownDesk]:
    """A desk with so many rows, besides those of its shop."""
    calls = CountedCalls()
    table = DynamoDb(calls)
    open_desk.cache_clear()
    with patch.object(aws, "dynamodb", lambda: table):
        shop = Shop.opened(desk)
        for row in (*_rows(shop, count), *_newer_rows(shop, count)):
            terms = search_terms_to_write(row)[0] if isinstance(row, Customer) else []
            for item in (to_item(row), *terms):
                table.put_item(Item=item)
        case_id = next(id_of(item) for item in table.items.values() if item["row_kind"]["S"] == "case")
        agent, manager = signed_in(desk, shop.agent_id), signed_in(desk, shop.supervisor_id, manager=True)
        yield GrownDesk(shop, case_id, agent, manager, calls.made)
    open_desk.cache_clear()


def _rows(shop: Shop, count: int) -> Iterator[Row]:
    """Contacts, cases, open work and surveys of one customer and one agent, and other customers."""
    now = shop.desk.now
    for number in range(count):
        at = now - number * SECOND
        own_id = new_row_id(shop.customer_id, at)
        about = {"customer_id": shop.customer_id, "agent_id": shop.agent_id, "case_id": own_id}
        match number % KINDS:
            case 0:
                yield rows.case(**about, opened_at=at - 30 * 24 * HOUR, last_interaction_id=own_id)
            case 1:
                yield rows.interaction(**about, interaction_id=own_id, occurred_at=at, recorded_at=at)
            case 2:
                yield rows.commitment(at, **about, commitment_id=own_id, interaction_id=own_id)
            case 3:
                yield rows.follow_up(at, **about, follow_up_id=own_id, interaction_id=own_id)
            case 4:
                yield rows.reply(at, **about, reply_id=own_id, interaction_id=own_id)
            case 5 if number % 2:
                yield rows.message(
                    message_id=own_id,
                    customer_id=shop.customer_id,
                    about_id=own_id,
                    recipient_id=shop.agent_id,
                    status="sent",
                    created_at=at,
                    wake_at=None,
                )
            case 5:
                yield rows.survey(**about, survey_id=own_id, interaction_id=own_id)
            case _:
                facts = {"name": f"Customer {number:06}", "email": f"customer{number}@example.com"}
                yield rows.customer(
                    **facts, customer_id=new_party_id(), phone=f"+44794{number:07}", agent_id=shop.agent_id
                )


def _newer_rows(shop: Shop, count: int) -> Iterator[Row]:
    """Rows of the newer kinds, beside those of `_rows`."""
    yield campaign(CAMPAIGN_ID, shop.desk.now)
    for number in range(count // 10):
        at = shop.desk.now - number * HOUR
        yield from _rows_of_another_customer(shop, at)
        yield from _rows_of_the_customer(shop, at)
        yield from _rows_of_the_business(shop, number, at)


def _rows_of_another_customer(shop: Shop, at: datetime) -> Iterator[Row]:
    """What a customer of their own has of the newer kinds."""
    customer_id = new_party_id()
    yield CampaignRecipient(
        campaign_recipient_id=new_row_id(customer_id, at),
        customer_id=customer_id,
        campaign_id=CAMPAIGN_ID,
        agent_id=shop.agent_id,
        answer="yes",
        created_at=at,
    )
    yield Relationship(
        relationship_id=relationship_id(customer_id),
        customer_id=customer_id,
        status="proposed",
        due_at=at,
        created_at=at,
    )


def _rows_of_the_customer(shop: Shop, at: datetime) -> Iterator[Row]:
    """What the shop's customer has of the newer kinds."""
    own_id = new_row_id(shop.customer_id, at)
    yield Recognition(
        recognition_id=own_id,
        customer_id=shop.customer_id,
        agent_id=shop.agent_id,
        reason="kind_words",
        evidence_id=own_id,
        said_by=shop.supervisor_id,
        created_at=at,
    )
    yield rows.goodwill(
        goodwill_id=new_row_id(shop.customer_id, at),
        customer_id=shop.customer_id,
        agent_id=shop.agent_id,
        due_at=at,
    )


def _rows_of_the_business(shop: Shop, number: int, at: datetime) -> Iterator[Row]:
    """What belongs to no customer."""
    yield campaign(new_party_id(), at)
    yield WeeklyReport(
        weekly_report_id=new_row_id(OF_THE_DESK, at),
        week="2026-W09",
        begins=at,
        ends=at + HOUR,
        status="sent",
        reported_at=at,
        created_at=at,
    )
    yield SetAsideMail(
        set_aside_mail_id=f"{number:08}",
        name=f"mail-{number}",
        reason="list",
        sender="news@example.com",
        sender_name="News",
        subject="Offers",
        words="Buy now",
        received_at=at,
        expires_at=int((shop.desk.now + 100 * 24 * HOUR).timestamp()),
    )
    yield PolicyVersion(
        policy_version_id=f"{number:08}", document=rows.policy(), changed_at=at, changed_by="owner"
    )


def campaign(campaign_id: str, at: datetime) -> Campaign:
    """An invitation that was sent."""
    return Campaign(
        campaign_id=campaign_id,
        status="sent",
        texts=(CampaignText(language="en", subject="An evening of repairs", text="Come and see."),),
        event=Event(begins_at=at + HOUR, ends_at=at + 2 * HOUR, place="Our shop"),
        send_at=at,
        sent_at=at,
        created_by="manager",
        created_at=at,
    )


PAGES: dict[str, Callable[[GrownDesk], object]] = {
    "API: timeline": lambda desk: desk.get(f"customers/{desk.shop.customer_id}/timeline"),
    "API: export": lambda desk: desk.get(f"customers/{desk.shop.customer_id}/export"),
    "API: customers": lambda desk: desk.get("customers"),
    "API: customers by name": lambda desk: desk.get("customers", q="bilal"),
    "API: customers by a common word": lambda desk: desk.get("customers", q="customer"),
    "API: customers by number": lambda desk: desk.get("customers", q="4567"),
    "API: promises": lambda desk: desk.get("commitments", status="overdue"),
    "API: promises of an agent": lambda desk: desk.get("commitments", agent_id=desk.shop.agent_id),
    "API: promises to a customer": lambda desk: desk.get("commitments", customer_id=desk.shop.customer_id),
    "API: follow-ups": lambda desk: desk.get("follow-ups", status="scheduled"),
    "API: replies": lambda desk: desk.get("replies", status="awaited"),
    "API: cases": lambda desk: desk.get("cases", status="open"),
    "API: cases of a customer": lambda desk: desk.get("cases", customer_id=desk.shop.customer_id),
    "API: quiet cases": lambda desk: desk.get("cases", quiet_days="7"),
    "API: surveys": lambda desk: desk.get("surveys", status="scheduled"),
    "API: surveys of a customer": lambda desk: desk.get("surveys", customer_id=desk.shop.customer_id),
    "console: my day": lambda desk: desk.open(desk.agent, "/desk/"),
    "console: a manager's day": lambda desk: desk.open(desk.manager, "/desk/"),
    "console: customers": lambda desk: desk.open(desk.manager, "/desk/customers"),
    "console: customers by name": lambda desk: desk.open(desk.manager, "/desk/customers?q=bilal"),
    "console: a customer": lambda desk: desk.open(desk.manager, f"/desk/customers/{desk.shop.customer_id}"),
    "console: a case": lambda desk: desk.open(desk.manager, f"/desk/cases/{desk.case_id}"),
    "console: a new contact": lambda desk: desk.open(
        desk.manager, f"/desk/contacts/new?customer_id={desk.shop.customer_id}"
    ),
    "console: promises": lambda desk: desk.open(desk.manager, "/desk/promises"),
    "console: promises of an agent": lambda desk: desk.open(desk.agent, "/desk/promises"),
    "console: surveys": lambda desk: desk.open(desk.manager, "/desk/surveys"),
    "console: policy": lambda desk: desk.open(desk.manager, "/desk/policy"),
    "API: messages": lambda desk: desk.get("messages", status="sent"),
    "console: messages": lambda desk: desk.open(desk.manager, "/desk/messages?status=sent"),
    "API: goodwill": lambda desk: desk.get("goodwill", status="requested"),
    "API: thanks said": lambda desk: desk.get("recognition"),
    "console: mail set aside": lambda desk: desk.open(desk.manager, "/desk/mail"),
    "console: campaigns": lambda desk: desk.open(desk.manager, "/desk/campaigns"),
    "console: a campaign": lambda desk: desk.open(desk.manager, f"/desk/campaigns/{CAMPAIGN_ID}"),
    "console: reviews": lambda desk: desk.open(desk.manager, "/desk/relationships"),
    "console: a review": lambda desk: desk.open(
        desk.manager, f"/desk/customers/{desk.shop.customer_id}/relationship"
    ),
    "console: a message to a customer": lambda desk: desk.open(
        desk.manager, f"/desk/customers/{desk.shop.customer_id}/write"
    ),
    "console: people": lambda desk: desk.open(desk.manager, "/desk/people"),
    "console: policies before": lambda desk: desk.open(desk.manager, "/desk/policy/versions"),
    "console: thanks": lambda desk: desk.open(desk.manager, "/desk/thanks"),
    "console: own practice": lambda desk: desk.open(desk.agent, "/desk/me/practice"),
    "console: training topics": lambda desk: desk.open(desk.manager, "/desk/training"),
    "console: weekly reports": lambda desk: desk.open(desk.manager, "/desk/report/weeks"),
    "console: report": lambda desk: desk.open(desk.manager, "/desk/report"),
    "console: find": lambda desk: desk.open(desk.manager, "/desk/find?q=bilal"),
}
"""The pages, whose cost must not grow with what is stored, but those in `REPORTS`."""

REPORTS = frozenset({"console: report", "console: training topics", "console: own practice"})
"""The pages that count all rows of a period."""
