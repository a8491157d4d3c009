"""Taking what is sent from the public pages: each form is counted, over all functions together."""

import secrets
from datetime import datetime

from vaada.desk import Desk
from vaada.gateways.links import LinkPurpose
from vaada.gateways.table import Conflict
from vaada.model.rate_limits import RateCount
from vaada.rules import bot_detection
from vaada.rules.messages import rate_limits

_TRIES = 5


class TooManyForms(Exception):
    """The link was used too often. It may be used again `after` so many seconds."""

    def __init__(self, after: int) -> None:
        super().__init__(f"again in {after} s")
        self.after = after


def count_form(desk: Desk, purpose: LinkPurpose, row_id: str, now: datetime) -> None:
    """Count a form that was sent with a link to this row. Raises TooOften."""
    pace_id = f"form-{purpose}-{row_id}-{now:%Y%m%d%H}"
    for _ in range(_TRIES):
        found = desk.table.get(RateCount, pace_id)
        if found is not None and found.count >= bot_detection.FORMS_AN_HOUR:
            raise TooManyForms(int((bot_detection.next_hour(now) - now).total_seconds()))
        counted = rate_limits.increment(found, pace_id, now).model_copy(update={"mark": secrets.token_hex(8)})
        try:
            desk.table.write(counted)
        except Conflict:
            continue
        return
    raise TooManyForms(1)
