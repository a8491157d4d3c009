"""The HTTP API."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.api import cases, interactions, people, policy, privacy, reports, work  # noqa: F401 - each brings its routes
from vaada.api.resolver import app, reject_body
from vaada.desk import prepare
from vaada.headers import RESPONSE_HEADERS

prepare("table")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request."""
    response = reject_body(event) or app.resolve(event, context)
    return {**response, "headers": {**response["headers"], **RESPONSE_HEADERS}}
