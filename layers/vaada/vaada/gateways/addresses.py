"""Keyed hashes of addresses: to find a suppression by its address without keeping the address."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vaada.model.people import Medium
from vaada.model.phone_numbers import comparable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class NoKey(Exception):
    """AWS did not hand out the key just now: no address can be told from another."""


@dataclass
class Addresses:
    """Hashes addresses with a key that is made once and never rotated: the hashes must stay the same."""

    client: "SSMClient"
    parameter: str

    def hashed(self, medium: Medium, address: str) -> str:
        """The id of what is stored about this address, such as its suppression. Raises NoKey.

        E-mail addresses are the same in upper and lower case, phone numbers if they are of one telephone.
        """
        same = comparable(address) if medium == "sms" else address.strip().casefold()
        digest = hmac.digest(self._key, f"{medium}:{same}".encode(), hashlib.sha256)
        return f"{medium}-{digest.hex()[:32]}"

    @cached_property
    def _key(self) -> bytes:
        try:
            stored = self.client.get_parameter(Name=self.parameter, WithDecryption=True)
        except Exception as error:
            raise NoKey(type(error).__name__) from error
        return stored["Parameter"]["Value"].encode()
