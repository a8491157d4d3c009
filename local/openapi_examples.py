"""Examples of requests and responses in the OpenAPI document: one for each call."""

from collections.abc import Mapping
from typing import Any

_CUSTOMER, _AGENT, _OTHER_AGENT = "9k1vsor3sripevn0", "bub2vjfe1lrookls", "83mgumrka8ogjbdj"
_CASE, _PROMISE = f"{_CUSTOMER}01kqakcgsb6jfkps", f"{_CUSTOMER}01kqakcg38s64cs1"

REQUESTS: Mapping[str, Any] = {
    "add_agent": {"name": "Daniel Hughes", "email": "daniel@example.com", "supervisor_id": _OTHER_AGENT},
    "change_agent": {"phone": "+447700900123", "notify_by": ["email", "sms"]},
    "leave_business": {"to": _OTHER_AGENT, "by_customer": {_CUSTOMER: _AGENT}},
    "add_customer": {
        "name": "Oliver Grant",
        "email": "oliver@example.com",
        "language": "en",
        "time_zone": "Europe/London",
        "consent": {"email": True, "sms": False, "survey": True},
    },
    "change_customer": {"preferred_channel": "sms", "notes": "Prefers mornings."},
    "merge_customer": {"into": _CUSTOMER},
    "record_interaction": {
        "customer_id": _CUSTOMER,
        "agent_id": _AGENT,
        "channel": "phone",
        "direction": "inbound",
        "kind": "complaint",
        "tone": "upset",
        "summary": "The brake squeals since the service.",
        "commitments": [{"what": "Call back with the answer", "due_at": "2030-01-31T16:00:00Z"}],
        "follow_up": {"at": "2030-02-04T09:00:00Z", "reason": "Ask whether the brake is quiet now"},
    },
    "change_interaction": {"summary": "The rear brake squeals.", "tone": "calm"},
    "complete_step": {"note": "On the phone, for the noise and the wait"},
    "resolve_case": {"outcome": "New pads, free of charge", "agreed_work": "keep"},
    "reopen_case": {"reason": "It squeals again"},
    "wait_for_customer": {"until": "2030-02-10T09:00:00Z", "note": "They measure the wall first"},
    "stop_waiting": {"note": "They sent the measures by post"},
    "assign_case": {"agent_id": _AGENT},
    "merge_cases": {"into": _CASE},
    "give_goodwill": {"amount": "40.00", "reason": "Two wasted trips"},
    "add_commitment": {"what": "Send photos of the new pads", "due_at": "2030-02-01T12:00:00Z"},
    "add_follow_up": {"at": "2030-02-05T09:00:00Z", "reason": "Ask whether the photos arrived"},
    "approve_goodwill": {"note": "And call them, please"},
    "decline_goodwill": {"reason": "A free service is enough"},
    "complete_follow_up": {"note": "The brake is quiet"},
    "snooze_follow_up": {"until": "2030-02-05T09:00:00Z"},
    "cancel_follow_up": {"reason": "They called themselves"},
    "assign_follow_up": {"agent_id": _AGENT},
    "keep_commitment": {"kept_at": "2030-01-31T15:30:00Z", "note": "Called at noon"},
    "renegotiate_commitment": {"due_at": "2030-02-02T16:00:00Z", "reason": "The part is late"},
    "withdraw_commitment": {"reason": "The order was cancelled"},
    "assign_commitment": {"agent_id": _AGENT},
    "confirm_answer": {"at": "2030-01-31T15:30:00Z"},
    "preview_policy": {"commitments": {"warn_before": {"hours": 3}}},
    "add_campaign": {
        "texts": [{"language": "en", "subject": "Winter is near", "text": "Oil the chain once a week."}],
        "tag": "wholesale",
    },
    "edit_campaign": {
        "texts": [{"language": "en", "subject": "Winter is here", "text": "Oil the chain twice a week."}]
    },
    "mark_attendance": {"came": True},
    "schedule_campaign": {"send_at": "2030-02-05T09:00:00Z"},
    "change_policy": {"goodwill": {"allowance_per_case": "40.00"}},
}
"""The request body of each call with one, by operation id. `replace_policy` takes a whole policy."""

_VALUES: Mapping[str, Any] = {
    "amount": "40.00",
    "agent_id": _AGENT,
    "by": _AGENT,
    "by_channel": {},
    "by_customer": {},
    "case_id": _CASE,
    "commitment_id": _PROMISE,
    "country": "GB",
    "created_at": "2030-01-30T10:00:00Z",
    "currency": "EUR",
    "customer_id": _CUSTOMER,
    "due_at": "2030-01-31T16:00:00Z",
    "email": "oliver@example.com",
    "from": "2030-01-01",
    "id": _AGENT,
    "interaction_id": _CASE,
    "language": "en",
    "last_interaction_id": _CASE,
    "name": "Oliver Grant",
    "occurred_at": "2030-01-30T09:55:00Z",
    "q": "grant oli",
    "reason": "Two wasted trips",
    "summary": "The brake squeals since the service.",
    "time_zone": "Europe/London",
    "to": "2030-01-31",
    "version": 1,
    "what": "Call back with the answer",
    "why": "the follow-up is due",
}
_FORMATS = {"date-time": "2030-01-31T16:00:00Z", "date": "2030-01-31", "time": "09:00:00"}
_PATTERN_ENDS = {"{16}$": _CUSTOMER, "{32}$": _CASE, "-W[0-9]{2}$": "2030-W05"}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """Return a value that the schema allows, for a field with this name. Nullable fields are null."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        if {"type": "null"} in choices and name not in _VALUES:
            return None
        return example_of(next(one for one in choices if one != {"type": "null"}), schemas, name)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {field: example_of(fields[field], schemas, field) for field in fields}
        case "array":
            least = max(schema.get("minItems", 0), name == "items")
            members = schema.get("prefixItems") or [schema["items"]] * least  # the first: of a fixed length
            return [example_of(one, schemas) for one in members]
        case kind:
            return _plain(schema, kind, name)


def _plain(schema: Mapping[str, Any], kind: str | None, name: str) -> Any:
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if kind == "string" and "pattern" in schema:
        for end, value in _PATTERN_ENDS.items():
            if schema["pattern"].endswith(end):
                return value
    if name in _VALUES and isinstance(_VALUES[name], str) == (kind == "string"):
        return _VALUES[name]
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), schema.get("default", _CASE))
    if kind in {"integer", "number"}:
        return schema.get("default", schema.get("minimum", 1))
    return schema.get("default", False) if kind == "boolean" else None
