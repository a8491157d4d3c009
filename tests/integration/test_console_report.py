"""The report: its numbers are those of the API, and each opens exactly the rows that it counts."""

import csv
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest

from tests.integration.console import Browser, Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, change_customer
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.flows import reports
from vaada.model.times import text_of

HERE = "/desk/report"
_NUMBER = re.compile(r'<a(?: class="big")? href="(/desk/report/rows\?[^"]+)">([^<]+)</a>')


def manager(shop: Shop) -> Browser:
    """The supervisor, who is a manager and signs in now."""
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def counted_on(page: Page) -> dict[str, int]:
    """The numbers of a page by the addresses of their rows, without percentages."""
    found = {unescape(address): number for address, number in _NUMBER.findall(page.html)}
    return {address: int(number) for address, number in found.items() if number.isdecimal()}


def busy_week(shop: Shop) -> None:
    """Promises of every outcome, answers, hand-offs, repeats, complaints with causes and surveys."""
    desk, now = shop.desk, shop.desk.now
    zara = add_agent(desk, "Zara", supervisor_id=shop.supervisor_id)
    in_time, moved, late, given_up, _open = (shop.promise(now + 2 * HOUR) for _ in range(5))
    theirs = shop.contact(agent_id=zara, commitments=[{"what": "Call", "due_at": text_of(now + 3 * HOUR)}])
    asked = [shop.contact(channel=channel, kind="question") for channel in ("email", "chat", "chat")]
    later = {"due_at": text_of(now + 4 * HOUR), "reason": "The part is late"}
    desk.call(f"POST /api/commitments/{moved}/renegotiate", later)
    desk.call(f"POST /api/commitments/{given_up}/withdraw", {"reason": "Not wanted any more"})
    desk.call(f"POST /api/commitments/{in_time}/keep")
    desk.pass_time(30 * MINUTE)
    shop.contact(case_id=asked[1]["case_id"], channel="chat", direction="outbound", kind="question")
    desk.pass_time(2 * HOUR)
    for promise in (moved, late):
        desk.call(f"POST /api/commitments/{promise}/keep")
    shop.contact(case_id=theirs["case_id"], summary="Again", kind="question")
    complaint = shop.contact(kind="complaint", channel="email")["case_id"]
    for step in ("apologised", "solved", "confirmed"):
        desk.call(f"POST /api/cases/{complaint}/steps/{step}", {})
    cause = {"cause": "A step was left out", "prevention": "A checklist"}
    desk.call(f"POST /api/cases/{complaint}/steps/cause_recorded", cause)
    shop.resolve(complaint)
    shop.contact(resolved=True)
    desk.pass_time(2 * DAY)
    for link in {word for mail in desk.mails for word in mail_links(mail)}:
        desk.answer(link, score="5", comment="Kind")
    desk.pass_time(HOUR)


def mail_links(mail: Any) -> list[str]:
    """The links of a survey in a mail."""
    words = mail.get_body(("plain",)).get_content().split()
    return [word.partition("?")[0] for word in words if "/s/" in word and "desk.example.com" in word]


def test_an_empty_report_says_so_and_divides_by_nothing(shop: Shop) -> None:
    page = manager(shop).open(HERE)

    assert page.status == 200
    assert page.title == "No promise fell due in this time."
    assert "nothing to compare with" in page.words


def test_each_number_opens_exactly_the_rows_that_it_counts(shop: Shop) -> None:
    busy_week(shop)

    numbers = counted_on(manager(shop).open(HERE))

    assert {re.search(r"count=(\w+)", address)[1] for address in numbers} >= {  # type: ignore[index]
        *(
            "kept_in_time",
            "kept_after_change",
            "missed",
            "in_time",
            "late",
            "waiting",
            "satisfied",
            "answered",
        ),
        *("asked", "cases", "solved_at_once", "came_again", "complaints"),
    }
    for address, number in numbers.items():
        rows = manager(shop).open(address)
        assert rows.title.endswith(f": {number}"), address
        assert rows.html.count('<li class="row"') == number, address


def test_the_numbers_of_the_period_before_open_their_rows_too(shop: Shop) -> None:
    shop.contact(kind="complaint")
    shop.contact(kind="request")
    shop.desk.pass_time(7 * DAY)

    page = manager(shop).open(f"{HERE}?from=2026-03-09&to=2026-03-15")

    before = {address: number for address, number in counted_on(page).items() if "from=2026-03-02" in address}
    assert sorted(before.values()) == [1, 2]
    for address, number in before.items():
        assert manager(shop).open(address).html.count('<li class="row"') == number


def test_the_numbers_are_those_of_the_api_and_of_the_timeline(shop: Shop) -> None:
    busy_week(shop)
    page = manager(shop).open(f"{HERE}?from=2026-03-02&to=2026-03-04")

    api = shop.desk.call("GET /api/reports/service", query={"from": "2026-03-02", "to": "2026-03-04"}).json
    promises = shop.desk.call("GET /api/commitments", query={"limit": "100"}).json["items"]

    kept = sum(1 for row in promises if row["status"] == "kept")
    settled = sum(1 for row in promises if row["status"] != "withdrawn")
    found = api["all"]["promises"]
    assert (found["kept_in_time"], found["due"] - found["withdrawn"]) == (kept - 2, settled)
    assert page.title == f"{found['kept_in_time']} of {settled} promises kept in time."
    by_count = {
        address.partition("count=")[2]: number
        for address, number in counted_on(page).items()
        if "&" not in address.partition("count=")[2]
    }
    around = api["all"]["run_around"]
    assert by_count["cases"] == around["cases"]
    assert by_count["solved_at_once"] == around["solved_at_once"]
    assert by_count["complaints"] == api["complaints"]


def test_a_period_is_compared_with_as_many_days_before(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    shop.desk.call(f"POST /api/commitments/{promise}/keep")
    shop.desk.pass_time(7 * DAY)
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    page = manager(shop).open(f"{HERE}?from=2026-03-09&to=2026-03-15")

    assert "9 Mar 2026 to 15 Mar 2026, compared with the 7 days before." in page.words
    assert "0 of 1; 100 points less than before" in page.words


def test_a_period_that_cannot_be_used_is_told_and_the_usual_one_shown(shop: Shop) -> None:
    for query in (
        "from=2026-03-09&to=2026-03-01",
        "from=1&to=2",
        "from=2020-01-01",
        "from=0001-01-01&to=0001-01-02",
    ):
        page = manager(shop).open(f"{HERE}?{query}")
        assert page.status == 422
        assert "This period cannot be used" in page.words
    assert manager(shop).open(f"{HERE}/rows?count=no_such").status == 404


def test_a_period_with_more_rows_than_can_be_counted_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.promise(shop.desk.now + HOUR)
    monkeypatch.setattr(reports, "MOST_ROWS", 0)

    page = manager(shop).open(HERE)

    assert page.status == 422
    assert "Choose a shorter one." in page.words


def test_a_week_begins_at_midnight_of_the_business(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    policy = desk.call("GET /api/policy").json
    policy["business"]["time_zone"] = "Asia/Karachi"
    assert desk.call("PUT /api/policy", policy).status == 200
    shop.promise(desk.now.replace(day=8, hour=20))  # Monday, one o'clock at night in Karachi
    desk.pass_time(8 * DAY)
    browser = signed_in(desk, shop.supervisor_id, manager=True)

    page = browser.open(f"{HERE}?from=2026-03-02&to=2026-03-15")

    [address] = [one for one in counted_on(page) if "count=settled&week" in one]
    assert address.endswith("week=2026-W11")
    assert ": 1" in browser.open(address).title


def short_day(shop: Shop) -> None:
    """A late promise, a reply that is due, and a complaint whose cause looks like a formula."""
    shop.promise(shop.desk.now + HOUR)
    complaint = shop.contact(kind="complaint", channel="email")["case_id"]
    cause = {"cause": "=HYPERLINK(1)", "prevention": "x"}
    shop.desk.call(f"POST /api/cases/{complaint}/steps/cause_recorded", cause)
    shop.contact(resolved=True)
    shop.desk.clock.shift(2 * HOUR)


def test_every_table_is_downloaded_and_no_cell_is_a_formula(shop: Shop) -> None:
    short_day(shop)
    browser = manager(shop)

    addresses = re.findall(r'href="(/desk/report/csv/[^"]+)"', browser.open(HERE).html)

    assert len(addresses) >= 7
    for address in map(unescape, addresses):
        sheet = browser.open(address)
        lines = list(csv.reader(StringIO(sheet.html.removeprefix("\ufeff"))))
        assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
        assert "attachment" in sheet.headers["content-disposition"]
        assert len({len(line) for line in lines}) == 1
        assert all(not cell.startswith(("=", "+", "@")) for line in lines for cell in line)
    assert browser.open(f"{HERE}/csv/no-such").status == 404


def test_charts_have_a_title_and_a_description(shop: Shop) -> None:
    short_day(shop)

    html = manager(shop).open(HERE).html

    charts = html.count('<svg class="chart"')
    described = re.findall(r'<title id="chart-[^>]+>[^<]+</title><desc id="chart-[^>]+>[^<]+</desc>', html)
    assert charts == len(described) == html.count('role="img" aria-labelledby="chart-') >= 3
    assert " style=" not in html


# ---------------------------------------------------------------- who may


def test_an_agent_reads_the_report_on_their_own_work_alone(shop: Shop) -> None:
    zara = add_agent(shop.desk, "Zara")
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    own, stranger = signed_in(shop.desk, shop.agent_id), signed_in(shop.desk, zara)

    assert own.open(HERE).title == "0 of 1 promise kept in time."
    assert "Promises by agent" not in own.open(HERE).words
    assert stranger.open(HERE).title == "No promise fell due in this time."
    assert "Call back with a price" not in stranger.open(f"{HERE}/rows?count=promises").words
    for path in ("", "/rows", "/csv/weeks"):
        assert stranger.open(f"{HERE}{path}?count=promises&agent={shop.agent_id}").status == 403
    supervisor = signed_in(shop.desk, shop.supervisor_id)
    assert supervisor.open(f"{HERE}?agent={shop.agent_id}").title == "0 of 1 promise kept in time."


def test_hostile_words_are_escaped_and_stand_in_no_address(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    complaint = shop.contact(kind="complaint", summary=MARKUP, channel="chat")["case_id"]
    cause = {"cause": MARKUP[:490], "prevention": "x"}
    assert desk.call(f"POST /api/cases/{complaint}/steps/cause_recorded", cause).status == 200
    browser = signed_in(desk, shop.supervisor_id, manager=True)

    page = browser.open(HERE)

    for html in (page.html, *(browser.open(address).html for address in counted_on(page))):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert not any("alert" in address for address in counted_on(page))


def test_a_customer_who_was_erased_leaves_no_trace_in_the_rows(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    change_customer(shop.desk, shop.customer_id, name="Somebody Else")

    assert "Somebody Else" in manager(shop).open(f"{HERE}/rows?count=missed").words


# ---------------------------------------------------------------- what it costs


def test_the_report_makes_the_same_number_of_queries_for_any_number_of_rows(
    shop: Shop,
) -> None:
    shop.promise(shop.desk.now + HOUR)
    manager(shop).open(HERE)
    with counted(shop.desk) as few:
        manager(shop).open(HERE)
    with counted(shop.desk) as few_rows:
        manager(shop).open(f"{HERE}/rows?count=promises")
    for number in range(12):
        customer = add_customer(shop.desk, name=f"Customer {number}", email=f"c{number}@example.com")
        due_at = text_of(shop.desk.now + (number + 1) * HOUR)
        body = shop.contact_body(customer_id=customer, commitments=[{"what": "Call", "due_at": due_at}])
        assert shop.desk.call("POST /api/interactions", body).status == 201
    with counted(shop.desk) as many:
        page = manager(shop).open(HERE)
    with counted(shop.desk) as many_rows:
        manager(shop).open(f"{HERE}/rows?count=promises")

    assert (few, few_rows) == (many, many_rows)
    assert (sum(many.values()), sum(many_rows.values())) <= (22, 10)
    assert len(page.html) < 60_000
