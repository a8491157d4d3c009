"""Help: the guide in the console, in the reader's language."""

from tests.integration.console import signed_in
from tests.integration.shop import Shop, change_agent
from vaada.present.console.guide import PAGES

HELP = "/desk/help"


def test_help_leads_to_each_page_of_the_guide_and_its_pictures(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    assert f'href="{HELP}/a-day"' in browser.open("/desk/").html
    assert f'href="{HELP}/the-report"' in browser.open("/desk/report").html
    listed = browser.open(HELP).html

    for name in PAGES:
        assert f'href="{HELP}/{name}"' in listed
        page = browser.open(f"{HELP}/{name}")
        assert page.status == 200
        path = page.html.partition('<img src="')[2].partition('"')[0]
        picture = browser.open(path)
        assert (picture.status, picture.headers["content-type"]) == (200, "image/webp")


def test_help_on_a_relationship_is_the_page_about_parting(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.supervisor_id, manager=True)

    review = browser.open(f"/desk/customers/{shop.customer_id}/relationship")

    assert f'href="{HELP}/parting"' in review.html
    assert "A customer who strains the shop" in browser.open(f"{HELP}/parting").words


def test_help_on_campaigns_and_messages_is_the_page_about_them(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.supervisor_id, manager=True)

    assert f'href="{HELP}/campaigns"' in browser.open("/desk/campaigns").html
    assert f'href="{HELP}/mail"' in browser.open("/desk/messages").html
    assert "ends tips and invitations" in browser.open(f"{HELP}/campaigns").words
    assert "Put an address of the desk in Bcc" in browser.open(f"{HELP}/mail").words


def test_the_guide_is_read_in_ones_own_language(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, language="ur")
    page = signed_in(shop.desk, shop.agent_id).open(f"{HELP}/a-promise")

    assert '<article class="guide" lang="ur">' in page.html
    assert "نگران کو خبر" in page.words


def test_help_that_is_not_there_says_so(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)

    assert browser.open(f"{HELP}/a-song").status == 404
    assert browser.open(f"{HELP}/pictures/a-song").status == 404


def test_a_reader_who_is_signed_out_is_led_to_the_sign_in_and_back(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    browser.secret = ""

    assert browser.open(f"{HELP}/a-day").status == 303
