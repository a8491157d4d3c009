"""What must hold of every run of a function."""

from datetime import datetime

from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.items import key_of_item, parsed
from tests.simulation.world.targets import TARGETS, Event, Function
from vaada.gateways import items
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.rate_limits import RateCount


class RunChecks:
    """The state at the beginning of a run, to compare with the state at its end."""

    def __init__(self, aws: AwsAccount, function: Function, event: Event, now: datetime) -> None:
        self._aws, self._event = aws, event
        self._changes_nothing = function in TARGETS.values() and not self._is_due(now)
        self._written, self._answered = len(aws.table.stream), len(aws.providers.answered)
        self._mail_count = f"mail-{now:%Y%m%d}"
        self._uncounted = self._mails_not_counted()

    def check(self, *, succeeded: bool) -> None:
        """Check the run when it has ended. Raises AssertionError."""
        written = len(self._aws.table.stream)
        assert not self._changes_nothing or written == self._written, f"not due, or stale: {self._event}"
        if succeeded:
            self._check_recorded(self._aws.providers.answered[self._answered :])
            uncounted = self._uncounted - self._mails_not_counted()
            assert not uncounted, f"{uncounted} more mails counted than sent: {self._event}"

    def _is_due(self, now: datetime) -> bool:
        """Whether an event is for the present version of its row, and not too early."""
        row = self._aws.table.items.get(key_of_item(items.key_of(Interaction, self._event["row_id"])))
        if row is None or row["version"]["N"] != str(self._event["version"]) or "wake_at" not in row:
            return False
        return datetime.fromisoformat(row["wake_at"]["S"]) <= now

    def _mails_not_counted(self) -> int:
        row = self._aws.table.items.get(key_of_item(items.key_of(RateCount, self._mail_count)))
        return self._aws.providers.mails - (int(row["count"]["N"]) if row else 0)

    def _check_recorded(self, message_ids: list[str]) -> None:
        """The outcome of each message that was sent is recorded."""
        for message_id in message_ids:
            row = self._aws.table.items.get(key_of_item(items.key_of(Message, message_id)))
            assert row is None or row["status"]["S"] != "sending", f"not recorded: {parsed(row)!r}"
