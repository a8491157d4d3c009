"""Errors as problem details (RFC 9457). Each says what is wrong, where, and what to do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from vaada.api.refusals import FieldError, Refusal, invalid
from vaada.model.ids import PARTY_ID_PATTERN, ROW_ID_PATTERN
from vaada.model.policy import CALLING_CODE_PATTERN, COUNTRY_PATTERN, CURRENCY_PATTERN
from vaada.model.text import LANGUAGE_PATTERN

__all__ = [
    "CONTENT_TYPE",
    "FieldError",
    "Problem",
    "Refusal",
    "field_errors",
    "invalid",
    "response",
    "unknown_query",
]

CONTENT_TYPE = "application/problem+json"

_KEY = "[key]"
_COUNTS = ("min_length", "max_length", "max_digits", "decimal_places", "whole_digits")
_TEXT, _WHOLE, _NUMBER, _SWITCH, _LIST, _OBJECT, _DAY, _CLOCK, _URL = (
    "must be text",
    "must be a whole number",
    "must be a number",
    "must be true or false",
    "must be a list",
    "must be a JSON object",
    "must be a day, such as 2026-03-31",
    "must be a time of day, such as 09:00",
    "must be a web address, such as https://example.com/review",
)
_MESSAGES = {
    "missing": "is needed",
    "extra_forbidden": "is not a field that is known here",
    "none_required": "must be null",
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": "must have at least {min_length} character{s}",
    "string_too_long": "must have at most {max_length} character{s}",
    "too_short": "must have at least {min_length} item{s}",
    "too_long": "must have at most {max_length} item{s}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": "must have at most {max_digits} digit{s}",
    "decimal_max_places": "must have at most {decimal_places} decimal place{s}",
    "decimal_whole_digits": "must have at most {whole_digits} digit{s} before the point",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "datetime_parsing": "is no time that there is: {error}",
    "datetime_from_date_parsing": "is no time that there is: {error}",
    "url_type": _URL,
    "url_parsing": _URL,
    "url_syntax_violation": _URL,
    "url_scheme": "must begin with {expected_schemes}",
    "url_too_long": "must have at most {max_length} character{s}",
}
"""pydantic's errors in terms of JSON. The names in braces come from the context of the error."""

_ID = "is not an id: ids have digits and the letters a to v, as the API gave them"
_LOOKS = {
    PARTY_ID_PATTERN: _ID,
    ROW_ID_PATTERN: _ID,
    LANGUAGE_PATTERN: "must be a language tag (BCP 47), such as en or pt-BR",
    COUNTRY_PATTERN: "must be the two letters of a country (ISO 3166), such as GB",
    CURRENCY_PATTERN: "must be the three letters of a currency (ISO 4217), such as EUR",
    CALLING_CODE_PATTERN: "must be a calling code without +, such as 44",
}
"""What text with each of these patterns is called."""


class Problem(BaseModel):
    """Problem details (RFC 9457) with the wrong fields."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


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
    """Return the path of a field. pydantic adds "[key]" where the name in an object is what is wrong."""
    parts = [str(part) for part in location if part != _KEY]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    return ".".join(parts) or "body"


def _message(error: Mapping[str, Any]) -> str:
    """Return what is wrong in terms of JSON. pydantic's own messages use those of Python."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if error.get("input", ...) is None and kind.endswith("_type"):
        return "cannot be null"
    if kind == "string_pattern_mismatch":
        return _LOOKS.get(context["pattern"], "does not look as it must")
    found = _MESSAGES.get(kind)
    if found is None:
        message = str(error["msg"]).removeprefix("Value error, ")
        return message.replace("Input should", "must", 1).replace("Value should", "must", 1)
    message = found.format_map({**context, "s": "" if _count(context) == 1 else "s"})
    return message.replace("must be", "must be called", 1) if _KEY in error["loc"] else message


def _count(context: Mapping[str, Any]) -> object:
    return next((context[name] for name in _COUNTS if name in context), None)
