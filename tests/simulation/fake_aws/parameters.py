"""Parameter Store, with the keys that sign links and hash addresses."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.errors import error


@dataclass
class Parameters:
    """The keys of links, and the one of addresses."""

    stored: dict[str, str] = field(
        default_factory=lambda: {
            ENVIRONMENT["LINK_KEYS_PARAMETER"]: json.dumps(["older", "newer"]),
            ENVIRONMENT["ADDRESS_KEY_PARAMETER"]: "a key",
        }
    )

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under the name."""
        if Name not in self.stored:
            raise error("ParameterNotFound")
        return {"Parameter": {"Value": self.stored[Name]}}

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool, **_: object) -> None:  # noqa: N803
        """Store it, in the place of what is there only if that is asked for."""
        if Name in self.stored and not Overwrite:
            raise error("ParameterAlreadyExists")
        self.stored[Name] = Value

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803 - as boto3 calls it
        """Forget it."""
        if self.stored.pop(Name, None) is None:
            raise error("ParameterNotFound")
