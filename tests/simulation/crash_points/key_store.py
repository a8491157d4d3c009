"""Parameter Store with its errors and dates, for the rotation of the keys."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.crash_points.times import DAY, MONDAY
from tests.simulation.fake_aws.calls import Calls


class KeyStore:
    """Parameter Store, with the keys that links are signed with."""

    class exceptions:  # noqa: N801 - botocore's name for it
        class ParameterNotFound(Exception): ...

        class ParameterAlreadyExists(Exception): ...

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.values = {
            ENVIRONMENT["LINK_KEYS_PARAMETER"]: json.dumps(["older", "newer"]),
            ENVIRONMENT["ADDRESS_KEY_PARAMETER"]: "a key",
        }
        self.changed_at = dict.fromkeys(self.values, MONDAY - 90 * DAY)

    @property
    def link_keys(self) -> list[str] | None:
        """The keys that are valid now. None: there is no such parameter."""
        stored = self.values.get(ENVIRONMENT["LINK_KEYS_PARAMETER"])
        keys: list[str] | None = None if stored is None else json.loads(stored)
        return keys

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under the name, and since when."""

        def effect() -> dict[str, Any]:
            if Name not in self.values:
                raise self.exceptions.ParameterNotFound
            return {"Parameter": {"Value": self.values[Name], "LastModifiedDate": self.changed_at[Name]}}

        return self._calls.make("GetParameter", effect)

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool, **_: object) -> None:  # noqa: N803
        """Store something under the name."""

        def effect() -> None:
            if Name in self.values and not Overwrite:
                raise self.exceptions.ParameterAlreadyExists
            self.values[Name], self.changed_at[Name] = Value, datetime.now(UTC)

        self._calls.make("PutParameter", effect)

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803
        """Remove it."""

        def effect() -> None:
            if self.values.pop(Name, None) is None:
                raise self.exceptions.ParameterNotFound

        self._calls.make("DeleteParameter", effect)
