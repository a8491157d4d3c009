"""HTTP requests as API Gateway passes them to a function, and the nonce of a page."""

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.integration.scripted_desk import ENVIRONMENT, MANAGER

RETRY_LATER = {429, 503}  # statuses after which a client tries again: rate-limited, or a conflict of writes
NOT_THERE = {404, 422}  # to read, or to refer to


def request(
    route: str, body: str | None, headers: dict[str, str], user: dict[str, str] = MANAGER
) -> dict[str, Any]:
    """The event of a request such as "GET /api/customers?q=bilal"."""
    method, place = route.split(" ")
    path, _, query = place.partition("?")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query)),
        "headers": headers,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "a-request",
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": user, "scopes": None}},
        },
    }


def path_of(link: str) -> str:
    """The path of a link in a message."""
    return link.removeprefix(ENVIRONMENT["PUBLIC_URL"])


def nonce_on(page: str) -> str | None:
    """The nonce in the form of a page, if it has one."""
    found = re.search(r'name="nonce" value="([^"]+)"', page)
    return found[1] if found else None
