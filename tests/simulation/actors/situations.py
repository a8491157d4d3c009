"""Situations that random acts rarely produce: certain acts on one matter, in a certain order.

Most histories have one situation beside their ordinary days. It has its own matters, and its own minute of
the hour for each kind of act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from tests.simulation.actors.acts import (
    DUE,
    HOUR,
    SITUATION,
    SITUATION_CASE,
    SITUATION_WORK,
    THANKS,
    THINK,
    Act,
)

T = TypeVar("T")
NIGHT = 17  # hours after a history begins (at nine): it is night in all time zones of the agents
WRITTEN = ("email", "web")
TALKED = ("phone", "chat", "in_person")


@dataclass
class Situation:
    """One situation of customer `n`, which begins so many hours after the history."""

    random: Random
    start: datetime
    n: int
    customer: dict[str, Any]
    begins: int
    acts: list[Act] = field(default_factory=list)
    policy: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # the parts of a policy that it needs, from the first day on
    leaves: bool = False  # whether the customer unsubscribes when they are asked

    def choose(self, choices: Sequence[T]) -> T:
        """Draw one of these."""
        return self.random.choice(choices)

    def chance(self, likely: float = 0.5) -> bool:
        """Draw yes or no, with this probability of yes."""
        return self.random.random() < likely

    def contact(self, hours: int, matter: str, **told: Any) -> None:
        """Record a contact after so many hours; `ago` is how many hours before that it took place."""
        at = (self.begins + hours) * HOUR + SITUATION
        label = f"contact {self.n}.{matter}.{len(self.acts)}"
        ordinary = {
            "matter": f"{self.n}.{matter}",
            "agent": self.random.randrange(2),
            "handed_over_from": None,
            "channel": self.choose((*WRITTEN, *TALKED)),
            "direction": "inbound",
            "kind": "request",
            "tone": "calm",
            "resolved": False,
            "summary": label,
            "promises": {},
            "follow_up": {},
            "awaits_reply": None,
        }
        details = {**ordinary, **told, "took_place": at - told.pop("ago", 0) * HOUR}
        self.acts.append(Act(at, "contact", label, details))

    def about_case(self, hours: int, what: str, matter: str, **details: Any) -> None:
        """Act on the case."""
        at = (self.begins + hours) * HOUR + SITUATION_CASE
        self.acts.append(Act(at, what, f"{self.n}.{matter}", details))

    def gift(self, hours: int, matter: str, amount: str) -> None:
        """Grant or request goodwill."""
        label = f"goodwill {self.n}.{matter}.{len(self.acts)}"
        at = (self.begins + hours) * HOUR + SITUATION_CASE
        self.acts.append(Act(at, "goodwill", label, {"matter": f"{self.n}.{matter}", "amount": amount}))

    def work(self, hours: int, what: str, about: str) -> None:
        """Act on a commitment or follow-up; a new date is on the next day."""
        at = (self.begins + hours) * HOUR
        new = self.start + at + 20 * HOUR + DUE
        self.acts.append(Act(at + SITUATION_WORK, what, about, {"new": new}))


def two_matters_are_one(situation: Situation) -> None:
    """Two cases are merged: the facts of both must be kept."""
    if situation.chance(0.3):
        situation.policy = {"cases": {"hand_offs_at_most": 0}}
    for hours, matter in ((0, "one"), (situation.choose((1, 8)), "other")):
        kind = situation.choose(("complaint", "complaint", "request"))
        awaits = situation.choose((None, True))
        tone = situation.choose((*("calm",) * 4, "abusive"))
        agent = situation.random.randrange(2)
        others = 1 - agent if situation.policy and situation.chance() else None
        facts: dict[str, Any] = {"agent": agent, "handed_over_from": others, "tone": tone}
        situation.contact(hours, matter, kind=kind, awaits_reply=awaits, **facts)
        if situation.chance():
            situation.gift(hours + 1, matter, "10")
        match situation.choose(("answer", "wait", "steps", "nothing", "nothing")):
            case "answer":
                situation.contact(hours + 2, matter, direction="outbound")
            case "nothing":
                pass
            case what:
                situation.about_case(hours + 2, what, matter)
    goes, stays = situation.choose((("one", "other"), ("other", "one")))
    situation.about_case(12, "merge", f"{goes}", into=f"{situation.n}.{stays}")
    match situation.choose(("gift", "contact", "answer", "resolve", "assign")):
        case "gift":
            situation.gift(14, stays, "10")
        case "contact":
            situation.contact(14, goes)
        case "answer":
            situation.contact(14, situation.choose((goes, stays)), direction="outbound")
        case what:
            situation.about_case(14, what, stays, agent=situation.random.randrange(2))
    if situation.chance(0.3):
        situation.about_case(17, "unmerge", goes)
    situation.contact(20, stays, resolved=True)


def says_thanks_while_we_wait(situation: Situation) -> None:
    """The customer thanks while the case waits for them: the clock of the reply must stay paused."""
    situation.contact(0, "wait", channel=situation.choose(WRITTEN), awaits_reply=True)
    if situation.chance(0.8):
        situation.about_case(0, situation.choose(("wait", "waiting")), "wait")
    situation.contact(3, "wait", channel=situation.choose(WRITTEN), summary=situation.choose(THANKS))
    match situation.choose(("contact", "answer", "go-on", "answered")):
        case "contact":
            situation.contact(7, "wait")
        case "answer":
            situation.contact(7, "wait", direction="outbound")
        case what:
            situation.about_case(7, what, "wait")


def is_written_down_late(situation: Situation) -> None:
    """A contact is recorded late: it does not answer a question that was asked after it took place."""
    situation.contact(0, "late", channel=situation.choose(WRITTEN), awaits_reply=True)
    said: tuple[dict[str, Any], ...] = ({"direction": "outbound"}, {"resolved": True}, {})
    situation.contact(4, "late", ago=situation.choose((6, 30, 100)), **situation.choose(said))
    if situation.chance():
        situation.contact(9, "late", direction="outbound")


def comes_back(situation: Situation) -> None:
    """A resolved case is reopened, or was abusive, or had no contact: no survey must be sent."""
    if situation.chance():
        situation.contact(0, "back", channel=situation.choose(WRITTEN), awaits_reply=True)
        situation.about_case(2, "resolve", "back")
    else:
        situation.contact(0, "back", resolved=True, tone=situation.choose(("calm", "abusive")))
    match situation.choose(("nothing", "contact", "reopen")):
        case "contact":
            situation.contact(situation.choose((6, 20, 45)), "back", awaits_reply=True)
        case "reopen":
            situation.about_case(situation.choose((6, 20, 45)), "reopen", "back")


def is_asked_once_more(situation: Situation) -> None:
    """The customer may have been unhappy; the matter is resolved again, and they are asked once more."""
    situation.contact(0, "unhappy", resolved=True)
    situation.contact(50, "unhappy", channel=situation.choose(WRITTEN))
    stays = "unhappy"
    if situation.chance(0.3):
        stays = "same"
        situation.contact(51, stays)
        situation.about_case(52, "merge", "unhappy", into=f"{situation.n}.{stays}")
    if situation.chance():
        situation.about_case(54, "resolve", stays)
    else:
        situation.contact(54, stays, resolved=True)


def gives_little_by_little(situation: Situation) -> None:
    """Goodwill in several parts: their sum counts towards the allowance."""
    situation.contact(0, "gift")
    for hours, amount in ((1, "10"), (3, "12.50"), (5, "10")):
        situation.gift(hours, "gift", amount)


def is_promised_a_call(situation: Situation) -> None:
    """A contact outside opening hours: a promised call, about which no survey must be sent."""
    situation.begins += NIGHT - situation.begins % 24
    situation.policy = {"surveys": {"after_kept_promise": True, "hours_after_kept_promise": 2}}
    situation.contact(0, "call", channel=situation.choose(WRITTEN), awaits_reply=True)
    match situation.choose(("keep", "kept", "keep", "renegotiate", "answered")):
        case "answered":
            situation.about_case(8, "answered", "call")
        case what:
            situation.work(8, what, f"call back {situation.n}.call")


def asks_nobody(situation: Situation) -> None:
    """The policy switches surveys after a resolution off."""
    situation.policy = {"surveys": {"after_resolution": "none"}}
    situation.contact(0, "silent")
    if situation.chance(0.8):
        situation.about_case(2, "resolve", "silent")
    else:
        situation.contact(2, "silent", resolved=True)


def has_had_enough(situation: Situation) -> None:
    """The customer unsubscribes when they are asked; some take it back."""
    situation.leaves = True
    situation.customer["phone"] = f"+4420794610{situation.n:02}"
    situation.contact(0, "enough", resolved=True)


def agrees_to_one_way_only(situation: Situation) -> None:
    """The customer withdraws consent for the medium they prefer: the other one must be used."""
    way = situation.choose(("email", "sms"))
    situation.customer |= {"phone": f"+4420794610{situation.n:02}", "preferred_channel": way}
    consent = {**situation.customer["consent"], way: False}
    situation.acts.append(
        Act(situation.begins * HOUR + THINK, "agree", f"{situation.n}", {"consent": consent})
    )
    situation.contact(1, "way", resolved=True)
    if situation.chance():
        _agrees_to_nothing_by_morning(situation)


def _agrees_to_nothing_by_morning(situation: Situation) -> None:
    """A message is held for the night, and the customer withdraws all consent before it is sent."""
    night = (NIGHT - situation.begins) % 24
    at, promise = (situation.begins + night) * HOUR, f"promise {situation.n}.night"
    situation.contact(night, "night", direction="outbound", promises={promise: at + 30 * HOUR + DUE})
    situation.work(night + 1, "tell", promise)
    nothing = dict.fromkeys(situation.customer["consent"], False)
    situation.acts.append(Act(at + 2 * HOUR + THINK, "agree", f"{situation.n}", {"consent": nothing}))


SITUATIONS: tuple[Callable[[Situation], None], ...] = (
    *(two_matters_are_one,) * 3,
    says_thanks_while_we_wait,
    *(is_written_down_late,) * 2,
    comes_back,
    *(is_asked_once_more,) * 2,
    gives_little_by_little,
    *(is_promised_a_call,) * 2,
    asks_nobody,
    has_had_enough,
    agrees_to_one_way_only,
)
"""Those with more cases to test occur more often in the list, and so are drawn more often."""


def draw_situation(random: Random, start: datetime, n: int, customer: dict[str, Any]) -> Situation:
    """Draw a situation of customer `n`. It may be empty."""
    situation = Situation(random, start, n, customer, random.randrange(1, 70))
    if random.random() < 0.7:
        random.choice(SITUATIONS)(situation)
    return situation
