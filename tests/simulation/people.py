"""What people do in one history: contacts come in, promises are kept or not, customers answer, scanners scan.

The same seed gives the same people whether there are faults or not, so that the two ends can be compared.
People act at half past, promises fall due on the hour: no fault delays the desk by so much that it matters
which came first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from tests.simulation.world import START, World
from vaada.model.times import text_of

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class People:
    """The cast of one history, and what is known of what they owe."""

    world: World
    random: Random
    agent_id: str = ""
    supervisor_id: str = ""
    customers: list[str] = field(default_factory=list)
    _mood: float = 0
    _read: int = 0

    @classmethod
    def enter(cls, world: World) -> "People":
        """Add the staff, then the customers, then let the contacts come in."""
        people = cls(world, Random(world.random.random()), _mood=world.random.random())
        supervisor = {"name": "Sana", "email": "sana@example.com"}
        world.ask("POST /api/agents", supervisor, people._supervisor_came)
        return people

    def _supervisor_came(self, supervisor: dict[str, Any]) -> None:
        self.supervisor_id = supervisor["agent_id"]
        both = self.random.random() < 0.5
        agent = {
            "name": "Amina",
            "email": "amina@example.com",
            "phone": "+923001234567",
            "notify_by": ["email", "sms"] if both else ["email"],
            "supervisor_id": self.supervisor_id if self.random.random() < 0.8 else None,
        }
        self.world.ask("POST /api/agents", agent, self._agent_came)

    def _agent_came(self, agent: dict[str, Any]) -> None:
        self.agent_id = agent["agent_id"]
        for n in range(self.random.randint(1, 2)):
            consent = {"email": True, "sms": True, "survey": self.random.random() < 0.8}
            customer = {"name": f"Customer {n}", "email": f"customer{n}@example.com", "consent": consent}
            plans = [self._plan_contact(f"{n}.{m}") for m in range(self.random.randint(1, 3))]
            self.world.ask("POST /api/customers", customer, self._customer_came(plans))

    def _customer_came(self, plans: list["Contact"]) -> Callable[[dict[str, Any]], None]:
        def came(customer: dict[str, Any]) -> None:
            self.customers.append(customer["customer_id"])
            for plan in plans:
                self.world.at(
                    START + plan.at, f"contact {plan.label}", partial(self._contact, customer, plan)
                )

        return came

    def _plan_contact(self, label: str) -> "Contact":
        choose = self.random
        return Contact(
            label=label,
            at=choose.randint(1, 40) * HOUR + HOUR / 2,
            resolved=choose.random() < 0.5,
            promises=[
                Owed(choose.randint(-4, 72) * HOUR, *_fate(choose, PROMISE))
                for _ in range(choose.randint(0, 2))
            ],
            follow_up=Owed(choose.randint(1, 60) * HOUR, *_fate(choose, FOLLOW_UP))
            if choose.random() < 0.6
            else None,
        )

    def _contact(self, customer: dict[str, Any], plan: "Contact") -> None:
        begun = (
            START + plan.at - HOUR / 2 + MINUTE
        )  # a minute after a sweep, so that only schedules are punctual
        body = {
            "customer_id": customer["customer_id"],
            "agent_id": self.agent_id,
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": f"contact {plan.label}",
            "resolved": plan.resolved,
            "commitments": [
                {"what": f"promise {plan.label}.{n}", "due_at": text_of(begun + promise.due_in)}
                for n, promise in enumerate(plan.promises)
            ],
        }
        if plan.follow_up:
            body["follow_up"] = {
                "at": text_of(begun + plan.follow_up.due_in),
                "reason": f"follow-up {plan.label}",
            }

        def recorded(answer: dict[str, Any]) -> None:
            for row, promise in zip(answer["commitments"], plan.promises, strict=True):
                self._let_act(f"/api/commitments/{row['commitment_id']}", promise)
            if plan.follow_up:
                self._let_act(f"/api/follow-ups/{answer['follow_up']['follow_up_id']}", plan.follow_up)

        self.world.ask("POST /api/interactions", body, recorded)

    def _let_act(self, path: str, owed: "Owed") -> None:
        if owed.action is None:
            return
        body: dict[str, str] = {}
        if owed.action == "renegotiate":
            body = {"due_at": text_of(START + 5 * 24 * HOUR), "reason": "agreed"}
        elif owed.action == "snooze":
            body = {"until": text_of(START + 5 * 24 * HOUR)}
        elif owed.action == "withdraw":
            body = {"reason": "no longer wanted"}
        action = f"POST {path}/{owed.action}"
        self.world.at(START + owed.after + HOUR / 2, action, lambda: self.world.ask(action, body))

    def read_the_post(self) -> None:
        """Scanners open every link that was mailed; some customers answer, an hour later."""
        for _, mail in self.world.post.mails[self._read :]:
            body = mail.get_body(("plain",))
            assert body is not None
            found = re.findall(r"https://desk\.example\.com/[asu]/[^\s?]+", body.get_content())
            for link in dict.fromkeys(found):
                self.world.open(link)
                score = self._answers(str(mail["to"]))
                if "/s/" in link and score is not None:
                    self._answer(link, score)
        self._read = len(self.world.post.mails)

    def _answer(self, link: str, score: str) -> None:
        self.world.at(
            self.world.now + HOUR, "the survey is answered", lambda: self.world.submit(link, {"score": score})
        )

    def _answers(self, address: str) -> str | None:
        return Random(f"{self._mood} {address}").choice((None, "1", "5"))


@dataclass(frozen=True)
class Owed:
    """Something owed, and what becomes of it: the action that somebody takes, and when."""

    due_in: timedelta
    action: str | None
    after: timedelta


@dataclass(frozen=True)
class Contact:
    """A contact to come."""

    label: str
    at: timedelta
    resolved: bool
    promises: list[Owed]
    follow_up: Owed | None


PROMISE = (None, "keep", "keep", "renegotiate", "withdraw")
FOLLOW_UP = (None, "complete", "complete", "snooze", "cancel")


def _fate(choose: Random, actions: tuple[str | None, ...]) -> tuple[str | None, timedelta]:
    return choose.choice(actions), choose.randint(42, 24 * 4) * HOUR
