"""The business of the replay, used only through the HTTP API."""

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
    """A recorded request: its customer, and its commitment if something was promised."""

    request: Request
    customer_id: str
    commitment_id: str | None


@dataclass(frozen=True)
class TimelineMessage:
    """A message of the timeline. A sent one may carry others of its batch."""

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
        """Whether it is being sent."""
        return self.status in _BEING_SENT

    @property
    def is_final(self) -> bool:
        """Whether its status is final."""
        return self.status not in {*_BEING_SENT, "held"}

    def __str__(self) -> str:
        return f"{self.purpose} to {self.to}: {self.status}" + (f" ({self.why_not})" if self.why_not else "")


@dataclass(frozen=True)
class Story:
    """The timeline of a request's customer. Messages are ordered by time."""

    commitment: dict[str, Any] | None
    messages: tuple[TimelineMessage, ...]

    def time(self, field: str) -> datetime | None:
        """Return a time of the commitment, such as `flagged_at`."""
        text = self.commitment and self.commitment.get(field)
        return datetime.fromisoformat(text) if text else None

    def given_up_at(self) -> datetime | None:
        """Return when the promise was given up, or None."""
        history = self.commitment["history"] if self.commitment else []
        return next(
            (datetime.fromisoformat(line["at"]) for line in history if line["what"] == "broken"), None
        )

    def of(self, rung: Rung) -> tuple[TimelineMessage, ...]:
        """Return the messages of this step."""
        same = [
            message for message in self.messages if (message.purpose, message.to) == (rung.purpose, rung.to)
        ]
        return tuple(same[rung.nth : None if rung.last else rung.nth + 1])

    def taken_at(self, rung: Rung) -> datetime | None:
        """Return when the desk took this step, or None."""
        if rung == GIVE_UP:
            return self.given_up_at()
        if rung.name == "flag":
            return self.time("flagged_at")
        return min((message.created_at for message in self.of(rung)), default=None)

    def has_taken(self, rung: Rung) -> bool:
        """Whether the desk has taken this step, and its messages are not being sent any more."""
        return self.taken_at(rung) is not None and not any(message.is_on_its_way for message in self.of(rung))

    def has_sent(self, rung: Rung) -> bool:
        """Whether the messages of this step have their final status."""
        return bool(self.of(rung)) and all(message.is_final for message in self.of(rung))


class Office:
    """One agent with a supervisor, and one customer per request."""

    def __init__(self, api: Api, mapping: Mapping) -> None:
        self._api = api
        policy = api.get("/api/policy")
        policy["business"]["time_zone"] = mapping.time_zone
        policy["business"]["country"] = mapping.country or policy["business"]["country"]
        self.ladder = Ladder.of(api.put("/api/policy", policy))
        supervisor = self._agent("The supervisor", MANAGER, role="manager")
        self._agent_id = self._agent("The agent", AGENT, supervisor_id=supervisor)

    def open(self, request: Request) -> Opened:
        """Record the request with its promise. Without a promise it is resolved."""
        customer = self._api.post("/api/customers", {"name": f"Customer of {request.id}"})
        promise = {"what": f"{request.id}: {request.summary}"[:_MAX_WORDS]}
        due = {"due_at": request.promised.isoformat()} if request.promised else None
        recorded = self._api.post(
            "/api/interactions",
            {
                "customer_id": customer["customer_id"],
                "agent_id": self._agent_id,
                "channel": request.channel,
                "direction": "inbound",
                "kind": "request",
                "summary": request.summary,
                # What was promised for a time before it was written down was promised then at the latest.
                "occurred_at": min(request.opened, request.promised or request.opened).isoformat(),
                "resolved": due is None,
                "commitments": [promise | due] if due else [],
            },
        )
        ids = [commitment["commitment_id"] for commitment in recorded["commitments"]]
        return Opened(request, customer["customer_id"], ids[0] if ids else None)

    def keep(self, opened: Opened) -> None:
        """Mark the promise as kept, now, and close the matter, so that nobody asks whether it is solved."""
        kept = self._api.post(f"/api/commitments/{opened.commitment_id}/keep")
        self._api.post(f"/api/cases/{kept['case_id']}/resolve")

    def withdraw(self, opened: Opened) -> None:
        """Withdraw the promise."""
        ended = self._api.post(
            f"/api/commitments/{opened.commitment_id}/withdraw", {"reason": "A rehearsal."}
        )
        self._api.post(f"/api/cases/{ended['case_id']}/resolve")

    def story(self, opened: Opened) -> Story:
        """Return the timeline of the request's customer."""
        entries = self._items(f"/api/customers/{opened.customer_id}/timeline")
        commitments = [entry for entry in entries if entry["row_kind"] == "commitment"]
        messages = [_timeline_message(entry) for entry in entries if entry["row_kind"] == "message"]
        messages.sort(key=lambda message: message.created_at)
        return Story(commitments[0] if commitments else None, tuple(messages))

    def weekly_reports(self) -> tuple[TimelineMessage, ...]:
        """Return the mails with weekly reports, which are about no request."""
        found = self._items("/api/messages", purpose="weekly_report")
        return tuple(_timeline_message(entry) for entry in found)

    def _items(self, path: str, **query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        query = {"limit": "100", **query}
        while True:
            page = self._api.get(path, **query)
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            query["cursor"] = page["next_cursor"]

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
