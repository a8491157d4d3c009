"""`make restore STACK=vaada FROM=<restored table> [CUSTOMER=id] [LOOK=yes]`: restore lost rows.

The restored table may be that of another stack, whose keys this one has.

A row is restored if it is missing, cannot be read, or has an earlier version than in the backup; rows written
since the backup stay. Erased customers stay erased, and no customer is sent anything twice. After an
interruption, run it again to continue.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from operations.safety import make_safe
from operations.senders import not_at_rest
from operations.stack import Stack, console
from vaada.desk import Desk
from vaada.flows import erasure
from vaada.flows.messages.suppression import addresses_of
from vaada.flows.optimistic_write import change
from vaada.flows.work import current_customer
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
from vaada.rules import interactions, surveys

_PAGE_SIZE = 100  # rows; the limit of BatchGetItem
_CLAIM = EmailClaim.kind_of_row
_OUT_OF_ORDER = (Erasure.kind_of_row, Policy.kind_of_row, _CLAIM)  # first, but for the claims, which are last
_MADE_SAFE_COUNTS = {
    "survey": "surveys and their reminders that are not sent: they may have been already",
    "message": "messages to customers that are not sent: they may have been already",
    "customer": "customers who are asked nothing for a while",
    "case": "cases that are not asked about again",
}


class Restoration:
    """One restoration. `counts` says what it did."""

    def __init__(self, desk: Desk, backup: str, now: datetime, *, look: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        self._desk, self._backup, self._now, self._look = desk, backup, now, look
        self._client = desk.table.client
        self._erased: dict[str, bool] = {}

    def has_another_address_key(self) -> bool:
        """Whether the backup's addresses were hashed with a key that is not the stack's.

        Then no address in it would be found again, and who said STOP would be written to.
        """
        found = self._scan(Customer.kind_of_row, AddressUsage.kind_of_row)
        rows = [_read(item) for items in found for item in items]
        used = {row.id for row in rows if isinstance(row, AddressUsage)}
        known = {
            self._desk.addresses.hash_address(medium, address)
            for row in rows
            if isinstance(row, Customer)
            for medium, address in addresses_of(row)
        }
        return bool(used) and not used & known

    def everything(self) -> Iterator[int]:
        """Restore all lost rows. Yields the number of rows checked since the last time."""
        claims: list[Item] = []
        for items in self._scan(*_OUT_OF_ORDER):
            self._restore_items([item for item in items if item["row_kind"]["S"] != _CLAIM])
            claims += [item for item in items if item["row_kind"]["S"] == _CLAIM]
            yield len(items)
        for items in self._scan(*_OUT_OF_ORDER, others=True):
            self._restore_items(items)
            yield len(items)
        for first in range(0, len(claims), _PAGE_SIZE):  # last, because each must match its agent
            self._restore_items(claims[first : first + _PAGE_SIZE])
        self._finish()

    def customer(self, customer_id: str) -> Iterator[int]:
        """Restore the lost rows of one customer. Yields the number of rows checked since the last time."""
        ledger = self._client.get_item(TableName=self._backup, Key=key_of(Erasure, customer_id))
        self._restore_items([ledger["Item"]] if "Item" in ledger else [])
        pages = self._client.get_paginator("query").paginate(
            TableName=self._backup,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": key_of(Customer, customer_id)["pk"]},
            PaginationConfig={"PageSize": _PAGE_SIZE},
        )
        for page in pages:
            self._restore_items(page["Items"])
            yield len(page["Items"])
        self._finish()

    def _scan(self, *kinds: str, others: bool = False) -> Iterator[list[Item]]:
        """Yield the backup's rows of these kinds, or of all others."""
        values = {f":kind{number}": {"S": kind} for number, kind in enumerate(kinds)}
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._backup,
            FilterExpression=f"{'NOT ' if others else ''}row_kind IN ({', '.join(values)})",
            ExpressionAttributeValues=values,
            PaginationConfig={"PageSize": _PAGE_SIZE},
        )
        for page in pages:
            yield page["Items"]

    def _restore_items(self, items: list[Item]) -> None:
        current_items = self._get_items([_key(item) for item in items])
        for item in items:
            row = _read(item)
            if isinstance(row, SearchTerm):
                continue  # derived from the customer, and restored with them
            if row is None:
                self.counts["cannot be read in the backup either"] += 1
            elif (why_not := self._why_not(row)) is not None:
                self.counts[why_not] += 1
            else:
                self._restore_row(row, current_items.get(_key_text(item)))
                if isinstance(row, Customer):
                    self._restore_search_terms(row)

    def _restore_row(self, row: Row, current: Item | None) -> None:
        live = _read(current) if current else None
        only_held = isinstance(live, Policy) and self._is_only_held(live)
        live = None if only_held else live
        if live is not None and live.version >= row.version:
            self.counts["as it was, or newer"] += 1
            return
        safe = self._mark_planned(make_safe(row, self._now))
        if safe is not row and row.kind_of_row in _MADE_SAFE_COUNTS:
            self.counts[_MADE_SAFE_COUNTS[row.kind_of_row]] += 1
        if isinstance(safe, Survey) and safe.kind == "nps" and safe.status == "withheld":
            self._unlink_survey(safe)
        if current is not None and live is None:  # versions must increase, also in place of another row
            safe = safe.model_copy(update={"version": max(safe.version, _version(current)) + 1})
        missing = current is None or only_held
        lost = "missing" if missing else "broken" if live is None else "at an earlier version"
        written = self._put(safe, current)
        self.counts[f"brought back: {lost}" if written else "written at this moment: left alone"] += 1

    def _is_only_held(self, policy: Policy) -> bool:
        """Whether `make hold` wrote this policy after the business's own was lost, or without one."""
        sending = policy.document.sending.model_copy(update={"held": False})
        return policy.document.model_copy(update={"sending": sending}) == self._desk.first_policy

    def _restore_search_terms(self, customer: Customer) -> None:
        """Restore the search terms of the customer's current row."""
        terms = terms_of(self._desk.table.get(Customer, customer.id) or customer)
        keys = [key_of(SearchTerm, term.id) for term in terms]
        current_items = self._get_items(keys)
        for term, key in zip(terms, keys, strict=True):
            current = current_items.get(_key_text(key))
            if current is not None and _read(current) is not None:
                continue
            self.counts["brought back: missing" if current is None else "brought back: broken"] += 1
            if not self._look:
                self._client.put_item(TableName=self._desk.table.name, Item=to_item(term))

    def _unlink_survey(self, survey: Survey) -> None:
        """Unlink the survey about the business from the customer: the next interaction plans a new one."""
        current = self._get_item(key_of(Customer, survey.customer_id))
        if current is None or _read(current) is None or self._look:
            return

        def unlink(row: Customer) -> Customer:
            return row.changed(nps_id=None) if row.nps_id == survey.id else row

        change(self._desk, Customer, current_customer(self._desk, survey.customer_id).id, unlink)

    def _mark_planned(self, row: Row) -> Row:
        """Mark an interaction as planned if its survey exists."""
        if not isinstance(row, Interaction) or row.wake_at is None:
            return row
        survey = surveys.of_interaction(row, self._desk.policy)
        exists = survey is not None and self._desk.table.get(Survey, survey.id) is not None
        return interactions.mark_planned(row) if exists else row

    def _why_not(self, row: Row) -> str | None:
        """Return why the row must not be restored. None: it may be."""
        if isinstance(row, Receipt | RateCount | AddressUsage) and row.expires_at <= self._now.timestamp():
            return "past their time"
        if isinstance(row, EmailClaim):
            current = self._get_item(key_of(Agent, row.agent_id))
            agent = _read(current) if current else None
            if isinstance(agent, Agent) and agent.email.casefold() != row.email_claim_id:
                return "addresses that agents have no more"
        if isinstance(row, Erasure):
            return None
        owner = row.id if isinstance(row, Customer) else getattr(row, "customer_id", None)
        return "of erased customers" if owner and self._is_erased(owner) else None

    def _is_erased(self, customer_id: str) -> bool:
        if customer_id not in self._erased:
            self._erased[customer_id] = self._get_item(key_of(Erasure, customer_id)) is not None
        return self._erased[customer_id]

    def _get_item(self, key: Item) -> Item | None:
        response = self._client.get_item(TableName=self._desk.table.name, Key=key, ConsistentRead=True)
        return response.get("Item")

    def _get_items(self, keys: list[Item]) -> dict[str, Item]:
        """Return the items of the live table with these keys."""
        items: dict[str, Item] = {}
        while keys:
            request: Any = {self._desk.table.name: {"Keys": keys, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            items |= {_key_text(item): item for item in answer["Responses"][self._desk.table.name]}
            left: Any = answer.get("UnprocessedKeys", {})
            keys = left.get(self._desk.table.name, {}).get("Keys", [])
        return items

    def _put(self, row: Row, current: Item | None) -> bool:
        """Write the row if the live item has not changed since it was read. Returns whether it did."""
        if self._look:
            return True
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if current is not None and "version" in current:
            condition = {
                "ConditionExpression": "version = :current",
                "ExpressionAttributeValues": {":current": current["version"]},
            }
        elif current is not None:
            condition = {"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(version)"}
        try:
            self._client.put_item(TableName=self._desk.table.name, Item=to_item(row), **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _finish(self) -> None:
        if not self._look:
            cursor, is_first = None, True
            while cursor or is_first:
                begun, cursor = erasure.replay_erasures(self._desk, self._now, cursor)
                self.counts["erasures that begin anew"] += begun
                is_first = False


def _read(item: Item) -> Row | None:
    """Return the row of the item. None: it is broken, or its key does not match."""
    try:
        row = from_item(item)
        return row if key_of(type(row), row.id) == _key(item) else None
    except (KeyError, TypeError, ValueError):
        return None


def _version(item: Item) -> int:
    """Return the version of a broken row, or 0."""
    version = item.get("version", {}).get("N", "0")
    return int(version) if version.isdecimal() else 0


def _key(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _key_text(item: Item) -> str:
    return f"{item['pk']['S']} {item['sk']['S']}"


def main() -> int:
    """Run the command, showing the progress."""
    parser = argparse.ArgumentParser(
        prog="make restore", description="Restore lost rows from a restored table."
    )
    parser.add_argument("--stack", required=True)
    parser.add_argument("--from", required=True, dest="backup", help="the restored table")
    parser.add_argument("--customer", help="only this customer's rows")
    parser.add_argument("--other-key", action="store_true", help="although no STOP will be found again")
    parser.add_argument("--look", action="store_true", help="only count what would be done")
    arguments = parser.parse_args()
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        stack = Stack(arguments.stack)
        if not arguments.look and (reason := not_at_rest(stack.desk, now)) is not None:
            console.print(f"Nothing was brought back. {reason}.")
            return 2
        work = Restoration(stack.desk, arguments.backup, now, look=arguments.look)
        if not arguments.other_key and work.has_another_address_key():
            console.print(
                "Nothing was brought back. The backup is of another address key, so no STOP in it would be"
                " found. Put its key into the stack: docs/operations.md, Into a new stack. Or: OTHER_KEY=yes"
            )
            return 2
        steps = work.customer(arguments.customer) if arguments.customer else work.everything()
        with _progress() as progress:
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
    if not arguments.look:
        console.print(f"Nothing is sent yet. Once you have looked: make release STACK={stack.name}")
    return 0


def _progress() -> Progress:
    return Progress(TextColumn("Looked at"), MofNCompleteColumn(), TextColumn("rows"), console=console)


if __name__ == "__main__":
    sys.exit(main())
