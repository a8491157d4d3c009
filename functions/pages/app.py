"""Serve the public pages, those behind signed links and the contact form. Only POST writes."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from vaada.desk import open_desk, prepare
from vaada.flows.incoming_contacts import NobodyServes
from vaada.flows.optimistic_write import Busy, NotFound
from vaada.flows.rate_counts import TooManyForms
from vaada.gateways.links import BadLink
from vaada.gateways.table import Conflict
from vaada.headers import RESPONSE_HEADERS
from vaada.log import logger
from vaada.present import pages
from vaada.public import actions, contact_form, events, surveys, unsubscribing
from vaada.public.visits import Page, Visit

prepare("table", "links", renders=True)

PAGES = {
    "s": (surveys.show, surveys.submit),
    "a": (actions.show, actions.submit),
    "u": (unsubscribing.show, unsubscribing.submit),
    "e": (events.show, events.submit),
    "c": (contact_form.show, contact_form.submit),
}
_HEADERS = {
    **RESPONSE_HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pages.CONTENT_SECURITY_POLICY,
    "x-robots-tag": "noindex",
}
# Enough for the longest comment, with each character encoded as twelve, and the other fields.
_MAX_BODY_BYTES = 28 * 1024
_MAX_FIELDS = 10
_QUERY_FIELDS = frozenset({"do", "score", "task", "lang", "at", "answer"})
_URL_ENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class _Refused(Exception):
    """The request is refused, with this status and reason."""

    def __init__(self, status: HTTPStatus, because: pages.RefusedBecause) -> None:
        super().__init__(because)
        self.status = status
        self.because = because


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Respond to one request."""
    method = event["requestContext"]["http"]["method"]
    if method not in {"GET", "HEAD", "POST"}:
        return _response(Page(HTTPStatus.METHOD_NOT_ALLOWED, "", {"allow": "GET, HEAD, POST"}))
    page = _page(event, is_post=method == "POST")
    return _response(page if method != "HEAD" else replace(page, html=""))


def _page(event: dict[str, Any], *, is_post: bool) -> Page:
    purpose, _, token = event["rawPath"].removeprefix("/").partition("/")
    headers = event.get("headers") or {}
    now = datetime.now(UTC).replace(microsecond=0)
    desk, language = open_desk().remembering(), headers.get("accept-language", "")
    visit = Visit(desk, token, event["rawPath"], {}, now, language, _browser(event, headers))
    show, submit = PAGES[purpose]
    try:
        fields = (
            _form_fields(event, headers, purpose)
            if is_post
            else _query_fields(event.get("rawQueryString", ""))
        )
        return (submit if is_post else show)(replace(visit, fields=fields))
    except (BadLink, NotFound, NobodyServes):
        logger.info("bad link", purpose=purpose, request_id=_request_id(event))
        page = pages.link_problem(business=visit.deployed_business.name, language=visit.language)
        return Page(HTTPStatus.NOT_FOUND, page)
    except _Refused as refused:
        return _refusal(visit, refused.status, refused.because)
    except TooManyForms as error:
        logger.info("too many forms", purpose=purpose, request_id=_request_id(event))
        retry_after = {"retry-after": str(error.after)}
        return replace(_refusal(visit, HTTPStatus.TOO_MANY_REQUESTS, "too_often"), headers=retry_after)
    except (Busy, Conflict):
        return replace(
            _refusal(visit, HTTPStatus.SERVICE_UNAVAILABLE, "too_often"), headers={"retry-after": "1"}
        )


def _request_id(event: Mapping[str, Any]) -> str | None:
    """Return the id of the request in API Gateway's access log."""
    request_id: str | None = event["requestContext"].get("requestId")
    return request_id


def _browser(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return a hash that distinguishes a link's visitors. Only somebody with the link could guess it."""
    address = event["requestContext"]["http"].get("sourceIp", "")
    told = "\n".join((event["rawPath"], address, headers.get("user-agent", "")))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _query_fields(query: str) -> dict[str, str]:
    """Return the fields of a link. Fields that mail programs and link trackers add are ignored."""
    parts = (part for part in query.split("&") if part.partition("=")[0] in _QUERY_FIELDS)
    fields: dict[str, str] = {}
    for name, value in parse_qsl("&".join(parts), keep_blank_values=True):
        fields.setdefault(name, value)
    return fields


def _form_fields(event: Mapping[str, Any], headers: Mapping[str, str], purpose: str) -> dict[str, str]:
    """Return the fields of the form. Raises _Refused."""
    content_type = headers.get("content-type", _URL_ENCODED).partition(";")[0].strip().lower()
    if content_type != _URL_ENCODED and (purpose, content_type) != ("u", _MULTIPART):
        raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unreadable")
    body = (event.get("body") or "").encode(errors="replace")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None
    if len(body) > _MAX_BODY_BYTES:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    if content_type == _MULTIPART:  # a mail program's button (RFC 8058, 3.2); its fields do not matter
        return {}
    try:
        return _parse_fields(body.decode(), _MAX_FIELDS)
    except UnicodeDecodeError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None


def _parse_fields(encoded: str, most: int) -> dict[str, str]:
    """Parse URL-encoded fields. Raises _Refused."""
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=most))
    except ValueError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None


def _refusal(visit: Visit, status: HTTPStatus, because: pages.RefusedBecause) -> Page:
    page = pages.refused(business=visit.deployed_business.name, language=visit.language, because=because)
    return Page(status, page)


def _response(page: Page) -> dict[str, Any]:
    headers = {name: value for name, value in {**_HEADERS, **page.headers}.items() if value}
    return {"statusCode": page.status, "headers": headers, "body": page.html}
