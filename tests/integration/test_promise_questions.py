"""An agent who copies the desk on a mail is asked once what they promised, and one form records it."""

from typing import Any

import pytest

from tests.integration.scripted_desk import ENVIRONMENT, Response, ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy, words_of, writes
from tests.integration.test_incoming_mail import BILAL, contacts, receive
from tests.mail_samples import a_mail
from tests.times import DAY, HOUR, MINUTE

FRIDAY = {"what": "The wheel is ready", "date": "2026-03-06", "time": "12:00"}


def copy_desk(shop: Shop, words: str = "On Friday.", **fields: Any) -> str:
    """The shop's agent writes to Bilal and copies the desk. The outcome."""
    agent = shop.desk.call(f"GET /api/agents/{shop.agent_id}").json
    fields = {"subject": "Re: AW: Your wheel", "message_id": "<answer@example.com>", **fields}
    return receive(a_mail(words, sender=agent["email"], to=f"Bilal <{BILAL}>", **fields), "raw/copy")


def questions(desk: ScriptedDesk) -> list[Any]:
    return [
        mail for mail in desk.mails if "promise" in str(mail["subject"]) and "something" in words_of(mail)
    ]


def tapped(desk: ScriptedDesk) -> list[str]:
    """The links in the question, with their queries."""
    (mail,) = questions(desk)
    return [word for word in words_of(mail).split() if "://desk.example.com/a/" in word]


def promises(shop: Shop) -> list[dict[str, Any]]:
    return shop.rows("commitment")


@pytest.fixture
def link(desk: ScriptedDesk, shop: Shop) -> str:
    """The first link in the question that follows a mail of the agent."""
    copy_desk(shop)
    desk.pass_time(5 * MINUTE)
    return tapped(desk)[0]


def record(desk: ScriptedDesk, link: str, **fields: str) -> Response:
    return desk.answer(link, **{**FRIDAY, **fields})


def test_the_agent_is_asked_once_with_dates_in_their_working_time(desk: ScriptedDesk, shop: Shop) -> None:
    assert [copy_desk(shop) for _ in range(3)] == ["copy", "copy, known already", "copy, known already"]
    desk.pass_time(DAY)

    (mail,) = questions(desk)
    agent = desk.call(f"GET /api/agents/{shop.agent_id}").json
    assert agent["email"] in mail["to"]
    assert mail["subject"] == "Did you promise Bilal Khan something?"
    assert mail["auto-submitted"] == "auto-generated"
    assert "Today at 12:00:" in words_of(mail)
    assert "On Friday." in words_of(mail)
    assert len(tapped(desk)) == 5


def test_a_tap_shows_the_date_and_records_nothing(desk: ScriptedDesk, shop: Shop, link: str) -> None:
    before = writes(desk)

    page = desk.open(link)

    assert page.status == 200
    assert 'value="2026-03-02"' in page.body
    assert 'value="12:00"' in page.body
    assert "\nYour wheel</textarea>" in page.body
    assert (writes(desk), promises(shop)) == (before, [])


def test_the_promise_is_recorded_on_the_case_of_the_mail(desk: ScriptedDesk, shop: Shop, link: str) -> None:
    done = record(desk, link)

    assert done.status == 200
    assert "The promise is recorded" in done.body
    (promise,) = promises(shop)
    (copy,) = contacts(desk, shop.customer_id)
    assert (promise["what"], promise["due_at"]) == ("The wheel is ready", "2026-03-06T12:00:00Z")
    assert (promise["case_id"], promise["agent_id"]) == (copy["case_id"], shop.agent_id)
    assert promise["history"][0]["by"] == shop.agent_id


def test_a_form_sent_again_records_nothing_more(desk: ScriptedDesk, shop: Shop, link: str) -> None:
    record(desk, link)
    again = record(desk, link, what="Another", date="2026-03-09")

    assert "The promise is recorded" in again.body
    assert "The promise is recorded" in desk.open(link).body
    assert [promise["what"] for promise in promises(shop)] == ["The wheel is ready"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"what": " "}, "Say what you promised"),
        ({"what": "x" * 501}, "Say what you promised"),
        ({"date": "2026-03-01"}, "still to come"),
        ({"date": "2099-03-01"}, "ten years"),
        ({"time": "noon"}, "Enter a date and a time"),
        ({"website": "x"}, "Please confirm"),
    ],
)
def test_a_bad_form_is_shown_again(
    desk: ScriptedDesk, shop: Shop, link: str, fields: dict[str, str], problem: str
) -> None:
    page = record(desk, link, **fields)

    assert page.status == 422
    assert problem in page.body
    assert promises(shop) == []


def test_nobody_is_asked_after_a_closed_matter_or_a_departure(
    desk: ScriptedDesk, shop: Shop, link: str
) -> None:
    (copy,) = contacts(desk, shop.customer_id)
    shop.resolve(copy["case_id"])
    closed = record(desk, link)
    desk.call(f"POST /api/agents/{shop.agent_id}/leave", {"to": shop.supervisor_id})
    left = record(desk, link)

    assert (closed.status, left.status) == (409, 410)
    assert promises(shop) == []


def test_an_old_link_says_so_and_sends_no_new_one(desk: ScriptedDesk, shop: Shop, link: str) -> None:
    desk.clock.shift(31 * DAY)

    assert desk.open(link).status == 410
    assert record(desk, link, do="new_link").status == 410
    assert len(questions(desk)) == 1
    assert promises(shop) == []


def test_an_erased_customer_leaves_no_question(desk: ScriptedDesk, shop: Shop) -> None:
    copy_desk(shop)
    desk.call(f"POST /api/customers/{shop.customer_id}/erase", {})
    desk.pass_time(HOUR)

    assert questions(desk) == []


def test_an_agent_who_is_away_is_asked_when_they_are_back(desk: ScriptedDesk, shop: Shop) -> None:
    change_agent(desk, shop.agent_id, away_from="2026-03-02T08:00:00Z", away_until="2026-03-03T08:00:00Z")
    copy_desk(shop)
    desk.pass_time(HOUR)
    assert questions(desk) == []

    desk.pass_time(2 * DAY)
    assert len(questions(desk)) == 1


def test_absence_notes_and_a_policy_without_questions_ask_nobody(desk: ScriptedDesk, shop: Shop) -> None:
    assert copy_desk(shop, headers={"Auto-Submitted": "auto-replied"}) == "auto_reply"
    change_policy(desk, commitments={"asks_after_mails": False})
    assert copy_desk(shop) == "copy"
    desk.pass_time(HOUR)

    assert questions(desk) == []


def test_the_question_is_in_the_language_of_the_agent(desk: ScriptedDesk, shop: Shop) -> None:
    change_agent(desk, shop.agent_id, language="ur", time_zone="Asia/Karachi")
    copy_desk(shop)
    desk.pass_time(5 * MINUTE)

    html = desk.mails[-1].get_body(("html",)).get_content()  # type: ignore[union-attr]  # each mail has one
    assert 'dir="rtl"' in html
    page = desk.open(next(word for word in words_of(desk.mails[-1]).split() if "/a/" in word))
    assert 'lang="ur" dir="rtl"' in page.body


def test_the_question_is_about_one_customer_only(desk: ScriptedDesk, shop: Shop) -> None:
    other = desk.call("POST /api/customers", {"name": "Zara", "email": "zara@example.net"}).json
    copy_desk(shop, cc="zara@example.net")
    desk.pass_time(5 * MINUTE)

    assert len(contacts(desk, other["customer_id"])) == 1
    assert len(questions(desk)) == 1
    assert ENVIRONMENT["SENDER_EMAIL"] not in questions(desk)[0]["to"]
