"""Conversion between rows and DynamoDB items: keys, index attributes and values.

    customer                       CUSTOMER#<customer id>   CUSTOMER
    search term of a customer      CUSTOMER#<customer id>   CUSTOMER#TERM#<number>
    relationship with a customer   CUSTOMER#<customer id>   RELATIONSHIP#<own part of the id>
    other rows of a customer       CUSTOMER#<customer id>   ROW#<own part of the id, which sorts by time>
    weekly report, its messages    CUSTOMER#0000000000000000   the same: they belong to no customer
    agent, policy, receipt, …      <KIND>#<id>              <KIND>

All rows of a customer are in one partition: one strongly consistent query reads them, newest first.
"""

import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from vaada.model.address_usage import AddressUsage
from vaada.model.campaigns import Campaign, CampaignRecipient
from vaada.model.cases import Case
from vaada.model.departures import Departure
from vaada.model.erasures import Erasure
from vaada.model.ids import customer_of, own_part
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer, SearchIndex
from vaada.model.policy import Policy, PolicyVersion
from vaada.model.rate_limits import RateCount
from vaada.model.receipts import EmailClaim, Receipt
from vaada.model.recognitions import Recognition
from vaada.model.relationships import Relationship
from vaada.model.rows import DueRow, Row
from vaada.model.search_terms import SearchTerm, fingerprint, terms_of
from vaada.model.sessions import Session
from vaada.model.setup import Setup
from vaada.model.suppressions import Suppression
from vaada.model.times import text_of
from vaada.model.training import Training
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

Item = dict[str, Any]
"""A row in DynamoDB's format: {"name": {"S": "…"}, …}."""

_PEOPLE = (Agent, Customer)
_WORK = (Commitment, FollowUp, Reply, Goodwill, Survey)
_TIMELINE = (Interaction, Case, *_WORK, Message, WeeklyReport, Recognition, CampaignRecipient)
_LISTED_BY_ID = (Case, *_WORK)
_LEDGERS = (Erasure, Departure, PolicyVersion)
_OTHER = (
    Policy,
    Receipt,
    EmailClaim,
    Suppression,
    RateCount,
    SearchTerm,
    AddressUsage,
    Session,
    Setup,
    Training,
    Relationship,
    SetAsideMail,
    Campaign,
    *_LEDGERS,
)
_ListedByTime = Erasure | PolicyVersion | WeeklyReport | Recognition | SetAsideMail | Training | Campaign
_RELATIONSHIP = "RELATIONSHIP#"  # not among the rows of the timeline, which agents read
KINDS: dict[str, type[Row]] = {kind.kind_of_row: kind for kind in (*_PEOPLE, *_TIMELINE, *_OTHER)}
DUE_SHARDS = tuple(f"due-{n}" for n in range(4))
"""The partitions of the index of due rows. Each takes 1,000 writes a second."""


def key_of(kind: type[Row], row_id: str) -> Item:
    """Return the key of this row in the table."""
    if kind is Customer:
        pk, sk = f"CUSTOMER#{row_id}", "CUSTOMER"
    elif kind in _TIMELINE:
        pk, sk = f"CUSTOMER#{customer_of(row_id)}", f"ROW#{own_part(row_id)}"
    elif kind is Relationship:
        pk, sk = f"CUSTOMER#{customer_of(row_id)}", f"{_RELATIONSHIP}{own_part(row_id)}"
    elif kind is SearchTerm:
        pk, sk = f"CUSTOMER#{customer_of(row_id)}", f"CUSTOMER#TERM#{own_part(row_id)}"
    else:
        sk = kind.kind_of_row.upper()
        pk = f"{sk}#{row_id}"
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def id_of(item: Mapping[str, Any]) -> str:
    """Return the id of a due row, or of any row of a customer, from its key."""
    owner, own = str(item["pk"]["S"]).partition("#")[2], str(item["sk"]["S"])
    return owner + own.partition("#")[2] if own.startswith(("ROW#", _RELATIONSHIP)) else owner


def to_item(row: Row) -> Item:
    """Return the item of this row. Fields that are None are left out, which keeps the indexes sparse."""
    plain = row.model_dump(mode="json", exclude_none=True)
    plain |= _index_attributes(row)
    if isinstance(row, Customer):
        plain["search_index"] = _search_index(row).model_dump()
    return key_of(type(row), row.id) | {name: attribute(value) for name, value in plain.items()}


def from_item(item: Mapping[str, Any]) -> Row:
    """Return the row of this item. Raises KeyError for a kind that this release does not know.

    Fields of a later release are ignored, in the policy too: after a rollback it must still be readable.
    """
    plain = {name: plain_value(value) for name, value in item.items()}
    return KINDS[plain["row_kind"]].model_validate(plain, extra="ignore")


def is_known(item: Mapping[str, Any]) -> bool:
    """Whether this release knows the kind of row. A later one may have written others before a rollback."""
    return item["row_kind"]["S"] in KINDS


def search_terms_to_write(customer: Customer) -> tuple[list[Item], list[Item]]:
    """The search terms to put, and the keys of those to delete, in the transaction that writes the customer.

    Both are empty while the stored terms still hold, as `customer.search_index` tells.
    """
    stored, index = customer.search_index, _search_index(customer)
    if stored == index:
        return [], []
    puts = [to_item(term) for term in terms_of(customer)]
    numbers = range(index.terms, stored.terms if stored else 0)
    return puts, [key_of(SearchTerm, f"{customer.id}{number:02}") for number in numbers]


def _search_index(customer: Customer) -> SearchIndex:
    stored, now = customer.search_index, fingerprint(customer)
    if stored is not None and stored.fingerprint == now:
        return stored
    return SearchIndex(terms=len(terms_of(customer)), fingerprint=now)


def _index_attributes(row: Row) -> dict[str, str]:
    attributes: dict[str, str] = {}
    if isinstance(row, _LISTED_BY_ID) or (isinstance(row, Customer) and _gets_news(row)):
        attributes["listed_id"] = row.id
    if isinstance(row, DueRow) and row.wake_at is not None:
        attributes["due_shard"] = DUE_SHARDS[zlib.crc32(row.id.encode()) % len(DUE_SHARDS)]
    if isinstance(row, Commitment | FollowUp | Reply | Goodwill | Survey):
        attributes["list_key"] = f"{row.status}#{text_of(row.due_at)}#{row.id}"
        attributes["agent_kind"] = f"{row.agent_id}#{row.kind_of_row}"
        attributes["customer_kind"] = f"{row.customer_id}#{row.kind_of_row}"
    elif isinstance(row, Relationship):
        attributes["list_key"] = f"{row.status}#{text_of(row.due_at)}#{row.id}"
    elif isinstance(row, Case):
        attributes["list_key"] = f"{row.status}#{text_of(row.opened_at)}#{row.id}"
        attributes["agent_kind"] = f"{row.agent_id}#{row.kind_of_row}"
        attributes["customer_kind"] = f"{row.customer_id}#{row.kind_of_row}"
    elif isinstance(row, CampaignRecipient):
        attributes["list_key"] = f"{row.campaign_id}#{row.turnout}#{row.id}"
    elif isinstance(row, _ListedByTime):
        attributes["list_key"] = f"{text_of(_listed_at(row))}#{row.id}"
    elif isinstance(row, Message):
        attributes |= _index_attributes_of_message(row)
    elif isinstance(row, SearchTerm):
        attributes["list_key"] = row.sort_key
    elif isinstance(row, Session):
        attributes["list_key"] = text_of(row.started_at)
        attributes["agent_kind"] = f"{row.subject}#session"
    elif isinstance(row, Agent) or (isinstance(row, Customer) and row.merged_into is None):
        attributes |= _index_attributes_of_person(row)
    return attributes


def _gets_news(customer: Customer) -> bool:
    """Whether the customer is among those who are listed for campaigns."""
    return customer.consent.news and customer.merged_into is None


def _index_attributes_of_person(row: Agent | Customer) -> dict[str, str]:
    attributes = {"list_key": f"{row.name.casefold()}#{row.id}"}
    if isinstance(row, Customer) and row.agent_id is not None:
        attributes["agent_kind"] = f"{row.agent_id}#customer"
    if isinstance(row, Customer) and row.referred_by is not None:
        attributes["customer_kind"] = f"{row.referred_by}#customer"
    return attributes


def _listed_at(row: _ListedByTime) -> datetime:
    match row:
        case Erasure():
            return row.asked_at
        case PolicyVersion():
            return row.changed_at
        case WeeklyReport():
            return row.begins
        case Recognition() | Campaign():
            return row.created_at
        case SetAsideMail():
            return row.received_at
        case Training():
            return row.done_at


def _index_attributes_of_message(row: Message) -> dict[str, str]:
    attributes = {"list_key": f"{row.status}#{text_of(row.created_at)}#{row.id}"}
    if row.status == "held" and row.to != "customer":
        attributes["agent_kind"] = f"{row.recipient_id or row.to}#held-{row.medium}"
    elif row.medium == "sms" and row.provider_id and _is_looked_up_by_provider_id(row):
        attributes["agent_kind"] = f"{row.provider_id}#sms"
    return attributes


def _is_looked_up_by_provider_id(text: Message) -> bool:
    """Whether events will name this SMS by its provider id: a delivery status, or a customer's answer."""
    return text.to == "customer" or not text.delivery


def attribute(value: Any) -> dict[str, Any]:
    """A plain value in DynamoDB's form, such as {"S": "…"}.

    boto3 has the same for every kind of value. This is for those that rows consist of, and a function starts
    6 % faster without boto3, which imports what only S3 needs.
    """
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if kind is int:
        return {"N": str(value)}
    if kind is list:
        return {"L": [attribute(each) for each in value]}
    if kind is dict:
        return {"M": {name: attribute(each) for name, each in value.items()}}
    raise TypeError(f"rows have no values of the type {kind}")


def plain_value(stored: Mapping[str, Any]) -> Any:
    """The plain value of an attribute in DynamoDB's form. A number is a Decimal."""
    if (text := stored.get("S")) is not None:
        return text
    [(kind, value)] = stored.items()
    if kind == "L":
        return [plain_value(each) for each in value]
    if kind == "M":
        return {name: plain_value(each) for name, each in value.items()}
    if kind == "N":
        return Decimal(value)
    return value if kind == "BOOL" else None
