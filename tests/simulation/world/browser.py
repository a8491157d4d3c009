"""What people and bots do with the links in messages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from functions.pages.app import handler as pages
from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.http import RETRY_LATER, nonce_on, path_of, request
from tests.simulation.world.lambda_runtime import LambdaRuntime
from vaada.gateways.keys import Keys
from vaada.gateways.links import LinkPurpose, Links

AGAIN = timedelta(seconds=5)
THINKING = timedelta(seconds=20)  # between opening a page and sending its form


@dataclass(frozen=True)
class Entry:
    """An answer to a survey, and how long its page was open. None: there was no page."""

    score: str
    page_age: timedelta | None
    comment: str | None = None


class Browser:
    """Opens links and sends forms. `entries` are the answers to surveys that were sent in this action."""

    def __init__(self, loop: EventLoop, table: DynamoDb, runtime: LambdaRuntime) -> None:
        self._loop, self._table, self._runtime = loop, table, runtime
        self.entries: list[Entry] = []
        self._opened_at: dict[str, datetime] = {}  # when pages were opened, by their nonces
        self._last_forms: dict[str, dict[str, str]] = {}  # the forms that were sent last, by their links
        self._accepted = False  # whether the last form was accepted

    # ------------------------------------------------------------ links and single requests

    def link(self, purpose: LinkPurpose, row_id: str, age: timedelta = timedelta(minutes=1)) -> str:
        """The link of a message about this row that was sent so long ago."""
        names = (ENVIRONMENT["LINK_KEYS_PARAMETER"], ENVIRONMENT["ADDRESS_KEY_PARAMETER"])
        links = Links(Keys(Parameters(), *names), ENVIRONMENT["PUBLIC_URL"])  # type: ignore[arg-type]
        now = self._loop.now
        self._loop.move_to(now - age)
        link = links.url(purpose, row_id)
        self._loop.move_to(now)
        return link

    def open(self, link: str, method: str = "GET") -> str | None:
        """Open a link. Checks that it writes nothing. None: there was no response."""
        written = len(self._table.stream)
        answer = self._runtime.run(pages, request(f"{method} {path_of(link)}", None, {}))
        assert len(self._table.stream) == written, f"a {method} wrote: {link}"
        return None if answer is None else self._note_page(answer)

    def post(self, link: str, fields: dict[str, str]) -> str | None:
        """Send a form once. The page that answers it; None if there was no response."""
        if "score" in fields:
            opened = self._opened_at.get(fields.get("nonce", ""))
            age = None if opened is None else self._loop.now - opened
            self.entries.append(Entry(fields["score"], age, fields.get("comment")))
        answer = self._runtime.run(pages, request(f"POST {path_of(link)}", urlencode(fields), {}))
        if answer is None or int(answer["statusCode"]) in RETRY_LATER:
            return None
        assert int(answer["statusCode"]) < 500, f"failed: {fields}"
        self._accepted = int(answer["statusCode"]) == 200
        return self._note_page(answer)

    # ------------------------------------------------------------ what people do

    def submit(
        self,
        link: str,
        fields: dict[str, str],
        *,
        patient: bool = False,
        then: Callable[[str], None] = lambda _page: None,
    ) -> None:
        """Send the form of a link repeatedly until it is accepted, or the row shows that it was done.

        With `patient` the row is not looked at. `then` gets the page once the form is accepted.
        """

        def attempt() -> None:
            written = len(self._table.stream)
            answer = self.post(link, fields)
            if answer is None and (patient or not self._has_changed_since(written)):
                self._loop.after(AGAIN, "again: the form", attempt)
            elif answer is not None and self._accepted:
                then(answer)

        attempt()

    def press_button(
        self, link: str, fields: dict[str, str], then: Callable[[str], None] = lambda _page: None
    ) -> None:
        """Act as a person does: open the page, wait, press the button, and confirm if asked.

        `then` gets the page that follows.
        """

        def read() -> None:
            page = self.open(link)
            if page is None:
                self._loop.after(AGAIN, "again: the page", read)
            else:
                think(page)

        def think(page: str) -> None:
            said = {**fields, "nonce": nonce_on(page) or ""}
            self._loop.after(THINKING, "the button is pressed", partial(send, said))

        def send(said: dict[str, str]) -> None:
            written = len(self._table.stream)
            page = self.post(link, said)
            if page is None and not self._has_changed_since(written):
                self._loop.after(AGAIN, "again: the button", partial(send, said))
            elif page is not None and "Please confirm" in page:
                think(page)
            elif page is not None:
                then(page)

        read()

    def answer_survey(self, link: str, fields: dict[str, str]) -> None:
        """Answer as a person does: open the page, wait, send it, and confirm if asked."""

        def read() -> None:
            page = self.open(link)
            if page is None:
                self._loop.after(AGAIN, "again: the page", read)
            elif nonce := nonce_on(page):
                on_scale = f'value="{fields["score"]}"' in page
                said = fields if on_scale else {**fields, "score": "1"}
                send = partial(self._send_answer, link, {**said, "nonce": nonce}, read)
                self._loop.after(THINKING, "the survey is sent", send)

        read()

    def send_old_page_again(self, link: str) -> None:
        """Send a page that was left open again, with another answer."""
        if fields := self._last_forms.get(link):
            self.post(link, {**fields, "score": "5" if fields["score"] == "1" else "1"})

    # ------------------------------------------------------------ what bots do

    def submit_as_bot(self, link: str, fields: dict[str, str]) -> None:
        """A bot sends the form of a link for staff. Checks that only the rate limit counts it."""
        written = len(self._table.stream)
        self.post(link, fields)
        assert not self._has_changed_since(written), f"a bot acted: {fields}"

    def try_link_elsewhere(self, link: str) -> None:
        """Try the token of a link at the paths of other kinds. Checks that nothing is written."""
        _, kind, token = path_of(link).split("/")
        for other in {"a", "s", "u"} - {kind}:
            written = len(self._table.stream)
            for method, form in (("GET", None), ("POST", "score=1&do=done")):
                answer = self._runtime.run(pages, request(f"{method} /{other}/{token}", form, {}))
                assert answer is None or int(answer["statusCode"]) >= 400, f"opened {other} with {link}"
            assert len(self._table.stream) == written, f"wrote at {other} with {link}"

    def _send_answer(self, link: str, fields: dict[str, str], read: Callable[[], None]) -> None:
        self._last_forms[link] = fields
        page = self.post(link, fields)
        if page is None:
            self._loop.after(AGAIN, "again: the survey", read)
        elif 'name="confirm"' in page:
            confirmed = {**fields, "nonce": str(nonce_on(page)), "confirm": "1"}
            send = partial(self._send_answer, link, confirmed, read)
            self._loop.after(THINKING, "the answer is confirmed", send)

    def _has_changed_since(self, number: int) -> bool:
        """Whether anything but a count of a rate limit was written after this many records."""
        return any(
            not record["dynamodb"]["Keys"]["pk"]["S"].startswith("PACE#")
            for record in self._table.stream[number:]
        )

    def _note_page(self, answer: dict[str, Any]) -> str:
        page = str(answer["body"] or "")
        if nonce := nonce_on(page):
            self._opened_at.setdefault(nonce, self._loop.now)
        return page
