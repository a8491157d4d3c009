"""Keyed hashes of addresses, to find a suppression by its address without storing the address."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vaada.model.people import Medium
from vaada.model.phone_numbers import comparable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class KeyUnavailable(Exception):
    """The key could not be read from AWS, so addresses cannot be hashed now."""


@dataclass
class Addresses:
    """Hash addresses with a key that is never rotated, because the hashes must stay the same."""

    client: "SSMClient"
    parameter: str

    def hash_address(self, medium: Medium, address: str) -> str:
        """Return the id of what is stored about this address, such as its suppression. Raises KeyUnavailable.

        E-mail addresses are equal in upper and lower case, phone numbers if they reach one telephone.
        """
        normalized = comparable(address) if medium == "sms" else address.strip().casefold()
        digest = hmac.digest(self._key, f"{medium}:{normalized}".encode(), hashlib.sha256)
        return f"{medium}-{digest.hex()[:32]}"

    @cached_property
    def _key(self) -> bytes:
        try:
            stored = self.client.get_parameter(Name=self.parameter, WithDecryption=True)
        except Exception as error:
            raise KeyUnavailable(type(error).__name__) from error
        return stored["Parameter"]["Value"].encode()
