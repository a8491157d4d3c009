"""Surveys in the console: results, customers' words, quarantined answers, and what was withheld."""

from typing import Any

import pytest

from tests.integration.console import Browser, Form, Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    change_customer,
    links,
    token_of,
    words_of,
    writes,
)
from tests.times import DAY, HOUR
from tests.unit.present.hostile_text import MARKUP
from vaada.gateways import row_lists

HERE = "/desk/surveys"


def manager(shop: Shop) -> Browser:
    """The supervisor, who is a manager and signs in now."""
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def quarantined(shop: Shop, **answer: str) -> str:
    """A survey whose only answer came without a page. Returns its id."""
    link = shop.survey_link()
    shop.desk.post(link, {"score": "5", "comment": "Kind", **answer, "nonce": "none"})
    [survey] = [row for row in shop.rows("survey") if row["status"] == "sent"]
    assert [one["score"] for one in survey["quarantined"]] == [int(answer.get("score", "5"))]
    survey_id: str = survey["survey_id"]
    return survey_id


def survey_of(shop: Shop) -> dict[str, Any]:
    return shop.rows("survey")[-1]


def form_of(page: Page, action: str) -> Form:
    """The form that goes to this path, whatever its query."""
    return next(form for form in page.forms if form.action.partition("?")[0].endswith(action))


def test_an_empty_page_says_so(shop: Shop) -> None:
    page = manager(shop).open(HERE)

    assert page.title == "Nobody has answered in this time."
    assert "Nothing of this kind." in page.words


def test_results_have_their_range_and_lead_to_their_rows(shop: Shop) -> None:
    shop.desk.answer(shop.survey_link(), score="5", comment="Kind")

    page = manager(shop).open(HERE)

    assert page.title == "1 of 1 customer is satisfied."
    assert "The true share is likely between 21% and 100%. 1 was asked." in page.words
    assert "How it went 1 1 1 21% – 100%" in page.words
    assert "Bilal Khan Very happy Kind Amina" in page.words.replace("· ", "").replace(" (5 of 5)", "")
    assert 'href="/desk/report/rows?' in page.html


def test_an_answer_without_a_page_is_counted_by_a_person_with_what_follows(shop: Shop) -> None:
    survey = quarantined(shop, score="1", comment="Rude")
    browser = manager(shop)

    page = browser.open(f"{HERE}?show=quarantined")
    assert "Very unhappy" in page.words
    after = browser.send(form_of(page, f"{survey}/confirm"))

    assert "The answer counts" in after.words
    counted_one = survey_of(shop)
    assert (counted_one["status"], counted_one["score"], counted_one["comment"]) == ("answered", 1, "Rude")
    assert str(counted_one["confirmed_by"]) == shop.supervisor_id
    assert [row["origin"] for row in shop.rows("follow_up")] == ["unhappy"]
    assert browser.open(HERE).title == "0 of 1 customer is satisfied."
    assert "counted by hand" in browser.open(HERE).words


def test_a_program_s_answer_is_discarded_and_the_customer_may_still_answer(shop: Shop) -> None:
    survey = quarantined(shop)
    browser = manager(shop)

    after = browser.send(form_of(browser.open(f"{HERE}?show=quarantined"), f"{survey}/discard"))

    assert "Discarded" in after.words
    assert "/confirm" not in after.html
    [answer] = survey_of(shop)["quarantined"]
    assert answer["discarded_by"] == shop.supervisor_id
    assert survey_of(shop)["status"] == "sent"


def test_withheld_surveys_are_counted_by_reason(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, consent={"email": True, "sms": True, "survey": False})
    shop.contact(resolved=True)
    shop.desk.pass_time(25 * HOUR)

    page = manager(shop).open(f"{HERE}?show=withheld")

    assert "They did not agree to be asked. 1" in page.words
    assert "Bilal Khan" in page.words


def test_the_api_confirms_and_discards_too(shop: Shop) -> None:
    survey = quarantined(shop)
    at = survey_of(shop)["quarantined"][0]["at"]

    wrong = shop.desk.call(f"POST /api/surveys/{survey}/confirm", {"at": "2026-01-01T00:00:00Z"})
    right = shop.desk.call(f"POST /api/surveys/{survey}/confirm", {"at": at})
    again = shop.desk.call(f"POST /api/surveys/{survey}/confirm", {"at": at})

    assert (wrong.status, right.status, again.status) == (409, 200, 409)
    assert right.json["score"] == 5
    assert shop.desk.call(f"POST /api/surveys/{survey}/discard").json["version"] == right.json["version"]


# ---------------------------------------------------------------- who may


def test_nobody_decides_about_answers_that_rate_them(shop: Shop) -> None:
    survey = quarantined(shop)
    own, before = signed_in(shop.desk, shop.agent_id), writes(shop.desk)

    page = own.open(f"{HERE}?show=quarantined")
    assert "Very happy" in page.words
    assert "/confirm" not in page.html
    token = own.open("/desk/sign-ins").form("/desk/sign-out").fields["token"]
    at = str(survey_of(shop)["quarantined"][0]["at"])
    for action in ("confirm", "discard"):
        assert own.post(f"{HERE}/{survey}/{action}", {"token": token, "at": at}).status == 403
        body = {"at": at} if action == "confirm" else None
        call = shop.desk.call(
            f"POST /api/surveys/{survey}/{action}", body, user=token_of("amina@example.com")
        )
        assert call.status == 403
    assert writes(shop.desk) == before


def test_a_supervisor_who_is_no_manager_decides_about_those_of_their_people(shop: Shop) -> None:
    survey = quarantined(shop)
    supervisor = signed_in(shop.desk, shop.supervisor_id)

    page = supervisor.open(f"{HERE}?show=quarantined&agent={shop.agent_id}")
    after = supervisor.send(form_of(page, f"{survey}/discard"))

    assert "Discarded" in after.words


def test_an_agent_sees_the_surveys_about_themselves_alone(shop: Shop) -> None:
    zara = add_agent(shop.desk, "Zara")
    shop.desk.answer(shop.survey_link(), score="5", comment="Kind")
    stranger = signed_in(shop.desk, zara)

    assert "Kind" in signed_in(shop.desk, shop.agent_id).open(HERE).words
    assert "Kind" not in stranger.open(HERE).words
    assert stranger.open(f"{HERE}?agent={shop.agent_id}").status == 403


@pytest.mark.parametrize("query", ["from=2026-03-09&to=2026-03-01", "from=x", "to=2020-01-01"])
def test_a_period_that_cannot_be_used_is_told(shop: Shop, query: str) -> None:
    page = manager(shop).open(f"{HERE}?{query}")

    assert page.status == 422
    assert "This period cannot be used" in page.words


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    shop.desk.answer(shop.survey_link(), score="5", comment=MARKUP)

    html = manager(shop).open(HERE).html

    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_the_page_makes_as_many_calls_for_many_surveys_as_for_few(shop: Shop) -> None:
    def cost(browser: Browser) -> dict[str, int]:
        browser.open(HERE)
        with counted(shop.desk) as made:
            assert browser.open(HERE).status == 200
        return made

    shop.desk.answer(shop.survey_link(), score="5", comment="Kind")
    few = cost(manager(shop))
    for number in range(4):
        customer = add_customer(shop.desk, name=f"Customer {number}", email=f"c{number}@example.com")
        shop.contact(customer_id=customer, resolved=True)
    shop.desk.pass_time(DAY + HOUR)

    assert cost(signed_in(shop.desk, add_agent(shop.desk, "Zara"), manager=True)) == few
    assert sum(few.values()) <= 9


def test_with_more_surveys_than_one_query_reads_the_page_says_since_when_it_counts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, score in enumerate(("1", "5", "5")):
        customer_id = add_customer(shop.desk, email=f"customer{number}@example.com")
        shop.contact(customer_id=customer_id, resolved=True)
        shop.desk.pass_time(DAY)
        shop.desk.answer(links(words_of(shop.desk.mails[-1]), "/s/")[0], score=score)
    browser = manager(shop)
    assert browser.open(HERE).title == "2 of 3 customers are satisfied."
    monkeypatch.setattr(row_lists, "_REPORT_PAGE", 2)

    page = browser.open(HERE)

    assert page.title == "1 of 1 customer is satisfied."
    assert "is counted: there is too much for one page. Report" in page.words
    assert 'href="/desk/report?from=' in page.html
