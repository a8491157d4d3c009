"""Unsubscribing: one click stops surveys, one button takes it back within a day."""

from tests.integration.scripted_desk import Response
from tests.integration.shop import Shop, nonce_of, writes
from tests.times import DAY, HOUR, SECOND
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress
from vaada.model.suppressions import Suppression


def consents(shop: Shop) -> tuple[bool, bool, bool]:
    consent = shop.desk.call(f"GET /api/customers/{shop.customer_id}").json["consent"]
    return consent["email"], consent["sms"], consent["survey"]


def unsubscribe_link(shop: Shop) -> str:
    """Send a survey. Returns the link in the mail's List-Unsubscribe header."""
    shop.survey_link()
    return str(shop.desk.mails[-1]["list-unsubscribe"]).strip("<>")


def press(shop: Shop, link: str, page: Response) -> Response:
    """Press the button on the page after unsubscribing, having read it."""
    shop.desk.clock.shift(2 * SECOND)
    return shop.desk.post(link, {"do": "undo", "nonce": nonce_of(page)})


def stops(address: str) -> Suppression | None:
    return open_desk().table.get(Suppression, open_desk().addresses.hash_address("email", address))


def test_a_one_click_unsubscribe_stops_surveys_and_may_be_repeated(shop: Shop) -> None:
    shop.survey_link()
    mail = shop.desk.mails[-1]
    link = str(mail["list-unsubscribe"]).strip("<>")

    for _ in range(2):
        assert shop.desk.post(link, {"List-Unsubscribe": "One-Click"}).status == 200
    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert shop.rows("survey")[0]["withheld_because"] == "the customer did not agree to surveys"


def test_one_button_undoes_an_unsubscribe(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    page = shop.desk.post(link, {"List-Unsubscribe": "One-Click"})
    unsubscribed = consents(shop)

    back = press(shop, link, page)
    shop.contact(resolved=True)
    shop.desk.pass_time(31 * DAY)

    assert "I did not mean to" in page.body
    assert (unsubscribed, back.status, consents(shop)) == ((True, True, False), 200, (True, True, True))
    stop = stops("bilal@example.com")
    assert stop is not None
    assert (stop.surveys, stop.anything) == (None, None)


def test_surveys_continue_after_an_undone_unsubscribe(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    press(shop, link, shop.desk.post(link, {}))
    shop.desk.pass_time(31 * DAY)
    asked = len(shop.desk.mails)

    shop.contact(resolved=True)
    shop.desk.pass_time(DAY)

    assert len(shop.desk.mails) == asked + 1


def test_one_button_undoes_two_unsubscribes_and_may_be_pressed_twice(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    shop.desk.post(link, {})

    page = shop.desk.post(link, {})
    statuses = [press(shop, link, page).status for _ in range(2)]

    assert (statuses, consents(shop)) == ([200, 200], (True, True, True))


def test_the_undo_button_works_for_a_person_only(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    page = shop.desk.post(link, {})

    blind = shop.desk.post(link, {"do": "undo"})
    at_once = shop.desk.post(link, {"do": "undo", "nonce": nonce_of(page)})
    shop.desk.clock.shift(2 * SECOND)
    greedy = shop.desk.post(link, {"do": "undo", "nonce": nonce_of(page), "website": "https://example.com"})
    of_a_survey = open_desk().links.nonce("survey", shop.rows("survey")[0]["survey_id"])
    shop.desk.clock.shift(2 * SECOND)
    strange = shop.desk.post(link, {"do": "undo", "nonce": of_a_survey})

    for answer in (blind, at_once, greedy, strange):
        assert (answer.status, "Please send it once more." in answer.body) == (422, True)
    assert consents(shop) == (True, True, False)
    assert press(shop, link, greedy).status == 200
    assert consents(shop) == (True, True, True)


def test_undo_gives_no_consent_that_was_not_there(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    none = {"consent": {"email": True, "sms": True, "survey": False}}
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", none)

    page = shop.desk.post(link, {})
    nonce = open_desk().links.nonce("unsubscribe", shop.rows("survey")[0]["survey_id"])
    shop.desk.clock.shift(2 * SECOND)
    shop.desk.post(link, {"do": "undo", "nonce": nonce})

    assert "I did not mean to" not in page.body
    assert consents(shop) == (True, True, False)


def test_an_unsubscribe_cannot_be_undone_a_day_later(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    page = shop.desk.post(link, {})
    assert "I did not mean to" in page.body

    shop.desk.clock.shift(DAY - HOUR)
    late = shop.desk.post(link, {})
    shop.desk.clock.shift(HOUR + SECOND)
    pressed = shop.desk.post(link, {"do": "undo", "nonce": nonce_of(late)})

    assert (pressed.status, "We will not ask you again" in pressed.body) == (410, True)
    for answer in (pressed, shop.desk.post(link, {})):
        assert "I did not mean to" not in answer.body
    assert consents(shop) == (True, True, False)
    stop = stops("bilal@example.com")
    assert stop is not None
    assert stop.surveys is not None


def test_an_expired_link_still_unsubscribes(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    shop.desk.clock.shift(90 * DAY)

    assert shop.desk.open(link).status == 200
    assert shop.desk.post(link, {}).status == 200
    assert consents(shop) == (True, True, False)


def test_undo_keeps_other_stops_of_the_address(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    page = shop.desk.post(link, {})
    suppress(open_desk(), "email", "bilal@example.com", "complained", shop.desk.now)

    press(shop, link, page)

    stop = stops("bilal@example.com")
    assert stop is not None
    assert stop.anything is not None
    assert (stop.anything.reason, stop.surveys) == ("complained", None)


def test_a_get_of_an_unsubscribe_link_with_undo_fields_changes_nothing(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    page = shop.desk.post(link, {})
    shop.desk.clock.shift(2 * SECOND)
    before = writes(shop.desk)

    shop.desk.open(f"{link}?do=undo&nonce={nonce_of(page)}")

    assert (writes(shop.desk), consents(shop)) == (before, (True, True, False))


def test_a_one_click_unsubscribe_may_be_sent_as_multipart(shop: Shop) -> None:
    link = unsubscribe_link(shop)
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    answer = shop.desk.post_body(link, body, {"content-type": "multipart/form-data; boundary=x"})

    assert (answer.status, consents(shop)) == (200, (True, True, False))
