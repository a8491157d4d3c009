"""A request that is refused, whoever sent it: as JSON from the API, as a page from the console."""

from collections.abc import Iterable
from http import HTTPStatus

from pydantic import BaseModel


class FieldError(BaseModel):
    """A wrong field and what is wrong. The path may contain list indexes ("commitments.0.due_at")."""

    field: str
    message: str


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
