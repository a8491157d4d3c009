"""The API as clients use it: permissions, idempotency, and errors that name the field."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from local.api import Api
from tests.e2e.desk import Desk, Person, a_key, eventually, wrong_fields
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.integration.template import resource
from tests.times import DAY

NOBODY = "0" * 16


@dataclass(frozen=True)
class Team:
    """Two agents who each serve a customer, and the supervisor of the first."""

    anna: Person
    ben: Person
    chief: Person
    annas_customer: Person
    bens_customer: Person
    annas_promise: str
    annas_follow_up: str
    as_anna: Api
    as_ben: Api
    as_chief: Api


@pytest.fixture(scope="module")
def team(desk: Desk) -> Team:
    """The team. None of their work falls due during the tests."""
    chief = desk.agent("Clara Chief")
    anna, ben = desk.agent("Anna Adams", supervisor=chief), desk.agent("Ben Brown")
    annas, bens = desk.customer("Alma Anders"), desk.customer("Boris Bauer")
    later = desk.now + 300 * DAY
    promise = desk.promise(annas, anna, "Build a bicycle from scratch", later)
    follow_up = desk.follow_up(annas, anna, "Ask about the second bicycle", later)
    desk.follow_up(bens, ben, "Ask about the third bicycle", later)
    as_anna, as_ben, as_chief = (desk.user(agent.email, "agents") for agent in (anna, ben, chief))
    return Team(anna, ben, chief, annas, bens, promise, follow_up, as_anna, as_ben, as_chief)


# ---------------------------------------------------------------- who may what


def test_a_call_without_a_valid_token_is_unauthorized(desk: Desk) -> None:
    desk.manager.sign_in()
    head, claims, signature = desk.manager.token.split(".")
    forged = {
        "no token": None,
        "not a token": "Bearer nonsense",
        "another signature": f"Bearer {head}.{claims}.{signature[:-4]}AAAA",
        "other claims": f"Bearer {head}.{claims[:-4]}AAAA.{signature}",
        "no signature": f"Bearer {head}.{claims}.",
        "not a bearer": f"Basic {desk.manager.token}",
    }
    for what, token in forged.items():
        headers = {"Authorization": token} if token else {}
        for path in ("/api/policy", "/api/customers", f"/api/agents/{NOBODY}"):
            assert desk.open(path, headers=headers).status_code == HTTPStatus.UNAUTHORIZED, what


@scenario
def test_a_token_is_valid_for_an_hour(desk: Desk, week: Week) -> Waits:
    desk.manager.sign_in()
    bearer = {"Authorization": f"Bearer {desk.manager.token}"}
    assert desk.open("/api/policy", headers=bearer).status_code == HTTPStatus.OK
    yield week.at("Mon 09:15")
    assert desk.open("/api/policy", headers=bearer).status_code == HTTPStatus.UNAUTHORIZED


def test_a_user_without_an_agent_is_told_what_to_do(desk: Desk) -> None:
    stranger = desk.user("stranger@people.example", "agents")
    for path in ("/api/policy", "/api/agents", "/api/customers", "/api/commitments", "/api/surveys"):
        answer = desk.call("GET", path, user=stranger)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "ask a manager to add you" in answer.json()["detail"]


def test_agents_see_and_do_only_their_own_work(desk: Desk, team: Team) -> None:
    soon = (desk.now + DAY).isoformat()
    contact = {"channel": "phone", "direction": "inbound", "kind": "other", "summary": "A call."}
    of_customer = f"/api/customers/{team.annas_customer.id}"
    of_promise, of_follow_up = (
        f"/api/commitments/{team.annas_promise}",
        f"/api/follow-ups/{team.annas_follow_up}",
    )
    in_annas_name = {"agent_id": team.anna.id, "customer_id": team.annas_customer.id, **contact}
    reads = [
        of_customer,
        f"{of_customer}/timeline",
        f"/api/surveys?customer_id={team.annas_customer.id}",
        f"/api/commitments?agent_id={team.anna.id}",
        f"/api/follow-ups?agent_id={team.anna.id}",
    ]
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", of_customer, {"name": "Mine now"}),
        ("POST", "/api/interactions", in_annas_name),
        ("POST", f"{of_promise}/keep", {}),
        ("POST", f"{of_promise}/renegotiate", {"due_at": soon, "reason": "Why not"}),
        ("POST", f"{of_promise}/withdraw", {"reason": "Why not"}),
        ("POST", f"{of_follow_up}/complete", {}),
        ("POST", f"{of_follow_up}/snooze", {"until": soon}),
        ("POST", f"{of_follow_up}/cancel", {}),
    ]
    eventually(lambda: _planned(desk, team), "the stream plans Anna's contact")
    before = desk.all_of(team.annas_customer)
    for path in reads:
        assert desk.call("GET", path, user=team.as_ben).status_code == HTTPStatus.FORBIDDEN, path
        assert desk.call("GET", path, user=team.as_anna).status_code == HTTPStatus.OK, path
        assert desk.call("GET", path).status_code == HTTPStatus.OK, path
    for method, path, body in writes:
        answer = desk.call(method, path, user=team.as_ben, json=body)
        assert answer.status_code == HTTPStatus.FORBIDDEN, path
        assert wrong_fields(answer) == []
    assert desk.all_of(team.annas_customer) == before


def _planned(desk: Desk, team: Team) -> bool:
    """Whether the contact is planned, so that no function writes anything more about it."""
    rows = desk.all_of(team.annas_customer)[1]
    return all(row["wake_at"] is None for row in rows if row["row_kind"] == "interaction")


def test_lists_show_only_the_agents_own_rows(desk: Desk, team: Team) -> None:
    def names(user: Api) -> set[str]:
        return {row["name"] for row in user.get("/api/customers", limit="100")["items"]}

    def agents(user: Api) -> set[str]:
        return {row["agent_id"] for row in user.get("/api/follow-ups", limit="100")["items"]}

    assert names(team.as_anna) == {team.annas_customer.name}
    assert names(team.as_ben) == {team.bens_customer.name}
    assert names(desk.manager) >= {team.annas_customer.name, team.bens_customer.name}
    assert agents(team.as_anna) == {team.anna.id}
    assert agents(team.as_ben) == {team.ben.id}


def test_a_supervisor_may_do_the_work_of_their_agents(desk: Desk, team: Team) -> None:
    promise = desk.promise(team.annas_customer, team.anna, "Wash the bicycle", desk.now + 300 * DAY)
    assert (
        desk.call("POST", f"/api/commitments/{promise}/keep", user=team.as_ben).status_code
        == HTTPStatus.FORBIDDEN
    )
    kept = team.as_chief.post(f"/api/commitments/{promise}/keep")
    assert (kept["status"], kept["history"][-1]["by"]) == ("kept", team.chief.id)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/agents"),
        ("PATCH", "/api/agents/{own}"),
        ("PUT", "/api/policy"),
    ],
)
def test_only_managers_may_change_agents_and_the_policy(
    desk: Desk, team: Team, method: str, path: str
) -> None:
    body = {
        "POST": {"name": "Mallory", "email": "mallory@people.example", "role": "manager"},
        "PATCH": {"role": "manager"},
        "PUT": desk.manager.get("/api/policy"),
    }[method]
    answer = desk.call(method, path.format(own=team.anna.id), user=team.as_anna, json=body)
    assert answer.status_code == HTTPStatus.FORBIDDEN


# ---------------------------------------------------------------- once


def a_contact(team: Team, summary: str) -> dict[str, Any]:
    """A contact to record."""
    return {
        "customer_id": team.bens_customer.id,
        "agent_id": team.ben.id,
        "channel": "email",
        "direction": "inbound",
        "kind": "order",
        "summary": summary,
        "resolved": False,
        "follow_up": {"at": "2034-01-01T09:00:00Z", "reason": "Far away"},
    }


def test_an_idempotency_key_records_a_contact_once(desk: Desk, team: Team) -> None:
    body, key = a_contact(team, "Ordered two bells."), a_key()
    desk.personal.add("Ordered two bells.")
    first = desk.call("POST", "/api/interactions", json=body, headers=key)
    again = desk.call("POST", "/api/interactions", json=body, headers=key)
    assert first.status_code == again.status_code == HTTPStatus.CREATED
    assert first.json() == again.json()
    said = [row for row in desk.timeline(team.bens_customer, "interaction") if "two bells" in row["summary"]]
    assert len(said) == 1

    other = desk.call("POST", "/api/interactions", json=body | {"summary": "Ordered three."}, headers=key)
    assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong_fields(other) == ["Idempotency-Key"]
    assert not any(
        "three" in row["summary"] for row in desk.timeline(team.bens_customer, "interaction")
    )  # nothing was written

    bens = desk.call("POST", "/api/interactions", json=body, headers=key, user=team.as_ben)
    assert bens.status_code == HTTPStatus.CREATED  # a key is valid for its user only
    assert bens.json()["interaction_id"] != first.json()["interaction_id"]


def test_concurrent_requests_with_one_idempotency_key_record_a_contact_once(desk: Desk, team: Team) -> None:
    body, key = a_contact(team, "Ordered a basket."), a_key()
    desk.manager.sign_in()
    headers = {"Authorization": f"Bearer {desk.manager.token}", **key}
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda _: desk.open("/api/interactions", "POST", json=body, headers=headers), range(2))
        )
    assert {answer.status_code for answer in answers} == {HTTPStatus.CREATED}
    assert len({answer.json()["interaction_id"] for answer in answers}) == 1
    said = [row for row in desk.timeline(team.bens_customer, "interaction") if "basket" in row["summary"]]
    assert len(said) == 1


def at_once(desk: Desk, asked: list[tuple[str, str, Any, dict[str, str]]]) -> list[httpx.Response]:
    """The answers to several requests of a manager, sent at the same moment."""
    desk.manager.sign_in()
    bearer = {"Authorization": f"Bearer {desk.manager.token}"}
    start = Barrier(len(asked))

    def send(one: tuple[str, str, Any, dict[str, str]]) -> httpx.Response:
        method, path, body, headers = one
        start.wait()
        return desk.open(path, method, json=body, headers={**bearer, **headers})

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(send, asked))


def test_three_requests_with_one_key_at_once_get_one_answer(desk: Desk, team: Team) -> None:
    later = desk.now + 300 * DAY
    for round_ in range(3):
        promise = desk.promise(team.bens_customer, team.ben, f"True wheel {round_}", later)
        follow_up = desk.follow_up(team.bens_customer, team.ben, f"Ask about wheel {round_}", later)
        case_id = desk.manager.get(f"/api/commitments/{promise}")["case_id"]
        for path, body in (
            (f"/api/commitments/{promise}/keep", {}),
            (f"/api/follow-ups/{follow_up}/complete", {"note": "It is true"}),
            (f"/api/cases/{case_id}/resolve", {}),
        ):
            answers = at_once(desk, [("POST", path, body, key) for key in [a_key()] for _ in range(3)])
            assert {answer.status_code for answer in answers} == {HTTPStatus.OK}, path
            assert len({answer.text for answer in answers}) == 1, path


def test_changes_of_different_fields_at_once_all_succeed(desk: Desk, team: Team) -> None:
    path = f"/api/customers/{team.bens_customer.id}"
    changes: list[dict[str, Any]] = [
        {"notes": "Rides to work."},
        {"tags": ["commuter"]},
        {"language": "de"},
        {"time_zone": "Europe/Berlin"},
        {"preferred_channel": "email"},
        {"check_in_every_days": 90},
    ]
    answers = at_once(desk, [("PATCH", path, change, {}) for change in changes])
    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    customer = desk.manager.get(path)
    assert [customer[name] for change in changes for name in change] == [
        value for change in changes for value in change.values()
    ]


def test_one_of_several_changes_at_once_with_one_etag_succeeds(desk: Desk, team: Team) -> None:
    path = f"/api/customers/{team.bens_customer.id}"
    tag = desk.call("GET", path).headers["etag"]
    asked = [("PATCH", path, {"notes": f"Bell {n}."}, {"If-Match": tag}) for n in range(4)]
    statuses = [answer.status_code for answer in at_once(desk, asked)]
    assert sorted(statuses) == [200, 412, 412, 412]


def test_eight_contacts_in_one_case_at_once_are_all_recorded(desk: Desk, team: Team) -> None:
    first = desk.manager.post("/api/interactions", a_contact(team, "Asked about a bell."))
    told = {**a_contact(team, "Asked again."), "case_id": first["case_id"]}
    answers = at_once(desk, [("POST", "/api/interactions", told, {}) for _ in range(8)])
    assert {answer.status_code for answer in answers} == {HTTPStatus.CREATED}
    case = desk.manager.get(f"/api/cases/{first['case_id']}")
    assert (case["contacts"], len(case["follow_up_ids"])) == (9, 9)


def test_an_idempotency_key_completes_a_follow_up_once(desk: Desk, team: Team) -> None:
    follow_up = desk.follow_up(team.bens_customer, team.ben, "Wrap the gift", desk.now + 300 * DAY)
    path, key = f"/api/follow-ups/{follow_up}/complete", a_key()
    first, again = (desk.call("POST", path, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert first.json() == again.json()
    without_key = desk.call("POST", path)
    assert without_key.status_code == HTTPStatus.CONFLICT
    assert "follow-up that is done cannot be done" in without_key.json()["detail"]


def test_two_agents_cannot_have_one_address(desk: Desk, team: Team) -> None:
    answer = desk.call("POST", "/api/agents", json={"name": "Anna Again", "email": team.anna.email.upper()})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert wrong_fields(answer) == ["email"]


# ---------------------------------------------------------------- from a browser


def test_a_page_of_a_known_origin_may_call_the_api(desk: Desk) -> None:
    _, cors, _ = resource("HttpApi")["CorsConfiguration"]
    # MiniStack's CloudFormation keeps the names of AWS's templates, which its gateway does not read.
    gateway = desk.cloud.client("apigatewayv2")
    own = "https://shop.vaada.example"
    gateway.update_api(
        ApiId=urlsplit(desk.cloud.api_url).netloc.partition(".")[0],
        CorsConfiguration={**cors, "AllowOrigins": [own]},
    )
    asks = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match",
    }
    for origin, may in ((own, True), ("https://elsewhere.example", False)):
        preflight = desk.open("/api/policy", "OPTIONS", headers={"Origin": origin, **asks})
        answer = desk.call("GET", "/api/policy", headers={"Origin": origin})
        allowed = {one.headers.get("access-control-allow-origin") for one in (preflight, answer)}
        assert allowed == ({origin} if may else {None})
        assert preflight.is_success == may
        if may:
            assert "if-match" in preflight.headers["access-control-allow-headers"]
            assert "etag" in answer.headers["access-control-expose-headers"]


# ---------------------------------------------------------------- what is wrong is named


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": "X", "email": "x@people.example", "emial": "y"}, "emial"),
        ({"email": "x@people.example"}, "name"),
        ({"name": "X" * 201, "email": "x@people.example"}, "name"),
        ({"name": "Line\nbreak", "email": "x@people.example"}, "name"),
        ({"name": "X", "email": "x@people"}, "email"),
        ({"name": "X", "email": "x@people.example\r\nBcc: y@people.example"}, "email"),
        ({"name": "X", "email": "x@people.example", "phone": "12345"}, "phone"),
        ({"name": "X", "email": "x@people.example", "time_zone": "Mars/Base"}, "time_zone"),
        ({"name": "X", "email": "x@people.example", "supervisor_id": NOBODY}, "supervisor_id"),
        ({"name": "X", "email": "x@people.example", "notify_by": ["pigeon"]}, "notify_by.0"),
    ],
)
def test_an_invalid_agent_is_refused_and_the_field_named(
    desk: Desk, body: dict[str, Any], wrong: str
) -> None:
    answer = desk.call("POST", "/api/agents", json=body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong in wrong_fields(answer)
    assert wrong in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"agent_id": NOBODY}, "agent_id"),
        ({"customer_id": NOBODY}, "customer_id"),
        ({"channel": "pigeon"}, "channel"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 4001}, "summary"),
        ({"occurred_at": "2026-11-23T09:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"commitments": [{"what": "x", "due_at": "2026-11-23"}]}, "commitments.0.due_at"),
        ({"commitments": [{"what": "x", "due_at": "2200-01-01T00:00:00Z"}] * 21}, "commitments"),
        ({"follow_up": {"at": "2200-01-01T00:00:00Z"}}, "follow_up.reason"),
    ],
)
def test_an_invalid_contact_is_refused_and_nothing_written(
    desk: Desk, team: Team, change: dict[str, Any], wrong: str
) -> None:
    eventually(lambda: _is_planned(desk, team.annas_customer), "what was recorded before is planned")
    before = desk.all_of(team.annas_customer)
    contact = a_contact(team, "Never written") | {"customer_id": team.annas_customer.id} | change
    answer = desk.call("POST", "/api/interactions", json=contact)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong_fields(answer) == [wrong]
    assert desk.all_of(team.annas_customer) == before


def _is_planned(desk: Desk, customer: Person) -> bool:
    return not any(row.get("wake_at") for row in desk.timeline(customer, "interaction"))


def test_an_unreadable_body_gets_the_matching_4xx_status(desk: Desk) -> None:
    typed = {"Content-Type": "application/json"}

    def answered(body: str, content_type: dict[str, str] = typed) -> int:
        answer = desk.call("POST", "/api/customers", content=body, headers=content_type)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code

    assert answered('{"name": ') == HTTPStatus.BAD_REQUEST
    assert answered("[]") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answered("") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answered(json.dumps({"name": "X", "notes": "x" * 70_000})) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert answered("name=X", form) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def test_an_unknown_row_or_route_is_not_found(desk: Desk, team: Team) -> None:
    row = team.annas_customer.id + NOBODY
    for method, path in (
        ("GET", f"/api/agents/{NOBODY}"),
        ("PATCH", f"/api/agents/{NOBODY}"),
        ("GET", f"/api/customers/{NOBODY}"),
        ("GET", f"/api/customers/{NOBODY}/timeline"),
        ("GET", f"/api/surveys?customer_id={NOBODY}"),
        ("POST", f"/api/commitments/{row}/keep"),
        ("POST", f"/api/commitments/{team.annas_follow_up}/keep"),
        ("POST", f"/api/follow-ups/{row}/complete"),
        ("GET", "/api/nothing"),
        ("GET", "/api/nothing?limit=5"),
    ):
        answer = desk.call(method, path, json={} if method != "GET" else None)
        assert answer.status_code == HTTPStatus.NOT_FOUND, path
        assert wrong_fields(answer) == []
    answer = desk.call("DELETE", "/api/policy")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH, PUT, HEAD")


def test_a_past_time_is_refused(desk: Desk, team: Team) -> None:
    past = (desk.now - DAY).isoformat()
    for path, body, field in (
        (f"/api/follow-ups/{team.annas_follow_up}/snooze", {"until": past}, "until"),
        (f"/api/commitments/{team.annas_promise}/renegotiate", {"due_at": past, "reason": "x"}, "due_at"),
    ):
        answer = desk.call("POST", path, json=body)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert wrong_fields(answer) == [field]


# ---------------------------------------------------------------- lists


def test_a_list_is_read_page_by_page(desk: Desk) -> None:
    agent = desk.agent("Paula Page")
    customers = [desk.customer(name, agent_id=agent.id) for name in ("Pia", "Per", "Pat", "Pim", "Petr")]
    user = desk.user(agent.email, "agents")
    names: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        page = user.get("/api/customers", limit="2", **cursor)
        names += [row["name"] for row in page["items"]]
        sizes.append(len(page["items"]))
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert names == sorted(customer.name for customer in customers)
    assert sizes == [2, 2, 1]


def test_a_timeline_is_read_page_by_page_newest_first(desk: Desk, team: Team) -> None:
    path = f"/api/customers/{team.annas_customer.id}/timeline"
    whole = desk.manager.get(path, limit="100")["items"]
    rows: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in whole:
        page = desk.manager.get(path, limit="1", **cursor)
        rows += page["items"]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert rows == whole
    assert len(whole) >= 4  # two contacts, a commitment and a follow-up


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "eyJwayI6eyJTIjoieCJ9fQ"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"agent_id": "nobody"}, "agent_id"),
        ({"status": "nonsense"}, "status"),
    ],
)
def test_an_invalid_query_parameter_is_refused_and_named(
    desk: Desk, query: dict[str, str], wrong: str
) -> None:
    answer = desk.call("GET", "/api/follow-ups", params=query)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong_fields(answer) == [wrong]


def test_a_cursor_of_another_list_is_refused(desk: Desk, team: Team) -> None:
    path = f"/api/customers/{team.annas_customer.id}/timeline"
    cursor = desk.manager.get(path, limit="1")["next_cursor"]
    answer = desk.call("GET", "/api/agents", params={"cursor": cursor})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong_fields(answer) == ["cursor"]
    other = desk.call("GET", f"/api/customers/{team.bens_customer.id}/timeline", params={"cursor": cursor})
    assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
