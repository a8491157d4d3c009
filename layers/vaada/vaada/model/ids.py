"""Ids: opaque to clients, sortable by time, and derived from their cause where a row has one.

A row's id is its customer's id and its own, 16 characters each (base32hex, which sorts as its bytes do).
It therefore names the row's place in the table, and stays short enough for a link in a text message.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated

from pydantic import StringConstraints

LENGTH = 16  # characters: 10 bytes, of which a row's own id spends 5 on the time in seconds
_CHARACTERS = "[0-9a-v]"

PartyId = Annotated[str, StringConstraints(pattern=f"^{_CHARACTERS}{{{LENGTH}}}$")]
"""The id of an agent or a customer."""

RowId = Annotated[str, StringConstraints(pattern=f"^{_CHARACTERS}{{{2 * LENGTH}}}$")]
"""The id of anything that belongs to a customer."""


def new_party_id() -> str:
    """A random id for an agent or a customer."""
    return _text(secrets.token_bytes(10))


def new_row_id(customer_id: str, at: datetime) -> str:
    """A fresh id for a row of this customer that sorts by `at`."""
    return customer_id + _text(_seconds(at) + secrets.token_bytes(5))


def derived_row_id(cause_id: str, rule: str, at: datetime) -> str:
    """The id of the row that `rule` makes of the row `cause_id`: the same each time it is asked for."""
    digest = hashlib.sha256(f"{cause_id}/{rule}".encode()).digest()
    return customer_of(cause_id) + _text(_seconds(at) + digest[:5])


def customer_of(row_id: str) -> str:
    """The id of the customer to whom the row belongs."""
    return row_id[:LENGTH]


def own_part(row_id: str) -> str:
    """The part of the id that is the row's own, and sorts by time."""
    return row_id[LENGTH:]


def to_bytes(row_id: str) -> bytes:
    """The id without its text form: 20 bytes, for links."""
    return base64.b32hexdecode(row_id.upper())


def from_bytes(raw: bytes) -> str:
    """The id that `to_bytes` packed."""
    return _text(raw)


def _text(raw: bytes) -> str:
    return base64.b32hexencode(raw).decode().lower()


def _seconds(at: datetime) -> bytes:
    return int(at.astimezone(UTC).timestamp()).to_bytes(5)
