"""Ids: opaque to clients, sortable by time. The id of a derived row is computed from its cause.

A row's id is its customer's id followed by its own part, 16 characters each (base32hex, which sorts like
its bytes). So the id is enough to find the row in the table, and short enough for a link in an SMS.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated

from pydantic import StringConstraints

LENGTH = 16  # characters, for 10 bytes; in a row's own part the first 5 bytes are the time in seconds
_CHARACTERS = "[0-9a-v]"

PARTY_ID_PATTERN = f"^{_CHARACTERS}{{{LENGTH}}}$"
ROW_ID_PATTERN = f"^{_CHARACTERS}{{{2 * LENGTH}}}$"

PartyId = Annotated[str, StringConstraints(pattern=PARTY_ID_PATTERN)]
"""The id of an agent or a customer."""

RowId = Annotated[str, StringConstraints(pattern=ROW_ID_PATTERN)]
"""The id of a row that belongs to a customer."""


OF_THE_DESK = "0" * LENGTH
"""The customer's part in the ids of rows that belong to no customer."""


def new_party_id() -> str:
    """Return a random id for an agent or a customer."""
    return _text(secrets.token_bytes(10))


def derived_party_id(cause: str) -> str:
    """Return the id of a customer that is made because of `cause`: the same at every call."""
    return _text(hashlib.sha256(cause.encode()).digest()[:10])


def new_row_id(customer_id: str, at: datetime) -> str:
    """Return a random id for a row of this customer. It sorts by `at`."""
    return customer_id + _text(_seconds(at) + secrets.token_bytes(5))


def derived_row_id(cause_id: str, rule: str, at: datetime) -> str:
    """Return the id of the row that `rule` derives from the row `cause_id`: the same at every call."""
    digest = hashlib.sha256(f"{cause_id}/{rule}".encode()).digest()
    return customer_of(cause_id) + _text(_seconds(at) + digest[:5])


def customer_of(row_id: str) -> str:
    """Return the id of the customer to whom the row belongs."""
    return row_id[:LENGTH]


def own_part(row_id: str) -> str:
    """Return the second half of the id: the row's own part, which sorts by time."""
    return row_id[LENGTH:]


def to_bytes(row_id: str) -> bytes:
    """Return the id as 20 bytes, for links."""
    return base64.b32hexdecode(row_id.upper())


def from_bytes(raw: bytes) -> str:
    """Return the id of these bytes: the inverse of `to_bytes`."""
    return _text(raw)


def _text(raw: bytes) -> str:
    return base64.b32hexencode(raw).decode().lower()


def _seconds(at: datetime) -> bytes:
    return int(at.astimezone(UTC).timestamp()).to_bytes(5)
