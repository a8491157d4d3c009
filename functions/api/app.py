"""The HTTP API."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.api.routes import respond
from vaada.desk import prepare

prepare("table")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request."""
    return respond(event, context)
