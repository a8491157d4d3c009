"""The composition root: all gateways, each created when it is first used.

What is costly to import is imported then too: a function does not pay for a gateway that it never uses.
"""

import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

from vaada.gateways import aws
from vaada.gateways.addresses import Addresses
from vaada.gateways.key_store import KeyStore
from vaada.gateways.links import Links
from vaada.gateways.schedules import Schedules, Target
from vaada.gateways.table import Table
from vaada.gateways.texts import Texter
from vaada.model.policy import Business, Policy, PolicyDocument
from vaada.settings import RetryQueueSettings, ScheduleSettings, Settings, runs_in_lambda

if TYPE_CHECKING:
    from vaada.gateways.mail import Mailer
    from vaada.gateways.retry_queue import RetryQueue

Gateway = Literal["table", "mailer", "texter", "links", "addresses", "schedules", "retry_queue"]

_POLICY_SECONDS = 60.0


class Desk:
    """The settings, the gateways and the policy. Every flow takes one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._policy: tuple[float, PolicyDocument] | None = None

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
    def texter(self) -> Texter:
        """The client that sends SMS."""
        return Texter(aws.sns())

    @cached_property
    def links(self) -> Links:
        """The signer and verifier of links."""
        return Links(aws.parameters(), self.settings.link_keys_parameter, self.settings.public_url)

    @cached_property
    def key_store(self) -> KeyStore:
        """Makes and deletes the keys of `links` and `addresses`."""
        told = self.settings
        return KeyStore(aws.parameters(), told.link_keys_parameter, told.address_key_parameter)

    @cached_property
    def addresses(self) -> Addresses:
        """The keyed hash of addresses."""
        return Addresses(aws.parameters(), self.settings.address_key_parameter)

    @cached_property
    def schedules(self) -> Schedules:
        """The one-time schedules. Only `sync_schedules` has the settings for them."""
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

    @property
    def policy(self) -> PolicyDocument:
        """The policy in force, read from the table at most a minute ago."""
        if self._policy is None or time.monotonic() - self._policy[0] > _POLICY_SECONDS:
            stored = self.table.get(Policy, "policy")
            self._policy = (time.monotonic(), stored.document if stored else self.first_policy)
        return self._policy[1]

    def forget_policy(self) -> None:
        """Drop the cached policy, because a new one was written."""
        self._policy = None

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


def prepare(*gateways: Gateway) -> None:
    """Create these gateways while Lambda starts the function, which gets a whole processor until then.

    Anywhere else this does nothing, and each gateway is created when it is first used.
    """
    if runs_in_lambda():
        desk = open_desk()
        for gateway in gateways:
            getattr(desk, gateway)
