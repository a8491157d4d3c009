"""Staff read their own language: in mails, SMS, and on the pages behind their links."""

import re

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy, links, words_of
from tests.times import DAY, HOUR, MINUTE


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """An agent who reads Urdu, and a supervisor who reads German."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, language="ur", notify_by=["email"])
    change_agent(desk, shop.supervisor_id, language="de")
    return shop


def test_each_reader_of_one_promise_reads_their_own_language(shop: Shop) -> None:
    shop.promise(shop.desk.now + 4 * HOUR)
    shop.desk.pass_time(2 * DAY)

    subjects = {str(mail["to"]).partition(" <")[0]: str(mail["subject"]) for mail in shop.desk.mails}
    assert re.search("وعد", subjects["Amina"])
    assert subjects["Sana"].startswith("Zusage von Amina")
    for mail in shop.desk.mails:
        html = mail.get_body(("html",))
        assert html is not None
        assert ('lang="ur" dir="rtl"' in html.get_content()) == ("amina@" in str(mail["to"]))


def test_the_pages_behind_a_link_are_in_the_language_of_its_reader(shop: Shop) -> None:
    shop.promise(shop.desk.now + 4 * HOUR)
    shop.desk.pass_time(3 * HOUR)
    link = links(words_of(shop.desk.mails[0]), "/a/")[0]

    form = shop.desk.open(link)
    done = shop.desk.answer(link, do="kept")
    over = shop.desk.open(link)

    assert "Amina کا وعدہ" in re.sub(r"</?bdi>", "", form.body)
    assert "وعدہ پورا ہوا۔ شاباش۔" in done.body
    assert "وعدہ پہلے ہی پورا ہو چکا ہے۔" in over.body
    for page in (form, done, over):
        assert '<html lang="ur" dir="rtl">' in page.body


def test_an_agent_without_a_language_reads_that_of_the_business(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_policy(desk, business={"language": "fr"})
    change_agent(desk, shop.agent_id, notify_by=["email"])
    desk.pass_time(10 * MINUTE)

    shop.promise(desk.now + 4 * HOUR)
    desk.pass_time(3 * HOUR)

    assert str(desk.mails[0]["subject"]).startswith("Promesse à tenir")


def test_the_desks_own_notes_are_in_the_readers_language(shop: Shop) -> None:
    shop.contact(tone="abusive")
    shop.desk.pass_time(HOUR)

    mail = next(mail for mail in shop.desk.mails if "sana@" in str(mail["to"]))
    assert "Der Kunde wurde gegenüber Amina ausfällig." in words_of(mail)
    follow_up = next(row for row in shop.rows("follow_up") if row["origin"] == "abusive")
    assert follow_up["reason"] == "The customer was abusive towards Amina."


def test_a_text_is_in_the_readers_language(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    shop.promise(shop.desk.now + 4 * HOUR)
    shop.desk.pass_time(3 * HOUR)

    assert [words for _, words in shop.desk.texts if words.startswith("وعدہ")]
