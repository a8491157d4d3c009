"""The console: the pages that agents and managers sign in to."""

from datetime import UTC, datetime
from typing import Any

from vaada.console.site import respond
from vaada.desk import open_desk, prepare

prepare("table", "user_pool", renders=True)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Respond to one request."""
    return respond(open_desk().remembering(), event, datetime.now(UTC).replace(microsecond=0))
