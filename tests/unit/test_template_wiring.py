"""The connections in template.yaml: events and functions, failures and queues, alarms and their metrics."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.unit.test_template import ALARMS, RESOURCES, TEMPLATE, of_type
from vaada.api.resolver import RATE_LIMIT
from vaada.gateways.aws import LONG_READ_TIMEOUT
from vaada.gateways.items import KINDS

COGNITO_WAITS = 5  # seconds, for a trigger
FUNCTIONS, QUEUES = of_type("AWS::Serverless::Function"), of_type("AWS::SQS::Queue")
VARIABLES = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]

NO_FAILURE_DESTINATION = {
    "RecordDelivery": "the event has addresses in it; an alarm tells of events that were dropped",
    "ReceiveText": "the event has a customer's words in it; an alarm tells of events that were dropped",
    "SweepDue": "the next sweep is the retry, and an alarm tells when there is none",
    "RotateLinkKeys": "old keys stay valid until the next rotation, and each error raises the alarm",
}
FAILURES_IN = {"ReceiveWhatsApp": ("S3Bucket", "InboundMailBucket.Arn")}
"""Whose events have a customer's words in them, and wait in a bucket instead of a queue."""
WIDE_RESOURCES = {
    ("*", "ses:SendEmail"): "recipients are identities in the sandbox; the sender is restricted instead",
    ("*", "ses:SendRawEmail"): "as above",
    ("NotResource", "sns:Publish"): "a phone number has no ARN",
    ("*", "ssm:GetParameters"): "only on the local cloud, whose IAM asks for it",
    ("*", "ssm:GetParameter"): "only on the local cloud, whose IAM asks for it",
    ("*", "cloudformation:ListStackResources"): "only on the local cloud, whose IAM takes the id for a part",
    ("log-group:sns/*", "logs:DescribeSubscriptionFilters"): "SNS's logs of texts are of the account",
    **{
        ("*", action): "IAM knows no resource for it"
        for action in (
            *("lambda:GetAccountSettings", "scheduler:ListSchedules", "ses:GetAccount"),
            "ses:DescribeActiveReceiptRuleSet",
            "ssm:DescribeParameters",
            *("sns:CheckIfPhoneNumberIsOptedOut", "sns:GetSMSAttributes", "sns:GetSMSSandboxAccountStatus"),
        )
    },
    **{
        ("*", action): "CloudFormation names them, and cuts the name of a long stack"
        for action in (
            *("cloudwatch:DescribeAlarms", "events:DescribeRule"),
            *("lambda:GetEventSourceMapping", "lambda:GetFunctionConcurrency"),
        )
    },
    ("*", "sms-voice:DescribePhoneNumbers"): "one of the account's numbers may hand texts to the desk",
    ("*", "social-messaging:GetLinkedWhatsAppBusinessAccount"): "its id is known once the number was asked",
    ("*", "ses:GetEmailIdentity"): "the domain of the sender may be written in another case",
}
"""Why these actions are allowed on more than one resource of this stack."""


def events(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The name of the function and the properties of each event of this kind."""
    return [
        (name, event["Properties"])
        for name, one in FUNCTIONS.items()
        for event in one["Properties"].get("Events", {}).values()
        if event["Type"] == kind
    ]


def target(value: Any) -> str:
    """The resource that a reference leads to, with the attribute after a dot, if there is one."""
    if isinstance(value, Mapping):
        [(kind, where)] = value.items()
        assert kind in {"Ref", "GetAtt"}, value
        return str(where)
    return str(value)


def asynchronous() -> set[str]:
    """The functions that are invoked without anybody waiting for the response."""
    names = {name for kind in ("EventBridgeRule", "Schedule", "SNS") for name, _ in events(kind)}
    scheduled = [value for name, value in variables("SyncSchedules").items() if name.endswith("_ARN")]
    return names | {target(arn).removesuffix(".Arn") for arn in scheduled} & FUNCTIONS.keys()


def variables(function: str) -> dict[str, Any]:
    """The environment variables that only this function has."""
    found: dict[str, Any] = FUNCTIONS[function]["Properties"].get("Environment", {}).get("Variables", {})
    return found


def statements(function: str) -> Iterator[dict[str, Any]]:
    for policy in FUNCTIONS[function]["Properties"].get("Policies", ()):
        part = policy["Statement"]
        for one in part if isinstance(part, list) else [part]:
            yield one["If"][1] if "If" in one else one


def resources(value: Any) -> Iterator[str]:
    """All ARNs that a `Resource` may come to, in the form in which the template has them."""
    if isinstance(value, list):
        for each in value:
            yield from resources(each)
    elif isinstance(value, Mapping):
        [(kind, what)] = value.items()
        if kind == "If":
            yield from resources(what[1:])
        elif kind == "Sub":
            yield what if isinstance(what, str) else what[0]
        else:
            yield str(what)
    else:
        yield str(value)


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(("function", "mapping"), events("DynamoDB"), ids=lambda one: str(one)[:20])
def test_a_stream_mapping_gives_up_on_a_record_and_keeps_it(function: str, mapping: dict[str, Any]) -> None:
    assert function in FUNCTIONS
    assert target(mapping["Stream"]) == "Table.StreamArn"
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 1 <= mapping["MaximumRetryAttempts"] <= 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    failure = mapping["DestinationConfig"]["OnFailure"]
    assert (failure["Type"], target(failure["Destination"])) == ("SQS", "StreamFailures.Arn")


@pytest.mark.parametrize(("function", "mapping"), events("DynamoDB"), ids=lambda one: str(one)[:20])
def test_a_stream_mapping_is_filtered_by_kinds_that_exist(function: str, mapping: dict[str, Any]) -> None:
    patterns = [json.loads(one["Pattern"]) for one in mapping["FilterCriteria"]["Filters"]]
    wanted = {
        kind
        for pattern in patterns
        for image in pattern["dynamodb"].values()
        for kind in image["row_kind"]["S"]
    }
    assert wanted, function
    assert wanted <= KINDS.keys()


def test_every_asynchronous_function_keeps_its_failures_or_says_why_not() -> None:
    for name in asynchronous():
        config = FUNCTIONS[name]["Properties"].get("EventInvokeConfig", {})
        failure = config.get("DestinationConfig", {}).get("OnFailure")
        if name in NO_FAILURE_DESTINATION:
            assert failure is None, NO_FAILURE_DESTINATION[name]
        else:
            assert (failure["Type"], target(failure["Destination"])) == FAILURES_IN.get(
                name, ("SQS", f"{name}Failures.Arn")
            )
            assert config["MaximumRetryAttempts"] >= 1
    assert NO_FAILURE_DESTINATION.keys() <= asynchronous()


def test_failures_in_a_bucket_expire_as_the_mails_do() -> None:
    rules = RESOURCES["InboundMailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}

    assert days["aws/lambda/async/"] == days["raw/"]  # Lambda's own name for them


@pytest.mark.parametrize("name", ["RecordDelivery", "ReceiveText", *FAILURES_IN])
def test_events_that_a_function_drops_raise_an_alarm(name: str) -> None:
    alarm = ALARMS[f"{name}DroppedAlarm"]["Properties"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "AsyncEventsDropped")


def test_the_retry_queue_gives_up_into_its_own_dead_letters() -> None:
    redrive = QUEUES["RetryQueue"]["Properties"]["RedrivePolicy"]
    (mapping,) = [properties for _, properties in events("SQS")]

    assert target(redrive["deadLetterTargetArn"]) == "RetryQueueFailures.Arn"
    assert target(mapping["Queue"]) == "RetryQueue.Arn"
    timeout = FUNCTIONS["RecordDelivery"]["Properties"].get("Timeout") or 30
    assert QUEUES["RetryQueue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout


# ---------------------------------------------------------------- alarms


@pytest.mark.parametrize("queue", [name for name in QUEUES if name.endswith("Failures")])
def test_dead_letters_raise_the_alarm_of_their_own_queue(queue: str) -> None:
    alarm = ALARMS[f"{queue}Alarm"]["Properties"]
    (dimension,) = alarm["Dimensions"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert (dimension["Name"], target(dimension["Value"])) == ("QueueName", f"{queue}.QueueName")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    assert f"A dead letter is in {queue}" in json.dumps(alarm["AlarmDescription"])


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_what_its_name_says_and_tells_the_owner(name: str) -> None:
    alarm = ALARMS[name]["Properties"]

    assert [target(action) for action in alarm["AlarmActions"]] == ["AlarmTopic"]
    for dimension in alarm.get("Dimensions", ()):
        watched = target(dimension["Value"]).partition(".")[0]
        assert name in {f"{watched}Alarm", f"{watched}DroppedAlarm", watched.replace("Due", "Alarm")}


def test_every_queue_of_failures_and_every_stream_function_has_an_alarm() -> None:
    watched = {target(one["Value"]).partition(".")[0] for a in ALARMS.values() for one in dimensions(a)}
    streams = {name for name, _ in events("DynamoDB")}

    assert {name for name in QUEUES if name.endswith("Failures")} | streams <= watched


def dimensions(alarm: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = alarm["Properties"].get("Dimensions", [])
    return found


# ---------------------------------------------------------------- a function that another one waits for


def test_the_console_alone_invokes_the_check_and_waits_longer_than_it_may_take() -> None:
    invoking = {
        name
        for name in FUNCTIONS
        for statement in statements(name)
        if "lambda:InvokeFunction" in statement["Action"]
        and "CheckReadiness.Arn" in list(resources(statement["Resource"]))
    }
    assert invoking == {"Console"}
    assert "Events" not in FUNCTIONS["CheckReadiness"]["Properties"]
    console = FUNCTIONS["Console"]["Properties"].get("Timeout") or TEMPLATE["Globals"]["Function"]["Timeout"]
    assert FUNCTIONS["CheckReadiness"]["Properties"]["Timeout"] < LONG_READ_TIMEOUT < console - 2


def test_the_check_of_the_account_may_only_read() -> None:
    for statement in statements("CheckReadiness"):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            assert re.match(r"[a-z-]+:(Check|Describe|Get|List|Query)", action), action


# ---------------------------------------------------------------- environment


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_variable_names_the_resource_that_its_value_is(function: str) -> None:
    for name, value in {**VARIABLES, **variables(function)}.items():
        if not isinstance(value, Mapping) or not {"Ref", "GetAtt"} & value.keys():
            continue
        resource, _, attribute = target(value).partition(".")
        if resource not in RESOURCES:
            continue  # a parameter of the stack
        words = name.removesuffix("_ARN").removesuffix("_URL").removesuffix("_ID").removesuffix("_NAME")
        said = "".join(word.capitalize() for word in words.split("_")).replace("Dlq", "Failures")
        assert resource == said, f"{name} of {function} is {resource}"
        assert (attribute == "Arn") == name.endswith("_ARN"), f"{name} of {function}"


# ---------------------------------------------------------------- rights


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_right_is_on_one_resource_of_this_stack_or_listed_with_a_reason(function: str) -> None:
    for statement in statements(function):
        assert statement["Effect"] == "Allow"
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions), actions
        if "NotResource" in statement:
            assert all(("NotResource", action) in WIDE_RESOURCES for action in actions), actions
            continue
        for resource in resources(statement["Resource"]):
            wide = resource.rpartition("AccountId}:")[2]
            if resource == "*" or resource.endswith("log-group:sns/*"):
                assert all((wide, action) in WIDE_RESOURCES for action in actions), (function, actions)
            else:
                named = set(re.findall(r"\$\{(\w+)", resource)) | {resource.partition(".")[0]}
                own = named & RESOURCES.keys() or re.search(
                    r"AWS::Stack(Name|Id)|\$\{(Group|Number)", resource
                )
                assert own, f"{resource} of {function} is not of this stack"


@pytest.mark.parametrize("permission", of_type("AWS::Lambda::Permission"))
def test_only_sources_of_this_account_may_invoke_a_function(permission: str) -> None:
    allowed = RESOURCES[permission]["Properties"]

    assert target(allowed["FunctionName"]) in FUNCTIONS
    source = json.dumps(allowed["SourceArn"])
    is_ours = "GetAtt" in allowed["SourceArn"]
    assert is_ours or "${AWS::AccountId}" in source or "SourceAccount" in allowed


# ---------------------------------------------------------------- routes


@pytest.mark.parametrize("route", of_type("AWS::ApiGatewayV2::Route"))
def test_a_route_leads_to_the_function_of_its_path(route: str) -> None:
    properties = RESOURCES[route]["Properties"]
    path = properties["RouteKey"].partition(" /")[2].partition("/")[0]
    function = {"api": "Api", "desk": "Console"}.get(path, "Pages")

    assert properties["Target"] == {"Sub": f"integrations/${{{function}Integration}}"}
    integration = RESOURCES[f"{function}Integration"]["Properties"]
    assert target(integration["IntegrationUri"]) == f"{function}.Arn"
    is_preflight = properties["RouteKey"].startswith("OPTIONS ")
    assert (properties["AuthorizationType"] == "JWT") == (path == "api" and not is_preflight)


def test_an_origin_of_your_own_may_call_the_api_with_what_it_needs() -> None:
    cors = RESOURCES["HttpApi"]["Properties"]["CorsConfiguration"]["If"]

    assert (cors[0], cors[1]["AllowOrigins"], cors[2]) == (
        "HasApiOrigins",
        {"Ref": "ApiOrigins"},
        {"Ref": "AWS::NoValue"},
    )
    assert {"authorization", "content-type", "idempotency-key", "if-match"} == set(cors[1]["AllowHeaders"])
    assert "AllowCredentials" not in cors[1]


def test_the_api_tells_the_rate_limit_of_the_stage() -> None:
    limit = RESOURCES["HttpStage"]["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]

    assert f'"requests";q={limit};w=1' == RATE_LIMIT


# ---------------------------------------------------------------- a function that Cognito waits for


def test_cognito_alone_invokes_what_writes_its_mails_and_waits_for_it() -> None:
    written_by = RESOURCES["UserPool"]["Properties"]["LambdaConfig"]
    permission = RESOURCES["WriteAccountMailPermission"]["Properties"]

    assert written_by == {"CustomMessage": {"GetAtt": "WriteAccountMail.Arn"}}
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == {"GetAtt": "UserPool.Arn"}
    assert FUNCTIONS["WriteAccountMail"]["Properties"]["Timeout"] <= COGNITO_WAITS
    assert "WriteAccountMailPermission" in RESOURCES["Owner"]["DependsOn"]
