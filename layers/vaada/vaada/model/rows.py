"""What all rows share. Rows are immutable; a change is a copy with the next version."""

from datetime import datetime
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, computed_field

from vaada.model.times import Instant


class Fact(BaseModel):
    """A part of a row: frozen, and open to what a newer release may have written."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Row(Fact):
    """One row of the table. `version` goes up by one with every write, never down."""

    kind_of_row: ClassVar[str]
    version: int = 1

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to show a property
    @property
    def row_kind(self) -> str:
        """What kind of row this is, as stored and shown."""
        return self.kind_of_row

    @property
    def id(self) -> str:
        """The row's own id, under the name its kind gives it (`commitment_id`, …)."""
        return str(getattr(self, f"{self.kind_of_row}_id"))

    def changed(self, **changes: object) -> Self:
        """A copy with these changes and the next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})


class CountedTime(Fact):
    """A stretch of opening time that a deadline counted."""

    start: Instant
    end: Instant


class SkippedTime(Fact):
    """Time that a deadline did not count, and why: "closed", or the holiday's name."""

    start: Instant
    end: Instant
    why: str


class Explanation(Fact):
    """How a deadline was computed: what was counted from when, and what was passed over."""

    rule: str
    counted_from: Instant
    time_zone: str
    counted: tuple[CountedTime, ...] = ()
    skipped: tuple[SkippedTime, ...] = ()


class Explained(Fact):
    """How the times of a row were computed, those that were."""

    due_at: Explanation | None = None
    wake_at: Explanation | None = None


class DueRow(Row):
    """A row that waits for a time: at `wake_at` the desk takes its next step. None: it waits for nothing."""

    customer_id: str
    wake_at: Instant | None = None
    explain: Explained = Explained()

    def waiting(self, wake_at: datetime | None, why: Explanation | None = None, **changes: object) -> Self:
        """A copy that waits for this time, without counting up the version."""
        explain = self.explain.model_copy(update={"wake_at": why})
        return self.model_copy(update={"explain": explain, **changes, "wake_at": wake_at})
