"""The outbox as a web page, only for this machine."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from local.clock import INSTALL_FAKETIME, LIBRARY
from local.errors import CloudError, PortInUse
from local.outbox import Outbox
from local.places import ROOT

# A mail cannot run scripts, load anything or access the page around it. Its links may open a tab.
MAIL_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = f"{MAIL_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_templates = Environment(loader=FileSystemLoader(ROOT / "local"), autoescape=True)


def link(text: str) -> Markup:
    """Return the text with its URLs as links, and everything else escaped."""
    parts = re.split(r"(https?://[^\s<>\"]+)", text)
    anchor = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>')
    return Markup("").join(
        anchor.format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


_templates.filters["link"] = link


class Page:
    """The content and the actions of the page."""

    def __init__(
        self,
        outbox: Outbox,
        now: Callable[[], datetime],
        travel: Callable[[str], None],
        write: Callable[[str, str, str], None],
    ) -> None:
        self.outbox = outbox
        self.now = now
        self.travel = travel
        self.write = write

    def render(self, selected: int | None) -> str:
        """Return the whole page, with one message opened."""
        messages = self.outbox.messages
        opened = messages[selected - 1] if selected and selected <= len(messages) else None
        template = _templates.get_template("outbox_page.html")
        return template.render(
            messages=messages[::-1],
            opened=opened,
            now=self.now(),
            how_to_travel=not LIBRARY and INSTALL_FAKETIME,
        )

    def mail(self, number: int) -> str | None:
        """Return the HTML of a mail, with links that open in a new tab. None: there is no such mail."""
        messages = self.outbox.messages
        html = messages[number - 1].html if 0 < number <= len(messages) else None
        if not html:
            return None
        head = re.search(r"<head\b[^>]*>", html)
        cut = head.end() if head else 0
        return f'{html[:cut]}<base target="_blank">{html[cut:]}'


class _Handler(BaseHTTPRequestHandler):
    page: Page

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        number = re.search(r"\d+", path)
        if not self._is_local():
            self._respond(HTTPStatus.FORBIDDEN, "Only this machine may look.")
        elif path == "/count":
            self._respond(HTTPStatus.OK, json.dumps(len(self.page.outbox.messages)))
        elif re.fullmatch(r"/(messages/\d+)?", path):
            self._respond(HTTPStatus.OK, self.page.render(int(number[0]) if number else None))
        elif (
            re.fullmatch(r"/messages/\d+/html", path) and number and (mail := self.page.mail(int(number[0])))
        ):
            self._respond(HTTPStatus.OK, mail, {"Content-Security-Policy": MAIL_POLICY})
        else:
            self._respond(HTTPStatus.NOT_FOUND, "There is no such page.")

    def do_POST(self) -> None:
        # Another site in the same browser must not move the clock.
        if not self._is_local() or self.headers.get("Origin") != f"http://{self.headers['Host']}":
            self._respond(HTTPStatus.FORBIDDEN, "Only this page may do that.")
            return
        sent = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        form = {name: values[0] for name, values in sent.items()}
        try:
            if urlsplit(self.path).path == "/mails":
                self.page.write(form.get("from", ""), form.get("subject", ""), form.get("words", ""))
            else:
                self.page.travel(form.get("by", ""))
        except (ValueError, CloudError) as error:
            self._respond(HTTPStatus.BAD_REQUEST, str(escape(str(error))))
        else:
            self._respond(HTTPStatus.SEE_OTHER, "", {"Location": "/"})

    def _is_local(self) -> bool:
        """Whether the Host header is local. It prevents DNS rebinding by other sites."""
        return (self.headers.get("Host") or "").partition(":")[0] in {"127.0.0.1", "localhost"}

    def _respond(self, status: HTTPStatus, body: str, headers: dict[str, str] | None = None) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing: the terminal shows the messages."""


@contextmanager
def outbox_page(page: Page, port: int) -> Iterator[str]:
    """Serve the page during the block. Yields its URL. Raises PortInUse."""
    handler = type("Handler", (_Handler,), {"page": page})
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        raise PortInUse(port) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with server:
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
