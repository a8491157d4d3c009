"""`make restore STACK=vaada FROM=<restored table> [CUSTOMER=id] [LOOK=yes]`: bring back what was lost.

A row is brought back where it is missing, cannot be read, or stands at an earlier version; whatever the desk
has written since stays. Nobody who was forgotten comes back, and no customer is sent anything twice. It may
be run again, and goes on where it was cut off.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from operations.safety import made_safe
from operations.senders import held
from operations.stack import Stack, console
from vaada.desk import Desk
from vaada.flows import erasure
from vaada.flows.optimistic_write import change
from vaada.flows.work import standing_customer
from vaada.gateways.items import Item, from_item, key_of, to_item
from vaada.model.address_usage import AddressUsage
from vaada.model.erasures import Erasure
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.policy import Policy
from vaada.model.rate_limits import RateCount
from vaada.model.receipts import EmailClaim, Receipt
from vaada.model.rows import Row
from vaada.model.search_terms import SearchTerm, terms_of
from vaada.model.work import Survey
from vaada.rules import interactions

_AT_ONCE = 100  # rows that DynamoDB reads in one call
_LEDGER, _POLICY, _CLAIM = Erasure.kind_of_row, Policy.kind_of_row, EmailClaim.kind_of_row
_MADE_SAFE = {
    "survey": "surveys and their reminders that are not sent: they may have been already",
    "message": "messages to customers that are not sent: they may have been already",
    "customer": "customers who are asked nothing for a while",
    "case": "cases that are not asked about again",
}


class Restoration:
    """One restoration, and in `counts` what it did."""

    def __init__(self, desk: Desk, backup: str, now: datetime, *, look: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        self._desk, self._backup, self._now, self._look = desk, backup, now, look
        self._client = desk.table.client
        self._forgotten: dict[str, bool] = {}

    def everything(self) -> Iterator[int]:
        """Bring back whatever was lost. Yields how many rows it has looked at since the last time."""
        claims: list[Item] = []
        for items in self._scanned("row_kind IN (:ledger, :policy, :claim)"):
            self._bring_back([item for item in items if item["row_kind"]["S"] != _CLAIM])
            claims += [item for item in items if item["row_kind"]["S"] == _CLAIM]
            yield len(items)
        for items in self._scanned("NOT row_kind IN (:ledger, :policy, :claim)"):
            self._bring_back(items)
            yield len(items)
        for first in range(0, len(claims), _AT_ONCE):  # last, for the agents that they are of must stand
            self._bring_back(claims[first : first + _AT_ONCE])
        self._end()

    def customer(self, customer_id: str) -> Iterator[int]:
        """Bring back whatever was lost of one customer."""
        ledger = self._client.get_item(TableName=self._backup, Key=key_of(Erasure, customer_id))
        self._bring_back([ledger["Item"]] if "Item" in ledger else [])
        pages = self._client.get_paginator("query").paginate(
            TableName=self._backup,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": key_of(Customer, customer_id)["pk"]},
            PaginationConfig={"PageSize": _AT_ONCE},
        )
        for page in pages:
            self._bring_back(page["Items"])
            yield len(page["Items"])
        self._end()

    def _scanned(self, condition: str) -> Iterator[list[Item]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._backup,
            FilterExpression=condition,
            ExpressionAttributeValues={
                ":ledger": {"S": _LEDGER},
                ":policy": {"S": _POLICY},
                ":claim": {"S": _CLAIM},
            },
            PaginationConfig={"PageSize": _AT_ONCE},
        )
        for page in pages:
            yield page["Items"]

    def _bring_back(self, items: list[Item]) -> None:
        standing = self._standing([_place(item) for item in items])
        for item in items:
            row = _read(item)
            if isinstance(row, SearchTerm):
                continue  # derived from the customer, and brought back with them
            if row is None:
                self.counts["cannot be read in the backup either"] += 1
            elif (why_not := self._why_not(row)) is not None:
                self.counts[why_not] += 1
            else:
                self._settle(row, standing.get(_place_text(item)))
                if isinstance(row, Customer):
                    self._bring_back_terms(row)

    def _settle(self, row: Row, stands: Item | None) -> None:
        live = _read(stands) if stands else None
        if live is not None and live.version >= row.version:
            self.counts["as it was, or newer"] += 1
            return
        safe = self._planned(made_safe(row, self._now))
        if safe is not row and row.kind_of_row in _MADE_SAFE:
            self.counts[_MADE_SAFE[row.kind_of_row]] += 1
        if isinstance(safe, Survey) and safe.kind == "nps" and safe.status == "withheld":
            self._ask_another_time(safe)
        if stands is not None and live is None:  # versions only go up, that of a broken row too
            safe = safe.model_copy(update={"version": max(safe.version, _version(stands)) + 1})
        lost = "missing" if stands is None else "broken" if live is None else "at an earlier version"
        written = self._put(safe, stands)
        self.counts[f"brought back: {lost}" if written else "written at this moment: left alone"] += 1

    def _bring_back_terms(self, customer: Customer) -> None:
        """The search terms of the customer as they stand now."""
        terms = terms_of(self._desk.table.get(Customer, customer.id) or customer)
        keys = [key_of(SearchTerm, term.id) for term in terms]
        standing = self._standing(keys)
        for term, key in zip(terms, keys, strict=True):
            stands = standing.get(_place_text(key))
            if stands is not None and _read(stands) is not None:
                continue
            self.counts["brought back: missing" if stands is None else "brought back: broken"] += 1
            if not self._look:
                self._client.put_item(TableName=self._desk.table.name, Item=to_item(term))

    def _ask_another_time(self, survey: Survey) -> None:
        """The next question about the business as a whole is planned with the next contact."""
        stands = self._stands(key_of(Customer, survey.customer_id))
        if stands is None or _read(stands) is None or self._look:
            return

        def without(row: Customer) -> Customer:
            return row.changed(nps_id=None) if row.nps_id == survey.id else row

        change(self._desk, Customer, standing_customer(self._desk, survey.customer_id).id, without)

    def _planned(self, row: Row) -> Row:
        """A contact whose planning is there already waits for nothing."""
        if not isinstance(row, Interaction) or row.wake_at is None:
            return row
        derived = interactions.planned_rows(row, self._desk.policy)
        there = any(self._desk.table.get(type(each), each.id) for each in derived)
        return interactions.mark_planned(row) if there else row

    def _why_not(self, row: Row) -> str | None:
        """Why the row is not to come back, wherever it stands now, if so."""
        if isinstance(row, Receipt | RateCount | AddressUsage) and row.expires_at <= self._now.timestamp():
            return "past their time"
        if isinstance(row, EmailClaim):
            stands = self._stands(key_of(Agent, row.agent_id))
            agent = _read(stands) if stands else None
            if isinstance(agent, Agent) and agent.email.casefold() != row.email_claim_id:
                return "addresses that agents have no more"
        if isinstance(row, Erasure):
            return None
        owner = row.id if isinstance(row, Customer) else getattr(row, "customer_id", None)
        return "of customers who were forgotten" if owner and self._is_forgotten(owner) else None

    def _is_forgotten(self, customer_id: str) -> bool:
        if customer_id not in self._forgotten:
            self._forgotten[customer_id] = self._stands(key_of(Erasure, customer_id)) is not None
        return self._forgotten[customer_id]

    def _stands(self, key: Item) -> Item | None:
        found = self._client.get_item(TableName=self._desk.table.name, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _standing(self, keys: list[Item]) -> dict[str, Item]:
        """What stands in the live table at these places."""
        found: dict[str, Item] = {}
        while keys:
            request: Any = {self._desk.table.name: {"Keys": keys, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            found |= {_place_text(item): item for item in answer["Responses"][self._desk.table.name]}
            left: Any = answer.get("UnprocessedKeys", {})
            keys = left.get(self._desk.table.name, {}).get("Keys", [])
        return found

    def _put(self, row: Row, stands: Item | None) -> bool:
        """Write the row, unless what stood there has changed since it was looked at."""
        if self._look:
            return True
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if stands is not None and "version" in stands:
            condition = {
                "ConditionExpression": "version = :stands",
                "ExpressionAttributeValues": {":stands": stands["version"]},
            }
        elif stands is not None:
            condition = {"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(version)"}
        try:
            self._client.put_item(TableName=self._desk.table.name, Item=to_item(row), **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _end(self) -> None:
        if not self._look:
            self.counts["erasures that begin anew"] += erasure.replay_erasures(self._desk, self._now)


def _read(item: Item) -> Row | None:
    """The row; None where it is broken, or does not lie in its place."""
    try:
        row = from_item(item)
        return row if key_of(type(row), row.id) == _place(item) else None
    except (KeyError, TypeError, ValueError):
        return None


def _version(item: Item) -> int:
    """The version of a broken row, as far as it has one."""
    told = item.get("version", {}).get("N", "0")
    return int(told) if told.isdecimal() else 0


def _place(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _place_text(item: Item) -> str:
    return f"{item['pk']['S']} {item['sk']['S']}"


def main() -> int:
    """Restore, showing how far it is."""
    parser = argparse.ArgumentParser(prog="make restore", description="Bring back what was lost.")
    parser.add_argument("--stack", required=True)
    parser.add_argument("--from", required=True, dest="backup", help="the restored table")
    parser.add_argument("--customer", help="only this customer's rows")
    parser.add_argument("--look", action="store_true", help="only count what would be done")
    told = parser.parse_args()
    try:
        stack = Stack(told.stack)
        work = Restoration(stack.desk, told.backup, datetime.now(UTC).replace(microsecond=0), look=told.look)
        steps = work.customer(told.customer) if told.customer else work.everything()
        with held(stack, unless=told.look) as released, _progress() as progress:
            task = progress.add_task("rows", total=None)
            for looked_at in steps:
                progress.advance(task, looked_at)
    except (ClientError, BotoCoreError) as error:
        console.print(f"Stopped: {error}", markup=False)
        console.print("What was brought back so far is whole. Run it again to go on.")
        return 2
    for what, number in sorted(work.counts.items()):
        if number:
            console.print(f"{number:>8}  {what}")
    if not told.look and not released:
        console.print(
            f"Nothing is sent yet, as before. Once you have looked: make release STACK={stack.name}"
        )
    return 0


def _progress() -> Progress:
    return Progress(TextColumn("Looked at"), MofNCompleteColumn(), TextColumn("rows"), console=console)


if __name__ == "__main__":
    sys.exit(main())
