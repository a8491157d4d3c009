"""A promise or a follow-up that is added to a case after its last contact."""

from typing import Any

import pytest

from tests.integration.shop import Shop, fields_of, token_of
from tests.times import DAY, HOUR
from vaada.model.times import text_of

AMINA, SANA = token_of("amina@example.com"), token_of("sana@example.com")


def added(shop: Shop, case_id: str, user: dict[str, str] = AMINA, key: str | None = None) -> Any:
    body = {"what": "Send the colours", "due_at": text_of(shop.desk.now + DAY)}
    answer = shop.desk.call(f"POST /api/cases/{case_id}/commitments", body, user=user, key=key)
    assert answer.status == 201, answer.body
    return answer.json


def test_a_promise_takes_the_place_of_the_automatic_follow_up(shop: Shop) -> None:
    case_id = shop.contact(direction="outbound")["case_id"]

    promise = added(shop, case_id)

    assert (promise["agent_id"], promise["case_id"], promise["status"]) == (shop.agent_id, case_id, "open")
    assert shop.case(case_id)["commitment_ids"] == [promise["commitment_id"]]
    assert [row["status"] for row in shop.rows("follow_up")] == ["cancelled"]
    shop.desk.pass_time(DAY + HOUR)
    assert [message[1] for message in shop.sent_messages("promise_overdue")] == ["agent", "agent"]


def test_a_follow_up_is_reminded_of_and_ends_with_a_note(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    body = {"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the size"}

    planned = shop.desk.call(f"POST /api/cases/{case_id}/follow-ups", body, user=AMINA)
    shop.desk.pass_time(2 * HOUR)
    follow_up_id = planned.json["follow_up_id"]
    done = shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/complete", {"note": "It is large"}).json

    assert (planned.status, len(shop.sent_messages("follow_up_reminder"))) == (201, 2)
    assert [(change["what"], change["reason"]) for change in done["history"]] == [
        ("added", None),
        ("done", "It is large"),
    ]


def test_the_history_says_who_added_it_and_the_agent_is_told(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    promise = added(shop, case_id, SANA)
    shop.desk.settle()
    shop.desk.pass_time(HOUR)

    (change,) = promise["history"]
    assert (change["by"], change["on_behalf_of"]) == (shop.supervisor_id, shop.agent_id)
    assert {message[1] for message in shop.sent_messages("assigned")} == {"agent"}


def test_a_promise_cannot_be_kept_before_it_was_added(shop: Shop) -> None:
    case_id, before = shop.contact()["case_id"], shop.desk.now + HOUR
    shop.desk.pass_time(2 * HOUR)
    keep = f"POST /api/commitments/{added(shop, case_id)['commitment_id']}/keep"

    assert fields_of(shop.desk.call(keep, {"kept_at": text_of(before)})) == ["kept_at"]
    assert shop.desk.call(keep, {"kept_at": text_of(shop.desk.now)}).status == 200


def test_a_repeated_request_adds_it_once(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    assert added(shop, case_id, key="k")["commitment_id"] == added(shop, case_id, key="k")["commitment_id"]
    assert len(shop.rows("commitment")) == 1


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("commitments", {"what": "Call", "due_at": "2026-03-02T08:00:00Z"}, "due_at"),
        ("commitments", {"what": "Call", "due_at": "2126-03-02T08:00:00Z"}, "due_at"),
        ("commitments", {"what": "Call", "due_at": 1772726400}, "due_at"),
        ("commitments", {"due_at": "2026-03-12T08:00:00Z"}, "what"),
        ("follow-ups", {"reason": "Ask", "at": "2026-03-02T08:00:00Z"}, "at"),
        ("follow-ups", {"reason": "\u200b", "at": "2026-03-12T08:00:00Z"}, "reason"),
    ],
)
def test_an_invalid_promise_or_follow_up_is_refused_with_its_field(
    shop: Shop, route: str, body: dict[str, object], field: str
) -> None:
    answer = shop.desk.call(f"POST /api/cases/{shop.contact()['case_id']}/{route}", body)

    assert (answer.status, fields_of(answer)) == (422, [field])


def test_a_resolved_case_takes_nothing_more(shop: Shop) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    body = {"what": "Call", "due_at": text_of(shop.desk.now + DAY)}

    answer = shop.desk.call(f"POST /api/cases/{case_id}/commitments", body)

    assert (answer.status, "reopen it first" in answer.json["detail"]) == (409, True)
