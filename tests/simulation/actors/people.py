"""The people of one history: they act as planned, read what they are sent, and answer it."""

import re
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from tests.simulation.actors.acts import DAY, HOUR, MINUTE, SECOND, WRITING_DOWN, Act
from tests.simulation.actors.plan import Play
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.fake_aws.provider_events import Fate
from tests.simulation.world.http import nonce_on
from tests.simulation.world.world import World
from vaada.model.times import text_of

SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
FATES: tuple[Fate, ...] = (*("arrives",) * 6, "no such address", "full", "complained of")
FATES_OF_STAFF: tuple[Fate, ...] = (*("arrives",) * 8, "no such address", "full")  # of one of them
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
SCANNERS = (
    None,
    None,
    "opens again and again",
    "sends at once",
    "sends without the page",
    "tries all scores",
    "storms through everything",
)


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
        self.world.api.ask("POST /api/agents", SUPERVISOR, self._supervisor_came)
        self._decide_fates()

    def _decide_fates(self) -> None:
        """To some addresses not all goes well, with faults and without."""
        for customer in self.play.customers:
            for address in (customer["email"], customer["phone"]):
                fate = Random(f"fate {self._mood} {address}").choice(FATES)
                if address is not None and fate != "arrives":
                    self.world.facts.fates[address] = fate
        fate = Random(f"fate {self._mood}").choice(FATES_OF_STAFF)
        self.world.facts.fates[self.play.agents[0]["email"]] = fate
        surely = not any(customer["email"] in self.world.facts.fates for customer in self.play.customers)
        surely = surely and not any(
            customer["phone"] in self.world.facts.fates for customer in self.play.customers
        )
        narrow = not self.play.policy.keys().isdisjoint({"customers", "surveys"})
        self.world.facts.surveys_may_differ = not surely or narrow or self._scans == "tries all scores"

    def read_the_post(self) -> None:
        """Scanners scan what was sent; some customers answer, an hour later, or want no more of it."""
        for sent in self.world.aws.providers.sent[self._read :]:
            mood = Random(f"{self._mood} {sent.to}")
            score, words = (
                mood.choice((None, "1", "5", "5", "1")),
                mood.choice(({}, {"comment": "Lovely people"})),
            )
            enough, texts = mood.random() < 0.15 or self.play.leaves, mood.random() < 0.5
            for link in dict.fromkeys(re.findall(r"https://desk\.example\.com/[asu]/[^\s?]+", sent.text)):
                if self._scanner.random() < 0.1:
                    self.world.browser.open(link)
                if self._scanner.random() < 0.05:
                    self.world.browser.try_link_elsewhere(link)
                if self._scans == "storms through everything" and self._scanner.random() < 0.3:
                    self._storm(link)
                if "/u/" in link and enough:
                    left = partial(self._left, sent.to, link)
                    leave = partial(self.world.browser.submit, link, {}, patient=True, then=left)
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
                    anew = partial(self.world.browser.send_old_page_again, link)
                    self.world.at(self.world.now + 30 * HOUR, "a page that stayed open is sent anew", anew)
        self._read = len(self.world.aws.providers.sent)

    def _left(self, address: str, link: str, page: str) -> None:
        """Whoever has this address wants no more surveys, at any; some did not mean it."""
        for n, customer in enumerate(self.play.customers):
            if address not in {customer["email"], customer["phone"]}:
                continue
            customer_id = self._customers[n]
            self.world.facts.permissions.left(customer_id, self.world.now)
            if Random(f"undo {self._mood} {address}").random() < 0.4:

                def back(_page: str, who: str = customer_id) -> None:
                    self.world.facts.permissions.came_back(who, self.world.now)

                said = {"do": "undo", "nonce": nonce_on(page) or ""}
                undo = partial(self.world.browser.submit, link, said, patient=True, then=back)
                self.world.at(self.world.now + MINUTE, "no, do", undo)

    def _answer(self, after: timedelta, link: str, fields: dict[str, str]) -> None:
        answer = partial(self.world.browser.answer_survey, link, fields)
        self.world.at(self.world.now + after, "the survey is opened, to be answered", answer)

    def _text_back(self, sent: Sent, words: str) -> None:
        text = partial(self.world.text, sent.to, words, sent.provider_id)
        self.world.at(self.world.now + HOUR, f"a text: {words}", text)
        if words == "stop" and self._mood < 0.5:
            start = partial(self.world.text, sent.to, "start", sent.provider_id)
            self.world.at(self.world.now + 26 * HOUR, "a text: start", start)

    def _scan(self, link: str) -> None:
        """Programs follow the links of a mail as soon as it has come."""
        post = self.world.browser.post
        match self._scans:
            case "opens again and again":
                for _ in range(3):
                    self.world.browser.open(link)
            case "sends at once":
                page = self.world.browser.open(link)
                post(link, {"score": "2", "nonce": (page and nonce_on(page)) or ""})
            case "sends without the page":
                post(link, {"score": "1"})
                later = partial(self._try, link, {"score": "4", "nonce": "no.such.nonce"})
                self.world.at(self.world.now + timedelta(seconds=35), "a program tries again", later)
            case "tries all scores":
                page = self.world.browser.open(link)
                burst = partial(self._try_all, link, page or "")
                self.world.at(self.world.now + timedelta(seconds=5), "a program tries all scores", burst)

    def _storm(self, link: str) -> None:
        """Programs look at every link again and again, and send what forms there are as they are."""
        for after in (0, 35):
            again = partial(self._look_and_send, link)
            self.world.at(self.world.now + after * SECOND, "a storm of programs", again)

    def _look_and_send(self, link: str) -> None:
        for method in ("HEAD", "GET", "HEAD"):
            self.world.browser.open(link, method)
        if "/s/" in link:
            self.world.browser.post(link, {"score": "2"})
        elif "/a/" in link:
            self.world.browser.submit_as_bot(link, {})

    def _scan_staff(self, link: str) -> None:
        """Programs that send forms send those for staff too."""
        if self._scans not in {"sends at once", "sends without the page"}:
            return
        # Where clocks differ by seconds a page of this moment may look as if it had been open for a while.
        clocks_agree = not self.world.faults.rates.get("clock skewed")
        page = self.world.browser.open(link) if self._scans == "sends at once" and clocks_agree else None
        for do in ("done", "kept", "answered", "approve"):
            self.world.browser.submit_as_bot(link, {"do": do, "nonce": (page and nonce_on(page)) or ""})

    def _try(self, link: str, fields: dict[str, str]) -> None:
        self.world.browser.post(link, fields)

    def _try_all(self, link: str, page: str) -> None:
        """All scores that the page offers, in one moment."""
        for score in re.findall(r'value="(\d+)"', page):
            self.world.browser.post(link, {"score": score, "nonce": nonce_on(page) or ""})

    def _told(self, at: timedelta) -> str:
        return f"{self.world.start + at:%a %d %b %H:%M}"

    def _supervisor_came(self, supervisor: dict[str, Any]) -> None:
        for n, agent in enumerate(self.play.agents):
            told = {name: value for name, value in agent.items() if name != "supervised"}
            if agent["supervised"]:
                told["supervisor_id"] = supervisor["agent_id"]
            self.world.api.ask("POST /api/agents", told, partial(self._agent_came, n))

    def _agent_came(self, number: int, agent: dict[str, Any]) -> None:
        self._agents[number] = agent["agent_id"]
        if len(self._agents) == len(self.play.agents):
            for n, customer in enumerate(self.play.customers):
                self.world.api.ask("POST /api/customers", customer, partial(self._customer_came, n))

    def _customer_came(self, n: int, customer: dict[str, Any]) -> None:
        self._customers[n] = customer["customer_id"]
        self._agree(n, self.play.customers[n]["consent"])

    def _agree(self, n: int, consent: dict[str, bool]) -> None:
        self.world.facts.permissions.consents[self._customers[n]] = self.world.now, consent

    def _withdraw(self, act: Act) -> None:
        n, consent = int(act.about), act.details["consent"]
        self.world.facts.surveys_may_differ = True  # whether they were asked before depends on who was faster
        route = f"PATCH /api/customers/{self._customers[n]}"
        self.world.api.ask(route, {"consent": consent}, lambda _: self._agree(n, consent))

    def _works_again(self, n: int) -> None:
        def again(_answer: object) -> None:
            for address in filter(None, (self.play.customers[n]["email"], self.play.customers[n]["phone"])):
                self.world.facts.permissions.works_again(address, self.world.now)

        self.world.api.ask(f"POST /api/customers/{self._customers[n]}/write-again", {}, again)

    def _check_in_less(self) -> None:
        for n, customer_id in self._customers.items():
            if self.play.customers[n]["check_in_every_days"] == 3:
                self.world.api.ask(f"PATCH /api/customers/{customer_id}", {"check_in_every_days": 60})

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
                self.world.facts.surveys_may_differ = True  # they may be written to before they said so
                self.world.text(self.play.customers[int(act.about)]["phone"], act.details["words"], "none")
            case "works again":
                self._works_again(int(act.about))
            case "erase":
                self.world.api.ask(f"POST /api/customers/{self._customers[int(act.about)]}/erase", {})
            case _ if act.about in self._rows:
                self._about_row(act, self._rows[act.about])

    def _absence(self, act: Act) -> None:
        details: dict[str, Any] = {"away_until": None}
        if act.what == "away":
            until, cover = act.details["until"], act.details["cover"]
            details = {"away_until": text_of(self.world.start + until)}
            details["covered_by"] = None if cover is None else self._agents[cover]
        self.world.api.ask(f"PATCH /api/agents/{self._agents[int(act.about)]}", details)

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
        self.world.api.ask("PUT /api/policy", {"business": business, **parts})

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
        self.world.api.ask("POST /api/interactions", body, partial(self._recorded, act))

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
        self.world.api.ask(f"POST /api/cases/{case_id}/goodwill", body, given, user=user)

    def _about_row(self, act: Act, row_id: str) -> None:
        match act.what:
            case "steps":
                self._do_steps(row_id)
            case "merge":
                into = self._rows.get(act.details["into"], row_id)
                if into != row_id:
                    self.world.api.ask(f"POST /api/cases/{row_id}/merge", {"into": into})
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

    def _ask_for_a_new_link(self, row_id: str) -> None:
        """The link is too old; a new one goes out by mail, and to nobody else."""

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
            self.world.api.ask(f"POST /api/cases/{case_id}/steps/{step}", {})
        body = {"cause": "a mistake", "prevention": "a list"}
        self.world.api.ask(f"POST /api/cases/{case_id}/steps/cause_recorded", body)

    def _tap(self, row_id: str, act: Act) -> None:
        """Act by the link of a message."""
        new = act.details.get("new", self.world.now)
        fields = {"do": act.what, "date": f"{new:%Y-%m-%d}", "time": f"{new:%H:%M}", "reason": "agreed"}
        self.world.browser.press_button(self.world.browser.link("action", row_id), fields)
