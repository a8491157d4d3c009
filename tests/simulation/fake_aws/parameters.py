"""Parameter Store, with the keys that sign links and hash addresses."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import ParameterAlreadyExists, ParameterNotFound, error

T = TypeVar("T")
LINK_KEYS, ADDRESS_KEY = ENVIRONMENT["LINK_KEYS_PARAMETER"], ENVIRONMENT["ADDRESS_KEY_PARAMETER"]
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class Parameters:
    """The keys that sign links, and the key that hashes addresses. Without `calls` no call fails."""

    class exceptions:  # noqa: N801 - botocore's name for it
        ParameterNotFound = ParameterNotFound
        ParameterAlreadyExists = ParameterAlreadyExists

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls
        self.stored = {LINK_KEYS: json.dumps(["older", "newer"]), ADDRESS_KEY: "a key"}
        self._changed_at = dict.fromkeys(self.stored, LONG_AGO)

    @property
    def link_keys(self) -> list[str] | None:
        """The keys that are valid now. None: there is no such parameter."""
        stored = self.stored.get(LINK_KEYS)
        keys: list[str] | None = None if stored is None else json.loads(stored)
        return keys

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """The value of the parameter, and when it was stored."""

        def effect() -> dict[str, Any]:
            if Name not in self.stored:
                raise error("ParameterNotFound")
            return {"Parameter": {"Value": self.stored[Name], "LastModifiedDate": self._changed_at[Name]}}

        return self._make("GetParameter", effect)

    def get_parameters(self, *, Names: list[str], **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under those of the names that exist."""

        def effect() -> dict[str, Any]:
            found = [name for name in Names if name in self.stored]
            return {"Parameters": [{"Name": name, "Value": self.stored[name]} for name in found]}

        return self._make("GetParameters", effect)

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool, **_: object) -> None:  # noqa: N803
        """Store a value. Overwrites only on request."""

        def effect() -> None:
            if Name in self.stored and not Overwrite:
                raise error("ParameterAlreadyExists")
            self.stored[Name], self._changed_at[Name] = Value, datetime.now(UTC)

        self._make("PutParameter", effect)

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803 - as boto3 calls it
        """Remove the value."""

        def effect() -> None:
            if self.stored.pop(Name, None) is None:
                raise error("ParameterNotFound")

        self._make("DeleteParameter", effect)

    def _make(self, name: str, effect: Callable[[], T]) -> T:
        return effect() if self._calls is None else self._calls.make(name, effect)
