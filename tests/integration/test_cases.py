"""Cases: contacts, merges, evidence of a run-around, assignment and resolution."""

from typing import Any

import pytest

from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    change_policy,
    fields_of,
    links,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR, MINUTE

AMINA, OMAR = token_of("amina@example.com"), token_of("omar@example.com")


def calls(shop: Shop) -> dict[str, str]:
    """The statuses of promised calls, by the channel of the contact."""
    return {row["channel"]: row["status"] for row in shop.rows("commitment")}


def supervisors_work(shop: Shop, origin: str) -> list[dict[str, Any]]:
    """The follow-ups that came to the supervisor for this reason."""
    rows = shop.rows("follow_up")
    return [row for row in rows if (row["agent_id"], row["origin"]) == (shop.supervisor_id, origin)]


def test_a_contact_opens_a_case_and_suggests_the_likeliest_open_ones(shop: Shop) -> None:
    first = shop.contact(kind="order", channel="web", summary="A cake with cherries for Saturday")
    for n in range(6):
        shop.contact(kind="question", channel="phone", summary=f"Question {n} about bread")
        shop.desk.pass_time(HOUR)

    asked = shop.contact(kind="question", channel="phone", summary="When is the bread fresh?")
    again = shop.contact(kind="question", channel="email", summary="Can the cake have more cherries?")
    other = shop.contact(kind="visit", channel="in_person", summary="Bought a roll")

    assert first["suggested_case_ids"] == other["suggested_case_ids"] == []
    assert len(asked["suggested_case_ids"]) == 5
    assert first["case_id"] not in asked["suggested_case_ids"]
    assert again["suggested_case_ids"][0] == first["case_id"]


def test_a_contact_with_a_case_id_joins_that_case(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    joined = shop.contact(case_id=case_id)

    assert (joined["case_id"], joined["suggested_case_ids"], shop.case(case_id)["contacts"]) == (
        case_id,
        [],
        2,
    )


def test_a_case_of_another_customer_is_refused(shop: Shop) -> None:
    stranger = add_customer(shop.desk, name="Zara", email="zara@example.com")
    theirs = shop.desk.call("POST /api/interactions", shop.contact_body(customer_id=stranger)).json["case_id"]
    ours = shop.contact()["case_id"]

    contact = shop.desk.call("POST /api/interactions", shop.contact_body(case_id=theirs))
    merging = shop.desk.call(f"POST /api/cases/{ours}/merge", {"into": theirs})
    itself = shop.desk.call(f"POST /api/cases/{ours}/merge", {"into": ours})

    assert (contact.status, fields_of(contact)) == (422, ["case_id"])
    assert (merging.status, fields_of(merging)) == (422, ["into"])
    assert (itself.status, fields_of(itself)) == (422, ["into"])


def test_an_unknown_case_is_not_found(shop: Shop) -> None:
    nowhere = f"{shop.customer_id}{'0' * 16}"
    ours = shop.contact()["case_id"]

    contact = shop.desk.call("POST /api/interactions", shop.contact_body(case_id=nowhere))

    assert (contact.status, fields_of(contact)) == (422, ["case_id"])
    assert shop.desk.call(f"GET /api/cases/{nowhere}").status == 404
    assert shop.desk.call(f"POST /api/cases/{nowhere}/resolve").status == 404
    assert shop.desk.call(f"POST /api/cases/{ours}/merge", {"into": nowhere}).status == 404


def test_cases_are_listed_by_customer_and_status(shop: Shop) -> None:
    still, settled = shop.contact()["case_id"], shop.contact()["case_id"]
    shop.desk.call(f"POST /api/cases/{settled}/resolve")

    def listed(**query: str) -> list[str]:
        answer = shop.desk.call("GET /api/cases", query={"customer_id": shop.customer_id, **query})
        return [case["case_id"] for case in answer.json["items"]]

    assert listed(status="open") == [still]
    assert listed(status="resolved") == [settled]
    assert set(listed()) == {still, settled}


# ---------------------------------------------------------------- merging


def test_a_contact_for_a_merged_case_joins_the_remaining_one(shop: Shop) -> None:
    first, second, third = (shop.contact()["case_id"] for _ in range(3))
    shop.merge(first, into=second)
    shop.merge(second, into=third)

    joined = shop.contact(case_id=first)

    assert joined["case_id"] == third
    assert shop.case(third)["contacts"] == 4
    assert [shop.case(case_id)["status"] for case_id in (first, second)] == ["merged", "merged"]


def test_a_merged_case_refuses_actions_and_another_merge(shop: Shop) -> None:
    first, second = (shop.contact()["case_id"] for _ in range(2))
    shop.merge(first, into=second)

    for action in ("resolve", "wait", "go-on"):
        assert shop.desk.call(f"POST /api/cases/{first}/{action}").status == 409
    assert shop.desk.call(f"POST /api/cases/{first}/merge", {"into": second}).status == 409
    assert shop.desk.call(f"POST /api/cases/{second}/merge", {"into": first}).status == 409


def test_a_merge_keeps_the_reply_clock_that_runs_out_first(shop: Shop) -> None:
    first = shop.contact()
    shop.desk.pass_time(30 * MINUTE)
    second = shop.contact()

    shop.merge(first["case_id"], into=second["case_id"])
    shop.desk.pass_time(2 * HOUR)

    assert [reply["status"] for reply in shop.rows("reply")] == ["closed", "awaited"]
    assert shop.sent_messages("reply_missed") == [("03-02T10:00", "supervisor", "email")]


def test_the_reply_of_a_merged_case_can_still_be_paused_and_given(shop: Shop) -> None:
    first = shop.contact()["case_id"]
    second = shop.contact(direction="outbound")["case_id"]
    shop.desk.pass_time(50 * MINUTE)
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]
    shop.merge(first, into=second)

    waiting = shop.desk.answer(link, do="waiting")
    paused = shop.rows("reply")[0]["status"]
    shop.contact(case_id=second, direction="outbound")

    assert (waiting.status, paused, shop.rows("reply")[0]["status"]) == (200, "paused", "given")


@pytest.mark.parametrize("into_first", [True, False])
def test_a_merge_keeps_the_promised_call_that_is_due_first(shop: Shop, *, into_first: bool) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")
    first = shop.contact(channel="phone")["case_id"]
    second = shop.contact(channel="email")["case_id"]
    one, into = (second, first) if into_first else (first, second)

    shop.merge(one, into=into)
    before = calls(shop)
    shop.contact(case_id=into, direction="outbound")

    assert before == {"phone": "open", "email": "withdrawn"}
    assert calls(shop) == {"phone": "kept", "email": "withdrawn"}


def test_the_promised_call_that_remains_after_a_merge_gives_the_reply(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")
    first, second = shop.contact(channel="phone"), shop.contact(channel="email")
    call = f"POST /api/commitments/{first['call_back']['commitment_id']}"
    shop.desk.call(f"{call}/renegotiate", {"due_at": "2026-03-09T17:00:00Z", "reason": "They are out"})

    shop.merge(first["case_id"], into=second["case_id"])
    shop.desk.call(f"{call}/keep")

    assert calls(shop) == {"phone": "kept", "email": "withdrawn"}
    assert {reply["channel"]: reply["status"] for reply in shop.rows("reply")} == {
        "phone": "given",
        "email": "closed",
    }


def test_a_call_promised_in_a_merged_case_is_kept_in_the_remaining_one(shop: Shop) -> None:
    second = shop.contact(direction="outbound")["case_id"]
    wait_until(shop.desk, "2026-03-07T11:00")
    first = shop.contact()["case_id"]
    shop.merge(first, into=second)

    shop.contact(case_id=second, direction="outbound")

    assert calls(shop) == {"phone": "kept"}


def test_a_contact_planned_after_its_case_is_resolved_sends_no_reminder(shop: Shop) -> None:
    into = shop.contact()["case_id"]
    one = shop.desk.call("POST /api/interactions", shop.contact_body()).json["case_id"]
    shop.merge(one, into=into)
    shop.desk.call(f"POST /api/cases/{into}/resolve")

    shop.desk.settle()

    assert {row["status"] for row in shop.rows("follow_up")} == {"cancelled", "done"}


# ---------------------------------------------------------------- evidence


def test_a_hand_off_records_when_from_whom_and_to_whom(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    first = shop.contact()

    second = shop.contact(case_id=first["case_id"], agent_id=omar)
    third = shop.contact(handed_over_from=omar)

    (noticed,) = shop.case(first["case_id"])["hand_offs"]
    (stated,) = shop.case(third["case_id"])["hand_offs"]
    assert noticed == {
        "at": "2026-03-02T09:00:00Z",
        "interaction_id": second["interaction_id"],
        "from_agent_id": shop.agent_id,
        "to_agent_id": omar,
    }
    assert (stated["from_agent_id"], stated["to_agent_id"]) == (omar, shop.agent_id)


def test_an_unexpected_contact_within_a_week_is_a_repeat(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    def repeats() -> int:
        return len(shop.case(case_id)["repeat_contacts"])

    shop.contact(case_id=case_id, summary="Thank you!")
    thanked = repeats()
    shop.desk.clock.shift(7 * DAY)
    shop.contact(case_id=case_id)
    after_a_week = repeats()
    shop.desk.clock.shift(7 * DAY + MINUTE)
    shop.contact(case_id=case_id)
    after_longer = repeats()
    shop.desk.call(f"POST /api/cases/{case_id}/wait")
    shop.contact(case_id=case_id)

    assert (thanked, after_a_week, after_longer, repeats()) == (0, 1, 1, 1)


def test_a_resolved_case_is_reopened_by_a_contact_but_not_by_thanks(shop: Shop) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    shop.desk.pass_time(HOUR)

    shop.contact(case_id=case_id, summary="Thanks, perfect")
    thanked = shop.case(case_id)["status"]
    again = shop.contact(case_id=case_id)

    case = shop.case(case_id)
    assert (thanked, case["status"], case["resolved_at"]) == ("resolved", "open", None)
    assert [one["interaction_id"] for one in case["reopenings"]] == [again["interaction_id"]]


def test_a_run_around_reaches_the_supervisor_once_and_keeps_the_agent(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", supervisor_id=shop.supervisor_id)
    case_id = shop.contact()["case_id"]

    for agent_id in (omar, shop.agent_id, omar, shop.agent_id, omar):
        shop.desk.pass_time(MINUTE)
        shop.contact(case_id=case_id, agent_id=agent_id, direction="outbound")
    asked = shop.contact(case_id=case_id)

    (follow_up,) = supervisors_work(shop, "run_around")
    assert "3 hand-offs" in follow_up["reason"]
    assert shop.case(case_id)["run_around_at"] == "2026-03-02T09:03:00Z"
    assert shop.case(case_id)["agent_id"] == omar
    assert asked["reply"]["agent_id"] == omar


@pytest.mark.parametrize("evidence", ["repeat_contacts", "reopenings"])
def test_the_policy_sets_the_run_around_thresholds(shop: Shop, evidence: str) -> None:
    change_policy(shop.desk, cases={f"{evidence}_at_most": 0})
    case_id = shop.contact(resolved=evidence == "reopenings")["case_id"]
    before = len(supervisors_work(shop, "run_around"))

    shop.contact(case_id=case_id)

    assert (before, len(supervisors_work(shop, "run_around"))) == (0, 1)


# ---------------------------------------------------------------- the owner of a case


def test_an_assigned_case_takes_its_reply_to_the_new_agent(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    case_id = shop.contact()["case_id"]

    assigned = shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": omar})
    nobody = shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": "0" * 16})
    shop.desk.pass_time(HOUR)

    assert (assigned.json["agent_id"], shop.rows("reply")[0]["agent_id"]) == (omar, omar)
    assert (nobody.status, fields_of(nobody)) == (422, ["agent_id"])
    warned = [str(mail["to"]) for mail in shop.desk.mails if str(mail["subject"]).startswith("Answer")]
    assert set(warned) == {"Omar <omar@example.com>"}


def test_agents_who_do_not_serve_the_customer_are_refused(shop: Shop) -> None:
    add_agent(shop.desk, "Omar")
    case_id, other = (shop.contact()["case_id"] for _ in range(2))

    actions: dict[str, object] = {
        "steps/apologised": {},
        "resolve": {},
        "reopen": {"reason": "Again"},
        "wait": None,
        "go-on": None,
        "assign": {"agent_id": shop.agent_id},
        "merge": {"into": other},
        "goodwill": {"amount": "5", "reason": "Sorry"},
    }

    for action, body in actions.items():
        assert shop.desk.call(f"POST /api/cases/{case_id}/{action}", body, user=OMAR).status == 403, action
    assert shop.desk.call(f"GET /api/cases/{case_id}", user=OMAR).status == 403
    query = {"customer_id": shop.customer_id}
    assert shop.desk.call("GET /api/cases", user=OMAR, query=query).status == 403
    assert shop.desk.call("GET /api/cases", user=AMINA, query=query).status == 200


# ---------------------------------------------------------------- resolving


def test_a_resolved_case_sends_no_more_reminders(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    shop.desk.call(f"POST /api/cases/{case_id}/resolve", {"outcome": "The cake is baked"}, user=AMINA)
    shop.desk.pass_time(14 * DAY)

    case = shop.case(case_id)
    assert (case["status"], case["outcome"]) == ("resolved", "The cake is baked")
    assert shop.sent_messages("follow_up_reminder") == shop.sent_messages("reply_missed") == []
    assert [survey["agent_id"] for survey in shop.rows("survey")] == [shop.agent_id]


def test_a_resolved_case_keeps_requested_follow_ups_and_promises(shop: Shop) -> None:
    at = "2026-03-04T10:00:00Z"
    case_id = shop.contact(follow_up={"at": at, "reason": "Ask how it tasted"})["case_id"]
    shop.contact(case_id=case_id, commitments=[{"what": "Send the photos", "due_at": at}])

    shop.desk.call(f"POST /api/cases/{case_id}/resolve")

    assert [row["status"] for row in shop.rows("follow_up")] == ["scheduled"]
    assert [row["status"] for row in shop.rows("commitment")] == ["open"]


def test_a_resolved_case_ends_the_promise_to_call_back(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")
    case_id = shop.contact()["case_id"]

    shop.desk.call(f"POST /api/cases/{case_id}/resolve")
    wait_until(shop.desk, "2026-03-10T18:00")

    assert shop.sent_messages("promise_warning") == shop.sent_messages("promise_overdue") == []


def test_a_case_is_resolved_once_and_reopened_with_a_reason(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    def act(action: str, body: object = None) -> int:
        return shop.desk.call(f"POST /api/cases/{case_id}/{action}", body).status

    assert act("reopen", {"reason": "Not open yet"}) == 409
    assert (act("resolve"), act("resolve")) == (200, 409)
    assert fields_of(shop.desk.call(f"POST /api/cases/{case_id}/reopen", {})) == ["reason"]
    assert (act("wait"), act("assign", {"agent_id": shop.agent_id})) == (409, 409)
    assert act("reopen", {"reason": "The cake collapsed"}) == 200
    assert [line["what"] for line in shop.case(case_id)["history"]] == ["resolved", "reopened"]


# ---------------------------------------------------------------- once


def test_a_case_may_be_resolved_again_in_the_same_second(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.resolve(case_id)
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "A slip"})

    shop.resolve(case_id)

    assert sorted(row["status"] for row in shop.rows("survey")) == ["scheduled", "withheld"]


def test_each_action_is_done_once_per_idempotency_key_even_with_others_between(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    case_id, other = shop.contact(kind="complaint")["case_id"], shop.contact()["case_id"]
    cause = {"cause": "Wrong label", "prevention": "Check twice"}

    actions: list[tuple[str, object]] = [
        ("assign", {"agent_id": omar}),
        ("assign", {"agent_id": shop.agent_id}),
        ("wait", None),
        ("go-on", None),
        *((f"steps/{step}", None) for step in ("apologised", "solved", "confirmed")),
        ("steps/cause_recorded", cause),
        ("goodwill", {"amount": "5.00", "reason": "Sorry"}),
        ("resolve", {"outcome": "Settled"}),
        ("reopen", {"reason": "Not settled"}),
        ("merge", {"into": other}),
    ]

    def act_all() -> list[int]:
        return [
            shop.desk.call(f"POST /api/cases/{case_id}/{action}", body, key=f"key {n}").status
            for n, (action, body) in enumerate(actions)
        ]

    first = act_all()
    stood = (shop.case(case_id), shop.case(other), shop.rows("goodwill"), shop.rows("reply"))
    again = act_all()

    assert first == again == [201 if action == "goodwill" else 200 for action, _ in actions]
    assert stood == (shop.case(case_id), shop.case(other), shop.rows("goodwill"), shop.rows("reply"))


def test_an_action_overtaken_by_another_write_is_still_done_once(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    overtaken = False

    def overtake(call: str) -> None:
        nonlocal overtaken
        if call == "dynamodb.TransactWriteItems" and not overtaken:
            overtaken = True
            shop.desk.call(f"POST /api/cases/{case_id}/wait", key="other")

    shop.desk.before_call = overtake
    given = [
        shop.desk.call(f"POST /api/cases/{case_id}/goodwill", {"amount": "5", "reason": "Sorry"}, key="k")
        for _ in range(2)
    ]

    assert [answer.status for answer in given] == [201, 201]
    assert given[0].json == given[1].json
    case = shop.case(case_id)
    assert (case["granted"], case["waiting_for_customer"]) == ("5.00", True)


@pytest.mark.parametrize("action", ["wait", "merge"])
def test_two_concurrent_identical_requests_both_succeed(shop: Shop, action: str) -> None:
    case_id, other = shop.contact()["case_id"], shop.contact()["case_id"]
    body = {"into": other} if action == "merge" else None
    twin: list[int] = []

    def overtake(call: str) -> None:
        if call == "dynamodb.TransactWriteItems" and not twin:
            twin.append(0)
            twin[0] = shop.desk.call(f"POST /api/cases/{case_id}/{action}", body, key="k").status

    shop.desk.before_call = overtake
    answer = shop.desk.call(f"POST /api/cases/{case_id}/{action}", body, key="k")

    assert (answer.status, twin) == (200, [200])


def test_one_contact_is_read_by_its_id(shop: Shop) -> None:
    recorded = shop.contact(summary="The brake squeals")

    found = shop.desk.call(f"GET /api/interactions/{recorded['interaction_id']}")
    nothing = shop.desk.call(f"GET /api/interactions/{'0' * 32}")

    assert (found.json["summary"], found.json["case_id"]) == ("The brake squeals", recorded["case_id"])
    assert nothing.status == 404
