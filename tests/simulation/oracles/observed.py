"""What the oracles share: the current rows, taken from the table's stream."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from tests.simulation.world.world import World
from vaada.desk import Desk
from vaada.model.address_usage import AddressUsage
from vaada.model.cases import Case
from vaada.model.departures import Departure
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.policy import Policy, PolicyDocument
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)
POLICIES_REPLACED_UNTIL = timedelta(minutes=30)
"""A policy written so soon after the start replaces the first one, which nothing has used yet."""
FIELDS_NOT_IN_TRACE = {
    "explain",
    "version",
    "customer_id",
    "history",
    "created_at",
    "claim",
    "row_kind",
    "recorded_at",
}


@dataclass(frozen=True)
class WrittenRow:
    """A line of the trace: the fields of a row that a write changed."""

    before: Row | None
    after: Row

    def __str__(self) -> str:
        if isinstance(self.after, Agent | Customer | Policy):
            return f"  {self.after.kind_of_row} v{self.after.version}"
        shown = self.after.model_dump(mode="json", exclude_defaults=True)
        was = self.before.model_dump(mode="json", exclude_defaults=True) if self.before else {}
        new = {
            name: value
            for name, value in shown.items()
            if name not in FIELDS_NOT_IN_TRACE and value != was.get(name) and value is not None
        }
        gone = [name for name in was if name not in shown and name not in FIELDS_NOT_IN_TRACE]
        words = ", ".join(
            [*(f"{name}={value}" for name, value in new.items()), *(f"no {name}" for name in gone)]
        )
        return f"  {self.after.kind_of_row} {self.after.id[-6:]} v{self.after.version}: {words}"


@dataclass
class Batch:
    """The rows that were written in one step, as they were written, without those of erased customers.

    `changes` are the rows that existed before, each as it was before and after.
    """

    rows: list[Row]
    changes: list[tuple[Row, Row]]

    @cached_property
    def new(self) -> list[Row]:
        """The rows that did not exist before."""
        return [row for row in self.rows if row.version == 1]

    def new_of(self, kind: type[R]) -> list[R]:
        """The rows of this kind that did not exist before."""
        return [row for row in self.new if isinstance(row, kind)]

    def changes_of(self, kind: type[R]) -> list[tuple[R, R]]:
        """The rows of this kind that existed before, each as it was before and after."""
        return [
            (before, after)
            for before, after in self.changes
            if isinstance(before, kind) and isinstance(after, kind)
        ]


class Observed:
    """The rows as the stream tells of them, every policy that was in force, and when each row changed."""

    def __init__(self, world: World) -> None:
        desk = Desk(world.runtime.settings)
        self.world = world
        self.rows: dict[str, Row] = {}
        self.removed: dict[str, Row] = {}
        self.policies: list[PolicyDocument] = [desk.first_policy]
        self.changed_at: dict[str, datetime] = {}
        self.hash_address = desk.addresses.hash_address
        self._seen: Counter[tuple[object, ...]] = Counter()

    def record(self, before: Row | None, after: Row) -> None:
        """Keep a row that was written."""
        if isinstance(after, Policy):
            if self.now - self.world.start < POLICIES_REPLACED_UNTIL:
                self.policies.clear()
            self.policies.append(after.document)
        self.world.tell(WrittenRow(before, after))
        name = _key(after)
        self.rows[name] = after
        self.changed_at[name] = self.now

    def remove(self, row: Row) -> None:
        """Keep a row that was deleted among those that were removed."""
        self.removed[_key(row)] = self.rows.pop(_key(row))

    @property
    def now(self) -> datetime:
        """The time on the virtual clock."""
        return self.world.now

    @property
    def no_faults(self) -> bool:
        """Whether there are no faults in this history."""
        return not self.world.faults.rates

    @property
    def clocks_differ(self) -> bool:
        """Whether the clocks of functions may differ in this history."""
        return self.world.faults.rates.get("clock skewed", 0) > 0

    def of_kind(self, kind: type[R]) -> Iterator[R]:
        """All rows of this kind."""
        return (row for row in self.rows.values() if isinstance(row, kind))

    def last_known(self, row_id: str) -> Row:
        """The current row, or the last version before it was removed."""
        return self.rows.get(row_id) or self.removed[row_id]

    def agent(self, agent_id: str) -> Agent:
        """The agent with this id."""
        row = self.rows[agent_id]
        assert isinstance(row, Agent)
        return row

    def customer(self, customer_id: str) -> Customer:
        """The customer with this id."""
        row = self.rows[customer_id]
        assert isinstance(row, Customer)
        return row

    def interaction_of(self, row: Row) -> Interaction | None:
        """The contact that the row came from, if there is one."""
        contact = self.rows.get(getattr(row, "interaction_id", None) or "")
        return contact if isinstance(contact, Interaction) else None

    def interactions_of_case(self, row: Row) -> Iterator[Interaction]:
        """The contacts of the case that the row belongs to."""
        case_id = self.case_of(row)
        return (one for one in self.of_kind(Interaction) if case_id and self.case_of(one) == case_id)

    def case_of(self, row: Row) -> str | None:
        """The id of the case that the row belongs to now, if any."""
        case_id = getattr(row, "case_id", None)
        while case_id is not None:
            case = self.rows.get(case_id)
            if not isinstance(case, Case) or case.merged_into is None:
                break
            case_id = case.merged_into
        return case_id

    def owner_of(self, row: Row) -> str | None:
        """The id of the agent who has the case that the row belongs to, if it belongs to one."""
        case = self.rows.get(self.case_of(row) or "")
        return case.agent_id if isinstance(case, Case) else None

    def is_erased(self, row: Row) -> bool:
        """Whether the row is of a customer who is being erased, or was."""
        erased = self.world.facts.erased_customers
        return bool(erased) and getattr(row, "customer_id", None) in erased

    def once(self, what: str, *of: object) -> None:
        """Raise AssertionError if this was seen before."""
        self._seen[what, *of] += 1
        assert self._seen[what, *of] == 1, f"{what}: {of}"


def _key(row: Row) -> str:
    if isinstance(row, Departure):
        return f"departure of {row.id}"  # its id is the agent's
    if isinstance(row, AddressUsage):
        return f"usage of {row.id}"  # its id is that of the suppression
    return row.id if not isinstance(row, Policy) else "policy"
