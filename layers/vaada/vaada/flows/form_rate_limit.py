"""Rate-limit form submissions per link and browser. All functions share the count.

A stranger with the link who sends too many forms must not keep the customer from answering.
"""

from collections.abc import Mapping
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy
from vaada.flows.rate_counts import add
from vaada.gateways.links import LinkPurpose
from vaada.model.rate_limits import RateCount
from vaada.rules import bot_detection, contact_form
from vaada.rules.messages import rate_limits


class TooManyForms(Exception):
    """Too many forms were submitted with the link by this browser. It works again after `after` seconds."""

    def __init__(self, after: int) -> None:
        super().__init__(f"again in {after} s")
        self.after = after


def form_count_id(purpose: LinkPurpose, row_id: str, browser: str, now: datetime) -> str:
    """Return the id of the count of this hour's forms with a link to this row from this browser."""
    return f"form-{purpose}-{row_id}-{browser}-{now:%Y%m%d%H}"


def count_form(desk: Desk, purpose: LinkPurpose, row_id: str, browser: str, now: datetime) -> None:
    """Count a form submitted with a link to this row from this browser. Raises TooManyForms."""

    _count(desk, {form_count_id(purpose, row_id, browser, now): bot_detection.FORMS_AN_HOUR}, now)


def count_entry(desk: Desk, browser: str, now: datetime) -> None:
    """Count an entry by the contact form from this browser, and from all. Raises TooManyForms."""
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
