"""Sending no more, and no faster, than the policy allows, over all functions together."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy
from vaada.flows.rate_counts import Count, Counted, add, take_back
from vaada.gateways.send_errors import Refused
from vaada.rules.messages import rate_limits


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
    """Take back what was counted for a message that was certainly not sent."""
    take_back(desk, counted)


def _count(desk: Desk, counts: dict[str, Count]) -> Counted:
    try:
        return add(desk, counts)
    except rate_limits.LimitReached as over:
        raise Refused(
            over.reason, for_good=over.for_good, throttled=not over.for_good, for_now=over.for_now
        ) from over
    except Busy as error:
        reason = "too many messages at the same moment"
        raise Refused(reason, for_good=False, throttled=True, for_now=True) from error
