"""The policy in the console: sentences with fields, a preview, the changes, and restoring earlier rules."""

import pytest

from tests.integration.console import Browser, Page, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, writes
from tests.times import HOUR
from tests.unit.present.hostile_text import MARKUP

HERE = "/desk/policy"


@pytest.fixture
def manager(shop: Shop) -> Browser:
    """The supervisor, who is a manager and signs in now."""
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def press(browser: Browser, page: Page, do: str, **fields: str) -> Page:
    """Send the form with these fields, by one of its buttons."""
    return browser.send(page.form(HERE), do=do, **fields)


def test_a_form_that_is_sent_as_it_is_changes_nothing(shop: Shop, manager: Browser) -> None:
    before = shop.desk.call("GET /api/policy").json

    page = press(manager, manager.open(HERE), "save")

    assert "Saved" in page.words
    assert shop.desk.call("GET /api/policy").json == before


def test_changed_fields_are_put_in_force_and_the_others_stay(shop: Shop, manager: Browser) -> None:
    before = shop.desk.call("GET /api/policy").json

    page = press(
        manager,
        manager.open(HERE),
        "save",
        warn="3",
        warn_unit="hours",
        tell1="",
        phone="",
        monday="9-12, 14-17",
        closed_days="2026-12-24 2026-12-26 Christmas break",
        allowance="40,50",
    )

    after = shop.desk.call("GET /api/policy").json
    assert "Saved" in page.words
    assert after["commitments"]["warn_before"] == {"hours": 3}
    assert [rung["tell"] for rung in after["commitments"]["ladder"]] == ["supervisor"]
    assert "phone" not in after["replies"]["opening_minutes"]
    assert [each["opens"] for each in after["opening_hours"]["monday"]] == ["09:00:00", "14:00:00"]
    assert after["closed_days"] == [{"first": "2026-12-24", "last": "2026-12-26", "name": "Christmas break"}]
    assert after["goodwill"]["allowance_per_case"] == "40.50"
    for section in ("business", "cases", "check_ins", "customers", "follow_ups", "sign_in", "surveys"):
        assert after[section] == before[section]


RARELY_CHANGED = {
    "name": "Baker & Sons",
    "zone": "Europe/Berlin",
    "language": "de",
    "open_on": "New Year",
    "group": "0",
    "solved": "",
    "written_down": "on",
    "history": "60",
    "tags": "VIP 90\nold friend 365",
    "promise_hours": "48",
    "between_ces": "60",
    "amend": "12",
    "low_csat": "3",
    "low_promise": "",
    "low_days": "2",
    "high_nps": "10",
    "review": "https://reviews.example/baker",
    "referral": "Bring a friend, get 10 %",
    "to_one": "3",
    "texts_to": "+44, 92",
    "price": "0,05",
    "prices": "92 0.0843\n+1 0,00883",
    "by0": "sms",
    "held": "on",
}


def test_rarely_changed_rules_are_fields_of_sentences_too(shop: Shop, manager: Browser) -> None:
    page = press(manager, manager.open(HERE), "save", **RARELY_CHANGED)

    after = shop.desk.call("GET /api/policy").json
    assert "Saved" in page.words
    assert after["business"] == {
        **after["business"],
        "name": "Baker & Sons",
        "time_zone": "Europe/Berlin",
        "language": "de",
    }
    assert after["holidays"]["open_on"] == ["New Year"]
    assert after["follow_ups"]["group_within_minutes"] == 0
    assert after["cases"]["critical_steps"] == ["apologised", "written_down", "confirmed", "cause_recorded"]
    assert after["cases"]["history_after_days"] == 60
    assert after["check_ins"]["every_days_by_tag"] == {"vip": 90, "old friend": 365}
    surveys, sending = after["surveys"], after["sending"]
    assert surveys["days_between_kind"] == {"ces": 60, "nps": 90}
    assert surveys["low_score_at_most"] == {"csat": 3, "ces": 3, "nps": 6}
    assert surveys["high_score_at_least"]["nps"] == 10
    assert (surveys["hours_after_kept_promise"], surveys["amend_within_hours"]) == (48, 12)
    assert surveys["low_score_follow_up_business_days"] == 2
    assert (surveys["review_url"], surveys["referral"]) == (
        "https://reviews.example/baker",
        "Bring a friend, get 10 %",
    )
    assert (sending["held"], sending["texts_a_day_to_one"], sending["texts_to"]) == (True, 3, ["44", "92"])
    assert sending["text_price"] == "0.05"
    assert sending["text_prices"] == {"92": "0.0843", "1": "0.00883"}
    assert after["commitments"]["ladder"][0]["by"] == ["sms"]
    emptied = press(manager, manager.open(HERE), "save", review="", referral="", tags="", texts_to="")
    after = shop.desk.call("GET /api/policy").json
    assert "Saved" in emptied.words
    assert (after["surveys"]["review_url"], after["surveys"]["referral"]) == (None, None)
    assert (after["check_ins"]["every_days_by_tag"], after["sending"]["texts_to"]) == ({}, [])


def test_a_ladder_of_many_steps_is_shown_whole_and_kept(shop: Shop, manager: Browser) -> None:
    ladder = [{"tell": "agent", "after": {"hours": number}, "by": ["email"]} for number in range(1, 8)]
    assert shop.desk.call("PATCH /api/policy", {"commitments": {"ladder": ladder}}).status == 200

    form = manager.open(HERE).form(HERE)
    press(manager, manager.open(HERE), "save", warn="3")

    assert {"tell6", "tell7"} <= form.fields.keys()
    assert "tell8" not in form.fields
    assert shop.desk.call("GET /api/policy").json["commitments"]["ladder"] == ladder


@pytest.mark.usefixtures("shop")
def test_changed_hours_and_closed_days_are_told_by_the_day(manager: Browser) -> None:
    press(manager, manager.open(HERE), "save", sunday="10-12", closed_days="2026-12-24 2026-12-26 Christmas")

    words = manager.open(f"{HERE}/versions").words

    assert "Sun: closed Sun: 10:00-12:00" in words
    assert "Closed days: – Closed days: 2026-12-24 2026-12-26 Christmas" in words
    assert "opening_hours" not in words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("warn", "-1"),
        ("warn", "soon"),
        ("reminders", "1"),
        ("write_from", "23:00"),
        ("close", "2"),
        ("currency", "rupees"),
        ("monday", "all day"),
        ("closed_days", "2026-12-24"),
        ("closed_days", "2026-12-26 2026-12-24 Turned around"),
        ("idle", "0"),
    ],
)
def test_an_invalid_rule_is_marked_and_nothing_is_saved(
    shop: Shop, manager: Browser, field: str, value: str
) -> None:
    page, before = manager.open(HERE), writes(shop.desk)

    for do in ("save", "try"):
        wrong = press(manager, page, do, **{field: value})
        assert wrong.status == 422
        assert "Nothing was saved" in wrong.words
        assert 'aria-invalid="true"' in wrong.html
        assert value in wrong.form(HERE).fields.values()
    assert writes(shop.desk) == before


def test_each_wrong_field_is_marked_where_it_stands(shop: Shop, manager: Browser) -> None:
    page, before = manager.open(HERE), writes(shop.desk)
    wrong = {
        "name": "",
        "country": "Pakistan",
        "zone": "Lahore",
        "region": "nowhere",
        "tags": "vip 30\nVIP 60",
        "prices": "92",
        "texts_to": "Pakistan",
        "price": "free",
        "review": "our page",
        "low_csat": "few",
        "history": "0",
        "by0": "pigeon",
    }

    for field, value in wrong.items():
        answer = press(manager, page, "try", **{field: value})
        assert answer.status == 422
        assert f'aria-invalid="true" aria-describedby="e-{field}"' in answer.html, field
        assert answer.form(HERE).fields[field] == value
    assert writes(shop.desk) == before


def test_rules_are_tried_without_being_saved(shop: Shop, manager: Browser) -> None:
    shop.promise(shop.desk.now + 6 * HOUR)
    shop.desk.pass_time(7 * HOUR)
    page, before = manager.open(HERE), writes(shop.desk)

    tried = press(manager, page, "try", warn="1", warn_unit="hours")

    assert "Warnings to agents 1 1" in tried.words
    assert "There would have been more: 14:00 Call back with a price , Bilal Khan" in tried.words
    assert "There would not have been: 11:00 Call back with a price , Bilal Khan" in tried.words
    assert "“A promise is due soon” to Amina" in tried.words
    assert "was 4 hours" in tried.words
    assert tried.form(HERE).fields["warn"] == "1"
    assert writes(shop.desk) == before
    assert shop.desk.call("GET /api/policy").json["commitments"]["warn_before"] == {"hours": 4}


def test_the_slower_of_two_editors_sees_it_and_loses_nothing(shop: Shop, manager: Browser) -> None:
    page = manager.open(HERE)
    assert shop.desk.call("PATCH /api/policy", {"sign_in": {"idle_hours": 24}}).status == 200

    late = press(manager, page, "save", warn="3")

    assert late.status == 409
    assert "Somebody changed this while you were writing." in late.words
    assert late.form(HERE).fields["warn"] == "3"
    assert "Saved" in press(manager, late, "save", idle="24").words


def test_each_change_says_who_made_it_and_earlier_rules_come_back(shop: Shop, manager: Browser) -> None:
    press(manager, manager.open(HERE), "save", warn="3")
    shop.desk.clock.shift(HOUR)
    press(manager, manager.open(HERE), "save", warn="2", allowance="99.00")

    page = manager.open(f"{HERE}/versions")
    assert "Its agent is warned 3 hours before it is due" in page.words
    assert page.words.count("Sana") >= 2
    oldest = manager.open(f"{HERE}/versions/{versions(shop)[1]}")
    assert "An agent may give 25 USD for one matter without asking." in oldest.words.replace("25.00", "25")
    again = manager.send(oldest.form("/restore"))

    assert "Saved" in again.words
    policy = shop.desk.call("GET /api/policy").json
    assert policy["commitments"]["warn_before"] == {"hours": 3}
    assert policy["goodwill"]["allowance_per_case"] == "25"


def versions(shop: Shop) -> list[str]:
    items = shop.desk.call("GET /api/policy/versions").json["items"]
    return [row["policy_version_id"] for row in items]


def test_agents_read_the_rules_and_change_nothing(shop: Shop, manager: Browser) -> None:
    press(manager, manager.open(HERE), "save", warn="3")
    agent, before = signed_in(shop.desk, shop.agent_id), writes(shop.desk)

    page = agent.open(HERE)
    assert "The rules, in sentences. A manager changes them." in page.words
    assert "Save for everybody" not in page.words
    assert press(agent, page, "save", warn="1").status == 403
    assert press(agent, page, "try", warn="1").status == 403
    [version] = versions(shop)
    assert "/restore" not in agent.open(f"{HERE}/versions/{version}").html
    token = page.form(HERE).fields["token"]
    assert agent.post(f"{HERE}/versions/{version}/restore", {"token": token}).status == 403
    assert writes(shop.desk) == before


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    boss = add_agent(desk, "Sana")
    browser = signed_in(desk, boss, manager=True)
    wrong = press(browser, browser.open(HERE), "save", closed_days=MARKUP, currency=MARKUP, monday=MARKUP)

    assert wrong.status == 422
    assert "<script>alert" not in wrong.html
    assert "<img src=x" not in wrong.html
