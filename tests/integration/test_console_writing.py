"""Writing to a customer in the console: from their page and their case, once, by day and at night."""

from tests.integration.console import signed_in
from tests.integration.provider_events import handle_sample
from tests.integration.shop import Shop, change_customer, words_of
from tests.times import HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP

TEXT = "Your wheel is ready."


def test_an_agent_answers_from_the_case_and_sees_that_it_went_out(shop: Shop) -> None:
    case_id = shop.contact(channel="email", summary="Where is my wheel?")["case_id"]
    shop.desk.pass_time(MINUTE)
    browser = signed_in(shop.desk, shop.agent_id)
    assert f"write?case_id={case_id}" in browser.open(f"/desk/cases/{case_id}").html
    page = browser.open(f"/desk/customers/{shop.customer_id}/write?case_id={case_id}&from=case")
    assert "Hello Bilal Khan, Amina, Baker & Daughters" in page.words.replace(" The greeting", "")
    form = page.form("/write")

    sent = [browser.send(form, text=TEXT, do="send") for _ in range(2)]
    shop.desk.pass_time(2 * MINUTE)

    assert [("It is on its way" in each.words, each.title) for each in sent] == 2 * [
        (True, "Where is my wheel?")
    ]
    assert [words_of(mail).split()[3:7] for mail in shop.desk.mails] == [TEXT.split()]
    (message,) = (row for row in shop.rows("message") if row["purpose"] == "personal")
    handle_sample("mail_delivered", message_id=message["message_id"])
    page = browser.open(f"/desk/customers/{shop.customer_id}")
    assert "Sent to Bilal Khan by e-mail: a personal message. It arrived." in page.words


def test_the_form_says_at_night_when_it_goes_out_and_offers_to_send_it_now(shop: Shop) -> None:
    shop.contact()
    shop.desk.pass_time(12 * HOUR)
    browser = signed_in(shop.desk, shop.agent_id)
    page = browser.open(f"/desk/customers/{shop.customer_id}/write")
    assert "It goes out tomorrow at 09:00; or send it now." in page.words

    browser.send(page.form("/write"), text=TEXT, do="now")
    shop.desk.pass_time(2 * MINUTE)

    assert shop.desk.mail_recipients.count("Bilal Khan <bilal@example.com>") == 1


def test_the_form_keeps_what_was_written_and_says_what_is_wrong(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/write").form("/write")
    change_customer(shop.desk, shop.customer_id, consent={"email": False, "sms": False, "survey": False})

    empty = browser.send(form, text=" ", do="send")
    refused = browser.send(form, text=MARKUP, do="send")

    assert (empty.status, "Write what they should read." in empty.words) == (422, True)
    assert (refused.status, "They did not agree to be written to this way." in refused.words) == (422, True)
    assert MARKUP in refused.words
    assert MARKUP not in refused.html
    assert shop.rows("message") == []


def test_a_saved_reply_is_inserted_with_the_names_filled_in(shop: Shop) -> None:
    shop.contact()
    manager, agent = (
        signed_in(shop.desk, shop.supervisor_id, manager=True),
        signed_in(shop.desk, shop.agent_id),
    )
    for language, text in (("en", "{customer}, it is ready. {agent}"), ("de", "Es ist fertig.")):
        form = manager.open("/desk/policy/replies").forms[-1]
        assert manager.send(form, name="Ready", language=language, text=text, do="save").status == 200
    page = agent.open(f"/desk/customers/{shop.customer_id}/write")
    assert page.words.index("Ready (English)") < page.words.index("Ready (Deutsch)")

    page = agent.send(page.form("/write"), text="Good news:", saved_reply="0", do="insert")

    assert page.form("/write").fields["text"] == "Good news:\n\nBilal Khan, it is ready. Amina"


def test_a_saved_reply_is_refused_for_unknown_gaps_a_second_time_or_an_agent(shop: Shop) -> None:
    manager, agent = (
        signed_in(shop.desk, shop.supervisor_id, manager=True),
        signed_in(shop.desk, shop.agent_id),
    )
    fields = {"name": "Ready", "language": "en", "do": "save"}
    form = manager.open("/desk/policy/replies").form("/replies")

    unknown = manager.send(form, **fields, text="Dear {friend}")
    manager.send(form, **fields, text="Ready.")
    again = manager.send(manager.open("/desk/policy/replies").forms[-1], **fields, text="Ready!")
    token = agent.open("/desk/keys").form("/desk/keys").fields["token"]
    refused = agent.post("/desk/policy/replies", {**fields, "token": token, "text": "Mine"})

    assert ("In braces only the names" in unknown.words, unknown.status) == (True, 422)
    assert ("There is a reply of this name" in again.words, again.status) == (True, 422)
    assert refused.status == 403
    replies = shop.desk.call("GET /api/policy").json["saved_replies"]
    assert replies == [{"name": "Ready", "language": "en", "text": "Ready."}]


def test_files_go_along_and_stand_on_the_timeline(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/write").form("/write")
    fields = {**form.fields, "text": TEXT, "do": "send", "medium": "email"}

    sent = [browser.attach(form.action, fields, {"Grüße.pdf": b"%PDF\r\n\xff", "": b""}) for _ in range(2)]
    shop.desk.pass_time(2 * MINUTE)

    assert [answer.status for answer in sent] == [303, 303]
    (mail,) = shop.desk.mails
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Grüße.pdf", b"%PDF\r\n\xff")
    assert "Grüße.pdf" in browser.open(f"/desk/customers/{shop.customer_id}").words


def test_files_that_cannot_be_sent_are_named_in_the_form(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/write").form("/write")
    fields = {**form.fields, "text": TEXT, "do": "send", "medium": "email"}

    large = browser.attach(form.action, fields, {"a.pdf": b"x" * 4_000_001})
    program = browser.attach(form.action, fields, {"a.exe": b"x"})
    empty = browser.attach(form.action, fields, {"a.pdf": b""})
    by_text = browser.attach(form.action, {**fields, "medium": "sms"}, {"a.pdf": b"x"})

    assert [page.status for page in (large, program, empty, by_text)] == 4 * [422]
    assert "of 4 MB together" in large.words
    assert "Choose them again" in large.words
    assert "A program, such as .exe" in program.words
    assert "none of them empty" in empty.words
    assert "Files go by e-mail only" in by_text.words
    assert shop.rows("message") == []
