"""Runs a year of regular customers: their contacts, their answers, and what staff do."""

from functools import partial
from random import Random
from typing import Any

from tests.simulation.load.characters import SCALES
from tests.simulation.load.load_world import LoadWorld
from tests.simulation.load.message_limits import MessageLimits, links, survey_of
from tests.simulation.load.outcomes import HIGH, LOW
from tests.simulation.load.regulars import (
    COOL_DOWN,
    END,
    HALF,
    KEPT_AFTER,
    LATE_KEPT_AFTER,
    NPS_EVERY,
    START,
    TAKEN_UP_AFTER,
    Contact,
    Regular,
)
from tests.simulation.load.setting import (
    DAY,
    HOUR,
    MINUTE,
)
from tests.simulation.load.weekly_reports import miscounted
from vaada.model.times import text_of
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, FollowUp, Survey

TO_DO = {"unhappy", "check_in"}
MIDDLE = "g"  # of the letters of ids: every other answer has a comment
SURVEYS = {
    "after_kept_promise": True,
    "nps_every_days": NPS_EVERY,
    "days_between": 30,
    "days_between_kind": {"nps": 90},
    "low_score_at_most": LOW,
    "high_score_at_least": HIGH,
}


class Year:
    """Runs the year of some customers."""

    def __init__(self, regulars: list[Regular], seed: int = 0) -> None:
        self.regulars = regulars
        self.world = LoadWorld(seed, START)
        self.limits = MessageLimits()
        self.surveys: dict[str, Survey] = {}  # in the order in which they were made
        self.reports: list[WeeklyReport] = []  # that were written, in order
        self.miscounted: list[str] = []
        self._promises: dict[str, Commitment] = {}  # as they stand
        self._dice = Random(f"answers {seed}")
        self._ids: dict[int, str] = {}
        self._agents: list[str] = []
        self._to_do: list[Commitment | FollowUp] = []
        self._by_address: dict[str, Regular] = {}
        self._posted = 0

    def run(self) -> None:
        """Run from New Year to New Year, and until the last survey is closed. Raises AssertionError."""
        with self.world.running():
            self.world.after_action = self._read_messages
            self.world.plan_weekly_report()
            self._change_policy("csat")
            self.world.later(HALF, "from now on: was it easy?", partial(self._change_policy, "ces"))
            self.world.api.ask("POST /api/agents", {"name": "Sana", "email": "sana@example.com"}, self._staff)
            for rounds in range(1, END // (8 * HOUR)):
                self.world.later(rounds * 8 * HOUR, "the supervisor's round", self._round)
            self.world.run_until(START + END)
            self._learn()
            self.to_thank = self.world.get("/api/recognition/proposals")["items"]
            self.timelines = {one.number: self._timeline(one) for one in self.regulars}

    def _change_policy(self, kind: str) -> None:
        self.world.change_survey_policy({**SURVEYS, "after_resolution": kind})

    def _staff(self, supervisor: dict[str, Any]) -> None:
        for n in range(3):
            body = {
                "name": f"Agent {n}",
                "email": f"a{n}@example.com",
                "supervisor_id": supervisor["agent_id"],
            }
            self.world.api.ask("POST /api/agents", body, lambda agent: self._agents.append(agent["agent_id"]))
        for regular in self.regulars:
            preferred, *_ = (*regular.access.split(), "phone")
            consent = {medium: medium in regular.access for medium in ("email", "sms")}
            body = {
                "name": regular.name,
                "email": regular.email,
                "phone": regular.phone,
                "time_zone": regular.zone,
                "preferred_channel": preferred,
                "consent": {**consent, "survey": regular.consents},
                "check_in_every_days": regular.check_in,
            }
            self.world.api.ask("POST /api/customers", body, partial(self._came, regular))

    def _came(self, regular: Regular, customer: dict[str, Any]) -> None:
        self._ids[regular.number] = customer["customer_id"]
        self.limits.zones[regular.name] = regular.zone
        for address in (regular.email, regular.phone):
            self._by_address[address] = regular
            self.limits.names[address] = regular.name
        for contact in regular.contacts:
            self.world.at(
                contact.at, f"{regular.name}: {contact.what}", partial(self._meet, regular, contact)
            )

    def _meet(self, regular: Regular, contact: Contact) -> None:
        resolved = contact.what in {"resolved", "both", "taken up again"}
        due = text_of(self.world.now + 20 * DAY)
        body = {
            "customer_id": self._ids[regular.number],
            "agent_id": self._agents[self._dice.randrange(3)],
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": "Wants a cake",
            "resolved": resolved,
            "commitments": []
            if resolved and contact.what != "both"
            else [{"what": "Send it", "due_at": due}],
        }
        self.world.api.ask("POST /api/interactions", body, partial(self._go_on, contact))

    def _go_on(self, contact: Contact, recorded: Any) -> None:
        if contact.what == "taken up again":
            again = partial(
                self.world.api.ask, f"POST /api/cases/{recorded['case_id']}/reopen", {"reason": "No"}
            )
            self.world.later(TAKEN_UP_AFTER, "taken up again", again)
        for promise in recorded["commitments"]:
            route = f"POST /api/commitments/{promise['commitment_id']}"
            after = LATE_KEPT_AFTER if contact.what == "late" else KEPT_AFTER
            self.world.later(after, "the promise is kept", partial(self.world.api.ask, f"{route}/keep", {}))
            for n, at in enumerate(contact.notices):
                new = {
                    "due_at": text_of(contact.at + (21 + n) * DAY),
                    "reason": "Late",
                    "tell_customer": True,
                }
                self.world.at(at, "a new date", partial(self.world.api.ask, f"{route}/renegotiate", new))

    def _round(self) -> None:
        """The supervisor calls unhappy customers and those who are due for a check-in."""
        self._learn()
        called = {row.settles_id for row in self._to_do if isinstance(row, Commitment)}
        for row in self._to_do:
            if isinstance(row, Commitment):
                self.world.api.ask(f"POST /api/commitments/{row.id}/keep", {})
            elif row.id not in called:
                self.world.api.ask(f"POST /api/follow-ups/{row.id}/complete", {})
        self._to_do.clear()

    def _learn(self) -> None:
        for row in self.world.new_rows():
            if isinstance(row, Survey):
                self.surveys.setdefault(row.id, row)
            elif isinstance(row, WeeklyReport) and row.reported_at is not None:
                self.reports.append(row)
                self.miscounted += miscounted(row, self._promises.values())
            if isinstance(row, Commitment):
                self._promises[row.id] = row
            if isinstance(row, Commitment | FollowUp) and row.version == 1 and row.origin in TO_DO:
                self._to_do.append(row)

    def _read_messages(self) -> None:
        for sent in self.world.aws.providers.sent[self._posted :]:
            self._posted += 1
            self._learn()
            self.limits.check(sent, COOL_DOWN["csat"])
            regular = self._by_address.get(sent.to)
            asks = links(sent, "s/")
            if regular and asks and self._dice.randrange(100) < regular.answering:
                self._answer(asks[0])

    def _answer(self, link: str) -> None:
        score = self._dice.choice(SCALES[self.surveys[survey_of(link)].kind])
        after = self._dice.choice((2, 30, 100)) * HOUR
        comment = {"comment": "That is how it was."} if survey_of(link)[-1] < MIDDLE else {}

        def read() -> None:
            page = self.world.visit("GET", link)
            said = {"score": score, "nonce": page.nonce, **comment}
            self.world.later(MINUTE, "the answer is sent", lambda: self.world.visit("POST", link, said))

        self.world.later(after, "the survey is opened", read)

    def _timeline(self, regular: Regular) -> list[dict[str, Any]]:
        path, cursor = f"/api/customers/{self._ids[regular.number]}/timeline", ""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.world.get(path, limit="100", **({"cursor": cursor} if cursor else {}))
            rows += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return rows
