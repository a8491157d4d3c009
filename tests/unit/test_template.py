"""What template.yaml guarantees: what is kept, what is limited, what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from vaada.present.account_mail import PASSWORD_DAYS

ROOT = Path(__file__).parents[2]


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as `{"Ref": …}`, `{"Sub": …}` and so on."""


def _function(loader: _Loader, name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_scalar(node)}  # type: ignore[arg-type]  # only scalars are left


_Loader.add_multi_constructor("!", _function)
TEMPLATE = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
RESOURCES, PARAMETERS = TEMPLATE["Resources"], TEMPLATE["Parameters"]
NEW_ACCOUNT = 10  # functions at once
SLOW_PAGE = 0.5  # seconds
CONSOLE_PAGE = 0.1
FIRST_VISIT = 6  # files that a browser asks for at once


def of_type(kind: str) -> dict[str, Any]:
    return {name: one for name, one in RESOURCES.items() if one["Type"] == kind}


ALARMS = of_type("AWS::CloudWatch::Alarm")


def matches(parameter: str, value: str) -> bool:
    return re.fullmatch(PARAMETERS[parameter]["AllowedPattern"], value) is not None


# ---------------------------------------------------------------- what is kept


def test_data_stays_when_the_stack_is_removed() -> None:
    assert RESOURCES["Table"]["DeletionPolicy"] == "Retain"
    assert RESOURCES["Table"]["Properties"]["DeletionProtectionEnabled"] is True
    for kept in ("Table", "UserPool", "InboundMailBucket"):
        assert RESOURCES[kept]["UpdateReplacePolicy"] == "Retain"


def test_a_failed_first_deployment_deletes_what_it_can() -> None:
    for name in ("UserPool", "SenderIdentity", "SenderDomain", "InboundMailBucket"):
        assert RESOURCES[name]["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize("identity", of_type("AWS::SES::EmailIdentity"))
def test_an_identity_stays_verified_when_verify_sender_changes_to_no(identity: str) -> None:
    assert RESOURCES[identity]["Condition"] in {"VerifiesAddress", "VerifiesDomain", "VerifiesInboundDomain"}
    assert RESOURCES[identity]["DeletionPolicy"].startswith("Retain")
    assert RESOURCES[identity]["UpdateReplacePolicy"] == "Retain"


def test_people_sign_in_however_they_write_their_address() -> None:
    assert RESOURCES["UserPool"]["Properties"]["UsernameConfiguration"] == {"CaseSensitive": False}


def test_an_invitation_is_valid_for_as_long_as_it_says() -> None:
    """Cognito refuses UnusedAccountValidityDays, which stood for this before."""
    pool = RESOURCES["UserPool"]["Properties"]
    days = pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]

    assert "UnusedAccountValidityDays" not in pool["AdminCreateUserConfig"]
    assert days == PASSWORD_DAYS


def test_links_stay_on_the_domain_of_ones_own() -> None:
    told = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["PUBLIC_URL"]

    assert told == {"If": ["HasPublicUrl", {"Ref": "PublicUrl"}, {"GetAtt": "HttpApi.ApiEndpoint"}]}
    assert TEMPLATE["Outputs"]["ApiUrl"]["Value"] == told


# ---------------------------------------------------------------- what is limited


PREFLIGHT = "OPTIONS /api/{proxy+}"


def test_a_flood_of_visits_leaves_the_stream_a_function_in_a_new_account() -> None:
    routes = RESOURCES["HttpStage"]["Properties"]["RouteSettings"]
    public = {name for name, one in of_type("AWS::ApiGatewayV2::Route").items() if is_open(one)}

    assert len(routes) == len(public)
    stage = RESOURCES["HttpStage"]
    assert "PreflightRoute" in json.dumps(stage["Properties"]["StageVariables"])  # a dependency, too
    assert {*stage["DependsOn"], "PreflightRoute"} == public
    console = {name: route for name, route in routes.items() if "/desk" in name}
    # A preflight reads nothing, and a browser asks once an hour.
    pages = {name: route for name, route in routes.items() if name not in {*console, PREFLIGHT}}
    assert sum(route["ThrottlingBurstLimit"] for route in pages.values()) < NEW_ACCOUNT
    busy = sum(route["ThrottlingRateLimit"] * SLOW_PAGE for route in pages.values())
    busy += sum(route["ThrottlingRateLimit"] * CONSOLE_PAGE for route in console.values())
    assert busy < NEW_ACCOUNT - 2


def test_three_people_may_open_the_console_at_once() -> None:
    routes = RESOURCES["HttpStage"]["Properties"]["RouteSettings"]

    assert routes["ANY /desk/{proxy+}"]["ThrottlingBurstLimit"] >= 3 * FIRST_VISIT


def is_open(route: dict[str, Any]) -> bool:
    return bool(route["Properties"]["AuthorizationType"] == "NONE")


def test_the_retry_queue_wakes_two_functions_at_once_at_most() -> None:
    events = RESOURCES["RecordDelivery"]["Properties"]["Events"]

    assert events["Retry"]["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_no_function_reserves_concurrency_which_a_new_account_refuses() -> None:
    assert not [
        name for name, one in RESOURCES.items() if "ReservedConcurrentExecutions" in one.get("Properties", {})
    ]


@pytest.mark.parametrize(
    "name", [name for name in RESOURCES if RESOURCES[name]["Type"].startswith("Custom::")]
)
def test_cloudformation_waits_two_minutes_for_a_function_and_not_an_hour(name: str) -> None:
    asked = RESOURCES[name]["Properties"]
    function = asked["ServiceToken"]["GetAtt"].removesuffix(".Arn")

    assert asked["ServiceTimeout"] == 120
    assert RESOURCES[function]["Properties"].get("Timeout", 30) < 120


def test_names_are_valid_whatever_the_stack_is_called() -> None:
    """A stack's name has up to 128 characters, and may begin with "aws" or "ssm"."""
    whole = json.dumps(RESOURCES)

    for kind, field in (
        ("AWS::Scheduler::ScheduleGroup", "Name"),
        ("AWS::SES::ConfigurationSet", "Name"),
        ("AWS::SES::ReceiptRuleSet", "RuleSetName"),
    ):
        [named] = of_type(kind)
        name, words = RESOURCES[named]["Properties"][field]["Sub"]
        assert name == "vaada-${Id}"  # 6 and 36 characters of 64
        assert words == {"Id": {"Select": [2, {"Split": ["/", {"Ref": "AWS::StackId"}]}]}}
    assert set(re.findall(r"parameter/([^\"]*)-key", whole)) == {
        "vaada/${AWS::StackName}/link",
        "vaada/${AWS::StackName}/address",
    }


# ---------------------------------------------------------------- what is refused before anything is changed


def test_the_local_clouds_target_is_refused_on_aws() -> None:
    rule = TEMPLATE["Rules"]["LocalCloudIsNotAws"]

    assert PARAMETERS["Target"]["AllowedValues"] == ["aws", "local"]
    assert rule["RuleCondition"] == {"Equals": [{"Ref": "Target"}, "local"]}
    assert rule["Assertions"][0]["Assert"] == {"Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}


def test_every_setting_that_can_be_mistyped_is_checked_at_each_change() -> None:
    checks = {one["Ref"] for one in RESOURCES["LinkKeys"]["Properties"]["Checks"]}
    free = {name for name, one in PARAMETERS.items() if "AllowedValues" not in one}

    # CloudFormation itself looks up a certificate, and checks the pattern of each origin.
    assert checks == free - {"Certificate", "ApiOrigins"}


@pytest.mark.parametrize("url", ["", "https://desk.example.com", "https://a.b-c.example.co.uk"])
def test_a_public_url_is_a_host(url: str) -> None:
    assert matches("PublicUrl", url)


@pytest.mark.parametrize(
    "url",
    ["desk.example.com", "http://desk.example.com", "https://desk.example.com/", "https://Desk.example.com"],
)
def test_a_public_url_is_nothing_but_a_host(url: str) -> None:
    assert not matches("PublicUrl", url)


def test_a_certificate_is_its_arn_or_nothing() -> None:
    assert matches("Certificate", "")
    assert matches("Certificate", "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c3d")
    assert not matches("Certificate", "desk.example.com")


def test_the_application_repository_takes_the_author() -> None:
    author = TEMPLATE["Metadata"]["AWS::ServerlessRepo::Application"]["Author"]

    assert re.fullmatch(r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", author)


def test_the_types_of_mail_events_are_in_the_case_that_is_known_to_work() -> None:
    types = RESOURCES["MailEvents"]["Properties"]["EventDestination"]["MatchingEventTypes"]

    assert types == ["send", "delivery", "deliveryDelay", "bounce", "complaint", "reject"]


# ---------------------------------------------------------------- what the owner reads


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do(name: str) -> None:
    text = ALARMS[name]["Properties"]["AlarmDescription"]
    text = text["Sub"] if isinstance(text, dict) else text
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    section = re.search(r'docs/operations\.md, "([^"]+)"', text)
    assert section
    assert re.search(rf"^#+ {section[1]}$", page, re.MULTILINE)
    assert len(text) < 1024


def test_the_dashboard_shows_every_alarm_and_every_queue() -> None:
    body, parts = RESOURCES["Overview"]["Properties"]["DashboardBody"]["Sub"]
    for name, part in parts.items():  # what there is on a condition
        body = body.replace(f"${{{name}}}", part["If"][1]["Sub"])
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "x", body))["widgets"]
    named = set(re.findall(r"\$\{(\w+)[.}]", body)) - {"AWS::Region"}

    assert len(widgets) == 10
    assert named - {"AWS"} <= set(RESOURCES)
    assert set(ALARMS) <= named
    assert set(of_type("AWS::SQS::Queue")) <= named
    assert RESOURCES["Overview"]["Condition"] == "HasDashboard"
