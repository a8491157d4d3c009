"""The environment variables as typed models. No other module reads the environment."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict


class _Environment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises ValidationError, which names missing and wrong variables."""
        return cls.model_validate({name.lower(): value for name, value in os.environ.items()})


class Settings(_Environment):
    """The variables that template.yaml gives to every function."""

    table_name: str
    business_name: str
    owner_email: str
    sender_email: str
    time_zone: str
    country: str
    language_tag: str
    sms_enabled: bool
    texts_answered: bool
    configuration_set: str
    public_url: str
    link_keys_parameter: str
    address_key_parameter: str


class ScheduleSettings(_Environment):
    """The variables of `sync_schedules`, the only function that creates schedules."""

    schedule_group: str
    scheduler_role_arn: str
    remind_agent_arn: str
    remind_agent_dlq_arn: str
    flag_overdue_arn: str
    flag_overdue_dlq_arn: str
    send_survey_arn: str
    send_survey_dlq_arn: str


class RetryQueueSettings(_Environment):
    """The variable of `record_delivery` and `receive_text`, which retry inbound events."""

    retry_queue_url: str


def runs_in_lambda() -> bool:
    """Whether this process runs a deployed function."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
