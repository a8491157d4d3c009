"""Which events about messages and texts were processed, and which still wait."""

import threading
from collections.abc import Callable
from typing import Any

from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from tests.integration.scripted_desk import Context
from tests.simulation.actors.contact_permissions import ContactPermissions
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.queue import Queue
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.targets import Event, Function


class InboundTracking:
    """Notes in the permissions which events were processed to their end.

    When a function has ended, its event is processed or waits in the retry queue. Other functions may queue
    theirs while this one is delayed: the thread tells them apart.
    """

    def __init__(
        self, loop: EventLoop, faults: Faults, queue: Queue, permissions: ContactPermissions
    ) -> None:
        self._loop, self._faults, self._queue, self._permissions = loop, faults, queue, permissions
        self._events: dict[str, Event] = {}  # by the bodies of the queued messages

    def concerns(self, function: Function) -> bool:
        """Whether the function processes such events."""
        return function in {receive_text, record_delivery}

    def call(self, function: Function, event: Event, may_fail: Callable[[], bool]) -> Any:
        """Call the function. Raises its errors, and AssertionError if it fails without a fault."""
        queued = [record for record in event.get("Records", ()) if "body" in record]
        events = {record["messageId"]: self._events[record["body"]] for record in queued} or {"": event}
        for each in events.values():
            self._permissions.begin(each)
        struck, sent = self._faults.struck, len(self._queue.sent)
        try:
            answer = function(event, Context())
        finally:
            mine = [one for one in self._queue.sent[sent:] if one.sender == threading.get_ident()]
            self._events.update({message.body: event for message in mine})
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]} if queued else set()
        failed |= {""} if mine else set()
        undisturbed = self._faults.struck == struck and not may_fail()
        assert not (failed and undisturbed), f"nothing was wrong, and it was not handled: {event}"
        for message_id in events.keys() - failed:
            self._permissions.complete(events[message_id], self._loop.now)
        return answer
