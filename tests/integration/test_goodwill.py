"""Goodwill: the allowance of an agent, and the approval by a supervisor."""

import pytest

from tests.integration.scripted_desk import MANAGER, Response
from tests.integration.shop import (
    Shop,
    add_agent,
    change_agent,
    change_policy,
    fields_of,
    links,
    token_of,
    words_of,
)
from tests.times import DAY, MINUTE
from vaada.model.times import text_of

AMINA, OMAR, SANA = (token_of(f"{name}@example.com") for name in ("amina", "omar", "sana"))


@pytest.fixture
def case_id(shop: Shop) -> str:
    """The id of a case without reminders."""
    found: str = shop.contact(channel="in_person", resolved=True)["case_id"]
    return found


def give(shop: Shop, case_id: str, amount: object, *, user: dict[str, str] = AMINA) -> Response:
    answer = shop.desk.call(
        f"POST /api/cases/{case_id}/goodwill",
        {"amount": amount, "reason": "Two visits for nothing"},
        user=user,
    )
    shop.desk.pass_time(2 * MINUTE)
    return answer


def request_goodwill(shop: Shop, case_id: str, amount: str = "40.00") -> str:
    """Goodwill above the allowance. Returns its id."""
    answer = give(shop, case_id, amount)
    assert answer.json["status"] == "requested"
    goodwill_id: str = answer.json["goodwill_id"]
    return goodwill_id


def decide(shop: Shop, goodwill_id: str, verdict: str, user: dict[str, str]) -> Response:
    body = {"reason": "Too much"} if verdict == "decline" else None
    return shop.desk.call(f"POST /api/goodwill/{goodwill_id}/{verdict}", body, user=user)


def test_goodwill_up_to_the_allowance_is_granted_without_approval(shop: Shop, case_id: str) -> None:
    answers = [give(shop, case_id, amount) for amount in ("12.50", "12.49", "0.01")]

    assert [(answer.status, answer.json["status"]) for answer in answers] == [(201, "granted")] * 3
    assert (answers[0].json["amount"], answers[0].json["currency"]) == ("12.50", "USD")
    assert shop.case(case_id)["granted"] == "25.00"
    assert shop.desk.mails == []


def test_the_allowance_counts_earlier_grants_of_the_same_case_only(shop: Shop, case_id: str) -> None:
    other = shop.contact(channel="in_person", resolved=True)["case_id"]
    give(shop, case_id, "20")

    assert give(shop, case_id, "5.01").json["status"] == "requested"
    assert give(shop, case_id, "5").json["status"] == "granted"
    assert give(shop, other, "25").json["status"] == "granted"


def test_the_policy_sets_the_allowance_and_the_currency(shop: Shop, case_id: str) -> None:
    change_policy(shop.desk, goodwill={"allowance_per_case": "5000", "currency": "PKR"})

    given = give(shop, case_id, 5000).json

    assert (given["status"], given["currency"], given["amount"]) == ("granted", "PKR", "5000.00")


def test_a_manager_needs_no_approval(shop: Shop, case_id: str) -> None:
    assert give(shop, case_id, "1000", user=MANAGER).json["status"] == "granted"


@pytest.mark.parametrize("verdict", ["approve", "decline"])
def test_a_supervisor_decides_once_from_the_link_in_the_mail(shop: Shop, case_id: str, verdict: str) -> None:
    request_goodwill(shop, case_id)
    (mail,) = shop.desk.mails
    link = links(words_of(mail), "/a/")[0]

    opened = shop.desk.open(f"{link}?do={verdict}")
    untouched = shop.rows("goodwill")[0]["status"]
    first = shop.desk.answer(link, do=verdict, reason="Too much")
    second = shop.desk.answer(link, do="approve")

    assert str(mail["to"]) == "Sana <sana@example.com>"
    assert (opened.status, untouched) == (200, "requested")
    assert (first.status, second.status) == (200, 409)
    (goodwill,) = shop.rows("goodwill")
    assert (goodwill["status"], goodwill["decided_by"]) == (
        "approved" if verdict == "approve" else "declined",
        shop.supervisor_id,
    )
    assert shop.case(case_id)["granted"] == ("40.00" if verdict == "approve" else "0")


def test_declining_from_the_link_needs_a_reason(shop: Shop, case_id: str) -> None:
    request_goodwill(shop, case_id)

    link = links(words_of(shop.desk.mails[0]), "/a/")[0]

    assert shop.desk.answer(link, do="decline").status == 422
    assert shop.rows("goodwill")[0]["status"] == "requested"


@pytest.mark.parametrize("user", [SANA, MANAGER], ids=["supervisor", "manager"])
@pytest.mark.parametrize("verdict", ["approve", "decline"])
def test_only_the_supervisor_or_a_manager_decides(
    shop: Shop, case_id: str, verdict: str, user: dict[str, str]
) -> None:
    add_agent(shop.desk, "Omar")
    goodwill_id = request_goodwill(shop, case_id)

    answers = [decide(shop, goodwill_id, verdict, one).status for one in (AMINA, OMAR, user)]

    assert answers == [403, 403, 200]


def test_an_agent_cannot_be_their_own_supervisor_or_cover(shop: Shop) -> None:
    for field in ("supervisor_id", "covered_by"):
        answer = shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {field: shop.agent_id})

        assert (answer.status, fields_of(answer)) == (422, [field])


def test_the_owner_decides_if_there_is_no_supervisor(shop: Shop, case_id: str) -> None:
    change_agent(shop.desk, shop.agent_id, supervisor_id=None)

    request_goodwill(shop, case_id)

    assert shop.desk.mail_recipients == ["owner@example.com"]
    assert shop.desk.answer(links(words_of(shop.desk.mails[0]), "/a/")[0], do="approve").status == 200
    assert shop.rows("goodwill")[0]["decided_by"] == "owner"


def test_the_cover_of_an_absent_supervisor_is_asked(shop: Shop, case_id: str) -> None:
    cover = add_agent(shop.desk, "Omar")
    away = {"away_until": text_of(shop.desk.now + DAY), "covered_by": cover}
    change_agent(shop.desk, shop.supervisor_id, **away)

    request_goodwill(shop, case_id)

    assert shop.desk.mail_recipients == ["Omar <omar@example.com>"]


def test_the_request_is_repeated_each_working_morning_until_it_is_decided(shop: Shop, case_id: str) -> None:
    goodwill_id = request_goodwill(shop, case_id)

    shop.desk.pass_time(DAY + 3 * MINUTE)
    twice = len(shop.sent_messages("goodwill_approval"))
    decide(shop, goodwill_id, "approve", SANA)
    shop.desk.pass_time(7 * DAY)

    assert (twice, len(shop.sent_messages("goodwill_approval"))) == (2, 2)


def test_a_decision_is_made_once(shop: Shop, case_id: str) -> None:
    goodwill_id = request_goodwill(shop, case_id)
    approve = f"POST /api/goodwill/{goodwill_id}/approve"

    keyed = [shop.desk.call(approve, user=SANA, key="k").status for _ in range(2)]

    assert (keyed, decide(shop, goodwill_id, "decline", SANA).status) == ([200, 200], 409)
    assert shop.case(case_id)["granted"] == "40.00"


def test_goodwill_approved_for_a_merged_case_counts_for_the_remaining_one(shop: Shop) -> None:
    case_id, other = (shop.contact(channel="in_person")["case_id"] for _ in range(2))
    goodwill_id = request_goodwill(shop, case_id)
    shop.desk.call(f"POST /api/cases/{case_id}/merge", {"into": other})

    decide(shop, goodwill_id, "approve", SANA)

    assert shop.case(other)["granted"] == "40.00"
    assert give(shop, other, "1").json["status"] == "requested"
    assert (
        shop.desk.call(f"POST /api/cases/{case_id}/goodwill", {"amount": "1", "reason": "Sorry"}).status
        == 409
    )


def test_invalid_amounts_and_reasons_are_refused_and_the_field_named(shop: Shop, case_id: str) -> None:
    wrong = (
        0,
        "0.00",
        -5,
        "12.345",
        12.345,
        "99999999999",
        "a lot",
        "NaN",
        "Infinity",
        None,
        True,
        "",
        "12,50",
    )

    for amount in wrong:
        answer = give(shop, case_id, amount)
        assert (answer.status, fields_of(answer)) == (422, ["amount"]), amount
    answer = shop.desk.call(f"POST /api/cases/{case_id}/goodwill", {"amount": "5", "reason": " "})
    assert (answer.status, fields_of(answer)) == (422, ["reason"])
    assert shop.rows("goodwill") == []


def test_amounts_are_shown_with_two_decimals(shop: Shop, case_id: str) -> None:
    amounts = [give(shop, case_id, amount).json["amount"] for amount in (5, "2.5", "1e1", 0.1)]

    assert amounts == ["5.00", "2.50", "10.00", "0.10"]


def test_goodwill_is_listed_by_status_and_agents_see_their_own(shop: Shop, case_id: str) -> None:
    add_agent(shop.desk, "Omar")
    give(shop, case_id, "5")
    asked_id = request_goodwill(shop, case_id)

    def listed(user: dict[str, str], **query: str) -> list[str]:
        items = shop.desk.call("GET /api/goodwill", user=user, query=query).json["items"]
        return [item["goodwill_id"] for item in items]

    assert listed(MANAGER, status="requested") == listed(AMINA, status="requested") == [asked_id]
    assert len(listed(AMINA)) == 2
    assert listed(OMAR) == []
