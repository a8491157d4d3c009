"""Bugs of the functions: reading their event, and processing all of it."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from unittest.mock import patch

from functions.flag_overdue import app as flag_overdue
from functions.pages import app as pages
from functions.receive_text import app as receive_text
from functions.record_delivery import app as record_delivery
from functions.sweep_due import app as sweep_due
from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.mutations.planting import Planted, mutation, together
from tests.simulation.replacing import replaced
from tests.simulation.world.targets import TARGETS
from vaada import schedule_events
from vaada.flows import incoming_texts
from vaada.flows.due.advance import advance
from vaada.flows.inbound_events import handle, handle_or_queue
from vaada.gateways.inbound_events import mail_events, text_delivery_events
from vaada.gateways.retry_queue import RetryQueue
from vaada.public import surveys

FAR_AHEAD = datetime(2030, 1, 1, tzinfo=UTC)


@mutation()
def acts_before_the_time_has_come() -> Planted:
    def early(desk: Any, kind: Any, row_id: str, version: int, _now: datetime) -> str:
        return advance(desk, kind, row_id, version, FAR_AHEAD)

    return replaced(advance, early, within=(schedule_events,))


@mutation()
def never_sweeps() -> Planted:
    return replaced(sweep_due.handler, lambda _event, _context: 0)


@mutation(seed=84)
def reads_wake_ups_by_position() -> Planted:
    @wraps(flag_overdue.handler)
    def woken(event: dict[str, Any], context: object) -> Any:
        row_id, version = event.values()
        return flag_overdue.handler({"row_id": row_id, "version": version}, context)

    return patch.dict(TARGETS, {ENVIRONMENT["FLAG_OVERDUE_ARN"]: woken})


@mutation(seed=12)
def writes_on_a_get() -> Planted:
    def show(visit: Any) -> Any:
        visit = type(visit)(visit.desk, visit.token, visit.path, {**visit.fields, "score": "1"}, visit.now)
        return surveys.submit(visit)

    return patch.dict(pages.PAGES, {"s": (show, surveys.submit), "a": (show, show), "u": (show, show)})


@mutation()
def loses_events_that_fail() -> Planted:
    return replaced(handle_or_queue, _handle_or_lose, within=(receive_text, incoming_texts, record_delivery))


@mutation(seed=60)
def loses_queued_events_that_fail() -> Planted:
    return replaced(handle, _handle_or_lose, within=(record_delivery,))


def _handle_or_lose(desk: Any, news: Any, now: datetime) -> str:
    with suppress(Exception):
        return handle(desk, news, now)
    return "lost"


@mutation()
def queues_the_whole_event() -> Planted:
    events: list[dict[str, Any]] = []

    def of_mails(event: dict[str, Any], *facts: Any) -> Any:
        events.append(event)
        return mail_events(event, *facts)

    def of_texts(event: dict[str, Any], *facts: Any) -> Any:
        events.append(event)
        return text_delivery_events(event, *facts)

    def put(queue: RetryQueue, _event: Any) -> None:
        body = json.dumps(events[-1] if events else "a text")
        queue.client.send_message(QueueUrl=queue.url, MessageBody=body)

    return together(
        replaced(mail_events, of_mails),
        replaced(text_delivery_events, of_texts),
        replaced(RetryQueue.put, put),
    )
