"""Ask the AWS account how it and one stack are set up. All calls only read.

Whoever runs this needs the rights to those calls; one that is refused is `NotAnswered`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from vaada.gateways import aws
from vaada.model.aws_account import (
    Concurrency,
    KeyAge,
    MailAccount,
    MailIdentity,
    SignedInManagers,
    TextAccount,
)

Subscription = Literal["confirmed", "pending", "none"]
_TEXT_LOGS = ("DirectPublishToPhoneNumber", "DirectPublishToPhoneNumber/Failure")
_MANAGERS = "managers"


class NotAnswered(Exception):
    """A call was refused or got no answer. `asked` says which one, `why` is the name of the error."""

    def __init__(self, asked: str, why: str) -> None:
        super().__init__(f"{asked}: {why}")
        self.asked = asked
        self.why = why


@contextmanager
def translate_refusals() -> Iterator[None]:
    """Translate the SDK's errors into NotAnswered."""
    try:
        yield
    except ClientError as error:
        raise NotAnswered(error.operation_name, error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise NotAnswered("AWS", type(error).__name__) from error


@dataclass(frozen=True)
class Account:
    """The account, and the stack of this name in it. Any call may raise the SDK's errors."""

    stack: str

    @cached_property
    def resources(self) -> dict[str, str]:
        """The physical name of each resource of the stack, by its logical id."""
        return {logical_id: name for logical_id, (_, name) in self._resources.items()}

    def of_type(self, kind: str) -> dict[str, str]:
        """The physical names of the stack's resources of this type, by logical id."""
        return {logical_id: name for logical_id, (of, name) in self._resources.items() if of == kind}

    @cached_property
    def _resources(self) -> dict[str, tuple[str, str]]:
        pages = aws.cloudformation().get_paginator("list_stack_resources").paginate(StackName=self.stack)
        found = (each for page in pages for each in page["StackResourceSummaries"])
        return {
            each["LogicalResourceId"]: (each["ResourceType"], each.get("PhysicalResourceId", ""))
            for each in found
        }

    # ------------------------------------------------------------ mail

    def mail(self) -> MailAccount:
        """Return whether SES may write to anybody, with its sending limits and its review state."""
        told = aws.ses().get_account()
        quota = told.get("SendQuota", {})
        return MailAccount(
            production=told.get("ProductionAccessEnabled", False),
            enabled=told.get("SendingEnabled", False),
            review=told.get("Details", {}).get("ReviewDetails", {}).get("Status"),
            mails_a_second=quota.get("MaxSendRate", 0.0),
            mails_a_day=quota.get("Max24HourSend", 0.0),
        )

    def identity(self, name: str) -> MailIdentity | None:
        """The address or domain, as SES knows it, or None."""
        try:
            told = aws.ses().get_email_identity(EmailIdentity=name)
        except aws.ses().exceptions.NotFoundException:
            return None
        dkim = told.get("DkimAttributes", {})
        return MailIdentity(
            name=name,
            verified=told.get("VerifiedForSendingStatus", False),
            signed=dkim.get("SigningEnabled", False) and dkim.get("Status") == "SUCCESS",
        )

    def reports_mail_events(self) -> bool:
        """Whether SES reports bounces and complaints of the stack's mail."""
        told = aws.ses().get_configuration_set_event_destinations(
            ConfigurationSetName=self.resources["ConfigurationSet"]
        )
        wanted = {"BOUNCE", "COMPLAINT", "DELIVERY"}
        return any(
            each.get("Enabled") and wanted <= set(each["MatchingEventTypes"])
            for each in told.get("EventDestinations", ())
        )

    def mail_host(self) -> str:
        """The host that receives mail for SES in this region."""
        return f"inbound-smtp.{aws.receiving().meta.region_name}.amazonaws.com"

    def receives_mail(self, domain: str) -> bool:
        """Whether a rule of the active rule set stores mail for the domain in the stack's bucket."""
        bucket = self.resources["InboundMailBucket"]
        rules = aws.receiving().describe_active_receipt_rule_set().get("Rules", ())
        return any(
            rule.get("Enabled", False)
            and domain.casefold() in map(str.casefold, rule.get("Recipients") or [domain])  # none: all
            and any(each.get("S3Action", {}).get("BucketName") == bucket for each in rule["Actions"])
            for rule in rules
        )

    # ------------------------------------------------------------ texts

    def texts(self) -> TextAccount:
        """The SMS sandbox, the limits, and the log of delivery statuses."""
        attributes = aws.sns().get_sms_attributes()["attributes"]
        limit = attributes.get("MonthlySpendLimit")
        return TextAccount(
            sandbox=aws.sns().get_sms_sandbox_account_status()["IsInSandbox"],
            spend_limit=Decimal(limit) if limit else None,
            logs_deliveries=bool(attributes.get("DeliveryStatusIAMRole")),
        )

    def opted_out(self, phone: str) -> bool:
        """Whether SNS has this number (E.164) on its own opt-out list."""
        return aws.sns().check_if_phone_number_is_opted_out(phoneNumber=phone).get("isOptedOut", False)

    def unread_text_logs(self) -> tuple[str, ...]:
        """The log groups in which SNS writes delivery statuses that the stack does not read."""
        function = self._function_arn("RecordDelivery")
        region, number = function.split(":")[3:5]
        return tuple(
            group
            for name in _TEXT_LOGS
            if function not in self._subscribers(group := f"sns/{region}/{number}/{name}")
        )

    def _subscribers(self, group: str) -> set[str]:
        try:
            found = aws.logs().describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        except aws.logs().exceptions.ResourceNotFoundException:
            return set()
        return {each.get("destinationArn", "") for each in found}

    def incoming_numbers(self) -> int:
        """How many phone numbers of the account publish the texts they receive to the stack's topic."""
        pages = aws.phone_numbers().get_paginator("describe_phone_numbers").paginate()
        numbers = (each for page in pages for each in page["PhoneNumbers"])
        topic = self.resources["IncomingTexts"]
        return sum(each["TwoWayEnabled"] and each.get("TwoWayChannelArn") == topic for each in numbers)

    def publishes_whatsapp(self, phone_number_id: str) -> bool | None:
        """Whether what comes to this number goes to the topic of the stack. None: there is no such number."""
        client = aws.social_messaging()
        try:
            number = client.get_linked_whatsapp_business_account_phone_number(id=phone_number_id)
        except client.exceptions.ResourceNotFoundException:
            return None
        account = number["linkedWhatsAppBusinessAccountId"]
        told = client.get_linked_whatsapp_business_account(id=account)["account"]["eventDestinations"]
        return self.resources["IncomingWhatsApp"] in {each["eventDestinationArn"] for each in told}

    # ------------------------------------------------------------ alarms and functions

    def alarm_mail(self) -> Subscription:
        """Whether somebody confirmed to get the alarms by mail."""
        pages = aws.sns().get_paginator("list_subscriptions_by_topic")
        found = [
            each["SubscriptionArn"]
            for page in pages.paginate(TopicArn=self.resources["AlarmTopic"])
            for each in page["Subscriptions"]
            if each["SubscriptionArn"] != "Deleted"
        ]
        if any(arn.startswith("arn:") for arn in found):
            return "confirmed"
        return "pending" if found else "none"

    def alarms(self) -> dict[str, str]:
        """The logical ids of the stack's alarms that are raised or switched off, with their state."""
        names = {name: logical_id for logical_id, name in self.of_type("AWS::CloudWatch::Alarm").items()}
        pages = aws.alarms().get_paginator("describe_alarms").paginate(AlarmNames=list(names))
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        states = {
            each["AlarmName"]: "OFF" if not each["ActionsEnabled"] else each["StateValue"] for each in found
        }
        return {
            logical_id: states.get(name, "DELETED")
            for name, logical_id in names.items()
            if states.get(name, "DELETED") in {"ALARM", "OFF", "DELETED"}
        }

    def concurrency(self) -> Concurrency:
        """The account's limit, and what is reserved for the stack's functions."""
        limit = aws.functions().get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
        reserved = {}
        for logical_id, name in self.of_type("AWS::Lambda::Function").items():
            told = aws.functions().get_function_concurrency(FunctionName=name)
            if "ReservedConcurrentExecutions" in told:
                reserved[logical_id] = told["ReservedConcurrentExecutions"]
        return Concurrency(limit, reserved)

    def triggers_off(self) -> tuple[str, ...]:
        """The logical ids of rules and event source mappings that are switched off, so invoke nothing."""
        rules = (
            logical_id
            for logical_id, name in self.of_type("AWS::Events::Rule").items()
            if aws.events().describe_rule(Name=name).get("State") == "DISABLED"
        )
        mappings = (
            logical_id
            for logical_id, uuid in self.of_type("AWS::Lambda::EventSourceMapping").items()
            if aws.functions().get_event_source_mapping(UUID=uuid).get("State") in {"Disabled", "Disabling"}
        )
        return (*rules, *mappings)

    def dead_letters(self) -> dict[str, int]:
        """Roughly how many dead letters each queue of the stack has, of those that have some."""
        counts = {}
        for logical_id, url in self.of_type("AWS::SQS::Queue").items():
            if logical_id.endswith("Failures"):
                told = aws.queues().get_queue_attributes(
                    QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
                )
                counts[logical_id] = int(told["Attributes"]["ApproximateNumberOfMessages"])
        return {logical_id: count for logical_id, count in counts.items() if count}

    def schedules(self, at_most: int) -> tuple[str, ...]:
        """The names of some schedules of the stack, which are ids of rows."""
        told = aws.scheduler().list_schedules(GroupName=self.resources["ScheduleGroup"], MaxResults=at_most)
        return tuple(each["Name"] for each in told["Schedules"])

    # ------------------------------------------------------------ people and data

    def managers(self) -> SignedInManagers:
        """The users in the group of managers."""
        pages = aws.users().get_paginator("list_users_in_group")
        found = pages.paginate(UserPoolId=self.resources["UserPool"], GroupName=_MANAGERS)
        users = [user for page in found for user in page["Users"]]
        enabled = [user["UserStatus"] for user in users if user["Enabled"]]
        return SignedInManagers(
            ready=enabled.count("CONFIRMED"),
            never_signed_in=enabled.count("FORCE_CHANGE_PASSWORD"),
            disabled=len(users) - len(enabled),
        )

    def is_backed_up(self) -> bool:
        """Whether the table can be restored to a point in time."""
        told = aws.dynamodb().describe_continuous_backups(TableName=self.resources["Table"])
        recovery: Any = told["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")

    def is_protected(self) -> bool:
        """Whether DynamoDB refuses to delete the table."""
        table = aws.dynamodb().describe_table(TableName=self.resources["Table"])["Table"]
        return table.get("DeletionProtectionEnabled", False)

    def keys(self, links: str, addresses: str) -> KeyAge:
        """When the keys in these parameters were written. The caller needs no right to read the keys."""
        named: Any = {"Key": "Name", "Option": "Equals", "Values": [links, addresses]}
        pages = aws.parameters().get_paginator("describe_parameters").paginate(ParameterFilters=[named])
        written = {each["Name"]: each["LastModifiedDate"] for page in pages for each in page["Parameters"]}
        return KeyAge(written.get(links), written.get(addresses))

    def _function_arn(self, logical_id: str) -> str:
        name = self.resources[logical_id]
        return aws.functions().get_function_configuration(FunctionName=name)["FunctionArn"]
