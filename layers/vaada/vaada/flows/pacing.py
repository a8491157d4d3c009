"""How many texts go out, over all functions together: they cost money, and SNS stops none of them in time."""

from datetime import datetime

from vaada.desk import Desk
from vaada.gateways.sending import Refused
from vaada.gateways.table import Conflict
from vaada.model.pace import Pace
from vaada.rules import paces

_TRIES = 5


def may_text(desk: Desk, number: str, now: datetime) -> None:
    """Count a text to this number. Raises Refused, for good where it may not be texted at all."""
    rules = desk.policy.sending
    if not paces.is_allowed(number, rules):
        raise Refused("texts to this country are not allowed by the policy", for_good=True)
    everybody, one = f"sms-{now:%Y%m%d}", f"{desk.addresses.hashed('sms', number)}-{now:%Y%m%d}"
    for _ in range(_TRIES):
        rows = []
        for pace_id, most in ((everybody, rules.texts_a_day), (one, rules.texts_a_day_to_one)):
            found = desk.table.get(Pace, pace_id)
            if found is not None and found.count >= most:
                raise Refused(f"{most} texts a day are allowed", for_good=False, throttled=True)
            rows.append(paces.counted(found, pace_id, now))
        try:
            desk.table.write(*rows)
        except Conflict:
            continue
        return
    raise Refused("too many texts at the same moment", for_good=False, throttled=True)
