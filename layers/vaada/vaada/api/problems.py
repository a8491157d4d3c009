"""Errors as RFC 9457 problem details. Each says what is wrong, where, and what to do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

CONTENT_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one field; an index stands for a place in a list ("commitments.0.due_at")."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details, RFC 9457, with the fields that are wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


class Refusal(Exception):
    """The request is refused with this status."""

    def __init__(self, status: HTTPStatus, detail: str, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)


def invalid(field: str, message: str) -> Refusal:
    """422: this one field is wrong."""
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {message}", [FieldError(field=field, message=message)]
    )


def unknown_query(names: Sequence[str]) -> Refusal:
    """422: these query parameters mean nothing here."""
    message = "is not a query parameter that is known here"
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "; ".join(f"{name}: {message}" for name in names),
        [FieldError(field=name, message=message) for name in names],
    )


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """What pydantic found, without the values: those may be personal."""
    return [FieldError(field=_path(error["loc"]), message=_plain(error)) for error in errors]


def response(status: HTTPStatus, detail: str, errors: Iterable[FieldError] = ()) -> Response[str]:
    """The answer that carries a problem."""
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=tuple(errors))
    return Response(status, CONTENT_TYPE, json.dumps(problem.model_dump(mode="json"), ensure_ascii=False))


def _path(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    return ".".join(parts) or "body"


def _plain(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "is not a field that is known here"
    if error["type"] in {"model_attributes_type", "model_type"}:
        return "must be a JSON object"
    return message
