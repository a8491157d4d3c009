"""Two people change the same row, and one request comes several times at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, add_agent, fields_of
from tests.times import DAY, HOUR
from vaada.desk import Desk, open_desk
from vaada.flows.idempotency import Key, do_once
from vaada.flows.optimistic_write import change, require
from vaada.model.times import text_of
from vaada.model.work import Commitment
from vaada.rules import commitments


@contextmanager
def meanwhile(desk: ScriptedDesk, act: Callable[[], object], *, times: int = 1) -> Iterator[None]:
    """Let somebody else act right before each of the next writes."""
    left = [times]

    def before(call: str) -> None:
        if call in {"dynamodb.PutItem", "dynamodb.TransactWriteItems"} and left[0] > 0:
            desk.before_call = lambda _: None
            left[0] -= 1
            act()
            desk.before_call = before

    desk.before_call = before
    yield
    desk.before_call = lambda _: None


def rows_of(shop: Shop) -> dict[str, str]:
    """The path of one row of each kind that a call can get."""
    later = text_of(shop.desk.now + 5 * DAY)
    told = shop.contact(
        channel="email",
        commitments=[{"what": "Call", "due_at": later}],
        follow_up={"at": later, "reason": "Ask"},
        awaits_reply=True,
    )
    shop.contact(resolved=True)
    shop.desk.pass_time(DAY)
    given = shop.desk.call(f"POST /api/cases/{told['case_id']}/goodwill", {"amount": "9", "reason": "Sorry"})
    (survey,), (message, *_) = shop.rows("survey"), shop.rows("message")
    return {
        "agent": f"/api/agents/{shop.agent_id}",
        "customer": f"/api/customers/{shop.customer_id}",
        "interaction": f"/api/interactions/{told['interaction_id']}",
        "case": f"/api/cases/{told['case_id']}",
        "commitment": f"/api/commitments/{told['commitments'][0]['commitment_id']}",
        "follow_up": f"/api/follow-ups/{told['follow_up']['follow_up_id']}",
        "reply": f"/api/replies/{told['reply']['reply_id']}",
        "goodwill": f"/api/goodwill/{given.json['goodwill_id']}",
        "survey": f"/api/surveys/{survey['survey_id']}",
        "message": f"/api/messages/{message['message_id']}",
    }


def test_every_row_has_an_etag_of_its_version(shop: Shop) -> None:
    for kind, path in rows_of(shop).items():
        answer = shop.desk.call(f"GET {path}")

        assert (answer.status, answer.json["row_kind"]) == (200, kind)
        assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


@pytest.mark.parametrize(
    ("kind", "call", "body"),
    [
        ("agent", "PATCH", {"name": "Amina Khan"}),
        ("customer", "PATCH", {"notes": "Prefers mornings"}),
        ("interaction", "PATCH", {"tone": "upset"}),
        ("case", "POST wait", None),
        ("case", "POST resolve", {"outcome": "Done"}),
        ("case", "POST goodwill", {"amount": "1", "reason": "Sorry"}),
        ("case", "POST follow-ups", {"at": "2026-03-20T09:00:00Z", "reason": "Ask"}),
        ("commitment", "POST keep", None),
        ("commitment", "POST withdraw", {"reason": "No longer wanted"}),
        ("follow_up", "POST complete", None),
        ("follow_up", "POST snooze", {"until": "2026-03-20T09:00:00Z"}),
    ],
)
def test_a_change_of_another_version_is_refused(
    shop: Shop, kind: str, call: str, body: dict[str, object] | None
) -> None:
    path = rows_of(shop)[kind]
    method, _, action = call.partition(" ")
    route = f"{method} {path}/{action}".removesuffix("/")
    read = shop.desk.call(f"GET {path}")

    refused = shop.desk.call(route, body, if_match='"999"')
    unreadable = shop.desk.call(route, body, if_match="999")
    unchanged = shop.desk.call(f"GET {path}")
    done = shop.desk.call(route, body, if_match=f'"7777", {read.headers["ETag"]}')
    again = shop.desk.call(route, body, if_match=read.headers["ETag"])

    assert (refused.status, "get it again" in refused.json["detail"]) == (412, True)
    assert (unreadable.status, fields_of(unreadable)) == (422, ["If-Match"])
    assert unchanged.json == read.json
    assert done.status in {200, 201}, done.body
    assert again.status == 412


@pytest.mark.parametrize("kind", ["agent", "customer", "interaction"])
def test_a_change_of_nothing_writes_nothing(shop: Shop, kind: str) -> None:
    path = rows_of(shop)[kind]
    before = shop.desk.call(f"GET {path}").json
    same = {"tone": "calm"} if kind == "interaction" else {"name": before["name"]}

    for changes in ({}, same):
        answer = shop.desk.call(f"PATCH {path}", changes)
        assert (answer.status, {**before, **answer.json}) == (200, before)


def test_a_change_that_comes_in_between_is_noticed(shop: Shop) -> None:
    path = f"/api/customers/{shop.customer_id}"
    tag = shop.desk.call(f"GET {path}").headers["ETag"]

    with meanwhile(shop.desk, lambda: shop.desk.call(f"PATCH {path}", {"notes": "Theirs"})):
        answer = shop.desk.call(f"PATCH {path}", {"notes": "Mine"}, if_match=tag)

    assert answer.status == 412
    assert shop.desk.call(f"GET {path}").json["notes"] == "Theirs"


def test_changes_of_different_fields_at_once_all_succeed(shop: Shop) -> None:
    path = f"/api/customers/{shop.customer_id}"
    others = iter([{"tags": ["vip"]}, {"language": "ur"}, {"notes": "Mornings"}, {"name": "Bilal A. Khan"}])

    with meanwhile(shop.desk, lambda: shop.desk.call(f"PATCH {path}", next(others)), times=4):
        answer = shop.desk.call(f"PATCH {path}", {"time_zone": "Asia/Karachi"})

    customer = answer.json
    assert answer.status == 200
    assert (customer["tags"], customer["language"], customer["notes"]) == (["vip"], "ur", "Mornings")
    assert (customer["name"], customer["time_zone"]) == ("Bilal A. Khan", "Asia/Karachi")


def test_changes_of_an_agent_at_once_all_succeed(shop: Shop) -> None:
    path = f"/api/agents/{shop.agent_id}"

    with meanwhile(shop.desk, lambda: shop.desk.call(f"PATCH {path}", {"language": "ur"})):
        answer = shop.desk.call(f"PATCH {path}", {"email": "amina.khan@example.com"})

    assert (answer.status, answer.json["language"]) == (200, "ur")
    assert add_agent(shop.desk, "Other", email="amina@example.com")


@pytest.mark.parametrize(
    ("kind", "action", "body"),
    [
        ("commitment", "keep", {}),
        ("commitment", "withdraw", {"reason": "No longer wanted"}),
        ("follow_up", "complete", {}),
        ("follow_up", "cancel", {"reason": "Too late"}),
        ("case", "resolve", {}),
        ("case", "wait", {}),
        ("case", "follow-ups", {"at": "2026-03-20T09:00:00Z", "reason": "Ask"}),
        ("case", "goodwill", {"amount": "1", "reason": "Sorry"}),
    ],
)
def test_the_same_request_three_times_at_once_gets_one_answer(
    shop: Shop, kind: str, action: str, body: dict[str, object]
) -> None:
    route = f"POST {rows_of(shop)[kind]}/{action}"
    answers: list[Response] = []

    def second() -> None:
        with meanwhile(shop.desk, third):
            answers.append(shop.desk.call(route, body, key="k"))

    def third() -> None:
        answers.append(shop.desk.call(route, body, key="k"))

    with meanwhile(shop.desk, second):
        answers.append(shop.desk.call(route, body, key="k"))

    assert {answer.status for answer in answers} in ({200}, {201})
    assert len({answer.body for answer in answers}) == 1
    assert len(answers) == 3


def test_a_request_that_was_done_meanwhile_shows_what_came_of_it(shop: Shop) -> None:
    commitment_id, now = shop.promise(shop.desk.now + DAY), shop.desk.now
    key = Key.of(user="amina", path="/keep", key="k", body=b"", now=now)

    def keep(desk: Desk) -> Commitment:
        return do_once(
            desk,
            key,
            lambda: change(desk, Commitment, commitment_id, lambda row: commitments.keep(row, now, "amina")),
            lambda row_id: require(desk, Commitment, row_id),
        )

    mine, theirs = open_desk().remembering(), open_desk().remembering()
    read_before = require(mine, Commitment, commitment_id)
    first, second = keep(theirs), keep(mine)

    assert (read_before.status, first.status) == ("open", "kept")
    assert second == first


def test_the_earlier_answer_comes_even_if_the_row_is_at_another_version_now(shop: Shop) -> None:
    path = rows_of(shop)["commitment"]
    tag = shop.desk.call(f"GET {path}").headers["ETag"]

    first = shop.desk.call(f"POST {path}/keep", key="k", if_match=tag)
    again = shop.desk.call(f"POST {path}/keep", key="k", if_match=tag)

    assert (first.status, again.status, again.body) == (200, 200, first.body)


def test_contacts_in_one_case_at_once_are_all_recorded(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    at = text_of(shop.desk.now + HOUR)
    body = shop.contact_body(case_id=case_id, commitments=[{"what": "Call", "due_at": at}])

    with meanwhile(shop.desk, lambda: shop.desk.call("POST /api/interactions", body), times=5):
        answer = shop.desk.call("POST /api/interactions", body)

    assert answer.status == 201
    assert (shop.case(case_id)["contacts"], len(shop.case(case_id)["commitment_ids"])) == (7, 6)
