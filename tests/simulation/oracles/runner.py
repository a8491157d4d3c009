"""Runs the oracles: at every step of a history, and at its end."""

from collections.abc import Callable
from typing import Any

from tests.simulation.fake_aws.items import parsed
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.fake_aws.stream import Record
from tests.simulation.oracles import search_terms, stored_words
from tests.simulation.oracles.campaigns import Campaigns
from tests.simulation.oracles.cases import Cases
from tests.simulation.oracles.commitments import Commitments
from tests.simulation.oracles.comparison import Outcome
from tests.simulation.oracles.customer_messages import CustomerMessages
from tests.simulation.oracles.customers import Customers
from tests.simulation.oracles.departures import Departures
from tests.simulation.oracles.erasures import Erasures
from tests.simulation.oracles.follow_ups import FollowUps
from tests.simulation.oracles.goodwill import Goodwills
from tests.simulation.oracles.interactions import Interactions
from tests.simulation.oracles.messages import Messages
from tests.simulation.oracles.notices import StaffNotices
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.queues import Queues
from tests.simulation.oracles.recommendations import Recommendations
from tests.simulation.oracles.refusals import Refusals
from tests.simulation.oracles.replies import Replies
from tests.simulation.oracles.rows import Rows
from tests.simulation.oracles.schedules import Schedules
from tests.simulation.oracles.sends import Sends
from tests.simulation.oracles.suppressions import Suppressions
from tests.simulation.oracles.surveys import Surveys
from tests.simulation.world.world import World
from vaada.model.rows import Row

CheckWrite = Callable[[Row | None, Row], None]
CheckChange = Callable[[Row, Row], None]
CheckBatch = Callable[[Batch], None]
CheckSend = Callable[[Sent], None]
Check = Callable[[], None]


class Oracles:
    """All oracles of one history. Each has those of these methods that it needs; all raise AssertionError.

    `check_write(before, after)`: a row was written; `before` is None for a new one. The rows are as before.
    `check_change(before, after)`: the same, only for rows that existed, of customers who are not erased.
    `check_batch(batch)`: all rows of the step were written.
    `check_step()`: the step is over, whether or not anything was written.
    `check_send(sent)`: a mail or a text was sent.
    `check_end()`: the history is over; there were no faults any more, and time enough to settle.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        observed = self._observed = Observed(world)
        self.outcome = Outcome(observed)
        rows, customers, interactions = Rows(observed), Customers(observed), Interactions(observed)
        commitments, follow_ups, replies = Commitments(observed), FollowUps(observed), Replies(observed)
        goodwill, messages, sends = Goodwills(observed), Messages(observed), Sends(observed)
        customer_messages, staff_notices = CustomerMessages(observed), StaffNotices(observed)
        surveys = Surveys(observed, customer_messages)
        cases = Cases(observed, surveys)
        campaigns, recommendations = Campaigns(observed), Recommendations(observed)
        erasures = Erasures(observed)
        suppressions = Suppressions(observed, erasures)
        queues = Queues(observed)
        Refusals(observed)
        Schedules(observed)
        self._write_checks: tuple[CheckWrite, ...] = (
            self.outcome.note_write,
            *(rows.check_write, erasures.check_write, suppressions.check_write, customers.check_write),
            *(cases.check_write, commitments.check_write, follow_ups.check_write, replies.check_write),
            *(surveys.check_write, messages.check_write, customer_messages.check_write),
            *(campaigns.check_write, recommendations.check_write),
            stored_words.check_write,
        )
        self._change_checks: tuple[CheckChange, ...] = (
            *(rows.check_change, interactions.check_change, cases.check_change, commitments.check_change),
            *(follow_ups.check_change, replies.check_change, surveys.check_change),
        )
        self._batch_checks: tuple[CheckBatch, ...] = (
            *(commitments.check_batch, replies.check_batch, follow_ups.check_batch, interactions.check_batch),
            *(surveys.check_batch, cases.check_batch, goodwill.check_batch, recommendations.check_batch),
            *(staff_notices.check_batch, customer_messages.check_batch, messages.check_batch),
        )
        self._send_checks: tuple[CheckSend, ...] = (
            *(erasures.check_send, suppressions.check_send, sends.check_send),
        )
        self._step_checks: tuple[Check, ...] = (suppressions.check_step, queues.check_step)
        self._end_checks: tuple[Check, ...] = (
            *(queues.check_end, rows.check_end, interactions.check_end, customers.check_end),
            *(commitments.check_end, follow_ups.check_end, replies.check_end, goodwill.check_end),
            *(messages.check_end, sends.check_end, cases.check_end, Departures(observed).check_end),
            *(campaigns.check_end, surveys.check_end),
        )
        self._records_read = self._sends_read = 0

    def step(self) -> None:
        """Check what was written and sent since the last step. Raises AssertionError."""
        if self._records_read < len(self.world.aws.table.stream):
            records = self.world.aws.table.stream[self._records_read :]
            self._records_read = len(self.world.aws.table.stream)
            self._check_records(records)
        for check_step in self._step_checks:
            check_step()
        for sent in self.world.aws.providers.sent[self._sends_read :]:
            for check_send in self._send_checks:
                check_send(sent)
        self._sends_read = len(self.world.aws.providers.sent)

    def end(self) -> None:
        """Check the end. Raises AssertionError."""
        assert self.world.idle, "the stream was not read to its end"
        for check in self._end_checks:
            check()

    def _check_records(self, every: list[Record]) -> None:
        for customer_id in search_terms.customers_of(every):
            search_terms.check_terms(self.world.aws.table, customer_id)
        records = [record["dynamodb"] for record in every if not search_terms.is_of_a_term(record)]
        changes: list[tuple[Row, Row]] = []
        written: list[Row] = []
        for record in records:
            self._check_record(record, changes, written)
        rows = [row for row in written if not self._observed.is_erased(row)]
        batch = Batch(rows, changes)
        for check in self._batch_checks:
            check(batch)

    def _check_record(
        self, record: dict[str, Any], changes: list[tuple[Row, Row]], written: list[Row]
    ) -> None:
        if "NewImage" not in record:
            self._observed.remove(parsed(record["OldImage"]))
            return
        after = parsed(record["NewImage"])
        before = parsed(record["OldImage"]) if "OldImage" in record else None
        for check_write in self._write_checks:
            check_write(before, after)
        if before is not None and not self._observed.is_erased(after):
            for check_change in self._change_checks:
                check_change(before, after)
            changes.append((before, after))
        self._observed.record(before, after)
        written.append(after)
