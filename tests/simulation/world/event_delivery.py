"""Events of SES and SNS about messages, texts of customers, mails that were accepted, and the retry queue."""

import json
from datetime import timedelta
from functools import partial

from functions.receive_mail.app import handler as receive_mail
from functions.receive_text.app import handler as receive_text
from functions.receive_whatsapp.app import handler as receive_whatsapp
from functions.record_delivery.app import handler as record_delivery
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.fake_aws.provider_events import a_stored_mail, events_of
from tests.simulation.fake_aws.queue import QueuedMessage, event_of
from tests.simulation.world.dead_letters import RETRY_QUEUE_FAILURES, DeadLetter, DeadLetters
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.facts import Facts
from tests.simulation.world.invocations import RETRY_PAUSES
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import Event, Function


class EventDelivery:
    """Delivers events to the functions that take them, directly or from the retry queue."""

    def __init__(
        self,
        loop: EventLoop,
        faults: Faults,
        facts: Facts,
        aws: AwsAccount,
        runtime: LambdaRuntime,
        dead_letters: DeadLetters,
    ) -> None:
        self._loop, self._faults, self._facts, self._aws = loop, faults, facts, aws
        self._runtime, self._dead_letters = runtime, dead_letters
        self._reported = 0  # how many sent messages were noticed
        self._brought = 0  # how many queued events were noticed

    def notice_calls(self) -> None:
        """Schedule what follows from messages that were sent, mails accepted and events queued since."""
        for sent in self._aws.providers.sent[self._reported :]:
            self._report(sent)
        self._reported = len(self._aws.providers.sent)
        for key in self._aws.storage.copied:
            deliver = partial(self.deliver, receive_mail, a_stored_mail(key, self._loop.now), "a mail")
            self._loop.at(self._loop.now, "a mail is accepted", deliver)
        self._aws.storage.copied.clear()
        for message in self._aws.queue.sent[self._brought :]:
            self._loop.at(message.visible_at, "the queue → record_delivery", self._poll)
        self._brought = len(self._aws.queue.sent)

    def deliver(self, function: Function, event: Event, what: str, attempt: int = 0) -> None:
        """Deliver an event to a function, with the retries of Lambda. `what` is for the trace."""
        if self._runtime.run_unattended(function, event) is not None:
            return
        if attempt == len(RETRY_PAUSES):
            self._loop.tell("Lambda drops the event")
            self._facts.surveys_may_differ = self._facts.surveys_may_differ or function is receive_text
        else:
            again = partial(self.deliver, function, event, what, attempt + 1)
            self._loop.after(RETRY_PAUSES[attempt], f"again: {what}", again)

    def play_again(self, dead: DeadLetter) -> None:
        """Redrive a dead letter: discard an unreadable event, deliver others until they are processed."""
        [record] = dead.content["Records"]
        if json.loads(record["body"])["kind"] == "unreadable":
            return
        answer = self._runtime.run(record_delivery, dead.content)
        if answer is None or answer["batchItemFailures"]:
            self._dead_letters.add(RETRY_QUEUE_FAILURES, dead.content)

    def _report(self, sent: Sent) -> None:
        """SES and SNS report on a message: usually soon, once, and in order."""
        for told in events_of(sent, self._facts.fates.get(sent.to, "arrives")):
            at = self._loop.now + told.after
            if self._faults.strikes("news late"):
                at += timedelta(minutes=self._faults.dice["news late"].randint(1, 400))
            times = 2 if self._faults.strikes("news doubled") else 1
            for _ in range(0 if self._faults.strikes("news lost") else times):
                what = f"{told.what} of {(sent.message_id or sent.to)[-8:]}"
                takes = receive_whatsapp if told.by_whatsapp else record_delivery
                self._loop.at(at, what, partial(self.deliver, takes, told.event, what))

    def _poll(self) -> None:
        """Deliver what waits in the queue until it is processed or was received too often."""
        queue = self._aws.queue
        for message in queue.give_up():
            self._dead_letters.add(RETRY_QUEUE_FAILURES, event_of(message))
        batch = queue.receive()
        if batch:
            self._bring(batch)
        for message in batch:
            if message in queue.messages:
                self._loop.at(message.visible_at, "the queue → record_delivery, again", self._poll)
        if batch and self._faults.strikes("news doubled"):
            late = timedelta(seconds=self._faults.dice["news doubled"].randint(1, 300))
            self._loop.after(late, "the queue → record_delivery, twice", partial(self._bring, batch))

    def _bring(self, batch: list[QueuedMessage]) -> None:
        answer = self._runtime.run_unattended(record_delivery, event_of(*batch))
        if answer is not None:
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for message in batch:
                if message.id not in failed:
                    self._aws.queue.delete(message)
