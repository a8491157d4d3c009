"""Find what is not set up yet, for the console, which has no right to read the account. It only reads."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk
from vaada.flows.readiness import check_readiness
from vaada.gateways.aws_account import Account
from vaada.gateways.readiness_check import payload_of
from vaada.settings import StackSettings

_TIME_FOR_ONE_CHECK_MS = 10_000  # a call that gets no response is made several times


def handler(_event: dict[str, Any], context: LambdaContext) -> list[dict[str, Any]]:
    """Return what each check found."""
    found = check_readiness(
        open_desk(),
        Account(StackSettings.from_environment().stack_id),
        datetime.now(UTC),
        lambda: context.get_remaining_time_in_millis() > _TIME_FOR_ONE_CHECK_MS,
    )
    return [payload_of(checked) for checked in found]
