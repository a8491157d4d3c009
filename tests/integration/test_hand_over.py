"""One promise or follow-up is handed over alone; stand-ins may see and do what is theirs to do."""

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, add_agent, at, change_agent, links, token_of, wait_until, words_of
from tests.times import DAY, HOUR
from vaada.model.times import text_of

AMINA, OMAR, ZAID = (token_of(f"{name}@example.com") for name in ("amina", "omar", "zaid"))


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    return shop


def assign(shop: Shop, row_id: str, agent_id: str) -> Response:
    return shop.desk.call(f"POST /api/commitments/{row_id}/assign", {"agent_id": agent_id})


# ---------------------------------------------------------------- one row alone


def test_one_promise_goes_to_a_colleague_who_serves_the_customer_then(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    promise, other = shop.promise(at("03-04T12:00")), shop.promise(at("03-04T13:00"))

    answer = assign(shop, promise, omar)

    stays = shop.desk.call(f"GET /api/commitments/{other}").json
    [entry] = answer.json["history"]
    assert (answer.status, answer.json["agent_id"], stays["agent_id"]) == (200, omar, shop.agent_id)
    assert (entry["what"], entry["agent_before"], entry["agent_after"]) == (
        "handed over",
        shop.agent_id,
        omar,
    )
    assert shop.desk.call(f"GET /api/customers/{shop.customer_id}", user=OMAR).status == 200


def test_more_promises_than_a_case_lists_change_hands_with_it(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    case_id = ""
    for _ in range(3):
        made = [{"what": "Call", "due_at": text_of(at("03-05T12:00"))}] * 20
        known = {"case_id": case_id} if case_id else {}
        case_id = shop.contact(commitments=made, **known)["case_id"]

    def owners() -> set[str]:
        rows = shop.desk.call("GET /api/commitments", query={"case_id": case_id, "limit": "100"}).json[
            "items"
        ]
        assert len(rows) == 60
        return {row["agent_id"] for row in rows}

    shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": omar})
    assigned = owners()
    shop.contact(case_id=case_id, agent_id=shop.agent_id)
    by_contact = owners()
    into = shop.contact(agent_id=omar)["case_id"]
    shop.merge(case_id, into=into)
    merged = owners()
    mails = len(shop.desk.mails)
    shop.desk.pass_time(HOUR)

    assert (assigned, by_contact, merged) == ({omar}, {shop.agent_id}, {omar})
    assert len(shop.desk.mails) - mails < 10  # not one for each promise


def test_both_agents_are_told_once(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    follow_up = shop.follow_up(at("03-05T12:00"))

    shop.desk.call(f"POST /api/follow-ups/{follow_up}/assign", {"agent_id": omar})
    shop.desk.pass_time(2 * HOUR)

    told = [(row["purpose"], row["recipient_id"]) for row in shop.rows("message") if row["status"] == "sent"]
    assert sorted(told) == [("assigned", omar), ("handed_over", shop.agent_id)]


def test_the_agent_who_did_it_is_not_told(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, shop.agent_id, covered_by=omar)
    promise = shop.promise(at("03-04T12:00"))

    shop.desk.call(f"POST /api/commitments/{promise}/assign", {"agent_id": omar}, user=OMAR)
    shop.desk.pass_time(2 * HOUR)

    told = [(row["purpose"], row["recipient_id"]) for row in shop.rows("message")]
    assert told == [("handed_over", shop.agent_id)]


def test_the_new_agent_is_reminded_and_their_supervisor_hears_if_it_slips(shop: Shop) -> None:
    rana = add_agent(shop.desk, "Rana")
    omar = add_agent(shop.desk, "Omar", supervisor_id=rana)
    promise = shop.promise(at("03-03T12:00"))

    assign(shop, promise, omar)
    wait_until(shop.desk, at("03-04T17:00"))

    told = {row["purpose"]: row["recipient_id"] for row in shop.rows("message") if row["to"] != "owner"}
    assert (told["promise_warning"], told["promise_overdue"], told["promise_escalation"]) == (
        omar,
        omar,
        rana,
    )


def test_ended_work_and_work_that_is_theirs_are_refused_without_a_change(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    kept, own = shop.promise(at("03-04T12:00")), shop.promise(at("03-04T13:00"))
    shop.desk.call(f"POST /api/commitments/{kept}/keep")
    before = shop.desk.timeline(shop.customer_id)

    answers = [assign(shop, kept, omar), assign(shop, own, shop.agent_id)]

    assert [(answer.status, answer.json["detail"]) for answer in answers] == [
        (409, "A commitment that is kept cannot be handed over."),
        (409, "A commitment that is theirs already cannot be handed over to them."),
    ]
    assert shop.desk.timeline(shop.customer_id) == before


# ---------------------------------------------------------------- who did it


def test_a_stand_in_who_acts_by_the_link_is_recorded_for_the_agent(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    away = {"away_from": "2026-03-02T09:00:00Z", "covered_by": omar}
    follow_up = shop.follow_up(at("03-03T12:00"))
    change_agent(shop.desk, shop.agent_id, **away)
    wait_until(shop.desk, at("03-03T12:30"))
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]

    shop.desk.answer(link, do="done")

    [entry] = shop.desk.call(f"GET /api/follow-ups/{follow_up}").json["history"]
    assert (entry["by"], entry["on_behalf_of"], entry["what"]) == (omar, shop.agent_id, "done")


def test_each_link_of_a_batch_names_its_reader_also_after_a_bounce(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, shop.agent_id, covered_by=omar, away_from="2026-03-02T09:00:00Z")
    rows = [shop.follow_up(at("03-03T12:00"), f"Matter {n}") for n in range(3)]
    wait_until(shop.desk, at("03-03T12:30"))

    for link in links(words_of(shop.desk.mails[-1]), "/a/")[::5]:
        shop.desk.answer(link, do="done")

    history = [shop.desk.call(f"GET /api/follow-ups/{row}").json["history"] for row in rows]
    assert {entry["by"] for entries in history for entry in entries} == {omar}


def test_the_owner_who_acts_by_a_link_is_recorded_as_the_owner(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, supervisor_id=None)
    case_id = shop.contact()["case_id"]
    desk.call(f"POST /api/cases/{case_id}/goodwill", {"amount": "90", "reason": "Sorry"}, user=AMINA)
    desk.pass_time(HOUR)

    asked = next(mail for mail in desk.mails if "asks for approval" in str(mail["subject"]))
    desk.answer(links(words_of(asked), "/a/")[0], do="approve")

    [goodwill] = shop.rows("goodwill")
    assert (goodwill["status"], goodwill["decided_by"]) == ("approved", "owner")


def test_a_stand_in_reads_and_enters_times_in_their_own_zone(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", time_zone="Asia/Karachi")
    change_agent(shop.desk, shop.agent_id, covered_by=omar, away_from="2026-03-02T09:00:00Z")
    follow_up = shop.follow_up(at("03-03T10:00"))
    wait_until(shop.desk, at("03-03T11:00"))
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]

    page = shop.desk.open(link).body
    shop.desk.answer(link, do="pick_date", date="2026-03-05", time="15:00")

    due_at = shop.desk.call(f"GET /api/follow-ups/{follow_up}").json["due_at"]
    assert ("Times are in Asia/Karachi" in page, due_at) == (True, "2026-03-05T10:00:00Z")


# ---------------------------------------------------------------- further up


@pytest.mark.parametrize("link", ["covered_by", "supervisor_id"])
def test_a_stand_in_further_up_sees_the_customer_and_acts(shop: Shop, link: str) -> None:
    zaid = add_agent(shop.desk, "Zaid")
    omar = add_agent(shop.desk, "Omar", **{link: zaid})
    change_agent(shop.desk, shop.agent_id, covered_by=omar)
    promise = shop.promise(shop.desk.now + DAY)
    case_id = shop.rows("case")[0]["case_id"]

    seen = [
        shop.desk.call(f"GET /api/{path}", user=ZAID).status
        for path in (
            f"customers/{shop.customer_id}",
            f"customers/{shop.customer_id}/timeline",
            f"cases/{case_id}",
            f"commitments/{promise}",
        )
    ]
    kept = shop.desk.call(f"POST /api/commitments/{promise}/keep", user=ZAID)

    assert (seen, kept.status) == ([200] * 4, 200)
    assert kept.json["history"][-1]["on_behalf_of"] == shop.agent_id


def test_nobody_sees_those_who_stand_in_for_them(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, omar, covered_by=shop.agent_id)
    promise = shop.promise(shop.desk.now + DAY)

    assert shop.desk.call(f"GET /api/commitments/{promise}", user=OMAR).status == 403
    assert shop.desk.call(f"GET /api/customers/{shop.customer_id}", user=OMAR).status == 403


def test_nobody_decides_about_their_own_goodwill_as_a_stand_in(shop: Shop) -> None:
    change_agent(shop.desk, shop.supervisor_id, covered_by=shop.agent_id)
    case_id = shop.contact()["case_id"]
    asked = {"amount": "90", "reason": "Sorry"}
    given = shop.desk.call(f"POST /api/cases/{case_id}/goodwill", asked, user=AMINA).json

    assert shop.desk.call(f"POST /api/goodwill/{given['goodwill_id']}/approve", user=AMINA).status == 403
