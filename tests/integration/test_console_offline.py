"""What a browser needs to open the console without a network, and a contact that comes later."""

import json

from tests.integration.console import Browser, signed_in
from tests.integration.shop import Shop
from tests.times import HOUR


def test_the_console_can_be_installed_by_a_browser_that_is_not_signed_in(shop: Shop) -> None:
    anybody = Browser(shop.desk)
    page = signed_in(shop.desk, shop.agent_id).open("/desk/")

    assert '<link rel="manifest" href="/desk/manifest.webmanifest">' in page.html
    answer = anybody.open("/desk/manifest.webmanifest")
    manifest = json.loads(answer.html)
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == (
        "Baker & Daughters",
        "/desk/",
        "/desk/",
    )
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]


def test_the_worker_and_the_files_that_it_keeps_are_public(shop: Shop) -> None:
    anybody = Browser(shop.desk)
    worker = anybody.open("/desk/sw.js")
    kept = json.loads(worker.html.partition("const ASSETS = ")[2].partition(";")[0])

    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-store"
    for path in kept:
        assert anybody.open(path).status == 200
    assert "There is no network here." in anybody.open("/desk/away").words
    assert "اردو" not in anybody.open("/desk/away").words


def test_a_page_says_how_old_it_would_be_without_a_network(shop: Shop) -> None:
    page = signed_in(shop.desk, shop.agent_id).open("/desk/")

    assert "This is how it stood today at 09:00." in page.words


def test_a_contact_that_was_recorded_without_a_network_counts_once_at_its_own_time(shop: Shop) -> None:
    shop.contact(summary="Before")
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open("/desk/contacts/new").form("/desk/contacts/new")
    written = shop.desk.now
    said = {
        **form.fields,
        "customer_id": shop.customer_id,
        "summary": "In a tunnel",
        "occurred": f"{written:%Y-%m-%dT%H:%M:%S}.123Z",
        "key": "4f5d6a1e-0000-4000-8000-000000000000",
        "do": "save",
    }
    shop.desk.clock.shift(2 * HOUR)

    answers = [browser.post(form.action, said) for _ in range(2)]

    assert {answer.status for answer in answers} == {303}
    (contact,) = (row for row in shop.rows("interaction") if row["summary"] == "In a tunnel")
    assert contact["occurred_at"] == f"{written:%Y-%m-%dT%H:%M:%S}Z"
