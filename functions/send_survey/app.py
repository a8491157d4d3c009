"""Advance a due survey: send it to its customer, or withhold it."""

from typing import Any

from vaada.desk import open_desk, prepare
from vaada.model.work import Survey
from vaada.schedule_events import advance_scheduled

prepare("table", "addresses", "links", "mailer", renders=True)


def handler(event: dict[str, Any], _context: object) -> str:
    """Take the steps of the row that are due. Returns the outcome."""
    return advance_scheduled(open_desk(), event, Survey)
