"""Every two minutes: do whatever is due and no schedule did."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.due.sweep import sweep
from vaada.log import logger

prepare("table")

_ENOUGH_MS = 20_000  # for one more row, even if each of its sends runs into its timeout


def handler(_event: dict[str, Any], context: LambdaContext) -> int:
    """Take each due row a step further; answers with how many."""
    taken = sweep(
        open_desk(),
        lambda: datetime.now(UTC),
        lambda: context.get_remaining_time_in_millis() > _ENOUGH_MS,
    )
    logger.info("swept", rows=taken)
    return taken
