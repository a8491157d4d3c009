"""Rate limits: how fast and how much may be sent, and what SMS may cost. Days and months are in UTC."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING

from vaada.model.policy import SendingRules
from vaada.model.rate_limits import RateCount

_SECOND = 1_000_000  # microseconds
_THOUSANDTHS_OF_A_CENT = 100_000  # in a dollar


class LimitReached(Exception):
    """A limit of the policy is reached. `for_good`: waiting does not help; `for_now`: a second is enough."""

    def __init__(self, reason: str, *, for_good: bool = False, for_now: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.for_now = for_now


def count_mail(before: RateCount, rules: SendingRules, now: datetime) -> RateCount:
    """Count one more mail in this day. Raises LimitReached.

    The limit per second is the generic cell rate algorithm (ITU-T I.371): a burst of one second's worth is
    allowed, then mails are spread evenly. A new day starts as if the burst were used up except for one mail.
    """
    if before.count >= rules.mails_a_day:
        raise LimitReached(f"{rules.mails_a_day} mails a day are allowed")
    apart = -(-_SECOND // rules.mails_a_second)
    at = _microseconds(now)
    used_up = _microseconds(_midnight(now)) + _SECOND - apart
    free_at = max(used_up if before.free_at is None else before.free_at, at) + apart
    if free_at > at + _SECOND:
        raise LimitReached(f"{rules.mails_a_second} mails a second are allowed", for_now=True)
    return before.changed(count=before.count + 1, free_at=free_at)


def count_text(before: RateCount, most: int) -> RateCount:
    """Count one more SMS in this day, up to `most`. Raises LimitReached."""
    if before.count >= most:
        raise LimitReached(f"{most} texts a day are allowed")
    return before.changed(count=before.count + 1)


def count_spending(before: RateCount, cost: int, rules: SendingRules) -> RateCount:
    """Add the cost of one SMS to this month's spending. Raises LimitReached, for good."""
    total = before.count + cost
    if total > int(rules.texts_spend_a_month * _THOUSANDTHS_OF_A_CENT):
        raise LimitReached(f"texts for ${rules.texts_spend_a_month} a month are allowed", for_good=True)
    return before.changed(count=total)


def cost(number: str, segments: int, rules: SendingRules) -> int:
    """Return the cost of an SMS to this number, in thousandths of a cent.

    Raises LimitReached if the policy does not allow SMS to its country.
    """
    import phonenumbers  # imported only here, because few messages are SMS

    code = str(phonenumbers.parse(number, None).country_code)
    if rules.texts_to and code not in rules.texts_to:
        raise LimitReached("texts to this country are not allowed by the policy", for_good=True)
    price = rules.text_prices.get(code, rules.text_price) * segments * _THOUSANDTHS_OF_A_CENT
    return int(price.to_integral_value(ROUND_CEILING))


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _microseconds(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
