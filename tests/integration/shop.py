"""A shop with an agent, their supervisor and a customer, and helpers for its tests."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from tests.integration.scripted_desk import COUNTING, READS, Response, ScriptedDesk
from tests.unit import rows
from vaada.model.times import text_of


def token_of(email: str, group: str = "agents") -> dict[str, str]:
    """The claims of a signed-in user's ID token."""
    return {"sub": f"sub-of-{email}", "email": email, "cognito:groups": f"[{group}]"}


@dataclass(frozen=True)
class Shop:
    """A desk with an agent, their supervisor and a customer."""

    desk: ScriptedDesk
    supervisor_id: str
    agent_id: str
    customer_id: str

    @classmethod
    def opened(cls, desk: ScriptedDesk, **customer: object) -> "Shop":
        supervisor = add_agent(desk, "Sana")
        agent = add_agent(
            desk, "Amina", phone="+923001234567", notify_by=["email", "sms"], supervisor_id=supervisor
        )
        return cls(desk, supervisor, agent, add_customer(desk, **customer))

    def contact(self, **facts: object) -> Any:
        """Record a contact, and let the stream plan it."""
        answer = self.desk.call("POST /api/interactions", self.contact_body(**facts))
        assert answer.status == 201, answer.body
        self.desk.settle()
        return answer.json

    def contact_body(self, **facts: object) -> dict[str, object]:
        """The body of a contact for the API."""
        return {
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
            "channel": "phone",
            "direction": "inbound",
            "kind": "request",
            "summary": "Wants a cake for Saturday",
            **facts,
        }

    def promise(self, due_at: datetime) -> str:
        """Record a contact with a promise. Returns the commitment's id."""
        recorded = self.contact(commitments=[{"what": "Call back with a price", "due_at": text_of(due_at)}])
        commitment_id: str = recorded["commitments"][0]["commitment_id"]
        return commitment_id

    def survey_link(self) -> str:
        """Record a resolved contact and let a day pass. Returns the link of the survey."""
        self.contact(resolved=True)
        self.desk.pass_time(timedelta(hours=24))
        return links(words_of(self.desk.mails[-1]), "/s/")[0]

    def sent_messages(self, purpose: str) -> list[tuple[str, str, str]]:
        """The messages sent for this purpose: time, recipient and medium, in order."""
        sent = (row for row in self.rows("message") if row["purpose"] == purpose and row.get("sent_at"))
        return sorted((row["sent_at"][5:16], row["to"], row["medium"]) for row in sent)

    def all_messages(self) -> list[tuple[str, str, str, str]]:
        """All messages about the customer: time, recipient, medium and purpose, in order."""
        rows = self.rows("message")
        return sorted((row["sent_at"][5:16], row["to"], row["medium"], row["purpose"]) for row in rows)

    def case(self, case_id: str) -> Any:
        """The case as it stands."""
        return self.desk.call(f"GET /api/cases/{case_id}").json

    def resolve(self, case_id: str) -> None:
        """Resolve a case, and let the stream plan what follows."""
        answer = self.desk.call(f"POST /api/cases/{case_id}/resolve")
        assert answer.status == 200, answer.body
        self.desk.settle()

    def merge(self, case_id: str, into: str) -> None:
        """Merge a case into another one."""
        answer = self.desk.call(f"POST /api/cases/{case_id}/merge", {"into": into})
        assert answer.status == 200, answer.body

    def follow_up(self, due_at: datetime, reason: str = "Ask for the colour") -> str:
        """Record a contact with a follow-up. Returns the follow-up's id."""
        recorded = self.contact(follow_up={"at": text_of(due_at), "reason": reason})
        follow_up_id: str = recorded["follow_up"]["follow_up_id"]
        return follow_up_id

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The customer's rows of this kind, newest first."""
        return [row for row in self.desk.timeline(self.customer_id) if row["row_kind"] == kind]


def add_agent(desk: ScriptedDesk, name: str, **facts: object) -> str:
    answer = desk.call("POST /api/agents", {"name": name, "email": f"{name.lower()}@example.com", **facts})
    assert answer.status == 201, answer.body
    agent_id: str = answer.json["agent_id"]
    return agent_id


def change_agent(desk: ScriptedDesk, agent_id: str, **changes: object) -> None:
    answer = desk.call(f"PATCH /api/agents/{agent_id}", changes)
    assert answer.status == 200, answer.body


def add_customer(desk: ScriptedDesk, **facts: object) -> str:
    body = {
        "name": "Bilal Khan",
        "email": "bilal@example.com",
        "consent": {"email": True, "sms": True, "survey": True},
        **facts,
    }
    answer = desk.call("POST /api/customers", body)
    assert answer.status == 201, answer.body
    customer_id: str = answer.json["customer_id"]
    return customer_id


def record_call(desk: ScriptedDesk, customer_id: str, agent_id: str = rows.AGENT_ID) -> None:
    """Record a call of an agent to a customer."""
    call = {"channel": "phone", "direction": "outbound", "kind": "request", "summary": "Calls about the cake"}
    answer = desk.call("POST /api/interactions", {"customer_id": customer_id, "agent_id": agent_id, **call})
    assert answer.status == 201, answer.body


def change_customer(desk: ScriptedDesk, customer_id: str, **changes: object) -> None:
    answer = desk.call(f"PATCH /api/customers/{customer_id}", changes)
    assert answer.status == 200, answer.body


def change_policy(desk: ScriptedDesk, **parts: dict[str, object]) -> None:
    """Change these rules of the policy."""
    policy = desk.call("GET /api/policy").json
    for part, rules in parts.items():
        policy[part] = {**policy[part], **rules}
    answer = desk.call("PUT /api/policy", policy)
    assert answer.status == 200, answer.body


def fields_of(answer: Response) -> list[str]:
    """The fields that an error names. Fails unless it is in problem details (RFC 9457)."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    return [error["field"] for error in answer.json["errors"]]


def nonce_of(page: Response) -> str:
    """The nonce in the form of a page."""
    found = re.search(r'name="nonce" value="([^"]+)"', page.body)
    assert found
    return found[1]


def words_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    words: str = body.get_content()
    return words


def links(text: str, place: str) -> list[str]:
    """The links of this kind, without their queries."""
    return [word.partition("?")[0] for word in text.split() if f"://desk.example.com{place}" in word]


def writes(desk: ScriptedDesk) -> int:
    """The number of calls to AWS that wrote something, without counts of forms and messages."""
    return sum(count for call, count in desk.calls.items() if call not in {*READS, COUNTING})


def at(minute: str) -> datetime:
    """An instant of 2026 in UTC, such as `03-07T22:00`."""
    return datetime.fromisoformat(f"2026-{minute}").replace(tzinfo=UTC)


def wait_until(desk: ScriptedDesk, when: datetime | str) -> None:
    """Let time pass until then, in UTC where no offset is given."""
    then = datetime.fromisoformat(when) if isinstance(when, str) else when
    desk.pass_time((then if then.tzinfo else then.replace(tzinfo=UTC)) - desk.now)
