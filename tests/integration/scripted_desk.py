"""A desk on moto that a test controls: call the API, deliver the stream, let time pass, read messages."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from math import ceil
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlencode

import boto3
import time_machine
from botocore.hooks import BaseEventHooks
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.scheduler.models import scheduler_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from functions.api.app import handler as api
from functions.flag_overdue.app import handler as flag_overdue
from functions.pages.app import handler as pages
from functions.plan_surveys.app import handler as plan_surveys
from functions.record_delivery.app import handler as record_delivery
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.template import resource, table
from vaada.gateways import aws
from vaada.gateways.items import id_of

REGION = "us-east-1"
_FUNCTION = f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:"
_QUEUE = f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    # Newer SDKs put the account id into the host name of streams, which moto does not know.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    # Moto takes a checksum behind the content for a part of it, unless the call is signed.
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    "TABLE_NAME": "vaada",
    "BUSINESS_NAME": "Baker & Daughters",
    "OWNER_EMAIL": "owner@example.com",
    "SENDER_EMAIL": "desk@example.com",
    "TIME_ZONE": "UTC",
    "COUNTRY": "GB",
    "LANGUAGE_TAG": "en",
    "SMS_ENABLED": "on",
    "CONFIGURATION_SET": "vaada-0",
    "PUBLIC_URL": "https://desk.example.com",
    "LINK_KEYS_PARAMETER": "/vaada/vaada/link-keys",
    "ADDRESS_KEY_PARAMETER": "/vaada/vaada/address-key",
    "TEXTS_ANSWERED": "on",
    "INBOUND_DOMAIN": "in.example.com",
    "WHATSAPP_PHONE_NUMBER_ID": "phone-number-id-976c72a700aac43eaf573ae050example",
    "INBOUND_MAIL_BUCKET": "inbound-mail-bucket",
    "RETRY_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{DEFAULT_ACCOUNT_ID}/retry-queue",
    "USER_POOL_ID": "us-east-1_pool",
    "CONSOLE_CLIENT_ID": "console-client",
    "SIGN_IN_URL": "https://sign-in.auth.us-east-1.amazoncognito.com",
    "CHECK_READINESS_ARN": f"{_FUNCTION}check-readiness",
    "STACK_ID": f"arn:aws:cloudformation:{REGION}:{DEFAULT_ACCOUNT_ID}:stack/vaada/0",
    "SCHEDULE_GROUP": "vaada-0",
    "SCHEDULER_ROLE_ARN": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/scheduler",
    "REMIND_AGENT_ARN": f"{_FUNCTION}remind-agent",
    "REMIND_AGENT_DLQ_ARN": f"{_QUEUE}remind-agent-failures",
    "FLAG_OVERDUE_ARN": f"{_FUNCTION}flag-overdue",
    "FLAG_OVERDUE_DLQ_ARN": f"{_QUEUE}flag-overdue-failures",
    "SEND_SURVEY_ARN": f"{_FUNCTION}send-survey",
    "SEND_SURVEY_DLQ_ARN": f"{_QUEUE}send-survey-failures",
}
_TARGETS: dict[str, Callable[[dict[str, Any], object], str]] = {
    ENVIRONMENT["REMIND_AGENT_ARN"]: remind_agent,
    ENVIRONMENT["FLAG_OVERDUE_ARN"]: flag_overdue,
    ENVIRONMENT["SEND_SURVEY_ARN"]: send_survey,
}
_SWEEP_SECONDS = 120
COUNTING = "dynamodb.PutItem of a count"
"""The calls that only count something, such as the forms sent from a link."""

READS = frozenset({"dynamodb.GetItem", "dynamodb.BatchGetItem", "dynamodb.Query", "ssm.GetParameters"})
MANAGER = {"sub": "sub-of-manager", "email": "manager@example.com", "cognito:groups": "[managers]"}


class Context:
    """What Lambda tells a handler of its invocation."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = f"{_FUNCTION}function"
    aws_request_id = "request"

    def __init__(self, rows: int | None = None) -> None:
        """There is time for this many rows. None: for all."""
        self._rows = rows

    def get_remaining_time_in_millis(self) -> int:
        if self._rows is None:
            return 100_000
        self._rows -= 1
        return 100_000 if self._rows >= 0 else 1_000


@dataclass(frozen=True)
class Response:
    """A response of the API or of a page."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ScriptedDesk:
    """All parts of the desk. The test takes the place of the AWS services that invoke functions."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.calls: Counter[str] = Counter()
        self.before_call: Callable[[str], None] = lambda _call: None
        self.after_call: Callable[[str], None] = lambda _call: None
        self.waiting: list[str] = []
        self.groups: dict[str, str] = {}
        self.invited: list[str] = []
        self.kept_out: set[str] = set()
        self._rows_on_a_page: int | None = random.choice((None, 1, 2, 3))
        self._woken: list[tuple[str, dict[str, Any]]] = []
        self._after: str | None = None
        self._dynamodb = client("dynamodb")
        self._scheduler = client("scheduler")
        self._dynamodb.create_table(TableName="vaada", **table())
        client("ssm").put_parameter(
            Name="/vaada/vaada/link-keys", Value=json.dumps(["older", "newer"]), Type="SecureString"
        )
        client("ssm").put_parameter(Name="/vaada/vaada/address-key", Value="a key", Type="SecureString")
        client("ses").verify_email_identity(EmailAddress="desk@example.com")
        client("s3").create_bucket(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"])
        self._scheduler.create_schedule_group(Name="vaada-0")
        self._records_read = 0
        _listen()
        _LISTENING[:] = [self]

    def shorten_page(self, query: dict[str, Any]) -> None:
        """Let the table answer a query that wants all rows in pages of few, as it does with large rows."""
        if self._rows_on_a_page is not None:
            query.setdefault("Limit", self._rows_on_a_page)

    def count_calls(self) -> None:
        """Count the calls from now on. A page has room for all rows, so that each query is one call."""
        self._rows_on_a_page = None
        self.calls.clear()

    # ------------------------------------------------------------ what people do

    def call(
        self,
        route: str,
        body: object = None,
        *,
        user: dict[str, str] | None = None,
        key: str | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
        if_match: str | None = None,
    ) -> Response:
        """Call the API: `call("POST /api/agents", {...})`."""
        method, path = route.split(" ")
        event = _http(method, path, body if isinstance(body, str | None) else json.dumps(body))
        event["headers"] |= {"content-type": content_type, **({"idempotency-key": key} if key else {})}
        event["headers"] |= {"if-match": if_match} if if_match else {}
        event["queryStringParameters"] = query or {}
        event["rawQueryString"] = urlencode(query or {})
        event["requestContext"]["authorizer"] = {"jwt": {"claims": user or MANAGER, "scopes": None}}
        return _response(api(event, Context()))  # type: ignore[arg-type]  # all of a context that is read

    def pages(self, route: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the items of each page of a list, which is requested once the one before was looked at."""
        while True:
            page = self.call(route, query=query).json
            yield page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def open(self, link: str, *, method: str = "GET", language: str = "") -> Response:
        """Open a link from a message, in a browser of this language."""
        path, _, query = link.removeprefix(ENVIRONMENT["PUBLIC_URL"]).partition("?")
        event = _http(method, path, None)
        event["rawQueryString"] = query
        event["headers"] |= {"accept-language": language} if language else {}
        return _response(pages(event, Context()))

    def post(self, link: str, fields: dict[str, str], *, browser: str = "") -> Response:
        """Send the form behind a link."""
        path = link.removeprefix(ENVIRONMENT["PUBLIC_URL"]).partition("?")[0]
        event = _http("POST", path, urlencode(fields))
        event["headers"] |= {"user-agent": browser}
        return _response(pages(event, Context()))

    def post_body(self, link: str, body: str, headers: dict[str, str], **more: object) -> Response:
        """POST exactly this body to a link. `more` are other fields of the event."""
        path = link.removeprefix(ENVIRONMENT["PUBLIC_URL"])
        event = {
            "rawPath": path,
            "requestContext": {"http": {"method": "POST"}},
            "headers": headers,
            "body": body,
        }
        return _response(pages({**event, **more}, Context()))

    def answer(self, link: str, **fields: str) -> Response:
        """Open a page, take two seconds, and send its form, as a person does."""
        page = self.open(link)
        found = re.search(r'name="nonce" value="([^"]+)"', page.body)
        self.clock.shift(timedelta(seconds=2))
        return self.post(link, {**fields, **({"nonce": found[1]} if found else {})})

    # ------------------------------------------------------------ what AWS does

    def settle(self) -> None:
        """Deliver the stream and invoke the functions of due rows, until nothing more happens."""
        while self._deliver_stream() or self._fire_schedules() or self._wake():
            pass

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Pass these records to the functions whose filters they match."""
        for handler in (plan_surveys, sync_schedules):
            wanted = [record for record in records if _wanted(handler, record)]
            if wanted:
                assert handler({"Records": wanted}, Context()) == {"batchItemFailures": []}

    def deliver_queued_events(self) -> None:
        """Deliver the messages in the queue RetryQueue to its function; those that fail again stay in it."""
        letters = {str(number): body for number, body in enumerate(self.waiting)}
        records = [
            {"messageId": letter_id, "eventSource": "aws:sqs", "body": body}
            for letter_id, body in letters.items()
        ]
        failed = record_delivery({"Records": records}, Context())["batchItemFailures"]  # type: ignore[arg-type, index]
        self.waiting = [letters[each["itemIdentifier"]] for each in failed]

    def sweep(self) -> int:
        """Let the sweep run once."""
        return sweep_due({}, Context())  # type: ignore[arg-type]  # all of a context that is read

    def pass_time(self, by: timedelta) -> None:
        """Let time pass: schedules run in their minute, sweeps every two, whenever a row is due."""
        end = self.now + by
        self.settle()
        while (times := [*self._schedule_times(), *self._sweep_times()]) and min(times) <= end:
            self.clock.move_to(max(min(times), self.now))
            self.settle()
            if int(self.now.timestamp()) % _SWEEP_SECONDS == 0:
                self.sweep()
                self.settle()
        self.clock.move_to(end)

    def stream_records(self) -> list[dict[str, Any]]:
        """The records written since they were last read, as Lambda gets them."""
        shard = self._table.stream_shard
        assert shard is not None
        found = shard.items[self._records_read :]
        self._records_read += len(found)
        return [json.loads(dynamo_json_dump(record)) for record in found]

    @property
    def now(self) -> datetime:
        """The time on the desk's clock."""
        return datetime.now(UTC)

    # ------------------------------------------------------------ what came of it

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails sent so far."""
        sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        return [_parsed(message.raw_data) for message in sent]

    @property
    def mail_recipients(self) -> list[str]:
        """The recipients of the mails, in order."""
        return [str(mail["to"]) for mail in self.mails]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The texts sent so far: number and words."""
        sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values()
        return [(number, words) for number, words in sent]

    def timeline(self, customer_id: str) -> list[dict[str, Any]]:
        """A customer's whole story, newest first."""
        items: list[dict[str, Any]] = self.call(
            f"GET /api/customers/{customer_id}/timeline", query={"limit": "100"}
        ).json["items"]
        return items

    def due_ids(self) -> list[str]:
        """The ids of all rows in the index of due rows."""
        return [id_of(item) for item in self._due_items()]

    def schedules(self) -> dict[str, Any]:
        """All schedules, by name."""
        group = scheduler_backends[DEFAULT_ACCOUNT_ID][REGION].schedule_groups["vaada-0"]
        return dict(group.schedules)

    # ------------------------------------------------------------ clockwork

    def on_call(self, call: str, request: dict[str, Any]) -> tuple[SimpleNamespace, dict[str, Any]] | None:
        """Count a call to AWS, let the test interfere, and replace Lambda and the retry queue."""
        self.before_call(call)
        counts = call == "dynamodb.PutItem" and '"PACE"' in _text(request["body"])
        self.calls[COUNTING if counts else call] += 1
        if call == "sqs.SendMessage":
            told = json.loads(request["body"])
            assert told["QueueUrl"] == ENVIRONMENT["RETRY_QUEUE_URL"]
            self.waiting.append(told["MessageBody"])
            return SimpleNamespace(status_code=200), {"MessageId": "a-letter"}
        if call.startswith("cognito-idp."):
            return self._user_pool(call, json.loads(request["body"]))
        if call != "lambda.Invoke":
            return None
        arn = unquote(request["url_path"].split("/")[-2])
        self._woken.append((arn, json.loads(request["body"])))
        return SimpleNamespace(status_code=202), {"StatusCode": 202}

    def _user_pool(self, call: str, asked: dict[str, Any]) -> tuple[SimpleNamespace, dict[str, Any]]:
        """The response of the user pool: each user has one group or none. New ones have not signed in."""
        username, done = asked.get("Username", ""), SimpleNamespace(status_code=200)
        match call.partition(".")[2]:
            case "AdminCreateUser" if asked.get("MessageAction") == "RESEND":
                self.invited.append(username)
            case "AdminCreateUser" if username in self.groups:
                return SimpleNamespace(status_code=400), {"Error": {"Code": "UsernameExistsException"}}
            case "AdminCreateUser":
                self.groups[username] = ""
                self.invited.append(username)
            case "AdminAddUserToGroup":
                self.groups[username] = asked["GroupName"]
            case "AdminDisableUser":
                self.kept_out.add(username)
            case "AdminEnableUser":
                self.kept_out.discard(username)
            case "ListUsers":
                return done, {"Users": [self._user(name) for name in self.groups]}
            case "ListUsersInGroup":
                names = [name for name, group in self.groups.items() if group == asked["GroupName"]]
                return done, {"Users": [self._user(name) for name in names]}
        is_in = username not in self.kept_out
        return done, {"Enabled": is_in, "Groups": [{"GroupName": self.groups.get(username, "")}]}

    def _user(self, username: str) -> dict[str, object]:
        return {
            "Username": username,
            "Attributes": [{"Name": "email", "Value": username}],
            "Enabled": username not in self.kept_out,
            "UserStatus": "FORCE_CHANGE_PASSWORD" if username in self.invited else "CONFIRMED",
        }

    @property
    def _table(self) -> Table:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables["vaada"]

    def _deliver_stream(self) -> bool:
        records = self.stream_records()
        self.deliver(records)
        return bool(records)

    def _fire_schedules(self) -> bool:
        due = [name for name, at in self._standing() if at <= self.now]
        for name in due:
            target = self.schedules()[name].target
            self._scheduler.delete_schedule(GroupName="vaada-0", Name=name)
            _TARGETS[target["Arn"]](json.loads(target["Input"]), Context())
        return bool(due)

    def _wake(self) -> bool:
        woken, self._woken = self._woken, []
        for arn, payload in woken:
            _TARGETS[arn](payload, Context())
        return bool(woken)

    def _standing(self) -> Iterator[tuple[str, datetime]]:
        for name, schedule in self.schedules().items():
            found = re.fullmatch(r"at\((.+)\)", schedule.schedule_expression)
            assert found
            yield name, datetime.fromisoformat(found[1]).replace(tzinfo=UTC)

    def _schedule_times(self) -> list[datetime]:
        return [at for _, at in self._standing()]

    def _due_items(self) -> list[dict[str, Any]]:
        partitions = self._table.items.values()
        rows = [item.attrs for rows in partitions for item in rows.values() if "due_shard" in item.attrs]
        return [
            {name: {"S": row[name].value} for name in ("pk", "sk", "wake_at", "row_kind")} for row in rows
        ]

    def _sweep_times(self) -> list[datetime]:
        rows = self._due_items()
        soonest = self.now.timestamp() + 1
        wakes = [max(datetime.fromisoformat(row["wake_at"]["S"]).timestamp(), soonest) for row in rows]
        return [datetime.fromtimestamp(ceil(at / _SWEEP_SECONDS) * _SWEEP_SECONDS, UTC) for at in wakes]


_LISTENING: list[ScriptedDesk] = []
"""The desk of the running test. The product's clients are created once for all tests, as in Lambda."""


@cache
def client(service: str) -> Any:
    """A client for tests, created once: creating one takes longer than most tests."""
    return boto3.client(service)  # type: ignore[call-overload]  # the name is not known to the checker


def _check_parameters(params: dict[str, Any], model: OperationModel, **_: object) -> None:
    """Check parameters that neither the product nor moto checks."""
    assert model.input_shape
    found = ParamValidator().validate(params, model.input_shape)
    assert not found.has_errors(), found.generate_report()


def _before_call(model: OperationModel, params: dict[str, Any], **_: object) -> object:
    return _LISTENING[0].on_call(f"{model.service_model.service_name}.{model.name}", params)


def _after_call(model: OperationModel, **_: object) -> None:
    _LISTENING[0].after_call(f"{model.service_model.service_name}.{model.name}")


LISTENERS: dict[str, Any] = {
    "provide-client-params.dynamodb": _check_parameters,
    "before-call": _before_call,
    "after-call": _after_call,
}
"""What listens to the product's clients, by event."""


@cache
def _listen() -> None:
    # A client copies the handlers when it is created: one that another test created before has none.
    for made_once in (
        aws.dynamodb,
        aws.scheduler,
        aws.functions,
        aws.parameters,
        aws.queues,
        aws.users,
        aws.ses,
        aws.sns,
        aws.storage,
    ):
        made_once.cache_clear()
    events: BaseEventHooks = aws.session().get_component("event_emitter")
    for event, listener in LISTENERS.items():
        events.register(event, listener)


def _wanted(handler: object, record: dict[str, Any]) -> bool:
    """The event source mappings' filters, as template.yaml has them."""
    logical_id = "PlanSurveys" if handler is plan_surveys else "SyncSchedules"
    (source,) = resource(logical_id)["Events"].values()
    patterns = [json.loads(each["Pattern"]) for each in source["Properties"]["FilterCriteria"]["Filters"]]
    return any(_matches(pattern, record) for pattern in patterns)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, list):
        return value in pattern
    return all(name in value and _matches(wanted, value[name]) for name, wanted in pattern.items())


def _http(method: str, path: str, body: str | None) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "JKJaXmPLvHcESHA=",
        },
    }


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _response(response: dict[str, Any]) -> Response:
    headers = {**response.get("headers", {})}
    return Response(int(response["statusCode"]), headers, response.get("body") or "")


def _parsed(raw: Any) -> EmailMessage:
    return message_from_bytes(raw if isinstance(raw, bytes) else raw.encode(), policy=default)
