"""A case in the console: steps, goodwill, assignment, waiting, merging, ending it."""

import re
from html import unescape

import pytest

from tests.integration.console import Browser, Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, writes
from tests.times import HOUR
from tests.unit.present.hostile_text import MARKUP
from vaada.flows import work_lists
from vaada.model.times import text_of

STEPS = ("apologised", "gone_through", "written_down", "solved", "confirmed")


def complaint(shop: Shop) -> str:
    case_id: str = shop.contact(kind="complaint", summary="The cake was stale")["case_id"]
    return case_id


def agent_of(shop: Shop) -> Browser:
    return signed_in(shop.desk, shop.agent_id)


def act(shop: Shop, case_id: str, action: str, **fields: str) -> Page:
    """Send a form of the case's page as its agent."""
    browser = agent_of(shop)
    return browser.send(browser.open(f"/desk/cases/{case_id}").form(f"/{action}"), **fields)


def test_a_complaint_is_worked_through_and_says_what_is_missing(shop: Shop) -> None:
    case_id = complaint(shop)
    page = agent_of(shop).open(f"/desk/cases/{case_id}")
    assert page.title == "The cake was stale"
    assert (
        "These steps are needed first: Apologise, Solve it, Ask whether it is solved, Find the cause."
        in page.words
    )

    for step in STEPS:
        assert "The step is done." in act(shop, case_id, "step", step=step, note="By phone").words
    unexplained = act(shop, case_id, "step", step="cause_recorded", cause="Old flour")
    assert (unexplained.status, "Write both" in unexplained.words) == (422, True)
    act(shop, case_id, "step", step="cause_recorded", cause="Old flour", prevention="Date the bags")
    done = act(shop, case_id, "resolve", outcome="A new cake")

    assert "The matter is resolved." in done.words
    case = shop.case(case_id)
    assert (case["status"], case["outcome"], case["cause"]) == ("resolved", "A new cake", "Old flour")
    assert case["steps"][0]["done_by"] == shop.agent_id


def test_a_form_that_resolves_too_early_names_the_steps(shop: Shop) -> None:
    case_id = complaint(shop)
    browser = agent_of(shop)
    token = browser.open(f"/desk/cases/{case_id}").form("/desk/sign-out").fields["token"]

    page = browser.post(f"/desk/cases/{case_id}/resolve", {"token": token, "outcome": "Done"})

    assert page.status == 409
    assert "It cannot be closed yet. These steps are missing: Apologise" in page.words


def test_open_work_ends_with_its_case_on_request(shop: Shop) -> None:
    due_at = text_of(shop.desk.now + HOUR)
    case_id = shop.contact(commitments=[{"what": "Call back", "due_at": due_at}])["case_id"]

    act(shop, case_id, "resolve", agreed="end")

    assert shop.rows("commitment")[0]["status"] == "withdrawn"


def test_a_resolved_matter_is_opened_again_with_a_reason(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    act(shop, case_id, "resolve")
    assert act(shop, case_id, "reopen").status == 422
    assert "The matter is open again." in act(shop, case_id, "reopen", reason="It broke again").words
    assert shop.case(case_id)["history"][-1]["reason"] == "It broke again"


def test_a_matter_waits_for_the_customer_and_goes_on(shop: Shop) -> None:
    case_id = shop.contact(channel="email")["case_id"]
    assert "waits for the customer" in act(shop, case_id, "wait").words
    assert shop.rows("reply")[0]["status"] == "paused"
    act(shop, case_id, "go-on")
    assert shop.rows("reply")[0]["status"] == "awaited"


def test_a_matter_is_given_to_somebody_else(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    assert act(shop, case_id, "assign").status == 422
    assert act(shop, case_id, "assign", agent_id="nobody0000000000").status == 422
    act(shop, case_id, "assign", agent_id=shop.supervisor_id)
    assert shop.case(case_id)["agent_id"] == shop.supervisor_id


def test_two_matters_become_one(shop: Shop) -> None:
    first, second = shop.contact()["case_id"], shop.contact()["case_id"]
    page = act(shop, first, "merge", into=second)

    assert "The matters are one now." in page.words
    assert shop.case(first)["merged_into"] == second
    moved = agent_of(shop).open(f"/desk/cases/{first}")
    assert moved.headers["location"] == f"/desk/cases/{second}"
    assert "Taken back." in agent_of(shop).send(page.form("/unmerge")).words
    assert shop.case(first)["status"] == "open"


def test_a_case_shows_all_promises_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_lists, "MOST", 40)
    case_id = ""
    for first in range(0, 60, 20):
        due_at = text_of(shop.desk.now + 24 * HOUR)
        made = [{"what": f"Promise {first + n:03}", "due_at": due_at} for n in range(20)]
        case_id = shop.contact(commitments=made, **({"case_id": case_id} if case_id else {}))["case_id"]
    other = shop.contact(summary="One more", commitments=[{"what": "The merged one", "due_at": due_at}])
    shop.merge(other["case_id"], into=case_id)
    browser = agent_of(shop)

    page = browser.open(f"/desk/cases/{case_id}")
    owed = [page.html.split('id="owed"')[1].split("</section>")[0]]
    more = unescape(owed[0].split('class="btn" href="')[-1].split("#")[0])
    owed.append(browser.open(more).html.split('id="owed"')[1].split("</section>")[0])

    shown = [set(re.findall(r"Promise \d{3}|The merged one", part)) for part in owed]
    assert (len(shown[0] | shown[1]), shown[0] & shown[1]) == (61, set())
    assert ("Show more" in owed[0], "Show more" in owed[1]) == (True, False)
    assert "One more" in page.words  # what was said in the merged case


def test_goodwill_is_given_once_or_asked_for_above_the_allowance(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    browser = agent_of(shop)
    form = browser.open(f"/desk/cases/{case_id}").form("/goodwill")
    assert "Up to 25.00 at once" in browser.open(f"/desk/cases/{case_id}").words

    for amount in ("", "-1", "lots", "0.001"):
        assert browser.send(form, amount=amount, reason="Sorry").status == 422
    assert browser.send(form, amount="10").status == 422
    assert "Given." in browser.send(form, amount="10", reason="Sorry").words
    browser.post(form.action, {**form.fields, "amount": "10", "reason": "Sorry"})
    assert len(shop.rows("goodwill")) == 1
    assert "a supervisor decides" in act(shop, case_id, "goodwill", amount="40", reason="A lock").words


def test_a_write_on_an_old_version_shows_both_and_loses_nothing(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    browser = agent_of(shop)
    form = browser.open(f"/desk/cases/{case_id}").form("/resolve")
    shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": shop.supervisor_id})

    page = browser.send(form, outcome="A new cake")

    assert page.status == 409
    assert "Somebody changed this while you were writing." in page.words
    assert "given to somebody else" in page.words
    assert page.form("/resolve").fields["outcome"] == "A new cake"
    assert shop.case(case_id)["status"] == "open"
    assert browser.send(page.form("/resolve")).status == 200
    assert shop.case(case_id)["status"] == "resolved"


def test_another_agents_case_is_refused_everywhere(shop: Shop) -> None:
    case_id = complaint(shop)
    stranger = signed_in(shop.desk, add_agent(shop.desk, "Stranger"))
    token = stranger.open("/desk/").form("/desk/sign-out").fields["token"]
    before = writes(shop.desk)

    assert stranger.open(f"/desk/cases/{case_id}").status == 403
    for action in (
        "step",
        "resolve",
        "reopen",
        "wait",
        "go-on",
        "assign",
        "merge",
        "unmerge",
        "goodwill",
        "no-such",
    ):
        fields = {"token": token, "agent_id": shop.agent_id, "amount": "1", "reason": "x", "step": "solved"}
        assert stranger.post(f"/desk/cases/{case_id}/{action}", fields).status == 403
    assert writes(shop.desk) == before


def test_a_matter_of_one_customer_is_not_merged_into_anothers(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    other = Shop(shop.desk, shop.supervisor_id, shop.agent_id, shop.customer_id)
    browser = agent_of(other)
    token = browser.open("/desk/").form("/desk/sign-out").fields["token"]

    for into in ("", case_id, "0" * 32):
        assert browser.post(f"/desk/cases/{case_id}/merge", {"token": token, "into": into}).status == 422


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    due_at = text_of(desk.now + HOUR)
    promise = {"what": MARKUP[:490], "due_at": due_at}
    case_id = shop.contact(kind="complaint", summary=MARKUP, commitments=[promise])["case_id"]
    for path in (f"/desk/cases/{case_id}", f"/desk/find?q={MARKUP[:20]}", "/desk/find"):
        page = agent_of(shop).open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html


def test_a_case_makes_the_same_number_of_queries_for_any_history(shop: Shop) -> None:
    case_id = shop.contact(channel="email")["case_id"]
    agent_of(shop).open(f"/desk/cases/{case_id}")
    with counted(shop.desk) as few:
        agent_of(shop).open(f"/desk/cases/{case_id}")
    for number in range(8):
        due_at = text_of(shop.desk.now + (number + 1) * HOUR)
        shop.contact(case_id=case_id, commitments=[{"what": "Call", "due_at": due_at}])
    with counted(shop.desk) as many:
        agent_of(shop).open(f"/desk/cases/{case_id}")

    assert few == many


# ---------------------------------------------------------------- find, and the keys


def test_customers_pages_and_actions_are_found(shop: Shop) -> None:
    shop.contact()
    browser = agent_of(shop)

    assert "Bilal Khan" in browser.open("/desk/find?q=bil").words
    assert "Record a contact with Bilal Khan" in browser.open("/desk/find?q=bilal").words
    assert "My day" in browser.open("/desk/find?q=day").html
    assert browser.part("/desk/find").html.lstrip().startswith("<form")
    found = browser.open("/desk/find?q=bil", **{"hx-request": "true", "hx-target": "div#results"})
    assert found.html.lstrip().startswith('<div class="results"')


def test_open_matters_are_found_by_what_was_said_and_by_their_customer(shop: Shop) -> None:
    case_id = shop.contact(summary="The saddle squeaks on hills")["case_id"]
    solved = shop.contact(summary="A squeak that is gone", resolved=True)["case_id"]
    other = add_agent(shop.desk, "Omar")
    browser = agent_of(shop)

    for q in ("squeaks saddle", "SADDLE", "bilal"):
        page = browser.open(f"/desk/find?q={q}").html
        assert f"/desk/cases/{case_id}" in page
        assert f"/desk/cases/{solved}" not in page
    assert case_id not in browser.open("/desk/find?q=wheel").html
    assert case_id not in signed_in(shop.desk, other).open("/desk/find?q=saddle").html


def test_finding_takes_the_same_number_of_calls_for_any_number_of_matters(shop: Shop) -> None:
    shop.contact(summary="The saddle squeaks")
    agent_of(shop).open("/desk/find?q=saddle")
    with counted(shop.desk) as few:
        agent_of(shop).open("/desk/find?q=saddle")
    for number in range(12):
        shop.contact(summary=f"The saddle squeaks {number}")
    with counted(shop.desk) as many:
        agent_of(shop).open("/desk/find?q=saddle")

    assert few == many


def test_the_evidence_of_a_matter_leads_to_its_contacts(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    case_id = shop.contact()["case_id"]
    moved = shop.contact(case_id=case_id, agent_id=omar, handed_over_from=shop.agent_id)

    page = signed_in(shop.desk, shop.supervisor_id, manager=True).open(f"/desk/cases/{case_id}").html

    assert f'href="#c-{moved["interaction_id"]}"' in page
    assert f'id="c-{moved["interaction_id"]}"' in page


def test_single_keys_can_be_turned_off_in_this_browser(shop: Shop) -> None:
    browser = agent_of(shop)
    form = browser.open("/desk/keys").form("/desk/keys")

    answer = browser.post(form.action, form.fields)

    assert answer.cookies[0].startswith("__Host-vaada-keys=off;")
    browser.headers["cookie"] = ""
    off = Browser(shop.desk, "", {"cookie": f"__Host-vaada={browser.secret}; __Host-vaada-keys=off"})
    assert 'data-keys="off"' in off.open("/desk/").html
