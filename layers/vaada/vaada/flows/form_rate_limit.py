"""Rate-limit form submissions. All functions share the count."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy
from vaada.flows.rate_counts import add
from vaada.gateways.links import LinkPurpose
from vaada.model.rate_limits import RateCount
from vaada.rules import bot_detection
from vaada.rules.messages import rate_limits


class TooManyForms(Exception):
    """Too many forms were submitted with the link. It works again after `after` seconds."""

    def __init__(self, after: int) -> None:
        super().__init__(f"again in {after} s")
        self.after = after


def count_form(desk: Desk, purpose: LinkPurpose, row_id: str, now: datetime) -> None:
    """Count a form submitted with a link to this row. Raises TooManyForms."""

    def increment(current: RateCount | None, count_id: str) -> RateCount:
        if current is not None and current.count >= bot_detection.FORMS_AN_HOUR:
            raise TooManyForms(int((bot_detection.next_hour(now) - now).total_seconds()))
        return rate_limits.increment(current, count_id, now)

    try:
        add(desk, {f"form-{purpose}-{row_id}-{now:%Y%m%d%H}": increment})
    except Busy as error:
        raise TooManyForms(1) from error
