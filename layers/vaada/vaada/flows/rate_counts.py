"""Counts per hour, day or month, shared by all functions, and the limits on submitted forms."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy, retry_on_conflict
from vaada.gateways.links import LinkPurpose
from vaada.model.rate_limits import RateCount
from vaada.rules import bot_detection, contact_form

_TRIES = 5
_KEPT_FOR = timedelta(days=2)

Increment = Callable[[RateCount], RateCount]
"""Returns the count after one more. Raises what says that its limit is reached."""

Counted = dict[str, int]
"""The amounts added, by the ids of the counts."""


def new_count(count_id: str, now: datetime, kept: timedelta = _KEPT_FOR) -> RateCount:
    """Return a count of which nothing is used yet. It is not stored until something is."""
    return RateCount(pace_id=count_id, count=0, version=0, expires_at=int((now + kept).timestamp()))


def add(desk: Desk, *counts: tuple[RateCount, Increment]) -> Counted:
    """Increment all of these counts or none. Returns what was added. Raises Busy, and what they raise.

    Each is given as `new_count`, for the case that it is not stored yet.
    """

    def attempt() -> Counted:
        desk.read_ahead(*((RateCount, new.id) for new, _ in counts))
        before = [desk.table.get(RateCount, new.id) or new for new, _ in counts]
        after = [increment(row) for row, (_, increment) in zip(before, counts, strict=True)]
        _write(desk, after)
        return {now.id: now.count - then.count for then, now in zip(before, after, strict=True)}

    return retry_on_conflict(", ".join(new.id for new, _ in counts), attempt, tries=_TRIES)


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
    _count(desk, now, (form_count_id(purpose, row_id, browser, now), bot_detection.FORMS_AN_HOUR))


def count_entry(desk: Desk, browser: str, now: datetime) -> None:
    """Count an entry in the contact form, for this browser and for all. Raises TooManyForms."""
    _count(
        desk,
        now,
        (form_count_id("form", "entry", browser, now), contact_form.FORMS_AN_HOUR),
        (form_count_id("form", "entry", "all", now), contact_form.FORMS_AN_HOUR_IN_ALL),
    )


def _count(desk: Desk, now: datetime, *limits: tuple[str, int]) -> None:
    """Increment the counts of this hour with these ids, each up to its limit. Raises TooManyForms."""

    def increment(before: RateCount, most: int) -> RateCount:
        if before.count >= most:
            raise TooManyForms(int((bot_detection.next_hour(now) - now).total_seconds()))
        return before.changed(count=before.count + 1)

    try:
        add(desk, *((new_count(count_id, now), partial(increment, most=most)) for count_id, most in limits))
    except Busy as error:
        raise TooManyForms(1) from error
