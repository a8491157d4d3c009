"""The progress of the desk's first run."""

from typing import ClassVar, Literal, get_args

from vaada.model.ids import PartyId
from vaada.model.rows import Row

SetupStep = Literal["business", "hours", "colleagues", "customers", "message"]
SETUP_STEPS: tuple[SetupStep, ...] = get_args(SetupStep)


class Setup(Row):
    """The steps that were done or skipped. `tried_with` is the customer record that a manager made to try."""

    kind_of_row: ClassVar[str] = "setup"
    setup_id: Literal["setup"] = "setup"
    done: tuple[SetupStep, ...] = ()
    skipped: tuple[SetupStep, ...] = ()
    tried_with: PartyId | None = None

    @property
    def steps(self) -> dict[SetupStep, Literal["done", "skipped"]]:
        """The state of each step that was seen. What was done stays done, even if it is skipped later."""
        seen: dict[SetupStep, Literal["done", "skipped"]] = dict.fromkeys(self.skipped, "skipped")
        seen.update(dict.fromkeys(self.done, "done"))
        return seen
