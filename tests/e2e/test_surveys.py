"""Surveys: sent once, a day later, in the customer's language; only the customer's answer is written."""

from datetime import datetime
from http import HTTPStatus

from tests.e2e.desk import Desk, Person, link
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import DAY, MINUTE


def solved(desk: Desk, customer: Person, agent: Person, at: datetime) -> None:
    """Resolve a case of the customer: the survey is sent a day later."""
    desk.resolved(customer, agent, f"{customer.name} can ride again.", at)


def scan(desk: Desk, survey: str) -> None:
    """Open every link of the mail, more than once, as a mail scanner does."""
    for score in (1, 2, 3, 4, 5):
        for method in ("GET", "HEAD", "GET"):
            assert desk.open(f"{survey}?score={score}", method).status_code == HTTPStatus.OK


@scenario
def test_a_survey_is_in_the_customers_language_and_answered_once(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Iqbal")
    ayesha = desk.customer("عائشہ خان", language="ur")
    yield week.at("Mon 09:15")
    solved(desk, ayesha, sana, week.at("Mon 09:10"))
    assert desk.mails(ayesha) == []

    yield week.at("Tue 09:10")
    mail = desk.mail(ayesha)
    assert desk.is_punctual(mail, week.at("Tue 09:10"))
    assert 'lang="ur" dir="rtl">' in str(mail.html)
    assert "کیسی رہی" in mail.subject
    survey = link(mail, "s")

    before = desk.all_of(ayesha)
    scan(desk, survey)
    page = desk.open(f"{survey}?score=4")
    assert '<html lang="ur" dir="rtl">' in page.text
    assert 'value="4" required checked' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert desk.send(survey, comment="no face chosen").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.send(survey, score="6").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.all_of(ayesha) == before

    comment = "بہت اچھی خدمت، <b>شکریہ</b>"
    desk.personal.add(comment)
    thanks = desk.answer(survey, score="4", comment=comment)
    assert thanks.status_code == HTTPStatus.OK
    assert "شکریہ" in thanks.text
    [answered] = desk.surveys(ayesha)
    assert (answered["status"], answered["score"], answered["comment"]) == ("answered", 4, comment)
    [listed] = desk.manager.get("/api/surveys", customer_id=ayesha.id, status="answered")["items"]
    assert listed == answered
    assert answered in desk.timeline(ayesha)

    before = desk.all_of(ayesha)
    second = desk.send(survey, score="1")
    assert second.status_code == HTTPStatus.CONFLICT
    assert "آپ پہلے ہی جواب دے چکے ہیں" in second.text
    assert desk.open(survey).status_code == HTTPStatus.CONFLICT
    assert desk.all_of(ayesha) == before

    yield week.at("Fri 09:20")
    assert len(desk.mails(ayesha)) == 1  # no reminder after an answer


@scenario
def test_a_low_score_reaches_the_supervisor(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Sand")
    sana = desk.agent("Sana Qureshi", supervisor=vera)
    customer = desk.customer("Gustav Lang")
    yield week.at("Mon 09:15")
    solved(desk, customer, sana, week.at("Mon 09:12"))

    yield week.at("Tue 09:12")
    comment = "It squeals worse than before."
    desk.personal.add(comment)
    answer = desk.answer(link(desk.mail(customer), "s"), score="1", comment=comment)
    assert answer.status_code == HTTPStatus.OK
    assert vera.name in answer.text  # the agent who will call, and the time
    [call] = desk.timeline(customer, "commitment")
    assert (call["agent_id"], call["origin"]) == (vera.id, "unhappy")
    [follow_up] = desk.timeline(customer, "follow_up")
    assert follow_up["agent_id"] == vera.id
    assert week.at("Wed 09:12") <= datetime.fromisoformat(follow_up["due_at"]) < week.at("Wed 09:20")

    yield week.at("Wed 14:00")
    assert desk.mails(vera, about=comment)
    desk.manager.post(f"/api/commitments/{call['commitment_id']}/keep")
    assert desk.row(customer, follow_up["follow_up_id"])["status"] == "done"


@scenario
def test_a_customer_without_e_mail_gets_the_survey_as_a_text(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Malik")
    carmen = desk.customer("Carmen Delgado", email=None, language="es")
    yield week.at("Mon 09:15")
    solved(desk, carmen, sana, week.at("Mon 09:10"))

    yield week.at("Tue 09:10")
    text = desk.text(carmen)
    assert desk.is_punctual(text, week.at("Tue 09:10"), within=2 * MINUTE)
    assert desk.answer(link(text, "s"), score="5").status_code == HTTPStatus.OK
    assert desk.surveys(carmen)[0]["score"] == 5


@scenario
def test_a_survey_without_consent_is_withheld_with_the_reason(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Butt")
    silent = desk.customer("Walter Braun", consent={"email": True, "sms": True, "survey": False})
    unreachable = desk.customer("Elsa Kurz", consent={"email": False, "sms": False, "survey": True})
    yield week.at("Mon 09:15")
    solved(desk, silent, sana, week.at("Mon 09:12"))
    solved(desk, unreachable, sana, week.at("Mon 09:12"))

    yield week.at("Tue 09:12")
    for customer, reason in (
        (silent, "the customer did not agree to surveys"),
        (unreachable, "there is no address that the customer agreed to and that works"),
    ):
        [survey] = desk.timeline(customer, "survey")
        assert (survey["status"], survey["withheld_because"]) == ("withheld", reason)

    yield week.at("Fri 09:20")
    for customer in (silent, unreachable):
        assert desk.mails(customer) == []
        assert desk.texts(customer) == []


@scenario
def test_only_a_post_unsubscribes_and_it_stops_surveys(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Raza")
    customer = desk.customer("Bruno Conti")
    yield week.at("Mon 09:15")
    solved(desk, customer, sana, week.at("Mon 09:12"))

    yield week.at("Tue 09:12")
    unsubscribe = link(desk.mail(customer), "u")
    before = desk.all_of(customer)
    for method in ("GET", "HEAD", "GET"):
        assert desk.open(unsubscribe, method).status_code == HTTPStatus.OK
    assert desk.all_of(customer) == before
    one_click = {"List-Unsubscribe": "One-Click"}  # RFC 8058: the request of a mail program's own button
    assert desk.send(unsubscribe, **one_click).status_code == HTTPStatus.OK
    assert desk.send(unsubscribe, **one_click).status_code == HTTPStatus.OK
    consent = desk.manager.get(f"/api/customers/{customer.id}")["consent"]
    assert consent == {"email": True, "sms": True, "survey": False, "news": False}
    desk.resolved(customer, sana, "Bruno Conti has new tyres.", week.at("Tue 09:12"))

    yield week.at("Wed 14:00")
    reasons = [survey["withheld_because"] for survey in desk.surveys(customer)]
    assert "the customer did not agree to surveys" in reasons

    yield week.at("Fri 09:20")
    assert len(desk.mails(customer)) == 1  # and no reminder of the survey that was sent
    assert desk.texts(customer) == []


@scenario
def test_forged_links_write_nothing(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Gill")
    customer = desk.customer("Petra Horak")
    yield week.at("Mon 09:15")
    solved(desk, customer, sana, week.at("Mon 09:14"))

    yield week.at("Tue 09:14")
    mail = desk.mail(customer)
    survey, unsubscribe = link(mail, "s"), link(mail, "u")
    place, token = survey.rsplit("/", 1)
    value, stamp, signature = token.split(".")
    before = desk.all_of(customer)
    forged = [
        f"{place}/{value}.{stamp}.{signature[:-2]}AA",
        f"{place}/{value[:-1]}{'A' if value[-1] != 'A' else 'E'}.{stamp}.{signature}",
        f"{place}/{value}.{stamp[:-1]}{'A' if stamp[-1] != 'A' else 'E'}.{signature}",
        f"{place}/{value}.{stamp}",
        f"{place}/{unsubscribe.rsplit('/', 1)[1]}",  # made for another purpose
        survey.replace("/s/", "/u/"),
        survey.replace("/s/", "/a/"),
        unsubscribe.replace("/u/", "/a/"),
    ]
    for address in forged:
        for answer in (desk.open(address), desk.send(address, score="1", do="done")):
            assert answer.status_code == HTTPStatus.NOT_FOUND, address
            assert customer.name not in answer.text
    assert desk.all_of(customer) == before


@scenario
def test_an_unanswered_survey_is_reminded_once_and_expires(desk: Desk, week: Week) -> Waits:
    sana = desk.agent("Sana Mirza")
    customer = desk.customer("Oliver Grant", language="en")
    yield week.at("Mon 09:15")
    solved(desk, customer, sana, week.at("Mon 09:14"))

    yield week.at("Tue 09:14")
    survey = link(desk.mail(customer), "s")

    yield week.at("Fri 09:20")
    reminder = desk.mail(customer, number=2)
    assert desk.is_punctual(reminder, week.at("Fri 09:14"), within=10 * MINUTE)
    assert "This is the only reminder" in reminder.text

    yield week.at("Tue 09:20", weeks=2)  # closed after 14 days
    [closed] = desk.surveys(customer)
    assert closed["status"] == "expired"
    assert len(desk.mails(customer)) == 2
    for _ in ("not used", "too old"):
        before = desk.all_of(customer)
        for answer in (
            desk.open(survey),
            desk.send(survey, score="5"),
            desk.send(link(reminder, "s"), score="5"),
        ):
            assert answer.status_code == HTTPStatus.GONE
        assert desk.all_of(customer) == before
        yield week.at("Tue 09:20", weeks=2) + 61 * DAY
    assert len(desk.mails(customer)) == 2
