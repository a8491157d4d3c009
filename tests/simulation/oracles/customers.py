"""Customers: the next check-in is counted from the last contact."""

from datetime import datetime

from tests.simulation.oracles.business_time import check_in
from tests.simulation.oracles.observed import Observed
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.rows import Row


class Customers:
    """Checks every customer who is not being erased."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_write(self, before: Row | None, after: Row) -> None:
        """A new check-in is as many days after the last contact as the customer or their tag says."""
        if not isinstance(after, Customer) or self._observed.is_erased(after):
            return
        earlier = before if isinstance(before, Customer) else None
        if after.wake_at is None or (earlier is not None and after.wake_at == earlier.wake_at):
            return
        contacts = [
            one.occurred_at for one in self._observed.of_kind(Interaction) if one.customer_id == after.id
        ]
        anchor = max(contacts, default=after.created_at)
        assert after.anchor == anchor, f"counted from {after.anchor}, not {anchor}"
        last = earlier.wake_at if earlier and earlier.wake_at and earlier.anchor == anchor else None
        since = anchor if last is None else max(last, self._observed.now)
        wanted: set[datetime] = set()
        for policy in self._observed.policies:
            by_tag = policy.check_ins.every_days_by_tag
            tagged = [by_tag[tag] for tag in after.tags if tag in by_tag]
            days = after.check_in_every_days or min(tagged, default=None)
            if days:
                wanted.add(check_in(policy, anchor, since, days))
                wanted.add(check_in(policy, anchor, anchor, days))
        assert after.wake_at in wanted, f"to be checked in with at {wanted}, not {after.wake_at}"

    def check_end(self) -> None:
        """Whoever is to be checked in with has a date."""
        for row in self._observed.of_kind(Customer):
            forgotten = row.wake_at is None and row.check_in_every_days
            assert not forgotten, f"nobody stays in touch: {row!r}"
