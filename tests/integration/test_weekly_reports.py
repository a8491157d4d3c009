"""The weekly report: planned at deployment, written when the week is over, mailed to who wants it."""

from datetime import timedelta

import pytest

from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, token_of, wait_until, words_of
from tests.times import DAY, HOUR
from vaada.desk import open_desk
from vaada.flows.weekly_reports import plan_first

WEEK = "2026-W10"
MONDAY = "2026-03-09T09:02"


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop of which the weekly report is planned."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    plan_first(open_desk(), desk.now)
    return shop


def reports(shop: Shop) -> list[tuple[str, str]]:
    """The weeks, the latest first, and what became of the report on each."""
    items = shop.desk.call("GET /api/reports/weeks").json["items"]
    return [(row["week"], row["status"]) for row in items]


def weekly_mails(shop: Shop) -> list[str]:
    """Who got the weekly report."""
    return [str(mail["To"]) for mail in shop.desk.mails if "/desk/report/weeks" in words_of(mail)]


def busy_week(shop: Shop) -> None:
    """A promise that is kept, one that is not, and a customer who says how it went."""
    shop.desk.answer(shop.survey_link(), score="1", comment="Nobody <b>called</b> me back.")
    now = shop.desk.now
    kept = shop.promise(now + 4 * HOUR)
    shop.desk.call(f"POST /api/commitments/{kept}/keep", {})
    shop.promise(now + DAY)


def test_the_owner_is_mailed_what_the_week_was_like(shop: Shop) -> None:
    busy_week(shop)
    wait_until(shop.desk, MONDAY)

    [mail] = [mail for mail in shop.desk.mails if "/desk/report/weeks" in words_of(mail)]
    words, html = words_of(mail), mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert mail["To"] == "owner@example.com"
    assert mail["Subject"] == "Baker & Daughters: 33% of our promises kept last week"
    assert "Last week we kept 1 of 3 promises." in words
    assert "The week before: none fell due" in words
    assert "Bilal Khan: answered “Very unhappy” and a promise is late." in words
    assert f"https://desk.example.com/desk/customers/{shop.customer_id}" in words
    assert "“Nobody <b>called</b> me back.” Bilal Khan: Very unhappy" in words
    assert "Nobody &lt;b&gt;called&lt;/b&gt; me back." in html
    assert 'bgcolor="#0b6b5d"' in html
    assert "<svg" not in html
    assert reports(shop) == [("2026-W11", "planned"), (WEEK, "sent")]


def test_a_manager_who_wants_it_gets_it_in_their_language_and_working_time(shop: Shop) -> None:
    change_agent(
        shop.desk,
        shop.supervisor_id,
        role="manager",
        weekly_report=True,
        language="de",
        time_zone="America/New_York",
    )
    busy_week(shop)
    wait_until(shop.desk, MONDAY)
    at_nine = weekly_mails(shop)
    wait_until(shop.desk, "2026-03-09T13:02")  # 9:02 in New York

    assert at_nine == ["owner@example.com"]
    assert sorted(weekly_mails(shop)) == ["Sana <sana@example.com>", "owner@example.com"]
    german = [words_of(mail) for mail in shop.desk.mails if "Letzte Woche 1 von 3 Zusagen" in words_of(mail)]
    assert len(german) == 1


def test_a_week_without_anything_is_skipped_and_the_next_one_planned(shop: Shop) -> None:
    wait_until(shop.desk, MONDAY)

    assert weekly_mails(shop) == []
    assert reports(shop) == [("2026-W11", "planned"), (WEEK, "skipped")]
    row = shop.desk.call(f"GET /api/reports/weeks/{WEEK}").json
    assert row["skipped_because"] == "there was nothing to report"


def test_the_next_report_has_the_weeks_of_the_one_before(shop: Shop) -> None:
    busy_week(shop)
    wait_until(shop.desk, MONDAY)
    promise = shop.promise(shop.desk.now + 4 * HOUR)
    shop.desk.call(f"POST /api/commitments/{promise}/keep", {})
    wait_until(shop.desk, "2026-03-16T09:02")

    row = shop.desk.call("GET /api/reports/weeks/2026-W11").json
    assert row["figures"]["promises"] == {
        WEEK: {"kept": 1, "settled": 3},
        "2026-W11": {"kept": 1, "settled": 1},
    }


def test_only_the_latest_week_is_reported_after_a_long_outage(shop: Shop) -> None:
    busy_week(shop)
    shop.desk.clock.shift(timedelta(days=17))  # no sweep runs
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(5 * DAY)

    assert reports(shop)[-2:] == [("2026-W12", "sent"), (WEEK, "skipped")]
    assert len(weekly_mails(shop)) == 1


def test_planning_again_changes_nothing(shop: Shop) -> None:
    for _ in range(2):
        plan_first(open_desk(), shop.desk.now + HOUR)

    assert reports(shop) == [(WEEK, "planned")]


@pytest.mark.parametrize("week", ["2026-W99", "2026-10", "yesterday"])
def test_a_week_that_is_none_is_refused(shop: Shop, week: str) -> None:
    assert shop.desk.call(f"GET /api/reports/weeks/{week}").status == 422


def test_a_report_is_for_managers(shop: Shop) -> None:
    for path in ("/api/reports/weeks", f"/api/reports/weeks/{WEEK}"):
        assert shop.desk.call(f"GET {path}", user=token_of("amina@example.com")).status == 403


# ---------------------------------------------------------------- in the console


def manager_of(shop: Shop) -> Browser:
    """The console, as a manager has it who is an agent."""
    change_agent(shop.desk, shop.supervisor_id, role="manager")
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def test_the_console_shows_each_report_as_it_was_sent(shop: Shop) -> None:
    busy_week(shop)
    wait_until(shop.desk, MONDAY)
    manager = manager_of(shop)
    listed = manager.open("/desk/report/weeks")
    page = manager.open(f"/desk/report/weeks/{WEEK}")
    message = manager.open("/desk/messages?status=sent")

    assert "2 Mar – 8 Mar" in listed.words
    assert "Last week we kept 1 of 3 promises." in page.words
    assert "Nobody <b>called</b> me back." in page.words
    assert "/desk/report/weeks/2026-W10" in message.html
    assert manager.open("/desk/report/weeks/2020-W01").status == 404


def test_words_of_an_erased_customer_are_in_no_report_any_more(shop: Shop) -> None:
    busy_week(shop)
    wait_until(shop.desk, MONDAY)
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    shop.desk.pass_time(HOUR)

    page = manager_of(shop).open(f"/desk/report/weeks/{WEEK}")
    assert "Last week we kept 1 of 3 promises." in page.words
    assert "Bilal" not in page.words
    assert "called" not in page.words


def test_a_manager_turns_it_on_and_off_on_their_page(shop: Shop) -> None:
    manager = manager_of(shop)
    form = manager.open("/desk/me").form("/desk/me")
    assert "weekly_report" not in form.fields

    manager.post("/desk/me", {**form.fields, "weekly_report": "on"})
    on = manager.open("/desk/me").form("/desk/me")
    manager.post("/desk/me", {key: value for key, value in on.fields.items() if key != "weekly_report"})

    assert on.fields["weekly_report"] == "on"
    agent = shop.desk.call(f"GET /api/agents/{shop.supervisor_id}").json
    assert agent["weekly_report"] is False


def test_an_agent_is_not_asked_whether_they_want_it(shop: Shop) -> None:
    agent = signed_in(shop.desk, shop.agent_id)
    page = agent.open("/desk/me")
    agent.post("/desk/me", page.form("/desk/me").fields)

    assert "weekly report" not in page.words
    assert shop.desk.call(f"GET /api/agents/{shop.agent_id}").json["weekly_report"] is None
    assert agent.open("/desk/report/weeks").status == 403
