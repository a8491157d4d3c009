"""Base classes of the rows. Rows are immutable: a change is a copy with the next version."""

from datetime import datetime
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, computed_field

from vaada.model.times import Instant


class StoredModel(BaseModel):
    """Base class for everything stored. Frozen; ignores unknown fields, which a newer release may write.

    Validators are built when first needed: no function reads every kind of row.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Row(StoredModel):
    """One row of the table. `version` increases by one with every write."""

    kind_of_row: ClassVar[str]
    version: int = 1

    @computed_field  # type: ignore[prop-decorator]  # pydantic documents this order
    @property
    def row_kind(self) -> str:
        """The kind of row, as stored and shown."""
        return self.kind_of_row

    @property
    def id(self) -> str:
        """The row's id: the field named after its kind (`commitment_id`, …)."""
        return str(getattr(self, f"{self.kind_of_row}_id"))

    def changed(self, **changes: object) -> Self:
        """Return a copy with these changes and the next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})


class CountedTime(StoredModel):
    """An interval that counted towards a deadline."""

    start: Instant
    end: Instant


class SkippedTime(StoredModel):
    """An interval that did not count towards a deadline. `why` is "closed" or the name of the holiday."""

    start: Instant
    end: Instant
    why: str


class Explanation(StoredModel):
    """How a deadline was computed: the rule, its starting time, and what was counted and skipped."""

    rule: str
    counted_from: Instant
    time_zone: str
    counted: tuple[CountedTime, ...] = ()
    skipped: tuple[SkippedTime, ...] = ()


class Explained(StoredModel):
    """How `due_at` and `wake_at` of a row were computed. None for a time that was given."""

    due_at: Explanation | None = None
    wake_at: Explanation | None = None


class DueRow(Row):
    """A row whose next step is due at `wake_at`. None: no step is planned."""

    wake_at: Instant | None = None
    explain: Explained = Explained()

    def waiting(self, wake_at: datetime | None, why: Explanation | None = None, **changes: object) -> Self:
        """Return a copy that waits for this time, with the same version."""
        explain = self.explain.model_copy(update={"wake_at": why})
        return self.model_copy(update={"explain": explain, **changes, "wake_at": wake_at})
