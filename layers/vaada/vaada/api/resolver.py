"""What every route shares: the resolver, the user, the idempotency key, and how errors are answered."""

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

_BODY_BYTES = 64 * 1024
_KEY_CHARACTERS = 255

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before")]


def desk() -> Desk:
    """The desk of this process."""
    return open_desk()


def now() -> datetime:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def user() -> User:
    """Who is asking. Raises Refusal (403)."""
    authorizer = app.current_event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer else None
    return user_of(desk(), claims or {})


def key(asking: User) -> Key | None:
    """The `Idempotency-Key` of this request, if it has one. Raises Refusal (422)."""
    event = app.current_event
    given = event.headers.get("idempotency-key")
    if given is None:
        return None
    if not given.strip() or len(given) > _KEY_CHARACTERS:
        raise problems.invalid("Idempotency-Key", f"must have 1 to {_KEY_CHARACTERS} characters")
    return Key.of(user=asking.id, path=event.path, key=given, body=(event.body or "").encode(), now=now())


def created(row: M) -> Response[M]:
    """201, with what was created."""
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, row)


def refused_body(event: dict[str, Any]) -> dict[str, Any] | None:
    """The answer to a body that is too large or cannot be read as JSON, else None."""
    body = event.get("body") or ""
    kind = event["headers"].get("content-type", "application/json").partition(";")[0].strip().lower()
    answer: Response[str] | None = None
    if len(body) > _BODY_BYTES:
        answer = problems.response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {_BODY_BYTES} bytes.")
    elif body and kind != "application/json":
        answer = _unsupported(kind)
    elif body and not _is_json(body, encoded=bool(event.get("isBase64Encoded"))):
        answer = problems.response(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    if answer is None:
        return None
    return {"statusCode": answer.status_code, "headers": answer.headers, "body": answer.body}


def _is_json(body: str, *, encoded: bool) -> bool:
    """Whether the body can be read. Python reads no JSON nested too deep, nor numbers that are too long."""
    try:
        json.loads(b64decode(body).decode() if encoded else body)
    except (ValueError, RecursionError):
        return False
    return True


def _known_query(asked: ApiGatewayResolver, answer: NextMiddleware) -> Response[Any]:
    """Refuse query parameters that the route does not know; one misspelt would be ignored. Raises Refusal."""
    route: Route = asked.context["_route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    unknown = sorted((asked.current_event.query_string_parameters or {}).keys() - known)
    if unknown:
        raise problems.unknown_query(unknown)
    return answer(asked)


app.use([_known_query])


def _unsupported(_: object) -> Response[str]:
    return problems.response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")


def _note_refused(detail: str) -> None:
    """Write down who was refused what: ids, and no names."""
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
        _note_refused(refusal.detail)
    return problems.response(refusal.status, refusal.detail, refusal.errors)


def _invalid(error: RequestValidationError | InvalidChange) -> Response[str]:
    errors = problems.field_errors(error.errors())
    detail = "; ".join(f"{found.field}: {found.message}" for found in errors[:3])
    return problems.response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _bad_field(error: UnknownReference | InvalidField) -> Response[str]:
    return _refusal(problems.invalid(error.field, str(error)))


def _unworkable(error: UnworkablePolicy) -> Response[str]:
    errors = [FieldError(field=field, message=message) for field, message in error.problems]
    return problems.response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors)


def _bad_cursor(_: BadCursor) -> Response[str]:
    return _refusal(problems.invalid("cursor", "is not a next_cursor of this list"))


def _taken(_: EmailTaken) -> Response[str]:
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


def _not_there(error: NotFound) -> Response[str]:
    return problems.response(HTTPStatus.NOT_FOUND, str(error))


def _no_route(_: NotFoundError) -> Response[str]:
    asked = f"{app.current_event.http_method} {app.current_event.path}"
    return problems.response(HTTPStatus.NOT_FOUND, f"There is no {asked}.")


for _error, _answer in (
    (Refusal, _refusal),
    (RequestValidationError, _invalid),
    (RequestUnsupportedContentType, _unsupported),
    (InvalidChange, _invalid),
    (UnknownReference, _bad_field),
    (InvalidField, _bad_field),
    (UnworkablePolicy, _unworkable),
    (BadCursor, _bad_cursor),
    (EmailTaken, _taken),
    (KeyReused, _key_reused),
    (NotPossible, _not_possible),
    (CannotMerge, _not_possible),
    (StepsMissing, _steps_missing),
    (Conflict, _conflict),
    (Busy, _conflict),
    (NotFound, _not_there),
    (NotFoundError, _no_route),
):
    app.exception_handler(_error)(_answer)
