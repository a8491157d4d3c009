"""The errors of AWS, as botocore raises them."""

from typing import Any

from botocore.exceptions import ClientError


def error(code: str, more: dict[str, Any] | None = None, *, status: int = 400) -> ClientError:
    """An error as botocore raises it."""
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **(more or {})}
    return _NAMED.get(code, ClientError)(response, "call")  # type: ignore[arg-type]  # it is one


class ConditionalCheckFailedException(ClientError):
    """The condition of a write did not hold."""


class TransactionCanceledException(ClientError):
    """The condition of one write of a transaction did not hold."""


class TransactionConflictException(ClientError):
    """A row is in another transaction at this moment."""


class ResourceNotFoundException(ClientError):
    """There is no such schedule."""


class ConflictException(ClientError):
    """There is such a schedule already."""


class ParameterNotFound(ClientError):
    """There is no such parameter."""


class ParameterAlreadyExists(ClientError):
    """There is such a parameter already."""


class UsernameExistsException(ClientError):
    """There is such a user already."""


class UserNotFoundException(ClientError):
    """There is no such user."""


class UnsupportedUserStateException(ClientError):
    """The user has chosen a password already."""


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
        UsernameExistsException,
        UserNotFoundException,
        UnsupportedUserStateException,
    )
}
