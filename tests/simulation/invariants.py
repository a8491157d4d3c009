"""What must hold at every step of a history, and at its end."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.simulation.world import World
from vaada.gateways.items import from_item
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.rows import DueRow, Row
from vaada.model.work import Commitment, FollowUp, Survey

EDGES = {
    "commitment": {
        ("open", "open"),
        ("open", "kept"),
        ("open", "withdrawn"),
        ("open", "broken"),
        ("broken", "kept"),
    },
    "follow_up": {
        ("scheduled", "scheduled"),
        ("scheduled", "due"),
        ("due", "due"),
        ("due", "scheduled"),
        *((before, after) for before in ("scheduled", "due") for after in ("done", "cancelled")),
    },
    "survey": {
        ("scheduled", "sent"),
        ("scheduled", "withheld"),
        ("sent", "sent"),
        ("sent", "answered"),
        ("sent", "expired"),
        ("sent", "withheld"),
    },
    "message": {
        ("sending", "sending"),
        ("waiting", "sending"),
        *((before, after) for before in ("sending", "waiting") for after in ("sent", "failed", "withheld")),
        ("sending", "waiting"),
        ("sending", "unknown"),
    },
}
OPEN = {"open", "scheduled", "due", "sent"}
STAFF_SENDS_AT_MOST = 3
ESCALATIONS = 2  # the supervisor, then the owner
PUNCTUAL = timedelta(seconds=30)
"""Without faults a schedule flags a promise in its minute; the sweep alone would take up to two."""


class Watch:
    """Looks at every write and every send as they happen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._seen = 0
        self._sent: Counter[str] = Counter()
        self._posted = 0
        self._told: Counter[tuple[str, ...]] = Counter()

    def step(self) -> None:
        """Judge what was written and sent since the last step. Raises AssertionError."""
        for record in self.world.table.stream[self._seen :]:
            self._judge_write(record["dynamodb"])
        self._seen = len(self.world.table.stream)
        for message_id in self.world.post.message_ids[self._posted :]:
            self._judge_send(message_id)
        self._posted = len(self.world.post.message_ids)

    def end(self) -> None:
        """Judge the end: no faults any more, and time enough to settle. Raises AssertionError."""
        assert self.world.idle, "the stream was not read to its end"
        for row in rows(self.world):
            if isinstance(row, DueRow):
                waits = row.wake_at
                assert waits is None or waits > self.world.now - timedelta(minutes=15), f"left lying: {row!r}"
            match row:
                case Interaction():
                    assert row.wake_at is None, f"never planned: {row.summary}"
                case Commitment(status="open"):
                    assert row.wake_at is not None, f"forgotten: {row.what}"
                case Commitment():
                    after_all = row.kept_at or self.world.now
                    assert row.flagged_at or row.status != "broken", f"broken without a flag: {row.what}"
                    assert after_all >= row.created_at
                    self._judge_punctuality(row)
                    self._judge_ladder(row)
                case Message():
                    assert row.status in {"sent", "failed", "withheld", "unknown"}, f"left lying: {row!r}"

        derived = Counter(
            (row.interaction_id, row.kind_of_row, getattr(row, "reason", ""))
            for row in rows(self.world)
            if isinstance(row, FollowUp | Survey)
        )
        assert set(derived.values()) <= {1}, f"planned twice: {derived}"
        contacts = Counter(row.summary for row in rows(self.world) if isinstance(row, Interaction))
        assert set(contacts.values()) <= {1}, f"recorded twice: {contacts}"

    def _judge_ladder(self, row: Commitment) -> None:
        if row.status == "broken":
            of_row = [step for step in self._told.elements() if step[:2] == (row.id, str(row.due_at))]
            escalations = sum(step[2] == "promise_escalation" and step[5] == "email" for step in of_row)
            assert escalations == ESCALATIONS, f"escalated {escalations} times: {row.what}"

    def _judge_punctuality(self, row: Commitment) -> None:
        moved = any(change.what == "renegotiated" for change in row.history)
        if row.flagged_at and not self.world.faults.rates and not moved:
            late = row.flagged_at - max(row.due_at, row.created_at)
            assert late < PUNCTUAL, f"flagged {late} late: {row.what}"

    def _judge_write(self, change: dict[str, Any]) -> None:
        after = from_item(change["NewImage"])
        before = from_item(change["OldImage"]) if "OldImage" in change else None
        assert after.version == (before.version + 1 if before else 1), f"version skipped: {after!r}"
        edges = EDGES.get(after.kind_of_row)
        if before and edges:
            edge = (before.status, after.status)  # type: ignore[attr-defined]  # all with edges have one
            assert edge in edges, f"{after.kind_of_row} went {edge}: {after!r}"
        if isinstance(after, Message) and before is None:
            about = find(self.world, after.about_id)
            assert about.status in OPEN, f"said of what is closed: {after!r}"  # type: ignore[attr-defined]
            self._judge_time(after, about)
            self._judge_once(after, about)

    def _judge_once(self, message: Message, about: Row) -> None:
        if isinstance(about, Commitment):
            step = (about.id, str(about.due_at), message.purpose, message.why, message.to, message.medium)
            rungs = 2 if message.to == "owner" else 1  # the owner stands in for a missing supervisor
            self._told[step] += 1
            assert self._told[step] <= rungs, f"told again: {message!r}"
        elif isinstance(about, Survey):
            self._told[about.id, message.purpose] += 1
            assert self._told[about.id, message.purpose] == 1, f"asked again: {message!r}"

    def _judge_time(self, message: Message, about: Row) -> None:
        at = message.created_at
        match about:
            case Commitment() if message.purpose != "promise_warning":
                assert at >= about.due_at, f"early: {message!r}"
            case FollowUp() | Survey():
                assert at >= about.due_at, f"early: {message!r}"

    def _judge_send(self, message_id: str) -> None:
        self._sent[message_id] += 1
        message = find(self.world, message_id)
        assert isinstance(message, Message)
        most = 1 if message.to == "customer" else STAFF_SENDS_AT_MOST
        assert self._sent[message_id] <= most, f"sent {self._sent[message_id]} times: {message!r}"


def rows(world: World) -> list[Row]:
    """All rows as they stand."""
    return [from_item(item) for item in world.table.items.values()]


def find(world: World, row_id: str) -> Row:
    """One row of a customer."""
    return from_item(world.table.items[f"CUSTOMER#{row_id[:16]}", f"ROW#{row_id[16:]}"])


def ending(world: World) -> dict[str, str]:
    """How everything that people speak of ended, by their own names for it."""
    end: dict[str, str] = {}
    contacts = {row.id: row.summary for row in rows(world) if isinstance(row, Interaction)}
    lost = {
        row.about_id
        for row in rows(world)
        if isinstance(row, Message) and row.status in {"unknown", "failed"}
    }
    for row in rows(world):
        match row:
            case Commitment():
                end[row.what] = (
                    f"{row.status}, {'flagged' if row.flagged_at else 'in time'}, due {row.due_at}"
                )
            case FollowUp() if row.reason.startswith("Unhappy"):
                continue  # when it came depends on when the mail did
            case FollowUp():
                end[f"{contacts[row.interaction_id]}: {row.reason}"] = (
                    f"{row.status}, due {row.due_at.date()}"
                )
            case Survey():
                # A survey that may never have arrived may never be answered.
                end[f"{contacts[row.interaction_id]}: survey"] = (
                    "lost" if row.id in lost else f"{row.status} {row.score}"
                )
    return end


def steps(world: World) -> Counter[tuple[str, str, str]]:
    """How often each step of each promise was told to whom."""
    named = {row.id: row.what for row in rows(world) if isinstance(row, Commitment)}
    return Counter(
        (named[row.about_id], row.purpose, row.to)
        for row in rows(world)
        if isinstance(row, Message) and row.about_id in named and row.medium == "email"
    )


def agree(with_faults: World, without: World) -> None:
    """The end is that of the run without faults. Raises AssertionError."""
    found, wanted = ending(with_faults), ending(without)
    assert found.keys() == wanted.keys(), f"only one has {found.keys() ^ wanted.keys()}"
    differing = {
        name: (found[name], wanted[name]) for name in wanted if found[name] not in {wanted[name], "lost"}
    }
    assert not differing, differing
    told, right = steps(with_faults), steps(without)
    # A warning that comes too late gives way to the flag; all other steps are taken, and once.
    more = told - right
    less = Counter({step: n for step, n in (right - told).items() if step[1] != "promise_warning"})
    assert (more, less) == ({}, {}), f"told too often {dict(more)}, not told {dict(less)}"
