"""Errors as problem details (RFC 9457). Each says what is wrong, where, and what to do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

CONTENT_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """A wrong field and what is wrong. The path may contain list indexes ("commitments.0.due_at")."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457) with the wrong fields."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


class Refusal(Exception):
    """The request is refused, with this HTTP status."""

    def __init__(self, status: HTTPStatus, detail: str, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)


def invalid(field: str, message: str) -> Refusal:
    """Return a Refusal (422) because of one field."""
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {message}", [FieldError(field=field, message=message)]
    )


def unknown_query(names: Sequence[str]) -> Refusal:
    """Return a Refusal (422) because of unknown query parameters."""
    message = "is not a query parameter that is known here"
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "; ".join(f"{name}: {message}" for name in names),
        [FieldError(field=name, message=message) for name in names],
    )


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Convert pydantic's errors, without the values, which may be personal data."""
    return [FieldError(field=_field_path(error["loc"]), message=_message(error)) for error in errors]


def response(status: HTTPStatus, detail: str, errors: Iterable[FieldError] = ()) -> Response[str]:
    """Return a response with problem details."""
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=tuple(errors))
    return Response(status, CONTENT_TYPE, json.dumps(problem.model_dump(mode="json"), ensure_ascii=False))


def _field_path(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    return ".".join(parts) or "body"


def _message(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "is not a field that is known here"
    if error["type"] in {"model_attributes_type", "model_type"}:
        return "must be a JSON object"
    return message
