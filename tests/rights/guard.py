"""IAM, as far as the desk meets it: each call of a function is held against what its role may do."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
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
    """Not allowed. No function catches it: whoever tells the story hears of it at once."""

    def __init__(self, holder: str, need: Need) -> None:
        super().__init__(f"{holder} may not {need}")
        self.holder, self.need = holder, need


class Guard:
    """Lets pass what the rights allow, and remembers which of them could not have been done without."""

    def __init__(self, rights: Collection[Right]) -> None:
        self.needed: set[Right] = set()
        self._rights = rights
        self._known: set[tuple[str, str, str, tuple[tuple[str, str], ...]]] = set()

    def call(self, service: str, operation: str, params: Params) -> None:
        """The function that runs makes this call. Raises Denied."""
        for holder, need in needs(caller(), service, operation, params):
            self.check(holder, need)

    def check(self, holder: str, need: Need) -> None:
        """The holder wants this. Raises Denied."""
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
    """The function whose handler is at work, by its logical id."""
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
    """What AWS asks of whom for this call."""
    for need in _ASKED[service](operation, params):
        yield caller, need
    if operation in {"CreateSchedule", "UpdateSchedule"}:
        yield from _needed_by_a_schedule(params["Target"])


def _needed_by_a_schedule(target: Params) -> Iterator[tuple[str, Need]]:
    """What the schedule will need when its time comes."""
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
    name = f"{params['GroupName']}/{params['Name']}"
    yield Need(f"scheduler:{operation}", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{name}")
    if "Target" in params:
        yield Need("iam:PassRole", params["Target"]["RoleArn"], {"iam:PassedToService": SCHEDULER})


def _asked_by_ses(operation: str, params: Params) -> Iterator[Need]:
    # By API v2 too, a mail in MIME is "raw" to IAM: github.com/anymail/django-anymail/issues/384.
    action = "SendRawEmail" if operation == "SendEmail" and "Raw" in params["Content"] else operation
    sender, configuration = params["FromEmailAddress"], params["ConfigurationSetName"]
    for resource in (f"identity/{sender}", f"configuration-set/{configuration}"):
        yield Need(f"ses:{action}", f"arn:aws:ses:{REGION}:{ACCOUNT}:{resource}", {"ses:FromAddress": sender})


def _asked_by_sns(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"sns:{operation}", params.get("PhoneNumber") or params["TopicArn"])


def _asked_by_sqs(operation: str, params: Params) -> Iterator[Need]:
    name = params["QueueUrl"].rpartition("/")[2]
    yield Need(f"sqs:{operation}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")


def _asked_by_ssm(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"ssm:{operation}", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{params['Name']}")


def _asked_by_lambda(operation: str, params: Params) -> Iterator[Need]:
    action = "InvokeFunction" if operation == "Invoke" else operation
    yield Need(f"lambda:{action}", params["FunctionName"])


_ASKED: Mapping[str, Callable[[str, Params], Iterator[Need]]] = {
    "dynamodb": _asked_by_dynamodb,
    "scheduler": _asked_by_scheduler,
    "sesv2": _asked_by_ses,
    "sns": _asked_by_sns,
    "sqs": _asked_by_sqs,
    "ssm": _asked_by_ssm,
    "lambda": _asked_by_lambda,
}


def needed_to_wake(function: str, event: Params) -> Iterator[tuple[str, Need]]:
    """What a service of AWS needs to bring this event, where template.yaml says that it may."""
    invoked = arn_of(function)
    if "requestContext" in event:
        api = {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:http-api/$default/ANY/x"}
        yield "apigateway.amazonaws.com", Need("lambda:InvokeFunction", invoked, api)
    elif "awslogs" in event:
        logs = (
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:sns/{REGION}/{ACCOUNT}/DirectPublishToPhoneNumber:*"
        )
        yield "logs.amazonaws.com", Need("lambda:InvokeFunction", invoked, {**OURS, "aws:SourceArn": logs})
    elif any("Sns" in record for record in event.get("Records", ())):
        yield "sms-voice.amazonaws.com", Need("sns:Publish", arn_of("IncomingTexts"), OURS)
