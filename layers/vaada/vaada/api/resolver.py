"""What all routes share: the resolver, the user, the idempotency key, and the responses to errors."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Route
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from vaada.api import problems
from vaada.api.access import User, email_of, user_of
from vaada.api.problems import FieldError, Refusal
from vaada.desk import Desk, open_desk
from vaada.flows.idempotency import Key, KeyReused, do_once
from vaada.flows.optimistic_write import Busy, NotFound, VersionChanged, only_at, require
from vaada.flows.people import EmailTaken, InvalidChange
from vaada.flows.policy import UnworkablePolicy
from vaada.flows.references import InvalidField, UnknownReference
from vaada.gateways.row_pages import BadCursor
from vaada.gateways.table import Conflict
from vaada.headers import RESPONSE_HEADERS
from vaada.log import logger
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.rules.cases import StepsMissing
from vaada.rules.customer_merge import CannotMerge
from vaada.rules.errors import NotPossible
from vaada.rules.messages.personal import CannotWrite
from vaada.rules.time.horizon import TOO_FAR, is_too_far

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Row)
T = TypeVar("T")

app = APIGatewayHttpResolver(enable_validation=True)

RATE_LIMIT = '"requests";q=50;w=1'
"""What API Gateway lets through, as in `DefaultRouteSettings` of the template: 50 requests in a second."""

_MAX_BODY_BYTES = 64 * 1024
_MAX_BODY_BYTES_WITH_FILES = 5_500_000  # Lambda takes 6 MB, with the rest of the event
_WITH_FILES = re.compile(r"/api/customers/[^/]+/messages/?")
_MAX_KEY_LENGTH = 255
_ETAG = re.compile(r'\s*"(\d{1,15})"\s*')

Limit = Annotated[int, Query(ge=1, le=100, description="The most items per page")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the previous page")]


def desk() -> Desk:
    """Return the desk of this request, which reads no row twice."""
    if "desk" not in app.context:
        app.append_context(desk=open_desk().remembering())  # type: ignore[no-untyped-call]  # Powertools'
    found: Desk = app.context["desk"]
    return found


def now() -> datetime:
    """Return the current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def current_user(*wanted: tuple[type[Row], str | None]) -> User:
    """Return the signed-in user. `wanted` are rows that the route needs, read in the same call.

    So is the receipt of an earlier request with the same `Idempotency-Key`. Raises Refusal (403).
    """
    key = idempotency_key()
    return user_of(desk(), _claims(), (Receipt, key.receipt_id if key else None), *wanted)


def idempotency_key() -> Key | None:
    """Return the `Idempotency-Key` of this request, or None. Each user has keys of their own."""
    event = app.current_event
    header = event.headers.get("idempotency-key")
    if header is None:
        return None
    body = (event.body or "").encode()
    return Key.of(user=email_of(_claims()), path=event.path, key=header, body=body, now=now())


def _claims() -> dict[str, Any]:
    authorizer = app.current_event.request_context.authorizer
    return (authorizer.jwt_claim if authorizer else None) or {}


def wanted_versions() -> frozenset[int] | None:
    """Return the versions in `If-Match`. None: any version will do. Raises Refusal (422)."""
    header = app.current_event.headers.get("if-match")
    if header is None or header.strip() == "*":
        return None
    tags = [_ETAG.fullmatch(tag) for tag in header.split(",")]
    if not all(tags):
        raise problems.invalid("If-Match", 'must be the ETag of the row as you received it, such as "3"')
    return frozenset(int(tag[1]) for tag in tags if tag)


def change_once(row_id: str, act: Callable[[], T], recall: Callable[[str], T]) -> T:
    """Change the row, once per `Idempotency-Key`, if it has a version of `If-Match`.

    Raises Refusal (422), KeyReused, VersionChanged and whatever `act` raises.
    """
    versions = wanted_versions()
    return do_once(desk(), idempotency_key(), lambda: _act_at(row_id, versions, act), recall)


def stored(kind: type[R]) -> Callable[[str], R]:
    """Return a function that reads a row of this kind by its id: the result of an earlier request."""
    return lambda row_id: require(desk(), kind, row_id)


def change_if_unchanged(row_id: str, act: Callable[[], T]) -> T:
    """Change the row if it has a version of `If-Match`. Raises Refusal (422), VersionChanged, or as `act`."""
    return _act_at(row_id, wanted_versions(), act)


def _act_at(row_id: str, versions: frozenset[int] | None, act: Callable[[], T]) -> T:
    if versions is None:
        return act()
    with only_at(row_id, versions):
        return act()


def require_ahead(field: str, at: datetime | None) -> None:
    """Raise Refusal (422) for a time in the past, or more than ten years in the future."""
    if at is not None and at <= now():
        raise problems.invalid(field, "must be in the future")
    if at is not None and is_too_far(at, now()):
        raise problems.invalid(field, TOO_FAR)


def created(row: M) -> Response[M]:
    """Return a 201 response with the created row."""
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, row)


def respond(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request (API Gateway's payload format 2.0)."""
    method = event["requestContext"]["http"]["method"]
    if method == "HEAD":  # answered like a GET, without the body
        http = {**event["requestContext"]["http"], "method": "GET"}
        event = {**event, "requestContext": {**event["requestContext"], "http": http}}
    refused = _reject_body(event)
    response: dict[str, Any]
    if method == "OPTIONS":  # API Gateway adds what a browser asks for
        response = {"statusCode": HTTPStatus.NO_CONTENT, "headers": {}, "body": ""}
    elif refused is not None:
        response = {"statusCode": refused.status_code, "headers": refused.headers, "body": refused.body}
    else:
        headers = {name: value for name, value in event["headers"].items() if name.lower() != "content-type"}
        response = app.resolve({**event, "headers": headers}, context)
    headers = {**response["headers"], **RESPONSE_HEADERS, "ratelimit-policy": RATE_LIMIT}
    return {**response, "headers": headers, **({"body": ""} if method == "HEAD" else {})}


def _reject_body(event: dict[str, Any]) -> Response[str] | None:
    """Return the response to a body that is too large or not JSON. None: the body is fine."""
    body = event.get("body") or ""
    types = [value for name, value in event["headers"].items() if name.lower() == "content-type"]
    kind = (types or ["application/json"])[0].partition(";")[0].strip().lower()
    most = _MAX_BODY_BYTES_WITH_FILES if _WITH_FILES.fullmatch(event["rawPath"]) else _MAX_BODY_BYTES
    if len(body) > most:
        return problems.response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {most} bytes.")
    if body and kind != "application/json":
        return problems.response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    try:
        if body:
            _parse(b64decode(body).decode() if event.get("isBase64Encoded") else body)
    except _RepeatedKey as key:
        return problems.response(HTTPStatus.BAD_REQUEST, f"The body has {key} twice in one object.")
    except (ValueError, RecursionError):
        return problems.response(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    return None


class _RepeatedKey(Exception):
    """A JSON object has the same name twice. One of the values would be lost."""


def _parse(body: str) -> object:
    """Parse JSON. Raises _RepeatedKey, and ValueError or RecursionError if Python cannot parse it."""
    return json.loads(body, object_pairs_hook=_once_each, parse_constant=_no_number)


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKey(json.dumps(next(name for name in names if names.count(name) > 1)))
    return found


def _no_number(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity, which Python knows and JSON does not


def _check_request(resolver: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Raise Refusal (422) for query parameters, headers or a body that this call would ignore."""
    route: Route = resolver.context["_route"]
    event = resolver.current_event
    if route not in _routes():
        return next_middleware(resolver)  # it is refused there
    known = {parameter.alias for parameter in route.dependant.query_params}
    unknown = sorted((event.query_string_parameters or {}).keys() - known)
    if unknown:
        raise problems.unknown_query(unknown)
    _check_headers(event.http_method, route.path, event.headers)
    if event.body and not route.dependant.body_params and event.json_body not in ({}, None):
        raise problems.invalid("body", "is not used by this call; leave it out")
    return next_middleware(resolver)


def _check_headers(method: str, path: str, headers: Mapping[str, str]) -> None:
    """Raise Refusal (422) for a header that would be ignored, or whose value is invalid."""
    if "if-match" in headers and not takes_if_match(method, path):
        raise problems.invalid("If-Match", "is for calls that change one row or the policy; leave it out")
    key = headers.get("idempotency-key")
    if method == "POST" and key is not None and not 0 < len(key.strip()) <= len(key) <= _MAX_KEY_LENGTH:
        raise problems.invalid("Idempotency-Key", f"must have 1 to {_MAX_KEY_LENGTH} characters")


def takes_if_match(method: str, path: str) -> bool:
    """Whether a call to this path, as routed or documented, changes one row or the policy."""
    return method not in {"GET", "HEAD"} and ("<" in path or "{" in path or path == "/api/policy")


def _routes() -> list[Route]:
    return [*app._static_routes, *app._dynamic_routes]


def _methods_at(path: str) -> list[str]:
    return sorted({route.method for route in _routes() if route.rule.match(path)})


def _tag(resolver: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Add the ETag of the row's version to the response."""
    response = next_middleware(resolver)
    if isinstance(response.body, dict) and "row_kind" in response.body and "version" in response.body:
        response.headers["ETag"] = etag(response.body["version"])
    return response


def etag(version: int) -> str:
    """Return the ETag of a row with this version."""
    return f'"{version}"'


app.use([_check_request, _tag])


def _log_refusal(detail: str) -> None:
    """Log who was refused what, by ids and without names."""
    event = app.current_event
    context = event.request_context
    claims = (context.authorizer.jwt_claim if context.authorizer else None) or {}
    logger.warning(
        "forbidden",
        call=f"{event.http_method} {event.path}",
        user=claims.get("sub"),
        request_id=context.request_id,
        detail=detail,
    )


def _refusal(refusal: Refusal) -> Response[str]:
    if refusal.status == HTTPStatus.FORBIDDEN:
        _log_refusal(refusal.detail)
    return problems.response(refusal.status, refusal.detail, refusal.errors)


def _invalid(error: RequestValidationError | InvalidChange) -> Response[str]:
    errors = problems.field_errors(error.errors())
    detail = "; ".join(f"{one.field}: {one.message}" for one in errors[:3])
    return problems.response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _bad_field(error: UnknownReference | InvalidField) -> Response[str]:
    return _refusal(problems.invalid(error.field, str(error)))


def _unworkable_policy(error: UnworkablePolicy) -> Response[str]:
    errors = [FieldError(field=field, message=message) for field, message in error.problems]
    return problems.response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors)


def _bad_cursor(_: BadCursor) -> Response[str]:
    return _refusal(problems.invalid("cursor", "is not a next_cursor of this list"))


def _email_taken(_: EmailTaken) -> Response[str]:
    detail = "Another agent has this e-mail address."
    return problems.response(HTTPStatus.CONFLICT, detail, [FieldError(field="email", message=detail)])


def _key_reused(_: KeyReused) -> Response[str]:
    message = "was used before for a request with other content; use a new key"
    return _refusal(problems.invalid("Idempotency-Key", message))


def _not_possible(error: NotPossible | CannotMerge) -> Response[str]:
    return problems.response(HTTPStatus.CONFLICT, str(error))


def _cannot_write(error: CannotWrite) -> Response[str]:
    return problems.response(HTTPStatus.CONFLICT, f"Nothing was sent: {error}.")


def _steps_missing(error: StepsMissing) -> Response[str]:
    missing = [FieldError(field=f"steps.{name}", message="is not done yet") for name in error.names]
    return problems.response(HTTPStatus.CONFLICT, str(error), missing)


def _conflict(_: Exception) -> Response[str]:
    return problems.response(HTTPStatus.CONFLICT, "Somebody else changed this at the same time; try again.")


def _version_changed(_: VersionChanged) -> Response[str]:
    detail = "It has changed since then: get it again, look at what changed, and send the new ETag."
    return problems.response(HTTPStatus.PRECONDITION_FAILED, detail)


def _not_found(error: NotFound) -> Response[str]:
    return problems.response(HTTPStatus.NOT_FOUND, str(error))


def _no_route(_: NotFoundError) -> Response[str]:
    method, path = app.current_event.http_method, app.current_event.path
    allowed = _methods_at(path)
    if not allowed:
        return problems.response(HTTPStatus.NOT_FOUND, f"There is no {path}.")
    response = problems.response(HTTPStatus.METHOD_NOT_ALLOWED, f"There is no {method} {path}.")
    response.headers["Allow"] = ", ".join([*allowed, *(["HEAD"] if "GET" in allowed else [])])
    return response


for _error, _handler in (
    (Refusal, _refusal),
    (RequestValidationError, _invalid),
    (InvalidChange, _invalid),
    (UnknownReference, _bad_field),
    (InvalidField, _bad_field),
    (UnworkablePolicy, _unworkable_policy),
    (BadCursor, _bad_cursor),
    (EmailTaken, _email_taken),
    (KeyReused, _key_reused),
    (NotPossible, _not_possible),
    (CannotMerge, _not_possible),
    (CannotWrite, _cannot_write),
    (StepsMissing, _steps_missing),
    (Conflict, _conflict),
    (Busy, _conflict),
    (VersionChanged, _version_changed),
    (NotFound, _not_found),
    (NotFoundError, _no_route),
):
    app.exception_handler(_error)(_handler)
