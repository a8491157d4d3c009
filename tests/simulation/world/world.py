"""One simulated world: its parts, put together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

from functions.receive_text.app import handler as receive_text
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.items import key_of_item
from tests.simulation.fake_aws.provider_events import a_text
from tests.simulation.world.api_client import ApiClient
from tests.simulation.world.browser import Browser
from tests.simulation.world.dead_letters import RETRY_QUEUE_FAILURES, DeadLetter, DeadLetters
from tests.simulation.world.event_delivery import EventDelivery
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.facts import Facts
from tests.simulation.world.inbound_tracking import InboundTracking
from tests.simulation.world.installation import installed
from tests.simulation.world.invocations import Invocations
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.schedule_delivery import ScheduleDelivery
from tests.simulation.world.stream_delivery import StreamDelivery
from tests.simulation.world.sweeper import Sweeper
from tests.simulation.world.targets import WITH_DEAD_LETTERS
from vaada.desk import Desk
from vaada.gateways import items
from vaada.model.people import Customer
from vaada.rules import weekly_reports
from vaada.settings import Settings

STARTS = tuple(  # Mondays, each with something special in its week or soon after
    datetime(*day, 9, tzinfo=UTC)
    for day in (
        (2026, 3, 2),  # clocks change in New York on the Sunday
        (2026, 3, 23),  # and in London; a week later it is Easter
        (2026, 3, 30),  # Good Friday, and Easter Monday
        (2026, 6, 29),  # the end of a month, of a quarter; Independence Day
        (2026, 8, 31),  # a bank holiday in London
        (2026, 10, 19),  # clocks change in London
        (2026, 10, 26),  # and in New York
        (2026, 12, 28),  # the end of a year
        (2028, 2, 28),  # a leap day
    )
)
Place = tuple[str, str]
"""A time zone and a country."""
PLACES: tuple[Place, ...] = (
    ("UTC", "GB"),
    ("Europe/London", "GB"),
    ("America/New_York", "US"),
    ("Asia/Karachi", "PK"),
)


class World:
    """The world of one history. `people` is the seed of everything but the faults."""

    def __init__(
        self,
        people: int,
        faults: Faults,
        *,
        start: datetime | None = None,
        place: Place | None = None,
        renders_pages: bool = True,
        make_calls: Callable[[Faults, Callable[[str], None]], Calls] = Calls,
        make_runtime: Callable[
            [EventLoop, Faults, AwsAccount, InboundTracking], LambdaRuntime
        ] = LambdaRuntime,
    ) -> None:
        self.random = Random(f"people {people}")
        drawn_start, drawn_place = self.random.choice(STARTS), self.random.choice(PLACES)
        self.start = start or drawn_start
        self.zone, self.country = place or drawn_place
        self.faults, self._renders_pages = faults, renders_pages
        faults.start = self.start
        self.loop, self.facts = EventLoop(self.start), Facts()
        self.aws = AwsAccount(make_calls(faults, self.tell))
        tracking = InboundTracking(self.loop, faults, self.aws.queue, self.facts.permissions)
        self.runtime = make_runtime(self.loop, faults, self.aws, tracking)
        self.aws.calls.begin = self.runtime.before_call
        self.dead_letters = DeadLetters(self.loop, self._play_again)
        self.stream = StreamDelivery(self.loop, faults, self.aws.table, self.runtime, self.dead_letters)
        self.aws.table.on_write = self.stream.notice_writes
        self._invocations = Invocations(self.loop, faults, self.runtime, self.dead_letters)
        self._schedules = ScheduleDelivery(self.loop, faults, self.aws.scheduler, self._invocations)
        self.events = EventDelivery(self.loop, faults, self.facts, self.aws, self.runtime, self.dead_letters)
        self._sweeper = Sweeper(self.loop, faults, self.aws.table, self.runtime)
        self.api = ApiClient(self.loop, self.facts, self.aws.table, self.runtime)
        self.browser = Browser(self.loop, self.aws.table, self.runtime)
        self.texted: set[str] = set()  # the words that customers texted
        self.after_action: Callable[[], None] = lambda: None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Replace AWS and the clock by this world."""
        environment = {"TIME_ZONE": self.zone, "COUNTRY": self.country}
        ids = Random(self.random.random())
        with installed(
            self.loop,
            self.aws,
            self.runtime,
            environment=environment,
            random=ids,
            renders_pages=self._renders_pages,
        ):
            yield

    # ------------------------------------------------------------ the loop

    @property
    def now(self) -> datetime:
        """The time on the virtual clock."""
        return self.loop.now

    def at(self, when: datetime, what: str, action: Callable[[], None]) -> None:
        """Schedule an action for this time."""
        self.loop.at(when, what, action)

    def run_until(self, end: datetime) -> None:
        """Run all actions until this time."""
        self.loop.run_until(end, self.browser.entries.clear, self._after_action)

    def tell(self, line: object) -> None:
        """Add a line to the trace."""
        self.loop.tell(line)

    @property
    def story(self) -> list[str]:
        """The lines of the trace."""
        return self.loop.trace.lines

    # ------------------------------------------------------------ what happens

    def text(self, number: str, words: str, answers: str) -> None:
        """A customer texts us, in answer to a text of ours."""
        self.texted.add(words)
        self.events.deliver(receive_text, a_text(number, words, answers), f"{number} texts {words}")

    def is_there(self, customer_id: str) -> bool:
        """Whether the customer's row is in the table."""
        return key_of_item(items.key_of(Customer, customer_id)) in self.aws.table.items

    def plan_weekly_report(self) -> None:
        """Plan the first weekly report, as the deployment does."""
        policy = Desk(Settings.from_environment()).first_policy
        self.aws.table.put_item(Item=items.to_item(weekly_reports.plan(policy, self.now)))

    @property
    def idle(self) -> bool:
        """Whether nothing waits in the stream, in the retry queue or among the dead letters."""
        return self.stream.idle and not self.aws.queue.messages and self.dead_letters.all_redriven

    def release(self) -> None:
        """Release the memory of all parts at once, when the history is over: they refer to each other."""
        for part in (*vars(self).values(), self):
            if hasattr(part, "__dict__"):
                part.__dict__.clear()

    def _after_action(self) -> None:
        self._schedules.notice_changes()
        for arn, event in self.aws.functions.invoked:
            self._invocations.wake(arn, event, "invoked")
        self.aws.functions.invoked.clear()
        self.events.notice_calls()
        self._sweeper.notice_writes()
        self.after_action()

    def _play_again(self, dead: DeadLetter) -> None:
        """Invoke the function with a dead letter, or with what the letter refers to."""
        if dead.queue == RETRY_QUEUE_FAILURES:
            self.events.play_again(dead)
            return
        function = WITH_DEAD_LETTERS[dead.content["requestContext"]["functionArn"]]
        if "requestPayload" in dead.content:
            self.runtime.run(function, dead.content["requestPayload"])
        else:
            self.stream.play_again(function, dead.content["DDBStreamBatchInfo"])
