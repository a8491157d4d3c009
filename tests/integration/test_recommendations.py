"""Recommendations: a happy customer is asked once, and it is recorded who referred whom."""

import pytest

from tests.integration.console import signed_in
from tests.integration.scripted_desk import MANAGER
from tests.integration.shop import (
    Shop,
    add_customer,
    change_customer,
    change_policy,
    fields_of,
    token_of,
    words_of,
)
from tests.times import DAY, HOUR
from vaada.desk import open_desk
from vaada.flows.surveys import receive_answer
from vaada.model.work import Answer
from vaada.rules.survey_answers import MIN_PAGE_TIME

REVIEW = "https://reviews.example/shop"
AMINA = token_of("amina@example.com")


def page_after_answer(shop: Shop, score: str = "5") -> str:
    """The page that a customer sees after a new survey."""
    return shop.desk.answer(shop.survey_link(), score=score).body


def asked_at(shop: Shop) -> object:
    return shop.desk.call(f"GET /api/customers/{shop.customer_id}").json["recommendation_asked_at"]


def test_a_happy_customer_is_asked_for_a_review_once(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"review_url": REVIEW, "days_between": 0})

    unhappy = page_after_answer(shop, "3")
    first = page_after_answer(shop)
    known = asked_at(shop)
    second = page_after_answer(shop)

    assert [REVIEW in page for page in (unhappy, first, second)] == [False, True, False]
    assert asked_at(shop) == known
    assert shop.rows("survey")[1]["recommendation"] == "review"


def test_nobody_is_asked_while_a_promise_to_them_is_overdue(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"review_url": REVIEW})
    link = shop.survey_link()
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    assert REVIEW not in shop.desk.answer(link, score="5").body
    assert asked_at(shop) is None


def recommendations(shop: Shop) -> list[tuple[str, str | None]]:
    """The messages that ask for a recommendation: status and why not."""
    rows = (row for row in shop.rows("message") if row["purpose"] == "recommendation")
    return [(row["status"], row.get("why_not")) for row in rows]


def test_the_policy_can_ask_by_a_message_on_the_next_day_too(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"review_url": REVIEW, "recommendation_by_message": True})
    page_after_answer(shop)
    shop.desk.pass_time(2 * HOUR)
    before = recommendations(shop)
    shop.desk.pass_time(2 * DAY)

    (mail,) = (mail for mail in shop.desk.mails if REVIEW in words_of(mail))
    assert (before, recommendations(shop)) == ([("held", None)], [("sent", None)])
    assert str(mail["subject"]).endswith("would you tell others, too?")
    assert "List-Unsubscribe" in mail


@pytest.mark.parametrize("by_message", [True, False])
def test_a_customer_who_answers_by_text_is_asked_only_by_a_message(shop: Shop, *, by_message: bool) -> None:
    change_policy(shop.desk, surveys={"review_url": REVIEW, "recommendation_by_message": by_message})
    shop.survey_link()
    survey_id = shop.rows("survey")[0]["survey_id"]
    answer = Answer(at=shop.desk.now, score=5)
    receive_answer(open_desk(), survey_id, answer, MIN_PAGE_TIME, confirmed=True, on_page=False)
    shop.desk.pass_time(2 * DAY)

    assert recommendations(shop) == [("sent", None)] * by_message
    assert (asked_at(shop) is not None) == by_message


def test_the_message_is_withheld_if_something_is_owed_by_then(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"referral": "Bring a friend", "recommendation_by_message": True})
    page_after_answer(shop)
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * DAY)

    assert recommendations(shop) == [("withheld", "something is owed to the customer")]


def test_a_customer_who_unsubscribes_meanwhile_is_not_asked(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"review_url": REVIEW, "recommendation_by_message": True})
    page_after_answer(shop)
    consent = {"email": True, "sms": True, "survey": False}
    change_customer(shop.desk, shop.customer_id, consent=consent)
    shop.desk.pass_time(2 * DAY)

    assert recommendations(shop) == [("withheld", "the customer said stop before it could be sent")]


# ---------------------------------------------------------------- who brought whom


def brought(shop: Shop, **facts: object) -> str:
    """A customer whom the customer of the shop referred."""
    who = {"name": "Dana Ito", "email": "dana@example.com", "referred_by": shop.customer_id}
    return add_customer(shop.desk, **{**who, **facts})


def named_by(shop: Shop, customer_id: str) -> object:
    return shop.desk.call(f"GET /api/customers/{customer_id}", user=MANAGER).json["referred_by"]


def test_referred_customers_speak_for_their_referrer_in_the_review(shop: Shop) -> None:
    dana = brought(shop)
    path = f"/api/customers/{shop.customer_id}"
    note = {"kind": "no_prospects", "words": "Nobody comes through them"}
    shop.desk.call(f"POST {path}/relationship/notes", note, user=MANAGER)

    review = shop.desk.call(f"GET {path}/relationship", user=MANAGER).json
    listed = shop.desk.call(f"GET {path}/referrals", user=MANAGER).json["items"]

    (referrals,) = (one for one in review["in_favour"] if one["kind"] == "referrals")
    assert (referrals["count"], referrals["evidence"][0]["customer_id"]) == (1, dana)
    assert review["against"] == []
    assert [one["customer_id"] for one in listed] == [dana]
    assert shop.desk.call(f"GET {path}/referrals", user=AMINA).status == 403


def test_a_merge_keeps_referrals_and_nobody_refers_themselves(shop: Shop) -> None:
    dana = brought(shop)
    other = add_customer(shop.desk, name="B. Khan", email="other@example.com", referred_by=shop.customer_id)
    merge = f"POST /api/customers/{shop.customer_id}/merge"
    shop.desk.call(merge, {"into": other}, user=MANAGER)

    listed = shop.desk.call(f"GET /api/customers/{other}/referrals", user=MANAGER).json["items"]

    assert [one["customer_id"] for one in listed] == [dana]
    assert (named_by(shop, other), named_by(shop, dana)) == (None, shop.customer_id)


def test_no_customer_names_an_erased_referrer(shop: Shop) -> None:
    dana = brought(shop)
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase", user=MANAGER)
    shop.desk.pass_time(HOUR)

    assert named_by(shop, dana) is None


@pytest.mark.parametrize("who", ["themselves", "nobody"])
def test_a_referrer_is_another_customer(shop: Shop, who: str) -> None:
    dana = brought(shop)
    body = {"referred_by": dana if who == "themselves" else "0" * 16}

    answer = shop.desk.call(f"PATCH /api/customers/{dana}", body, user=MANAGER)

    assert (answer.status, fields_of(answer)) == (422, ["referred_by"])


def test_the_console_finds_and_shows_the_referrer(shop: Shop) -> None:
    dana = brought(shop, referred_by=None)
    browser = signed_in(shop.desk, shop.supervisor_id, manager=True)
    form = browser.open(f"/desk/customers/{dana}/edit").form("/edit")

    unknown = browser.send(form, referred_by="Nobody at all")
    page = browser.send(form, referred_by="bilal@example.com")
    again = browser.send(browser.open(f"/desk/customers/{dana}/edit").form("/edit"), notes="Third floor")
    review = browser.open(f"/desk/customers/{shop.customer_id}/relationship")

    assert (unknown.status, "Nobody, or more than one customer" in unknown.words) == (422, True)
    assert "Came through Bilal Khan" in page.words
    assert "Came through Bilal Khan" in again.words
    assert "1 customer came through them" in review.words
    assert f'href="/desk/customers/{dana}"' in review.html
