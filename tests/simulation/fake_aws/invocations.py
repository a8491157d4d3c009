"""Lambda's asynchronous invocations."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.fake_aws.calls import Calls


@dataclass
class Functions:
    """Asynchronous invokes: the world delivers them."""

    calls: Calls
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Accept an event."""
        self.calls.make("Invoke", lambda: self.invoked.append((FunctionName, json.loads(Payload))))
