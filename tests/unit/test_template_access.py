"""Who may do what by template.yaml: services of AWS, functions, users and browsers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.test_template import RESOURCES, of_type
from tests.unit.test_template_wiring import FUNCTIONS, statements, target

THIS_ACCOUNT = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
WITHOUT_LOCAL_CLOUD = ["LocalCloud", {"Ref": "AWS::NoValue"}]
LOGGED_OF_A_REQUEST = {
    "requestId",
    "routeKey",
    "status",
    "responseLatency",
    "authorizer.claims.sub",
    "authorizer.error",
}
"""What the access log tells: no path, which contains tokens, and no address of the network."""


def service_statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of the resource and each statement that lets a service of AWS do something."""
    for name, one in RESOURCES.items():
        properties = one.get("Properties", {})
        policy = properties.get("AssumeRolePolicyDocument") or properties.get("PolicyDocument")
        for statement in (policy or {}).get("Statement", ()):
            if "Service" in statement["Principal"]:
                yield name, statement


# ---------------------------------------------------------------- services of AWS


@pytest.mark.parametrize(("name", "statement"), list(service_statements()), ids=lambda one: str(one)[:20])
def test_a_service_acts_for_this_account_alone(name: str, statement: dict[str, Any]) -> None:
    assert statement["Effect"] == "Allow"
    assert statement["Condition"]["StringEquals"] == THIS_ACCOUNT, name


def test_each_service_may_do_one_thing_with_one_resource() -> None:
    allowed = {
        (statement["Principal"]["Service"], statement["Action"], json.dumps(statement.get("Resource")))
        for _, statement in service_statements()
    }

    assert allowed == {
        ("scheduler.amazonaws.com", "sts:AssumeRole", "null"),
        ("sms-voice.amazonaws.com", "sns:Publish", '{"Ref": "IncomingTexts"}'),
        ("social-messaging.amazonaws.com", "sns:Publish", '{"Ref": "IncomingWhatsApp"}'),
        ("ses.amazonaws.com", "s3:PutObject", '{"Sub": "${InboundMailBucket.Arn}/raw/*"}'),
    }


def test_only_receipt_rules_of_this_account_put_mails_into_the_bucket() -> None:
    [condition] = [
        one["Condition"] for name, one in service_statements() if name == "InboundMailBucketPolicy"
    ]

    arn = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:receipt-rule-set/*"
    assert condition["ArnLike"] == {"aws:SourceArn": {"Sub": arn}}


@pytest.mark.parametrize("policy", of_type("AWS::SNS::TopicPolicy"))
def test_the_policy_of_a_topic_is_about_this_topic(policy: str) -> None:
    properties = RESOURCES[policy]["Properties"]
    topics = [target(topic) for topic in properties["Topics"]]

    assert topics == [policy.removesuffix("Policy")]
    assert [target(one["Resource"]) for one in properties["PolicyDocument"]["Statement"]] == topics


def test_scheduler_invokes_what_has_schedules_and_keeps_what_fails() -> None:
    [policy] = RESOURCES["SchedulerRole"]["Properties"]["Policies"]
    invoke, keep = policy["PolicyDocument"]["Statement"]
    scheduled = ["RemindAgent", "FlagOverdue", "SendSurvey"]

    assert [target(arn) for arn in invoke["Resource"]] == [f"{name}.Arn" for name in scheduled]
    assert [target(arn) for arn in keep["Resource"]] == [f"{name}Failures.Arn" for name in scheduled]
    assert (invoke["Action"], keep["Action"]) == ("lambda:InvokeFunction", "sqs:SendMessage")


@pytest.mark.parametrize("permission", of_type("AWS::Lambda::Permission"))
def test_a_permission_is_for_the_function_of_its_name(permission: str) -> None:
    allowed = RESOURCES[permission]["Properties"]
    function = {"TextLogPermission": "RecordDelivery"}.get(permission, permission.removesuffix("Permission"))

    assert (target(allowed["FunctionName"]), allowed["Action"]) == (function, "lambda:InvokeFunction")


# ---------------------------------------------------------------- conditions of the functions' rights


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_sends_mail_from_the_senders_address_alone(function: str) -> None:
    for statement in statements(function):
        if {"ses:SendEmail", "ses:SendRawEmail"} & set(actions(statement)):
            condition = {"StringEquals": {"ses:FromAddress": {"Ref": "SenderEmail"}}}
            assert statement["Condition"] == {"If": [*WITHOUT_LOCAL_CLOUD, condition]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_publishes_to_numbers_and_to_no_topic(function: str) -> None:
    for statement in statements(function):
        if "sns:Publish" in actions(statement):
            assert statement["NotResource"] == {"Sub": "arn:${AWS::Partition}:sns:*:*:*"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_is_passed_to_the_service_that_needs_it_alone(function: str) -> None:
    passed = [statement for statement in statements(function) if "iam:PassRole" in actions(statement)]

    assert bool(passed) == (function == "SyncSchedules")
    for statement in passed:
        assert target(statement["Resource"]) == "SchedulerRole.Arn"
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reads_a_key_by_its_whole_name(function: str) -> None:
    for statement in statements(function):
        if "ssm:GetParameters" not in actions(statement):
            continue
        [local, everything, named] = statement["Resource"]["If"]
        assert (local, everything) == ("LocalCloud", "*")
        assert re.fullmatch(r".*:parameter/vaada/\$\{AWS::StackName\}/(link-keys|address-key)", named["Sub"])


# ---------------------------------------------------------------- users


def test_only_managers_invite_users_and_nobody_changes_their_own_address() -> None:
    pool = RESOURCES["UserPool"]["Properties"]

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameAttributes"] == pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    assert pool["MfaConfiguration"] == {"If": ["MfaIsRequired", "ON", "OPTIONAL"]}
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    for client in of_type("AWS::Cognito::UserPoolClient").values():
        assert client["Properties"]["WriteAttributes"] == ["name"]


@pytest.mark.parametrize("client", of_type("AWS::Cognito::UserPoolClient"))
def test_a_client_has_no_secret_and_tokens_that_end_and_can_be_revoked(client: str) -> None:
    properties = RESOURCES[client]["Properties"]
    units = properties["TokenValidityUnits"]

    assert properties["GenerateSecret"] is False
    assert properties["EnableTokenRevocation"] is True
    assert properties["PreventUserExistenceErrors"] == "ENABLED"
    assert (units["IdToken"], units["AccessToken"]) == ("minutes", "minutes")
    assert properties["IdTokenValidity"] == properties["AccessTokenValidity"] <= 60
    hours = properties["RefreshTokenValidity"] / {"minutes": 60, "hours": 1}[units["RefreshToken"]]
    assert hours <= 12


def test_the_console_signs_in_on_cognitos_pages_alone() -> None:
    client = RESOURCES["ConsoleClient"]["Properties"]
    home = {"Home": {"If": ["HasPublicUrl", {"Ref": "PublicUrl"}, {"GetAtt": "HttpApi.ApiEndpoint"}]}}

    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert (client["AllowedOAuthFlowsUserPoolClient"], client["AllowedOAuthFlows"]) == (True, ["code"])
    assert client["SupportedIdentityProviders"] == ["COGNITO"]
    assert client["AllowedOAuthScopes"] == ["openid", "email"]
    assert client["CallbackURLs"] == [{"Sub": ["${Home}/desk/signed-in", home]}]
    assert client["LogoutURLs"] == [{"Sub": ["${Home}/desk/signed-out", home]}]


def test_cognitos_pages_are_those_of_the_console() -> None:
    domain, pages = RESOURCES["SignInDomain"]["Properties"], RESOURCES["SignInPages"]["Properties"]

    assert domain["UserPoolId"] == pages["UserPoolId"] == {"Ref": "UserPool"}
    assert pages["ClientId"] == {"Ref": "ConsoleClient"}
    assert domain["ManagedLoginVersion"] == {"If": [*WITHOUT_LOCAL_CLOUD, 2]}
    for client in of_type("AWS::Cognito::UserPoolClient").values():
        assert client["Properties"]["UserPoolId"] == {"Ref": "UserPool"}
    for group in of_type("AWS::Cognito::UserPoolGroup").values():
        assert group["Properties"]["UserPoolId"] == {"Ref": "UserPool"}


def test_a_domain_of_ones_own_leads_to_the_api() -> None:
    mapping = RESOURCES["OwnDomainMapping"]["Properties"]
    [served] = RESOURCES["OwnDomain"]["Properties"]["DomainNameConfigurations"]

    assert {name: target(value) for name, value in mapping.items()} == {
        "ApiId": "HttpApi",
        "DomainName": "OwnDomain",
        "Stage": "HttpStage",
    }
    assert served["CertificateArn"] == {"Ref": "Certificate"}
    assert (served["EndpointType"], served["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")


def test_a_browser_of_another_origin_may_read_what_clients_need() -> None:
    cors = RESOURCES["HttpApi"]["Properties"]["CorsConfiguration"]["If"][1]

    assert set(cors["ExposeHeaders"]) == {"allow", "etag", "link", "ratelimit-policy", "retry-after"}
    assert set(cors["AllowMethods"]) == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}


def test_the_api_takes_tokens_of_its_own_client_alone() -> None:
    signed_in = RESOURCES["SignedIn"]["Properties"]
    issuer = "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}"

    assert signed_in["AuthorizerType"] == "JWT"
    assert signed_in["IdentitySource"] == ["$request.header.Authorization"]
    assert signed_in["JwtConfiguration"] == {
        "Audience": [{"Ref": "UserPoolClient"}],
        "Issuer": {"Sub": issuer},
    }
    assert RESOURCES["ApiRoute"]["Properties"]["AuthorizerId"] == {"Ref": "SignedIn"}


@pytest.mark.parametrize("kind", ["Api", "Integration", "Route", "Authorizer", "Stage"])
def test_there_is_one_http_api(kind: str) -> None:
    for one in of_type(f"AWS::ApiGatewayV2::{kind}").values():
        assert one["Properties"].get("ApiId", {"Ref": "HttpApi"}) == {"Ref": "HttpApi"}


@pytest.mark.parametrize("integration", of_type("AWS::ApiGatewayV2::Integration"))
def test_a_function_gets_requests_in_the_format_that_it_reads(integration: str) -> None:
    properties = RESOURCES[integration]["Properties"]

    assert (properties["IntegrationType"], properties["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")


def test_the_access_log_has_neither_tokens_nor_addresses() -> None:
    stage = RESOURCES["HttpStage"]["Properties"]
    logged = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))

    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert logged == LOGGED_OF_A_REQUEST
    assert target(stage["AccessLogSettings"]["DestinationArn"]) == "LogGroup.Arn"
