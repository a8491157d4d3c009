"""The first run: its progress, customers from a pasted table, and a reminder to try the desk with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vaada.desk import Desk
from vaada.flows import interactions, people, references
from vaada.flows.customers.duplicates import possible_duplicates
from vaada.flows.customers.search import Reader
from vaada.flows.idempotency import Key, do_once
from vaada.flows.optimistic_write import require, retry_on_conflict
from vaada.flows.work import current_customer
from vaada.model.ids import new_party_id
from vaada.model.interaction_input import NewFollowUpRequest, NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.people_input import NewConsent, NewCustomer
from vaada.model.phone_numbers import comparable
from vaada.model.setup import Setup, SetupStep
from vaada.rules.customer_import import CustomerLine

_UNTIL_REMINDED = timedelta(minutes=2)
_STORY = 50  # rows


@dataclass(frozen=True)
class Judged:
    """A line of a table, and what becomes of it. `field` is the field that cannot be read."""

    line: CustomerLine
    verdict: Literal["new", "known", "wrong"]
    customer: NewCustomer | None = None
    field: str = ""


def setup_of(desk: Desk) -> Setup:
    """Return how far the first run has come."""
    return desk.table.get(Setup, "setup") or Setup()


def note_step(desk: Desk, step: SetupStep, how: Literal["done", "skipped"], **more: str) -> Setup:
    """Note that a step was done or skipped. What was done stays done. Raises Busy."""

    def attempt() -> Setup:
        stored = desk.table.get(Setup, "setup")
        setup = stored or Setup()
        noted = tuple(dict.fromkeys((*getattr(setup, how), step)))
        changes: dict[str, object] = {how: noted, **more}
        changed = setup.changed(**changes) if stored else setup.model_copy(update=changes)
        desk.table.write(changed)
        return changed

    return retry_on_conflict("setup", attempt)


def judge(
    desk: Desk, lines: Sequence[CustomerLine], consent: NewConsent, agent_id: str | None, now: datetime
) -> tuple[Judged, ...]:
    """Return what would become of each line, without writing. A person's second line finds them known."""
    judged: list[Judged] = []
    seen: set[str] = set()
    for line in lines:
        one = _judge(desk, line, consent, agent_id, now)
        if one.customer is not None:
            email, phone = one.customer.email, one.customer.phone
            addresses = {email.casefold()} if email else set[str]()
            addresses |= {comparable(phone)} if phone else set()
            one = Judged(line, "known") if addresses & seen else one
            seen |= addresses
        judged.append(one)
    return tuple(judged)


def bring_in(desk: Desk, judged: Sequence[Judged], key: Key | None, now: datetime) -> int:
    """Add the new customers. Returns how many. If it is sent again, it adds those who are still missing."""
    new = [one for one in judged if one.customer is not None]
    for one in new:
        _add(desk, one, key, now)
    return len(new)


def remind_me(desk: Desk, agent: Agent, words: tuple[str, str], key: Key | None, now: datetime) -> Customer:
    """Add the reader as a customer, with a reminder in two minutes, to show that messages arrive.

    `words` are what was said, and of what they are reminded. Raises Busy.
    """
    said, reason = words
    new = NewCustomer(name=agent.name, agent_id=agent.id, language=agent.language)
    customer = do_once(
        desk,
        key and key.part("customer"),
        lambda: people.add_customer(desk, new, now),
        lambda customer_id: current_customer(desk, customer_id),
    )
    contact = NewInteraction(
        customer_id=customer.id,
        agent_id=agent.id,
        channel="in_person",
        direction="outbound",
        kind="other",
        summary=said,
        follow_up=NewFollowUpRequest(at=now + _UNTIL_REMINDED, reason=reason),
    )
    do_once(
        desk,
        key and key.part("contact"),
        lambda: interactions.record_interaction(desk, contact, now),
        lambda interaction_id: require(desk, Interaction, interaction_id),
    )
    note_step(desk, "message", "done", tried_with=customer.id)
    return customer


def tried(desk: Desk, setup: Setup) -> tuple[Customer | None, tuple[Message, ...]]:
    """Return the customer record that a manager made for themselves, if it exists, and its messages."""
    customer = desk.table.get(Customer, setup.tried_with) if setup.tried_with else None
    if customer is None:
        return None, ()
    rows = desk.table.timeline(customer.record_ids, _STORY, None).rows
    return customer, tuple(row for row in rows if isinstance(row, Message))


def _judge(
    desk: Desk, line: CustomerLine, consent: NewConsent, agent_id: str | None, now: datetime
) -> Judged:
    fields = {"name": line.name, "email": line.email, "phone": line.phone, "agent_id": agent_id}
    try:
        new = people.valid(NewCustomer, {**fields, "consent": consent})
        normal = people.normal_customer(desk, new)
    except people.InvalidChange as invalid:
        return Judged(line, "wrong", field=str(invalid.errors()[0]["loc"][0]))
    except references.InvalidField as invalid:
        return Judged(line, "wrong", field=invalid.field)
    unsaved = Customer(customer_id=new_party_id(), created_at=now, **dict(normal))
    same = possible_duplicates(desk, unsaved, Reader(None))
    is_known = any({"email", "phone"} & set(one.same) for one in same)
    return Judged(line, "known") if is_known else Judged(line, "new", normal)


def _add(desk: Desk, one: Judged, key: Key | None, now: datetime) -> None:
    new = one.customer
    if new is not None:
        do_once(
            desk,
            key and key.part(str(one.line.number)),
            lambda: people.add_customer(desk, new, now),
            lambda customer_id: current_customer(desk, customer_id),
        )
