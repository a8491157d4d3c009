"""A browser that is signed in to the console, on the scripted desk."""

import base64
import gzip
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from functions.console.app import handler as console
from tests.integration.scripted_desk import Context, ScriptedDesk
from vaada.console.sign_in import SESSION
from vaada.desk import open_desk
from vaada.flows import sessions
from vaada.model.people import Agent
from vaada.model.sessions import Session

HOME = "https://desk.example.com"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, and what it sends if nothing is changed."""

    action: str
    fields: dict[str, str]
    words: str


class _Forms(HTMLParser):
    """Finds the forms of a page that post."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._open, self._text = Form(given["action"], {}, ""), []
        elif self._open is not None and (name := given.get("name")):
            kind = given.get("type", "")
            if tag == "input" and (kind not in {"radio", "checkbox"} or "checked" in given):
                self._open.fields[name] = given.get("value", "on" if kind == "checkbox" else "")
            elif tag == "textarea":
                self._area = name
                self._open.fields[name] = ""
            elif tag == "select":
                self._select = name
        if tag == "option" and self._open is not None and self._select and "selected" in given:
            self._open.fields[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._open is not None and self._area:
            self._open.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form" and self._open is not None:
            words = " ".join("".join(self._text).split())
            self.forms.append(Form(self._open.action, self._open.fields, words))
            self._open = None


@dataclass(frozen=True)
class Page:
    """What the browser got."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    html: str

    @property
    def words(self) -> str:
        """The visible text of the page, without markup."""
        text = re.sub(r"<(script|style).*?</\1>", " ", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())

    @property
    def title(self) -> str:
        """The heading of the page."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, flags=re.DOTALL)
        assert found, self.html
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())

    @property
    def forms(self) -> list[Form]:
        """The forms of the page, in order."""
        parser = _Forms()
        parser.feed(self.html)
        return parser.forms

    def form(self, action: str) -> Form:
        """The form that goes to this path, or to a path with this end."""
        found = [form for form in self.forms if form.action == action or form.action.endswith(action)]
        assert found, [form.action for form in self.forms]
        return found[0]


@dataclass
class Browser:
    """A browser of one user. It follows the redirect after a form."""

    desk: ScriptedDesk
    secret: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, path: str, **headers: str) -> Page:
        """Open a page of the console."""
        return self._ask("GET", path, None, headers)

    def part(self, path: str) -> Page:
        """Get a part of a page, as htmx does."""
        return self.open(path, **{"hx-request": "true"})

    def send(self, form: Form, **fields: str) -> Page:
        """Send a form, with these fields instead of what it had."""
        answer = self.post(form.action, {**form.fields, **fields})
        return self.open(answer.headers["location"]) if answer.status == 303 else answer

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Page:
        """Post fields to a path. The browser says that it comes from the same site."""
        return self.post_pairs(path, list(fields.items()), **headers)

    def post_pairs(self, path: str, fields: Sequence[tuple[str, str]], **headers: str) -> Page:
        """Post fields of which some may come several times, as checkboxes do."""
        return self._ask("POST", path, urlencode(fields), {**SAME_ORIGIN, **headers})

    def upload(self, path: str, fields: dict[str, str], file: bytes) -> Page:
        """Post fields and a file, as API Gateway passes on binary bodies."""
        parts = [
            *(
                f'form-data; name="{name}"\r\n\r\n'.encode() + value.encode()
                for name, value in fields.items()
            ),
            b'form-data; name="file"; filename="c.csv"\r\nContent-Type: text/csv\r\n\r\n' + file,
        ]
        body = (
            b"".join(b"--edge\r\nContent-Disposition: " + part + b"\r\n" for part in parts) + b"--edge--\r\n"
        )
        headers = {**SAME_ORIGIN, "content-type": "multipart/form-data; boundary=edge"}
        return self._ask("POST", path, base64.b64encode(body).decode(), headers, is_encoded=True)

    def attach(self, path: str, fields: dict[str, str], files: dict[str, bytes]) -> Page:
        """Post fields and files to send with a mail, as a browser does."""
        heads = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        for name, content in files.items():
            head = f'form-data; name="files"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'
            heads.append(head.encode() + content)
        body = (
            b"".join(b"--edge\r\nContent-Disposition: " + part + b"\r\n" for part in heads) + b"--edge--\r\n"
        )
        return self.post_raw(path, body, "multipart/form-data; boundary=edge")

    def post_raw(self, path: str, body: bytes, content_type: str) -> Page:
        """Post a body that no form of ours sends."""
        encoded = base64.b64encode(body).decode()
        return self._ask(
            "POST", path, encoded, {**SAME_ORIGIN, "content-type": content_type}, is_encoded=True
        )

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str], *, is_encoded: bool = False
    ) -> Page:
        path, _, query = path.removeprefix(HOME).partition("?")
        event: dict[str, Any] = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {
                "host": "desk.example.com",
                "content-type": "application/x-www-form-urlencoded",
                **self.headers,
                **headers,
            },
            "cookies": [f"{SESSION}={self.secret}"] if self.secret else [],
            "body": body,
            "isBase64Encoded": is_encoded,
            "requestContext": {"http": {"method": method, "path": path}, "requestId": "request"},
        }
        answer = console(event, Context())
        content = answer["body"]
        if answer["isBase64Encoded"]:
            raw = base64.b64decode(content)
            is_gzip = answer["headers"].get("content-encoding") == "gzip"
            content = (gzip.decompress(raw) if is_gzip else raw).decode(errors="replace")
        return Page(answer["statusCode"], answer["headers"], tuple(answer["cookies"]), content)


def signed_in(
    desk: ScriptedDesk, agent_id: str | None, *, manager: bool = False, language: str = "en"
) -> Browser:
    """A browser in which this agent, or a manager who is not an agent, is signed in."""
    user = agent_id or "manager sub-of-manager"
    agent = open_desk().table.get(Agent, agent_id) if agent_id else None
    email = agent.email if agent else "manager@example.com"
    desk.groups[f"sub-of-{user}"] = "managers" if manager else "agents"
    secret = f"secret of {user} {manager}"
    if open_desk().table.get(Session, sessions.id_of(secret)) is None:
        now = desk.now
        sessions.begin(
            open_desk(),
            Session(
                session_id=sessions.id_of(secret),
                subject=f"sub-of-{user}",
                username=f"sub-of-{user}",
                email=email,
                user_id=user,
                is_manager=manager,
                agent_id=agent_id,
                browser="Firefox, Linux",
                started_at=now,
                used_at=now,
                checked_at=now,
                expires_at=int(now.timestamp()) + 7 * 24 * 3600,
            ),
        )
    return Browser(desk, secret, {"accept-language": language})


@contextmanager
def counted(desk: ScriptedDesk) -> Iterator[dict[str, int]]:
    """Count the calls to AWS of what is done within the block."""
    desk.count_calls()
    made: dict[str, int] = {}
    yield made
    made |= desk.calls
