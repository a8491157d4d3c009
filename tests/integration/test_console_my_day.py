"""My day: work in its order, and actions in place, for those who may do them."""

import html
from datetime import timedelta

import pytest

from tests.integration.console import Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, change_agent, writes
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.console import my_day, promises
from vaada.flows import work_lists
from vaada.model.times import text_of


def titles(page: Page) -> list[str]:
    """The headings of the parts of the list."""
    found = page.html.split('<h2 id="g-')[1:]
    return [part.partition(">")[2].partition("<")[0] for part in found]


def act(shop: Shop, row_id: str, action: str, *, by: str | None = None, **fields: str) -> Page:
    """Press a button in a row of its agent's day."""
    browser = signed_in(shop.desk, by or shop.agent_id)
    form = browser.open("/desk/").form(f"/desk/work/{row_id}/{action}")
    return browser.send(form, **fields)


def test_an_empty_day_is_calm_and_says_what_to_do(shop: Shop) -> None:
    page = signed_in(shop.desk, shop.agent_id).open("/desk/")

    assert page.title == "Nothing waits for you."
    assert 'href="/desk/contacts/new"' in page.html


def test_a_day_begins_with_what_is_late_and_says_so_in_a_sentence(shop: Shop) -> None:
    shop.promise(shop.desk.now + 8 * HOUR)
    shop.contact(channel="email", kind="question", summary="When is it ready?")
    shop.follow_up(shop.desk.now + 2 * DAY)
    late = shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR + 40 * MINUTE)

    page = signed_in(shop.desk, shop.agent_id).open("/desk/")

    assert page.title == "1 promise is late, 1 customer waits."
    assert titles(page) == ["Late", "Customers are waiting", "Later today", "Tomorrow"]
    assert f'id="r-{late}"' in page.html
    assert "1 h 40 min late due 10:00" in page.words
    assert "When is it ready?" in page.words
    assert "The supervisor hears today at 15:00." in page.words


def test_a_day_of_more_than_is_read_says_so_and_leads_to_all_promises(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (work_lists, my_day):
        monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(promises, "_MOST_SHOWN", 2)
    for _ in range(3):
        shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    browser = signed_in(shop.desk, shop.agent_id)

    day = browser.open("/desk/")
    every = f"/desk/promises?agent={shop.agent_id}"

    assert day.title == "2+ promises are late."
    assert "Of each kind the 2 most urgent are shown" in day.words
    assert f'href="{every}"' in day.html
    first = browser.open(every).html
    more = html.unescape(first.partition(f'href="{every}&amp;cursor=')[2].partition('"')[0])
    assert [page.count('id="r-') for page in (first, browser.open(f"{every}&cursor={more}").html)] == [2, 1]


def test_a_promise_is_kept_with_one_press_and_by_the_one_who_pressed(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)

    page = act(shop, promise, "kept")

    assert "Noted: the promise is kept." in page.words
    [row] = shop.rows("commitment")
    assert (row["status"], row["history"][-1]["by"]) == ("kept", shop.agent_id)


@pytest.mark.parametrize(
    ("action", "kind", "status"),
    [
        ("kept", "commitment", "open"),
        ("done", "follow_up", "scheduled"),
        ("tomorrow", "follow_up", "scheduled"),
        ("next_week", "follow_up", "scheduled"),
        ("answered", "reply", "awaited"),
        ("waiting", "reply", "awaited"),
    ],
)
def test_a_mistaken_mark_is_undone_with_one_press(shop: Shop, action: str, kind: str, status: str) -> None:
    at = text_of(shop.desk.now + HOUR)
    asked: dict[str, dict[str, object]] = {
        "commitment": {"commitments": [{"what": "Call back", "due_at": at}]},
        "follow_up": {"follow_up": {"at": at, "reason": "Ask for the colour"}},
        "reply": {},
    }
    contact = shop.contact(channel="chat", **asked[kind])
    row = contact["commitments"][0] if kind == "commitment" else contact[kind]
    row_id, browser = row[f"{kind}_id"], signed_in(shop.desk, shop.agent_id)

    done = browser.send(browser.open("/desk/").form(f"/desk/work/{row_id}/{action}"))
    undone = browser.send(done.form(f"/desk/work/{row_id}/undo"))

    assert "Taken back." in undone.words
    assert undone.form(f"/desk/work/{row_id}/{action}")
    [after] = [each for each in shop.rows(kind) if each[f"{kind}_id"] == row_id]
    assert (after["status"], after["due_at"]) == (status, row["due_at"])


def test_todays_actions_are_undone_on_the_customers_page(shop: Shop) -> None:
    promise, follow_up = shop.promise(shop.desk.now + HOUR), shop.follow_up(shop.desk.now)
    browser = signed_in(shop.desk, shop.agent_id)
    for row_id, action in ((promise, "kept"), (follow_up, "done")):
        browser.send(browser.open("/desk/").form(f"/desk/work/{row_id}/{action}"))
    shop.desk.clock.shift(6 * HOUR)
    own = f"/desk/customers/{shop.customer_id}"

    for row_id in (promise, follow_up):
        page = browser.send(browser.open(own).form(f"/desk/work/{row_id}/undo"))
        assert "Taken back." in page.words
        assert page.form(f"/desk/work/{row_id}/unreachable")


def test_nothing_is_undone_after_a_day(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    browser.send(browser.open("/desk/").form(f"/desk/work/{promise}/kept"))
    for _ in range(3):  # without signing in again
        shop.desk.clock.shift(9 * HOUR)
        page = browser.open(f"/desk/customers/{shop.customer_id}")

    assert f"/desk/work/{promise}/undo" not in page.html


def test_a_promise_and_a_follow_up_are_given_to_somebody_else(shop: Shop) -> None:
    colleague = add_agent(shop.desk, "Colleague")
    browser, theirs = signed_in(shop.desk, shop.agent_id), signed_in(shop.desk, colleague)

    for row_id in (shop.promise(shop.desk.now + HOUR), shop.follow_up(shop.desk.now)):
        form = browser.open(f"/desk/work/{row_id}/assign").form("/assign")
        assert "Choose who has it from now on." in browser.send(form).words
        page = browser.send(form, agent_id=colleague)

        assert "It is theirs from now on" in page.words
        assert f"r-{row_id}" not in page.html
        assert f"r-{row_id}" in theirs.open("/desk/").html


def test_an_address_of_a_page_puts_no_other_form_into_it(shop: Shop) -> None:
    page = signed_in(shop.desk, shop.agent_id).open("/desk/?done=kept&row=../../sign-out")

    assert "/undo" not in page.html


def test_a_manager_acts_on_anybodys_work_and_is_recorded_as_who_acted(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)

    manager.send(manager.open(f"/desk/?agent={shop.agent_id}").form(f"/desk/work/{promise}/kept"))

    assert shop.rows("commitment")[0]["history"][-1]["by"] == shop.supervisor_id


def test_htmx_gets_the_list_alone_after_an_action(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open("/desk/").form(f"/desk/work/{promise}/kept")

    part = browser.post(form.action, form.fields, **{"hx-request": "true"})

    assert part.status == 200
    assert part.html.lstrip().startswith('<div class="col" id="day"')
    assert "Noted: the promise is kept." in part.words


def test_pressing_twice_does_nothing_twice_and_says_how_it_stands(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open("/desk/").form(f"/desk/work/{promise}/kept")
    browser.send(form)

    again = browser.post(form.action, form.fields)

    assert (again.status, again.title) == (409, "Somebody was faster.")
    assert len(shop.rows("commitment")[0]["history"]) == 1


def test_a_follow_up_is_put_off_to_a_date_that_is_offered(shop: Shop) -> None:
    follow_up = shop.follow_up(shop.desk.now)
    browser = signed_in(shop.desk, shop.agent_id)

    form = browser.open(f"/desk/work/{follow_up}/pick_date").form("/pick_date")
    page = browser.send(form, at=text_of(shop.desk.now + DAY))

    assert "You will be reminded then." in page.words
    assert shop.rows("follow_up")[0]["due_at"] == text_of(shop.desk.now + DAY)


def test_a_time_of_ones_own_is_read_in_ones_own_zone(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, time_zone="Asia/Karachi")
    follow_up = shop.follow_up(shop.desk.now)
    browser = signed_in(shop.desk, shop.agent_id)

    form = browser.open(f"/desk/work/{follow_up}/pick_date").form("/pick_date")
    browser.send(form, at="other", at_date="2026-03-05", at_time="14:30")

    assert shop.rows("follow_up")[0]["due_at"] == "2026-03-05T09:30:00Z"


def test_a_new_date_needs_a_time_to_come_and_a_reason(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/work/{promise}/new_date").form("/new_date")

    nothing = browser.send(form, at="other")
    past = browser.send(form, at="other", at_date="2026-03-01", at_time="10:00", reason="The part is late")
    silent = browser.send(form, at="other", at_date="2026-03-05", at_time="10:00")

    assert [page.status for page in (nothing, past, silent)] == [422, 422, 422]
    assert "Choose a time, or enter a day and a time." in nothing.words
    assert "That time is over." in past.words
    assert 'value="The part is late"' in past.html
    assert "Say why" in silent.words
    assert len(shop.rows("commitment")[0]["history"]) == 0


def test_the_customer_hears_of_a_new_date_and_the_page_said_so_before(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    asked = browser.open(f"/desk/work/{promise}/running_late")

    browser.send(asked.form("/running_late"), at=text_of(shop.desk.now + DAY), reason="The part is late")

    assert "Bilal Khan gets an e-mail about it, in their language." in asked.words
    [message] = [row for row in shop.rows("message") if row["purpose"] == "running_late"]
    assert message["to"] == "customer"


def test_two_people_at_once_lose_nothing_and_see_both(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/work/{promise}/new_date").form("/new_date")
    later = {"due_at": text_of(shop.desk.now + 3 * DAY), "reason": "The customer asked"}
    shop.desk.call(f"POST /api/commitments/{promise}/renegotiate", later)

    page = browser.send(form, at=text_of(shop.desk.now + DAY), reason="The part is late")

    assert page.status == 409
    assert "Somebody changed this while you were writing." in page.words
    assert "The customer asked" in page.words
    assert 'value="The part is late"' in page.html
    assert shop.rows("commitment")[0]["due_at"] == later["due_at"]
    after = browser.send(page.form("/new_date"))
    assert after.status == 200
    assert shop.rows("commitment")[0]["due_at"] == text_of(shop.desk.now + DAY)


def test_the_supervisor_decides_on_goodwill_and_sees_what_slips(shop: Shop) -> None:
    recorded = shop.contact(commitments=[{"what": "Call back", "due_at": text_of(shop.desk.now + HOUR)}])
    amina = {"sub": "s", "email": "amina@example.com", "cognito:groups": "[agents]"}
    asked = {"amount": "400.00", "reason": "Two visits for nothing"}
    goodwill = shop.desk.call(f"POST /api/cases/{recorded['case_id']}/goodwill", asked, user=amina).json
    shop.desk.pass_time(2 * HOUR)

    page = signed_in(shop.desk, shop.supervisor_id).open("/desk/")
    after = act(shop, goodwill["goodwill_id"], "approve", by=shop.supervisor_id)

    assert titles(page) == ["For you to decide", "Slipping with your people"]
    assert "Amina asks to give Bilal Khan USD 400.00" in page.words
    assert "Approved." in after.words
    row = next(row for row in shop.rows("goodwill"))
    assert (row["status"], row["decided_by"]) == ("approved", shop.supervisor_id)


def test_a_stand_in_has_the_work_of_the_absent_agent(shop: Shop) -> None:
    stand_in = add_agent(shop.desk, "Zara")
    promise = shop.promise(shop.desk.now + HOUR)
    away = {"away_until": text_of(shop.desk.now + 3 * DAY), "covered_by": stand_in}
    change_agent(shop.desk, shop.agent_id, **away)

    assert "kept" in act(shop, promise, "kept", by=stand_in).words


def test_an_indirect_stand_in_has_the_work_and_reads_whose_it_is(shop: Shop) -> None:
    last = add_agent(shop.desk, "Zara")
    cover = add_agent(shop.desk, "Omar", away_from=text_of(shop.desk.now - HOUR), covered_by=last)
    promise = shop.promise(shop.desk.now + HOUR)
    change_agent(shop.desk, shop.agent_id, away_from=text_of(shop.desk.now - HOUR), covered_by=cover)

    browser = signed_in(shop.desk, last)
    day = browser.open("/desk/")
    owed = browser.open(f"/desk/customers/{shop.customer_id}")

    assert "You stand in for Amina: away until further notice." in day.words
    assert day.form(f"/desk/work/{promise}/kept")
    assert owed.form(f"/desk/work/{promise}/kept")


def test_a_supervisors_supervisor_may_look_and_act_as_by_the_api(shop: Shop) -> None:
    boss = add_agent(shop.desk, "Boss")
    change_agent(shop.desk, shop.supervisor_id, supervisor_id=boss)
    promise = shop.promise(shop.desk.now + HOUR)

    browser = signed_in(shop.desk, boss)
    day = browser.open("/desk/")

    assert f'href="/desk/?agent={shop.agent_id}"' in day.html
    browser.send(browser.open(f"/desk/?agent={shop.agent_id}").form(f"/desk/work/{promise}/kept"))
    assert shop.rows("commitment")[0]["history"][-1]["by"] == boss


def test_a_colleague_does_not_see_what_slips_with_others(shop: Shop, stranger: str) -> None:
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    assert titles(signed_in(shop.desk, stranger).open("/desk/")) == []


def test_who_stands_in_for_their_supervisor_does_not_decide_on_their_own_wish(shop: Shop) -> None:
    recorded = shop.contact()
    amina = {"sub": "s", "email": "amina@example.com", "cognito:groups": "[agents]"}
    asked = {"amount": "400.00", "reason": "Two visits for nothing"}
    shop.desk.call(f"POST /api/cases/{recorded['case_id']}/goodwill", asked, user=amina)
    change_agent(shop.desk, shop.supervisor_id, away_from=text_of(shop.desk.now), covered_by=shop.agent_id)

    assert "For you to decide" not in titles(signed_in(shop.desk, shop.agent_id).open("/desk/"))


def test_the_stand_in_of_a_supervisor_decides_and_sees_what_slips(shop: Shop) -> None:
    deputy = add_agent(shop.desk, "Dana")
    shop.promise(shop.desk.now + HOUR)
    change_agent(shop.desk, shop.supervisor_id, away_from=text_of(shop.desk.now), covered_by=deputy)
    shop.desk.pass_time(2 * HOUR)

    assert titles(signed_in(shop.desk, deputy).open("/desk/")) == ["Slipping with your people"]


def test_an_agent_reads_the_console_in_their_language(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, language="ur")
    page = signed_in(shop.desk, shop.agent_id).open("/desk/")

    assert '<html lang="ur" dir="rtl"' in page.html
    assert page.title == "آپ کے ذمے کچھ نہیں۔"


# ---------------------------------------------------------------- who may


@pytest.fixture
def stranger(shop: Shop) -> str:
    """An agent who neither covers nor supervises anybody."""
    return add_agent(shop.desk, "Stranger")


def test_another_agents_day_and_work_are_closed(shop: Shop, stranger: str) -> None:
    work = [shop.promise(shop.desk.now + HOUR), shop.follow_up(shop.desk.now)]
    browser = signed_in(shop.desk, stranger)
    token = browser.open("/desk/sign-ins").form("/desk/sign-out").fields["token"]
    before = writes(shop.desk)

    assert browser.open(f"/desk/?agent={shop.agent_id}").status == 403
    for row_id in work:
        for action in ("kept", "done", "new_date", "withdraw", "pick_date", "unreachable", "undo", "no_such"):
            assert browser.open(f"/desk/work/{row_id}/{action}").status == 403
            posted = browser.post(f"/desk/work/{row_id}/{action}", {"token": token, "reason": "x"})
            assert posted.status == 403
    assert writes(shop.desk) == before


def test_rows_of_other_kinds_are_not_work(shop: Shop) -> None:
    interaction = shop.contact()["interaction_id"]
    browser = signed_in(shop.desk, shop.agent_id, manager=True)

    for row_id in (interaction, "0" * 32, "x"):
        assert browser.open(f"/desk/work/{row_id}/kept").status == 404


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    shop.contact(commitments=[{"what": MARKUP[:490], "due_at": text_of(desk.now + HOUR)}])
    shop.contact(channel="chat", summary=MARKUP)
    desk.pass_time(2 * HOUR)

    for page in (
        signed_in(desk, shop.agent_id).open("/desk/"),
        signed_in(desk, shop.supervisor_id).open("/desk/"),
    ):
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
        assert "onmouseover='x()" not in page.html


# ---------------------------------------------------------------- what it costs


def test_a_day_makes_the_same_number_of_queries_for_any_number_of_customers(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.supervisor_id, manager=True)
    shop.promise(shop.desk.now + MINUTE)
    shop.contact(channel="chat")
    shop.desk.clock.shift(2 * HOUR)
    browser.open("/desk/")
    with counted(shop.desk) as few:
        browser.open("/desk/")
    for number in range(12):
        customer = add_customer(shop.desk, name=f"Customer {number}", email=f"c{number}@example.com")
        due_at = text_of(shop.desk.now + timedelta(minutes=number + 1))
        body = shop.contact_body(customer_id=customer, commitments=[{"what": "Call", "due_at": due_at}])
        assert shop.desk.call("POST /api/interactions", body).status == 201
    shop.desk.clock.shift(HOUR)
    browser.open("/desk/")
    with counted(shop.desk) as many:
        browser.open("/desk/")

    assert few == many
    assert sum(many.values()) <= 14
