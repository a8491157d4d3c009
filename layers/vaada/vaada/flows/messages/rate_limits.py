"""Sending no more, and no faster, than the policy allows, over all functions together."""

import secrets
from collections.abc import Callable
from datetime import datetime

from vaada.desk import Desk
from vaada.gateways.send_errors import Refused
from vaada.gateways.table import Conflict
from vaada.model.rate_limits import RateCount
from vaada.rules.messages import rate_limits

_TRIES = 5
Count = Callable[[RateCount | None, str], RateCount]
"""The count with one more message. Raises TooMuch where there may be none."""

Counted = dict[str, int]
"""How much was counted, by the ids of the counts."""


def count_mail(desk: Desk, now: datetime) -> Counted:
    """Count a mail that is about to be sent. Raises Refused, throttled where it may go later."""
    rules = desk.policy.sending
    return _count(
        desk,
        {f"mail-{now:%Y%m%d}": lambda found, pace_id: rate_limits.count_mail(found, pace_id, rules, now)},
    )


def count_text(desk: Desk, number: str, segments: int, now: datetime) -> Counted:
    """Count a text that is about to be sent to this number. Raises Refused, for good where none may go."""
    rules = desk.policy.sending
    try:
        cost = rate_limits.cost(number, segments, rules)
    except rate_limits.LimitReached as over:
        raise Refused(over.reason, for_good=True) from over
    everybody, one = f"sms-{now:%Y%m%d}", f"{desk.addresses.hash_address('sms', number)}-{now:%Y%m%d}"
    counts: dict[str, Count] = {
        f"sms-spend-{now:%Y%m}": lambda found, pace_id: rate_limits.count_spending(
            found, pace_id, cost, rules, now
        ),
        everybody: lambda found, pace_id: rate_limits.count_text(found, pace_id, rules.texts_a_day, now),
        one: lambda found, pace_id: rate_limits.count_text(found, pace_id, rules.texts_a_day_to_one, now),
    }
    return _count(desk, counts)


def refund(desk: Desk, counted: Counted) -> None:
    """Take back what was counted for a message that was certainly not sent.

    Where others count again and again it stays counted: the limits are kept from below.
    """
    for _ in range(_TRIES):
        found = [(desk.table.get(RateCount, pace_id), by) for pace_id, by in counted.items()]
        rows = [row.changed(count=row.count - by) for row, by in found if row is not None]
        if not rows:
            return
        try:
            _write(desk, rows)
        except Conflict:
            continue
        return


def _count(desk: Desk, counts: dict[str, Count]) -> Counted:
    for _ in range(_TRIES):
        found = {pace_id: desk.table.get(RateCount, pace_id) for pace_id in counts}
        try:
            rows = [count(found[pace_id], pace_id) for pace_id, count in counts.items()]
        except rate_limits.LimitReached as over:
            raise Refused(
                over.reason, for_good=over.for_good, throttled=not over.for_good, for_now=over.for_now
            ) from over
        try:
            _write(desk, rows)
        except Conflict:
            continue
        before = {row.id: row.count for row in found.values() if row is not None}
        return {row.id: row.count - before.get(row.id, 0) for row in rows}
    raise Refused("too many messages at the same moment", for_good=False, throttled=True, for_now=True)


def _write(desk: Desk, rows: list[RateCount]) -> None:
    desk.table.write(*(row.model_copy(update={"mark": secrets.token_hex(8)}) for row in rows))
