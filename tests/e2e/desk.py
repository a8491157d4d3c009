"""A client of the deployed desk: calls the API, reads mails and texts, and opens links."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from botocore.exceptions import ClientError

from local.api import Api, Group
from local.cloud import Cloud
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
A_MOMENT = timedelta(seconds=2.1)  # longer than any scanner waits, and than the minimum the pages require
_BEFORE = timedelta(seconds=1)
_SWEEP = 2 * MINUTE
_SWEEPS = 2  # one advances the row, the next sends the message that was held for a batch
_STREAM_PATIENCE = 60.0
_ROW_PATIENCE = 180.0
_ROWS_IN_A_BATCH = 100
_PUNCTUAL = {"commitment": {"warn", "flag"}, "follow_up": {"scheduled"}, "survey": {"ask"}}
"""The steps, or for follow-ups the statuses, that have a schedule. The sweep does the others."""


def eventually(look: Callable[[], T | None], what: str | Callable[[], str], patience: float = PATIENCE) -> T:
    """What `look` returns, as soon as it is not None. Fails after a time limit, and says what was awaited."""
    ends = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= ends:
            raise AssertionError(f"not within {patience:.0f} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.1)


def link(message: Message, place: str) -> str:
    """The link of this kind (`s`, `a` or `u`) in a message, without its query."""
    found = re.search(rf"https?://[^/\s]+/{place}/[^\s?\"]+", message.text)
    assert found, f"no /{place}/ link in: {message.text}"
    return found[0]


def wrong_fields(answer: httpx.Response) -> list[str]:
    """The fields that the API calls invalid. Fails if the response is not problem details (RFC 9457)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return [error["field"] for error in problem["errors"]]


def a_key() -> dict[str, str]:
    """A header with a new idempotency key."""
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
    """A due row, as it is in the table."""

    id: str
    kind: str
    version: int
    wake_at: str
    state: str
    """The next step, or the status of a row without steps."""

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
        """Whether it is a message that is not held."""
        return self.kind == "message" and self.state != "held"

    @property
    def is_punctual(self) -> bool:
        """Whether it has a schedule."""
        return self.state in _PUNCTUAL.get(self.kind, ())


class Desk:
    """A client of the deployed desk. `personal` collects all personal data that it wrote."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.personal: set[str] = set()
        self.manager = self.user("manager@vaada.example", "managers")
        host = {"Host": urlsplit(cloud.api_url).netloc}
        once = httpx.Limits(max_keepalive_connections=0)  # an idle connection hangs when the clock jumps
        self._web = httpx.Client(
            base_url=cloud.endpoint, headers=host, limits=once, trust_env=False, timeout=60
        )
        self._outbox = Outbox(cloud)
        self._people = 0
        self._resources: dict[str, str] = {}
        self._scheduled: set[tuple[str, int]] = set()
        """Ids and versions of the rows whose schedules were found, or are not awaited any more."""
        self._due: dict[tuple[str, str, str], DueRow] = {}
        """The due rows that were last found, by their keys and versions."""
        self._took: list[tuple[datetime, timedelta, timedelta]] = []
        """For each time that was waited for, how long its schedules took, and they with its sweeps."""

    def close(self) -> None:
        """Close the connections."""
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

    def promise(
        self, customer: Person, agent: Person, what: str, due_at: datetime, *, ago: timedelta = timedelta()
    ) -> str:
        """Record a contact, which was that long ago, with a promise. Returns the id of the commitment."""
        promised = [{"what": what, "due_at": due_at.isoformat()}]
        when = {"occurred_at": (self.now - ago).isoformat()} if ago else {}
        self.personal.add(what)
        summary = f"{customer.name} wanted: {what}"
        recorded = self.contact(customer, agent, summary, commitments=promised, **when)
        return str(recorded["commitments"][0]["commitment_id"])

    def follow_up(self, customer: Person, agent: Person, reason: str, at: datetime) -> str:
        """Record a contact with a follow-up. Returns the id of the follow-up."""
        asked = {"at": at.isoformat(), "reason": reason}
        self.personal.add(reason)
        recorded = self.contact(customer, agent, f"{customer.name} asked: {reason}", follow_up=asked)
        return str(recorded["follow_up"]["follow_up_id"])

    def resolved(self, customer: Person, agent: Person, summary: str, occurred_at: datetime) -> None:
        """Record a contact that resolves the case, and wait until its survey is planned."""
        planned = len(self.surveys(customer))
        self.contact(customer, agent, summary, occurred_at=occurred_at.isoformat(), resolved=True)
        eventually(
            lambda: len(self.surveys(customer)) > planned, "the survey of a resolved contact is planned"
        )

    def texts_in(self, customer: Person, words: str) -> None:
        """Deliver a text of a customer."""
        self.hand_in(json.dumps({"originationNumber": customer.phone, "messageBody": words}))

    def hand_in(self, message: str) -> None:
        """Deliver a message of SNS about a text."""
        notification = {"MessageId": str(uuid4()), "Message": message}
        assert self.invoke("ReceiveText", {"Records": [{"Sns": notification}]}) == 1

    def call(self, method: str, path: str, *, user: Api | None = None, **what: Any) -> httpx.Response:
        """Call the API as a user, or as the manager. Returns any response."""
        user = user or self.manager
        user.sign_in()
        headers = {"Authorization": f"Bearer {user.token}", **what.pop("headers", {})}
        return self._web.request(method, path, headers=headers, **what)

    def open(self, link: str, method: str = "GET", **what: Any) -> httpx.Response:
        """Open a link of a message, or any other address, without signing in."""
        parts = urlsplit(link)
        return self._web.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, **what)

    def send(self, link: str, **fields: str) -> httpx.Response:
        """Send the form behind a link."""
        return self.open(link.partition("?")[0], "POST", data=fields)

    def answer(self, link: str, **fields: str) -> httpx.Response:
        """Open a page, wait for a moment, and send its form, as a person does."""
        page = self.open(link)
        nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
        self.look_for_a_moment()
        return self.send(link, **fields, **({"nonce": nonce[1]} if nonce else {}))

    def look_for_a_moment(self) -> None:
        """Let the time pass that a person needs to read a page."""
        self.cloud.travel(A_MOMENT)

    # ------------------------------------------------------------ what came of it

    def timeline(self, customer: Person, kind: str | None = None) -> list[dict[str, Any]]:
        """A customer's timeline, newest first, or its rows of one kind."""
        items = self.manager.get(f"/api/customers/{customer.id}/timeline", limit="100")["items"]
        return [item for item in items if kind in {None, item["row_kind"]}]

    def all_of(self, customer: Person) -> Any:
        """All rows of a customer with their versions: equal if nothing was written."""
        return self.manager.get(f"/api/customers/{customer.id}"), self.timeline(customer)

    def row(self, customer: Person, row_id: str) -> dict[str, Any]:
        """One commitment, follow-up or survey of a customer."""
        [row] = [row for row in self.timeline(customer) if row.get(f"{row['row_kind']}_id") == row_id]
        return row

    def surveys(self, customer: Person) -> list[dict[str, Any]]:
        """A customer's surveys, newest first."""
        items: list[dict[str, Any]] = self.manager.get("/api/surveys", customer_id=customer.id)["items"]
        return items

    def mails(self, to: Person | str, about: str = "") -> list[Message]:
        """The mails to somebody so far whose text contains this."""
        return [mail for mail in self._messages("email", to) if about in mail.text]

    def texts(self, to: Person) -> list[Message]:
        """The text messages to somebody so far."""
        return self._messages("sms", to)

    def mail(self, to: Person | str, about: str = "", *, number: int = 1) -> Message:
        """The mail with this number to somebody, as soon as it is there. Fails if there are more."""
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
        """The time of the deployed stack."""
        return self.cloud.clock.now()

    def wait_until(self, at: datetime, *, with_stream: bool = True) -> None:
        """Let time pass until then, and until everything that is due by then is done.

        The clock stops just before, so that a message sent too early has a time that shows it. Rows with a
        schedule are advanced in their minute; for the others, time passes until the next sweeps. The stream
        must have delivered earlier writes, unless the test switched it off.
        """
        if with_stream:
            self._wait_for_stream()
        scheduled = self.schedule_names()
        if (ahead := at - self.now - _BEFORE) > timedelta():
            self.cloud.travel(ahead)
        self.invoke("SweepDue", {})
        self._outbox.fetch_texts()
        eventually(lambda: self.now >= at, f"it is {at}")
        began = self.now
        self._settle(lambda row: row.id in scheduled or row.is_on_its_way)
        by_schedules = by_sweeps = self.now - began
        for _ in range(_SWEEPS):
            if self._late(ahead=MINUTE):
                self.cloud.travel(_SWEEP)
                began = self.now
                self._settle(lambda _: True)
                by_sweeps += self.now - began
        self._took.append((at, by_schedules, by_sweeps))

    def is_punctual(self, message: Message, due_at: datetime, within: timedelta = _SWEEP) -> bool:
        """Whether a message was sent on time: not a second early, and before the next sweep.

        The time that this machine took for it does not count: on a busy one it may be minutes.
        """
        after = [took for took in self._took if took[0] >= due_at]
        _, by_schedules, by_sweeps = min(after, default=(due_at, timedelta(), timedelta()))
        took = by_schedules if within <= _SWEEP else by_sweeps
        return due_at <= message.at < due_at + within + took

    def lose_schedule(self, row_id: str) -> None:
        """Delete the schedule of a row without telling the desk."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        scheduler.delete_schedule(GroupName=self.resource("ScheduleGroup"), Name=row_id)
        self._scheduled |= {(row.id, row.version) for row in self._due_rows() if row.id == row_id}

    def _wait_for_stream(self) -> None:
        """Wait until contacts are planned and schedules exist, which takes seconds if functions start cold.

        If the clock were moved before, rows would have no schedule when they fall due, and be late. A row
        that has none for long never gets one, and is waited for only once.
        """
        ends = time.monotonic() + _STREAM_PATIENCE
        while (waiting := self._not_yet_streamed()) and time.monotonic() < ends:
            time.sleep(0.1)
        self._scheduled |= waiting

    def _not_yet_streamed(self) -> set[tuple[str, int]]:
        """Ids and versions of contacts that are not planned and of rows without a schedule."""
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
        """The version in the schedule of a row, if there is one."""
        try:
            return int(json.loads(self.schedule(row_id)[1])["version"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None

    def _settle(self, concerns: Callable[[DueRow], bool]) -> None:
        """Wait for these rows. After a time limit go on: the test that needs one of them fails."""
        ends = time.monotonic() + _ROW_PATIENCE
        while any(concerns(row) for row in self._late()) and time.monotonic() < ends:
            time.sleep(0.1)
            self._outbox.fetch_texts()  # now, so that they have the time at which they came

    def _late(self, ahead: timedelta = timedelta()) -> list[DueRow]:
        """The rows that are due or will be so soon, and the messages that are being sent."""
        soon = self._text_of(self.now + ahead)
        return [row for row in self._due_rows() if row.wake_at <= soon or row.is_on_its_way]

    def _due_rows(self) -> list[DueRow]:
        """All due rows. The index tells which; the steps of new versions are read from the table."""
        dynamodb: DynamoDBClient = self.cloud.client("dynamodb")
        scan = dynamodb.get_paginator("scan").paginate(
            TableName=self.cloud.outputs["TableName"], IndexName="due"
        )
        found = [item for page in scan for item in page["Items"]]
        versions = [(item["pk"]["S"], item["sk"]["S"], item["version"]["N"]) for item in found]
        self._due = {version: self._due[version] for version in versions if version in self._due}
        new = [(pk, sk) for pk, sk, number in versions if (pk, sk, number) not in self._due]
        for start in range(0, len(new), _ROWS_IN_A_BATCH):
            for item in self._items(dynamodb, new[start : start + _ROWS_IN_A_BATCH]):
                version = item["pk"]["S"], item["sk"]["S"], item["version"]["N"]
                if "wake_at" in item:  # else it was done meanwhile
                    self._due[version] = DueRow.of(item)
        return list(self._due.values())

    def _items(self, dynamodb: "DynamoDBClient", keys: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        table = self.cloud.outputs["TableName"]
        asked: Any = {table: {"Keys": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]}}
        items: list[dict[str, Any]] = []
        while asked:
            answer = dynamodb.batch_get_item(RequestItems=asked)
            items += answer["Responses"].get(table, [])
            asked = answer["UnprocessedKeys"]
        return items

    @staticmethod
    def _text_of(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    # ------------------------------------------------------------ what it is made of

    def resource(self, logical_id: str) -> str:
        """The physical name of a resource of template.yaml."""
        if not self._resources:
            cloudformation: CloudFormationClient = self.cloud.client("cloudformation")
            found = cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.cloud.stack)
            resources = [resource for page in found for resource in page["StackResourceSummaries"]]
            self._resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        return self._resources[logical_id]

    def invoke(self, logical_id: str, event: object) -> Any:
        """Invoke a function with an event. Returns its result, and fails if it fails."""
        functions: LambdaClient = self.cloud.client("lambda")
        done = functions.invoke(FunctionName=self.resource(logical_id), Payload=json.dumps(event))
        result = json.loads(done["Payload"].read() or "null")
        assert "FunctionError" not in done, result
        return result

    def schedule_names(self) -> set[str]:
        """The names of all schedules."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        pages = scheduler.get_paginator("list_schedules").paginate(GroupName=self.resource("ScheduleGroup"))
        return {schedule["Name"] for page in pages for schedule in page["Schedules"]}

    def schedule(self, name: str) -> tuple[str, str]:
        """The time of a schedule, and its input."""
        scheduler: EventBridgeSchedulerClient = self.cloud.client("scheduler")
        found = scheduler.get_schedule(GroupName=self.resource("ScheduleGroup"), Name=name)
        return found["ScheduleExpression"], found["Target"]["Input"]

    def stream_records(self, customer: Person) -> list[dict[str, Any]]:
        """The stream records of a customer's rows, as Lambda gets them, in order."""
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
            record["dynamodb"].pop(
                "ApproximateCreationDateTime", None
            )  # a number for Lambda, which nothing reads
        return [
            record for record in found if record["dynamodb"]["Keys"]["pk"]["S"] == f"CUSTOMER#{customer.id}"
        ]

    def log(self) -> list[str]:
        """The logs of all functions. MiniStack returns 10,000 events at most, and no token for the others."""
        logs = self.cloud.client("logs")
        found: dict[tuple[str, int, str], str] = {}
        since, known = 0, -1
        while len(found) > known:
            known = len(found)
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=self.resource("LogGroup"), startTime=since
            )
            for event in (event for page in pages for event in page["events"]):
                message = event["message"]
                found[event["logStreamName"], event["timestamp"], message] = message
                since = event["timestamp"]
        return list(found.values())

    def queued_events(self) -> list[str]:
        """All messages in the queue RetryQueue, with those that are not visible now."""
        return [str(message["Body"]) for message in self._in_queue()]

    def let_queued_events_wait(self, by: timedelta) -> None:
        """Let time pass until the function has received the messages of the queue RetryQueue."""
        self.cloud.travel(by)
        sqs: SQSClient = self.cloud.client("sqs")
        bell = sqs.create_queue(QueueName="bell")["QueueUrl"]

        def tried() -> (
            bool
        ):  # after a jump of the clock MiniStack polls a queue only once something is sent to it
            sqs.send_message(QueueUrl=bell, MessageBody="look")
            return not any(message["IsVisible"] for message in self._in_queue())

        eventually(tried, "what came up in the queue was brought")

    def _in_queue(self) -> list[dict[str, Any]]:
        told = self.cloud.read_page(f"sqs/messages?QueueUrl={self.resource('RetryQueue')}")["messages"]
        regions = [region for account in told.values() for region in account.values()]
        return [message for region in regions for queue in region.values() for message in queue]

    def dead_letters(self) -> Iterator[str]:
        """The messages in all dead-letter queues."""
        sqs: SQSClient = self.cloud.client("sqs")
        for queue in (
            "StreamFailures",
            "RemindAgentFailures",
            "FlagOverdueFailures",
            "SendSurveyFailures",
            "ReceiveMailFailures",
            "RetryQueueFailures",
        ):
            found = sqs.receive_message(
                QueueUrl=self.resource(queue), MaxNumberOfMessages=10, VisibilityTimeout=0
            )
            yield from (message["Body"] for message in found.get("Messages", []))
