"""What an AWS account reports about itself and one stack, as far as the desk depends on it."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class MailAccount(NamedTuple):
    """SES in this account and region. Not in `production` it is in the sandbox.

    `review` is where the request for production access stands, such as "PENDING" or "DENIED".
    """

    production: bool
    enabled: bool
    review: str | None
    mails_a_second: float
    mails_a_day: float


class MailIdentity(NamedTuple):
    """A verified address or domain. `signed`: SES signs its mail with DKIM."""

    name: str
    verified: bool
    signed: bool


class TextAccount(NamedTuple):
    """SMS in this account and region. `spend_limit` is in US dollars a month; None: AWS's default of one.

    `logs_deliveries`: SNS has a role with which it writes delivery statuses into CloudWatch.
    """

    sandbox: bool
    spend_limit: Decimal | None
    logs_deliveries: bool


class Concurrency(NamedTuple):
    """How many functions may run at once: in the whole account, and what is reserved for one."""

    account: int
    reserved: dict[str, int]


class SignedInManagers(NamedTuple):
    """The users in the group of managers: how many can sign in, and how many never have."""

    ready: int
    never_signed_in: int
    disabled: int


class KeyAge(NamedTuple):
    """When the link keys and the address key were written. None: there is no such key."""

    links: datetime | None
    addresses: datetime | None
