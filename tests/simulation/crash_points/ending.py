"""The state at the end of a run, and whether two runs end alike."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tests.simulation.crash_points.scenario_world import ScenarioWorld
from tests.simulation.crash_points.watched_runtime import RECOVERED_WITHIN
from tests.simulation.fake_aws.items import parsed
from vaada.model.messages import Message
from vaada.model.rate_limits import RateCount
from vaada.model.rows import Row

DURATIONS = ("took_seconds", "late_by_seconds", "remaining_seconds")
VOLATILE = frozenset({"version", "explain", "fingerprint", "expires_at", *DURATIONS})
TOLD = ("about_id", "about_kind", "purpose", "to", "recipient_id", "medium", "why", "carries", "carried_by")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@dataclass(frozen=True)
class Ending:
    """The state at the end: rows without ids and times, their times, schedules, sent messages, users."""

    rows: tuple[tuple[str, tuple[datetime, ...]], ...]
    schedules: Counter[str]
    messages: Counter[tuple[str, str]]
    users: str
    parked: int

    @classmethod
    def of(cls, world: ScenarioWorld) -> "Ending":
        rows = [parsed(item) for item in world.aws.table.items.values()]
        kinds = {row.id: f"<{row.kind_of_row}>" for row in rows}
        posted = {sent.message_id for sent in world.aws.providers.sent}
        shapes, parked = [], 0
        for row in rows:
            if isinstance(row, RateCount):
                continue  # messages are counted before they are sent; the oracles check that
            if isinstance(row, Message) and row.status == "unknown":
                assert row.to == "customer", f"given up: {row!r}"
                assert row.id not in posted, f"sent, and never heard of again: {row!r}"
                parked += 1
            shapes.append(_shape(row, kinds))
        messages = Counter((sent.to, _words(sent.text)) for sent in world.aws.providers.sent)
        return cls(
            tuple(sorted(shapes)),
            Counter(kinds[name] for name in world.aws.scheduler.schedules),
            messages,
            str(sorted((email, str(user)) for email, user in world.aws.users.users.items())),
            parked,
        )

    def check_same(self, other: "Ending", strikes: int) -> None:
        """Check that the rows are the same, and times not too far apart. Raises AssertionError."""
        mine, others = Counter(shape for shape, _ in self.rows), Counter(shape for shape, _ in other.rows)
        assert mine == others, f"only here: {[*(mine - others)]}, only there: {[*(others - mine)]}"
        for (shape, times), (_, wanted) in zip(self.rows, other.rows, strict=True):
            late = any(not abs(at - then) <= RECOVERED_WITHIN for at, then in zip(times, wanted, strict=True))
            assert not late, f"at {times}, not {wanted}: {shape}"
        assert self.schedules == other.schedules, f"schedules: {self.schedules}, not {other.schedules}"
        assert self.users == other.users, f"who may sign in: {self.users}, not {other.users}"
        more, less = self.messages - other.messages, other.messages - self.messages
        assert more.total() <= strikes, f"sent again: {more}"
        assert less.total() <= self.parked, f"never sent: {less}"


def _shape(row: Row, kinds: dict[str, str]) -> tuple[str, tuple[datetime, ...]]:
    stands = row.model_dump(mode="json")
    if isinstance(row, Message):
        told = {name: stands[name] for name in TOLD}
        told["status"] = "sent" if row.status == "unknown" else row.status  # `parked` counts these
        told["at"] = stands["sent_at"] or stands["created_at"]
    else:
        told = {name: value for name, value in stands.items() if name not in VOLATILE}
    text = json.dumps(told)
    times = tuple(datetime.fromisoformat(found) for found in TIME.findall(text))
    text = TIME.sub("<time>", text)
    for row_id, kind in kinds.items():
        text = text.replace(f'"{row_id}"', f'"{kind}"').replace(f'"{row_id}-', f'"{kind}-')
    return text, times


def _words(text: str) -> str:
    """The text of a message without links and numbers."""
    return re.sub(r"https://\S+|\d+", "", text)
