"""The business that the replay takes place in, reached through the HTTP API alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.api import Api
from local.replay.ladder import Ladder, StepName
from local.replay.requests import Request

MANAGER = "supervisor@vaada.example"
AGENT = "agent@vaada.example"
RECIPIENTS: dict[StepName, str] = {"warn": AGENT, "flag": AGENT, "supervisor": MANAGER}

_STEPS: dict[tuple[str, str], StepName] = {
    ("promise_warning", "agent"): "warn",
    ("promise_overdue", "agent"): "flag",
    ("promise_escalation", "supervisor"): "supervisor",
    ("promise_escalation", "owner"): "owner",
}
_ON_ITS_WAY = {"sending", "waiting"}
_WORDS = 300  # characters of the promise; the API takes 500


@dataclass(frozen=True)
class Opened:
    """A request that came in: its customer and, where something was promised, its commitment."""

    request: Request
    customer_id: str
    commitment_id: str | None


@dataclass(frozen=True)
class Told:
    """A message of the timeline. `step` is None when it belongs to no step of the promise."""

    step: StepName | None
    status: str
    sent_at: datetime | None
    provider_id: str | None
    account: str

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status not in _ON_ITS_WAY


@dataclass(frozen=True)
class Story:
    """What the timeline of a request's customer says."""

    commitment: dict[str, Any] | None
    messages: tuple[Told, ...]

    def time(self, field: str) -> datetime | None:
        """A time of the commitment, such as `flagged_at`."""
        text = self.commitment and self.commitment.get(field)
        return datetime.fromisoformat(text) if text else None

    def of(self, step: StepName) -> list[Told]:
        """The messages that tell of this step."""
        return [message for message in self.messages if message.step == step]

    def has_taken(self, step: StepName) -> bool:
        """Whether the desk is done with this step."""
        if step == "give up":
            return self.commitment is not None and self.commitment["status"] != "open"
        if step == "flag" and self.time("flagged_at") is None:
            return False
        messages = self.of(step)
        return bool(messages) and all(message.settled for message in messages)


class Office:
    """One agent, who has a supervisor, and a customer for each request."""

    def __init__(self, api: Api, time_zone: str) -> None:
        self._api = api
        policy = api.get("/api/policy")
        policy["business"]["time_zone"] = time_zone
        self.ladder = Ladder.of(api.put("/api/policy", policy))
        supervisor = self._agent("The supervisor", MANAGER, role="manager")
        self._agent_id = self._agent("The agent", AGENT, supervisor_id=supervisor)

    def open(self, request: Request) -> Opened:
        """The request comes in, and the promise is given; a contact without one is resolved."""
        customer = self._api.post("/api/customers", {"name": f"Customer of {request.id}"})
        promise = {"what": f"{request.id}: {request.summary}"[:_WORDS]}
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
        messages = tuple(_told(entry) for entry in entries if entry["row_kind"] == "message")
        return Story(commitments[0] if commitments else None, messages)

    def _agent(self, name: str, email: str, **more: object) -> str:
        return str(self._api.post("/api/agents", {"name": name, "email": email, **more})["agent_id"])


def _told(entry: dict[str, Any]) -> Told:
    purpose, to, status = entry["purpose"], entry["to"], entry["status"]
    sent_at, why_not = entry.get("sent_at"), entry.get("why_not")
    return Told(
        step=_STEPS.get((purpose, to)),
        status=status,
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
        provider_id=entry.get("provider_id"),
        account=f"{purpose} to {to}: {status}" + (f" ({why_not})" if why_not else ""),
    )
