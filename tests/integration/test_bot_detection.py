"""Bots and people answer the same surveys: only people's answers count."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, add_customer, links, nonce_of, words_of
from tests.times import DAY, HOUR, SECOND

CUSTOMERS = 15


def surveys_of_all(shop: Shop) -> dict[str, str]:
    """Send a survey to each customer. Returns the links by customer id."""
    desk, found = shop.desk, {}
    for n in range(CUSTOMERS):
        found[add_customer(desk, name=f"Customer {n}", email=f"c{n}@example.com")] = f"c{n}@example.com"
    for customer_id in found:
        desk.call("POST /api/interactions", shop.contact_body(customer_id=customer_id, resolved=True))
    desk.pass_time(DAY + HOUR)  # all surveys are sent in the same second, and the limit is ten
    by_address = {str(mail["to"]).rpartition("<")[2].strip(">"): mail for mail in desk.mails}
    return {who: links(words_of(by_address[address]), "/s/")[0] for who, address in found.items()}


def prefetch(desk: ScriptedDesk, link: str) -> None:
    """Open every link repeatedly, as a mail gateway does."""
    for score in range(1, 6):
        desk.open(f"{link}?score={score}")
        desk.open(f"{link}?score={score}", method="HEAD")


def post_blindly(desk: ScriptedDesk, link: str) -> None:
    desk.post(link, {"score": "1"})


def post_all_scores(desk: ScriptedDesk, link: str) -> None:
    nonce = nonce_of(desk.open(link))
    for score in range(1, 6):
        desk.post(link, {"score": str(score), "nonce": nonce})


def post_all_scores_late(desk: ScriptedDesk, link: str) -> None:
    """Send all scores at one moment from a page that was open long enough."""
    nonce = nonce_of(desk.open(link))
    desk.clock.shift(5 * SECOND)
    for score in range(1, 6):
        desk.post(link, {"score": str(score), "nonce": nonce})


def fill_in_everything(desk: ScriptedDesk, link: str) -> None:
    nonce = nonce_of(desk.open(link))
    desk.clock.shift(5 * SECOND)
    desk.post(link, {"score": "3", "nonce": nonce, "website": "https://example.com"})


def nobody(_desk: ScriptedDesk, _link: str) -> None: ...


def tap_twice(desk: ScriptedDesk, link: str) -> None:
    nonce = nonce_of(desk.open(link))
    desk.clock.shift(2 * SECOND)
    for _ in range(2):
        assert desk.post(link, {"score": "4", "nonce": nonce}).status == 200


def answer_and_go_back(desk: ScriptedDesk, link: str) -> None:
    """Answer 4, go back in the browser, and send 5 from the same page."""
    nonce = nonce_of(desk.open(link))
    desk.clock.shift(2 * SECOND)
    desk.post(link, {"score": "4", "nonce": nonce})
    desk.clock.shift(10 * SECOND)
    assert desk.post(link, {"score": "5", "nonce": nonce}).status == 200


def confirm(desk: ScriptedDesk, link: str) -> None:
    """Answer, and confirm if the page asks."""
    page = desk.answer(link, score="4")
    assert page.status == 200
    if 'name="confirm"' in page.body:
        desk.clock.shift(2 * SECOND)
        desk.post(link, {"score": "4", "nonce": nonce_of(page), "confirm": "1"})


def answer_then_be_scanned(desk: ScriptedDesk, link: str) -> None:
    confirm(desk, link)
    desk.clock.shift(35 * SECOND)
    nonce = nonce_of_any(desk.open(link))
    desk.post(link, {"score": "1", **({"nonce": nonce} if nonce else {})})


def nonce_of_any(page: Response) -> str | None:
    found = re.search(r'name="nonce" value="([^"]+)"', page.body)
    return found[1] if found else None


Doing = Callable[[ScriptedDesk, str], None]
PROGRAMS: tuple[Doing, ...] = (
    nobody,
    prefetch,
    post_blindly,
    post_all_scores,
    post_all_scores_late,
    fill_in_everything,
)
PEOPLE: tuple[Doing, ...] = (nobody, confirm, tap_twice, answer_and_go_back, answer_then_be_scanned)


def test_exactly_the_answers_of_people_count(shop: Shop) -> None:
    desk, asked = shop.desk, surveys_of_all(shop)
    plan = {
        who: (PROGRAMS[n % len(PROGRAMS)], PEOPLE[n // len(PROGRAMS) % len(PEOPLE)])
        for n, who in enumerate(asked)
    }
    before = len(desk.mails)

    for who, link in asked.items():
        plan[who][0](desk, link)
    desk.clock.shift(timedelta(minutes=2))
    for who, link in asked.items():
        plan[who][1](desk, link)

    found: dict[str, Any] = {who: survey(desk, who) for who in asked}
    for who, (program, person) in plan.items():
        row, what = found[who], f"{program.__name__}, {person.__name__}"
        assert (row["status"], row.get("score")) == (
            ("sent", None) if person is nobody else ("answered", 4)
        ), what
        assert len(row["amendments"]) == (person is answer_and_go_back), what
        apart = {"post_blindly": 1, "post_all_scores": 5, "post_all_scores_late": 5, "fill_in_everything": 1}
        assert len(row["quarantined"]) == apart.get(program.__name__, 0), what
        opened = [row for row in desk.timeline(who) if row["row_kind"] in {"commitment", "follow_up"}]
        assert all(row["status"] in {"cancelled", "withdrawn"} for row in opened), what
        assert bool(opened) == (program is post_all_scores_late), what
    answered = sum(person is not nobody for _, person in plan.values())
    satisfaction = desk.call("GET /api/reports/service").json["all"]["satisfaction"]["csat"]
    assert (satisfaction["asked"], satisfaction["answered"]) == (CUSTOMERS, answered)
    assert satisfaction["mean_score"] == 4.0
    assert len(desk.mails) == before


def survey(desk: ScriptedDesk, customer_id: str) -> Any:
    (row,) = (row for row in desk.timeline(customer_id) if row["row_kind"] == "survey")
    return row


@pytest.mark.parametrize("program", [post_blindly, post_all_scores, post_all_scores_late])
def test_a_person_right_after_a_program_confirms_and_counts(shop: Shop, program: Doing) -> None:
    link = shop.survey_link()
    program(shop.desk, link)
    shop.desk.clock.shift(10 * SECOND)

    page = shop.desk.answer(link, score="4", comment="Lovely")
    at_first = survey(shop.desk, shop.customer_id)["status"]
    shop.desk.clock.shift(SECOND)
    confirmed = {"score": "4", "comment": "Lovely", "nonce": nonce_of(page), "confirm": "1"}
    thanks = shop.desk.post(link, confirmed)

    assert (at_first, thanks.status) == ("sent", 200)
    row = survey(shop.desk, shop.customer_id)
    assert (row["status"], row["score"], row["comment"]) == ("answered", 4, "Lovely")


@pytest.mark.parametrize("pause", [timedelta(milliseconds=100), timedelta(milliseconds=999)])
def test_an_answer_within_a_second_of_opening_needs_confirmation(shop: Shop, pause: timedelta) -> None:
    link = shop.survey_link()
    shop.desk.clock.shift(timedelta(milliseconds=950))
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.clock.shift(pause)

    page = shop.desk.post(link, {"score": "1", "nonce": nonce})

    assert 'name="confirm"' in page.body
    assert survey(shop.desk, shop.customer_id)["status"] == "sent"


def test_a_nonce_of_another_survey_does_not_count(shop: Shop) -> None:
    link = shop.survey_link()
    other = add_customer(shop.desk, name="Dua", email="dua@example.com")
    shop.contact(customer_id=other, resolved=True)
    shop.desk.pass_time(DAY)
    theirs = links(words_of(shop.desk.mails[-1]), "/s/")[0]
    nonce = nonce_of(shop.desk.open(theirs))
    shop.desk.clock.shift(5 * SECOND)

    shop.desk.post(link, {"score": "1", "nonce": nonce})

    assert survey(shop.desk, shop.customer_id)["status"] == "sent"


def test_a_stale_page_and_an_answer_after_the_end_do_not_count(shop: Shop) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.pass_time(DAY + SECOND)

    stale = shop.desk.post(link, {"score": "5", "nonce": nonce})
    shop.desk.pass_time(14 * DAY)
    late = shop.desk.post(link, {"score": "5", "nonce": nonce_of(stale)})

    assert (stale.status, late.status) == (422, 410)
    assert survey(shop.desk, shop.customer_id)["status"] == "expired"


def test_praise_that_was_sent_stays_sent_when_a_second_score_comes(shop: Shop) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.clock.shift(2 * SECOND)
    shop.desk.post(link, {"score": "5", "comment": "Lovely", "nonce": nonce})
    shop.desk.sweep()
    sent = praise(shop)
    shop.desk.clock.shift(SECOND / 2)

    shop.desk.post(link, {"score": "1", "nonce": nonce})

    assert survey(shop.desk, shop.customer_id)["status"] == "sent"
    assert sent["status"] == "sent"
    assert praise(shop) == sent


def test_praise_that_was_not_sent_is_withheld_when_a_second_score_comes(shop: Shop) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.clock.shift(2 * SECOND)
    shop.desk.post(link, {"score": "5", "comment": "Lovely", "nonce": nonce})
    held = praise(shop)
    shop.desk.clock.shift(SECOND / 2)

    shop.desk.post(link, {"score": "1", "nonce": nonce})

    assert (held["status"], praise(shop)["status"]) == ("held", "withheld")


def praise(shop: Shop) -> Any:
    [message] = [row for row in shop.rows("message") if row["purpose"] == "praise"]
    return message
