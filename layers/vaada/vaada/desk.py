"""The composition root: the gateways a function needs, each made when it is first used."""

import time
from functools import cache, cached_property

from vaada.gateways import aws
from vaada.gateways.addresses import Addresses
from vaada.gateways.links import Links
from vaada.gateways.mail import Mailer
from vaada.gateways.retry_queue import RetryQueue
from vaada.gateways.schedules import Schedules, Target
from vaada.gateways.table import Table
from vaada.gateways.texts import Texter
from vaada.model.policy import Business, Policy, PolicyDocument
from vaada.settings import RetryQueueSettings, ScheduleSettings, Settings

_POLICY_SECONDS = 60.0


class Desk:
    """What the flows are handed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._policy: tuple[float, PolicyDocument] | None = None

    @cached_property
    def table(self) -> Table:
        """Where the rows are."""
        return Table(aws.dynamodb(), self.settings.table_name)

    @cached_property
    def mailer(self) -> Mailer:
        """How mail leaves."""
        return Mailer(aws.ses(), self.settings.sender_email, self.settings.configuration_set)

    @cached_property
    def texter(self) -> Texter:
        """How texts leave."""
        return Texter(aws.sns())

    @cached_property
    def links(self) -> Links:
        """How links are signed and read."""
        return Links(aws.parameters(), self.settings.link_keys_parameter, self.settings.public_url)

    @cached_property
    def addresses(self) -> Addresses:
        """How addresses are hashed."""
        return Addresses(aws.parameters(), self.settings.address_key_parameter)

    @cached_property
    def schedules(self) -> Schedules:
        """How schedules are made. Only one function is told what this needs."""
        told = ScheduleSettings.from_environment()
        return Schedules(
            aws.scheduler(),
            aws.functions(),
            told.schedule_group,
            told.scheduler_role_arn,
            {
                "follow_up": Target(told.remind_agent_arn, told.remind_agent_dlq_arn),
                "commitment": Target(told.flag_overdue_arn, told.flag_overdue_dlq_arn),
                "survey": Target(told.send_survey_arn, told.send_survey_dlq_arn),
            },
        )

    @cached_property
    def retry_queue(self) -> RetryQueue:
        """Where news wait. Only the functions that hear them are told what this needs."""
        return RetryQueue(aws.queues(), RetryQueueSettings.from_environment().retry_queue_url)

    @property
    def policy(self) -> PolicyDocument:
        """The policy in force, at most a minute old."""
        if self._policy is None or time.monotonic() - self._policy[0] > _POLICY_SECONDS:
            stored = self.table.get(Policy, "policy")
            self._policy = (time.monotonic(), stored.document if stored else self.first_policy)
        return self._policy[1]

    def forget_policy(self) -> None:
        """A new policy was written; read it when it is next needed."""
        self._policy = None

    @cached_property
    def first_policy(self) -> PolicyDocument:
        """The policy of a business that has not written one: the defaults, as the stack was deployed."""
        told = self.settings
        return PolicyDocument(
            business=Business(
                name=told.business_name,
                time_zone=told.time_zone,
                country=told.country,
                language=told.language_tag,
            )
        )


@cache
def open_desk() -> Desk:
    """The desk of this process, from its environment."""
    return Desk(Settings.from_environment())
