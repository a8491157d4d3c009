"""The keys that sign links and hash addresses, read from Systems Manager's Parameter Store."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_CACHE_SECONDS = 300  # how long the keys of links are cached in memory
_RELOAD_SECONDS = 30  # after which an unknown signature makes us read them again


class KeyUnavailable(Exception):
    """A key could not be read from AWS."""


@dataclass
class Keys:
    """Reads the keys and caches them: those of links for five minutes, that of addresses for good.

    A function that signs links may read both parameters, and reads them in one call.
    """

    client: "SSMClient"
    link_keys_parameter: str
    address_key_parameter: str
    clock: Callable[[], float] = time.monotonic
    _link_keys: list[str] = field(default_factory=list)
    _address_key: bytes | None = None
    _read_at: float = 0.0

    def link_keys(self) -> list[str]:
        """Return the valid keys, of which the last one signs. Raises KeyUnavailable."""
        if not self._link_keys or self.clock() - self._read_at > _CACHE_SECONDS:
            names = [self.link_keys_parameter]
            if self._address_key is None:
                names.append(self.address_key_parameter)
            self._read(names)
        return self._link_keys

    def address_key(self) -> bytes:
        """Return the key that hashes addresses, which is never rotated. Raises KeyUnavailable."""
        if self._address_key is None:
            self._read([self.address_key_parameter])
        return self._address_key or b""

    def drop_stale_link_keys(self) -> bool:
        """Drop link keys from the cache after 30 seconds: a newer key may have signed the link.

        Returns whether they were dropped.
        """
        if self.clock() - self._read_at < _RELOAD_SECONDS:
            return False
        self._link_keys = []
        return True

    def _read(self, names: list[str]) -> None:
        try:
            found = self.client.get_parameters(Names=names, WithDecryption=True)["Parameters"]
        except Exception as error:
            raise KeyUnavailable(type(error).__name__) from error
        values = {parameter["Name"]: parameter["Value"] for parameter in found}
        if missing := [name for name in names if name not in values]:
            raise KeyUnavailable(f"there is no parameter {missing[0]}")
        if self.link_keys_parameter in values:
            self._link_keys, self._read_at = json.loads(values[self.link_keys_parameter]), self.clock()
        if self.address_key_parameter in values:
            self._address_key = values[self.address_key_parameter].encode()
