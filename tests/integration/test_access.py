"""Two agents with a customer each: neither can read or change the other's data."""

from dataclasses import dataclass
from typing import Any

import pytest

from local.openapi import document
from tests.integration.scripted_desk import Response, ScriptedDesk, client
from tests.integration.shop import Shop, add_agent, add_customer, token_of
from tests.times import DAY
from vaada.model.relationship_input import NewLetter
from vaada.model.times import text_of

OMAR, SANA = token_of("omar@example.com"), token_of("sana@example.com")


@dataclass(frozen=True)
class AminasData:
    """The ids of Amina's rows, and the bodies with which Omar calls the API on them."""

    desk: ScriptedDesk
    ids: dict[str, str]
    bodies: dict[str, object]

    def path(self, template: str) -> str:
        """The path with her ids in it."""
        return template.format(step="apologised", **self.ids)

    def call_as(self, call: str, user: dict[str, str], body: object = None) -> Response:
        """The response to this user's call with her ids."""
        return self.desk.call(self.path(call), body or self.bodies.get(call), user=user)


@pytest.fixture
def aminas(desk: ScriptedDesk) -> AminasData:
    """Amina has a customer with a complaint, a promise, a follow-up and goodwill; Omar has one of his own."""
    shop = Shop.opened(desk, agent_id=None)
    omar = add_agent(desk, "Omar", supervisor_id=shop.supervisor_id)
    his = add_customer(desk, name="Dana", email="dana@example.com", agent_id=omar)
    later = text_of(desk.now + DAY)
    recorded = shop.contact(
        kind="complaint",
        channel="email",
        commitments=[{"what": "Call back", "due_at": later}],
        follow_up={"at": later, "reason": "Ask how it is"},
        awaits_reply=True,
    )
    other = shop.contact()
    shop.contact(resolved=True)
    desk.pass_time(DAY)
    later = text_of(desk.now + DAY)
    given = desk.call(f"POST /api/cases/{recorded['case_id']}/goodwill", {"amount": "90", "reason": "Sorry"})
    his_contact = {**shop.contact_body(), "customer_id": his, "agent_id": omar}
    his_case = desk.call("POST /api/interactions", his_contact).json["case_id"]
    desk.settle()
    (survey,), (message, *_) = shop.rows("survey"), shop.rows("message")
    tip: dict[str, object] = {"texts": [{"language": "en", "subject": "Winter", "text": "Oil the chain."}]}
    campaign_id = desk.call("POST /api/campaigns", tip).json["campaign_id"]
    ids = {
        "survey_id": survey["survey_id"],
        "message_id": message["message_id"],
        "customer_id": shop.customer_id,
        "agent_id": shop.agent_id,
        "case_id": recorded["case_id"],
        "interaction_id": recorded["interaction_id"],
        "goodwill_id": given.json["goodwill_id"],
        "follow_up_id": recorded["follow_up"]["follow_up_id"],
        "commitment_id": recorded["commitments"][0]["commitment_id"],
        "reply_id": recorded["reply"]["reply_id"],
        "his_case_id": his_case,
        "week": "2026-W10",
        "key": "0" * 16,
        "note_id": f"{shop.customer_id}-2",
        "campaign_id": campaign_id,
        "campaign_recipient_id": shop.customer_id + "0" * 16,
    }
    bodies = _bodies(shop, ids, tip, omar=omar, his=his, other_case=other["case_id"])
    return AminasData(desk, ids, bodies)


def _bodies(
    shop: Shop, ids: dict[str, str], tip: dict[str, object], *, omar: str, his: str, other_case: str
) -> dict[str, object]:
    """The bodies with which Omar tries to take over or change what is Amina's."""
    desk = shop.desk
    later = text_of(desk.now + DAY)
    return {
        "PATCH /api/agents/{agent_id}": {"name": "Omar's"},
        "PATCH /api/customers/{customer_id}": {"notes": "Mine now"},
        "POST /api/training-topics/{key}/mark": {"what": "A checklist"},
        "POST /api/recognition": {"evidence_id": ids["case_id"]},
        "POST /api/campaigns": tip,
        "PUT /api/campaigns/{campaign_id}": tip,
        "POST /api/campaigns/{campaign_id}/schedule": {},
        "POST /api/campaign-recipients/{campaign_recipient_id}/attendance": {"came": True},
        "POST /api/agents": {"name": "Eve", "email": "eve@example.com"},
        "POST /api/interactions": shop.contact_body(),
        "PATCH /api/interactions/{interaction_id}": {"summary": "Mine now"},
        "PUT /api/policy": desk.call("GET /api/policy").json,
        "POST /api/cases/{case_id}/assign": {"agent_id": omar},
        "POST /api/cases/{case_id}/reopen": {"reason": "No"},
        "POST /api/cases/{case_id}/merge": {"into": other_case},
        "POST /api/customers/{customer_id}/merge": {"into": his},
        "POST /api/customers/{customer_id}/messages": {"text": "Mine now", "agent_id": shop.agent_id},
        "POST /api/cases/{case_id}/goodwill": {"amount": "1", "reason": "For me"},
        "POST /api/goodwill/{goodwill_id}/decline": {"reason": "No"},
        "POST /api/follow-ups/{follow_up_id}/snooze": {"until": later},
        "POST /api/follow-ups/{follow_up_id}/cancel": {"reason": "No"},
        "POST /api/commitments/{commitment_id}/renegotiate": {"due_at": later, "reason": "Later"},
        "POST /api/commitments/{commitment_id}/withdraw": {"reason": "No"},
        "POST /api/commitments/{commitment_id}/assign": {"agent_id": omar},
        "POST /api/follow-ups/{follow_up_id}/assign": {"agent_id": omar},
        "POST /api/agents/{agent_id}/leave": {"to": omar},
        "POST /api/cases/{case_id}/commitments": {"what": "Call", "due_at": later},
        "POST /api/cases/{case_id}/follow-ups": {"reason": "Ask", "at": later},
        "POST /api/customers/{customer_id}/relationship/notes": {"kind": "no_fit", "words": "No"},
        "POST /api/customers/{customer_id}/relationship/talk": {"words": "No"},
        "POST /api/customers/{customer_id}/relationship/keep": {"reason": "No"},
        "POST /api/customers/{customer_id}/relationship/end": {"reason": "No"},
        "POST /api/customers/{customer_id}/relationship/letter": dict.fromkeys(NewLetter.model_fields, "No"),
        "POST /api/customers/{customer_id}/relationship/part": {"by": "otherwise"},
        "PATCH /api/policy": {"goodwill": {"currency": "EUR"}},
        "POST /api/policy/preview": {"goodwill": {"currency": "EUR"}},
        "POST /api/surveys/{survey_id}/confirm": {"at": text_of(desk.now)},
    }


REFUSED = (
    "GET /api/customers/{customer_id}",
    "PATCH /api/customers/{customer_id}",
    "GET /api/customers/{customer_id}/timeline",
    "GET /api/customers/{customer_id}/export",
    "POST /api/customers/{customer_id}/erase",
    "POST /api/customers/{customer_id}/write-again",
    "POST /api/customers/{customer_id}/merge",
    "POST /api/customers/{customer_id}/messages",
    "POST /api/customers/{customer_id}/unmerge",
    "POST /api/interactions",
    "GET /api/interactions/{interaction_id}",
    "PATCH /api/interactions/{interaction_id}",
    "GET /api/cases/{case_id}",
    "POST /api/cases/{case_id}/steps/{step}",
    "POST /api/cases/{case_id}/resolve",
    "POST /api/cases/{case_id}/reopen",
    "POST /api/cases/{case_id}/wait",
    "POST /api/cases/{case_id}/go-on",
    "POST /api/cases/{case_id}/assign",
    "POST /api/cases/{case_id}/merge",
    "POST /api/cases/{case_id}/unmerge",
    "POST /api/cases/{case_id}/goodwill",
    "POST /api/goodwill/{goodwill_id}/approve",
    "POST /api/goodwill/{goodwill_id}/decline",
    "GET /api/follow-ups/{follow_up_id}",
    "POST /api/follow-ups/{follow_up_id}/complete",
    "POST /api/follow-ups/{follow_up_id}/undo",
    "POST /api/follow-ups/{follow_up_id}/snooze",
    "POST /api/follow-ups/{follow_up_id}/cancel",
    "GET /api/commitments/{commitment_id}",
    "POST /api/commitments/{commitment_id}/keep",
    "POST /api/commitments/{commitment_id}/undo",
    "POST /api/commitments/{commitment_id}/renegotiate",
    "POST /api/commitments/{commitment_id}/withdraw",
    "POST /api/commitments/{commitment_id}/assign",
    "POST /api/follow-ups/{follow_up_id}/assign",
    "GET /api/replies/{reply_id}",
    "GET /api/goodwill/{goodwill_id}",
    "GET /api/surveys/{survey_id}",
    "GET /api/messages/{message_id}",
    "POST /api/messages/{message_id}/retry",
    "POST /api/surveys/{survey_id}/confirm",
    "POST /api/surveys/{survey_id}/discard",
    "POST /api/cases/{case_id}/commitments",
    "POST /api/cases/{case_id}/follow-ups",
)
FOR_MANAGERS = (
    "POST /api/agents",
    "PATCH /api/agents/{agent_id}",
    "POST /api/agents/{agent_id}/write-again",
    "GET /api/agents/{agent_id}/work",
    "POST /api/agents/{agent_id}/leave",
    "POST /api/agents/{agent_id}/return",
    "PUT /api/policy",
    "PATCH /api/policy",
    "POST /api/policy/preview",
    "GET /api/messages",
    "GET /api/erasures",
    "POST /api/erasures/replay",
    "GET /api/training-topics",
    "POST /api/training-topics/{key}/mark",
    "GET /api/campaigns",
    "POST /api/campaigns",
    "GET /api/campaigns/{campaign_id}",
    "PUT /api/campaigns/{campaign_id}",
    "GET /api/campaigns/{campaign_id}/preview",
    "GET /api/campaigns/{campaign_id}/recipients",
    "POST /api/campaigns/{campaign_id}/schedule",
    "POST /api/campaigns/{campaign_id}/cancel",
    "POST /api/campaign-recipients/{campaign_recipient_id}/attendance",
    "GET /api/recognition",
    "GET /api/recognition/proposals",
    "POST /api/recognition",
    "GET /api/reports/weeks",
    "GET /api/reports/weeks/{week}",
    "GET /api/relationships",
    "GET /api/customers/{customer_id}/referrals",
    "GET /api/customers/{customer_id}/relationship",
    "POST /api/customers/{customer_id}/relationship/notes",
    "POST /api/customers/{customer_id}/relationship/notes/{note_id}/remove",
    "POST /api/customers/{customer_id}/relationship/talk",
    "POST /api/customers/{customer_id}/relationship/keep",
    "POST /api/customers/{customer_id}/relationship/end",
    "GET /api/customers/{customer_id}/relationship/letter",
    "POST /api/customers/{customer_id}/relationship/letter",
    "POST /api/customers/{customer_id}/relationship/part",
)
LISTS = ("follow-ups", "commitments", "replies", "goodwill", "customers", "surveys", "cases")
EVERYBODY = (
    "GET /api/agents",
    "GET /api/agents/{agent_id}",
    "GET /api/me",
    "GET /api/me/practice",
    "GET /api/policy",
    "GET /api/policy/versions",
    "POST /api/customers",
)
ATTENDANCE = "POST /api/campaign-recipients/{campaign_recipient_id}/attendance"
REPORT, PREVIEW = "GET /api/reports/service", "POST /api/policy/preview"


def test_every_call_of_the_api_is_covered_here() -> None:
    calls = {
        f"{method.upper()} {path}"
        for path, operations in document()["paths"].items()
        for method in operations
    }
    assert calls == {*REFUSED, *FOR_MANAGERS, *EVERYBODY, REPORT, *(f"GET /api/{name}" for name in LISTS)}


def test_an_agent_cannot_read_or_change_another_agents_data(aminas: AminasData) -> None:
    before = _stored()

    answers = {call: aminas.call_as(call, OMAR) for call in (*REFUSED, *FOR_MANAGERS)}

    assert {call: answer.status for call, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert not [call for call, answer in answers.items() if "Bilal" in answer.body]
    assert _stored() == before


def test_agents_change_how_they_work_themselves_and_nothing_else(aminas: AminasData) -> None:
    amina = token_of("amina@example.com")
    call = "PATCH /api/agents/{agent_id}"

    for own in (
        {"language": "ur"},
        {"away_from": None, "away_until": None},
        {"working_hours": None},
        {"notify_by": ["email"]},
        {"phone": None},
    ):
        assert aminas.call_as(call, amina, own).status == 200
        assert aminas.call_as(call, OMAR, own).status == 403
    for others in (
        {"name": "Boss"},
        {"role": "manager"},
        {"covered_by": None},
        {"language": "ur", "email": "a@b.example"},
    ):
        assert aminas.call_as(call, amina, others).status == 403


def test_lists_leave_out_another_agents_data(aminas: AminasData) -> None:
    lists = {name: aminas.desk.call(f"GET /api/{name}", user=OMAR) for name in LISTS}

    assert {name: answer.status for name, answer in lists.items()} == dict.fromkeys(LISTS, 200)
    assert not [name for name, answer in lists.items() if aminas.ids["customer_id"] in answer.body]


def test_a_list_for_another_agent_or_customer_is_refused(aminas: AminasData) -> None:
    asked = [
        *((name, "agent_id") for name in (*LISTS, "reports/service")),
        *((name, "customer_id") for name in LISTS if name != "customers"),
    ]

    found = {
        (name, whose): aminas.desk.call(
            f"GET /api/{name}", user=OMAR, query={whose: aminas.ids[whose]}
        ).status
        for name, whose in asked
    }

    assert found == dict.fromkeys(asked, 403)


def test_a_cursor_of_another_agents_list_shows_nothing_of_theirs(aminas: AminasData) -> None:
    page = aminas.desk.call(f"GET /api/customers/{aminas.ids['customer_id']}/timeline", query={"limit": "1"})
    stolen = page.json["next_cursor"]

    for name in LISTS:
        answer = aminas.desk.call(f"GET /api/{name}", user=OMAR, query={"cursor": stolen})
        assert answer.status == 422 or aminas.ids["customer_id"] not in answer.body


def test_an_agents_report_leaves_out_another_agents_work(aminas: AminasData) -> None:
    own = aminas.desk.call(REPORT, user=OMAR)

    assert own.status == 200
    assert aminas.ids["agent_id"] not in own.body


def test_a_customer_cannot_be_merged_into_anothers(aminas: AminasData) -> None:
    his: Any = aminas.desk.call("GET /api/customers", user=OMAR).json["items"][0]
    path = f"POST /api/customers/{his['customer_id']}/merge"

    assert aminas.desk.call(path, {"into": aminas.ids["customer_id"]}, user=OMAR).status == 403


def test_a_search_for_anothers_customer_finds_nobody(aminas: AminasData) -> None:
    for q in ("bilal", "khan", "bilal@example.com"):
        assert aminas.desk.call("GET /api/customers", user=OMAR, query={"q": q}).json["items"] == []


def test_a_case_cannot_be_merged_into_another_agents_case(aminas: AminasData) -> None:
    path = f"POST /api/cases/{aminas.ids['his_case_id']}/merge"

    answer = aminas.desk.call(path, {"into": aminas.ids["case_id"]}, user=OMAR)

    assert answer.status in {403, 422}
    assert "Bilal" not in answer.body


def test_a_contact_cannot_be_added_to_another_agents_case(aminas: AminasData) -> None:
    his: Any = aminas.desk.call("GET /api/customers", user=OMAR).json["items"][0]
    body = {
        **_body(aminas),
        "customer_id": his["customer_id"],
        "agent_id": his["agent_id"],
        "case_id": aminas.ids["case_id"],
    }

    assert aminas.desk.call("POST /api/interactions", body, user=OMAR).status == 422


def test_a_supervisor_may_read_and_do_the_work_of_their_agent(aminas: AminasData) -> None:
    for call in ("GET /api/replies/{reply_id}", "POST /api/commitments/{commitment_id}/keep"):
        assert aminas.call_as(call, SANA).status == 200


def test_every_change_of_a_row_heeds_the_version_that_was_read(aminas: AminasData) -> None:
    """With a stale version nothing is written; a call that changes no row refuses If-Match."""
    before = _stored()
    calls = [call for call in (*REFUSED, *FOR_MANAGERS) if not call.startswith("GET")]

    found = {
        call: aminas.desk.call(aminas.path(call), aminas.bodies.get(call), if_match='"999"').status
        for call in calls
    }

    none = {
        "POST /api/interactions",
        "POST /api/agents",
        "POST /api/erasures/replay",
        PREVIEW,
        "POST /api/recognition",
        "POST /api/campaigns",
    }
    found.pop(ATTENDANCE)  # nobody was invited
    assert found == {call: 422 if call in none else 412 for call in calls if call != ATTENDANCE}
    assert _stored() == before


def test_a_supervisor_sees_what_belongs_to_their_agents(aminas: AminasData) -> None:
    reads = [call for call in REFUSED if call.startswith("GET") and not call.endswith("/export")]

    assert {call: aminas.call_as(call, SANA).status for call in reads} == dict.fromkeys(reads, 200)
    for name in LISTS:
        query = {"agent_id": aminas.ids["agent_id"]}
        answer = aminas.desk.call(f"GET /api/{name}", user=SANA, query=query)
        assert answer.status == 200
        assert answer.json["items"], name
    found = aminas.desk.call("GET /api/customers", user=SANA, query={"q": "bilal"}).json["items"]
    assert [customer["customer_id"] for customer in found] == [aminas.ids["customer_id"]]


def test_the_cover_of_an_agent_finds_their_customers(aminas: AminasData) -> None:
    his = {"covered_by": aminas.call_as("GET /api/me", OMAR).json["agent"]["agent_id"]}
    assert aminas.desk.call(f"PATCH /api/agents/{aminas.ids['agent_id']}", his).status == 200

    found = aminas.desk.call("GET /api/customers", user=OMAR, query={"q": "bilal@example.com"})

    assert [customer["name"] for customer in found.json["items"]] == ["Bilal Khan"]
    assert aminas.call_as("GET /api/customers/{customer_id}/timeline", OMAR).status == 200


def test_a_customer_added_or_passed_on_stays_visible_until_a_manager_ends_it(aminas: AminasData) -> None:
    added = aminas.desk.call(
        "POST /api/customers", {"name": "Zoya", "agent_id": aminas.ids["agent_id"]}, user=OMAR
    ).json
    his: Any = aminas.desk.call("GET /api/customers", user=OMAR).json["items"][0]
    passed_on = {"agent_id": aminas.ids["agent_id"]}
    assert aminas.desk.call(f"PATCH /api/customers/{his['customer_id']}", passed_on, user=OMAR).status == 200

    for customer_id in (added["customer_id"], his["customer_id"]):
        path = f"/api/customers/{customer_id}"
        assert aminas.desk.call(f"GET {path}", user=OMAR).status == 200
        assert aminas.desk.call(f"PATCH {path}", {"served_by": []}, user=OMAR).status == 403
        assert aminas.desk.call(f"PATCH {path}", {"served_by": ["0" * 16]}).status == 422
        assert aminas.desk.call(f"PATCH {path}", {"served_by": []}).status == 200
        assert aminas.desk.call(f"GET {path}", user=OMAR).status == 403


@pytest.mark.parametrize(
    "group", ["agents,managers", "[managers", "managers]", "[managers]", "Managers", "managers,"]
)
def test_a_group_counts_by_its_whole_name(aminas: AminasData, group: str) -> None:
    user = token_of("omar@example.com", f"agents {group}")

    assert aminas.call_as("GET /api/me", user).json["is_manager"] is False
    assert aminas.desk.call("GET /api/me", user=token_of("x@example.com", f"{group} managers")).status == 200


def test_a_user_without_a_group_or_an_agent_may_do_nothing(aminas: AminasData) -> None:
    strangers = (
        {"sub": "s"},
        {"sub": "s", "email": "omar@example.com"},
        token_of("omar@example.com", "agents-of-another-pool"),
        token_of("nobody@example.com", "agents"),
    )
    calls = (*REFUSED, *FOR_MANAGERS, *EVERYBODY, REPORT)
    bodies = {"POST /api/customers": {"name": "Eve"}}

    found = {
        (call, str(claims)): aminas.call_as(call, claims, bodies.get(call)).status
        for claims in strangers
        for call in calls
    }

    assert found == dict.fromkeys(found, 403)


def _body(aminas: AminasData) -> dict[str, Any]:
    body = aminas.bodies["POST /api/interactions"]
    assert isinstance(body, dict)
    return body


def _stored() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client("dynamodb").scan(TableName="vaada")["Items"]
    return items
