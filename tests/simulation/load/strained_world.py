"""Runs a strained year: contacts, promises that slip, notes of managers, and what they decide."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tests.simulation.load.load_world import UNLIMITED, LoadWorld
from tests.simulation.load.setting import DAY, MINUTE
from tests.simulation.load.strained import END, KEPT_AFTER, NOTED, START, TIPS, Incident, Strained
from vaada.model.relationships import Relationship
from vaada.model.times import text_of


@dataclass(frozen=True)
class Proposal:
    """A proposal as the table shows it: when, its kinds of reasons, and how it went on, when."""

    at: datetime
    kinds: frozenset[str]
    ends: datetime


class StrainedYear:
    """Runs the year of some customers."""

    def __init__(self, customers: list[Strained], seed: int = 0) -> None:
        self.customers = customers
        self.world = LoadWorld(seed, START)
        self.proposals: defaultdict[int, list[Proposal]] = defaultdict(list)
        self.decided: defaultdict[int, list[datetime]] = defaultdict(list)
        self.dropped: defaultdict[int, list[datetime]] = defaultdict(list)
        self.cooled: defaultdict[int, list[datetime]] = defaultdict(list)
        self._numbers: dict[str, int] = {}
        self._agent = ""

    def run(self) -> None:
        """Run the year. Raises AssertionError."""
        with self.world.running():
            policy = self.world.get("/api/policy")
            policy["cases"]["critical_steps"] = []
            policy["surveys"]["after_resolution"] = "none"
            policy["sending"] |= UNLIMITED
            self.world.api.ask("PUT /api/policy", policy)
            self.world.api.ask("POST /api/agents", {"name": "Sana", "email": "sana@example.com"}, self._staff)
            self.world.after_action = self._learn
            for number, after in enumerate(TIPS):
                self.world.at(START + after, f"tip {number}", partial(self._write_tip, number))
            self.world.run_until(START + END)
            self._learn()

    def _write_tip(self, number: int) -> None:
        """Write a tip, and send it at once."""
        text = {"language": "en", "subject": "Good to know", "text": f"This is tip {number}."}

        def written(row: dict[str, Any]) -> None:
            self.world.api.ask(f"POST /api/campaigns/{row['campaign_id']}/schedule", {})

        self.world.api.ask("POST /api/campaigns", {"texts": [text]}, written)

    def tips_of(self, one: Strained) -> list[int]:
        """The numbers of the tips that a customer was sent, in order."""
        mails = (sent.text for sent in self.world.aws.providers.sent if sent.to == one.email)
        return [int(number) for text in mails for number in re.findall(r"This is tip (\d+)\.", text)]

    def _staff(self, agent: dict[str, Any]) -> None:
        self._agent = agent["agent_id"]
        for one in self.customers:
            consent = {"email": True, "sms": False, "survey": False, "news": one.agrees_to_tips}
            body = {"name": one.name, "email": one.email, "consent": consent}
            self.world.api.ask("POST /api/customers", body, partial(self._came, one))

    def _came(self, one: Strained, customer: dict[str, Any]) -> None:
        customer_id = customer["customer_id"]
        self._numbers[customer_id] = one.number
        if one.since is not None:
            self._note(customer_id, "customer_since", one.since)
        for incident in one.incidents:
            happen = partial(self._happen, customer_id, incident)
            self.world.at(incident.at, f"{one.name}: {incident.what}", happen)

    def _note(self, customer_id: str, kind: str, happened_at: datetime) -> None:
        body = {"kind": kind, "words": "It is so", "happened_at": text_of(happened_at)}
        self.world.api.ask(f"POST /api/customers/{customer_id}/relationship/notes", body)

    def _happen(self, customer_id: str, incident: Incident) -> None:
        if incident.what in NOTED:
            self._note(customer_id, incident.what, incident.at)
            return
        slips = incident.what in {"our complaint", "slips"}
        promise = {"what": "Send it", "due_at": text_of(incident.at + DAY)}
        body = {
            "customer_id": customer_id,
            "agent_id": self._agent,
            "channel": "in_person",
            "direction": "inbound",
            "kind": "complaint" if incident.what.endswith("complaint") else "request",
            "tone": "abusive" if incident.what == "shouts" else "calm",
            "summary": "About the wheel",
            "resolved": not slips,
            "awaits_reply": False,
            "commitments": [promise] if slips else [],
        }
        self.world.api.ask("POST /api/interactions", body, partial(self._go_on, customer_id, incident))

    def _go_on(self, customer_id: str, incident: Incident, recorded: Any) -> None:
        for promise in recorded["commitments"]:
            keep = partial(self.world.api.ask, f"POST /api/commitments/{promise['commitment_id']}/keep", {})
            self.world.later(KEPT_AFTER, "the promise is kept, late", keep)
            resolve = partial(self.world.api.ask, f"POST /api/cases/{recorded['case_id']}/resolve", {})
            self.world.later(KEPT_AFTER + MINUTE, "the matter is resolved", resolve)
        if incident.what == "shouts" and incident.open_until is not None:
            path = f"/api/customers/{customer_id}/timeline"
            self.world.at(
                incident.open_until, "the supervisor has called", partial(self._called, path, recorded)
            )

    def _called(self, path: str, recorded: Any) -> None:
        for row in self.world.get(path, limit="100")["items"]:
            if row["row_kind"] == "follow_up" and row["interaction_id"] == recorded["interaction_id"]:
                self.world.api.ask(f"POST /api/follow-ups/{row['follow_up_id']}/complete", {})

    def _learn(self) -> None:
        for row in self.world.new_rows():
            if not isinstance(row, Relationship) or not row.history:
                continue
            last, number = row.history[-1], self._numbers[row.customer_id]
            match last.what:
                case "proposed" if not self.proposals[number] or self.proposals[number][-1].at != last.at:
                    kinds = frozenset(one.kind for one in row.against)
                    self.proposals[number].append(Proposal(last.at, kinds, row.due_at))
                    self._decide_later(row)
                case "kept" if last.at not in self.decided[number]:
                    self.decided[number].append(last.at)
                case "no longer proposed" if last.at not in self.dropped[number]:
                    self.dropped[number].append(last.at)
                case "cooled off" if last.at not in self.cooled[number]:
                    self.cooled[number].append(last.at)

    def _decide_later(self, row: Relationship) -> None:
        after = next(
            one for one in self.customers if one.number == self._numbers[row.customer_id]
        ).decides_after
        if after is not None:
            path = f"POST /api/customers/{row.customer_id}/relationship/keep"
            self.world.later(after, "it goes on", partial(self.world.api.ask, path, {"reason": "They stay"}))
