"""Create, rotate and delete the keys that sign links, and create the key that hashes addresses.

Two link keys are valid at a time, so that links signed with the older one stay valid. The key that hashes
addresses is created once and kept when the stack is deleted, like the table.
"""

import secrets
from datetime import datetime

from vaada.desk import Desk
from vaada.log import logger

_VALID_KEYS = 2


def create_keys(desk: Desk) -> None:
    """Create the keys that do not exist yet."""
    if not desk.key_store.create_address_key(secrets.token_urlsafe(32)):
        logger.info("the address key already exists")
    if desk.key_store.link_keys() is None:
        rotate_link_keys(desk)


def rotate_link_keys(desk: Desk, asked_at: datetime | None = None) -> None:
    """Create a new link key, unless the keys have changed since `asked_at`.

    In that case it is the second delivery of an event: another key would remove the one that signed until
    now.
    """
    stored = desk.key_store.link_keys()
    if stored and asked_at and stored.written_at > asked_at:
        logger.info("link keys were already rotated")
        return
    keys = (*(stored.keys if stored else ()), secrets.token_urlsafe(32))[-_VALID_KEYS:]
    desk.key_store.put_link_keys(keys)
    logger.info("link keys rotated", valid=len(keys))


def delete_link_keys(desk: Desk) -> None:
    """Delete the keys that sign links. All links become invalid."""
    if not desk.key_store.delete_link_keys():
        logger.info("link keys were already deleted")
