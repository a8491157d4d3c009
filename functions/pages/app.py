"""The public pages behind signed links. GET and HEAD show; only POST writes."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from vaada.desk import open_desk, prepare
from vaada.flows.form_rate_limit import TooManyForms
from vaada.flows.optimistic_write import Busy, NotFound
from vaada.gateways.links import BadLink
from vaada.gateways.table import Conflict
from vaada.headers import RESPONSE_HEADERS
from vaada.log import logger
from vaada.present import pages
from vaada.public import actions, surveys, unsubscribing
from vaada.public.visits import Page, Visit

prepare("table", "links")

PAGES = {
    "s": (surveys.show, surveys.submit),
    "a": (actions.show, actions.submit),
    "u": (unsubscribing.show, unsubscribing.submit),
}
_HEADERS = {
    **RESPONSE_HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pages.CONTENT_SECURITY_POLICY,
    "x-robots-tag": "noindex",
}
# The longest comment, each of its characters written as twelve, and the other fields.
_MOST_BYTES = 28 * 1024
_MOST_FIELDS = 10
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


class _Refused(Exception):
    """What was sent is not taken."""

    def __init__(self, status: HTTPStatus, because: pages.RefusedBecause) -> None:
        super().__init__(because)
        self.status = status
        self.because = because


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request."""
    method = event["requestContext"]["http"]["method"]
    if method not in {"GET", "HEAD", "POST"}:
        return _response(Page(HTTPStatus.METHOD_NOT_ALLOWED, "", {"allow": "GET, HEAD, POST"}))
    page = _page(event, posts=method == "POST")
    return _response(page if method != "HEAD" else replace(page, html=""))


def _page(event: dict[str, Any], *, posts: bool) -> Page:
    _, place, token = event["rawPath"].split("/", 2)
    headers = event.get("headers") or {}
    now = datetime.now(UTC).replace(microsecond=0)
    visit = Visit(open_desk(), token, event["rawPath"], {}, now, headers.get("accept-language", ""))
    show, submit = PAGES[place]
    try:
        fields = _form(event, headers, place) if posts else _fields(event.get("rawQueryString", ""))
        return (submit if posts else show)(replace(visit, fields=fields))
    except (BadLink, NotFound):
        logger.info("bad link", place=place, request_id=_request_id(event))
        page = pages.link_problem(business=visit.deployed.name, language=visit.language)
        return Page(HTTPStatus.NOT_FOUND, page)
    except _Refused as refused:
        return _refusal(visit, refused.status, refused.because)
    except TooManyForms as often:
        logger.info("too often", place=place, request_id=_request_id(event))
        later = {"retry-after": str(often.after)}
        return replace(_refusal(visit, HTTPStatus.TOO_MANY_REQUESTS, "too_often"), headers=later)
    except (Busy, Conflict):
        return replace(
            _refusal(visit, HTTPStatus.SERVICE_UNAVAILABLE, "too_often"), headers={"retry-after": "1"}
        )


def _request_id(event: Mapping[str, Any]) -> str | None:
    """By which API Gateway's own log knows the request."""
    request_id: str | None = event["requestContext"].get("requestId")
    return request_id


def _form(event: Mapping[str, Any], headers: Mapping[str, str], place: str) -> dict[str, str]:
    """The fields of the form. Raises _Refused."""
    kind = headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if kind != _FORM and (place, kind) != ("u", _PARTS):
        raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unreadable")
    body = (event.get("body") or "").encode(errors="replace")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None
    if len(body) > _MOST_BYTES:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    if kind == _PARTS:  # a mail program's own button (RFC 8058, 3.2): only that it posts matters
        return {}
    try:
        return _fields(body.decode())
    except UnicodeDecodeError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None


def _fields(encoded: str) -> dict[str, str]:
    """Raises _Refused."""
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None


def _refusal(visit: Visit, status: HTTPStatus, because: pages.RefusedBecause) -> Page:
    page = pages.refused(business=visit.deployed.name, language=visit.language, because=because)
    return Page(status, page)


def _response(page: Page) -> dict[str, Any]:
    return {"statusCode": page.status, "headers": {**_HEADERS, **page.headers}, "body": page.html}
