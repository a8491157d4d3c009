"""IAM, as far as the product uses it: checks each call of a function against the rights of its role."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.integration.scripted_desk import REGION
from tests.rights.granted import ACCOUNT, Need, Right, arn_of, function_of

Params = Mapping[str, Any]
SCHEDULER = "scheduler.amazonaws.com"
OURS = {"aws:SourceAccount": ACCOUNT}
_FUNCTIONS = Path(__file__).parents[2] / "functions"
_IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Delete": "DeleteItem",
    "Update": "UpdateItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Denied(BaseException):
    """A call was denied. No function catches it, so the test fails at once."""

    def __init__(self, holder: str, need: Need) -> None:
        super().__init__(f"{holder} may not {need}")
        self.holder, self.need = holder, need


class Guard:
    """Allows calls by the rights, and records rights that were the only ones to allow a call."""

    def __init__(self, rights: Collection[Right]) -> None:
        self.needed: set[Right] = set()
        self._rights = rights
        self._known: set[tuple[str, str, str, tuple[tuple[str, str], ...]]] = set()

    def call(self, service: str, operation: str, params: Params) -> None:
        """Check a call of the running function. Raises Denied."""
        for holder, need in needs(caller(), service, operation, params):
            self.check(holder, need)

    def check(self, holder: str, need: Need) -> None:
        """Check a need of a holder. Raises Denied."""
        known = (holder, need.action, need.resource, tuple(need.context.items()))
        if known in self._known:
            return
        allowing = [right for right in self._rights if right.holder == holder and right.allows(need)]
        if not allowing:
            raise Denied(holder, need)
        if len(allowing) == 1:
            self.needed.add(allowing[0])
        self._known.add(known)


def caller() -> str:
    """The logical id of the function whose handler is running."""
    frame = sys._getframe()
    while frame is not None:
        if (folder := _folder(frame.f_code.co_filename)) is not None:
            return function_of(folder)
        frame = frame.f_back  # type: ignore[assignment]  # the last one has none
    raise LookupError("no function is at work")


@cache
def _folder(file: str) -> str | None:
    path = Path(file)
    return path.parent.name if path.parent.parent == _FUNCTIONS else None


def needs(caller: str, service: str, operation: str, params: Params) -> Iterator[tuple[str, Need]]:
    """The needs of this call, by holder."""
    for need in _ASKED[service](operation, params):
        yield caller, need
    if operation in {"CreateSchedule", "UpdateSchedule"}:
        yield from _needed_by_a_schedule(params["Target"])


def _needed_by_a_schedule(target: Params) -> Iterator[tuple[str, Need]]:
    """What the schedule will need at its time."""
    role = arn_of("SchedulerRole")
    assert target["RoleArn"] == role
    yield SCHEDULER, Need("sts:AssumeRole", role, OURS)
    yield "SchedulerRole", Need("lambda:InvokeFunction", target["Arn"])
    yield "SchedulerRole", Need("sqs:SendMessage", target["DeadLetterConfig"]["Arn"])


def _asked_by_dynamodb(operation: str, params: Params) -> Iterator[Need]:
    match operation:
        case "TransactWriteItems":
            for each in params["TransactItems"]:
                [(kind, write)] = each.items()
                yield Need(f"dynamodb:{_IN_A_TRANSACTION[kind]}", _table(write))
        case "Query" | "Scan" if "IndexName" in params:
            yield Need(f"dynamodb:{operation}", f"{_table(params)}/index/{params['IndexName']}")
        case "BatchWriteItem" | "BatchGetItem":
            for table in params["RequestItems"]:
                yield Need(f"dynamodb:{operation}", _table({"TableName": table}))
        case _:
            yield Need(f"dynamodb:{operation}", _table(params))


def _table(params: Params) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{params['TableName']}"


def _asked_by_scheduler(operation: str, params: Params) -> Iterator[Need]:
    if operation == "ListSchedules":
        yield Need("scheduler:ListSchedules", "*")
        return
    name = f"{params['GroupName']}/{params['Name']}"
    yield Need(f"scheduler:{operation}", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{name}")
    if "Target" in params:
        yield Need("iam:PassRole", params["Target"]["RoleArn"], {"iam:PassedToService": SCHEDULER})


def _asked_by_ses(operation: str, params: Params) -> Iterator[Need]:
    arn = f"arn:aws:ses:{REGION}:{ACCOUNT}:"
    match operation:
        case "GetAccount":
            yield Need("ses:GetAccount", "*")
            return
        case "GetEmailIdentity":
            yield Need("ses:GetEmailIdentity", f"{arn}identity/{params['EmailIdentity']}")
            return
        case "GetConfigurationSetEventDestinations":
            yield Need(f"ses:{operation}", f"{arn}configuration-set/{params['ConfigurationSetName']}")
            return
    # By API v2 too, a mail in MIME is "raw" to IAM: github.com/anymail/django-anymail/issues/384.
    action = "SendRawEmail" if operation == "SendEmail" and "Raw" in params["Content"] else operation
    sender, configuration = params["FromEmailAddress"], params["ConfigurationSetName"]
    for resource in (f"identity/{sender}", f"configuration-set/{configuration}"):
        yield Need(f"ses:{action}", f"{arn}{resource}", {"ses:FromAddress": sender})


def _asked_by_sns(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"sns:{operation}", params.get("PhoneNumber") or params.get("TopicArn", "*"))


def _asked_by_sqs(operation: str, params: Params) -> Iterator[Need]:
    name = params["QueueUrl"].rpartition("/")[2]
    yield Need(f"sqs:{operation}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")


def _asked_by_ssm(operation: str, params: Params) -> Iterator[Need]:
    if operation == "DescribeParameters":
        yield Need("ssm:DescribeParameters", "*")
        return
    for name in params["Names"] if operation == "GetParameters" else (params["Name"],):
        yield Need(f"ssm:{operation}", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}")


def _asked_by_cognito(operation: str, params: Params) -> Iterator[Need]:
    if operation.startswith(("Admin", "List")):  # others need no role: a token, or nothing
        pool = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{params['UserPoolId']}"
        yield Need(f"cognito-idp:{operation}", pool)


def _asked_by_lambda(operation: str, params: Params) -> Iterator[Need]:
    action = "InvokeFunction" if operation == "Invoke" else operation
    name = params.get("FunctionName", "*")
    is_whole = name == "*" or name.startswith("arn:")
    yield Need(f"lambda:{action}", name if is_whole else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")


def _asked_by_cloudformation(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"cloudformation:{operation}", params["StackName"])


def _asked_by_logs(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"logs:{operation}", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{params['logGroupName']}")


def _asked_by_s3(operation: str, params: Params) -> Iterator[Need]:
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    match operation:
        case "ListObjectsV2":
            yield Need("s3:ListBucket", bucket)
        case "DeleteObjects":
            for one in params["Delete"]["Objects"]:
                yield Need("s3:DeleteObject", f"{bucket}/{one['Key']}")
        case "CopyObject":
            yield Need("s3:GetObject", f"arn:aws:s3:::{params['CopySource']}")
            yield Need("s3:PutObject", f"{bucket}/{params['Key']}")
        case "GetObject":
            yield Need("s3:GetObject", f"{bucket}/{params['Key']}")
            yield Need("s3:ListBucket", bucket)  # without it S3 does not say that an object is gone
        case "PresignedGet":  # who follows the link reads as the function that has signed it
            yield Need("s3:GetObject", f"{bucket}/{params['Key']}")
        case _:
            yield Need(f"s3:{operation}", f"{bucket}/{params['Key']}")


def _asked_by_social_messaging(operation: str, params: Params) -> Iterator[Need]:
    if operation == "GetLinkedWhatsAppBusinessAccount":
        yield Need(f"social-messaging:{operation}", "*")
        return
    number = (params.get("originationPhoneNumberId") or params["id"]).removeprefix("phone-number-id-")
    yield Need(
        f"social-messaging:{operation}",
        f"arn:aws:social-messaging:{REGION}:{ACCOUNT}:phone-number-id/{number}",
    )
    if to := params.get("destinationS3File"):  # the file is stored with the rights of who asks for it
        yield Need("s3:PutObject", f"arn:aws:s3:::{to['bucketName']}/{to['key']}")


def _asked_of_all(service: str, operation: str, _: Params) -> Iterator[Need]:
    yield Need(f"{service}:{operation}", "*")


_ASKED: Mapping[str, Callable[[str, Params], Iterator[Need]]] = {
    "dynamodb": _asked_by_dynamodb,
    "scheduler": _asked_by_scheduler,
    "sesv2": _asked_by_ses,
    "sns": _asked_by_sns,
    "sqs": _asked_by_sqs,
    "ssm": _asked_by_ssm,
    "lambda": _asked_by_lambda,
    "cognito-idp": _asked_by_cognito,
    "s3": _asked_by_s3,
    "social-messaging": _asked_by_social_messaging,
    "cloudformation": _asked_by_cloudformation,
    "logs": _asked_by_logs,
    "cloudwatch": partial(_asked_of_all, "cloudwatch"),
    "events": partial(_asked_of_all, "events"),
    "ses": partial(_asked_of_all, "ses"),
    "sms-voice": partial(_asked_of_all, "sms-voice"),
}


def needed_to_wake(function: str, event: Params) -> Iterator[tuple[str, Need]]:
    """What a service of AWS needs to invoke a function with this event."""
    invoked = arn_of(function)
    if "requestContext" in event:
        api = {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:http-api/$default/ANY/x"}
        yield "apigateway.amazonaws.com", Need("lambda:InvokeFunction", invoked, api)
    elif event.get("source") == "aws.s3":  # SES has put the mail there
        rules = {**OURS, "aws:SourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:receipt-rule-set/x:receipt-rule/y"}
        yield "ses.amazonaws.com", Need("s3:PutObject", f"{arn_of('InboundMailBucket')}/raw/x", rules)
    elif "awslogs" in event:
        logs = (
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:sns/{REGION}/{ACCOUNT}/DirectPublishToPhoneNumber:*"
        )
        yield "logs.amazonaws.com", Need("lambda:InvokeFunction", invoked, {**OURS, "aws:SourceArn": logs})
    elif "triggerSource" in event:
        users = {"aws:SourceArn": arn_of("UserPool")}
        yield "cognito-idp.amazonaws.com", Need("lambda:InvokeFunction", invoked, users)
    elif function == "ReceiveWhatsApp":
        yield "social-messaging.amazonaws.com", Need("sns:Publish", arn_of("IncomingWhatsApp"), OURS)
    elif any("Sns" in record for record in event.get("Records", ())):
        yield "sms-voice.amazonaws.com", Need("sns:Publish", arn_of("IncomingTexts"), OURS)
