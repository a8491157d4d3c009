"""Reply addresses: each names a case and is signed, so that an answer finds its case.

The local part has 52 of the 64 characters that it may have (RFC 5321, 4.5.3.1.1). Mail programs may write it
in upper or lower case. The key is the one that is never rotated: people answer old mails.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from vaada.gateways.keys import Keys
from vaada.model.ids import from_bytes, to_bytes

_NAME = "desk"
_ID_BYTES, _SIGNATURE_BYTES = 20, 9
_TOKEN = re.compile(rf"{_NAME}\+([0-9a-v]{{47}})@(.+)")


@dataclass(frozen=True)
class ReplyAddresses:
    """Make and read reply addresses. There are none without a `domain` that receives mail."""

    keys: Keys
    domain: str

    def address(self, case_id: str) -> str | None:
        """Return the reply address for this case. None: no domain receives mail."""
        if not self.domain:
            return None
        token = base64.b32hexencode(to_bytes(case_id) + self._signature(case_id)).decode()
        return f"{_NAME}+{token.rstrip('=').lower()}@{self.domain}"

    def case_id(self, address: str) -> str | None:
        """Return the id of the case that the address names. None: the address is not from us."""
        found = _TOKEN.fullmatch(address.lower())
        if found is None or not self.domain or found[2] != self.domain.lower():
            return None
        try:
            raw = base64.b32hexdecode(f"{found[1].upper()}=")
        except binascii.Error:
            return None
        case_id = from_bytes(raw[:_ID_BYTES])
        return case_id if hmac.compare_digest(raw[_ID_BYTES:], self._signature(case_id)) else None

    def _signature(self, case_id: str) -> bytes:
        key = self.keys.address_key()
        return hmac.digest(key, f"reply address:{case_id}".encode(), hashlib.sha256)[:_SIGNATURE_BYTES]
