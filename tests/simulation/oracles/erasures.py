"""Erasures: nothing new is sent to an erased customer, and two hours later nothing is left of them."""

from datetime import datetime, timedelta
from functools import partial

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.oracles import search_terms
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.tolerances import LEASE
from vaada.model.erasures import Erasure
from vaada.model.rows import Row

ERASED_WITHIN = timedelta(hours=2)


class Erasures:
    """Checks every erasure. `erased_at` is by the address of the customer."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self.erased_at: dict[str, datetime] = {}

    def check_write(self, before: Row | None, after: Row) -> None:
        """With the first write of an erasure the customer's row is gone."""
        if not (isinstance(after, Erasure) and before is None):
            return
        world, customer = self._observed.world, self._observed.customer(after.customer_id)
        assert not world.is_there(customer.id), f"to be erased, and still found: {customer!r}"
        world.facts.erased_customers.add(customer.id)
        self.erased_at |= {
            address: self._observed.now for address in (customer.email, customer.phone) if address
        }
        look = partial(self._check_nothing_left, customer.id)
        world.at(self._observed.now + ERASED_WITHIN, "is anything left of them?", look)

    def check_send(self, sent: Sent) -> None:
        """Nothing is sent to them, except what was claimed before."""
        erased_at = self.erased_at.get(sent.to)
        lately = erased_at is None or self._observed.now - erased_at < LEASE
        assert lately, f"sent to {sent.to}, erased at {erased_at}"

    def _check_nothing_left(self, customer_id: str) -> None:
        world = self._observed.world
        left = [
            row
            for row in self._observed.rows.values()
            if not isinstance(row, Erasure) and customer_id in {row.id, getattr(row, "customer_id", None)}
        ]
        assert not left, f"erased, and left: {left}"
        files = [key for key in world.aws.storage.objects if customer_id in key]
        assert not files, f"erased, and files are left: {files}"
        search_terms.check_erased(world.aws.table, customer_id)
        # A late stream record may create a schedule again, which finds no row when it runs.
        if self._observed.no_faults:
            schedules = [name for name in world.aws.scheduler.schedules if name.startswith(customer_id)]
            assert not schedules, f"erased, and schedules are left: {schedules}"
