"""A town around the desk: customers who read their post and browse, and what really reached them.

The world is that of the histories, without faults. Here it is not AWS that makes trouble, but people, their
mail programs, and programs that follow links.
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from functions.api.app import handler as api
from functions.pages.app import handler as pages
from tests.integration.scripted_desk import MANAGER
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.items import Item, parsed
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.fake_aws.table import INDEX_KEYS, DynamoDb
from tests.simulation.world import World, nonce_on
from vaada.model.rows import Row

DAY, HOUR, MINUTE, SECOND = (timedelta(**{unit: 1}) for unit in ("days", "hours", "minutes", "seconds"))
WEEK = 7 * DAY
MESSAGES_A_WEEK = 3
MORNING, EVENING = time(9), time(20)
LANGUAGES = ("en", "ur", "ar", "es", "fr", "de", "hi", "pt")
ZONES = (
    *("UTC", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Karachi", "Asia/Kolkata"),
    *("Australia/Sydney", "Pacific/Auckland"),
)
_LINK = re.compile(r"https://desk\.example\.com/[su]/[^\s?]+")
BOUNDLESS = {"texts_a_day": 1_000_000, "mails_a_second": 10_000, "texts_spend_a_month": "1000000.00"}
"""What is said of sending, which is not what is looked at here."""


@dataclass(frozen=True)
class Page:
    """What a browser got."""

    status: int
    html: str

    @property
    def nonce(self) -> str:
        """The one that its form carries; empty where there is none."""
        return nonce_on(self.html) or ""


class Paged(DynamoDb):
    """Lists of a town have more than a page."""

    def query(self, **asked: Any) -> dict[str, Any]:
        """One page, and where the next begins."""
        most, start = asked.pop("Limit", None), asked.pop("ExclusiveStartKey", None)
        found: list[Item] = super().query(**asked)["Items"]
        if start:
            begin = next(
                n for n, item in enumerate(found) if (item["pk"], item["sk"]) == (start["pk"], start["sk"])
            )
            found = found[begin + 1 :]
        page = {"Items": found[:most]}
        if most is None or len(found) <= most:
            return page
        names = {"pk", "sk", *INDEX_KEYS[asked.get("IndexName", "")]}
        return {**page, "LastEvaluatedKey": {name: found[most - 1][name] for name in names}}


class Town(World):
    """A world without faults that begins when it is told to, with a browser and a reader of reports."""

    def __init__(self, seed: int, start: datetime) -> None:
        super().__init__(seed, Faults())
        self.start = self.now = start
        self.zone, self.country = "UTC", "GB"
        self.table = Paged(self.table.calls, on_write=self._written)
        self._heard = 0

    def get(self, path: str, **query: str) -> Any:
        """Ask the API, as a manager."""
        answer = self._run(api, _event("GET", path, query, None))
        assert answer["statusCode"] == 200, answer["body"]
        return json.loads(answer["body"])

    def ask_by(self, surveys: Mapping[str, object]) -> None:
        """From now on customers are asked by these rules, and no limit of sending is in the way."""
        policy = self.get("/api/policy")
        policy["surveys"] |= surveys
        policy["sending"] |= BOUNDLESS
        self.ask("PUT /api/policy", policy)

    def visit(self, method: str, link: str, fields: Mapping[str, object] | None = None) -> Page:
        """Open a link or send its form, once. What only looks writes nothing."""
        written = len(self.table.stream)
        path, said = urlsplit(link).path, urlencode(fields or {})
        query, body = ({}, said) if method == "POST" else (fields or {}, None)
        answer = self._run(pages, _event(method, path, query, body))
        assert answer is not None, f"{method} {link} failed"
        assert answer["statusCode"] < 500, f"{method} {link}: {answer['body']}"
        assert method == "POST" or len(self.table.stream) == written, f"a {method} wrote: {link}"
        return Page(answer["statusCode"], answer["body"] or "")

    def later(self, after: timedelta, what: str, action: Callable[[], object]) -> None:
        """Do it so long from now."""

        def act() -> None:
            action()

        self.at(self.now + after, what, act)

    def news(self) -> Iterator[Row]:
        """The rows that were written since this was asked last."""
        for record in self.table.stream[self._heard :]:
            if "NewImage" in record["dynamodb"]:
                yield parsed(record["dynamodb"]["NewImage"])
        self._heard = len(self.table.stream)

    def rows(self) -> list[Row]:
        """All that stands in the table."""
        return [parsed(item) for item in self.table.items.values()]


def links(sent: Sent, place: str = "") -> list[str]:
    """The links in a message, to this place or to any."""
    return [link for link in dict.fromkeys(_LINK.findall(sent.text)) if f"/{place}" in link]


def survey_of(link: str) -> str:
    """Which survey a link is about: the part of its token that is the same in each message about it."""
    packed = urlsplit(link).path.split("/")[2].partition(".")[0]
    return base64.b32hexencode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode().lower()


@dataclass
class Watcher:
    """Judges all that reaches customers, by the post alone: how often, when, and how often asked.

    Each customer is a name here; `whose` are their addresses, `zones` where they are.
    """

    whose: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    reached: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    asked: defaultdict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    """When each customer was first sent each survey, in order."""
    times: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many messages went out about each survey."""

    def judge(self, sent: Sent, cool_down: timedelta) -> None:
        """One more message. Raises AssertionError."""
        name = self.whose.get(sent.to)
        if name is None:
            return
        local = sent.at.astimezone(ZoneInfo(self.zones[name]))
        assert MORNING <= local.time() < EVENING, f"{name} is written to at {local:%H:%M}"
        self.reached[name].append(sent.at)
        lately = [at for at in self.reached[name] if at > sent.at - WEEK]
        assert len(lately) <= MESSAGES_A_WEEK, f"{name} gets {len(lately)} messages within a week"
        for link in links(sent, "s/"):
            survey, asked = survey_of(link), self.asked[name]
            self.times[survey] += 1
            if survey not in asked:
                since = sent.at - max(asked.values()) if asked else cool_down
                assert since >= cool_down, f"{name} is asked again after {since}"
                asked[survey] = sent.at


def _event(method: str, path: str, query: Mapping[str, object], body: str | None) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "queryStringParameters": {name: str(value) for name, value in query.items()},
        "headers": {},
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": MANAGER, "scopes": None}},
        },
    }
