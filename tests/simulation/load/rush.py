"""Three rushes on an account with the limits of a new one: is anything lost, and how late is it?

    python -m tests.simulation.load.rush    prints the figures and draws docs/images/rush.svg

The account runs ten functions at once and sends 14 mails a second. A function takes 50 ms, and 15 ms for each
of its calls to AWS. When ten run, AWS tries a scheduled one again later, and whoever asked for a page or sent
a contact gets an error and asks again. Functions that run at the same time do so one after the other here,
each with a clock that begins at its own start.
"""

import json
import statistics
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from functions.api.app import handler as api
from functions.pages.app import handler as pages
from tests.integration.scripted_desk import ENVIRONMENT, MANAGER
from tests.simulation.fake_aws.errors import error
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.world.http import nonce_on, request
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import Event, Function
from tests.simulation.world.world import World
from vaada.gateways.items import to_item
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.people import Agent, Consent, Customer
from vaada.model.work import Commitment, Survey

CONCURRENT, MAILS_A_SECOND = 10, 14
OVERHEAD, PER_CALL = timedelta(milliseconds=50), timedelta(milliseconds=15)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
PICTURE = Path(__file__).parents[3] / "docs" / "images" / "rush.svg"


class LimitedRuntime(LambdaRuntime):
    """Lambda with at most ten executions at once."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._ends: deque[datetime] = deque()
        self._place = self.loop.now
        self.throttled = 0

    def before_call(self) -> None:
        """Let time pass in the running function; the clock goes back when it ends."""
        self.loop.move_to(self.loop.now + PER_CALL)

    def has_room(self) -> bool:
        """Whether another function may begin now."""
        while self._ends and self._ends[0] <= self.loop.now:
            self._ends.popleft()
        return len(self._ends) < CONCURRENT

    def run(self, function: Function, event: Event) -> Any:
        """Run a function, which keeps its place for as long as its calls take."""
        self._place = self.loop.now
        answer = super().run(function, event)
        self._ends = deque(sorted((*self._ends, self._place)))
        return answer

    def call(self, function: Function, event: Event) -> Any:
        """Call the function, and note when it ends."""
        self.loop.move_to(self.loop.now + OVERHEAD)
        try:
            return super().call(function, event)
        finally:
            self._place = self.loop.now

    def run_unattended(self, function: Function, event: Event, pause: timedelta = SECOND) -> Any:
        """Run a function that nobody waits for. Without room, Lambda tries again later and later."""
        if self.has_room() or "Records" in event:  # a stream's reader waits for its turn by itself
            return self.run(function, event)
        self.throttled += 1
        longer = min(2 * pause, 5 * MINUTE)
        self.loop.after(pause, "throttled", lambda: self.run_unattended(function, event, longer) and None)
        return "accepted"


@dataclass
class Rush:
    """One rush: how many there were, how late each was done, and how often somebody had to ask again."""

    name: str
    wanted: int
    late: list[float] = field(default_factory=list)  # seconds
    again: int = 0
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)  # by their reader and status

    @property
    def figures(self) -> tuple[str, ...]:
        """The cells of its row in the table."""
        worst = sorted(self.late)
        p99 = worst[int(len(worst) * 0.99) - 1]
        lost = self.wanted - len(self.late)
        return (
            f"{self.wanted:,}",
            f"{lost}",
            *(f"{seconds:,.0f} s" for seconds in (statistics.median(worst), p99, worst[-1])),
            f"{self.again:,}",
        )


class RushWorld(World):
    """A world without faults, on an account with limits."""

    def __init__(self) -> None:
        super().__init__(
            1,
            Faults(),
            start=datetime(2026, 3, 2, 9, tzinfo=UTC),
            place=("UTC", "GB"),
            make_runtime=LimitedRuntime,
        )
        self._sent_at: deque[datetime] = deque()
        accept = self.aws.providers._accept

        def accept_at_most(*call: Any) -> dict[str, str]:
            while self._sent_at and self._sent_at[0] <= self.now - SECOND:
                self._sent_at.popleft()
            if len(self._sent_at) >= MAILS_A_SECOND:
                raise error("TooManyRequestsException", status=429)
            self._sent_at.append(self.now)
            return accept(*call)

        self.aws.providers._accept = accept_at_most  # type: ignore[assignment, method-assign]

    @property
    def limited(self) -> LimitedRuntime:
        """The runtime, which has limits."""
        assert isinstance(self.runtime, LimitedRuntime)
        return self.runtime

    def put(self, *rows: Any) -> None:
        """Put rows into the table, as if they had been written before."""
        for row in rows:
            self.aws.table.put_item(Item=to_item(row))

    def ask(self, rush: Rush, function: Function, event: Event, wanted_at: datetime) -> None:
        """Ask until there is an answer; a person who gets an error tries again after two seconds."""
        if self.limited.has_room():
            answer = self.limited.run(function, event)
            if answer is not None and answer["statusCode"] < 300:
                rush.late.append((self.now - wanted_at).total_seconds())
                return
        rush.again += 1
        self.loop.after(2 * SECOND, "again", lambda: self.ask(rush, function, event, wanted_at))


def promises(many: int = 1_000, agents: int = 200, supervised: bool = False) -> Rush:
    """A thousand promises of two hundred agents are overdue in the same minute."""
    rush, world = Rush("promises overdue in one minute", many), RushWorld()
    with world.running():
        due_at = world.start + HOUR
        supervisor = _agent(world, agents)
        staff = [_agent(world, number) for number in range(agents)]
        if supervised:
            staff = [agent.model_copy(update={"supervisor_id": supervisor.id}) for agent in staff]
        world.put(supervisor, *staff)
        for number in range(many):
            customer = _customer(world, number)
            agent_id = staff[number % agents].id
            at = due_at + number * MINUTE / many
            world.put(customer)
            world.put(
                Commitment(
                    commitment_id=new_row_id(customer.id, world.start),
                    interaction_id=new_row_id(customer.id, world.start),
                    case_id=new_row_id(customer.id, world.start),
                    what="Call back",
                    due_at=at.replace(microsecond=0),
                    step="flag",
                    wake_at=at.replace(microsecond=0),
                    customer_id=customer.id,
                    agent_id=agent_id,
                    created_at=world.start,
                )
            )
        world.run_until(due_at + (8 if supervised else 2) * HOUR)
        for item in world.aws.table.items.values():
            if item["row_kind"]["S"] == "message" and item["status"]["S"] in {"sent", "grouped"}:
                rush.messages[item["to"]["S"], item["status"]["S"]] += 1
                stored = world.aws.table.items
                told = item.get("sent_at") or stored[_key_of(item["carried_by"]["S"])]["sent_at"]
                promised = stored[_key_of(item["about_id"]["S"])]["due_at"]
                rush.late.append((_instant(told["S"]) - _instant(promised["S"])).total_seconds())
        rush.again = world.limited.throttled
    return rush


def contacts(an_hour: int = 5_000, minutes: int = 60) -> Rush:
    """Agents record five thousand contacts in an hour."""
    many = an_hour * minutes // 60
    rush, world = Rush("contacts in one hour", many), RushWorld()
    with world.running():
        agent = _agent(world, 0)
        customers = [_customer(world, number) for number in range(500)]
        world.put(agent, *customers)
        for number in range(many):
            at = world.start + number * HOUR / an_hour
            body = {
                "customer_id": customers[number % 500].id,
                "agent_id": agent.id,
                "channel": "phone",
                "direction": "inbound",
                "kind": "request",
                "summary": "Wants a cake",
                "resolved": number % 2 == 0,
            }
            event = _request("POST /api/interactions", body)
            world.at(at, "contact", lambda event=event, at=at: world.ask(rush, api, event, at))  # type: ignore[misc]
        world.run_until(world.start + (minutes + 10) * MINUTE)
        unplanned = sum(
            item["row_kind"]["S"] == "interaction" and "wake_at" in item
            for item in world.aws.table.items.values()
        )
        assert unplanned == 0, f"{unplanned} contacts were not planned"
    return rush


def answers(a_second: int = 100) -> Rush:
    """For a minute a hundred customers a second answer a survey."""
    many = a_second * 60
    rush, world = Rush("answers to surveys in one minute", many), RushWorld()
    with world.running():
        agent = _agent(world, 0)
        world.put(agent)
        for number in range(many):
            customer = _customer(world, number)
            survey = Survey(
                survey_id=new_row_id(customer.id, world.start),
                customer_id=customer.id,
                agent_id=agent.id,
                due_at=world.start,
                status="sent",
                sent_at=world.start,
                created_at=world.start,
            )
            world.put(customer)
            world.put(survey)
            at = world.start + HOUR + number * SECOND / a_second
            link = world.browser.link("survey", survey.id).removeprefix(ENVIRONMENT["PUBLIC_URL"])
            world.at(at, "answer", _answering(world, rush, link, at))
        world.run_until(world.start + HOUR + 30 * MINUTE)
    return rush


def _answering(world: RushWorld, rush: Rush, link: str, at: datetime) -> Callable[[], None]:
    def answer() -> None:
        if not world.limited.has_room():
            rush.again += 1
            world.loop.after(2 * SECOND, "again", answer)
            return
        page = world.limited.run(pages, request(f"GET {link}", None, {}))
        body = f"score=5&nonce={nonce_on(page['body'])}"
        event = request(f"POST {link}", body, {})
        world.loop.after(3 * SECOND, "form", lambda: world.ask(rush, pages, event, at + 3 * SECOND))

    return answer


def _request(route: str, body: object) -> Any:
    return request(route, json.dumps(body), {}, MANAGER)


def _agent(world: RushWorld, number: int) -> Agent:
    return Agent(
        agent_id=new_party_id(),
        name=f"Agent {number}",
        email=f"a{number}@example.com",
        created_at=world.start,
    )


def _customer(world: RushWorld, number: int) -> Customer:
    return Customer(
        customer_id=new_party_id(),
        name=f"Customer {number}",
        email=f"c{number}@example.com",
        consent=Consent(email=True, sms=False, survey=True),
        created_at=world.start,
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _key_of(row_id: str) -> tuple[str, str]:
    return f"CUSTOMER#{row_id[:16]}", f"ROW#{row_id[16:]}"


def picture(rushes: list[Rush]) -> str:
    """An SVG: for each rush, which share was done after how many seconds."""
    width, height, left, top = 640, 190, 60, 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 90} {len(rushes) * (height + 70)}" '
        'font-family="sans-serif" font-size="13" role="img" aria-label="The share done, by seconds late">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for number, rush in enumerate(rushes):
        y, late = top + number * (height + 70), sorted(rush.late)
        longest = max(late[-1], 1.0)
        points = " ".join(
            f"{left + width * seconds / longest:.1f},{y + height - height * (place + 1) / rush.wanted:.1f}"
            for place, seconds in list(enumerate(late))[:: max(1, len(late) // 300)]
        )
        last = f"{left + width},{y + height - height * len(late) / rush.wanted:.1f}"
        parts += [
            f'<text x="{left}" y="{y - 12}" font-weight="bold">{rush.wanted:,} {rush.name}</text>',
            f'<path d="M{left} {y}V{y + height}H{left + width}" fill="none" stroke="#888"/>',
            f'<polyline points="{left},{y + height} {points} {last}" fill="none" stroke="#1f6f5c" '
            'stroke-width="2"/>',
            f'<text x="{left - 8}" y="{y + 5}" text-anchor="end">100 %</text>',
            f'<text x="{left - 8}" y="{y + height}" text-anchor="end">0</text>',
            f'<text x="{left + width}" y="{y + height + 18}" text-anchor="end">{longest:,.0f} s late</text>',
        ]
    return "\n".join((*parts, "</svg>", ""))


def main() -> None:
    """Run all, print the table and draw the picture."""
    rushes = [promises(), contacts(), answers()]
    shown = Table("rush", "wanted", "lost", "late: median", "99 %", "worst", "asked again")
    for rush in rushes:
        shown.add_row(rush.name, *rush.figures)
    Console(width=110).print(shown)
    PICTURE.write_text(picture(rushes))


if __name__ == "__main__":
    main()
