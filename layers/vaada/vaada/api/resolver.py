"""What all routes share: the resolver, the user, the idempotency key, and the responses to errors."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Route
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from vaada.api import problems
from vaada.api.access import User, user_of
from vaada.api.problems import FieldError, Refusal
from vaada.desk import Desk, open_desk
from vaada.flows.idempotency import Key, KeyReused
from vaada.flows.optimistic_write import Busy, NotFound
from vaada.flows.people import EmailTaken, InvalidChange, InvalidField, UnknownReference
from vaada.flows.policy import UnworkablePolicy
from vaada.gateways.table import BadCursor, Conflict
from vaada.log import logger
from vaada.rules.cases import StepsMissing
from vaada.rules.customers import CannotMerge
from vaada.rules.errors import NotPossible

M = TypeVar("M", bound=BaseModel)

app = APIGatewayHttpResolver(enable_validation=True)

_MAX_BODY_BYTES = 64 * 1024
_MAX_KEY_LENGTH = 255

Limit = Annotated[int, Query(ge=1, le=100, description="The most items per page")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the previous page")]


def desk() -> Desk:
    """Return the desk of this process."""
    return open_desk()


def now() -> datetime:
    """Return the current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def current_user() -> User:
    """Return the signed-in user. Raises Refusal (403)."""
    authorizer = app.current_event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer else None
    return user_of(desk(), claims or {})


def idempotency_key(caller: User) -> Key | None:
    """Return the `Idempotency-Key` of this request, or None. Raises Refusal (422)."""
    event = app.current_event
    header = event.headers.get("idempotency-key")
    if header is None:
        return None
    if not header.strip() or len(header) > _MAX_KEY_LENGTH:
        raise problems.invalid("Idempotency-Key", f"must have 1 to {_MAX_KEY_LENGTH} characters")
    return Key.of(user=caller.id, path=event.path, key=header, body=(event.body or "").encode(), now=now())


def created(row: M) -> Response[M]:
    """Return a 201 response with the created row."""
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, row)


def reject_body(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the response to a body that is too large or not JSON. None: the body is fine."""
    body = event.get("body") or ""
    kind = event["headers"].get("content-type", "application/json").partition(";")[0].strip().lower()
    response: Response[str] | None = None
    if len(body) > _MAX_BODY_BYTES:
        response = problems.response(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {_MAX_BODY_BYTES} bytes."
        )
    elif body and kind != "application/json":
        response = _unsupported(kind)
    elif body and not _is_json(body, encoded=bool(event.get("isBase64Encoded"))):
        response = problems.response(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    if response is None:
        return None
    return {"statusCode": response.status_code, "headers": response.headers, "body": response.body}


def _is_json(body: str, *, encoded: bool) -> bool:
    """Whether Python can parse the body: it rejects deep nesting and very long numbers, too."""
    try:
        json.loads(b64decode(body).decode() if encoded else body)
    except (ValueError, RecursionError):
        return False
    return True


def _check_query(resolver: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Raise Refusal (422) for unknown query parameters: a misspelt one would be ignored."""
    route: Route = resolver.context["_route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    unknown = sorted((resolver.current_event.query_string_parameters or {}).keys() - known)
    if unknown:
        raise problems.unknown_query(unknown)
    return next_middleware(resolver)


app.use([_check_query])


def _unsupported(_: object) -> Response[str]:
    return problems.response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")


def _log_refusal(detail: str) -> None:
    """Log who was refused what, with ids and no names."""
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


def _steps_missing(error: StepsMissing) -> Response[str]:
    missing = [FieldError(field=f"steps.{name}", message="is not done yet") for name in error.names]
    return problems.response(HTTPStatus.CONFLICT, str(error), missing)


def _conflict(_: Exception) -> Response[str]:
    return problems.response(HTTPStatus.CONFLICT, "Somebody else changed this at the same time; try again.")


def _not_found(error: NotFound) -> Response[str]:
    return problems.response(HTTPStatus.NOT_FOUND, str(error))


def _no_route(_: NotFoundError) -> Response[str]:
    call = f"{app.current_event.http_method} {app.current_event.path}"
    return problems.response(HTTPStatus.NOT_FOUND, f"There is no {call}.")


for _error, _handler in (
    (Refusal, _refusal),
    (RequestValidationError, _invalid),
    (RequestUnsupportedContentType, _unsupported),
    (InvalidChange, _invalid),
    (UnknownReference, _bad_field),
    (InvalidField, _bad_field),
    (UnworkablePolicy, _unworkable_policy),
    (BadCursor, _bad_cursor),
    (EmailTaken, _email_taken),
    (KeyReused, _key_reused),
    (NotPossible, _not_possible),
    (CannotMerge, _not_possible),
    (StepsMissing, _steps_missing),
    (Conflict, _conflict),
    (Busy, _conflict),
    (NotFound, _not_found),
    (NotFoundError, _no_route),
):
    app.exception_handler(_error)(_handler)
