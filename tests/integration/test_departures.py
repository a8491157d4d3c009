"""Agents who leave: others get their work, and they can no longer sign in."""

from typing import Any

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    at,
    change_agent,
    change_customer,
    fields_of,
    links,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

AMINA = token_of("amina@example.com")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00; the agent's customer has a case with a promise and a follow-up."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    change_customer(desk, shop.customer_id, agent_id=shop.agent_id)
    shop.contact(
        channel="email",
        awaits_reply=True,
        commitments=[{"what": "Call back with a price", "due_at": text_of(at("03-04T12:00"))}],
        follow_up={"at": text_of(at("03-04T12:00")), "reason": "Ask for the colour"},
    )
    return shop


def leave(shop: Shop, to: str, **more: object) -> Response:
    return shop.desk.call(f"POST /api/agents/{shop.agent_id}/leave", {"to": to, **more})


def agent(shop: Shop, agent_id: str) -> Any:
    return shop.desk.call(f"GET /api/agents/{agent_id}").json


def counts(shop: Shop, agent_id: str) -> Any:
    return shop.desk.call(f"GET /api/agents/{agent_id}/work").json


def owners(shop: Shop) -> set[str]:
    """The agents who have the open work of the customer."""
    work = [row for kind in ("case", "commitment", "follow_up", "reply") for row in shop.rows(kind)]
    return {row["agent_id"] for row in work}


def test_all_open_work_goes_to_the_colleague_and_is_counted_before(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    before = counts(shop, shop.agent_id)

    answer = leave(shop, omar)

    work = {"cases": 1, "commitments": 1, "follow_ups": 1, "replies": 1, "customers": 1}
    nothing = dict.fromkeys(work, 0)
    assert (answer.status, answer.json["left_to"]) == (200, omar)
    assert before == {**work, "supervised": 0, "covered": 0}
    assert owners(shop) == {omar}
    assert counts(shop, shop.agent_id) == {**nothing, "supervised": 0, "covered": 0}
    assert counts(shop, omar) == {**work, "supervised": 0, "covered": 0}
    customer = shop.desk.call(f"GET /api/customers/{shop.customer_id}").json
    assert (customer["agent_id"], omar in customer["served_by"]) == (omar, True)


def test_the_sweep_hands_over_what_a_request_has_no_time_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaada.api.departures._AT_ONCE", 0)
    omar = add_agent(shop.desk, "Omar")
    leave(shop, omar)
    at_first = owners(shop)

    shop.desk.pass_time(4 * MINUTE)

    assert (at_first, owners(shop)) == ({shop.agent_id}, {omar})


def test_each_row_is_handed_over_once_and_the_colleague_gets_one_mail(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    for name in ("Dua", "Eve"):
        whose = add_customer(shop.desk, name=name, email=f"{name}@example.com")
        shop.contact(customer_id=whose, follow_up={"at": text_of(at("03-05T12:00")), "reason": name})

    leave(shop, omar)
    shop.desk.pass_time(2 * HOUR)

    [promise] = shop.rows("commitment")
    assert [entry["what"] for entry in promise["history"]] == ["handed over"]
    assert [str(mail["to"]).partition(" <")[0] for mail in shop.desk.mails] == ["Omar"]
    assert str(shop.desk.mails[0]["subject"]).startswith("3 reminders")


def test_work_of_one_customer_can_go_to_another_colleague(shop: Shop) -> None:
    omar, dana = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Dana")
    other = add_customer(shop.desk, name="Eve", email="eve@example.com", agent_id=shop.agent_id)

    leave(shop, omar, by_customer={shop.customer_id: dana})

    assert owners(shop) == {dana}
    assert shop.desk.call(f"GET /api/customers/{other}").json["agent_id"] == omar


@pytest.mark.parametrize("group", ["agents", "managers"])
def test_a_user_who_has_left_is_refused_whatever_their_group(shop: Shop, group: str) -> None:
    user = token_of("amina@example.com", group)
    before = shop.desk.call("GET /api/commitments", user=user).status

    leave(shop, add_agent(shop.desk, "Omar"))

    assert (before, shop.desk.call("GET /api/commitments", user=user).status) == (200, 403)


def test_an_agent_who_comes_back_can_sign_in_and_keeps_what_was_not_moved(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaada.api.departures._AT_ONCE", 0)
    leave(shop, add_agent(shop.desk, "Omar"))

    back = shop.desk.call(f"POST /api/agents/{shop.agent_id}/return")
    shop.desk.pass_time(DAY)

    assert (back.status, back.json.get("left_at")) == (200, None)
    assert shop.desk.call("GET /api/commitments", user=AMINA).status == 200
    assert owners(shop) == {shop.agent_id}


def test_a_return_of_somebody_who_is_there_is_refused_and_a_second_leave_too(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")

    early = shop.desk.call(f"POST /api/agents/{shop.agent_id}/return")
    twice = [leave(shop, omar).status for _ in range(2)]

    assert (early.status, twice) == (409, [200, 409])


def test_an_agent_who_has_left_gets_nothing_new(shop: Shop) -> None:
    omar, dana = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Dana")
    [promise], [case] = shop.rows("commitment"), shop.rows("case")
    leave(shop, omar)
    gone = shop.agent_id

    answers = {
        "agent_id": [
            shop.desk.call(f"POST /api/commitments/{promise['commitment_id']}/assign", {"agent_id": gone}),
            shop.desk.call(f"POST /api/cases/{case['case_id']}/assign", {"agent_id": gone}),
            shop.desk.call("POST /api/interactions", shop.contact_body()),
            shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", {"agent_id": gone}),
        ],
        "supervisor_id": [shop.desk.call(f"PATCH /api/agents/{dana}", {"supervisor_id": gone})],
        "covered_by": [shop.desk.call(f"PATCH /api/agents/{dana}", {"covered_by": gone})],
        "to": [shop.desk.call(f"POST /api/agents/{dana}/leave", {"to": gone})],
    }

    for field, refused in answers.items():
        assert [(answer.status, fields_of(answer)) for answer in refused] == [(422, [field])] * len(refused)


def test_nobody_hands_their_own_work_to_themselves(shop: Shop) -> None:
    answer = leave(shop, shop.agent_id)

    assert (answer.status, fields_of(answer)) == (422, ["to"])


def test_those_whom_they_supervised_are_supervised_by_the_colleague(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")

    shop.desk.call(f"POST /api/agents/{shop.supervisor_id}/leave", {"to": omar})
    wait_until(shop.desk, at("03-05T12:00"))

    assert agent(shop, shop.agent_id)["supervisor_id"] == omar
    assert {row["recipient_id"] for row in shop.rows("message") if row["to"] == "supervisor"} == {omar}


def test_a_message_that_is_held_for_them_goes_to_the_colleague(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    shop.promise(at("03-07T22:00"))
    wait_until(shop.desk, at("03-08T12:00"))
    held = next(row for row in shop.rows("message") if row["status"] == "held")

    leave(shop, omar)
    shop.desk.pass_time(5 * MINUTE)

    after = next(row for row in shop.rows("message") if row["message_id"] == held["message_id"])
    assert (held["recipient_id"], after["recipient_id"]) == (shop.agent_id, omar)


def test_their_links_say_that_they_are_no_longer_of_the_business(shop: Shop) -> None:
    wait_until(shop.desk, at("03-04T12:30"))
    link = links(words_of(shop.desk.mails[-1]), "/a/")[-1]

    leave(shop, add_agent(shop.desk, "Omar"))
    pages = [shop.desk.open(link), shop.desk.post(link, {"do": "done"})]

    assert [page.status for page in pages] == [410, 410]
    assert all("no longer of the business" in page.body for page in pages)


def test_an_old_case_of_theirs_that_is_opened_again_is_handed_over_within_a_day(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    [case] = shop.rows("case")
    shop.resolve(case["case_id"])
    leave(shop, omar)
    shop.desk.pass_time(HOUR)

    shop.desk.call(f"POST /api/cases/{case['case_id']}/reopen", {"reason": "It broke again"})
    shop.desk.pass_time(DAY + HOUR)

    assert shop.case(case["case_id"])["agent_id"] == omar


# ---------------------------------------------------------------- absences and dates


def test_an_absence_without_an_end_lasts_until_further_notice(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, away_from=text_of(shop.desk.now))

    wait_until(shop.desk, at("03-04T12:30"))

    reminded = {row["recipient_id"] for row in shop.rows("message") if row["purpose"] == "follow_up_reminder"}
    assert reminded == {shop.supervisor_id}


def test_dates_that_cannot_work_are_refused_with_their_field(shop: Shop) -> None:
    now, far = shop.desk.now, text_of(shop.desk.now.replace(year=2036) + 5 * DAY)
    [promise], [follow_up] = shop.rows("commitment"), shop.rows("follow_up")
    absence = {"away_from": text_of(now + DAY), "away_until": text_of(now)}
    before = {"what": "Call back", "due_at": text_of(now - DAY)}

    answers = {
        "away_until": shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", absence),
        "commitments.0.due_at": shop.desk.call(
            "POST /api/interactions", shop.contact_body(commitments=[before])
        ),
        "follow_up.at": shop.desk.call(
            "POST /api/interactions", shop.contact_body(follow_up={"at": far, "reason": "Ask"})
        ),
        "until": shop.desk.call(f"POST /api/follow-ups/{follow_up['follow_up_id']}/snooze", {"until": far}),
        "due_at": shop.desk.call(
            f"POST /api/commitments/{promise['commitment_id']}/renegotiate", {"due_at": far, "reason": "Ha"}
        ),
    }

    assert {field: (answer.status, fields_of(answer)) for field, answer in answers.items()} == {
        field: (422, [field]) for field in answers
    }
