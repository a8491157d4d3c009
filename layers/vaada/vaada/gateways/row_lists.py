"""Lists of rows: the timeline of a customer, and the lists that the indexes hold."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from vaada.gateways.items import DUE_SHARDS, KINDS, from_item, id_of, is_known
from vaada.gateways.row_pages import (
    BadCursor,
    Page,
    PartByTime,
    decode_cursor,
    encode_cursor,
    merge_by_place,
    merge_partitions,
    place_of,
)
from vaada.gateways.rows_by_key import READ_BATCH, R, RowsByKey
from vaada.model.messages import Message
from vaada.model.people import MessageMedium
from vaada.model.rows import Row
from vaada.model.search_terms import SearchTerm
from vaada.model.times import text_of

_INDEX_KEYS = {"by_kind": "row_kind", "by_agent": "agent_kind", "by_customer": "customer_kind"}
"""The partition key of each index of lists."""
_LOOKED_THROUGH = 1000  # rows; for one page of a list with a filter, as many as one query reads
_QUERIES_BY_ID = 10  # for one page of a list by id
_REPORT_PAGE = 1000  # rows; DynamoDB ends a page at 1 MB anyway


class RowLists(RowsByKey):
    """The lists of the table. Those of an index are eventually consistent."""

    def timeline(self, customer_ids: Sequence[str], limit: int, cursor: str | None) -> Page:
        """Return the rows of a customer, of all of their records, newest first, strongly consistent.

        Raises BadCursor.
        """

        def page(customer_id: str, cursor: str | None) -> Page:
            values = {":pk": {"S": f"CUSTOMER#{customer_id}"}, ":row": {"S": "ROW#"}}
            return self._page(
                limit,
                cursor,
                ConsistentRead=True,
                ScanIndexForward=False,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :row)",
                ExpressionAttributeValues=values,
            )

        partitions = {customer_id: {"pk": {"S": f"CUSTOMER#{customer_id}"}} for customer_id in customer_ids}
        return merge_partitions(partitions, page, limit, cursor, names=("sk", "pk"), descending=True)

    def list_rows(
        self,
        kind: type[Row],
        limit: int,
        cursor: str | None,
        *,
        agent_id: str | None = None,
        status: str | None = None,
        due_from: datetime | None = None,
        due_by: datetime | None = None,
        only: Mapping[str, Any] | None = None,
    ) -> Page:
        """Return the rows of a kind, of one agent or of all: people by name, work by status and due time.

        Cases are listed by status and when they were opened. `due_by` needs a `status`, `due_from` both.
        `only` says which attributes to read. Raises BadCursor.
        """
        index, value = _index_key(kind, agent_id)
        return self._list(index, value, limit, cursor, status, due_from, due_by, query=only)

    def latest_rows(self, kind: type[Row], limit: int, cursor: str | None) -> Page:
        """Return the rows of a kind without statuses, the latest first. Raises BadCursor."""
        return self._page(
            limit,
            cursor,
            IndexName="by_kind",
            ScanIndexForward=False,
            KeyConditionExpression="row_kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind.kind_of_row}},
        )

    def rows_for_report(
        self,
        kind: type[R],
        fields: Collection[str],
        status: str,
        begins: datetime,
        ends: datetime,
        *,
        agent_id: str | None,
    ) -> Iterator[R]:
        """Yield the rows that are due in this period, both ends included, with these fields.

        A field that is neither named nor required has its default. To read fewer fields takes less time: of
        all rows in the period, most of it goes into parsing them.
        """
        cursor: str | None = None
        while True:
            page = self.list_rows(
                kind,
                _REPORT_PAGE,
                cursor,
                agent_id=agent_id,
                status=status,
                due_from=begins,
                due_by=ends,
                only=_only(kind, fields),
            )
            yield from (row for row in page.rows if isinstance(row, kind))
            if (cursor := page.next_cursor) is None:
                return

    def latest_for_report(
        self,
        kind: type[R],
        fields: Collection[str],
        status: str,
        begins: datetime,
        ends: datetime,
        *,
        agent_id: str | None,
    ) -> tuple[tuple[R, ...], bool]:
        """Return the last due of these rows, the last one first, and whether there are more.

        They are as many as one query reads, so that a page takes as long however many there are.
        """
        page = self.list_rows(
            kind,
            _REPORT_PAGE,
            None,
            agent_id=agent_id,
            status=status,
            due_from=begins,
            due_by=ends,
            only={**_only(kind, fields), "ScanIndexForward": False},
        )
        return tuple(row for row in page.rows if isinstance(row, kind)), page.next_cursor is not None

    def count_rows(self, kind: type[Row], *, agent_id: str | None = None, status: str | None) -> int:
        """Return the number of rows of a kind, of one agent or of all, that the index contains."""
        index, value = _index_key(kind, agent_id)
        condition, values = f"{_INDEX_KEYS[index]} = :key", {":key": {"S": value}}
        if status:
            condition += " AND begins_with(list_key, :first)"
            values |= {":first": {"S": f"{status}#"}}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName=index,
            Select="COUNT",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        return sum(page["Count"] for page in pages)

    def customer_rows(
        self,
        kind: type[Row],
        customer_ids: Sequence[str],
        limit: int,
        cursor: str | None,
        *,
        status: str | None = None,
        last_first: bool = False,
    ) -> Page:
        """Return the work or cases of a customer's records, in the order of `list_rows` or the reverse.

        Of the kind `Customer` they are those who came through this one. Raises BadCursor.
        """
        order = {"ScanIndexForward": False} if last_first else {}

        def page(customer_id: str, cursor: str | None) -> Page:
            value = f"{customer_id}#{kind.kind_of_row}"
            return self._list("by_customer", value, limit, cursor, status, None, None, query=order)

        partitions = {
            customer_id: {"customer_kind": {"S": f"{customer_id}#{kind.kind_of_row}"}}
            for customer_id in customer_ids
        }
        names = ("list_key", "customer_kind", "pk", "sk")
        return merge_partitions(partitions, page, limit, cursor, names=names, descending=last_first)

    def rows_by_time(
        self,
        kind: type[Row],
        statuses: Sequence[str],
        limit: int,
        cursor: str | None,
        *,
        agent_id: str | None = None,
        customer_ids: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        quiet_since: datetime | None = None,
        where: Mapping[str, str] | None = None,
        descending: bool = False,
    ) -> Page:
        """Return work by when it is due, or cases by when they were opened, from several statuses together.

        Of one agent, of the records of one customer, of both or of all; from `since` to `until`, both
        included. `quiet_since` is for cases: only those without a contact since then. `where` is what fields
        must be: a page then may hold few rows, or none, and more come on the next. A cursor is a place in
        this order: it stays valid, whatever becomes of the row that was there. Raises BadCursor.
        """
        if customer_ids:
            keys = [("by_customer", f"{each}#{kind.kind_of_row}") for each in customer_ids]
        else:
            keys = [_index_key(kind, agent_id)]
        if quiet_since:
            until = min(until or quiet_since, quiet_since)  # a case was opened before its last contact
        query = _filters(agent_id if customer_ids else None, quiet_since, where or {})
        query["ScanIndexForward"] = not descending
        place = decode_cursor(cursor, {"place"})["place"]["S"] if cursor else None
        first, last = _bounds(since, until, place, descending=descending)
        parts = [
            self._part_by_time(_between(key, f"{status}#{first}", f"{status}#{last}", query), limit + 1)
            for key in (keys if first <= last else ())
            for status in statuses
        ]
        return merge_by_place(parts, place, limit, descending=descending)

    def rows_by_id(
        self,
        kind: type[Row],
        limit: int,
        cursor: str | None,
        matches: Callable[[Row], bool],
        *,
        agent_id: str | None = None,
        customer_ids: Sequence[str] = (),
    ) -> Page:
        """Return the work or cases that match, by id, of one agent, one customer, both or all.

        An id never changes, so that a list misses no row that matched all the time, whatever changes while it
        is read page by page. What is shown is strongly consistent. Raises BadCursor.
        """
        after = decode_cursor(cursor, {"id"})["id"]["S"] if cursor else ""
        query: dict[str, Any] = {"FilterExpression": "agent_id = :agent"} if agent_id else {}
        values = {":kind": {"S": kind.kind_of_row}, **({":agent": {"S": agent_id}} if agent_id else {})}
        found: list[Row] = []
        queries = 0
        for customer_id in sorted(customer_ids) or [""]:  # the ids of a customer's rows begin with it
            last = f"{customer_id}~"
            while after < last and queries < _QUERIES_BY_ID:
                queries += 1
                first = max(customer_id, f"{after}!")
                answer = self.client.query(
                    TableName=self.name,
                    IndexName="by_id",
                    Limit=READ_BATCH,
                    KeyConditionExpression="row_kind = :kind AND listed_id BETWEEN :first AND :last",
                    ExpressionAttributeValues={**values, ":first": {"S": first}, ":last": {"S": last}},
                    **query,
                )
                ids = [item["listed_id"]["S"] for item in answer["Items"]]
                rows = self.get_several(kind, ids)
                for row_id in ids:
                    if row_id in rows and matches(rows[row_id]):
                        found.append(rows[row_id])
                        if len(found) == limit:
                            return Page(tuple(found), encode_cursor({"id": {"S": row_id}}))
                reached: Any = answer.get("LastEvaluatedKey")
                after = reached["listed_id"]["S"] if reached else last
        is_done = after >= last
        return Page(tuple(found), None if is_done else encode_cursor({"id": {"S": after}}))

    def search_terms(
        self,
        prefix: str,
        limit: int,
        cursor: str | None,
        *,
        texts: Sequence[str] = (),
        agent_ids: Collection[str] | None = None,
    ) -> Page:
        """Return the search terms with this prefix of the sort key, in order, that contain all `texts`.

        With `agent_ids`, only those of customers whom one of these agents serves, at most a hundred agents.
        The index is eventually consistent.
        With a filter a page has what one query finds in 1 MB of the index. Raises BadCursor.
        """
        values = {":kind": {"S": SearchTerm.kind_of_row}, ":prefix": {"S": prefix}}
        filters = [f"contains(#text, :text{number})" for number in range(len(texts))]
        values |= {f":text{number}": {"S": text} for number, text in enumerate(texts)}
        query: dict[str, Any] = {"ExpressionAttributeNames": {"#text": "text"}} if texts else {}
        if agent_ids is not None:
            names = {f":agent{number}": agent_id for number, agent_id in enumerate(sorted(agent_ids))}
            served = " OR ".join(f"contains(served_by, {name})" for name in names)
            filters.append(f"({served})")
            values |= {name: {"S": agent_id} for name, agent_id in names.items()}
        if filters:
            query["FilterExpression"] = " AND ".join(filters)
        return self._page(
            None if filters else limit,
            cursor,
            IndexName="by_kind",
            KeyConditionExpression="row_kind = :kind AND begins_with(list_key, :prefix)",
            ExpressionAttributeValues=values,
            **query,
        )

    def held_messages(
        self, reader: str, medium: MessageMedium, limit: int, cursor: str | None = None
    ) -> tuple[tuple[Message, ...], str | None]:
        """Return held messages to this recipient by this medium, the oldest first, and the next cursor."""
        page = self._page(
            limit,
            cursor,
            IndexName="by_agent",
            KeyConditionExpression="agent_kind = :reader",
            ExpressionAttributeValues={":reader": {"S": f"{reader}#held-{medium}"}},
        )
        return tuple(row for row in page.rows if isinstance(row, Message)), page.next_cursor

    def known_releases(self, reader: str, medium: MessageMedium) -> frozenset[datetime]:
        """Return until when messages to this recipient are held that this step, or its sweep, has written."""
        return self.memory.releases(reader, medium) if self.memory is not None else frozenset()

    def text_message(self, provider_id: str) -> Message | None:
        """Return the SMS with this provider id, or None. SMS to staff only until their first status."""
        page = self._page(
            1,
            None,
            IndexName="by_agent",
            KeyConditionExpression="agent_kind = :sent",
            ExpressionAttributeValues={":sent": {"S": f"{provider_id}#sms"}},
        )
        return next((row for row in page.rows if isinstance(row, Message)), None)

    def due(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        """Yield kind, id and version of the due rows. Per shard, the longest overdue come first.

        The rows of up to a hundred are read together, if there is a memory.
        """
        due = self._due(now)
        while some := tuple(islice(due, READ_BATCH)):
            self.read_ahead(*((KINDS[kind], row_id) for kind, row_id, _ in some))
            yield from some

    def _due(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        for shard in DUE_SHARDS:
            pages = self.client.get_paginator("query").paginate(
                TableName=self.name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND wake_at <= :now",
                ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"S": text_of(now)}},
            )
            for page in pages:
                for item in filter(is_known, page["Items"]):
                    yield item["row_kind"]["S"], id_of(item), int(item["version"]["N"])

    def _part_by_time(self, query: Mapping[str, Any], most: int) -> PartByTime:
        """Return the first rows of a query by their place in the order by time, and how far it got.

        None: to the end. A filter may leave out so many rows that the query finds fewer than `most`.
        """
        response = self._query(_LOOKED_THROUGH if "FilterExpression" in query else most, None, query)
        items, reached = response["Items"], response.get("LastEvaluatedKey")
        if len(items) > most:
            items = items[:most]
            reached = items[-1]
        found = {place_of(item): from_item(item) for item in items if is_known(item)}
        return found, place_of(reached) if reached else None

    def _list(
        self,
        index: str,
        value: str,
        limit: int,
        cursor: str | None,
        status: str | None,
        due_from: datetime | None,
        due_by: datetime | None,
        query: Mapping[str, Any] | None = None,
    ) -> Page:
        condition, values = f"{_INDEX_KEYS[index]} = :key", {":key": {"S": value}}
        first = f"{status}#{text_of(due_from) if due_from else ''}"
        if status and due_by:
            condition += " AND list_key BETWEEN :first AND :last"
            last = f"{status}#{text_of(due_by)}~"  # after all ids of that second
            values |= {":first": {"S": first}, ":last": {"S": last}}
        elif status:
            condition += " AND begins_with(list_key, :first)"
            values |= {":first": {"S": first}}
        return self._page(
            limit,
            cursor,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **(query or {}),
        )

    def _page(self, limit: int | None, cursor: str | None, **query: Any) -> Page:
        response = self._query(limit, cursor, query)
        rows = tuple(from_item(item) for item in response["Items"] if is_known(item))
        return Page(
            rows, encode_cursor(response["LastEvaluatedKey"]) if "LastEvaluatedKey" in response else None
        )

    def _query(self, limit: int | None, cursor: str | None, query: Mapping[str, Any]) -> Any:
        asked = dict(query)
        if cursor:
            name = query.get("IndexName")
            index = {_INDEX_KEYS[name], "list_key"} if name else set()
            asked["ExclusiveStartKey"] = decode_cursor(cursor, {"pk", "sk", *index})
        if limit is not None:
            asked["Limit"] = limit
        try:
            return self.client.query(TableName=self.name, **asked)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "ValidationException":
                raise BadCursor from error
            raise


def _index_key(kind: type[Row], agent_id: str | None) -> tuple[str, str]:
    """Return the index that lists the rows of a kind, of one agent or of all, and their key in it."""
    return ("by_agent", f"{agent_id}#{kind.kind_of_row}") if agent_id else ("by_kind", kind.kind_of_row)


def _only(kind: type[Row], fields: Collection[str]) -> dict[str, Any]:
    """Return the part of a query that reads only these fields of its rows, and the required ones."""
    names = {"row_kind", *fields, *(name for name, one in kind.model_fields.items() if one.is_required())}
    aliases = {f"#{name}": name for name in sorted(names)}
    return {"ProjectionExpression": ", ".join(aliases), "ExpressionAttributeNames": aliases}


def _filters(agent_id: str | None, quiet_since: datetime | None, where: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of a query that filters its rows."""
    conditions, values = [], {}
    if agent_id:
        conditions.append("agent_id = :agent")
        values[":agent"] = {"S": agent_id}
    if quiet_since:
        conditions.append("last_contact_at <= :quiet")
        values[":quiet"] = {"S": text_of(quiet_since)}
    for name, value in where.items():
        conditions.append(f"#{name} = :{name}")
        values[f":{name}"] = {"S": value}
    query: dict[str, Any] = {"ExpressionAttributeValues": values}
    if conditions:
        query["FilterExpression"] = " AND ".join(conditions)
    if where:
        query["ExpressionAttributeNames"] = {f"#{name}": name for name in where}
    return query


def _bounds(
    since: datetime | None, until: datetime | None, place: str | None, *, descending: bool
) -> tuple[str, str]:
    """Return the first and the last place of a list by time that continues at `place`."""
    first, last = text_of(since) if since else "", f"{text_of(until)}~" if until else "~"
    if place is None:
        return first, last
    return (first, min(last, place)) if descending else (max(first, place), last)


def _between(key: tuple[str, str], first: str, last: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return this query, for the rows of one key of an index from `first` to `last`."""
    index, value = key
    keys = {":key": {"S": value}, ":first": {"S": first}, ":last": {"S": last}}
    return {
        **query,
        "IndexName": index,
        "KeyConditionExpression": f"{_INDEX_KEYS[index]} = :key AND list_key BETWEEN :first AND :last",
        "ExpressionAttributeValues": {**query["ExpressionAttributeValues"], **keys},
    }
