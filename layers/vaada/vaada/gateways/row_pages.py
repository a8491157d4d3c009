"""Pages of a list, the cursors that continue them, and one list out of several."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vaada.gateways.items import Item, to_item
from vaada.model.rows import Row
from vaada.model.search_terms import SearchTerm


class BadCursor(ValueError):
    """The cursor is not from a list of this kind."""


class Page(NamedTuple):
    """Some rows of a list, and the cursor of the next page. None: there are no more."""

    rows: tuple[Row, ...]
    next_cursor: str | None


PartByTime = tuple[dict[str, Row], str | None]
"""The first rows of a query by their place in the order by time, and how far it got. None: to the end."""


def cursor_after(term: SearchTerm) -> str:
    """Return the cursor that continues a list of search terms after this one."""
    item = to_item(term)
    return encode_cursor({name: item[name] for name in ("row_kind", "list_key", "pk", "sk")})


def merge_partitions(
    partitions: Mapping[str, Item],
    page: Callable[[str, str | None], Page],
    limit: int,
    cursor: str | None,
    *,
    names: tuple[str, ...],
    descending: bool,
) -> Page:
    """Return a page from several partitions, sorted by the first attribute in `names`; all are in the cursor.

    `partitions` maps each customer id to the partition's part of the key. A cursor is a key in one of them;
    with the other partition's part it is a start for that one, too, whether or not a row has this key.
    """
    if len(partitions) == 1:
        return page(next(iter(partitions)), cursor)
    start = decode_cursor(cursor, set(names)) if cursor else None
    if start is not None and not any(part.items() <= start.items() for part in partitions.values()):
        raise BadCursor
    pages = [
        page(customer_id, encode_cursor({**start, **part}) if start else None)
        for customer_id, part in partitions.items()
    ]
    order = names[0]
    found = [(to_item(row), row) for each in pages for row in each.rows]
    found.sort(key=lambda one: one[0][order]["S"], reverse=descending)
    ends = [decode_cursor(each.next_cursor, set(names)) for each in pages if each.next_cursor]
    nearest = (max if descending else min)(ends, key=lambda key: str(key[order]["S"]), default=None)
    if nearest is not None:  # beyond it one of the partitions has rows that were not read
        reached = nearest[order]["S"]
        found = [
            one
            for one in found
            if one[0][order]["S"] == reached or (one[0][order]["S"] > reached) is descending
        ]
    taken = found[:limit]
    following = {name: taken[-1][0][name] for name in names} if len(found) > limit else nearest
    return Page(tuple(row for _, row in taken), encode_cursor(following) if following else None)


def merge_by_place(parts: Sequence[PartByTime], place: str | None, limit: int, *, descending: bool) -> Page:
    """Return one page of the rows of several queries, sorted by time, beginning after `place`."""
    found = {at: row for rows, _ in parts for at, row in rows.items() if at != place}
    ends = [end for _, end in parts if end is not None]  # rows after these places were not read yet
    end = (max if descending else min)(ends, default=None)
    order = sorted(found, reverse=descending)
    known = [at for at in order if end is None or (at >= end if descending else at <= end)]
    if len(known) > limit:
        end = known[limit - 1]
    rows = tuple(found[at] for at in known[:limit])
    return Page(rows, None if end is None else encode_cursor({"place": {"S": end}}))


def place_of(item: Item) -> str:
    """Return the place of a row in the order by time, whatever its status."""
    return str(item["list_key"]["S"]).partition("#")[2]


def encode_cursor(key: Item) -> str:
    """Return the cursor with this key in it."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, names: set[str]) -> Item:
    """Return the key in a cursor that a client sent, of these attributes. Raises BadCursor."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        opened = {str(name): {"S": str(value["S"])} for name, value in key.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadCursor from error
    if set(opened) != names:
        raise BadCursor
    return opened
