"""Make, rotate and delete the keys that sign links, and make the one that hashes addresses.

Two keys that sign links are valid at a time, so that links signed with the older one live on. The key that
hashes addresses is made once, and stays when the stack is deleted, as the table does.
"""

import secrets
from datetime import datetime

from vaada.desk import Desk
from vaada.log import logger

_VALID_KEYS = 2


def create_keys(desk: Desk) -> None:
    """Make whichever keys are not there yet."""
    if not desk.key_store.create_address_key(secrets.token_urlsafe(32)):
        logger.info("the address key was there already")
    if desk.key_store.link_keys() is None:
        rotate_link_keys(desk)


def rotate_link_keys(desk: Desk, asked_at: datetime | None = None) -> None:
    """Make a new key, unless the keys have changed since it was asked for.

    Then the event came a second time, and another key would push out the one that signed until now.
    """
    stored = desk.key_store.link_keys()
    if stored and asked_at and stored.written_at > asked_at:
        logger.info("link keys were rotated already")
        return
    keys = (*(stored.keys if stored else ()), secrets.token_urlsafe(32))[-_VALID_KEYS:]
    desk.key_store.put_link_keys(keys)
    logger.info("link keys rotated", valid=len(keys))


def delete_link_keys(desk: Desk) -> None:
    """Delete the keys that sign links: no link leads anywhere from then on."""
    if not desk.key_store.delete_link_keys():
        logger.info("link keys were gone already")
