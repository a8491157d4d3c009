"""Keep to the sending limits of the policy. All functions share the counts of what was sent."""

from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy
from vaada.flows.rate_counts import Counted, Increment, add, new_count, subtract
from vaada.gateways.send_errors import Refused
from vaada.model.rate_limits import RateCount
from vaada.rules.messages import rate_limits

_MONTH_KEPT_FOR = timedelta(days=33)  # the longest month, and two days more


def mail_count_id(now: datetime) -> str:
    """Return the id of the count of this day's mails."""
    return f"mail-{now:%Y%m%d}"


def count_mail(desk: Desk, now: datetime) -> Counted:
    """Count a mail before it is sent. Raises Refused, throttled if it may be sent later."""
    rules = desk.policy.sending
    return _count(
        desk,
        (new_count(mail_count_id(now), now), lambda before: rate_limits.count_mail(before, rules, now)),
    )


def count_text(desk: Desk, number: str, segments: int, now: datetime) -> Counted:
    """Count an SMS before it is sent. Raises Refused, for good if the policy does not allow it."""
    rules = desk.policy.sending
    try:
        cost = rate_limits.cost(number, segments, rules)
    except rate_limits.LimitReached as error:
        raise Refused(error.reason, for_good=True) from error
    month = new_count(f"sms-spend-{now:%Y%m}", now, kept=_MONTH_KEPT_FOR)
    return _count(
        desk,
        (month, lambda before: rate_limits.count_spending(before, cost, rules)),
        *_counts_of_day(desk, number, now),
    )


def count_whatsapp(desk: Desk, number: str, now: datetime) -> Counted:
    """Count a WhatsApp message before it is sent, with the texts of the day. Raises Refused, throttled."""
    return _count(desk, *_counts_of_day(desk, number, now))


def _counts_of_day(
    desk: Desk, number: str, now: datetime
) -> tuple[tuple[RateCount, Increment], tuple[RateCount, Increment]]:
    """Return the counts of what goes to phones in a day: to all, and to this one."""
    rules = desk.policy.sending
    everybody, one = f"sms-{now:%Y%m%d}", f"{desk.addresses.hash_address('sms', number)}-{now:%Y%m%d}"
    return (
        (new_count(everybody, now), lambda before: rate_limits.count_text(before, rules.texts_a_day)),
        (new_count(one, now), lambda before: rate_limits.count_text(before, rules.texts_a_day_to_one)),
    )


def refund(desk: Desk, counted: Counted) -> None:
    """Subtract the count of a message that was certainly not sent."""
    subtract(desk, counted)


def _count(desk: Desk, *counts: tuple[RateCount, Increment]) -> Counted:
    try:
        return add(desk, *counts)
    except rate_limits.LimitReached as error:
        raise Refused(
            error.reason, for_good=error.for_good, throttled=not error.for_good, for_now=error.for_now
        ) from error
    except Busy as error:
        reason = "too many messages at the same moment"
        raise Refused(reason, for_good=False, throttled=True, for_now=True) from error
