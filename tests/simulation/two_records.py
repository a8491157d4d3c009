"""One person with two or three customer records, under faults: found, surveyed, merged, erased as one.

Other histories are checked by customer, these by person. At every step no address is asked twice within the
cool-down or written to above the frequency cap, and the search terms are those of the customers' rows. At the
end merged records are one customer, found under each of their ids, records whose merge was undone are two
again, and nothing is left of an erased one.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.simulation.fake_aws.faults import DAYS, Faults
from tests.simulation.fake_aws.items import key_of_item, parsed
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.oracles import search_terms
from tests.simulation.world.world import World
from vaada.gateways.items import key_of
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.phone_numbers import comparable
from vaada.model.times import text_of

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
FAULTS_LAST, SETTLED_AFTER = timedelta(days=8), timedelta(days=60)
COOL_DOWN, WEEK, MOST = timedelta(days=30), timedelta(days=7), 3  # the defaults of the policy
LATE = timedelta(minutes=15)
UNDONE = 0.6  # of merges; after more than a day it is refused
MAIL, OTHER_MAIL = "customer0@example.com", "customer0@work.example"
PHONE, OLD_PHONE = "+5215512345678", "+525512345678"
AGREED = {"email": True, "sms": True, "survey": True}
RECORDS: tuple[dict[str, Any], ...] = (
    {"name": "José Müller", "email": MAIL, "other_emails": [OTHER_MAIL], "phone": PHONE},
    {"name": "Jose Muller", "email": MAIL.upper(), "phone": None},
    {"name": "J. Müller", "email": None, "phone": OLD_PHONE, "preferred_channel": "sms"},
)
"""The first shares an address with each of the others."""


@dataclass
class TwoRecords:
    """Two or three records of one person, and what people do with them."""

    world: World
    random: Random
    ids: dict[int, str] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    merges: list[tuple[int, int]] = field(default_factory=list)
    erased: bool = False
    _seen: int = 0
    _posted: int = 0
    _asked: defaultdict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    _written: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    # ------------------------------------------------------------ what people do

    def schedule_acts(self) -> None:
        """Schedule that the agents, then the records are added, then what is done with them."""
        world, number = self.world, self.random.choice((2, 2, 3))
        world.facts.surveys_may_differ = True
        if self.random.random() < 0.3:
            world.facts.fates[self.random.choice((MAIL, PHONE))] = "no such address"
        for name in ("amina", "omar"):
            agent = {"name": name, "email": f"{name}@example.com"}
            world.api.ask("POST /api/agents", agent, lambda answer: self.agents.append(answer["agent_id"]))
        for n in range(number):
            at = world.start + (n + 1) * HOUR
            world.at(at, f"record {n} is added", lambda n=n: self._add(n))  # type: ignore[misc]
        for _ in range(self.random.randint(3, 9)):
            at, n = self._sometime(), self.random.randrange(number)
            world.at(at, f"a contact of record {n}", lambda n=n: self._contact(n))  # type: ignore[misc]
        for _ in range(self.random.choice((0, 1, 1, 2))):
            n, into = self.random.sample(range(number), 2)
            world.at(
                self._sometime(),
                f"record {n} is merged into {into}",
                lambda n=n, into=into: self._merge(n, into),  # type: ignore[misc]
            )
        for _ in range(self.random.choice((0, 1, 2))):
            n, name = self.random.randrange(number), self.random.choice(("Pepe Müller", "José M. de la Cruz"))
            world.at(self._sometime(), f"record {n} is renamed", lambda n=n, name=name: self._rename(n, name))  # type: ignore[misc]
        if self.random.random() < 0.3:
            n = self.random.randrange(number)
            world.at(self._sometime(), f"record {n} is erased", lambda n=n: self._erase(n))  # type: ignore[misc]

    def _sometime(self) -> datetime:
        """A random time, often one of the same two, so that acts coincide."""
        hours = self.random.choice((30, 54, self.random.randrange(5, DAYS * 24)))
        return self.world.start + hours * HOUR + self.random.choice((0, 0, 1, 30)) * MINUTE

    def _add(self, n: int) -> None:
        def came(answer: dict[str, Any]) -> None:
            self.ids[n] = answer["customer_id"]

        self.world.api.ask("POST /api/customers", {"consent": AGREED, "time_zone": "UTC", **RECORDS[n]}, came)

    def _contact(self, n: int) -> None:
        if n not in self.ids or not self.agents:
            return
        promised = {
            "what": "Call back",
            "due_at": text_of(self.world.now + self.random.randint(2, 50) * HOUR),
        }
        body = {
            "customer_id": self.ids[n],
            "agent_id": self.random.choice(self.agents),
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": "A cake",
            "resolved": self.random.random() < 0.7,
            "commitments": [promised] if self.random.random() < 0.5 else [],
        }
        self.world.api.ask("POST /api/interactions", body, self._recorded)

    def _recorded(self, answer: dict[str, Any]) -> None:
        for row in answer["commitments"]:
            if self.random.random() < 0.6:
                at = self.world.now + self.random.randint(1, 40) * HOUR
                self.world.at(at, "it runs late", lambda row=row: self._run_late(row["commitment_id"]))  # type: ignore[misc]

    def _run_late(self, commitment_id: str) -> None:
        body = {"due_at": text_of(self.world.now + 30 * HOUR), "reason": "late", "tell_customer": True}
        self.world.api.ask(f"POST /api/commitments/{commitment_id}/renegotiate", body)

    def _merge(self, n: int, into: int) -> None:
        if n not in self.ids or into not in self.ids or self._root(n) == self._root(into):
            return
        if any(n == gone for gone, _ in self.merges):
            return  # it was merged before, into another
        self.merges.append((n, into))
        self.world.api.ask(f"POST /api/customers/{self.ids[n]}/merge", {"into": self.ids[into]})
        if self.random.random() < UNDONE:
            at = self.world.now + self.random.choice((1, 5, 20, 30)) * HOUR
            self.world.at(at, f"record {n} is taken out again", lambda: self._unmerge(n, into))

    def _unmerge(self, n: int, into: int) -> None:
        def separated(_answer: dict[str, Any]) -> None:
            self.merges.remove((n, into))

        self.world.api.ask(f"POST /api/customers/{self.ids[n]}/unmerge", None, separated)

    def _rename(self, n: int, name: str) -> None:
        if n in self.ids:
            self.world.api.ask(f"PATCH /api/customers/{self.ids[n]}", {"name": name})

    def _erase(self, n: int) -> None:
        if n in self.ids:
            self.erased = True
            self.world.facts.erased_customers.add(self.ids[n])
            self.world.api.ask(f"POST /api/customers/{self.ids[n]}/erase", {})

    def _root(self, n: int) -> int:
        """The record that remains of those that were merged with this one."""
        into = dict(self.merges)
        while n in into:
            n = into[n]
        return n

    # ------------------------------------------------------------ what must hold

    def step(self) -> None:
        """Check what was written and sent since the last step. Raises AssertionError."""
        records = self.world.aws.table.stream[self._seen :]
        self._seen = len(self.world.aws.table.stream)
        for customer_id in search_terms.customers_of(records):
            search_terms.check_terms(self.world.aws.table, customer_id)
        for sent in self.world.aws.providers.sent[self._posted :]:
            if sent.to.casefold().startswith(("customer", "+52")):
                self._check_send(sent)
        self._posted = len(self.world.aws.providers.sent)

    def _check_send(self, sent: Sent) -> None:
        address = comparable(sent.to) if sent.to.startswith("+") else sent.to.casefold()
        message = self._message(sent)
        if message is None:
            return  # its customer was erased at this moment
        if message.purpose == "survey":
            asked = self._asked[address]
            others = {about: at for about, at in asked.items() if sent.at - at < COOL_DOWN - LATE}
            others.pop(message.about_id, None)
            assert not others, f"{address} was asked twice: {message!r} after {others}"
            asked[message.about_id] = sent.at
        if message.instead_of is None:  # one that replaces another is not counted again
            lately = [at for at in self._written[address] if sent.at - at < WEEK - LATE]
            assert len(lately) < MOST, f"{address} was written to {len(lately) + 1} times in a week"
            self._written[address] = [*lately, sent.at]

    def _message(self, sent: Sent) -> Message | None:
        """The row of what was sent. A text has no message id: take the one that was claimed last."""
        if sent.message_id is not None:
            item = self.world.aws.table.items.get(key_of_item(key_of(Message, sent.message_id)))
            return _as_message(parsed(item)) if item else None
        for record in reversed(self.world.aws.table.stream):
            image = record["dynamodb"].get("NewImage")
            row = _as_message(parsed(image)) if image and image["row_kind"] == {"S": "message"} else None
            if row is not None and (row.to, row.medium, row.status) == ("customer", "sms", "sending"):
                return row
        return None

    def end(self) -> None:
        """Check the end of the history. Raises AssertionError."""
        overdue = [
            key
            for key, item in self.world.aws.table.items.items()
            if item.get("wake_at", {}).get("S", "~") < text_of(self.world.now - HOUR)
        ]
        assert not overdue, f"still due: {overdue}"
        if self.erased:
            self._check_erased()
            return
        for n, customer_id in self.ids.items():
            customer = self._customer(customer_id)
            stays = self._customer(self.ids[self._root(n)])
            assert stays.merged_into is None, f"merged further than was asked: {stays!r}"
            if customer_id != stays.id:
                assert customer.merged_into == stays.id, f"not merged into {stays.id}: {customer!r}"
                assert customer_id in stays.record_ids, f"does not know {customer_id}: {stays!r}"
            self._check_answers(customer_id, stays)

    def _check_erased(self) -> None:
        """Nothing is left of the records that were merged into one when it was erased."""
        for customer_id in self.ids.values():
            ledger = self.world.aws.table.items.get((f"ERASURE#{customer_id}", "ERASURE"))
            if ledger is not None:
                left = list(self.world.aws.table.partition(f"CUSTOMER#{customer_id}"))
                assert not left, f"erased, and left: {left}"
                search_terms.check_erased(self.world.aws.table, customer_id)
        for customer in (self._customer(each) for each in self.ids.values() if self.world.is_there(each)):
            stays = customer.merged_into
            assert stays is None or self.world.is_there(stays), f"whom they became is gone: {customer!r}"

    def _check_answers(self, customer_id: str, stays: Customer) -> None:
        """Each id leads to the customer who remains, with the timeline of all their records."""
        shown: list[Any] = []
        self.world.api.ask(f"GET /api/customers/{customer_id}", None, shown.append)
        [customer] = shown
        timeline = self._listed(f"/api/customers/{customer_id}/timeline?limit=100")
        found = self._listed("/api/customers?q=muller")
        assert customer["customer_id"] == stays.id, f"{customer_id} leads to {customer['customer_id']}"
        held = {
            key[1].removeprefix("ROW#")
            for record_id in stays.record_ids
            for key, _ in self.world.aws.table.partition(f"CUSTOMER#{record_id}")
            if key[1].startswith("ROW#")
        }
        told = [row[f"{row['row_kind']}_id"][16:] for row in timeline]
        assert told == sorted(held, reverse=True), f"the story of {stays.id} is not whole"
        ids = [each["customer_id"] for each in found]
        assert len(ids) == len(set(ids)), f"found twice: {ids}"
        named = any("m" in name.casefold() and "ller" in name for name in (stays.name, *stays.other_names))
        assert (stays.id in ids) == named, f"found by muller: {ids}, and not {stays!r}"

    def _listed(self, path: str) -> list[dict[str, Any]]:
        """The items of all pages of a list."""
        pages: list[Any] = []
        self.world.api.ask(f"GET {path}", None, pages.append)
        while cursor := pages[-1]["next_cursor"]:
            self.world.api.ask(f"GET {path}&{urlencode({'cursor': cursor})}", None, pages.append)
        return [item for page in pages for item in page["items"]]

    def _customer(self, customer_id: str) -> Customer:
        row = parsed(self.world.aws.table.items[key_of_item(key_of(Customer, customer_id))])
        assert isinstance(row, Customer)
        return row


def _as_message(row: object) -> Message | None:
    return row if isinstance(row, Message) else None


def run_two_records(seed: int, faults: Faults) -> TwoRecords:
    """Run the history of this seed. Raises AssertionError with what failed and the end of the trace."""
    world = World(seed, faults, renders_pages=False)
    with world.running():
        person = TwoRecords(world, Random(f"two records {seed}"))
        world.after_action = person.step
        try:
            person.schedule_acts()
            world.run_until(world.start + FAULTS_LAST)
            faults.on = False
            world.run_until(world.start + SETTLED_AFTER)
            person.end()
        except AssertionError as error:
            error.args = (f"{error.args[0] if error.args else ''}\n" + "\n".join(world.story[-60:]),)
            raise
    return person
