"""Make the owner a manager who may sign in."""

from vaada.desk import Desk
from vaada.log import logger


def invite_owner(desk: Desk) -> None:
    """Add the owner to the managers. A new user is invited by mail; an existing one keeps their password."""
    if not desk.accounts.invite(desk.settings.owner_email, "manager"):
        logger.info("the owner is a user already")
