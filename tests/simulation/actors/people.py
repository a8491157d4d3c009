"""The people of one history: they act as planned, read the messages they get, and answer them."""

import re
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from tests.simulation.actors.acts import DAY, WRITING_DOWN, Act
from tests.simulation.actors.message_readers import MessageReaders
from tests.simulation.actors.plan import Plan
from tests.simulation.fake_aws.provider_events import Fate
from tests.simulation.world.world import World
from vaada.model.policy import PolicyDocument
from vaada.model.times import text_of

SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
FATES: tuple[Fate, ...] = (*("arrives",) * 6, "no such address", "full", "complained of")
FATES_OF_STAFF: tuple[Fate, ...] = (
    *("arrives",) * 8,
    "no such address",
    "full",
)  # the fate of one agent's address
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


def is_a_customers(address: str) -> bool:
    """Whether it is a customer's address, and not an agent's or the owner's."""
    return address.startswith(("customer", "+44"))


def unsigned(text: str) -> str:
    """The text of a message without the signatures of its links, which differ each time."""
    return re.sub(r"(/[asu]/[\w-]+)\.\S+", r"\1", text)


class People:
    """The staff, the customers, and the mail scanners of one history."""

    def __init__(self, world: World, without: Collection[int] = (), *, campaigns: bool = False) -> None:
        self.world = world
        self.plan = Plan(world.random, world.start, campaigns=campaigns)
        self._mood = world.random.random()
        self._without = without
        self._agents: dict[int, str] = {}
        self._customers: dict[int, str] = {}
        self._readers = MessageReaders(world, self.plan, self._mood, self._customers)
        self._served: dict[str, int] = {}  # the number of the agent who served last, by matter
        self._left: set[int] = set()  # the numbers of the agents who have left
        self._rows: dict[str, str] = {}  # ids: of cases by matter, of commitments and other work by name

    @property
    def names(self) -> list[str]:
        """A line for every act, in order, numbered from 0."""
        return [f"{number:3}  {self._told(act.at)}  {act}" for number, act in enumerate(self.plan.acts)]

    def schedule_acts(self) -> None:
        """Schedule all acts, and add the staff, then the customers."""
        for number, act in enumerate(self.plan.acts):
            if number not in self._without:
                self.world.at(self.world.start + act.at, f"{number}: {act}", partial(self._do, act))
        self.world.at(self.world.start + 25 * DAY, "fewer check-ins", self._check_in_less)
        self.world.api.ask("POST /api/agents", SUPERVISOR, self._supervisor_came)
        self._decide_fates()

    def _decide_fates(self) -> None:
        """Decide what happens to messages to each address, the same with faults and without."""
        for customer in self.plan.customers:
            for address in (customer["email"], customer["phone"]):
                fate = Random(f"fate {self._mood} {address}").choice(FATES)
                if address is not None and fate != "arrives":
                    self.world.facts.fates[address] = fate
        fate = Random(f"fate {self._mood}").choice(FATES_OF_STAFF)
        self.world.facts.fates[self.plan.agents[0]["email"]] = fate
        surely = not any(customer["email"] in self.world.facts.fates for customer in self.plan.customers)
        surely = surely and not any(
            customer["phone"] in self.world.facts.fates for customer in self.plan.customers
        )
        narrow = not self.plan.policy.keys().isdisjoint({"customers", "surveys"})
        tries_all = self._readers.scans == "tries all scores"
        self.world.facts.surveys_may_differ = not surely or narrow or tries_all

    def read_messages(self) -> None:
        """Let everybody read the messages that were sent since the last time, and react to them."""
        self._readers.read_messages()

    def _told(self, at: timedelta) -> str:
        return f"{self.world.start + at:%a %d %b %H:%M}"

    def _supervisor_came(self, supervisor: dict[str, Any]) -> None:
        for n, agent in enumerate(self.plan.agents):
            told = {name: value for name, value in agent.items() if name != "supervised"}
            if agent["supervised"]:
                told["supervisor_id"] = supervisor["agent_id"]
            self.world.api.ask("POST /api/agents", told, partial(self._agent_came, n))

    def _agent_came(self, number: int, agent: dict[str, Any]) -> None:
        self._agents[number] = agent["agent_id"]
        if len(self._agents) == len(self.plan.agents):
            for n, customer in enumerate(self.plan.customers):
                self.world.api.ask("POST /api/customers", customer, partial(self._customer_came, n))

    def _customer_came(self, n: int, customer: dict[str, Any]) -> None:
        self._customers[n] = customer["customer_id"]
        self._agree(n, self.plan.customers[n]["consent"])

    def _agree(self, n: int, consent: dict[str, bool]) -> None:
        self.world.facts.permissions.consents[self._customers[n]] = self.world.now, consent

    def _withdraw(self, act: Act) -> None:
        n, consent = int(act.about), act.details["consent"]
        self.world.facts.surveys_may_differ = True  # they may or may not have been asked before
        route = f"PATCH /api/customers/{self._customers[n]}"
        self.world.api.ask(route, {"consent": consent}, lambda _: self._agree(n, consent))

    def _works_again(self, n: int) -> None:
        def again(_answer: object) -> None:
            for address in filter(None, (self.plan.customers[n]["email"], self.plan.customers[n]["phone"])):
                self.world.facts.permissions.works_again(address, self.world.now)

        self.world.api.ask(f"POST /api/customers/{self._customers[n]}/write-again", {}, again)

    def _check_in_less(self) -> None:
        for n, customer_id in self._customers.items():
            if self.plan.customers[n]["check_in_every_days"] == 3:
                self.world.api.ask(f"PATCH /api/customers/{customer_id}", {"check_in_every_days": 60})

    def _do(self, act: Act) -> None:
        """Do it, if the row that it is about exists."""
        match act.what:
            case "contact":
                self._contact(act)
            case "away" | "back":
                self._absence(act)
            case "leave" | "return":
                self._leave_or_return(act)
            case "policy":
                self._edit(act)
            case "goodwill":
                self._give(act)
            case "agree":
                self._withdraw(act)
            case "text":
                self.world.facts.surveys_may_differ = True  # they may or may not have been written to before
                self.world.text(self.plan.customers[int(act.about)]["phone"], act.details["words"], "none")
            case "campaign":
                self._send_campaign(act)
            case "works again":
                self._works_again(int(act.about))
            case "erase":
                self.world.api.ask(f"POST /api/customers/{self._customers[int(act.about)]}/erase", {})
            case _ if act.about in self._rows:
                self._about_row(act, self._rows[act.about])

    def _send_campaign(self, act: Act) -> None:
        """Write a tip, or an invitation to an event, and let it be sent."""
        now, told = self.world.now, act.details
        text = {"language": "en", "subject": f"News {act.about}", "text": f"This is {act.about}."}
        body: dict[str, Any] = {"texts": [text], "tag": told["tag"]}
        if told["begins_after"] is not None:
            begins = now + timedelta(hours=told["begins_after"])
            times = {"begins_at": text_of(begins), "ends_at": text_of(begins + timedelta(hours=2))}
            body["event"] = {**times, "place": "Mill Lane 5"}
        when = {"send_at": text_of(now + told["send_after"])} if told["send_after"] else {}

        def written(row: dict[str, Any]) -> None:
            self._rows[act.about] = row["campaign_id"]
            self.world.api.ask(f"POST /api/campaigns/{row['campaign_id']}/schedule", when)

        self.world.api.ask("POST /api/campaigns", body, written)

    def _here(self, n: int) -> int:
        """The number of this agent, or if they have left, of the other one."""
        return 1 - n if n in self._left else n

    def _leave_or_return(self, act: Act) -> None:
        n = int(act.about)
        if act.what == "return":
            route = f"POST /api/agents/{self._agents[n]}/return"
            self.world.api.ask(route, {}, lambda _: self._left.discard(n))
        else:
            self._left.add(n)
            self.world.api.ask(f"POST /api/agents/{self._agents[n]}/leave", {"to": self._agents[1 - n]})

    def _absence(self, act: Act) -> None:
        details: dict[str, Any] = {"away_until": None}
        if act.what == "away":
            until, cover = act.details["until"], act.details["cover"]
            details = {"away_until": text_of(self.world.start + until)}
            details["covered_by"] = None if cover is None or cover in self._left else self._agents[cover]
        self.world.api.ask(f"PATCH /api/agents/{self._agents[int(act.about)]}", details)

    def _edit(self, act: Act) -> None:
        business = {
            "name": "Baker & Daughters",
            "time_zone": self.world.zone,
            "country": self.world.country,
            "language": "en",
        }
        parts = {
            name: {**self.plan.policy.get(name, {}), **act.details[name]}
            if isinstance(act.details.get(name), dict)
            else act.details.get(name, self.plan.policy.get(name))
            for name in {**self.plan.policy, **act.details}
        }
        policy = PolicyDocument.model_validate({"business": business, **parts})
        self.world.api.ask("PUT /api/policy", policy.model_dump(mode="json"))

    def _contact(self, act: Act) -> None:
        told = act.details
        customer_id = self._customers[int(told["matter"].partition(".")[0])]
        occurred_at = self.world.start + told.get("took_place", act.at) - WRITING_DOWN
        body: dict[str, Any] = {
            "customer_id": customer_id,
            "agent_id": self._agents[self._here(told["agent"])],
            **{name: told[name] for name in ("channel", "direction", "kind", "tone", "resolved", "summary")},
            "occurred_at": text_of(occurred_at),
            "commitments": [
                {"what": name, "due_at": text_of(max(self.world.start + due, occurred_at))}
                for name, due in told["promises"].items()
            ],
        }
        if told["handed_over_from"] is not None and told["handed_over_from"] != self._here(told["agent"]):
            body["handed_over_from"] = self._agents[told["handed_over_from"]]
        if told["awaits_reply"] is not None:
            body["awaits_reply"] = told["awaits_reply"]
        for name, due in told["follow_up"].items():
            body["follow_up"] = {"at": text_of(self.world.start + due), "reason": name}
        if told["matter"] in self._rows:
            body["case_id"] = self._rows[told["matter"]]
        self.world.api.ask("POST /api/interactions", body, partial(self._recorded, act))

    def _recorded(self, act: Act, answer: dict[str, Any]) -> None:
        self._rows.setdefault(act.details["matter"], answer["case_id"])
        self._rows[act.about] = answer["interaction_id"]
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

        agent = self.plan.agents[self._here(self._served[act.details["matter"]])]
        user = {"sub": agent["name"], "email": agent["email"], "cognito:groups": "[agents]"}
        self.world.api.ask(f"POST /api/cases/{case_id}/goodwill", body, given, user=user)

    def _about_row(self, act: Act, row_id: str) -> None:
        match act.what:
            case "steps":
                self._do_steps(row_id)
            case "merge":
                into = self._rows.get(act.details["into"], row_id)
                if into != row_id:
                    self.world.api.ask(f"POST /api/cases/{row_id}/merge", {"into": into})
            case "cancel campaign":
                self.world.api.ask(f"POST /api/campaigns/{row_id}/cancel", {})
            case "correct":
                self._correct(act, row_id)
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
                    self.world.api.ask(f"POST /api/{kind}/{row_id}/{action}", body, done)

    def _correct(self, act: Act, interaction_id: str) -> None:
        """Correct a contact: it was of another kind or tone, or took place before."""
        body = {name: value for name, value in act.details.items() if name != "earlier"}
        if "earlier" in act.details:
            contact = next(
                each for each in self.plan.acts if each.what == "contact" and each.about == act.about
            )
            at = contact.details.get("took_place", contact.at) - WRITING_DOWN - act.details["earlier"]
            body["occurred_at"] = text_of(self.world.start + at)
        self.world.api.ask(f"PATCH /api/interactions/{interaction_id}", body)

    def _ask_for_a_new_link(self, row_id: str) -> None:
        """Ask for a new link on the page of an expired one; it is sent to the agent of the row."""

        def sent(page: str) -> None:
            if "action_sent" in page and not self.world.faults.rates:
                images = [
                    record["dynamodb"].get("NewImage", {}) for record in self.world.aws.table.stream[-3:]
                ]
                assert any(image.get("about_id", {}).get("S") == row_id for image in images), "no new link"

        old = self.world.browser.link("action", row_id, 40 * DAY)
        self.world.browser.press_button(old, {"do": "new_link"}, sent)

    def _asked(  # noqa: PLR0911 - one for each kind
        self, act: Act
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The call of the API: kind of row, action and body. None: it is only possible by a link."""
        new = {"due_at": text_of(act.details.get("new", self.world.now)), "reason": "agreed"}
        match act.what:
            case "keep" | "withdraw":
                return (
                    "commitments",
                    act.what,
                    {"reason": "no longer wanted"} if act.what == "withdraw" else {},
                )
            case "undo keep":
                return "commitments", "undo", {}
            case "undo done":
                return "follow-ups", "undo", {}
            case "renegotiate" | "tell":
                return "commitments", "renegotiate", {**new, "tell_customer": act.what == "tell"}
            case "complete" | "cancel" | "snooze":
                return "follow-ups", act.what, {"until": new["due_at"]} if act.what == "snooze" else {}
            case "wait" | "go-on" | "resolve" | "reopen" | "unmerge":
                return "cases", act.what, {"reason": "it came back"} if act.what == "reopen" else {}
            case "assign":
                return "cases", act.what, {"agent_id": self._agents[self._here(act.details["agent"])]}
            case "hand over":
                kind = "commitments" if act.about.startswith("promise") else "follow-ups"
                return kind, "assign", {"agent_id": self._agents[self._here(act.details["agent"])]}
            case "approve" | "decline":
                return "goodwill", act.what, {"reason": "too much"} if act.what == "decline" else {}
        return None

    def _done(self, act: Act, said: dict[str, Any], answer: dict[str, Any]) -> None:
        """Check that the API did what was asked."""
        if self.world.faults.rates:
            return  # a repeated request may be answered with a later state of the row
        wanted: dict[str, Any] = DONE.get(act.what, {})
        if act.what in {"renegotiate", "tell"}:
            wanted = {"status": "open", "due_at": said["due_at"]}
        elif act.what == "snooze":
            wanted = {"status": "scheduled", "due_at": said["until"]}
        elif act.what in {"assign", "hand over"}:
            wanted = {"agent_id": said["agent_id"]}
        differing = {name: answer.get(name) for name, value in wanted.items() if answer.get(name) != value}
        assert not differing, f"{act} was asked for, {wanted}, and it is {differing}"

    def _do_steps(self, case_id: str) -> None:
        for step in ("apologised", "gone_through", "solved", "confirmed"):
            self.world.api.ask(f"POST /api/cases/{case_id}/steps/{step}", {})
        body = {"cause": "a mistake", "prevention": "a list"}
        self.world.api.ask(f"POST /api/cases/{case_id}/steps/cause_recorded", body)

    def _tap(self, row_id: str, act: Act) -> None:
        """Act by the link of a message."""
        new = act.details.get("new", self.world.now)
        fields = {"do": act.what, "date": f"{new:%Y-%m-%d}", "time": f"{new:%H:%M}", "reason": "agreed"}
        self.world.browser.press_button(self.world.browser.link("action", row_id), fields)
