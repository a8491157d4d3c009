"""The business that the replay takes place in, reached through the HTTP API alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.api import Api
from local.replay.ladder import GIVE_UP, Ladder, Rung
from local.replay.mapping import Mapping
from local.replay.requests import Request

MANAGER = "supervisor@vaada.example"
AGENT = "agent@vaada.example"
OWNER = "owner@vaada.example"
RECIPIENTS = {"agent": AGENT, "supervisor": MANAGER, "owner": OWNER}

_BEING_SENT = {"sending", "waiting"}
_MAX_WORDS = 300  # characters of the promise; the API takes 500


@dataclass(frozen=True)
class Opened:
    """A request that came in: its customer and, where something was promised, its commitment."""

    request: Request
    customer_id: str
    commitment_id: str | None


@dataclass(frozen=True)
class TimelineMessage:
    """A message of the timeline. One that was sent may carry others, which were not sent by themselves."""

    id: str
    purpose: str
    to: str
    status: str
    created_at: datetime
    held_until: datetime | None = None
    sent_at: datetime | None = None
    provider_id: str | None = None
    carries: tuple[str, ...] = ()
    carried_by: str | None = None
    why_not: str | None = None

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is just being sent."""
        return self.status in _BEING_SENT

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status not in {*_BEING_SENT, "held"}

    def __str__(self) -> str:
        return f"{self.purpose} to {self.to}: {self.status}" + (f" ({self.why_not})" if self.why_not else "")


@dataclass(frozen=True)
class Story:
    """What the timeline of a request's customer says; its messages in the order of time."""

    commitment: dict[str, Any] | None
    messages: tuple[TimelineMessage, ...]

    def time(self, field: str) -> datetime | None:
        """A time of the commitment, such as `flagged_at`."""
        text = self.commitment and self.commitment.get(field)
        return datetime.fromisoformat(text) if text else None

    def given_up_at(self) -> datetime | None:
        """When the promise was given up."""
        history = self.commitment["history"] if self.commitment else []
        return next(
            (datetime.fromisoformat(line["at"]) for line in history if line["what"] == "broken"), None
        )

    def of(self, rung: Rung) -> tuple[TimelineMessage, ...]:
        """The messages that tell of this step."""
        alike = [told for told in self.messages if (told.purpose, told.to) == (rung.purpose, rung.to)]
        return tuple(alike[rung.nth : None if rung.last else rung.nth + 1])

    def taken_at(self, rung: Rung) -> datetime | None:
        """When the desk took this step, as the row of it says."""
        if rung == GIVE_UP:
            return self.given_up_at()
        if rung.name == "flag":
            return self.time("flagged_at")
        return min((told.created_at for told in self.of(rung)), default=None)

    def has_taken(self, rung: Rung) -> bool:
        """Whether the desk has taken this step, and is not at it any more."""
        return self.taken_at(rung) is not None and not any(told.is_on_its_way for told in self.of(rung))

    def has_told(self, rung: Rung) -> bool:
        """Whether its reader has heard of this step, or will not any more."""
        return bool(self.of(rung)) and all(told.is_settled for told in self.of(rung))


class Office:
    """One agent, who has a supervisor, and a customer for each request."""

    def __init__(self, api: Api, mapping: Mapping) -> None:
        self._api = api
        policy = api.get("/api/policy")
        policy["business"]["time_zone"] = mapping.time_zone
        policy["business"]["country"] = mapping.country or policy["business"]["country"]
        self.ladder = Ladder.of(api.put("/api/policy", policy))
        supervisor = self._agent("The supervisor", MANAGER, role="manager")
        self._agent_id = self._agent("The agent", AGENT, supervisor_id=supervisor)

    def open(self, request: Request) -> Opened:
        """The request comes in, and the promise is given; a contact without one is resolved."""
        customer = self._api.post("/api/customers", {"name": f"Customer of {request.id}"})
        promise = {"what": f"{request.id}: {request.summary}"[:_MAX_WORDS]}
        due = {"due_at": request.promised.isoformat()} if request.promised else None
        made = self._api.post(
            "/api/interactions",
            {
                "customer_id": customer["customer_id"],
                "agent_id": self._agent_id,
                "channel": request.channel,
                "direction": "inbound",
                "kind": "request",
                "summary": request.summary,
                "occurred_at": request.opened.isoformat(),
                "resolved": due is None,
                "commitments": [promise | due] if due else [],
            },
        )
        ids = [commitment["commitment_id"] for commitment in made["commitments"]]
        return Opened(request, customer["customer_id"], ids[0] if ids else None)

    def keep(self, opened: Opened) -> None:
        """The promise is kept, now."""
        self._api.post(f"/api/commitments/{opened.commitment_id}/keep")

    def withdraw(self, opened: Opened) -> None:
        """The promise is taken back."""
        self._api.post(f"/api/commitments/{opened.commitment_id}/withdraw", {"reason": "A rehearsal."})

    def story(self, opened: Opened) -> Story:
        """How it stands."""
        entries: list[dict[str, Any]] = []
        query = {"limit": "100"}
        while True:
            page = self._api.get(f"/api/customers/{opened.customer_id}/timeline", **query)
            entries += page["items"]
            if not page.get("next_cursor"):
                break
            query["cursor"] = page["next_cursor"]
        commitments = [entry for entry in entries if entry["row_kind"] == "commitment"]
        messages = [_timeline_message(entry) for entry in entries if entry["row_kind"] == "message"]
        messages.sort(key=lambda told: told.created_at)
        return Story(commitments[0] if commitments else None, tuple(messages))

    def _agent(self, name: str, email: str, **more: object) -> str:
        return str(self._api.post("/api/agents", {"name": name, "email": email, **more})["agent_id"])


def _timeline_message(entry: dict[str, Any]) -> TimelineMessage:
    return TimelineMessage(
        id=entry["message_id"],
        purpose=entry["purpose"],
        to=entry["to"],
        status=entry["status"],
        created_at=datetime.fromisoformat(entry["created_at"]),
        held_until=_time(entry.get("wake_at")) if entry["status"] == "held" else None,
        sent_at=_time(entry.get("sent_at")),
        provider_id=entry.get("provider_id"),
        carries=tuple(entry.get("carries") or ()),
        carried_by=entry.get("carried_by"),
        why_not=entry.get("why_not"),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
