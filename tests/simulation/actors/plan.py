"""Everything that the people of one history will do, drawn at random before it begins.

So the same people can act with faults and without, and with some of their acts left out. Each kind of act has
its own minute of the hour, and the product acts at other minutes: no fault delays it so much that the order
changes. `situations.py` adds situations to the ordinary days.

    :01  what was promised or asked for falls due      :30  contacts
    :05  agents go away and come back                  :50  what is done about a case
    :10  the policy is edited; again :12               :42  second thoughts
    :20  campaigns are written
                                                       :46  work is handed over, agents leave
                                                       :56  what is done about a promise or follow-up

Contacts took place a quarter of an hour before they are recorded, and deadlines count from then. Some acts
happen in the second in which a row falls due: for these either order is right.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.simulation.actors import situations
from tests.simulation.actors.acts import (
    AWAY,
    CASE,
    CONTACT,
    DAY,
    DUE,
    EDIT,
    HAND_OVER,
    HOUR,
    MINUTE,
    SECOND,
    THANKS,
    THINK,
    UNDO,
    WORK,
    Act,
)
from tests.simulation.actors.campaigns import draw_campaigns
from tests.simulation.actors.policies import AGENTS, HOURS, LADDERS, RULES, ZONES
from tests.simulation.fake_aws.faults import DAYS

ORDINARY_DAYS_BESIDE_A_SITUATION = 4 * DAY
TO_PROMISES = (
    *("keep", "withdraw", "renegotiate", "tell"),
    *("kept", "new_date", "running_late", "unreachable"),
)
TO_FOLLOW_UPS = (
    *("complete", "cancel", "snooze"),
    *("done", "tomorrow", "next_week", "pick_date", "old_date", "unreachable", "give_up"),
)
TO_PROMISES_AT_ONCE = ("keep", "kept", "withdraw", "renegotiate", "new_date")
TO_FOLLOW_UPS_AT_ONCE = ("complete", "done", "cancel", "snooze", "pick_date")
TO_CASES = (
    *("inbound", "outbound", "resolved", "thanks", "upset", "abusive", "complaint"),
    *("wait", "go-on", "resolve", "reopen", "assign", "merge", "steps", "goodwill", "answered", "waiting"),
)
CONTACTS = {"inbound", "outbound", "resolved", "thanks", "upset", "abusive", "complaint"}


class Plan:
    """The agents and customers of a history, and their acts."""

    def __init__(self, random: Random, start: datetime, *, campaigns: bool = False) -> None:
        self.start, self._choose = start, random
        self.agents = [self._agent(each) for each in random.sample(AGENTS, 2)]
        # Each history has only a few kinds of acts, but often, so that they coincide.
        self._to_promises, self._to_follow_ups = self._some(TO_PROMISES, 4), self._some(TO_FOLLOW_UPS, 3)
        self._to_cases = ("inbound", random.choice(("outbound", "resolved")), *self._some(TO_CASES, 4))
        self._promising, self._asking = random.choice((0.1, 0.6)), random.choice((0.2, 0.5))
        self._popular = [random.randrange(4, DAYS * 24) * HOUR + DUE for _ in range(2)]
        self.acted_on_when_due: set[str] = (
            set()
        )  # names of rows that an act concerns in the second they fall due
        self._thanks = iter(random.sample(THANKS, len(THANKS)))
        self.customers = [self._customer(n) for n in range(random.choice((1, 1, 1, 2)))]
        acts: list[Act] = [*self._absences(), *self._edits()]
        for n in range(len(self.customers)):
            acts += [*self._about_customer(n), *self._erasure(n)]
        # A second generator, so that what the first one draws does not change.
        self._more = Random(f"more {start} {self.customers} {len(acts)}")
        self.policy: dict[str, Any] = {}
        ordinary = [*acts, *self._rules(), *self._second_thoughts(acts)]
        situation = self._situation(ordinary)
        if situation:  # it replaces some ordinary days, to keep histories short
            ordinary = [act for act in ordinary if act.at < ORDINARY_DAYS_BESIDE_A_SITUATION]
        mistakes = self._mistakes(ordinary)
        hand_overs = self._hand_overs([*ordinary, *situation])
        self.acts = sorted([*ordinary, *situation, *mistakes, *hand_overs], key=lambda act: act.at)
        if campaigns:
            self._add_campaigns()

    def _some(self, kinds: tuple[str, ...], number: int) -> tuple[str, ...]:
        return tuple(self._choose.sample(list(dict.fromkeys(kinds)), number))

    def _chance(self, likely: float) -> bool:
        return self._choose.random() < likely

    def _agent(self, agent: dict[str, Any]) -> dict[str, Any]:
        media = self._choose.choice((["email"], ["email"], ["email", "sms"], ["sms"]))
        return {**agent, "notify_by": media, "supervised": self._chance(0.8)}

    def _customer(self, n: int) -> dict[str, Any]:
        choose = self._choose
        return {
            "name": f"Customer {n}",
            "email": f"customer{n}@example.com",
            "phone": f"+4420794600{n:02}" if self._chance(0.4) else None,
            "preferred_channel": choose.choice(("email", "sms")),
            "time_zone": choose.choice(ZONES),
            "consent": {"email": True, "sms": True, "survey": self._chance(0.95)},
            "check_in_every_days": choose.choice((None, None, 3, 45)),
            "tags": ["vip"] if self._chance(0.3) else [],
        }

    def _absences(self) -> list[Act]:
        acts = []
        for n in range(len(self.agents)):
            if self._chance(0.4):
                begins = self._choose.randrange(2, DAYS * 24) * HOUR + AWAY
                until = begins + self._choose.choice((4, 30, 80)) * HOUR
                cover = self._choose.choice((None, 1 - n))
                acts.append(Act(begins, "away", str(n), {"until": until, "cover": cover}))
                if self._chance(0.5):
                    acts.append(Act(begins + (until - begins) / 2, "back", str(n)))
        return acts

    def _erasure(self, n: int) -> list[Act]:
        """Some customers are erased: when something falls due, or when a contact is planned."""
        if not self._chance(0.2):
            return []
        contact = self._choose.randrange(24, DAYS * 24) * HOUR + CONTACT
        return [Act(self._choose.choice((*self._popular, contact)) + self._few_seconds(), "erase", str(n))]

    def _rules(self) -> list[Act]:
        """Some businesses have a policy of their own from the first day."""
        if self._more.random() < 0.5:
            return []
        for part, rules in RULES.items():
            if self._more.random() < 0.5:
                self.policy[part] = self._more.choice(rules)
        return [Act(2 * EDIT, "policy", "")]

    def _situation(self, ordinary: list[Act]) -> list[Act]:
        """A rare situation, with the policy that it needs."""
        situation = situations.draw_situation(
            Random(f"scene {self.start} {self.customers} {len(ordinary)}"), self.start, 0, self.customers[0]
        )
        self.leaves = situation.leaves
        edits = [] if self.policy or not situation.policy else [Act(2 * EDIT, "policy", "")]
        for part, rules in situation.policy.items():
            self.policy[part] = {**self.policy.get(part, {}), **rules}
        return [*situation.acts, *edits]

    def _add_campaigns(self) -> None:
        """Add tips and invitations, and customers who only read, beside some ordinary days."""
        found = draw_campaigns(Random(f"campaigns {self.start} {self.customers}"), self.customers)
        self.customers += found.readers
        for part, rules in found.policy.items():
            self.policy[part] = {**self.policy.get(part, {}), **rules}
        ordinary = [act for act in self.acts if act.at < ORDINARY_DAYS_BESIDE_A_SITUATION]
        self.acts = sorted([*ordinary, *found.acts], key=lambda act: act.at)

    def _hand_overs(self, acts: list[Act]) -> list[Act]:
        """Some promises and follow-ups go to the other agent. Few agents leave, and some come back."""
        draw = Random(f"hand over {self.start} {self.customers} {len(acts)}")
        found: list[Act] = []
        for act in acts:
            for name in (*act.details.get("promises", ()), *act.details.get("follow_up", ())):
                if draw.random() < 0.05:
                    at = act.at - CONTACT + draw.randrange(1, 40) * HOUR + HAND_OVER
                    found.append(Act(at, "hand over", name, {"agent": draw.randrange(2)}))
        if draw.random() < 0.2:
            at, who = draw.randrange(30, DAYS * 24) * HOUR + HAND_OVER, str(draw.randrange(2))
            found.append(Act(at, "leave", who))
            if draw.random() < 0.5:
                found.append(Act(at + 50 * HOUR, "return", who))
        return found

    def _second_thoughts(self, acts: list[Act]) -> list[Act]:
        """Some customers withdraw consent or give it again; some links have expired when they are used."""
        more, found = self._more, []
        for n, customer in enumerate(self.customers):
            if more.random() < 0.2:
                consent = {**customer["consent"], more.choice(("email", "sms", "survey", "survey")): False}
                at = more.randrange(10, DAYS * 24) * HOUR + THINK
                found.append(Act(at, "agree", str(n), {"consent": consent}))
                if more.random() < 0.5:
                    found.append(Act(at + 30 * HOUR, "agree", str(n), {"consent": customer["consent"]}))
            if more.random() < 0.3:
                found.append(Act(more.randrange(2, DAYS * 24) * HOUR + THINK, "works again", str(n)))
            if customer["phone"] and more.random() < 0.4:
                at = more.randrange(2, 4 * 24) * HOUR + THINK
                found.append(Act(at, "text", str(n), {"words": "STOP"}))
                if more.random() < 0.7:
                    found.append(Act(at + 20 * HOUR, "text", str(n), {"words": "START"}))
        for act in acts:
            for name in (*act.details.get("promises", ()), *act.details.get("follow_up", ())):
                if more.random() < 0.1:
                    at = act.at - CONTACT + more.randrange(2, 60) * HOUR + THINK
                    found.append(Act(at, "new_link", name))
        return found

    def _mistakes(self, acts: list[Act]) -> list[Act]:
        """Some undo a "kept" or "done" that was a mistake, most within a day; some correct a contact."""
        third, found = Random(f"mistakes {self.start} {self.customers}"), []
        for act in acts:
            undo = {"keep": "undo keep", "kept": "undo keep", "complete": "undo done", "done": "undo done"}
            if act.what in undo and third.random() < 0.3:
                later = third.choice((0, 1, 5, 30)) * HOUR
                found.append(Act(act.at - act.at % HOUR + later + UNDO, undo[act.what], act.about))
            if act.what == "contact" and third.random() < 0.15:
                later = third.choice((0, 1, 5, 30)) * HOUR
                fields = {
                    "tone": third.choice(("calm", "upset", "abusive")),
                    "kind": third.choice(("request", "complaint")),
                    "earlier": third.choice((0, 1, 20)) * HOUR,
                }
                wrong = dict(third.sample(list(fields.items()), third.choice((1, 1, 2))))
                found.append(Act(act.at - act.at % HOUR + later + UNDO, "correct", act.about, wrong))
        return found

    def _few_seconds(self) -> timedelta:
        return self._choose.choice((0, 0, 1, 2, 5)) * SECOND

    def _edits(self) -> list[Act]:
        choose = self._choose
        acts: list[Act] = []
        policy: dict[str, Any] = {}
        for _ in range(choose.choice((0, 1, 1, 2))):
            match choose.choice(("ladder", "ladder", "ladder", "hours", "closed", "other")):
                case "ladder":
                    policy["commitments"] = {"ladder": choose.choice(LADDERS)}
                case "hours":
                    policy["opening_hours"] = choose.choice(HOURS)
                case "closed":
                    day = (self.start + choose.randint(1, 5) * DAY).date().isoformat()
                    policy["closed_days"] = [{"first": day, "name": "Stocktaking"}]
                case _:
                    policy["follow_ups"] = {"group_within_minutes": choose.choice((0, 15))}
                    policy["check_ins"] = {"every_days_by_tag": {"vip": 3}}
                    policy["surveys"] = {
                        "after_kept_promise": True,
                        "nps_every_days": choose.choice((0, 0, 60)),
                    }
                    policy["goodwill"] = {"allowance_per_case": choose.choice((0, 15, 100))}
            minute = EDIT + len(acts) * 2 * MINUTE  # of two edits in one hour the later one counts
            acts.append(Act(choose.randrange(1, 5 * 24) * HOUR + minute, "policy", "", dict(policy)))
        return acts

    def _about_customer(self, n: int) -> list[Act]:
        """Contacts and acts on cases, one an hour at most, and later acts on commitments and follow-ups."""
        choose = self._choose
        matters = [
            f"{n}.{m}" for m in range(choose.choice((2, 3) if "merge" in self._to_cases else (1, 1, 2)))
        ]
        kinds = [
            (choose.choice(("inbound", "inbound", "resolved", "outbound", "complaint")), m) for m in matters
        ]
        kinds += [
            (choose.choice(self._to_cases), choose.choice(matters)) for _ in range(choose.randint(2, 8))
        ]
        hours = [hour for hour in range(1, DAYS * 24 - 20) if hour % 24 < 9 or self._chance(0.3)]
        times = sorted(choose.sample(hours, len(kinds)))
        acts: list[Act] = []
        for k, (hour, (kind, matter)) in enumerate(zip(times, kinds, strict=True)):
            if kind in CONTACTS:
                acts += self._contact(hour * HOUR + CONTACT, kind, matter, f"{matter}.{k}")
                if kind == "inbound" and self._chance(0.4):
                    acts.append(
                        Act(hour * HOUR + CASE, choose.choice(("wait", "waiting", "answered")), matter)
                    )
            elif kind == "goodwill":
                acts += self._goodwill(hour * HOUR + CASE, matter, f"goodwill {matter}.{k}")
            else:
                others = [other for other in matters if other != matter] or matters
                details: dict[str, Any] = {"agent": choose.randrange(2), "into": choose.choice(others)}
                acts.append(Act(hour * HOUR + CASE, kind, matter, details))
        return acts

    def _contact(self, at: timedelta, kind: str, matter: str, label: str) -> list[Act]:
        choose, thanks = self._choose, kind == "thanks"
        plain = kind in {"outbound", "thanks"}
        promises = (
            {}
            if thanks
            else {
                f"promise {label}.{p}": self._due(at)
                for p in range(self._chance(self._promising) * choose.choice((1, 1, 2)))
            }
        )
        asked = (
            {}
            if thanks or not self._chance(self._asking)
            else {f"follow-up {label}": max(self._due(at), at + HOUR)}
        )
        agent = choose.randrange(2)
        contact = Act(
            at,
            "contact",
            f"contact {label}",
            {
                "matter": matter,
                "agent": agent,
                "handed_over_from": 1 - agent if self._chance(0.1) else None,
                "channel": choose.choice(("phone", "email", "chat", "web", "in_person")),
                "direction": "outbound" if kind == "outbound" else "inbound",
                "kind": "complaint" if kind == "complaint" else "request",
                "tone": kind if kind in {"upset", "abusive"} else "calm",
                "resolved": kind == "resolved" or (not plain and self._chance(0.1)),
                "summary": next(self._thanks, "Thanks") if thanks else f"Thanks. Only contact {label}",
                "promises": promises,
                "follow_up": asked,
                "awaits_reply": choose.choice((None, None, True)) if kind == "inbound" else None,
            },
        )
        later = [act for name in promises for act in self._later_acts(name, at, self._to_promises)]
        later += self._acts_when_due(at, promises, TO_PROMISES_AT_ONCE)
        later += self._acts_when_due(at, asked, TO_FOLLOW_UPS_AT_ONCE)
        return [
            contact,
            *later,
            *(act for name in asked for act in self._later_acts(name, at, self._to_follow_ups)),
        ]

    def _due(self, at: timedelta) -> timedelta:
        if self._chance(0.5):
            return self._choose.choice(self._popular)
        return at - CONTACT + DUE + self._choose.randint(-4, 60) * HOUR

    def _later_acts(self, label: str, at: timedelta, actions: tuple[str, ...]) -> list[Act]:
        choose = self._choose
        if self._chance(0.3):
            return []
        hours = sorted(choose.sample(range(1, 72), choose.choice((1, 1, 2, 4))))
        if self._chance(0.3):  # again an hour later, perhaps in the same night
            hours = sorted({hours[0], hours[0] + 1, *hours})
        acts = []
        for hour in hours:
            then = at - CONTACT + hour * HOUR + WORK
            new = self.start + then - WORK + choose.randint(3, 40) * HOUR + DUE
            acts.append(Act(then, choose.choice(actions), label, {"new": new}))
        return acts

    def _acts_when_due(
        self, at: timedelta, dues: Mapping[str, timedelta], actions: tuple[str, ...]
    ) -> list[Act]:
        choose, acts = self._choose, []
        for label, due in dues.items():
            if due > at and self._chance(0.2):
                then = due + choose.choice((0, 0, 1)) * HOUR + self._few_seconds()
                new = self.start + then - then % HOUR + choose.randint(3, 40) * HOUR + DUE
                acts.append(Act(then, choose.choice(actions), label, {"new": new}))
                self.acted_on_when_due.add(label)
        return acts

    def _goodwill(self, at: timedelta, matter: str, label: str) -> list[Act]:
        amount = self._choose.choice(("10", "12.50", "60", "90"))
        given = Act(at, "goodwill", label, {"matter": matter, "amount": amount})
        if self._chance(0.3):
            return [given]
        verdict = self._choose.choice(("approve", "approve", "decline"))
        later = at + self._choose.randint(1, 60) * HOUR
        decided = Act(later, verdict, label, {"tapped": self._chance(0.5)})
        other = "decline" if verdict == "approve" else "approve"  # a second decision, which comes too late
        return [given, decided, Act(later + 2 * HOUR, other, label, {"tapped": False})]
