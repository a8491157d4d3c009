"""The environment variables as typed models. No other module reads the environment."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict


class _Environment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

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
    inbound_domain: str
    whatsapp_phone_number_id: str
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


class MailStoreSettings(_Environment):
    """The variable of the functions that read, hand out or delete incoming mail."""

    inbound_mail_bucket: str


class AccountSettings(_Environment):
    """The variable of `invite_owner` and `console`, which make users."""

    user_pool_id: str


class SignInSettings(_Environment):
    """The variables of `console`, the only function that people sign in to.

    `sign_in_url` is where Cognito's own pages are. Where it is empty they are at the endpoint of all of
    AWS's services, which the SDK's variable `AWS_ENDPOINT_URL` names.
    """

    user_pool_id: str
    console_client_id: str
    sign_in_url: str
    aws_endpoint_url: str = ""

    @property
    def sign_in_origin(self) -> str:
        """The origin of Cognito's own pages."""
        return self.sign_in_url or self.aws_endpoint_url


class ReadinessSettings(_Environment):
    """The variable of `console`: the function that finds what is not set up yet."""

    check_readiness_arn: str


class StackSettings(_Environment):
    """The variable of `check_readiness`: the id of the stack, which is an ARN."""

    stack_id: str


def runs_in_lambda() -> bool:
    """Whether this process runs a deployed function."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
