"""Keyed hashes of addresses, to find a suppression by its address without storing the address."""

import hashlib
import hmac
from dataclasses import dataclass

from vaada.gateways.keys import Keys
from vaada.model.people import Medium
from vaada.model.phone_numbers import comparable


@dataclass(frozen=True)
class Addresses:
    """Hash addresses with a key that is never rotated, because the hashes must stay the same."""

    keys: Keys

    def hash_address(self, medium: Medium, address: str) -> str:
        """Return the id of what is stored about this address, such as its suppression. Raises KeyUnavailable.

        E-mail addresses are equal in upper and lower case, phone numbers if they reach one telephone.
        """
        normalized = comparable(address) if medium == "sms" else address.strip().casefold()
        digest = hmac.digest(self.keys.address_key(), f"{medium}:{normalized}".encode(), hashlib.sha256)
        return f"{medium}-{digest.hex()[:32]}"
