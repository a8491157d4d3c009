"""Who may do what by template.yaml: services, users and browsers; and how data is protected and limited."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.test_template import ALARMS, RESOURCES, ROOT, TEMPLATE, of_type
from tests.unit.test_template_wiring import FUNCTIONS, QUEUES, VARIABLES, statements, target, variables
from vaada import settings
from vaada.model.address_usage import AddressUsage
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.receipts import Receipt
from vaada.model.sessions import Session

HTTP_API_WAITS = 30  # seconds, for an integration
TWO_WEEKS = 1_209_600  # seconds, the longest that SQS keeps a message
THIS_ACCOUNT = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
WITHOUT_LOCAL_CLOUD = ["LocalCloud", {"Ref": "AWS::NoValue"}]

PARAMETERS_CALLED_OTHERWISE = {
    "LANGUAGE_TAG": "Language",
    "TEXTS_ANSWERED": "TextReplies",
    "STACK_ID": "AWS::StackId",
}
LOGGED_OF_A_REQUEST = {
    "requestId",
    "routeKey",
    "status",
    "responseLatency",
    "authorizer.claims.sub",
    "authorizer.error",
}
"""What the access log tells: no path, which contains tokens, and no address of the network."""

OF_A_FEATURE = {
    "UsesWhatsApp": {
        "IncomingWhatsApp",
        "IncomingWhatsAppPolicy",
        "ReceiveWhatsApp",
        "ReceiveWhatsAppDroppedAlarm",
    },
    "ReceivesMail": {"ReceiptRules", "ReceiptRule"},
    "VerifiesInboundDomain": {"InboundDomainIdentity"},
    "VerifiesAddress": {"SenderIdentity"},
    "VerifiesDomain": {"SenderDomain"},
    "ServesDomain": {"OwnDomain", "OwnDomainMapping"},
    "HasApiOrigins": {"PreflightRoute"},
    "HasDashboard": {"Overview"},
    "IsAws": {"InboundMailBucketPolicy", "SignInPages"},
}


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


# ---------------------------------------------------------------- data


def test_the_table_is_encrypted_and_can_be_restored_and_forgets_what_has_expired() -> None:
    table = RESOURCES["Table"]["Properties"]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    for expires in (AddressUsage, Receipt, Session, SetAsideMail):
        assert "expires_at" in expires.model_fields


def test_the_bucket_is_private_and_encrypted_and_tells_of_mails() -> None:
    bucket = RESOURCES["InboundMailBucket"]["Properties"]
    [encrypted] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert encrypted == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_the_bucket_forgets_all_but_the_files_of_customers() -> None:
    rules = RESOURCES["InboundMailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}

    assert days == {"raw/": 30, "accepted/": 30, "aws/lambda/async/": 30, None: None}
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert rules[-1]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_refuses_whoever_does_not_encrypt_the_connection() -> None:
    policy = RESOURCES["InboundMailBucketPolicy"]["Properties"]
    *_, refused = policy["PolicyDocument"]["Statement"]

    assert target(policy["Bucket"]) == "InboundMailBucket"
    assert (refused["Effect"], refused["Principal"], refused["Action"]) == ("Deny", "*", "s3:*")
    assert refused["Resource"] == [{"GetAtt": "InboundMailBucket.Arn"}, {"Sub": "${InboundMailBucket.Arn}/*"}]
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_and_keeps_dead_letters_as_long_as_it_can(queue: str) -> None:
    properties = QUEUES[queue]["Properties"]

    assert properties["SqsManagedSseEnabled"] is True
    if queue.endswith("Failures"):
        assert properties == {"MessageRetentionPeriod": TWO_WEEKS, "SqsManagedSseEnabled": True}


def test_an_event_is_tried_again_for_minutes_and_then_kept_for_the_owner() -> None:
    """The five attempts end long before SQS deletes the event."""
    queue = QUEUES["RetryQueue"]["Properties"]
    tries = queue["RedrivePolicy"]["maxReceiveCount"]
    takes = queue["DelaySeconds"] + tries * queue["VisibilityTimeout"]

    assert tries == 5
    assert 30 <= queue["DelaySeconds"] <= 60
    assert 600 < takes < 3600 < queue["MessageRetentionPeriod"] < TWO_WEEKS


def test_logs_are_kept_as_long_as_the_owner_says() -> None:
    group = RESOURCES["LogGroup"]["Properties"]
    logging = TEMPLATE["Globals"]["Function"]["LoggingConfig"]

    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert logging == {"LogFormat": "JSON", "LogGroup": {"Ref": "LogGroup"}}
    assert not [name for name, one in FUNCTIONS.items() if "LoggingConfig" in one["Properties"]]


# ---------------------------------------------------------------- functions


def test_each_function_has_the_code_in_the_folder_of_its_name() -> None:
    folders = {
        path.name for path in (ROOT / "functions").iterdir() if path.is_dir() and path.name[0] not in "_."
    }
    code = {name: one["Properties"]["CodeUri"] for name, one in FUNCTIONS.items()}

    assert code == {name: f"functions/{_snake(name)}" for name in FUNCTIONS}
    assert set(code.values()) == {f"functions/{folder}" for folder in folders}
    assert all(one["Properties"]["Description"] for one in FUNCTIONS.values())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("whats_app", "whatsapp")


def test_all_functions_run_on_the_processor_and_with_the_layers_that_were_built() -> None:
    shared = TEMPLATE["Globals"]["Function"]

    assert (shared["Handler"], shared["Runtime"]) == ("app.handler", "python3.13")
    assert shared["Architectures"] == [{"Ref": "Processor"}]
    assert shared["Layers"] == [{"Ref": "VaadaLayer"}, {"Ref": "DependenciesLayer"}]
    for layer in of_type("AWS::Serverless::LayerVersion").values():
        assert layer["Properties"]["CompatibleRuntimes"] == [shared["Runtime"]]
        assert layer["Metadata"]["BuildMethod"] == "makefile"
    for one in FUNCTIONS.values():
        assert not {"Handler", "Runtime", "Architectures", "Layers"} & one["Properties"].keys()


def test_functions_that_hold_mails_or_whom_somebody_waits_for_have_more_memory() -> None:
    memory = {name: one["Properties"].get("MemorySize", 512) for name, one in FUNCTIONS.items()}

    assert TEMPLATE["Globals"]["Function"]["MemorySize"] == 512
    assert {name: size for name, size in memory.items() if size != 512} == {
        "ReceiveMail": 1536,
        "Console": 1769,
        "CheckReadiness": 1024,
        "WriteAccountMail": 1024,
    }


def test_batches_are_small_enough_for_one_invocation() -> None:
    sizes = {
        event["Properties"]["BatchSize"]
        for one in FUNCTIONS.values()
        for event in one["Properties"].get("Events", {}).values()
        if event["Type"] in {"DynamoDB", "SQS"}
    }

    assert sizes == {25, 10}  # SQS takes ten at most without a window


@pytest.mark.parametrize("integration", of_type("AWS::ApiGatewayV2::Integration"))
def test_api_gateway_may_invoke_the_function_of_each_integration(integration: str) -> None:
    function = target(RESOURCES[integration]["Properties"]["IntegrationUri"]).removesuffix(".Arn")
    permission = RESOURCES[f"{function}Permission"]["Properties"]

    arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/*"
    assert (permission["Principal"], permission["SourceArn"]) == ("apigateway.amazonaws.com", {"Sub": arn})


@pytest.mark.parametrize("integration", of_type("AWS::ApiGatewayV2::Integration"))
def test_a_request_ends_before_api_gateway_gives_up(integration: str) -> None:
    function = target(RESOURCES[integration]["Properties"]["IntegrationUri"]).removesuffix(".Arn")

    assert _seconds(function) <= HTTP_API_WAITS


def test_a_sweep_ends_before_the_next_begins() -> None:
    [event] = FUNCTIONS["SweepDue"]["Properties"]["Events"].values()

    assert event["Properties"]["Schedule"] == "rate(2 minutes)"
    assert 60 < _seconds("SweepDue") < 120


def _seconds(function: str) -> int:
    shared: int = TEMPLATE["Globals"]["Function"]["Timeout"]
    return int(FUNCTIONS[function]["Properties"].get("Timeout", shared))


def test_a_step_that_fails_is_given_up_for_the_sweep_within_an_hour() -> None:
    for name in ("RemindAgent", "FlagOverdue", "SendSurvey"):
        config = FUNCTIONS[name]["Properties"]["EventInvokeConfig"]
        assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 3600)


def test_what_comes_in_is_tried_for_as_long_as_lambda_can() -> None:
    for name in ("RecordDelivery", "ReceiveText", "ReceiveMail", "ReceiveWhatsApp"):
        config = FUNCTIONS[name]["Properties"]["EventInvokeConfig"]
        assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 21_600)


# ---------------------------------------------------------------- environment


def test_every_setting_of_the_code_has_its_variable_and_no_other_has() -> None:
    needed = set(settings.Settings.model_fields)
    shared = {name.lower() for name in VARIABLES} - {"powertools_service_name"}
    own = {name.lower() for function in FUNCTIONS for name in variables(function)}
    models = (
        settings.ScheduleSettings,
        settings.RetryQueueSettings,
        settings.MailStoreSettings,
        settings.AccountSettings,
        settings.SignInSettings,
        settings.ReadinessSettings,
        settings.StackSettings,
    )

    assert shared == needed
    assert own == {name for model in models for name in model.model_fields} - {"aws_endpoint_url"}
    assert VARIABLES["POWERTOOLS_SERVICE_NAME"] == "vaada"


def test_each_function_has_the_variables_that_it_reads() -> None:
    mail_store = {"INBOUND_MAIL_BUCKET"}
    schedules = {name.upper() for name in settings.ScheduleSettings.model_fields}
    console = {"USER_POOL_ID", "CONSOLE_CLIENT_ID", "SIGN_IN_URL", "CHECK_READINESS_ARN", *mail_store}
    own = {name: set(variables(name)) for name in FUNCTIONS if variables(name)}

    assert own == {
        "SyncSchedules": schedules,
        "SweepDue": mail_store,
        "RecordDelivery": {"RETRY_QUEUE_URL"},
        "ReceiveText": {"RETRY_QUEUE_URL"},
        "ReceiveMail": mail_store,
        "ReceiveWhatsApp": mail_store,
        "Api": mail_store,
        "Console": console,
        "CheckReadiness": {"STACK_ID"},
        "InviteOwner": {"USER_POOL_ID"},
    }
    for function in own:
        for name, value in variables(function).items():
            if name not in {"STACK_ID", "SIGN_IN_URL"}:
                assert target(value).partition(".")[0] in RESOURCES, f"{name} of {function}"


def test_a_variable_of_a_parameter_has_its_name() -> None:
    for name, value in VARIABLES.items():
        if isinstance(value, dict) and set(value) == {"Ref"} and value["Ref"] not in RESOURCES:
            said = "".join(word.capitalize() for word in name.split("_")).replace("Whatsapp", "WhatsApp")
            assert value["Ref"] == PARAMETERS_CALLED_OTHERWISE.get(name, said)


def test_a_keys_variable_is_the_name_that_rights_are_for() -> None:
    for key in ("link-keys", "address-key"):
        name = VARIABLES[f"{key.replace('-', '_').upper()}_PARAMETER"]
        assert name == {"Sub": f"/vaada/${{AWS::StackName}}/{key}"}
    assert RESOURCES["LinkKeys"]["Properties"]["Keys"] == ["link-keys", "address-key"]


# ---------------------------------------------------------------- what there is on a condition


def test_what_belongs_to_a_feature_is_there_only_with_it() -> None:
    conditions = {name: one["Condition"] for name, one in RESOURCES.items() if "Condition" in one}

    assert conditions == {name: feature for feature, names in OF_A_FEATURE.items() for name in names}


# ---------------------------------------------------------------- events


def test_mail_events_of_this_desk_reach_it() -> None:
    pattern = FUNCTIONS["RecordDelivery"]["Properties"]["Events"]["Mail"]["Properties"]["Pattern"]
    events = RESOURCES["MailEvents"]["Properties"]
    bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"

    tags = {"ses:configuration-set": [{"Ref": "ConfigurationSet"}]}
    assert pattern == {"source": ["aws.ses"], "detail": {"mail": {"tags": tags}}}
    assert events["ConfigurationSetName"] == {"Ref": "ConfigurationSet"}
    assert events["EventDestination"]["Enabled"] is True
    assert events["EventDestination"]["EventBridgeDestination"] == {"EventBusArn": {"Sub": bus}}


def test_a_mail_that_was_stored_or_accepted_wakes_its_function_and_nothing_else_does() -> None:
    pattern = FUNCTIONS["ReceiveMail"]["Properties"]["Events"]["Mail"]["Properties"]["Pattern"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"]["bucket"] == {"name": [{"Ref": "InboundMailBucket"}]}
    assert pattern["detail"]["object"] == {"key": [{"prefix": "raw/"}, {"prefix": "accepted/"}]}


def test_ses_stores_the_mail_of_the_inbound_domain() -> None:
    rule = RESOURCES["ReceiptRule"]["Properties"]

    assert rule["RuleSetName"] == {"Ref": "ReceiptRules"}
    assert (rule["Rule"]["Enabled"], rule["Rule"]["ScanEnabled"]) == (True, True)
    assert rule["Rule"]["Recipients"] == [{"Ref": "InboundDomain"}]
    stored = {"BucketName": {"Ref": "InboundMailBucket"}, "ObjectKeyPrefix": "raw/"}
    assert rule["Rule"]["Actions"] == [{"S3Action": stored}]
    assert RESOURCES["ReceiptRule"]["DependsOn"] == "InboundMailBucketPolicy"


@pytest.mark.parametrize(
    ("function", "topic"), [("ReceiveText", "IncomingTexts"), ("ReceiveWhatsApp", "IncomingWhatsApp")]
)
def test_a_function_hears_of_the_topic_that_it_is_for(function: str, topic: str) -> None:
    [event] = FUNCTIONS[function]["Properties"]["Events"].values()

    assert (event["Type"], event["Properties"]) == ("SNS", {"Topic": {"Ref": topic}})


def test_mail_is_signed_sent_and_kept_from_addresses_that_refuse_it() -> None:
    configuration = RESOURCES["ConfigurationSet"]["Properties"]
    domain = RESOURCES["SenderDomain"]["Properties"]

    assert configuration["SendingOptions"] == {"SendingEnabled": True}
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert domain["DkimAttributes"] == {"SigningEnabled": True}
    assert domain["DkimSigningAttributes"] == {"NextSigningKeyLength": "RSA_2048_BIT"}


def test_link_keys_are_rotated_every_ninety_days() -> None:
    [event] = FUNCTIONS["RotateLinkKeys"]["Properties"]["Events"].values()

    assert event == {"Type": "Schedule", "Properties": {"Schedule": "rate(90 days)"}}


# ---------------------------------------------------------------- alarms


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_counts_five_minutes_and_is_quiet_when_nothing_happens(name: str) -> None:
    alarm = ALARMS[name]["Properties"]
    is_about_silence = name == "SweepAlarm"

    assert alarm["EvaluationPeriods"] == 1
    assert alarm["Period"] == (900 if is_about_silence else 300)
    assert alarm["TreatMissingData"] == ("breaching" if is_about_silence else "notBreaching")


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "threshold"),
    [
        ("ErrorsAlarm", {"Sub": "${AWS::StackName}-errors"}, "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("SweepAlarm", "Invocations", "Sum", (1, "LessThanThreshold")),
        ("PlanSurveysAlarm", "IteratorAge", "Maximum", (300_000, "GreaterThanThreshold")),
        ("SyncSchedulesAlarm", "IteratorAge", "Maximum", (300_000, "GreaterThanThreshold")),
        ("RecordDeliveryDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("ReceiveTextDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("ReceiveWhatsAppDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
    ],
)
def test_an_alarm_rings_at_its_threshold(
    name: str, metric: object, statistic: str, threshold: tuple[int, str]
) -> None:
    alarm = ALARMS[name]["Properties"]

    assert (alarm["MetricName"], alarm["Statistic"]) == (metric, statistic)
    watched = name.removesuffix("Alarm").removesuffix("Dropped")
    if name != "ErrorsAlarm":
        [dimension] = alarm["Dimensions"]
        assert alarm["Namespace"] == "AWS/Lambda"
        assert dimension["Name"] == "FunctionName"
        assert target(dimension["Value"]) == {"Sweep": "SweepDue"}.get(watched, watched)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == threshold


def test_every_logged_error_is_counted_and_every_failed_invocation() -> None:
    count = RESOURCES["ErrorCount"]["Properties"]
    [metric] = count["MetricTransformations"]

    assert count["LogGroupName"] == {"Ref": "LogGroup"}
    assert '$.level = "ERROR"' in count["FilterPattern"]
    assert '$.type = "platform.report" && $.record.status != "success"' in count["FilterPattern"]
    assert metric["MetricName"] == ALARMS["ErrorsAlarm"]["Properties"]["MetricName"]
    assert metric["MetricNamespace"] == ALARMS["ErrorsAlarm"]["Properties"]["Namespace"]
    assert metric["MetricValue"] == "1"


def test_the_owner_subscribes_to_the_alarms() -> None:
    topic = RESOURCES["AlarmTopic"]["Properties"]

    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "OwnerEmail"}}]
