"""A world without faults, with a browser and a reader of reports.

AWS does not fail here; people, mail programs and mail scanners do the unexpected.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from functions.api.app import handler as api
from functions.pages.app import handler as pages
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.items import parsed
from tests.simulation.world.http import nonce_on, request
from tests.simulation.world.world import World
from vaada.model.rows import Row

UNLIMITED = {"texts_a_day": 1_000_000, "mails_a_second": 10_000, "texts_spend_a_month": "1000000.00"}
"""The limits of sending, which are not tested here."""


@dataclass(frozen=True)
class Page:
    """The response that a browser got."""

    status: int
    html: str

    @property
    def nonce(self) -> str:
        """The nonce of its form; empty if it has none."""
        return nonce_on(self.html) or ""


class LoadWorld(World):
    """A world for many customers, which begins at `start`."""

    def __init__(self, seed: int, start: datetime) -> None:
        super().__init__(seed, Faults(), start=start, place=("UTC", "GB"))
        self._read = 0

    def get(self, path: str, **query: str) -> Any:
        """Ask the API, as a manager."""
        answer = self.runtime.run(api, request(f"GET {path}?{urlencode(query)}", None, {}))
        assert answer["statusCode"] == 200, answer["body"]
        return json.loads(answer["body"])

    def change_survey_policy(self, surveys: Mapping[str, object]) -> None:
        """Use these rules for surveys from now on, without limits on sending."""
        policy = self.get("/api/policy")
        policy["surveys"] |= surveys
        policy["sending"] |= UNLIMITED
        self.api.ask("PUT /api/policy", policy)

    def visit(self, method: str, link: str, fields: Mapping[str, object] | None = None) -> Page:
        """Open a link or send its form, once. Checks that GET and HEAD write nothing."""
        written = len(self.aws.table.stream)
        path, said = urlsplit(link).path, urlencode(fields or {})
        sent = (path, said) if method == "POST" else (f"{path}?{said}", None)
        answer = self.runtime.run(pages, request(f"{method} {sent[0]}", sent[1], {}))
        assert answer is not None, f"{method} {link} failed"
        assert answer["statusCode"] < 500, f"{method} {link}: {answer['body']}"
        assert method == "POST" or len(self.aws.table.stream) == written, f"a {method} wrote: {link}"
        return Page(answer["statusCode"], answer["body"] or "")

    def later(self, after: timedelta, what: str, action: Callable[[], object]) -> None:
        """Schedule this after a delay."""

        def act() -> None:
            action()

        self.loop.after(after, what, act)

    def new_rows(self) -> Iterator[Row]:
        """The rows that were written since the last time."""
        for record in self.aws.table.stream[self._read :]:
            if "NewImage" in record["dynamodb"]:
                yield parsed(record["dynamodb"]["NewImage"])
        self._read = len(self.aws.table.stream)

    def rows(self) -> list[Row]:
        """All rows of the table."""
        return [parsed(item) for item in self.aws.table.items.values()]
