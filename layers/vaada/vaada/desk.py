"""The composition root: all gateways, each created when it is first used.

What is costly to import is imported then too: a function does not pay for a gateway that it never uses.
"""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from vaada.gateways import aws
from vaada.gateways.addresses import Addresses
from vaada.gateways.keys import Keys
from vaada.gateways.row_memory import RowMemory
from vaada.gateways.table import Table
from vaada.model.policy import Business, Policy, PolicyDocument
from vaada.model.rows import Row
from vaada.settings import (
    AccountSettings,
    MailStoreSettings,
    ReadinessSettings,
    RetryQueueSettings,
    ScheduleSettings,
    Settings,
    SignInSettings,
    runs_in_lambda,
)

if TYPE_CHECKING:
    from vaada.gateways.key_store import KeyStore
    from vaada.gateways.links import Links
    from vaada.gateways.mail import Mailer
    from vaada.gateways.mail_store import MailStore
    from vaada.gateways.readiness_check import ReadinessCheck
    from vaada.gateways.reply_addresses import ReplyAddresses
    from vaada.gateways.retry_queue import RetryQueue
    from vaada.gateways.schedules import Schedules
    from vaada.gateways.sms import Texter
    from vaada.gateways.user_accounts import Accounts
    from vaada.gateways.user_pool import UserPool
    from vaada.gateways.whatsapp import WhatsApp

Gateway = Literal[
    "table",
    "mailer",
    "texter",
    "links",
    "addresses",
    "schedules",
    "retry_queue",
    "user_pool",
    "mail_store",
]

T = TypeVar("T")

_POLICY_SECONDS = 60.0


@dataclass
class _Cache:
    """What a process keeps from one step to the next."""

    policy: tuple[float, PolicyDocument] | None = None
    kept: dict[str, tuple[float, object]] = field(default_factory=dict)
    keys: Keys | None = None
    readiness_check: "ReadinessCheck | None" = None


class Desk:
    """The settings, the gateways and the policy. Every flow takes one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._cache = _Cache()

    def remembering(self) -> "Desk":
        """Return a desk for one step, which reads no row twice; or from such a desk, one for a part of it.

        Its gateways, keys and policy are those of this desk.
        """
        step = copy(self)
        step.table = replace(self.table, memory=RowMemory(self.table.memory))
        return step

    def read_ahead(self, *wanted: tuple[type[Row], str | None]) -> None:
        """Read these rows, and the policy if it is too old, in one call instead of one for each.

        Rows without an id are left out. Only a desk that remembers what it reads does anything.
        """
        self.table.read_ahead(*wanted, *(() if self._has_policy else ((Policy, "policy"),)))

    @cached_property
    def table(self) -> Table:
        """The table of rows."""
        return Table(aws.dynamodb(), self.settings.table_name)

    @cached_property
    def mailer(self) -> "Mailer":
        """The client that sends e-mail."""
        from vaada.gateways.mail import Mailer

        return Mailer(aws.ses(), self.settings.sender_email, self.settings.configuration_set)

    @cached_property
    def texter(self) -> "Texter":
        """The client that sends SMS."""
        from vaada.gateways.sms import Texter

        return Texter(aws.sns())

    @cached_property
    def links(self) -> "Links":
        """The signer and verifier of links."""
        from vaada.gateways.links import Links

        return Links(self.keys, self.settings.public_url)

    @cached_property
    def key_store(self) -> "KeyStore":
        """Creates and deletes the keys of `links` and `addresses`."""
        from vaada.gateways.key_store import KeyStore

        told = self.settings
        return KeyStore(aws.parameters(), told.link_keys_parameter, told.address_key_parameter)

    @cached_property
    def addresses(self) -> Addresses:
        """The keyed hash of addresses."""
        return Addresses(self.keys)

    @cached_property
    def reply_addresses(self) -> "ReplyAddresses":
        """The reply addresses, each of which names a case."""
        from vaada.gateways.reply_addresses import ReplyAddresses

        return ReplyAddresses(self.keys, self.settings.inbound_domain)

    @property
    def keys(self) -> Keys:
        """The keys that sign links and hash addresses."""
        if self._cache.keys is None:
            told = self.settings
            self._cache.keys = Keys(aws.parameters(), told.link_keys_parameter, told.address_key_parameter)
        return self._cache.keys

    @cached_property
    def schedules(self) -> "Schedules":
        """The one-time schedules. Only `sync_schedules` has the settings for them."""
        from vaada.gateways.schedules import Schedules, Target

        settings = ScheduleSettings.from_environment()
        return Schedules(
            aws.scheduler(),
            aws.functions(),
            settings.schedule_group,
            settings.scheduler_role_arn,
            {
                "follow_up": Target(settings.remind_agent_arn, settings.remind_agent_dlq_arn),
                "commitment": Target(settings.flag_overdue_arn, settings.flag_overdue_dlq_arn),
                "survey": Target(settings.send_survey_arn, settings.send_survey_dlq_arn),
            },
        )

    @cached_property
    def retry_queue(self) -> "RetryQueue":
        """The queue for inbound events to retry. Only the functions that receive them have its setting."""
        from vaada.gateways.retry_queue import RetryQueue

        return RetryQueue(aws.queues(), RetryQueueSettings.from_environment().retry_queue_url)

    @cached_property
    def mail_store(self) -> "MailStore":
        """The bucket of incoming mail. Only some functions have the setting for it."""
        from vaada.gateways.mail_store import MailStore

        return MailStore(aws.storage(), MailStoreSettings.from_environment().inbound_mail_bucket)

    @cached_property
    def whatsapp(self) -> "WhatsApp":
        """The client that sends and receives by WhatsApp."""
        from vaada.gateways.whatsapp import WhatsApp

        return WhatsApp(aws.social_messaging(), self.settings.whatsapp_phone_number_id)

    @cached_property
    def user_pool(self) -> "UserPool":
        """The users of the console. Only it has the settings for them."""
        from vaada.gateways.user_pool import UserPool

        settings = SignInSettings.from_environment()
        return UserPool(
            aws.users(),
            settings.user_pool_id,
            settings.console_client_id,
            settings.sign_in_origin,
            self.settings.public_url,
        )

    @cached_property
    def accounts(self) -> "Accounts":
        """The users who may sign in. Only the console and the owner's invitation have the settings for it."""
        from vaada.gateways.user_accounts import Accounts

        return Accounts(aws.users(), AccountSettings.from_environment().user_pool_id)

    @property
    def readiness_check(self) -> "ReadinessCheck":
        """The check of what is not set up yet. Only the console has the setting for it."""
        if self._cache.readiness_check is None:
            from vaada.gateways.readiness_check import ReadinessCheck

            function = ReadinessSettings.from_environment().check_readiness_arn
            self._cache.readiness_check = ReadinessCheck(aws.slow_functions(), function)
        return self._cache.readiness_check

    @property
    def policy(self) -> PolicyDocument:
        """The policy in force, read from the table at most a minute ago."""
        if self._cache.policy is None or not self._has_policy:
            stored = self.table.get(Policy, "policy")
            self._cache.policy = (time.monotonic(), stored.document if stored else self.first_policy)
        return self._cache.policy[1]

    @property
    def _has_policy(self) -> bool:
        cached = self._cache.policy
        return cached is not None and time.monotonic() - cached[0] <= _POLICY_SECONDS

    def keep(self, name: str, lifetime: timedelta, make: Callable[[], T]) -> T:
        """Return the cached value of this name, or make a new one if it is older than `lifetime`."""
        known = self._cache.kept.get(name)
        if known is None or time.monotonic() - known[0] > lifetime.total_seconds():
            known = (time.monotonic(), make())
            self._cache.kept[name] = known
        return cast("T", known[1])

    def forget_policy(self) -> None:
        """Drop the cached policy, because a new one was written."""
        self._cache.policy = None

    @cached_property
    def first_policy(self) -> PolicyDocument:
        """The policy of a business that has not written one: the defaults and the stack's parameters."""
        return PolicyDocument(
            business=Business(
                name=self.settings.business_name,
                time_zone=self.settings.time_zone,
                country=self.settings.country,
                language=self.settings.language_tag,
            )
        )


@cache
def open_desk() -> Desk:
    """The desk of this process, configured from the environment."""
    return Desk(Settings.from_environment())


def prepare(*gateways: Gateway, renders: bool = False) -> None:
    """Create these gateways while Lambda starts the function, when it has a full CPU.

    `renders`: the function renders mails or pages nearly every time, so what that needs is imported, too.
    Anywhere else this does nothing, and each gateway is created when it is first used.
    """
    if runs_in_lambda():
        desk = open_desk()
        for gateway in gateways:
            getattr(desk, gateway)
        if renders:
            from vaada.present import rendering

            rendering.prepare()
