"""Check-ins: remind the agent to get in touch with a customer every n days since the last contact."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Explanation
from vaada.model.work import FollowUp
from vaada.rules import follow_ups
from vaada.rules.decisions import Decision
from vaada.rules.time.clock import Hours, at_local
from vaada.rules.time.deadlines import Deadline, business_hours


def interval_days(customer: Customer, policy: PolicyDocument) -> int | None:
    """Return the days between check-ins: the customer's own, else the shortest of their tags. None: never."""
    if customer.parted_at is not None:
        return None
    by_tag = policy.check_ins.every_days_by_tag
    return customer.check_in_every_days or min(
        (by_tag[tag] for tag in customer.tags if tag in by_tag), default=None
    )


def plan_from(customer: Customer, anchor: datetime, policy: PolicyDocument) -> Customer:
    """Plan the first check-in after the contact at `anchor`. An older contact than the known one is ignored.

    Returns a copy with the same version, or the same row if nothing changes.
    """
    return plan_after(customer, max(anchor, customer.anchor or anchor), policy)


def plan_after(customer: Customer, last: datetime, policy: PolicyDocument) -> Customer:
    """Plan the first check-in after the last contact, at `last`, which may be earlier than the known one.

    Returns a copy with the same version, or the same row if nothing changes.
    """
    days = interval_days(customer, policy)
    if days is None:
        return customer if customer.wake_at is None else customer.waiting(None, anchor=None)
    wake_at = _first_check_in_after(last, last, days, business_hours(policy))
    if (last, wake_at) == (customer.anchor, customer.wake_at):
        return customer
    return _wait_until(customer.model_copy(update={"anchor": last}), wake_at, days, policy)


def after_contact(
    check_in: FollowUp, contact: Interaction, customer: Customer, now: datetime, by: str
) -> FollowUp:
    """Return the open check-in after this contact; `customer` is the one after it.

    A contact before the check-in began does not complete it: if it was in the time that the check-in counts,
    the check-in was planned too early.
    """
    if contact.occurred_at >= check_in.created_at:
        return follow_ups.complete(check_in, now, by)
    later = customer.wake_at
    if customer.anchor == contact.occurred_at and later is not None and later > check_in.due_at:
        return _at_next(check_in, customer, now)
    return check_in


def after_correction(
    check_in: FollowUp, contact: Interaction, customer: Customer, now: datetime, by: str
) -> FollowUp:
    """Return the open check-in after the time of this contact was corrected, and so the customer's next one.

    One that is due already, and would be, stays as it is.
    """
    after = after_contact(check_in, contact, customer, now, by)
    stays_due = check_in.status == "due" and customer.wake_at is not None and customer.wake_at <= now
    if after is not check_in or stays_due or follow_ups.is_snoozed(check_in):
        return after
    return _at_next(check_in, customer, now)


def _at_next(check_in: FollowUp, customer: Customer, now: datetime) -> FollowUp:
    """Return the open check-in, due when the customer is to be checked in with next."""
    at, why = customer.wake_at, customer.explain.wake_at
    return check_in if at is None or why is None else follow_ups.move(check_in, Deadline(at, why), now)


def next_step(
    customer: Customer, open_check_in: FollowUp | None, policy: PolicyDocument, now: datetime
) -> Decision[Customer]:
    """Create a check-in follow-up for the customer's agent, unless the last one is still open."""
    days = interval_days(customer, policy)
    if days is None or customer.agent_id is None or customer.wake_at is None:
        return Decision(customer.changed().waiting(None))
    anchor = customer.anchor or customer.wake_at
    at = _first_check_in_after(anchor, now, days, business_hours(policy))
    later = _wait_until(customer.changed(), at, days, policy)
    if open_check_in is not None:
        return Decision(later)
    check_in = FollowUp(
        follow_up_id=derived_row_id(customer.customer_id, f"check-in-{customer.version}", customer.wake_at),
        customer_id=customer.customer_id,
        agent_id=customer.agent_id,
        origin="check_in",
        reason=f"Stay in touch: nothing was heard for {(now - anchor).days} days.",
        due_at=customer.wake_at,
        wake_at=customer.wake_at,
        explain=customer.explain,
        created_at=now,
    )
    return Decision(later.model_copy(update={"check_in_id": check_in.id}), other_rows=(check_in,))


def _wait_until(customer: Customer, at: datetime, days: int, policy: PolicyDocument) -> Customer:
    why = Explanation(
        rule=f"every {days} days since the last contact, when the business opens",
        counted_from=customer.anchor or at,
        time_zone=policy.business.time_zone,
    )
    return customer.waiting(at, why)


def _first_check_in_after(anchor: datetime, after: datetime, days: int, hours: Hours) -> datetime:
    """Return the first check-in after `after`: every `days` days from `anchor`, when the business opens.

    Days are local days of the business. Counting always starts from the anchor, so that delays by closed days
    and clock changes do not add up.
    """
    zone = ZoneInfo(hours.zone)
    first_day = anchor.astimezone(zone).date()
    intervals = max(1, (after.astimezone(zone).date() - first_day).days // days)
    while True:
        day = first_day + timedelta(days=days * intervals)
        at = hours.opens(at_local(day, time(0), hours.zone))
        if at > after:
            return at
        intervals += 1
