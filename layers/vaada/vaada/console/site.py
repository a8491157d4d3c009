"""Answer a request to the console: static files, the sign-in, then the page of the path."""

import gzip
from dataclasses import replace
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from vaada.api.refusals import Refusal
from vaada.console import forms, offline, sign_in
from vaada.console.http import Answer, Request, Unreadable
from vaada.console.routes import ROUTES
from vaada.console.visits import Visit
from vaada.desk import Desk
from vaada.flows.idempotency import KeyReused
from vaada.flows.optimistic_write import Busy, NotFound, VersionChanged
from vaada.flows.reports import TooManyRows
from vaada.gateways.row_pages import BadCursor
from vaada.gateways.table import Conflict
from vaada.gateways.user_pool import SIGNED_IN, SIGNED_OUT
from vaada.headers import RESPONSE_HEADERS
from vaada.log import logger
from vaada.present.console.shell import assets
from vaada.rules.errors import NotPossible

_ALLOWED = {"allow": "GET, HEAD, POST"}
_FOREVER = "public, max-age=31536000, immutable"


def respond(desk: Desk, event: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answer one request."""
    headers = {**RESPONSE_HEADERS, "content-type": "text/html; charset=utf-8", "x-robots-tag": "noindex"}
    try:
        request = Request.of(event)
    except Unreadable as unreadable:
        return Answer(unreadable.status, unreadable.status.phrase).event(None, headers)
    if request.path.startswith("/desk/static/"):
        return _static(request).event(request, headers)
    headers["content-security-policy"] = _content_security_policy(desk.user_pool.origin)
    answer = _answer(desk, replace(request, method=_seen_as(request.method)), now)
    return (replace(answer, body="") if request.method == "HEAD" else answer).event(request, headers)


def _seen_as(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _answer(desk: Desk, request: Request, now: datetime) -> Answer:
    if request.method not in {"GET", "POST"}:
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers=_ALLOWED)
    if request.method == "GET" and request.path == SIGNED_IN:
        return sign_in.finish(desk, request, now)
    if request.method == "GET" and (installed := offline.answer(desk, request)) is not None:
        return installed
    if request.method == "GET" and request.path == SIGNED_OUT:
        return sign_in.signed_out(desk, request)
    visit = sign_in.visit_of(desk, request, now)
    if visit is None:
        return sign_in.ask_from_part(request) if request.is_partial else sign_in.ask(desk, request)
    return _page_or_problem(visit)


def _page_or_problem(visit: Visit) -> Answer:
    try:
        return _page(visit)
    except (NotFound, BadCursor):
        return _problem(visit, HTTPStatus.NOT_FOUND, "not_found")
    except forms.Forged:
        logger.warning("form refused", path=_route_of(visit), user=visit.session.subject)
        return _problem(visit, HTTPStatus.FORBIDDEN, "forged")
    except Refusal as refusal:
        logger.warning("forbidden", path=_route_of(visit), user=visit.session.subject, detail=refusal.detail)
        return _problem(visit, refusal.status, "forbidden")
    except TooManyRows:
        return _problem(visit, HTTPStatus.UNPROCESSABLE_ENTITY, "too_many")
    except (VersionChanged, NotPossible, Busy, Conflict, KeyReused):
        return _problem(visit, HTTPStatus.CONFLICT, "conflict")


def _page(visit: Visit) -> Answer:
    request = visit.request
    if request.method == "POST":
        forms.check_origin(request, visit.desk.settings.public_url)
        forms.check_token(request, visit.secret)
    found = [(route, given) for route in ROUTES if (given := route.match(request.path)) is not None]
    for route, given in found:
        if request.method == route.method:
            return route.page(visit, **given)
    if found:
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers=_ALLOWED)
    return _problem(visit, HTTPStatus.NOT_FOUND, "not_found")


def _route_of(visit: Visit) -> str:
    """Return the pattern of the path, which has no ids."""
    return next((route.pattern for route in ROUTES if route.match(visit.request.path) is not None), "none")


def _problem(visit: Visit, status: HTTPStatus, because: str) -> Answer:
    """Show what went wrong and what to do: as a page, or above the page if htmx requested a part."""
    back = visit.request.form["back"] or visit.request.path
    if visit.request.is_partial:
        answer = visit.page("problem_part", status=status, because=because)
        return replace(answer, headers={"hx-retarget": "#notice", "hx-reswap": "innerHTML"})
    return visit.page("problem", status=status, because=because, back=back)


def _content_security_policy(sign_in_origin: str) -> str:
    # Chrome holds redirects after a form against form-action, so the sign-in's origin is in it.
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"manifest-src 'self'; form-action 'self' {sign_in_origin}; base-uri 'none'; frame-ancestors 'none'"
    )


def _static(request: Request) -> Answer:
    found = next((one for one in assets().values() if one.path == request.path), None)
    if found is None:
        return Answer(HTTPStatus.NOT_FOUND)
    headers = {"content-type": found.type, "cache-control": _FOREVER}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Answer(HTTPStatus.OK, found.content, headers)
    headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Answer(HTTPStatus.OK, _compressed(found.path, found.content), headers)


@cache
def _compressed(_path: str, content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
