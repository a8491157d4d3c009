"""Rows are lost in the middle of a history, and restored by the real `make restore`.

It cannot end like the run without a loss, since nobody is reminded of missing rows. So this is checked
instead: all rows are restored, nobody is asked twice, erased customers stay erased, and the desk goes on.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from operations.restore import Restoration
from operations.senders import AT_REST_AFTER, not_at_rest
from tests.simulation.actors.people import People, is_a_customers, unsigned
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.items import Item, key_of_item, parsed
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.world.world import World
from vaada.desk import Desk
from vaada.flows.policy import set_held
from vaada.gateways.table import Table
from vaada.model.erasures import Erasure
from vaada.model.rows import DueRow
from vaada.model.work import Commitment

BACKUP = "vaada-restored"
HOUR = timedelta(hours=1)
SOON = timedelta(minutes=30)
LATE = timedelta(minutes=15)
SETTLED_AFTER = timedelta(days=40)
Rows = dict[tuple[str, str], Item]


@dataclass
class BothTables:
    """The live table and the one that was restored from a backup."""

    live: DynamoDb
    backup: Rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self.live, name)

    def get_item(self, **asked: Any) -> dict[str, Any]:
        """A row of either table."""
        if asked["TableName"] != BACKUP:
            return self.live.get_item(**asked)
        item = self.backup.get(key_of_item(asked["Key"]))
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """Rows of the live table."""
        ((name, asked),) = RequestItems.items()
        found = (self.live.items.get(key_of_item(key)) for key in asked["Keys"])
        return {"Responses": {name: [item for item in found if item]}}

    def get_paginator(self, name: str) -> Any:
        """The paginator of the restored table, the only one that is scanned."""
        return self if name == "scan" else self.live

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """The rows of these kinds, or those of all others, as one page."""
        kinds = [value["S"] for value in asked["ExpressionAttributeValues"].values()]
        others = asked["FilterExpression"].startswith("NOT ")
        yield {"Items": [item for item in self.backup.values() if (item["row_kind"]["S"] in kinds) != others]}


@dataclass
class Loss:
    """A loss of rows: the backup is from some time before, and somebody notices the loss after a while."""

    world: World
    random: Random
    backup: Rows
    sent_before: int = 0

    def lose_rows(self) -> None:
        """Delete rows, as somebody might by mistake."""
        rows = self.world.aws.table.items
        share = self.random.choice((0.3, 1.0))
        lost = [key for key in rows if key[0].startswith("CUSTOMER#") and self.random.random() < share]
        self.world.aws.table.lose(lost)
        self.world.tell(f"{len(lost)} rows are lost")

    def hold_sending(self) -> None:
        """Do as docs/operations.md says: hold, wait, restore, release."""
        faults, self.world.faults.on = self.world.faults.on, False
        assert set_held(Desk(self.world.runtime.settings), self.world.now, held=True)
        self.world.faults.on = faults
        self.world.at(self.world.now + AT_REST_AFTER, "rows are brought back", self.restore_rows)

    def restore_rows(self) -> None:
        """Restore the rows from the backup. By now no function is sending."""
        faults, self.world.faults.on = self.world.faults.on, False
        self.sent_before = len(self.world.aws.providers.sent)
        desk = Desk(self.world.runtime.settings)
        assert not_at_rest(desk, self.world.now) is None
        both: Any = BothTables(self.world.aws.table, self.backup)
        desk.__dict__["table"] = Table(both, desk.settings.table_name)
        for _ in Restoration(desk, BACKUP, self.world.now).everything():
            pass
        self.world.faults.on = faults
        self.check_restored_rows()

    def release_sending(self) -> None:
        """Check that nothing was sent while sending was held, and end the hold."""
        assert len(self.world.aws.providers.sent) == self.sent_before, "sent while sending was held"
        faults, self.world.faults.on = self.world.faults.on, False
        assert set_held(Desk(self.world.runtime.settings), self.world.now, held=False)
        self.world.faults.on = faults

    def check_restored_rows(self) -> None:
        """Each row of the backup is there, at its version or later, except those of erased customers."""
        stands = self.world.aws.table.items
        forgotten = {row.id for row in map(parsed, stands.values()) if isinstance(row, Erasure)}
        for key, item in self.backup.items():
            if item["row_kind"]["S"] in {"receipt", "pace"}:
                continue  # whose time may have passed
            owner = item.get("customer_id", {}).get("S")
            back = key in stands and int(stands[key]["version"]["N"]) >= int(item["version"]["N"])
            assert back or owner in forgotten, f"not brought back: {parsed(item)!r}"


def run_with_loss(seed: int, people_of: int, faults: Faults, without: Collection[int]) -> None:
    """Run a history with a loss. Raises AssertionError with what failed, the world and its people."""
    world = World(people_of, faults, renders_pages=False)
    with world.running():
        people = People(world, without)
        try:
            _run(Random(f"loss {seed}"), world, people)
        except AssertionError as error:
            error.args = (error.args[0] if error.args else "", world, people)
            raise
    world.release()


def _run(random: Random, world: World, people: People) -> None:
    world.facts.rows_may_be_missing = True
    world.after_action = people.read_messages
    people.schedule_acts()
    world.facts.fates.clear()  # everything arrives, so no message is replaced by another
    lost_at = world.start + random.randrange(65, 140) * HOUR + timedelta(minutes=random.randrange(60))
    world.run_until(lost_at - random.choice((0, 1, 24, 60)) * HOUR)
    loss = Loss(world, random, dict(world.aws.table.items))
    noticed_at = lost_at + random.choice((1, 20, 120)) * timedelta(minutes=1)
    world.at(lost_at, "a loss", loss.lose_rows)
    world.at(noticed_at, "sending is held", loss.hold_sending)
    world.at(noticed_at + SOON, "sending is released", loss.release_sending)
    world.run_until(world.start + timedelta(days=8))
    world.faults.on = False
    world.run_until(world.start + SETTLED_AFTER)
    _check_end(world)


def _check_end(world: World) -> None:
    told = Counter(
        (sent.to, unsigned(sent.text)) for sent in world.aws.providers.sent if is_a_customers(sent.to)
    )
    for (to, words), times in told.items():
        assert times == 1, f"{to} was sent {times} times: {words}"
    rows = [parsed(item) for item in world.aws.table.items.values()]
    forgotten = {row.id for row in rows if isinstance(row, Erasure)}
    for row in rows:
        own = isinstance(row, Erasure) or not {row.id, getattr(row, "customer_id", None)} & forgotten
        assert own, f"was forgotten, and is back: {row!r}"
        if isinstance(row, DueRow):
            assert row.wake_at is None or row.wake_at > world.now - LATE, f"left lying: {row!r}"
        if isinstance(row, Commitment) and row.status == "open":
            assert row.wake_at is not None, f"forgotten: {row!r}"
