"""What all rows share. Rows are immutable; a change is a copy with the next version."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, computed_field

from vaada.model.times import Instant


class Row(BaseModel):
    """One row of the table. `version` goes up by one with every write, never down."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True
    )  # a newer release may have written more

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


class DueRow(Row):
    """A row that waits for a time: at `wake_at` the desk takes its next step. None: it waits for nothing."""

    customer_id: str
    wake_at: Instant | None = None
