"""Mail in the console: what a contact brought, and the mails that were set aside."""

from typing import Any

import pytest

from functions.receive_mail.app import handler as receive_mail
from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import Context, ScriptedDesk
from tests.integration.shop import Shop, add_agent
from tests.integration.test_incoming_mail import BILAL, contacts, put_mail, receive, set_aside
from tests.mail_samples import a_mail

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def manager(desk: ScriptedDesk, shop: Shop) -> Browser:
    return signed_in(desk, shop.supervisor_id, manager=True)


def bring(**fields: Any) -> None:
    """Let a mail of Bilal come in, with two files."""
    mime = a_mail(
        f"See the picture {MARKUP}\n\n-- \nBilal {MARKUP}",
        sender=BILAL,
        subject=f"A picture {MARKUP}",
        files={"Grüße.html": MARKUP.encode(), "b.txt": b"x" * 2000},
        **fields,
    )
    receive(mime)


def test_the_timeline_shows_a_mail_with_its_files_and_no_markup(manager: Browser, shop: Shop) -> None:
    bring()

    page = manager.open(f"/desk/customers/{shop.customer_id}")

    assert "See the picture" in page.words
    assert "Grüße.html" in page.words
    assert "2 kB" in page.words
    assert "Signature, and what it quotes" in page.words
    assert MARKUP not in page.html


def test_a_file_in_outlooks_own_format_is_kept_and_says_so(manager: Browser, shop: Shop) -> None:
    receive(a_mail("See the file", sender=BILAL, files={"winmail.dat": b"x"}))

    page = manager.open(f"/desk/customers/{shop.customer_id}")

    assert "winmail.dat" in page.words
    assert "Outlook's own format" in page.words


def test_a_file_is_saved_and_never_shown(desk: ScriptedDesk, manager: Browser, shop: Shop) -> None:
    bring()
    (contact,) = contacts(desk, shop.customer_id)

    answer = manager.open(f"/desk/files/{contact['interaction_id']}/1")

    assert answer.status == 303
    link = answer.headers["location"]
    assert "response-content-disposition=attachment" in link
    assert "response-content-type=application%2Foctet-stream" in link


@pytest.mark.parametrize("number", ["0", "3", "x", "99999"])
def test_a_file_that_is_not_there_is_not_found(
    desk: ScriptedDesk, manager: Browser, shop: Shop, number: str
) -> None:
    bring()
    (contact,) = contacts(desk, shop.customer_id)

    assert manager.open(f"/desk/files/{contact['interaction_id']}/{number}").status == 404


def test_an_agent_gets_no_file_of_a_customer_whom_they_do_not_serve(desk: ScriptedDesk, shop: Shop) -> None:
    bring()
    (contact,) = contacts(desk, shop.customer_id)
    other = signed_in(desk, add_agent(desk, "Omar"))

    assert other.open(f"/desk/files/{contact['interaction_id']}/1").status == 403


def test_a_mail_that_was_set_aside_becomes_a_contact_after_all(
    desk: ScriptedDesk, manager: Browser, shop: Shop
) -> None:
    bring(spam="FAIL")
    page = manager.open("/desk/mail")
    assert "It looks like spam." in page.words
    assert MARKUP not in page.html

    after = manager.send(page.form("/accept"))
    event = put_mail(b"", "raw/unused")
    event["detail"]["object"]["key"] = "accepted/one"
    outcome = receive_mail(event, Context())  # type: ignore[arg-type]  # all of a context that is read

    assert outcome == "contact"
    assert "It is on the customer's timeline in a moment." in after.words
    assert "It looks like spam." not in after.words
    assert len(contacts(desk, shop.customer_id)) == 1
    assert set_aside()[0].settled == "accepted"
    assert receive(a_mail(sender=BILAL, spam="FAIL")) == "spam"  # the event comes once more
    assert set_aside()[0].settled == "accepted"


def test_a_mail_with_a_virus_stays_set_aside(manager: Browser) -> None:
    bring(virus="FAIL")
    page = manager.open("/desk/mail")

    assert [form.action for form in page.forms if form.action.endswith("/accept")] == []
    form = page.form("/dismiss")
    refused = manager.post(form.action.replace("dismiss", "accept"), form.fields)
    assert refused.status == 409
    manager.send(form)
    assert "Nothing was set aside." in manager.open("/desk/mail").words


def test_the_question_of_a_forwarding_service_shows_its_link(manager: Browser) -> None:
    words = "Click https://evil.example/x or https://mail-settings.google.com/mail/vf-%5B1%5D to confirm."
    receive(a_mail(words, sender="forwarding-noreply@google.com"))

    page = manager.open("/desk/mail")

    assert 'href="https://mail-settings.google.com/mail/vf-%5B1%5D"' in page.html
    assert 'href="https://evil.example' not in page.html


def test_agents_do_not_see_what_was_set_aside(desk: ScriptedDesk, shop: Shop, manager: Browser) -> None:
    bring(spam="FAIL")
    (mail,) = set_aside()
    agent = signed_in(desk, shop.agent_id)
    fields = manager.open("/desk/mail").form("/dismiss").fields

    assert agent.open("/desk/mail").status == 403
    for action in ("accept", "dismiss"):
        assert agent.post(f"/desk/mail/{mail.id}/{action}", fields).status == 403
    assert set_aside()[0].settled is None
