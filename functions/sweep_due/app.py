"""Advance all due rows, every two minutes: those without a schedule, and those whose schedule failed."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.due.sweep import sweep
from vaada.log import logger

prepare("table")

_TIME_FOR_ONE_ROW_MS = 20_000  # how long one row may take if each of its sends times out


def handler(_event: dict[str, Any], context: LambdaContext) -> int:
    """Take the next step of each due row. Returns the number of rows."""
    count = sweep(
        open_desk(),
        lambda: datetime.now(UTC),
        lambda: context.get_remaining_time_in_millis() > _TIME_FOR_ONE_ROW_MS,
    )
    logger.info("swept", rows=count)
    return count
