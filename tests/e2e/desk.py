"""The deployed desk as its people have it: they call the API, get mails and texts, and open links."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from botocore.exceptions import ClientError

from local.api import Api, Group
from local.cloud import STACK, Cloud
from local.outbox import Message, Outbox
from tests.times import MINUTE

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

T = TypeVar("T")

OWNER = "owner@vaada.example"
PATIENCE = 60.0
A_MOMENT = timedelta(seconds=2.1)  # longer than any program waits and than the desk asks for
_BEFORE = timedelta(seconds=1)
_SWEEP = 2 * MINUTE
_SWEEPS = 2  # one takes the step, the next sends what was held a minute for others
_STREAM_PATIENCE = 20.0
_PUNCTUAL = {"commitment": {"warn", "flag"}, "follow_up": {"scheduled"}, "survey": {"ask"}}
"""The steps, or for follow-ups the statuses, that have a schedule. All else is left to the sweep."""


def eventually(look: Callable[[], T | None], what: str | Callable[[], str], patience: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds something. Fails when that takes too long, and says for what."""
    ends = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= ends:
            raise AssertionError(f"not within {patience:.0f} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.1)


def link(message: Message, place: str) -> str:
    """The link to this place (`s`, `a` or `u`) in a message, without what it chooses beforehand."""
    found = re.search(rf"https?://[^/\s]+/{place}/[^\s?\"]+", message.text)
    assert found, f"no /{place}/ link in: {message.text}"
    return found[0]


def punctual(message: Message, due_at: datetime, within: timedelta = 2 * MINUTE) -> bool:
    """Whether a message came at its time: not a second early, and before the next sweep."""
    return due_at <= message.at < due_at + within


def wrong_fields(answer: httpx.Response) -> list[str]:
    """The fields that the API says are wrong. Fails unless it says so in problem details (RFC 9457)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return [error["field"] for error in problem["errors"]]


def a_key() -> dict[str, str]:
    """The header of a request that may be sent again."""
    return {"Idempotency-Key": secrets.token_hex(16)}


@dataclass(frozen=True)
class Person:
    """An agent or a customer."""

    id: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class DueRow:
    """A row that waits for a time, as the table has it."""

    id: str
    kind: str
    version: int
    wake_at: str
    state: str
    """The step that comes next, or the status of a row without steps."""

    @classmethod
    def of(cls, item: dict[str, Any]) -> "DueRow":
        """Read an item."""
        step, status = item.get("step", {}).get("S"), item.get("status", {}).get("S")
        return cls(
            id=item["pk"]["S"].removeprefix("CUSTOMER#") + item["sk"]["S"].removeprefix("ROW#"),
            kind=item["row_kind"]["S"],
            version=int(item["version"]["N"]),
            wake_at=item["wake_at"]["S"],
            state=step or status or "",
        )

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is a message that is not held back."""
        return self.kind == "message" and self.state != "held"

    @property
    def is_punctual(self) -> bool:
        """Whether it has a schedule."""
        return self.state in _PUNCTUAL.get(self.kind, ())


class Desk:
    """The desk, deployed. All that is personal and written through here is remembered in `personal`."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.personal: set[str] = set()
        self.manager = self.user("manager@vaada.example", "managers")
        host = {"Host": urlsplit(cloud.api_url).netloc}
        once = httpx.Limits(max_keepalive_connections=0)  # a connection that waits hangs when the clock jumps
        self._web = httpx.Client(
            base_url=cloud.endpoint, headers=host, limits=once, trust_env=False, timeout=60
        )
        self._outbox = Outbox(cloud)
        self._people = 0
        self._resources: dict[str, str] = {}
        self._scheduled: set[tuple[str, int]] = set()
        """Id and version of the rows whose schedules need not be looked for any more."""

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()
        self.manager.close()

    # ------------------------------------------------------------ who there is

    def agent(self, name: str, *, supervisor: Person | None = None, **more: Any) -> Person:
        """A new agent with an address and a number of their own."""
        return self._person("agent", name, supervisor_id=supervisor and supervisor.id, **more)

    def customer(self, name: str, **more: Any) -> Person:
        """A new customer with an address and a number of their own, who agreed to all messages."""
        return self._person(
            "customer", name, **{"consent": {"email": True, "sms": True, "survey": True}, **more}
        )

    def user(self, email: str, group: Group) -> Api:
        """Somebody who can sign in."""
        return Api.sign_up(self.cloud, email, group)

    def _person(self, kind: str, name: str, **more: Any) -> Person:
        self._people += 1
        email = f"{kind}-{self._people}@people.example"
        phone = f"+447700900{self._people:03d}"  # numbers kept free for fiction
        body = {"name": name, "email": email, "phone": phone, **more}
        self.personal |= {name, email, phone}
        row = self.manager.post(f"/api/{kind}s", body)
        return Person(row[f"{kind}_id"], name, email, phone)

    # ------------------------------------------------------------ what people do

    def contact(self, customer: Person, agent: Person, summary: str, **more: Any) -> Any:
        """Record a contact by phone."""
        body = {
            "customer_id": customer.id,
            "agent_id": agent.id,
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": summary,
            **more,
        }
        self.personal.add(summary)
        return self.manager.post("/api/interactions", body)

    def promise(self, customer: Person, agent: Person, what: str, due_at: datetime) -> str:
        """Record a contact in which something was promised. Gives the commitment's id."""
        promised = [{"what": what, "due_at": due_at.isoformat()}]
        self.personal.add(what)
        recorded = self.contact(customer, agent, f"{customer.name} wanted: {what}", commitments=promised)
        return str(recorded["commitments"][0]["commitment_id"])

    def follow_up(self, customer: Person, agent: Person, reason: str, at: datetime) -> str:
        """Record a contact with something to do at a time. Gives the follow-up's id."""
        asked = {"at": at.isoformat(), "reason": reason}
        self.personal.add(reason)
        recorded = self.contact(customer, agent, f"{customer.name} asked: {reason}", follow_up=asked)
        return str(recorded["follow_up"]["follow_up_id"])

    def resolved(self, customer: Person, agent: Person, summary: str, occurred_at: datetime) -> None:
        """Record a contact that settled the matter, and wait until its survey is planned."""
        planned = len(self.surveys(customer))
        self.contact(customer, agent, summary, occurred_at=occurred_at.isoformat(), resolved=True)
        eventually(
            lambda: len(self.surveys(customer)) > planned, "the survey of a resolved contact is planned"
        )

    def texts_in(self, customer: Person, words: str) -> None:
        """A customer texts this to our number."""
        self.hand_in(json.dumps({"originationNumber": customer.phone, "messageBody": words}))

    def hand_in(self, message: str) -> None:
        """SNS brings this from our number."""
        notification = {"MessageId": str(uuid4()), "Message": message}
        assert self.invoke("ReceiveText", {"Records": [{"Sns": notification}]}) == 1

    def call(self, method: str, path: str, *, user: Api | None = None, **what: Any) -> httpx.Response:
        """Call the API as a user, or as the manager, and take whatever it answers."""
        user = user or self.manager
        user.sign_in()
        headers = {"Authorization": f"Bearer {user.token}", **what.pop("headers", {})}
        return self._web.request(method, path, headers=headers, **what)

    def open(self, link: str, method: str = "GET", **what: Any) -> httpx.Response:
        """Open a link from a message, or any other address, without being signed in."""
        parts = urlsplit(link)
        return self._web.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, **what)

    def send(self, link: str, **fields: str) -> httpx.Response:
        """Send the form behind a link."""
        return self.open(link.partition("?")[0], "POST", data=fields)

    def answer(self, link: str, **fields: str) -> httpx.Response:
        """Open a page, look at it for a moment, and send its form, as a person does."""
        page = self.open(link)
        nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
        self.look_for_a_moment()
        return self.send(link, **fields, **({"nonce": nonce[1]} if nonce else {}))

    def look_for_a_moment(self) -> None:
        """Let the time pass that a person needs to read a page."""
        self.cloud.travel(A_MOMENT)

    # ------------------------------------------------------------ what came of it

    def timeline(self, customer: Person, kind: str | None = None) -> list[dict[str, Any]]:
        """A customer's whole story, newest first, or what is of one kind in it."""
        items = self.manager.get(f"/api/customers/{customer.id}/timeline", limit="100")["items"]
        return [item for item in items if kind in {None, item["row_kind"]}]

    def all_of(self, customer: Person) -> Any:
        """Everything that is stored of a customer, with versions: equal when nothing was written."""
        return self.manager.get(f"/api/customers/{customer.id}"), self.timeline(customer)

    def row(self, customer: Person, row_id: str) -> dict[str, Any]:
        """One commitment, follow-up or survey of a customer, as it stands."""
        [row] = [row for row in self.timeline(customer) if row.get(f"{row['row_kind']}_id") == row_id]
        return row

    def surveys(self, customer: Person) -> list[dict[str, Any]]:
        """A customer's surveys, newest first."""
        items: list[dict[str, Any]] = self.manager.get("/api/surveys", customer_id=customer.id)["items"]
        return items

    def mails(self, to: Person | str, about: str = "") -> list[Message]:
        """The mails to somebody so far, those whose text says this."""
        return [mail for mail in self._messages("email", to) if about in mail.text]

    def texts(self, to: Person) -> list[Message]:
        """The text messages to somebody so far."""
        return self._messages("sms", to)

    def mail(self, to: Person | str, about: str = "", *, number: int = 1) -> Message:
        """The mail of this number to somebody, once it is there. Fails if there are more."""
        who = to if isinstance(to, str) else f"{to.name} <{to.email}>"
        mails = eventually(
            lambda: found if len(found := self.mails(to, about)) >= number else None,
            lambda: f"mail {number} to {who} {about and f'about {about!r}'}; late: {self._late()}",
        )
        assert len(mails) == number, [f"{mail.at:%a %H:%M:%S} {mail.headline}" for mail in mails]
        return mails[-1]

    def text(self, to: Person) -> Message:
        """The one text message to somebody, as soon as it is there."""
        [text] = eventually(lambda: self.texts(to), f"a text to {to.name}")
        return text

    def _messages(self, medium: str, to: Person | str) -> list[Message]:
        self._outbox.fetch()
        addresses = {to} if isinstance(to, str) else {to.email, to.phone}
        return [sent for sent in self._outbox.messages if sent.medium == medium and sent.to in addresses]

    # ------------------------------------------------------------ time

    @property
    def now(self) -> datetime:
        """What time it is at the desk."""
        return self.cloud.clock.now()

    def wait_until(self, at: datetime, *, with_stream: bool = True) -> None:
        """Let time pass until then, and until what is due by then is done.

        The desk is looked over just before: what is sent then carries a time that shows it was early. What
        has a schedule comes to its minute; for the rest, time passes until the next sweeps. What was written
        before must have come through the stream, unless the test has switched that off.
        """
        if with_stream:
            self._wait_for_stream()
        scheduled = self.schedule_names()
        if (ahead := at - self.now - _BEFORE) > timedelta():
            self.cloud.travel(ahead)
        self.invoke("SweepDue", {})
        self._outbox.fetch()
        eventually(lambda: self.now >= at, f"it is {at}")
        self._settle(lambda row: row.id in scheduled or row.is_on_its_way)
        for _ in range(_SWEEPS):
            if self._late(ahead=MINUTE):
                self.cloud.travel(_SWEEP)
                self._settle(lambda _: True)

    def lose_schedule(self, row_id: str) -> None:
        """Delete the schedule of a row behind the desk's back."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        scheduler.delete_schedule(GroupName=self.resource("ScheduleGroup"), Name=row_id)
        self._scheduled |= {(row.id, row.version) for row in self._due_rows() if row.id == row_id}

    def _wait_for_stream(self) -> None:
        """Wait until contacts are planned and schedules stand, which takes seconds where functions start.

        Were the clock set ahead before, rows would have no schedule when they fall due, and come late.
        What has none for long never gets one, and is waited for once.
        """
        ends = time.monotonic() + _STREAM_PATIENCE
        while (waiting := self._not_yet_streamed()) and time.monotonic() < ends:
            time.sleep(0.1)
        self._scheduled |= waiting

    def _not_yet_streamed(self) -> set[tuple[str, int]]:
        """Id and version of the contacts without a plan and of the rows without their schedule."""
        rows = {(row.id, row.version): row for row in self._due_rows()}
        waiting = {key for key, row in rows.items() if row.kind == "interaction"}
        for key, row in rows.items():
            if row.is_punctual and row.wake_at > self._text_of(self.now) and key not in self._scheduled:
                if self._version_scheduled(row.id) == row.version:
                    self._scheduled.add(key)
                else:
                    waiting.add(key)
        return waiting - self._scheduled

    def _version_scheduled(self, row_id: str) -> int | None:
        """Of which version of a row its schedule is, if there is one."""
        try:
            return int(json.loads(self.schedule(row_id)[1])["version"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None

    def _settle(self, concerns: Callable[[DueRow], bool]) -> None:
        """Wait for these rows. When that takes too long, whoever waits for one of them will say so."""
        ends = time.monotonic() + PATIENCE
        while any(concerns(row) for row in self._late()) and time.monotonic() < ends:
            time.sleep(0.1)
            self._outbox.fetch()  # texts are kept without their time: they are of when they are seen

    def _late(self, ahead: timedelta = timedelta()) -> list[DueRow]:
        """The rows whose time has come or comes so soon, and the messages on their way."""
        soon = self._text_of(self.now + ahead)
        return [row for row in self._due_rows() if row.wake_at <= soon or row.is_on_its_way]

    def _due_rows(self) -> list[DueRow]:
        """All that waits for a time."""
        dynamodb: DynamoDBClient = self.cloud.client("dynamodb")
        scan = dynamodb.get_paginator("scan").paginate(
            TableName=self.cloud.outputs["TableName"],
            FilterExpression="attribute_exists(due_shard)",
            ProjectionExpression="pk, sk, row_kind, version, wake_at, #status, step",
            ExpressionAttributeNames={"#status": "status"},
        )
        return [DueRow.of(item) for page in scan for item in page["Items"]]

    @staticmethod
    def _text_of(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    # ------------------------------------------------------------ what it is made of

    def resource(self, logical_id: str) -> str:
        """The name that a resource of template.yaml was given."""
        if not self._resources:
            cloudformation: CloudFormationClient = self.cloud.client("cloudformation")
            found = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
            resources = [resource for page in found for resource in page["StackResourceSummaries"]]
            self._resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        return self._resources[logical_id]

    def invoke(self, logical_id: str, event: object) -> Any:
        """Run a function with an event, and give what it returns. Fails when it fails."""
        functions: LambdaClient = self.cloud.client("lambda")
        done = functions.invoke(FunctionName=self.resource(logical_id), Payload=json.dumps(event))
        result = json.loads(done["Payload"].read() or "null")
        assert "FunctionError" not in done, result
        return result

    def schedule_names(self) -> set[str]:
        """The schedules that stand."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        pages = scheduler.get_paginator("list_schedules").paginate(GroupName=self.resource("ScheduleGroup"))
        return {schedule["Name"] for page in pages for schedule in page["Schedules"]}

    def schedule(self, name: str) -> tuple[str, str]:
        """When a schedule fires, and what it says then."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        found = scheduler.get_schedule(GroupName=self.resource("ScheduleGroup"), Name=name)
        return found["ScheduleExpression"], found["Target"]["Input"]

    def stream_records(self, customer: Person) -> list[dict[str, Any]]:
        """What the table's stream brought of a customer, as Lambda gets it, in order."""
        streams = self.cloud.client("dynamodbstreams")
        [stream] = streams.list_streams(TableName=self.cloud.outputs["TableName"])["Streams"]
        [shard] = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        at = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        ).get("ShardIterator")
        found: list[dict[str, Any]] = []
        while at:
            page = streams.get_records(ShardIterator=at)
            found += page["Records"]
            at = page.get("NextShardIterator") if page["Records"] else None
        for record in found:
            record["dynamodb"].pop("ApproximateCreationDateTime", None)  # a number to Lambda, and not read
        return [
            record for record in found if record["dynamodb"]["Keys"]["pk"]["S"] == f"CUSTOMER#{customer.id}"
        ]

    def log(self) -> list[str]:
        """What all functions have logged."""
        logs = self.cloud.client("logs")
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=self.resource("LogGroup"))
        return [event["message"] for page in pages for event in page["events"]]

    def queued_events(self) -> list[str]:
        """What waits in the queue RetryQueue, those included that are not to be seen just now."""
        return [str(message["Body"]) for message in self._in_queue()]

    def let_queued_events_wait(self, by: timedelta) -> None:
        """Let time pass, and the function have what comes up in the queue RetryQueue by then."""
        self.cloud.travel(by)
        sqs: SQSClient = self.cloud.client("sqs")
        bell = sqs.create_queue(QueueName="bell")["QueueUrl"]

        def tried() -> bool:  # after a jump of the clock MiniStack looks at queues once something is sent
            sqs.send_message(QueueUrl=bell, MessageBody="look")
            return not any(message["IsVisible"] for message in self._in_queue())

        eventually(tried, "what came up in the queue was brought")

    def _in_queue(self) -> list[dict[str, Any]]:
        told = self.cloud.read_page(f"sqs/messages?QueueUrl={self.resource('RetryQueue')}")["messages"]
        regions = [region for account in told.values() for region in account.values()]
        return [message for region in regions for queue in region.values() for message in queue]

    def dead_letters(self) -> Iterator[str]:
        """What waits in the queues for what could not be done."""
        sqs: SQSClient = self.cloud.client("sqs")
        for queue in (
            "StreamFailures",
            "RemindAgentFailures",
            "FlagOverdueFailures",
            "SendSurveyFailures",
            "RetryQueueFailures",
        ):
            found = sqs.receive_message(
                QueueUrl=self.resource(queue), MaxNumberOfMessages=10, VisibilityTimeout=0
            )
            yield from (message["Body"] for message in found.get("Messages", []))
