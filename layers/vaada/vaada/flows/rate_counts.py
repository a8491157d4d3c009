"""Counts per hour, day or month, shared by all functions, and the limits on submitted forms."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy, retry_on_conflict
from vaada.gateways.links import LinkPurpose
from vaada.model.rate_limits import RateCount
from vaada.rules import bot_detection, contact_form
from vaada.rules.messages import rate_limits

_TRIES = 5

Count = Callable[[RateCount | None, str], RateCount]
"""Increments a count, given the current one (or None) and its id. Raises LimitReached."""

Counted = dict[str, int]
"""The amounts added, by the ids of the counts."""


def add(desk: Desk, counts: Mapping[str, Count]) -> Counted:
    """Increment all of these counts or none. Returns what was added. Raises LimitReached, Busy."""

    def attempt() -> Counted:
        desk.read_ahead(*((RateCount, count_id) for count_id in counts))
        current = {count_id: desk.table.get(RateCount, count_id) for count_id in counts}
        rows = [count(current[count_id], count_id) for count_id, count in counts.items()]
        _write(desk, rows)
        before = {row.id: row.count for row in current.values() if row is not None}
        return {row.id: row.count - before.get(row.id, 0) for row in rows}

    return retry_on_conflict(", ".join(counts), attempt, tries=_TRIES)


def subtract(desk: Desk, counted: Counted) -> None:
    """Subtract what was added. Gives up silently if others write the counts at each attempt."""

    def attempt() -> None:
        current = [(desk.table.get(RateCount, count_id), by) for count_id, by in counted.items()]
        rows = [row.changed(count=row.count - by) for row, by in current if row is not None]
        if rows:
            _write(desk, rows)

    with suppress(Busy):
        retry_on_conflict(", ".join(counted), attempt, tries=_TRIES)


def _write(desk: Desk, rows: list[RateCount]) -> None:
    desk.table.write(*(row.model_copy(update={"mark": secrets.token_hex(8)}) for row in rows))


class TooManyForms(Exception):
    """Too many forms were submitted with the link by this browser. It works again after `after` seconds."""

    def __init__(self, after: int) -> None:
        super().__init__(f"again in {after} s")
        self.after = after


def form_count_id(purpose: LinkPurpose, row_id: str, browser: str, now: datetime) -> str:
    """Return the id of the count of this hour's forms with a link to this row from this browser."""
    return f"form-{purpose}-{row_id}-{browser}-{now:%Y%m%d%H}"


def count_form(desk: Desk, purpose: LinkPurpose, row_id: str, browser: str, now: datetime) -> None:
    """Count a form submitted with a link to this row from this browser. Raises TooManyForms.

    The browsers are counted apart, so that a stranger with the link cannot keep the customer from answering.
    """
    _count(desk, {form_count_id(purpose, row_id, browser, now): bot_detection.FORMS_AN_HOUR}, now)


def count_entry(desk: Desk, browser: str, now: datetime) -> None:
    """Count an entry in the contact form, for this browser and for all. Raises TooManyForms."""
    counts = {
        form_count_id("form", "entry", browser, now): contact_form.FORMS_AN_HOUR,
        form_count_id("form", "entry", "all", now): contact_form.FORMS_AN_HOUR_IN_ALL,
    }
    _count(desk, counts, now)


def _count(desk: Desk, most: Mapping[str, int], now: datetime) -> None:
    def increment(current: RateCount | None, count_id: str) -> RateCount:
        if current is not None and current.count >= most[count_id]:
            raise TooManyForms(int((bot_detection.next_hour(now) - now).total_seconds()))
        return rate_limits.increment(current, count_id, now)

    try:
        add(desk, dict.fromkeys(most, increment))
    except Busy as error:
        raise TooManyForms(1) from error
