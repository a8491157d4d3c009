"""Situations that hardly come about by chance: several people do certain things about one matter, in order.

Most histories have one of them, beside their ordinary days. It has matters of its own, and a minute of its
own for each kind of act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from tests.simulation.actors.acts import DUE, HOUR, SCENE, SCENE_CASE, SCENE_WORK, THANKS, THINK, Act

T = TypeVar("T")
NIGHT = 17  # hours after a history begins, at nine: everybody sleeps, wherever they are
WRITTEN = ("email", "web")
TALKED = ("phone", "chat", "in_person")


@dataclass
class Scene:
    """One of them, as it is drawn: about customer `n`, from so many hours on."""

    random: Random
    start: datetime
    n: int
    customer: dict[str, Any]
    begins: int
    acts: list[Act] = field(default_factory=list)
    policy: dict[str, dict[str, Any]] = field(default_factory=dict)  # what it takes, from the first day on
    leaves: bool = False  # whether the customer wants no more surveys when they are asked

    def any_of(self, choices: Sequence[T]) -> T:
        """Whatever it happens to be."""
        return self.random.choice(choices)

    def at_times(self, likely: float = 0.5) -> bool:
        """So often."""
        return self.random.random() < likely

    def contact(self, hours: int, matter: str, **told: Any) -> None:
        """They are in touch so many hours on; `ago` is how much earlier that was than it is written down."""
        at = (self.begins + hours) * HOUR + SCENE
        label = f"contact {self.n}.{matter}.{len(self.acts)}"
        ordinary = {
            "matter": f"{self.n}.{matter}",
            "agent": self.random.randrange(2),
            "handed_over_from": None,
            "channel": self.any_of((*WRITTEN, *TALKED)),
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
        """Something is done about the case."""
        at = (self.begins + hours) * HOUR + SCENE_CASE
        self.acts.append(Act(at, what, f"{self.n}.{matter}", details))

    def gift(self, hours: int, matter: str, amount: str) -> None:
        """Goodwill is given, or asked for."""
        label = f"goodwill {self.n}.{matter}.{len(self.acts)}"
        at = (self.begins + hours) * HOUR + SCENE_CASE
        self.acts.append(Act(at, "goodwill", label, {"matter": f"{self.n}.{matter}", "amount": amount}))

    def work(self, hours: int, what: str, about: str) -> None:
        """Something is done about what is owed; where that takes a new date it is the next day."""
        at = (self.begins + hours) * HOUR
        new = self.start + at + 20 * HOUR + DUE
        self.acts.append(Act(at + SCENE_WORK, what, about, {"new": new}))


def two_matters_are_one(scene: Scene) -> None:
    """Whatever stood about either stands about what they become."""
    if scene.at_times(0.3):
        scene.policy = {"cases": {"hand_offs_at_most": 0}}
    for hours, matter in ((0, "one"), (scene.any_of((1, 8)), "other")):
        kind = scene.any_of(("complaint", "complaint", "request"))
        awaits = scene.any_of((None, True))
        tone = scene.any_of((*("calm",) * 4, "abusive"))
        agent = scene.random.randrange(2)
        others = 1 - agent if scene.policy and scene.at_times() else None
        facts: dict[str, Any] = {"agent": agent, "handed_over_from": others, "tone": tone}
        scene.contact(hours, matter, kind=kind, awaits_reply=awaits, **facts)
        if scene.at_times():
            scene.gift(hours + 1, matter, "10")
        match scene.any_of(("answer", "wait", "steps", "nothing", "nothing")):
            case "answer":
                scene.contact(hours + 2, matter, direction="outbound")
            case "nothing":
                pass
            case what:
                scene.about_case(hours + 2, what, matter)
    goes, stays = scene.any_of((("one", "other"), ("other", "one")))
    scene.about_case(12, "merge", f"{goes}", into=f"{scene.n}.{stays}")
    match scene.any_of(("gift", "contact", "answer", "resolve", "assign")):
        case "gift":
            scene.gift(14, stays, "10")
        case "contact":
            scene.contact(14, goes)
        case "answer":
            scene.contact(14, scene.any_of((goes, stays)), direction="outbound")
        case what:
            scene.about_case(14, what, stays, agent=scene.random.randrange(2))
    scene.contact(20, stays, resolved=True)


def says_thanks_while_we_wait(scene: Scene) -> None:
    """Thanks are no answer to what they were asked: the clock stands still until they say more."""
    scene.contact(0, "wait", channel=scene.any_of(WRITTEN), awaits_reply=True)
    if scene.at_times(0.8):
        scene.about_case(0, scene.any_of(("wait", "waiting")), "wait")
    scene.contact(3, "wait", channel=scene.any_of(WRITTEN), summary=scene.any_of(THANKS))
    match scene.any_of(("contact", "answer", "go-on", "answered")):
        case "contact":
            scene.contact(7, "wait")
        case "answer":
            scene.contact(7, "wait", direction="outbound")
        case what:
            scene.about_case(7, what, "wait")


def is_written_down_late(scene: Scene) -> None:
    """What was said before they asked is no answer, and no later contact than that."""
    scene.contact(0, "late", channel=scene.any_of(WRITTEN), awaits_reply=True)
    said: tuple[dict[str, Any], ...] = ({"direction": "outbound"}, {"resolved": True}, {})
    scene.contact(4, "late", ago=scene.any_of((6, 30, 100)), **scene.any_of(said))
    if scene.at_times():
        scene.contact(9, "late", direction="outbound")


def comes_back(scene: Scene) -> None:
    """What is open again is not asked about, nor where somebody was abusive or nobody was in touch."""
    if scene.at_times():
        scene.contact(0, "back", channel=scene.any_of(WRITTEN), awaits_reply=True)
        scene.about_case(2, "resolve", "back")
    else:
        scene.contact(0, "back", resolved=True, tone=scene.any_of(("calm", "abusive")))
    match scene.any_of(("nothing", "contact", "reopen")):
        case "contact":
            scene.contact(scene.any_of((6, 20, 45)), "back", awaits_reply=True)
        case "reopen":
            scene.about_case(scene.any_of((6, 20, 45)), "reopen", "back")


def is_asked_once_more(scene: Scene) -> None:
    """They were unhappy, if they are of that kind; that was seen to."""
    scene.contact(0, "unhappy", resolved=True)
    scene.contact(50, "unhappy", channel=scene.any_of(WRITTEN))
    stays = "unhappy"
    if scene.at_times(0.3):
        stays = "same"
        scene.contact(51, stays)
        scene.about_case(52, "merge", "unhappy", into=f"{scene.n}.{stays}")
    if scene.at_times():
        scene.about_case(54, "resolve", stays)
    else:
        scene.contact(54, stays, resolved=True)


def gives_little_by_little(scene: Scene) -> None:
    """All that is given for a case counts, not each piece."""
    scene.contact(0, "gift")
    for hours, amount in ((1, "10"), (3, "12.50"), (5, "10")):
        scene.gift(hours, "gift", amount)


def is_promised_a_call(scene: Scene) -> None:
    """They came when we were closed. Whether we kept our word is not asked of that."""
    scene.begins += NIGHT - scene.begins % 24
    scene.policy = {"surveys": {"after_kept_promise": True, "hours_after_kept_promise": 2}}
    scene.contact(0, "call", channel=scene.any_of(WRITTEN), awaits_reply=True)
    match scene.any_of(("keep", "kept", "keep", "renegotiate", "answered")):
        case "answered":
            scene.about_case(8, "answered", "call")
        case what:
            scene.work(8, what, f"call back {scene.n}.call")


def asks_nobody(scene: Scene) -> None:
    """A business that asks nobody how it went."""
    scene.policy = {"surveys": {"after_resolution": "none"}}
    scene.contact(0, "silent")
    if scene.at_times(0.8):
        scene.about_case(2, "resolve", "silent")
    else:
        scene.contact(2, "silent", resolved=True)


def has_had_enough(scene: Scene) -> None:
    """They are asked, and want no more of it; perhaps they did not mean it."""
    scene.leaves = True
    scene.customer["phone"] = f"+4420794610{scene.n:02}"
    scene.contact(0, "enough", resolved=True)


def agrees_to_one_way_only(scene: Scene) -> None:
    """They are written to by that, though they once preferred the other."""
    way = scene.any_of(("email", "sms"))
    scene.customer |= {"phone": f"+4420794610{scene.n:02}", "preferred_channel": way}
    consent = {**scene.customer["consent"], way: False}
    scene.acts.append(Act(scene.begins * HOUR + THINK, "agree", f"{scene.n}", {"consent": consent}))
    scene.contact(1, "way", resolved=True)
    if scene.at_times():
        _agrees_to_nothing_by_morning(scene)


def _agrees_to_nothing_by_morning(scene: Scene) -> None:
    """A new date is told at night, so it waits; by the morning they want no messages any more."""
    night = (NIGHT - scene.begins) % 24
    at, promise = (scene.begins + night) * HOUR, f"promise {scene.n}.night"
    scene.contact(night, "night", direction="outbound", promises={promise: at + 30 * HOUR + DUE})
    scene.work(night + 1, "tell", promise)
    nothing = dict.fromkeys(scene.customer["consent"], False)
    scene.acts.append(Act(at + 2 * HOUR + THINK, "agree", f"{scene.n}", {"consent": nothing}))


SCENES: tuple[Callable[[Scene], None], ...] = (
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
"""Some more often, in which there is more to go wrong."""


def drawn(random: Random, start: datetime, n: int, customer: dict[str, Any]) -> Scene:
    """A scene of customer `n`, or none."""
    scene = Scene(random, start, n, customer, random.randrange(1, 70))
    if random.random() < 0.7:
        random.choice(SCENES)(scene)
    return scene
