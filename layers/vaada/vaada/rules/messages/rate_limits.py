"""Rate limits: how fast and how much may be sent, and what SMS may cost. Days and months are in UTC."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING

from vaada.model.policy import SendingRules
from vaada.model.rate_limits import RateCount

_KEPT_FOR = timedelta(days=2)
_LONGEST_MONTH = timedelta(days=31)
_SECOND = 1_000_000  # microseconds
_THOUSANDTHS_OF_A_CENT = 100_000  # in a dollar


class LimitReached(Exception):
    """A limit of the policy is reached. `for_good`: waiting does not help; `for_now`: a second is enough."""

    def __init__(self, reason: str, *, for_good: bool = False, for_now: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.for_now = for_now


def count_mail(before: RateCount | None, pace_id: str, rules: SendingRules, now: datetime) -> RateCount:
    """Count one more mail in this day. Raises LimitReached.

    The limit per second is the generic cell rate algorithm (ITU-T I.371): a burst of one second's worth is
    allowed, then mails are spread evenly. A new day starts as if the burst were used up except for one mail.
    """
    if before is not None and before.count >= rules.mails_a_day:
        raise LimitReached(f"{rules.mails_a_day} mails a day are allowed")
    apart = -(-_SECOND // rules.mails_a_second)
    at = _microseconds(now)
    free_at = before.free_at if before is not None else None
    if free_at is None:
        free_at = _microseconds(_midnight(now)) + _SECOND - apart
    free_at = max(free_at, at) + apart
    if free_at > at + _SECOND:
        raise LimitReached(f"{rules.mails_a_second} mails a second are allowed", for_now=True)
    return increment(before, pace_id, now).model_copy(update={"free_at": free_at})


def count_text(before: RateCount | None, pace_id: str, most: int, now: datetime) -> RateCount:
    """Count one more SMS in this day, up to `most`. Raises LimitReached."""
    if before is not None and before.count >= most:
        raise LimitReached(f"{most} texts a day are allowed")
    return increment(before, pace_id, now)


def count_spending(
    before: RateCount | None, pace_id: str, cost: int, rules: SendingRules, now: datetime
) -> RateCount:
    """Add the cost of one SMS to this month's spending. Raises LimitReached, for good."""
    total = (before.count if before is not None else 0) + cost
    if total > int(rules.texts_spend_a_month * _THOUSANDTHS_OF_A_CENT):
        raise LimitReached(f"texts for ${rules.texts_spend_a_month} a month are allowed", for_good=True)
    return increment(before, pace_id, now, cost, kept=_LONGEST_MONTH + _KEPT_FOR)


def cost(number: str, segments: int, rules: SendingRules) -> int:
    """Return the cost of an SMS to this number, in thousandths of a cent.

    Raises LimitReached if the policy does not allow SMS to its country.
    """
    import phonenumbers  # only here, because few messages are SMS

    code = str(phonenumbers.parse(number, None).country_code)
    if rules.texts_to and code not in rules.texts_to:
        raise LimitReached("texts to this country are not allowed by the policy", for_good=True)
    price = rules.text_prices.get(code, rules.text_price) * segments * _THOUSANDTHS_OF_A_CENT
    return int(price.to_integral_value(ROUND_CEILING))


def increment(
    before: RateCount | None, pace_id: str, now: datetime, by: int = 1, *, kept: timedelta = _KEPT_FOR
) -> RateCount:
    """Add `by` to the count, or start a new one, which is kept for `kept`."""
    if before is not None:
        return before.changed(count=before.count + by)
    return RateCount(pace_id=pace_id, count=by, expires_at=int((now + kept).timestamp()))


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _microseconds(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
