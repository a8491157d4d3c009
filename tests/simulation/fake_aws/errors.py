"""The errors of AWS, as botocore raises them."""

from typing import Any

from botocore.exceptions import ClientError


def error(code: str, more: dict[str, Any] | None = None, *, status: int = 400) -> ClientError:
    """An error as botocore raises it."""
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **(more or {})}
    return _NAMED.get(code, ClientError)(response, "call")  # type: ignore[arg-type]  # it is one


class ConditionalCheckFailedException(ClientError):
    """A row did not stand as was expected."""


class TransactionCanceledException(ClientError):
    """One of the rows of a transaction did not."""


class TransactionConflictException(ClientError):
    """A row is in somebody else's transaction just now."""


class ResourceNotFoundException(ClientError):
    """There is no such schedule."""


class ConflictException(ClientError):
    """There is such a schedule already."""


class ParameterNotFound(ClientError):
    """There is no such parameter."""


class ParameterAlreadyExists(ClientError):
    """There is such a parameter already."""


_NAMED: dict[str, type[ClientError]] = {
    kind.__name__: kind
    for kind in (
        ConditionalCheckFailedException,
        TransactionCanceledException,
        TransactionConflictException,
        ResourceNotFoundException,
        ConflictException,
        ParameterNotFound,
        ParameterAlreadyExists,
    )
}
