"""What people do in one history: contacts come in, promises are kept or not, customers answer, scanners scan.

All of it is drawn beforehand, so that the same people can be had with faults and without, and with some of
their acts left out. Each kind of act has its own minute of the hour, and what the desk does has others: no
fault delays the desk by so much that it matters which came first. `scenes.py` adds to the ordinary days.

    :01  what was promised or asked for falls due      :30  contacts
    :05  agents go away and come back                  :50  what is done about a case
    :10  the policy is edited; again :12               :42  second thoughts
                                                       :56  what is done about a promise or follow-up

Contacts took place a quarter of an hour before, and so does what is reckoned from them. Some things are done
in the very second in which they fall due: of these it is left open who was first.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from tests.simulation import scenes
from tests.simulation.acts import (
    AWAY,
    CASE,
    CONTACT,
    DAY,
    DUE,
    EDIT,
    HOUR,
    MINUTE,
    SECOND,
    THANKS,
    THINK,
    WORK,
    WRITING_DOWN,
    Act,
)
from tests.simulation.aws import Sent
from tests.simulation.faults import DAYS
from tests.simulation.provider_events import Fate
from tests.simulation.world import World, nonce_on
from vaada.model.times import text_of

SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
AGENTS: tuple[dict[str, Any], ...] = (
    {"name": "Amina", "email": "amina@example.com", "phone": "+923001234567"},
    {
        "name": "Bela",
        "email": "bela@example.com",
        "phone": "+12125550100",
        "time_zone": "America/New_York",
        "working_hours": {
            day: [{"opens": "08:00", "closes": "16:00"}]
            for day in ("monday", "tuesday", "wednesday", "friday", "saturday")
        },
    },
    {"name": "Kofi", "email": "kofi@example.com", "phone": "+923007654321", "time_zone": "Asia/Karachi"},
)
ZONES = (None, "America/New_York", "Europe/London", "Asia/Karachi", "Australia/Sydney")
FATES: tuple[Fate, ...] = (*("arrives",) * 6, "no such address", "full", "complained of")
FATES_OF_STAFF: tuple[Fate, ...] = (*("arrives",) * 8, "no such address", "full")  # of one of them
LADDERS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"tell": "owner", "after": {"hours": 1}}],
    [
        {"tell": "agent", "after": {"opening_hours": 1}},
        {"tell": "supervisor", "after": {"opening_hours": 3}, "by": ["email"]},
        {"tell": "owner", "after": {"business_days": 1}},
        {"tell": "owner", "after": {"days": 2}},
    ],
)
RULES: dict[str, tuple[dict[str, Any], ...]] = {
    "follow_ups": (
        {"reminders_at_most": 3, "supervisor_hears_after_reminders": 1, "group_within_minutes": 0},
        {"unresolved_after_business_days": 2, "try_again_after": {"hours": 3}, "unreached_asks_after": 1},
    ),
    "commitments": (
        {"warn_before": {"opening_hours": 2}},
        {"warn_before": {"days": 1}, "broken_days_after": 30},
        {"warn_before": {"minutes": 25}, "ladder": [{"tell": "supervisor", "after": {"minutes": 80}}]},
    ),
    "replies": ({"warn_opening_minutes_before": 0}, {"call_back_outside_hours": False}),
    "cases": ({"hand_offs_at_most": 0}, {"repeat_contacts_at_most": 0, "upset_follow_up_after": {"days": 1}}),
    "customers": ({"messages_at_most": 1}, {"write_from": "11:00", "write_until": "15:00"}),
    "surveys": (
        {"after_resolution": "ces", "after_kept_promise": True, "hours_after_kept_promise": 2},
        {"days_between": 1, "hours_after_resolution": 3, "after_kept_promise": True},
        {"low_score_at_most": {"csat": 1}, "high_score_at_least": {"csat": 5}, "nps_every_days": 30},
    ),
    "goodwill": ({"allowance_per_case": 12},),
}
"""What some businesses do otherwise."""
DAYS_BESIDE_A_SCENE = 4 * DAY
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS: tuple[dict[str, Any], ...] = (
    {day: [{"opens": "00:00", "closes": "24:00"}] for day in (*WEEK, "saturday", "sunday")},
    {day: [{"opens": "08:00", "closes": "20:00"}] for day in (*WEEK, "saturday")},
    {day: [{"opens": "10:00", "closes": "15:00"}] for day in WEEK},
)
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
DONE: dict[str, dict[str, Any]] = {
    "keep": {"status": "kept"},
    "withdraw": {"status": "withdrawn"},
    "complete": {"status": "done"},
    "cancel": {"status": "cancelled"},
    "wait": {"waiting_for_customer": True},
    "go-on": {"waiting_for_customer": False},
    "resolve": {"status": "resolved"},
    "reopen": {"status": "open"},
    "approve": {"status": "approved"},
    "decline": {"status": "declined"},
}
TO_CASES = (
    *("inbound", "outbound", "resolved", "thanks", "upset", "abusive", "complaint"),
    *("wait", "go-on", "resolve", "reopen", "assign", "merge", "steps", "goodwill", "answered", "waiting"),
)
SCANNERS = (
    None,
    None,
    "opens again and again",
    "sends at once",
    "sends without the page",
    "tries all scores",
    "storms through everything",
)
CONTACTS = {"inbound", "outbound", "resolved", "thanks", "upset", "abusive", "complaint"}


class Play:
    """Who there is in a history, and what they will do."""

    def __init__(self, random: Random, start: datetime) -> None:
        self.start, self._choose = start, random
        self.agents = [self._agent(each) for each in random.sample(AGENTS, 2)]
        # Each history has habits of its own: few kinds of acts, often, so that they meet.
        self._to_promises, self._to_follow_ups = self._some(TO_PROMISES, 4), self._some(TO_FOLLOW_UPS, 3)
        self._to_cases = ("inbound", random.choice(("outbound", "resolved")), *self._some(TO_CASES, 4))
        self._promising, self._asking = random.choice((0.1, 0.6)), random.choice((0.2, 0.5))
        self._popular = [random.randrange(4, DAYS * 24) * HOUR + DUE for _ in range(2)]
        self.raced: set[str] = set()  # what is done something about just as it falls due
        self._thanks = iter(random.sample(THANKS, len(THANKS)))
        self.customers = [self._customer(n) for n in range(random.choice((1, 1, 1, 2)))]
        acts: list[Act] = [*self._absences(), *self._edits()]
        for n in range(len(self.customers)):
            acts += [*self._about_customer(n), *self._erasure(n)]
        # Drawn by dice of their own, so that histories without them stay as they are.
        self._more = Random(f"more {start} {self.customers} {len(acts)}")
        self.policy: dict[str, Any] = {}
        ordinary = [*acts, *self._rules(), *self._second_thoughts(acts)]
        scene = self._scene(ordinary)
        if scene:  # which takes the place of some ordinary days: histories are to be short
            ordinary = [act for act in ordinary if act.at < DAYS_BESIDE_A_SCENE]
        self.acts = sorted([*ordinary, *scene], key=lambda act: act.at)

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
        """Some want to be forgotten: as something falls due, or as a contact is planned."""
        if not self._chance(0.2):
            return []
        contact = self._choose.randrange(24, DAYS * 24) * HOUR + CONTACT
        return [Act(self._choose.choice((*self._popular, contact)) + self._moments(), "erase", str(n))]

    def _rules(self) -> list[Act]:
        """Some have a policy of their own from the first day."""
        if self._more.random() < 0.5:
            return []
        for part, rules in RULES.items():
            if self._more.random() < 0.5:
                self.policy[part] = self._more.choice(rules)
        return [Act(2 * EDIT, "policy", "")]

    def _scene(self, ordinary: list[Act]) -> list[Act]:
        """Something that hardly comes about by chance, with the policy that it takes."""
        scene = scenes.drawn(
            Random(f"scene {self.start} {self.customers} {len(ordinary)}"), self.start, 0, self.customers[0]
        )
        self.leaves = scene.leaves
        edits = [] if self.policy or not scene.policy else [Act(2 * EDIT, "policy", "")]
        for part, rules in scene.policy.items():
            self.policy[part] = {**self.policy.get(part, {}), **rules}
        return [*scene.acts, *edits]

    def _second_thoughts(self, acts: list[Act]) -> list[Act]:
        """Some withdraw what they agreed to, or give it again; some links have expired when they are used."""
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

    def _moments(self) -> timedelta:
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
            minute = EDIT + len(acts) * 2 * MINUTE  # of two edits in one hour the later one stands
            acts.append(Act(choose.randrange(1, 5 * 24) * HOUR + minute, "policy", "", dict(policy)))
        return acts

    def _about_customer(self, n: int) -> list[Act]:
        """Contacts and what is done about cases, one an hour at most; then what becomes of what is owed."""
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
                "summary": next(self._thanks, "Thanks") if thanks else f"contact {label}",
                "promises": promises,
                "follow_up": asked,
                "awaits_reply": choose.choice((None, None, True)) if kind == "inbound" else None,
            },
        )
        fates = [act for name in promises for act in self._fate(name, at, self._to_promises)]
        fates += self._races(at, promises, TO_PROMISES_AT_ONCE)
        fates += self._races(at, asked, TO_FOLLOW_UPS_AT_ONCE)
        return [
            contact,
            *fates,
            *(act for name in asked for act in self._fate(name, at, self._to_follow_ups)),
        ]

    def _due(self, at: timedelta) -> timedelta:
        if self._chance(0.5):
            return self._choose.choice(self._popular)
        return at - CONTACT + DUE + self._choose.randint(-4, 60) * HOUR

    def _fate(self, label: str, at: timedelta, actions: tuple[str, ...]) -> list[Act]:
        choose = self._choose
        if self._chance(0.3):
            return []
        hours = sorted(choose.sample(range(1, 72), choose.choice((1, 1, 2, 4))))
        if self._chance(0.3):  # soon again, perhaps in the same night
            hours = sorted({hours[0], hours[0] + 1, *hours})
        acts = []
        for hour in hours:
            then = at - CONTACT + hour * HOUR + WORK
            new = self.start + then - WORK + choose.randint(3, 40) * HOUR + DUE
            acts.append(Act(then, choose.choice(actions), label, {"new": new}))
        return acts

    def _races(self, at: timedelta, dues: Mapping[str, timedelta], actions: tuple[str, ...]) -> list[Act]:
        choose, acts = self._choose, []
        for label, due in dues.items():
            if due > at and self._chance(0.2):
                then = due + choose.choice((0, 0, 1)) * HOUR + self._moments()
                new = self.start + then - then % HOUR + choose.randint(3, 40) * HOUR + DUE
                acts.append(Act(then, choose.choice(actions), label, {"new": new}))
                self.raced.add(label)
        return acts

    def _goodwill(self, at: timedelta, matter: str, label: str) -> list[Act]:
        amount = self._choose.choice(("10", "12.50", "60", "90"))
        given = Act(at, "goodwill", label, {"matter": matter, "amount": amount})
        if self._chance(0.3):
            return [given]
        verdict = self._choose.choice(("approve", "approve", "decline"))
        later = at + self._choose.randint(1, 60) * HOUR
        decided = Act(later, verdict, label, {"tapped": self._chance(0.5)})
        other = "decline" if verdict == "approve" else "approve"  # somebody thinks otherwise, too late
        return [given, decided, Act(later + 2 * HOUR, other, label, {"tapped": False})]


def is_a_customers(address: str) -> bool:
    """Whether it is a customer's, and not an agent's or the owner's."""
    return address.startswith(("customer", "+44"))


def unsigned(text: str) -> str:
    """The words of a message, whose links are signed anew each time."""
    return re.sub(r"(/[asu]/[\w-]+)\.\S+", r"\1", text)


class People:
    """The cast on the stage."""

    def __init__(self, world: World, without: Collection[int] = ()) -> None:
        self.world = world
        self.play = Play(world.random, world.start)
        self._mood = world.random.random()
        self._scanner = Random(self._mood)
        self._scans = self._scanner.choice(SCANNERS)
        self._without = without
        self._read = 0
        self._agents: dict[int, str] = {}
        self._customers: dict[int, str] = {}
        self._served: dict[str, int] = {}  # who served last, by matter
        self._rows: dict[str, str] = {}  # the ids of cases by matter, and of what is owed by name

    @property
    def names(self) -> list[str]:
        """Every act, in order: its number is its place."""
        return [f"{number:3}  {self._told(act.at)}  {act}" for number, act in enumerate(self.play.acts)]

    def enter(self) -> None:
        """Add the staff, then the customers; then let everybody do what they will do."""
        for number, act in enumerate(self.play.acts):
            if number not in self._without:
                self.world.at(self.world.start + act.at, f"{number}: {act}", partial(self._do, act))
        self.world.at(self.world.start + 25 * DAY, "fewer check-ins", self._check_in_less)
        self.world.ask("POST /api/agents", SUPERVISOR, self._supervisor_came)
        self._decide_fates()

    def _decide_fates(self) -> None:
        """To some addresses not all goes well, with faults and without."""
        for customer in self.play.customers:
            for address in (customer["email"], customer["phone"]):
                fate = Random(f"fate {self._mood} {address}").choice(FATES)
                if address is not None and fate != "arrives":
                    self.world.fates[address] = fate
        fate = Random(f"fate {self._mood}").choice(FATES_OF_STAFF)
        self.world.fates[self.play.agents[0]["email"]] = fate
        surely = not any(customer["email"] in self.world.fates for customer in self.play.customers)
        surely = surely and not any(customer["phone"] in self.world.fates for customer in self.play.customers)
        narrow = not self.play.policy.keys().isdisjoint({"customers", "surveys"})
        self.world.unsteady = not surely or narrow or self._scans == "tries all scores"

    def read_the_post(self) -> None:
        """Scanners scan what was sent; some customers answer, an hour later, or want no more of it."""
        for sent in self.world.post.sent[self._read :]:
            mood = Random(f"{self._mood} {sent.to}")
            score, words = (
                mood.choice((None, "1", "5", "5", "1")),
                mood.choice(({}, {"comment": "Lovely people"})),
            )
            enough, texts = mood.random() < 0.15 or self.play.leaves, mood.random() < 0.5
            for link in dict.fromkeys(re.findall(r"https://desk\.example\.com/[asu]/[^\s?]+", sent.text)):
                if self._scanner.random() < 0.1:
                    self.world.open(link)
                if self._scanner.random() < 0.05:
                    self.world.try_other_doors(link)
                if self._scans == "storms through everything" and self._scanner.random() < 0.3:
                    self._storm(link)
                if "/u/" in link and enough:
                    left = partial(self._left, sent.to, link)
                    leave = partial(self.world.submit, link, {}, patient=True, then=left)
                    self.world.at(self.world.now + 2 * HOUR, "no more surveys, please", leave)
                if "/a/" in link:
                    self._scan_staff(link)
                if "/s/" not in link:
                    continue
                self._scan(link)
                if score is None:
                    continue
                if sent.message_id is None and texts:
                    self._text_back(sent, "stop" if enough else score)
                    continue
                self._answer(HOUR, link, {"score": score, **words})
                if self._mood < 0.5:  # some answer again, or think better of it
                    self._answer(3 * HOUR, link, {"score": "3"})
                    anew = partial(self.world.send_anew, link)
                    self.world.at(self.world.now + 30 * HOUR, "a page that stayed open is sent anew", anew)
        self._read = len(self.world.post.sent)

    def _left(self, address: str, link: str, page: str) -> None:
        """Whoever has this address wants no more surveys, at any; some did not mean it."""
        for n, customer in enumerate(self.play.customers):
            if address not in {customer["email"], customer["phone"]}:
                continue
            customer_id = self._customers[n]
            self.world.known.left(customer_id, self.world.now)
            if Random(f"undo {self._mood} {address}").random() < 0.4:

                def back(_page: str, who: str = customer_id) -> None:
                    self.world.known.came_back(who, self.world.now)

                said = {"do": "undo", "nonce": nonce_on(page) or ""}
                undo = partial(self.world.submit, link, said, patient=True, then=back)
                self.world.at(self.world.now + MINUTE, "no, do", undo)

    def _answer(self, after: timedelta, link: str, fields: dict[str, str]) -> None:
        answer = partial(self.world.fill_in, link, fields)
        self.world.at(self.world.now + after, "the survey is opened, to be answered", answer)

    def _text_back(self, sent: Sent, words: str) -> None:
        text = partial(self.world.text, sent.to, words, sent.provider_id)
        self.world.at(self.world.now + HOUR, f"a text: {words}", text)
        if words == "stop" and self._mood < 0.5:
            start = partial(self.world.text, sent.to, "start", sent.provider_id)
            self.world.at(self.world.now + 26 * HOUR, "a text: start", start)

    def _scan(self, link: str) -> None:
        """Programs follow the links of a mail as soon as it has come."""
        post = self.world.post_form
        match self._scans:
            case "opens again and again":
                for _ in range(3):
                    self.world.open(link)
            case "sends at once":
                page = self.world.open(link)
                post(link, {"score": "2", "nonce": (page and nonce_on(page)) or ""})
            case "sends without the page":
                post(link, {"score": "1"})
                later = partial(self._try, link, {"score": "4", "nonce": "no.such.nonce"})
                self.world.at(self.world.now + timedelta(seconds=35), "a program tries again", later)
            case "tries all scores":
                page = self.world.open(link)
                burst = partial(self._try_all, link, page or "")
                self.world.at(self.world.now + timedelta(seconds=5), "a program tries all scores", burst)

    def _storm(self, link: str) -> None:
        """Programs look at every link again and again, and send what forms there are as they are."""
        for after in (0, 35):
            again = partial(self._look_and_send, link)
            self.world.at(self.world.now + after * SECOND, "a storm of programs", again)

    def _look_and_send(self, link: str) -> None:
        for method in ("HEAD", "GET", "HEAD"):
            self.world.open(link, method)
        if "/s/" in link:
            self.world.post_form(link, {"score": "2"})
        elif "/a/" in link:
            self.world.try_form(link, {})

    def _scan_staff(self, link: str) -> None:
        """Programs that send forms send those for staff too."""
        if self._scans not in {"sends at once", "sends without the page"}:
            return
        # Where clocks differ by seconds a page of this moment may look as if it had been open for a while.
        clocks_agree = not self.world.faults.rates.get("clock skewed")
        page = self.world.open(link) if self._scans == "sends at once" and clocks_agree else None
        for do in ("done", "kept", "answered", "approve"):
            self.world.try_form(link, {"do": do, "nonce": (page and nonce_on(page)) or ""})

    def _try(self, link: str, fields: dict[str, str]) -> None:
        self.world.post_form(link, fields)

    def _try_all(self, link: str, page: str) -> None:
        """All scores that the page offers, in one moment."""
        for score in re.findall(r'value="(\d+)"', page):
            self.world.post_form(link, {"score": score, "nonce": nonce_on(page) or ""})

    def _told(self, at: timedelta) -> str:
        return f"{self.world.start + at:%a %d %b %H:%M}"

    def _supervisor_came(self, supervisor: dict[str, Any]) -> None:
        for n, agent in enumerate(self.play.agents):
            told = {name: value for name, value in agent.items() if name != "supervised"}
            if agent["supervised"]:
                told["supervisor_id"] = supervisor["agent_id"]
            self.world.ask("POST /api/agents", told, partial(self._agent_came, n))

    def _agent_came(self, number: int, agent: dict[str, Any]) -> None:
        self._agents[number] = agent["agent_id"]
        if len(self._agents) == len(self.play.agents):
            for n, customer in enumerate(self.play.customers):
                self.world.ask("POST /api/customers", customer, partial(self._customer_came, n))

    def _customer_came(self, n: int, customer: dict[str, Any]) -> None:
        self._customers[n] = customer["customer_id"]
        self._agree(n, self.play.customers[n]["consent"])

    def _agree(self, n: int, consent: dict[str, bool]) -> None:
        self.world.known.consents[self._customers[n]] = self.world.now, consent

    def _withdraw(self, act: Act) -> None:
        n, consent = int(act.about), act.details["consent"]
        self.world.unsteady = True  # whether they were asked before depends on who was faster
        route = f"PATCH /api/customers/{self._customers[n]}"
        self.world.ask(route, {"consent": consent}, lambda _: self._agree(n, consent))

    def _works_again(self, n: int) -> None:
        def again(_answer: object) -> None:
            for address in filter(None, (self.play.customers[n]["email"], self.play.customers[n]["phone"])):
                self.world.known.works_again(address, self.world.now)

        self.world.ask(f"POST /api/customers/{self._customers[n]}/write-again", {}, again)

    def _check_in_less(self) -> None:
        for n, customer_id in self._customers.items():
            if self.play.customers[n]["check_in_every_days"] == 3:
                self.world.ask(f"PATCH /api/customers/{customer_id}", {"check_in_every_days": 60})

    def _do(self, act: Act) -> None:
        """Do it, if what it is about has come to be."""
        match act.what:
            case "contact":
                self._contact(act)
            case "away" | "back":
                self._absence(act)
            case "policy":
                self._edit(act)
            case "goodwill":
                self._give(act)
            case "agree":
                self._withdraw(act)
            case "text":
                self.world.unsteady = True  # they may be written to before they said so
                self.world.text(self.play.customers[int(act.about)]["phone"], act.details["words"], "none")
            case "works again":
                self._works_again(int(act.about))
            case "erase":
                self.world.ask(f"POST /api/customers/{self._customers[int(act.about)]}/erase", {})
            case _ if act.about in self._rows:
                self._about_row(act, self._rows[act.about])

    def _absence(self, act: Act) -> None:
        details: dict[str, Any] = {"away_until": None}
        if act.what == "away":
            until, cover = act.details["until"], act.details["cover"]
            details = {"away_until": text_of(self.world.start + until)}
            details["covered_by"] = None if cover is None else self._agents[cover]
        self.world.ask(f"PATCH /api/agents/{self._agents[int(act.about)]}", details)

    def _edit(self, act: Act) -> None:
        business = {
            "name": "Baker & Daughters",
            "time_zone": self.world.zone,
            "country": self.world.country,
            "language": "en",
        }
        parts = {
            name: {**self.play.policy.get(name, {}), **act.details[name]}
            if isinstance(act.details.get(name), dict)
            else act.details.get(name, self.play.policy.get(name))
            for name in {**self.play.policy, **act.details}
        }
        self.world.ask("PUT /api/policy", {"business": business, **parts})

    def _contact(self, act: Act) -> None:
        told = act.details
        customer_id = self._customers[int(told["matter"].partition(".")[0])]
        body: dict[str, Any] = {
            "customer_id": customer_id,
            "agent_id": self._agents[told["agent"]],
            **{name: told[name] for name in ("channel", "direction", "kind", "tone", "resolved", "summary")},
            "occurred_at": text_of(self.world.start + told.get("took_place", act.at) - WRITING_DOWN),
            "commitments": [
                {"what": name, "due_at": text_of(self.world.start + due)}
                for name, due in told["promises"].items()
            ],
        }
        if told["handed_over_from"] is not None:
            body["handed_over_from"] = self._agents[told["handed_over_from"]]
        if told["awaits_reply"] is not None:
            body["awaits_reply"] = told["awaits_reply"]
        for name, due in told["follow_up"].items():
            body["follow_up"] = {"at": text_of(self.world.start + due), "reason": name}
        if told["matter"] in self._rows:
            body["case_id"] = self._rows[told["matter"]]
        self.world.ask("POST /api/interactions", body, partial(self._recorded, act))

    def _recorded(self, act: Act, answer: dict[str, Any]) -> None:
        self._rows.setdefault(act.details["matter"], answer["case_id"])
        self._served[act.details["matter"]] = act.details["agent"]
        for row, name in zip(answer["commitments"], act.details["promises"], strict=True):
            self._rows[name] = row["commitment_id"]
        for name in act.details["follow_up"]:
            self._rows[name] = answer["follow_up"]["follow_up_id"]
        if answer["call_back"]:
            self._rows[f"call back {act.details['matter']}"] = answer["call_back"]["commitment_id"]
        if answer["reply"]:
            self._rows[f"reply {act.details['matter']}"] = answer["reply"]["reply_id"]

    def _give(self, act: Act) -> None:
        case_id = self._rows.get(act.details["matter"])
        if case_id is None:
            return
        body = {"amount": act.details["amount"], "reason": act.about}

        def given(answer: dict[str, Any]) -> None:
            self._rows[act.about] = answer["goodwill_id"]

        agent = self.play.agents[self._served[act.details["matter"]]]
        user = {"sub": agent["name"], "email": agent["email"], "cognito:groups": "[agents]"}
        self.world.ask(f"POST /api/cases/{case_id}/goodwill", body, given, user=user)

    def _about_row(self, act: Act, row_id: str) -> None:
        match act.what:
            case "steps":
                self._do_steps(row_id)
            case "merge":
                into = self._rows.get(act.details["into"], row_id)
                if into != row_id:
                    self.world.ask(f"POST /api/cases/{row_id}/merge", {"into": into})
            case "new_link":
                self._ask_for_a_new_link(row_id)
            case "answered" | "waiting":
                reply_id = self._rows.get(f"reply {act.about}")
                if reply_id is not None:
                    self._tap(reply_id, act)
            case _:
                asked = self._asked(act)
                if asked is None or act.details.get("tapped"):
                    self._tap(row_id, act)
                else:
                    kind, action, body = asked
                    done = partial(self._done, act, body)
                    self.world.ask(f"POST /api/{kind}/{row_id}/{action}", body, done)

    def _ask_for_a_new_link(self, row_id: str) -> None:
        """The link is too old; a new one goes out by mail, and to nobody else."""

        def sent(page: str) -> None:
            if "action_sent" in page and not self.world.faults.rates:
                images = [record["dynamodb"].get("NewImage", {}) for record in self.world.table.stream[-3:]]
                assert any(image.get("about_id", {}).get("S") == row_id for image in images), "no new link"

        old = self.world.link("action", row_id, 40 * DAY)
        self.world.press(old, {"do": "new_link"}, sent)

    def _asked(  # noqa: PLR0911 - one for each kind
        self, act: Act
    ) -> tuple[str, str, dict[str, Any]] | None:
        """What to ask of the API: the kind of row, the action, the body. None: there is only the link."""
        new = {"due_at": text_of(act.details.get("new", self.world.now)), "reason": "agreed"}
        match act.what:
            case "keep" | "withdraw":
                return (
                    "commitments",
                    act.what,
                    {"reason": "no longer wanted"} if act.what == "withdraw" else {},
                )
            case "renegotiate" | "tell":
                return "commitments", "renegotiate", {**new, "tell_customer": act.what == "tell"}
            case "complete" | "cancel" | "snooze":
                return "follow-ups", act.what, {"until": new["due_at"]} if act.what == "snooze" else {}
            case "wait" | "go-on" | "resolve" | "reopen":
                return "cases", act.what, {"reason": "it came back"} if act.what == "reopen" else {}
            case "assign":
                return "cases", act.what, {"agent_id": self._agents[act.details["agent"]]}
            case "approve" | "decline":
                return "goodwill", act.what, {"reason": "too much"} if act.what == "decline" else {}
        return None

    def _done(self, act: Act, said: dict[str, Any], answer: dict[str, Any]) -> None:
        """It was taken, and is as it was said."""
        if self.world.faults.rates:
            return  # asked again, it may be answered as it stood later
        wanted: dict[str, Any] = DONE.get(act.what, {})
        if act.what in {"renegotiate", "tell"}:
            wanted = {"status": "open", "due_at": said["due_at"]}
        elif act.what == "snooze":
            wanted = {"status": "scheduled", "due_at": said["until"]}
        elif act.what == "assign":
            wanted = {"agent_id": said["agent_id"]}
        differing = {name: answer.get(name) for name, value in wanted.items() if answer.get(name) != value}
        assert not differing, f"{act} was asked for, {wanted}, and it is {differing}"

    def _do_steps(self, case_id: str) -> None:
        for step in ("apologised", "gone_through", "solved", "confirmed"):
            self.world.ask(f"POST /api/cases/{case_id}/steps/{step}", {})
        body = {"cause": "a mistake", "prevention": "a list"}
        self.world.ask(f"POST /api/cases/{case_id}/steps/cause_recorded", body)

    def _tap(self, row_id: str, act: Act) -> None:
        """Act by the link of a message."""
        new = act.details.get("new", self.world.now)
        fields = {"do": act.what, "date": f"{new:%Y-%m-%d}", "time": f"{new:%H:%M}", "reason": "agreed"}
        self.world.press(self.world.link("action", row_id), fields)
