"""Ask the function `check_readiness` what is not set up yet: the console may not ask the account itself."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from vaada.gateways.aws_account import NotAnswered, translate_refusals
from vaada.model.readiness import Checked, Finding

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

FRESH = timedelta(minutes=5)
"""For how long a result is shown before the check is made again."""


class ReadinessCheck:
    """The latest result and its time. Each process keeps it for a few minutes."""

    def __init__(self, client: "LambdaClient", function_arn: str) -> None:
        self._client = client
        self._function_arn = function_arn
        self._last: tuple[datetime, tuple[Checked, ...]] | None = None

    def result(self, now: datetime, *, anew: bool = False) -> tuple[datetime, tuple[Checked, ...]]:
        """Return the time and the result of the check. `anew`: make the check now. Raises NotAnswered."""
        if self._last is None or anew or now - self._last[0] >= FRESH:
            self._last = now, self._checked()
        return self._last

    def _checked(self) -> tuple[Checked, ...]:
        with translate_refusals():
            answer = self._client.invoke(FunctionName=self._function_arn, Payload=b"{}")
            found = answer["Payload"].read()
        if "FunctionError" in answer:  # it failed, or took too long
            raise NotAnswered("CheckReadiness", answer["FunctionError"])
        return tuple(map(_read, json.loads(found)))


def payload_of(checked: Checked) -> dict[str, Any]:
    """Return a check as the function's response has it."""
    finding = checked.finding
    return {
        "check": checked.check,
        "state": finding.state,
        "key": finding.key,
        "values": dict(finding.values),
    }


def _read(payload: Mapping[str, Any]) -> Checked:
    return Checked(payload["check"], Finding(payload["state"], payload["key"], payload["values"]))
