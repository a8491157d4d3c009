"""The public pages behind signed links. GET and HEAD show; only POST writes."""

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from vaada.desk import open_desk
from vaada.flows.writing import NotThere
from vaada.gateways.links import BadLink
from vaada.log import logger
from vaada.present import pages
from vaada.public import actions, surveys, unsubscribing
from vaada.public.visits import Page, Visit

_ROOMS = {
    "s": (surveys.show, surveys.submit),
    "a": (actions.show, actions.submit),
    "u": (unsubscribing.show, unsubscribing.submit),
}
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pages.CONTENT_SECURITY_POLICY,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_MOST_CHARACTERS = 32 * 1024
_MOST_FIELDS = 10


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request."""
    method = event["requestContext"]["http"]["method"]
    _, place, token = event["rawPath"].split("/", 2)
    show, submit = _ROOMS[place]
    if method not in {"GET", "HEAD", "POST"}:
        return _response(Page(HTTPStatus.METHOD_NOT_ALLOWED, ""), allow="GET, HEAD, POST")
    try:
        fields = _form(event) if method == "POST" else _fields(event.get("rawQueryString", ""))
    except ValueError:
        return _response(Page(HTTPStatus.BAD_REQUEST, ""))
    visit = Visit(open_desk(), token, event["rawPath"], fields, datetime.now(UTC).replace(microsecond=0))
    try:
        page = submit(visit) if method == "POST" else show(visit)
    except (BadLink, NotThere):
        logger.info("bad link", place=place)
        page = Page(HTTPStatus.NOT_FOUND, pages.link_problem(business=visit.business))
    return _response(page if method != "HEAD" else Page(page.status, ""))


def _form(event: dict[str, Any]) -> dict[str, str]:
    """The fields of the form. Raises ValueError when it is not one, or too large."""
    body = event.get("body") or ""
    if len(body) > _MOST_CHARACTERS:
        raise ValueError("too large")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("not text") from error
    return _fields(body)


def _fields(encoded: str) -> dict[str, str]:
    return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS))


def _response(page: Page, **headers: str) -> dict[str, Any]:
    return {"statusCode": page.status, "headers": {**_HEADERS, **headers}, "body": page.html}
