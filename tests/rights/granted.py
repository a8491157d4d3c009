"""The rights that template.yaml grants: one for each holder, action and resource.

Not included is what SAM adds by itself: to write logs, to read the stream and the retry queue, to send dead
letters to a function's queue, and to be invoked by the events of a function.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.integration.scripted_desk import ENVIRONMENT, REGION

ACCOUNT = "123456789012"
_TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "vaada",
    "AWS::StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/vaada/0",
    "AWS::URLSuffix": "amazonaws.com",
}
_CHOSEN = {
    "BusinessName": ENVIRONMENT["BUSINESS_NAME"],
    "OwnerEmail": ENVIRONMENT["OWNER_EMAIL"],
    "SenderEmail": ENVIRONMENT["SENDER_EMAIL"],
    "Country": ENVIRONMENT["COUNTRY"],
    "SmsEnabled": ENVIRONMENT["SMS_ENABLED"],
    "TextReplies": ENVIRONMENT["TEXTS_ANSWERED"],
    "InboundDomain": ENVIRONMENT["INBOUND_DOMAIN"],
    "WhatsAppPhoneNumberId": ENVIRONMENT["WHATSAPP_PHONE_NUMBER_ID"],
}
_NAMED_BY_AWS = {
    "Table": ENVIRONMENT["TABLE_NAME"],
    "SchedulerRole": "scheduler",
    "HttpApi": "http-api",
    "UserPool": ENVIRONMENT["USER_POOL_ID"],
    "ConsoleClient": ENVIRONMENT["CONSOLE_CLIENT_ID"],
    "SignInDomain": "sign-in",
}
_ARNS = {
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "AWS::S3::Bucket": "arn:aws:s3:::",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:",
    "AWS::Serverless::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
}
_NOTHING = object()  # AWS::NoValue


@dataclass(frozen=True)
class Need:
    """What a call needs: one action on one resource, and the values of condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


@dataclass(frozen=True)
class Right:
    """One action that one holder may do on one resource. Holders are functions, roles and services of AWS."""

    holder: str
    statement: str  # its place in the template: two equal rights are two
    action: str
    resource: str
    all_but: bool = False  # any resource but that one
    condition: tuple[tuple[str, str, str], ...] = ()

    def allows(self, need: Need) -> bool:
        """Whether it allows this."""
        return (
            fnmatchcase(need.action, self.action)
            and fnmatchcase(need.resource, self.resource) != self.all_but
            and all(_holds(each, need.context) for each in self.condition)
        )

    def __str__(self) -> str:
        resource = self.resource.removeprefix("arn:aws:")
        return f"{self.holder} {self.action} {'all but ' * self.all_but}{resource} ({self.statement})"


def _holds(condition: tuple[str, str, str], context: Mapping[str, str]) -> bool:
    operator, key, wanted = condition
    if operator == "StringEquals":
        return context.get(key) == wanted
    if operator == "ArnLike":
        return fnmatchcase(context.get(key, ""), wanted)
    raise NotImplementedError(operator)


@cache
def granted() -> tuple[Right, ...]:
    """Every right that template.yaml grants when it is deployed to AWS."""
    return tuple(_granted())


@cache
def function_of(folder: str) -> str:
    """The logical id of the function whose code is in this folder of `functions`."""
    [found] = [
        name
        for name, each in _template()["Resources"].items()
        if each["Type"] == "AWS::Serverless::Function"
        and each["Properties"]["CodeUri"] == f"functions/{folder}"
    ]
    return str(found)


def functions() -> list[str]:
    """The logical ids of all functions."""
    return [name for name, each in _template()["Resources"].items() if _is_function(each)]


def arn_of(logical_id: str) -> str:
    """The ARN of a resource."""
    return _ARNS[_template()["Resources"][logical_id]["Type"]] + _name_of(logical_id)


def environment_of(function: str) -> dict[str, str]:
    """The environment variables of a function."""
    template = _template()
    of_all = template["Globals"]["Function"]["Environment"]["Variables"]
    own = template["Resources"][function]["Properties"].get("Environment", {}).get("Variables", {})
    return {name: str(_resolved(value)) for name, value in {**of_all, **own}.items()}


def _granted() -> Iterator[Right]:
    for name, resource in _template()["Resources"].items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function":
                for number, policy in enumerate(properties.get("Policies", [])):
                    yield from _rights(name, f"policy {number}", policy)
            case "AWS::IAM::Role":
                for policy in properties["Policies"]:
                    yield from _rights(name, policy["PolicyName"], policy["PolicyDocument"])
                trusting = {"Resource": arn_of(name)}
                yield from _rights("", name, properties["AssumeRolePolicyDocument"], trusting)
            case "AWS::S3::BucketPolicy":
                statements = [
                    one for one in properties["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"
                ]
                yield from _rights("", name, {"Statement": statements})
            case "AWS::SNS::TopicPolicy":
                yield from _rights("", name, properties["PolicyDocument"])
            case "AWS::Lambda::Permission":
                yield _permission(name, properties)


def _rights(
    holder: str, place: str, document: Mapping[str, Any], more: Mapping[str, str] | None = None
) -> Iterator[Right]:
    for number, written in enumerate(document["Statement"]):
        statement = {**_resolved(written), **(more or {})}
        assert statement["Effect"] == "Allow", f"nobody reads {statement['Effect']} here yet"
        conditions = statement.get("Condition", {}).items()
        condition = tuple((op, key, value) for op, keys in conditions for key, value in keys.items())
        all_but = "NotResource" in statement
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["NotResource" if all_but else "Resource"]):
                who = holder or statement["Principal"]["Service"]
                yield Right(who, f"{place}.{number}", action, resource, all_but, condition)


def _permission(name: str, properties: Mapping[str, Any]) -> Right:
    function = properties["FunctionName"]["Ref"]
    names = {
        "SourceArn": ("ArnLike", "aws:SourceArn"),
        "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    }
    condition = tuple((*how, _resolved(properties[key])) for key, how in names.items() if key in properties)
    principal = properties["Principal"]
    return Right(principal, name, properties["Action"], arn_of(function), condition=condition)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


# ---------------------------------------------------------------- CloudFormation's own functions


class _Loader(yaml.CSafeLoader):
    """Loads CloudFormation's short forms as the long ones."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type]  # only scalars are left
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


@cache
def _template() -> Any:
    return yaml.load(_TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506 - a safe loader


def _resolved(value: Any) -> Any:  # noqa: PLR0911, PLR0912 - one for each of the functions
    if isinstance(value, list):
        return [_resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Ref", name)]:
            return _referred(name)
        case [("Fn::GetAtt", asked)]:
            logical_id, attribute = asked.split(".", 1)
            return _attribute(logical_id, attribute)
        case [("Fn::Sub", [text, names])]:
            return _substituted(text, {name: _resolved(each) for name, each in names.items()})
        case [("Fn::Sub", text)]:
            return _substituted(text, {})
        case [("Fn::Equals", [left, right])]:
            return _resolved(left) == _resolved(right)
        case [("Fn::And", conditions)]:
            return all(_resolved(each) for each in conditions)
        case [("Condition", name)]:
            return _resolved(_template()["Conditions"][name])
        case [("Fn::Not", [condition])]:
            return not _resolved(condition)
        case [("Fn::Select", [number, of])]:
            return _resolved(of)[number]
        case [("Fn::Split", [separator, text])]:
            return _resolved(text).split(separator)
        case [("Fn::If", [condition, then, otherwise])]:
            return _resolved(then if _resolved(_template()["Conditions"][condition]) else otherwise)
    resolved = {name: _resolved(each) for name, each in value.items()}
    return {name: each for name, each in resolved.items() if each is not _NOTHING}


def _substituted(text: str, names: Mapping[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name in names:
            return names[name]
        return _attribute(*name.split(".", 1)) if "." in name else str(_referred(name))

    return re.sub(r"\$\{([\w.:]+)\}", put, text)


def _referred(name: str) -> Any:
    template = _template()
    if name == "AWS::NoValue":
        return _NOTHING
    if name in _PSEUDO:
        return _PSEUDO[name]
    if name in template["Parameters"]:
        return _CHOSEN.get(name, template["Parameters"][name].get("Default"))
    match template["Resources"][name]["Type"]:
        case "AWS::SNS::Topic":
            return arn_of(name)
        case "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_name_of(name)}"
    return _name_of(name)


def _attribute(logical_id: str, attribute: str) -> str:
    match attribute:
        case "Arn":
            return arn_of(logical_id)
        case "ApiEndpoint":
            return ENVIRONMENT["PUBLIC_URL"]
    raise NotImplementedError(f"{logical_id}.{attribute}")


def _name_of(logical_id: str) -> str:
    if logical_id in _NAMED_BY_AWS:
        return _NAMED_BY_AWS[logical_id]
    own = _template()["Resources"][logical_id].get("Properties", {}).get("Name")
    return str(_resolved(own)) if own else re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id).lower()


def _is_function(resource: Mapping[str, Any]) -> bool:
    return bool(resource["Type"] == "AWS::Serverless::Function")
