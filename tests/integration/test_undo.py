"""A mistaken "kept" or "done" is undone within a day, as if it had not been said."""

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy
from tests.times import DAY, HOUR, MINUTE
from vaada.desk import open_desk
from vaada.flows import replies
from vaada.flows import undo as flow
from vaada.model.times import text_of
from vaada.rules.errors import NotPossible


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop whose agent reads mail only, and which asks whether it kept its promises."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    change_policy(desk, surveys={"after_kept_promise": True})
    return shop


def keep(shop: Shop, promise: str, **body: object) -> None:
    assert shop.desk.call(f"POST /api/commitments/{promise}/keep", body or None).status == 200


def undo(shop: Shop, row_id: str, kind: str = "commitments", **asked: str) -> Response:
    return shop.desk.call(f"POST /api/{kind}/{row_id}/undo", **asked)  # type: ignore[arg-type]


def commitment(shop: Shop, promise: str) -> dict[str, object]:
    return dict(shop.desk.call(f"GET /api/commitments/{promise}").json)


# ---------------------------------------------------------------- a promise that was not kept


def test_a_promise_with_an_undone_keep_is_flagged_and_escalated_as_before(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 6 * HOUR)
    shop.desk.pass_time(3 * HOUR)
    warned = len(shop.sent_messages("promise_warning"))
    keep(shop, promise)
    shop.desk.pass_time(HOUR)

    undone = undo(shop, promise)
    shop.desk.pass_time(3 * DAY)

    assert (undone.status, undone.json["status"], undone.json["kept_at"]) == (200, "open", None)
    assert [change["what"] for change in undone.json["history"]] == ["kept", "not kept after all"]
    assert (warned, len(shop.sent_messages("promise_warning"))) == (1, 1)
    assert len(shop.sent_messages("promise_overdue")) == 1
    assert len(shop.sent_messages("promise_escalation")) == 2


def test_steps_due_while_it_counted_as_kept_are_caught_up(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    keep(shop, promise)
    shop.desk.pass_time(6 * HOUR)
    silent = shop.sent_messages("promise_overdue")

    undo(shop, promise)
    shop.desk.pass_time(5 * MINUTE)

    assert silent == []
    assert len(shop.sent_messages("promise_overdue")) == 1
    assert commitment(shop, promise)["status"] == "open"


def test_no_step_of_the_ladder_comes_twice(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(8 * HOUR)
    escalated = len(shop.sent_messages("promise_escalation"))
    keep(shop, promise)
    undo(shop, promise)
    shop.desk.pass_time(5 * DAY)

    assert (escalated, len(shop.sent_messages("promise_escalation"))) == (1, 2)
    assert len(shop.sent_messages("promise_overdue")) == 1


def test_the_survey_about_a_promise_that_was_not_kept_is_withheld(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    keep(shop, promise)

    undo(shop, promise)
    shop.desk.pass_time(3 * DAY)

    (survey,) = [row for row in shop.rows("survey") if row["kind"] == "promise"]
    assert survey["status"] == "withheld"
    assert shop.sent_messages("survey") == []


def test_a_promise_may_be_kept_again_after_it_was_undone(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    keep(shop, promise)
    undo(shop, promise)
    shop.desk.pass_time(HOUR)
    keep(shop, promise)

    assert commitment(shop, promise)["status"] == "kept"
    statuses = sorted(row["status"] for row in shop.rows("survey") if row["kind"] == "promise")
    assert statuses == ["scheduled", "withheld"]


def test_undo_is_for_a_day_from_when_somebody_said_kept(shop: Shop) -> None:
    shop.desk.pass_time(3 * DAY)
    promise = shop.promise(shop.desk.now + 30 * DAY)
    other = shop.promise(shop.desk.now + 30 * DAY)
    shop.desk.pass_time(2 * DAY)
    for one in (promise, other):
        keep(shop, one, kept_at=text_of(shop.desk.now - 2 * DAY))

    first, again = undo(shop, promise), undo(shop, promise)
    shop.desk.pass_time(DAY + HOUR)
    late = undo(shop, other)

    assert (first.status, again.status, late.status) == (200, 409, 409)
    assert "older than a day" in late.json["detail"]


def test_the_same_request_undoes_once(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    keep(shop, promise)

    first, repeated = undo(shop, promise, key="undo"), undo(shop, promise, key="undo")

    assert (first.status, repeated.status) == (200, 200)
    assert commitment(shop, promise)["version"] == first.json["version"]


def test_a_promise_of_a_matter_that_was_resolved_since_stays_kept(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    case_id = commitment(shop, promise)["case_id"]
    keep(shop, promise)
    shop.desk.pass_time(HOUR)
    shop.desk.call(f"POST /api/cases/{case_id}/resolve")

    refused = undo(shop, promise)
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "Too early"})
    shop.desk.pass_time(MINUTE)

    assert (refused.status, undo(shop, promise).status) == (409, 200)


def test_a_call_that_was_not_made_is_awaited_again(shop: Shop) -> None:
    shop.desk.pass_time(10 * HOUR)  # 19:00, after closing
    asked = shop.contact(channel="phone")
    call = asked["call_back"]["commitment_id"]
    keep(shop, call)
    given = shop.desk.call(f"GET /api/replies/{asked['reply']['reply_id']}").json["status"]

    undo(shop, call)

    reply = shop.desk.call(f"GET /api/replies/{asked['reply']['reply_id']}").json
    case = shop.case(asked["case_id"])
    assert (given, reply["status"], reply["given_at"]) == ("given", "awaited", None)
    assert (case["call_back_id"], case["reply_id"]) == (call, reply["reply_id"])


def test_a_call_that_a_contact_made_needless_is_undone_by_correcting_the_contact(shop: Shop) -> None:
    shop.desk.pass_time(10 * HOUR)
    asked = shop.contact(channel="phone")
    shop.desk.pass_time(14 * HOUR)
    shop.contact(case_id=asked["case_id"], direction="outbound")

    refused = undo(shop, asked["call_back"]["commitment_id"])

    assert (refused.status, "contact" in refused.json["detail"]) == (409, True)


@pytest.mark.parametrize("status", ["open", "withdrawn"])
def test_a_promise_that_is_not_kept_cannot_be_undone(shop: Shop, status: str) -> None:
    promise = shop.promise(shop.desk.now + 5 * HOUR)
    if status == "withdrawn":
        shop.desk.call(f"POST /api/commitments/{promise}/withdraw", {"reason": "Not wanted"})

    assert undo(shop, promise).status == 409


# ---------------------------------------------------------------- a follow-up that was not done


def follow_up(shop: Shop) -> str:
    """A follow-up that an agent asked for, due in an hour."""
    request = {"at": text_of(shop.desk.now + HOUR), "reason": "Ask how the cake was"}
    return str(shop.contact(follow_up=request)["follow_up"]["follow_up_id"])


def done(shop: Shop, row_id: str) -> None:
    assert shop.desk.call(f"POST /api/follow-ups/{row_id}/complete").status == 200


def test_a_follow_up_that_was_not_done_reminds_at_its_time(shop: Shop) -> None:
    row_id = follow_up(shop)
    done(shop, row_id)
    open_before = [row["follow_up_id"] for row in shop.rows("follow_up") if row["status"] == "scheduled"]
    shop.desk.pass_time(30 * MINUTE)

    undone = undo(shop, row_id, "follow-ups")
    shop.desk.pass_time(HOUR)

    assert (undone.status, undone.json["status"]) == (200, "scheduled")
    assert len(shop.sent_messages("follow_up_reminder")) == 1
    now_open = [
        row["follow_up_id"] for row in shop.rows("follow_up") if row["status"] in {"scheduled", "due"}
    ]
    assert (row_id in open_before, now_open) == (False, [row_id])
    assert shop.case(str(undone.json["case_id"]))["follow_up_ids"] == [row_id]


def test_a_follow_up_that_was_reminded_of_before_reminds_the_next_morning(shop: Shop) -> None:
    row_id = follow_up(shop)
    shop.desk.pass_time(2 * HOUR)
    done(shop, row_id)

    undone = undo(shop, row_id, "follow-ups")
    shop.desk.pass_time(DAY)

    assert (undone.json["status"], undone.json["reminders"]) == ("due", 1)
    assert undone.json["wake_at"] == "2026-03-03T09:00:00Z"
    assert len(shop.sent_messages("follow_up_reminder")) == 2


def test_a_follow_up_is_undone_for_a_day_and_once(shop: Shop) -> None:
    row_id, other = follow_up(shop), follow_up(shop)
    done(shop, row_id)
    done(shop, other)
    first, again = undo(shop, row_id, "follow-ups"), undo(shop, row_id, "follow-ups")
    shop.desk.pass_time(DAY + HOUR)
    late = undo(shop, other, "follow-ups")

    assert (first.status, again.status, late.status) == (200, 409, 409)


def test_an_automatic_follow_up_is_not_opened_beside_another(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.settle()
    (row_id,) = shop.case(case_id)["follow_up_ids"]
    done(shop, row_id)
    shop.desk.pass_time(HOUR)
    shop.contact(case_id=case_id)

    refused = undo(shop, row_id, "follow-ups")

    open_ones = [row for row in shop.rows("follow_up") if row["status"] in {"scheduled", "due"}]
    assert (refused.status, len(open_ones)) in {(409, 1), (200, 1)}


# ---------------------------------------------------------------- by the buttons of the console


def test_an_answer_that_was_not_given_is_awaited_again_with_its_call(shop: Shop) -> None:
    shop.desk.pass_time(10 * HOUR)  # 19:00, after closing
    asked = shop.contact(channel="phone")
    reply_id, call_id = asked["reply"]["reply_id"], asked["call_back"]["commitment_id"]
    shop.desk.clock.shift(HOUR)
    replies.mark_answered(open_desk(), reply_id, shop.desk.now, shop.agent_id)
    kept = commitment(shop, call_id)["status"]

    flow.undo_answer(open_desk(), reply_id, shop.desk.now + MINUTE, shop.agent_id)

    case = shop.case(asked["case_id"])
    assert (kept, commitment(shop, call_id)["status"]) == ("kept", "open")
    assert (case["call_back_id"], case["reply_id"], case["answered"]) == (call_id, reply_id, False)
    assert shop.desk.call(f"GET /api/replies/{reply_id}").json["status"] == "awaited"


def test_an_answer_in_a_contact_is_undone_by_correcting_the_contact(shop: Shop) -> None:
    asked = shop.contact(channel="chat")
    shop.desk.clock.shift(MINUTE)
    shop.contact(case_id=asked["case_id"], channel="chat", direction="outbound")

    with pytest.raises(NotPossible, match="contact"):
        flow.undo_answer(open_desk(), asked["reply"]["reply_id"], shop.desk.now, shop.agent_id)


def test_an_answer_is_not_awaited_beside_another_question(shop: Shop) -> None:
    asked = shop.contact(channel="chat")
    shop.desk.clock.shift(MINUTE)
    reply_id = asked["reply"]["reply_id"]
    replies.mark_answered(open_desk(), reply_id, shop.desk.now, shop.agent_id)
    shop.desk.clock.shift(MINUTE)
    shop.contact(case_id=asked["case_id"], channel="chat", summary="And the price?")

    with pytest.raises(NotPossible, match="another"):
        flow.undo_answer(open_desk(), reply_id, shop.desk.now, shop.agent_id)
