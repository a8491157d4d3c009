"""The functions in template.yaml: code, limits, variables, features and events."""

import re

import pytest

from tests.unit.test_template import RESOURCES, ROOT, TEMPLATE, of_type
from tests.unit.test_template_wiring import FUNCTIONS, VARIABLES, target, variables
from vaada import settings

HTTP_API_WAITS = 30  # seconds, for an integration
PARAMETERS_CALLED_OTHERWISE = {
    "LANGUAGE_TAG": "Language",
    "TEXTS_ANSWERED": "TextReplies",
    "STACK_ID": "AWS::StackId",
}
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
