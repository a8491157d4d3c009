"""Promises: a board with everybody's, a list of one agent's, and handing several over at once."""

import pytest

from tests.integration.console import Browser, Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, change_agent, writes
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.flows import commitments
from vaada.gateways import row_lists
from vaada.model.times import text_of

HERE = "/desk/promises"


@pytest.fixture
def manager(shop: Shop) -> Browser:
    """The supervisor, who is a manager."""
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def lane(page: Page, agent_id: str) -> str:
    """What the board shows about an agent, as words."""
    part = page.html.split(f'aria-labelledby="l-{agent_id}"')[1].partition("</section>")[0]
    return Page(200, {}, (), part).words


def test_an_empty_board_is_calm_and_says_where_promises_come_from(manager: Browser) -> None:
    page = manager.open(HERE)

    assert page.title == "No promise fell due in the last 30 days."
    assert "Promises come with the contacts that you record" in page.words


def test_the_board_shows_who_owes_what_by_when_whoever_is_late_first(shop: Shop, manager: Browser) -> None:
    zara = add_agent(shop.desk, "Zara")
    shop.promise(shop.desk.now + HOUR)
    shop.promise(shop.desk.now + 9 * HOUR)
    shop.promise(shop.desk.now + 2 * DAY)
    shop.promise(shop.desk.now + 9 * DAY)
    due_at = text_of(shop.desk.now + 3 * HOUR)
    shop.contact(agent_id=zara, commitments=[{"what": "Send the invoice", "due_at": due_at}])
    shop.desk.pass_time(2 * HOUR)

    page = manager.open(HERE)

    assert page.html.index(f"l-{shop.agent_id}") < page.html.index(f"l-{zara}")
    assert [f"{name}, {n}" in page.words for name, n in (("Late", 1), ("Today", 2), ("This week", 1))] == [
        True
    ] * 3
    assert "Later, 1" in page.words
    assert "1 h late" in lane(page, shop.agent_id)
    assert "Send the invoice Bilal Khan 12:00" in lane(page, zara)
    assert "1 is late now." in page.words


def test_the_kept_rate_is_told_as_first_promised_and_after_changes(shop: Shop, manager: Browser) -> None:
    in_time, moved, late = (shop.promise(shop.desk.now + HOUR) for _ in range(3))
    later = {"due_at": text_of(shop.desk.now + 2 * HOUR), "reason": "The part is late"}
    assert shop.desk.call(f"POST /api/commitments/{moved}/renegotiate", later).status == 200
    shop.desk.call(f"POST /api/commitments/{in_time}/keep")
    shop.desk.pass_time(HOUR + 30 * MINUTE)
    for promise in (moved, late):
        shop.desk.call(f"POST /api/commitments/{promise}/keep")

    page = manager.open(HERE)

    assert page.title == "1 of 3 promises kept as first promised, in 30 days."
    assert "1 of 3 kept, 33%, and 1 by a new date agreed in time" in lane(page, shop.agent_id)


def test_several_promises_are_given_to_somebody_else_at_once(shop: Shop, manager: Browser) -> None:
    zara = add_agent(shop.desk, "Zara")
    first, second, third = (shop.promise(shop.desk.now + n * HOUR) for n in (1, 2, 3))
    form = manager.open(HERE).form("/give")
    shop.desk.call(f"POST /api/commitments/{third}/keep")
    fields = {**form.fields, "agent_id": zara}

    answer = manager.post(form.action, {**fields, "row": first})
    several = manager.post_pairs(form.action, [*fields.items(), ("row", second), ("row", third)])

    assert answer.headers["location"] == f"{HERE}?given=1&not=0"
    assert several.headers["location"] == f"{HERE}?given=1&not=1"
    owners = {row["commitment_id"]: row["agent_id"] for row in shop.rows("commitment")}
    assert owners == {first: zara, second: zara, third: shop.agent_id}
    page = manager.open(several.headers["location"])
    assert "1 promise is theirs from now on" in page.words
    assert "1 was not given away" in page.words
    shop.desk.pass_time(5 * MINUTE)
    assert [row["recipient_id"] for row in shop.rows("message") if row["purpose"] == "assigned"] == [zara] * 2


def test_the_form_says_what_is_missing_and_keeps_what_was_chosen(shop: Shop, manager: Browser) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    form = manager.open(HERE).form("/give")

    nothing = manager.send(form)
    nobody = manager.send(form, row=promise)
    stranger = manager.send(form, row=promise, agent_id="0" * 16)

    assert [page.status for page in (nothing, nobody, stranger)] == [422] * 3
    assert "Choose the promises first." in nothing.words
    assert "Choose who has them from now on." in nobody.words
    assert f'value="{promise}" checked' in nobody.html
    assert "Choose who has them from now on." in stranger.words


def test_the_list_of_one_agent_has_every_action(shop: Shop, manager: Browser) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    page = manager.open(f"{HERE}?agent={shop.agent_id}")

    done = manager.send(page.form(f"/desk/work/{promise}/kept"))
    undone = manager.send(done.form(f"/desk/work/{promise}/undo"))

    assert "Noted: the promise is kept." in done.words
    assert "Taken back." in undone.words
    assert undone.form(f"/desk/work/{promise}/kept")


def test_an_absent_agent_is_shown_with_the_cover(shop: Shop, manager: Browser) -> None:
    zara = add_agent(shop.desk, "Zara")
    shop.promise(shop.desk.now + HOUR)
    change_agent(shop.desk, shop.agent_id, away_until=text_of(shop.desk.now + 2 * DAY), covered_by=zara)

    assert "Away until Wed 4 Mar at 09:00; Zara covers." in lane(manager.open(HERE), shop.agent_id)


# ---------------------------------------------------------------- who may


def test_an_agent_sees_their_own_and_those_of_whom_they_supervise_or_cover(shop: Shop) -> None:
    zara = add_agent(shop.desk, "Zara")
    shop.promise(shop.desk.now + HOUR)
    stranger, own = signed_in(shop.desk, zara), signed_in(shop.desk, shop.agent_id)
    supervisor = signed_in(shop.desk, shop.supervisor_id)

    assert "Call back with a price" in own.open(HERE).words
    assert "No promise is open." in stranger.open(HERE).words
    assert "Call back with a price" in lane(supervisor.open(HERE), shop.agent_id)
    assert "Zara" not in supervisor.open(HERE).words.replace("Zara Give", "")
    assert stranger.open(f"{HERE}?agent={shop.agent_id}").status == 403
    assert supervisor.open(f"{HERE}?agent={zara}").status == 403


def test_nobody_gives_away_what_they_may_not_see(shop: Shop) -> None:
    zara = add_agent(shop.desk, "Zara")
    promise = shop.promise(shop.desk.now + HOUR)
    stranger = signed_in(shop.desk, zara)
    token = stranger.open("/desk/sign-ins").form("/desk/sign-out").fields["token"]
    before = writes(shop.desk)

    refused = stranger.post(f"{HERE}/give", {"token": token, "row": promise, "agent_id": zara})
    unknown = stranger.post(f"{HERE}/give", {"token": token, "row": "x", "agent_id": zara})

    assert (refused.status, unknown.status) == (403, 404)
    assert writes(shop.desk) == before


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    shop.contact(commitments=[{"what": MARKUP[:490], "due_at": text_of(desk.now + HOUR)}])
    browser = signed_in(desk, shop.supervisor_id, manager=True)

    for path in (HERE, f"{HERE}?agent={shop.agent_id}", f"{HERE}?given=<b>&not=<i>"):
        html = browser.open(path).html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>" not in html.replace("<b><bdi>", "")


# ---------------------------------------------------------------- what it costs


def test_the_board_makes_the_same_number_of_queries_for_any_number_of_promises(
    shop: Shop, manager: Browser
) -> None:
    shop.promise(shop.desk.now + HOUR)
    manager.open(HERE)
    with counted(shop.desk) as few:
        manager.open(HERE)
    for number in range(12):
        customer = add_customer(shop.desk, name=f"Customer {number}", email=f"c{number}@example.com")
        due_at = text_of(shop.desk.now + (number + 1) * HOUR)
        body = shop.contact_body(customer_id=customer, commitments=[{"what": "Call", "due_at": due_at}])
        assert shop.desk.call("POST /api/interactions", body).status == 201
    with counted(shop.desk) as many:
        page = manager.open(HERE)

    assert few == many
    assert sum(many.values()) <= 10
    assert len(page.html) < 60_000


def test_with_more_open_promises_than_one_query_reads_the_numbers_are_the_least(
    shop: Shop, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commitments, "_MOST_OPEN", 2)
    for due_in in (HOUR, 2 * HOUR, 9 * DAY):
        shop.promise(shop.desk.now + due_in)

    shop.desk.clock.shift(90 * MINUTE)
    page = manager.open(HERE)

    assert "Late, 1 Today, 1+ This week, 0+ Later, 0+" in page.words
    assert "1 is late now." in page.words
    assert "The 2 that are due first are shown." in page.words
    shop.desk.clock.shift(HOUR)
    assert "2+ are late now." in manager.open(HERE).words


def test_with_more_promises_than_one_query_reads_the_latest_are_counted(
    shop: Shop, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_lists, "_REPORT_PAGE", 2)
    for due_in in (HOUR, 2 * HOUR, 3 * HOUR):
        promise = shop.promise(shop.desk.now + due_in)
        shop.desk.call(f"POST /api/commitments/{promise}/keep")

    for path in (HERE, f"{HERE}?agent={shop.agent_id}"):
        assert manager.open(path).title == "1 of 1 kept, 100%"
