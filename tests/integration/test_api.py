"""The API: what it accepts and refuses, its errors, and permissions."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, fields_of, token_of
from tests.times import HOUR
from vaada.model.times import text_of

AMINA, OMAR, SANA = (token_of(f"{name}@example.com") for name in ("amina", "omar", "sana"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 4001}, "summary"),
        ({"summary": "\a \t"}, "summary"),
        ({"customer_id": "nobody"}, "customer_id"),
        ({"customer_id": "0000000000000000"}, "customer_id"),
        ({"agent_id": "0000000000000000"}, "agent_id"),
        ({"handed_over_from": "0000000000000000"}, "handed_over_from"),
        ({"occurred_at": "2026-03-02 09:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at"),
        ({"commitments": [{"what": "Call"}]}, "commitments.0.due_at"),
        ({"commitments": [{"what": "Call", "due_at": "2026-03-02T09:00:00Z", "x": 1}]}, "commitments.0.x"),
        ({"follow_up": {"at": "tomorrow", "reason": "Ask"}}, "follow_up.at"),
        ({"misspelt": True}, "misspelt"),
        ({"case_id": "0" * 32}, "case_id"),
        ({"occurred_at": "2026-03-02T10:00:00Z"}, "occurred_at"),
    ],
)
def test_an_invalid_contact_is_refused_and_the_field_named(
    shop: Shop, change: dict[str, object], field: str
) -> None:
    answer = shop.desk.call("POST /api/interactions", shop.contact_body(**change))

    assert answer.status == 422
    assert fields_of(answer) == [field]
    assert shop.desk.timeline(shop.customer_id) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"phone": "0300 12"}, "phone"),
        ({"phone": "0300 1234567 ext. 5"}, "phone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "the Urdu one"}, "language"),
        ({"agent_id": "0000000000000000"}, "agent_id"),
        ({"consent": {"fax": True}}, "consent.fax"),
        ({"name": "Two\nlines"}, "name"),
    ],
)
def test_an_invalid_customer_is_refused_and_the_field_named(
    desk: ScriptedDesk, change: dict[str, object], field: str
) -> None:
    answer = desk.call("POST /api/customers", {"name": "Bilal", **change})

    assert (answer.status, fields_of(answer)) == (422, [field])


def test_an_invalid_request_gets_the_matching_4xx_status(desk: ScriptedDesk) -> None:
    assert desk.call("POST /api/customers", "{oops").status == 400
    assert desk.call("POST /api/customers", json.dumps({"name": "x" * 70_000})).status == 413
    assert desk.call("POST /api/customers", "name=Bilal", content_type="text/plain").status == 415
    assert desk.call("POST /api/customers", content_type="text/plain").status == 422  # there is none
    assert desk.call("GET /api/nothing").status == 404
    assert fields_of(desk.call("GET /api/agents", query={"limit": "1000"})) == ["limit"]
    assert fields_of(desk.call("GET /api/agents", query={"cursor": "bm90IG9uZQ"})) == ["cursor"]
    assert fields_of(desk.call("GET /api/agents", query={"cursor": "e30"})) == ["cursor"]
    for route in ("commitments", "replies", "follow-ups", "cases", "surveys", "goodwill"):
        assert fields_of(desk.call(f"GET /api/{route}", query={"status": "nonsense"})) == ["status"]
    assert desk.call("POST /api/customers", []).json["errors"][0]["message"] == "must be a JSON object"


@pytest.mark.parametrize(
    "body",
    ["[" * 60_000, '{"a":' * 12_000, '{"name": ' + "1" * 5_000 + "}", '\ufeff{"name": "Bilal"}'],
    ids=["a deep list", "a deep object", "a long number", "a mark in front"],
)
def test_a_body_that_is_not_json_is_refused(desk: ScriptedDesk, body: str) -> None:
    answer = desk.call("POST /api/customers", body)

    assert (answer.status, answer.json["detail"]) == (400, "The body is not JSON.")


@pytest.mark.parametrize("key", ["[" * 1_490, '{"pk":{"S":' + "[" * 900, "1" * 1_400], ids=["[", "{", "1"])
def test_an_invalid_cursor_is_refused(desk: ScriptedDesk, key: str) -> None:
    cursor = urlsafe_b64encode(key.encode()).decode().rstrip("=")

    answer = desk.call("GET /api/customers", query={"cursor": cursor})

    assert (answer.status, fields_of(answer)) == (422, ["cursor"])


@pytest.mark.parametrize(
    "until",
    [
        "9000-12-31T23:59:59-23:59",
        "1970-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_out_of_bounds_by_its_offset_is_refused_and_nothing_is_written(shop: Shop, until: str) -> None:
    answer = shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"away_until": until})

    assert (answer.status, fields_of(answer)) == (422, ["away_until"])
    assert "between the years 1970 and 9000" in answer.json["detail"]
    assert shop.desk.call("GET /api/agents").status == 200


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"to": "0001-01-05"}, "to"),
        ({"from": "0999-12-20", "to": "1000-01-05"}, "to"),
        ({"from": "9999-12-30", "to": "2026-03-02"}, "from"),
        ({"to": "9999-12-31"}, "to"),
    ],
)
def test_a_report_of_days_out_of_bounds_is_refused_and_the_field_named(
    desk: ScriptedDesk, period: dict[str, str], field: str
) -> None:
    answer = desk.call("GET /api/reports/service", query=period)

    assert (answer.status, fields_of(answer)) == (422, [field])


def test_an_unknown_query_parameter_is_refused_and_named(desk: ScriptedDesk) -> None:
    answer = desk.call("GET /api/commitments", query={"statsu": "overdue", "limit": "5"})

    assert (answer.status, fields_of(answer)) == (422, ["statsu"])


def test_an_idempotency_key_records_a_contact_once_and_refuses_another_body(shop: Shop) -> None:
    body = shop.contact_body(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask"})

    first = shop.desk.call("POST /api/interactions", body, key="k1")
    again = shop.desk.call("POST /api/interactions", body, key="k1")
    other = shop.desk.call("POST /api/interactions", {**body, "summary": "Another"}, key="k1")
    fresh = shop.desk.call("POST /api/interactions", body, key="k2")

    assert (first.status, first.json) == (again.status, again.json)
    assert (other.status, fields_of(other)) == (422, ["Idempotency-Key"])
    assert fresh.json["interaction_id"] != first.json["interaction_id"]
    assert len(shop.rows("interaction")) == 2


@pytest.mark.parametrize("route", ["agents", "customers"])
def test_an_idempotency_key_adds_a_person_once(desk: ScriptedDesk, route: str) -> None:
    body = {"name": "Zara", "email": "zara@example.com"}

    first = desk.call(f"POST /api/{route}", body, key="k")
    again = desk.call(f"POST /api/{route}", body, key="k")

    assert (first.status, first.json) == (again.status, again.json)
    assert len(desk.call(f"GET /api/{route}").json["items"]) == 1


def test_a_repeated_action_gives_the_same_response_with_its_key_and_409_without(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + HOUR)
    keep = f"POST /api/commitments/{commitment_id}/keep"

    first, again = shop.desk.call(keep, key="k"), shop.desk.call(keep, key="k")

    assert (first.status, first.json) == (again.status, again.json) == (200, again.json)
    refused = shop.desk.call(keep)
    assert (refused.status, refused.json["detail"]) == (
        409,
        "A commitment that is kept cannot be kept.",
    )


def test_an_e_mail_address_belongs_to_one_agent_and_is_free_once_changed(desk: ScriptedDesk) -> None:
    amina = add_agent(desk, "Amina")

    taken = desk.call("POST /api/agents", {"name": "Other", "email": "amina@example.com"})
    desk.call(f"PATCH /api/agents/{amina}", {"email": "amina.khan@example.com"})
    free = desk.call("POST /api/agents", {"name": "Other", "email": "amina@example.com"})

    assert (taken.status, fields_of(taken), free.status) == (409, ["email"], 201)


def test_a_patch_leaves_other_fields_alone_and_the_result_must_be_valid(shop: Shop) -> None:
    changed = shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"name": "Amina Khan"}).json
    refused = shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"phone": None})
    nameless = shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", {"name": None})

    assert (changed["name"], changed["phone"], changed["version"]) == ("Amina Khan", "+923001234567", 2)
    assert refused.status == 422
    assert fields_of(refused) == ["notify_by"]
    assert "phone is needed" in refused.json["detail"]
    assert (nameless.status, fields_of(nameless)) == (422, ["name"])


def test_a_list_is_paged_by_cursor_in_order(desk: ScriptedDesk) -> None:
    for name in ("Dua", "Ali", "Cem", "Bea", "Eva"):
        add_customer(desk, name=name)

    pages = desk.pages("GET /api/customers", limit="2")

    assert [[customer["name"] for customer in page] for page in pages] == [
        ["Ali", "Bea"],
        ["Cem", "Dua"],
        ["Eva"],
    ]


def test_commitments_are_listed_by_agent_and_status_soonest_first(shop: Shop) -> None:
    later, sooner = (shop.promise(shop.desk.now + hours * HOUR) for hours in (9, 3))
    kept = shop.promise(shop.desk.now + HOUR)
    shop.desk.call(f"POST /api/commitments/{kept}/keep")

    def listed(**query: str) -> list[str]:
        items = shop.desk.call("GET /api/commitments", query=query).json["items"]
        return [item["commitment_id"] for item in items]

    assert listed(status="open") == [sooner, later]
    assert listed(agent_id=shop.agent_id, status="kept") == [kept]
    assert listed(agent_id=shop.supervisor_id) == []
    assert set(listed()) == {later, sooner, kept}


def test_surveys_of_a_customer_are_paged_by_cursor(shop: Shop) -> None:
    for _ in range(3):
        shop.contact(resolved=True)
        shop.desk.pass_time(timedelta(seconds=1))

    def page(cursor: str | None) -> Any:
        query = {"customer_id": shop.customer_id, "limit": "2", **({"cursor": cursor} if cursor else {})}
        return shop.desk.call("GET /api/surveys", query=query).json

    first = page(None)
    second = page(first["next_cursor"])

    ids = [survey["survey_id"] for survey in (*first["items"], *second["items"])]
    assert (len(first["items"]), len(set(ids)), second["next_cursor"]) == (2, 3, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"until": "2026-03-01T09:00:00Z"}, "until"), ({}, "until"), ({"until": "x"}, "until")],
)
def test_a_snooze_needs_a_future_time(shop: Shop, body: dict[str, str], field: str) -> None:
    asked = shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask"})["follow_up"]

    answer = shop.desk.call(f"POST /api/follow-ups/{asked['follow_up_id']}/snooze", body)

    assert (answer.status, fields_of(answer)) == (422, [field])


def test_a_withdrawal_needs_a_reason_and_is_final(shop: Shop) -> None:
    route = f"POST /api/commitments/{shop.promise(shop.desk.now + HOUR)}/withdraw"

    assert fields_of(shop.desk.call(route, {})) == ["reason"]
    assert shop.desk.call(route, {"reason": "Customer gave up"}).json["status"] == "withdrawn"
    assert shop.desk.call(route, {"reason": "again"}).status == 409


def test_an_invalid_policy_is_refused_and_the_rule_named(desk: ScriptedDesk) -> None:
    policy = desk.call("GET /api/policy").json

    never = {**policy, "opening_hours": {}}
    misspelt = {**policy, "surveys": {**policy["surveys"], "csat_hours": 1}}

    assert "never open" in desk.call("PUT /api/policy", never).json["detail"]
    assert fields_of(desk.call("PUT /api/policy", misspelt)) == ["surveys.csat_hours"]
    assert desk.call("GET /api/policy").json == policy


def test_only_managers_add_and_change_agents_and_write_the_policy(shop: Shop) -> None:
    policy = shop.desk.call("GET /api/policy", user=AMINA)

    assert policy.status == 200
    assert shop.desk.call("PUT /api/policy", policy.json, user=AMINA).status == 403
    assert (
        shop.desk.call("POST /api/agents", {"name": "X", "email": "x@example.com"}, user=AMINA).status == 403
    )
    assert shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"role": "manager"}, user=AMINA).status == 403


def test_agents_see_only_the_customers_they_serve(shop: Shop) -> None:
    add_agent(shop.desk, "Omar")
    shop.contact()

    for route in (
        f"GET /api/customers/{shop.customer_id}",
        f"GET /api/customers/{shop.customer_id}/timeline",
        f"GET /api/surveys?customer_id={shop.customer_id}",
    ):
        path, _, query = route.partition("?")
        asked = dict([query.split("=")]) if query else None
        assert shop.desk.call(path, user=AMINA, query=asked).status == 200
        assert shop.desk.call(path, user=OMAR, query=asked).status == 403
    assert shop.desk.call("GET /api/customers", user=OMAR).json["items"] == []
    assert len(shop.desk.call("GET /api/customers", user=AMINA).json["items"]) == 1


def test_agents_do_their_own_work_and_that_of_agents_they_supervise(shop: Shop) -> None:
    add_agent(shop.desk, "Omar")
    first, second = (shop.promise(shop.desk.now + hours * HOUR) for hours in (5, 6))

    assert shop.desk.call(f"POST /api/commitments/{first}/keep", user=OMAR).status == 403
    assert shop.desk.call("GET /api/commitments", user=OMAR, query={"agent_id": shop.agent_id}).status == 403
    assert len(shop.desk.call("GET /api/commitments", user=AMINA).json["items"]) == 2
    assert shop.desk.call("GET /api/commitments", user=OMAR).json["items"] == []
    assert len(
        shop.desk.call("GET /api/commitments", user=SANA, query={"agent_id": shop.agent_id}).json["items"]
    )
    assert shop.desk.call(f"POST /api/commitments/{first}/keep", user=SANA).status == 200
    assert shop.desk.call(f"POST /api/commitments/{second}/keep", user=AMINA).status == 200


def test_agents_record_contacts_as_themselves(shop: Shop) -> None:
    assert shop.desk.call("POST /api/interactions", shop.contact_body(), user=AMINA).status == 201
    assert shop.desk.call("POST /api/interactions", shop.contact_body(), user=SANA).status == 403


@pytest.mark.parametrize(
    ("claims", "advice"),
    [
        ({"sub": "s", "cognito:groups": "[agents]"}, "send the ID token"),
        (token_of("stranger@example.com"), "ask a manager to add you"),
        (token_of("amina@example.com", ""), "neither of the groups"),
    ],
)
def test_a_user_without_access_is_told_what_to_do(shop: Shop, claims: dict[str, str], advice: str) -> None:
    answer = shop.desk.call("GET /api/policy", user=claims)

    assert answer.status == 403
    assert advice in answer.json["detail"]


def test_an_id_of_another_kind_or_an_unknown_id_is_not_found(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + HOUR)

    assert shop.desk.call(f"POST /api/follow-ups/{commitment_id}/complete").status == 404
    assert shop.desk.call(f"POST /api/commitments/{'0' * 32}/keep").status == 404
    assert shop.desk.call("GET /api/customers/0000000000000000").status == 404
    assert fields_of(shop.desk.call("GET /api/customers/nobody")) == ["customer_id"]
