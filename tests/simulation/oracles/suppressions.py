"""Suppressions: whoever said stop gets nothing more, and nobody else is suppressed."""

from datetime import datetime

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.oracles.erasures import Erasures
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.tolerances import LEASE
from vaada.model.ids import customer_of
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression


class Suppressions:
    """Checks every suppression, and every send against them."""

    def __init__(self, observed: Observed, erasures: Erasures) -> None:
        self._observed, self._erasures = observed, erasures
        self._hashes: dict[str, str] = {}  # by the address of an agent or a customer
        self._suppressed_at: dict[tuple[str, str], datetime] = {}  # by the hash of the address, and what

    def check_write(self, _before: Row | None, after: Row) -> None:
        """Note the addresses of people and what is suppressed."""
        match after:
            case Customer() | Agent():
                if after.email is not None:
                    self._hashes[after.email] = self._hash(after.email)
                if after.phone is not None:
                    self._hashes[after.phone] = self._hash(after.phone)
            case Suppression():
                for what in ("anything", "surveys"):
                    if getattr(after, what) is None:
                        self._suppressed_at.pop((after.id, what), None)
                    else:
                        self._suppressed_at.setdefault((after.id, what), self._observed.now)

    def check_step(self) -> None:
        """What people and providers said in this step about an address is written down."""
        self._check_stopped_addresses()
        self._check_delivery_statuses()
        self._check_unsubscribed_customers()

    def check_send(self, sent: Sent) -> None:
        """Nothing is sent to an address that was suppressed longer ago than a claim lasts."""
        now = self._observed.now
        at = self._observed.world.facts.permissions.stopped_at(sent.to)
        assert at is None or now - at < LEASE, f"sent to {sent.to}, who said stop at {at}"
        stopped = ("anything", "surveys") if "/s/" in sent.text else ("anything",)
        for what in stopped:
            at = self._suppressed_at.get((self._hashes.get(sent.to, ""), what))
            assert at is None or now - at < LEASE, f"sent to {sent.to}, stopped at {at}"

    def _hash(self, address: str) -> str:
        return self._observed.hash_address("email" if "@" in address else "sms", address)

    def _check_stopped_addresses(self) -> None:
        permissions = self._observed.world.facts.permissions
        for address in self._changed_now(permissions.changed_at):
            if address in permissions.unsettled or address in self._erasures.erased_at:
                continue
            row = self._observed.rows.get(self._hash(address))
            stopped = isinstance(row, Suppression) and row.anything is not None
            wanted = permissions.stopped_at(address) is not None
            assert stopped == wanted, f"{address} is to be stopped: {wanted}, and is: {row!r}"

    def _check_delivery_statuses(self) -> None:
        facts = self._observed.world.facts
        for message_id in self._changed_now(facts.permissions.told_at):
            message = self._observed.rows.get(message_id)
            erased = customer_of(message_id) in facts.erased_customers
            told = isinstance(message, Message) and message.delivery is not None
            assert told or erased or facts.rows_may_be_missing, f"heard of, and nothing written: {message!r}"

    def _check_unsubscribed_customers(self) -> None:
        permissions = self._observed.world.facts.permissions
        for customer_id in self._changed_now(permissions.said_at):
            customer = self._observed.rows.get(customer_id)
            if not isinstance(customer, Customer):
                continue
            left = customer_id in permissions.surveys
            assert not (left and customer.consent.survey), f"asked on, after they left: {customer!r}"
            back = not left and permissions.agreed(customer_id, "survey")
            assert customer.consent.survey or not back, f"they came back: {customer!r}"
            for address in filter(None, (customer.email, customer.phone)):
                row = self._observed.rows.get(self._hash(address))
                stopped = isinstance(row, Suppression) and row.surveys is not None
                assert stopped == left, f"left {left}: {address} is stopped: {stopped}"

    def _changed_now(self, times: dict[str, datetime]) -> list[str]:
        return [each for each, at in times.items() if at == self._observed.now]
