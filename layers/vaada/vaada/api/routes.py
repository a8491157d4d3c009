"""The modules of the API's routes. Each adds its own to the resolver when it is imported.

None is imported while the function starts; a request imports those that its path may belong to.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.api import resolver

MODULES: dict[str, tuple[str, ...]] = {
    "agents": ("departures", "people"),
    "campaign-recipients": ("campaigns",),
    "campaigns": ("campaigns",),
    "cases": ("cases",),
    "commitments": ("work",),
    "customers": ("people", "privacy", "relationships"),
    "erasures": ("privacy",),
    "follow-ups": ("work",),
    "goodwill": ("cases",),
    "interactions": ("interactions",),
    "me": ("me",),
    "messages": ("messages",),
    "policy": ("policy",),
    "recognition": ("recognition",),
    "relationships": ("relationships",),
    "replies": ("work",),
    "reports": ("reports", "weekly_reports"),
    "surveys": ("work",),
    "training-topics": ("training",),
}
"""The modules of routes, by the first word of the path after /api/."""


def respond(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request (API Gateway's payload format 2.0)."""
    _import(MODULES.get(event["rawPath"].removeprefix("/api/").partition("/")[0], ()))
    return resolver.respond(event, context)


def whole_app() -> APIGatewayHttpResolver:
    """Return the resolver after importing all modules of routes."""
    _import(sorted({module for modules in MODULES.values() for module in modules}))
    return resolver.app


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        import_module(f"vaada.api.{module}")
