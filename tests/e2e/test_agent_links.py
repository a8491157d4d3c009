"""What an agent does by the links of a mail: done, later, kept, a new date. Opening a link does nothing."""

from datetime import datetime
from http import HTTPStatus

from tests.e2e.desk import Desk, link
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import DAY


@scenario
def test_a_follow_up_is_completed_from_the_link_in_the_mail(desk: Desk, week: Week) -> Waits:
    eva, customer = desk.agent("Eva Blum"), desk.customer("Hugo Roth")
    follow_up = desk.follow_up(customer, eva, "Ask about the bell", week.at("Mon 10:00"))

    yield week.at("Mon 10:00")
    action = link(desk.mail(eva), "a").partition("?")[0]
    before = desk.all_of(customer)
    for do in ("done", "tomorrow", "pick_date"):
        for method in ("GET", "HEAD", "GET"):
            assert desk.open(f"{action}?do={do}", method).status_code == HTTPStatus.OK
    assert "Ask about the bell" in desk.open(f"{action}?do=done").text
    for fields in ({}, {"do": "kept"}, {"do": "nonsense"}):
        assert desk.send(action, **fields).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    without_the_page = desk.send(action, do="done")
    assert without_the_page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please confirm" in without_the_page.text
    assert desk.all_of(customer) == before

    done = desk.answer(action, do="done")
    assert done.status_code == HTTPStatus.OK
    assert "no more reminders" in done.text
    row = desk.row(customer, follow_up)
    assert (row["status"], row["history"][-1]["by"]) == ("done", eva.id)
    before = desk.all_of(customer)
    for again in (desk.answer(action, do="tomorrow"), desk.open(action)):
        assert again.status_code == HTTPStatus.CONFLICT
        assert "was already done" in again.text
    assert desk.all_of(customer) == before

    yield week.at("Tue 09:00")
    assert len(desk.mails(eva)) == 1


@scenario
def test_tomorrow_means_the_next_working_morning(desk: Desk, week: Week) -> Waits:
    maja, customer = desk.agent("Maja Adler"), desk.customer("Rita Sommer")
    follow_up = desk.follow_up(customer, maja, "Check the invoice", week.at("Mon 10:02"))

    yield week.at("Mon 10:02")
    answer = desk.answer(link(desk.mail(maja), "a"), do="tomorrow")
    assert answer.status_code == HTTPStatus.OK
    assert datetime.fromisoformat(desk.row(customer, follow_up)["due_at"]) == week.at("Tue 09:00")

    yield week.at("Tue 09:00")
    mail = desk.mail(maja, number=2)
    assert desk.is_punctual(mail, week.at("Tue 09:00"))
    assert desk.answer(link(mail, "a"), do="done").status_code == HTTPStatus.OK


@scenario
def test_a_picked_date_is_in_the_agents_time_zone(desk: Desk, week: Week) -> Waits:
    yui, customer = desk.agent("Yui Tanaka", time_zone="Africa/Johannesburg"), desk.customer("Ken Mori")
    follow_up = desk.follow_up(customer, yui, "Ask for the serial number", week.at("Mon 10:04"))

    yield week.at("Mon 10:04")
    action = link(desk.mail(yui), "a")
    before = desk.all_of(customer)
    yesterday = f"{week.at('Mon 10:04') - DAY:%Y-%m-%d}"
    for date, time in ((yesterday, "10:00"), ("", "10:00"), ("2026-13-45", "10:00"), (yesterday, "25:99")):
        refused = desk.answer(action, do="pick_date", date=date, time=time)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.all_of(customer) == before

    tuesday = f"{week.at('Tue 14:00'):%Y-%m-%d}"
    assert desk.answer(action, do="pick_date", date=tuesday, time="16:00").status_code == HTTPStatus.OK
    assert datetime.fromisoformat(desk.row(customer, follow_up)["due_at"]) == week.at("Tue 14:00")

    yield week.at("Tue 14:00")
    mail = desk.mail(yui, number=2)
    assert desk.is_punctual(mail, week.at("Tue 14:00"))
    assert "Due at 16:00" in mail.subject
    assert desk.answer(link(mail, "a"), do="done").status_code == HTTPStatus.OK


@scenario
def test_a_promise_is_kept_or_renegotiated_from_its_warning(desk: Desk, week: Week) -> Waits:
    leo, customer = desk.agent("Leo Brandt"), desk.customer("Marta Wolf")
    kept = desk.promise(customer, leo, "Return the pump", week.at("Mon 14:02"))
    moved = desk.promise(customer, leo, "Mend the lamp", week.at("Mon 14:12"))

    yield week.at("Mon 10:02")
    returning = link(desk.mail(leo), "a")
    yield week.at("Mon 10:12")
    mending = link(desk.mail(leo, number=2), "a")
    assert desk.answer(returning, do="kept").status_code == HTTPStatus.OK
    row = desk.row(customer, kept)
    assert row["status"] == "kept"
    desk.manager.post(f"/api/cases/{row['case_id']}/resolve")  # else somebody is asked whether it is solved
    assert "already kept" in desk.open(returning).text

    date = {"date": f"{week.at('Tue 18:00'):%Y-%m-%d}", "time": "18:00"}
    before = desk.all_of(customer)
    assert desk.answer(mending, do="new_date", **date).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.answer(mending, do="done").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.all_of(customer) == before
    desk.personal.add("She is abroad until then")
    assert (
        desk.answer(mending, do="new_date", reason="She is abroad until then", **date).status_code
        == HTTPStatus.OK
    )
    row = desk.row(customer, moved)
    assert datetime.fromisoformat(row["due_at"]) == week.at("Tue 18:00")
    assert row["history"][-1]["reason"] == "She is abroad until then"

    yield week.at("Tue 14:00")
    warning = desk.mail(leo, number=3)
    assert desk.is_punctual(warning, week.at("Tue 14:00"))
    assert desk.answer(mending, do="kept").status_code == HTTPStatus.OK  # the older link still works

    yield week.at("Wed 09:00")
    assert len(desk.mails(leo)) == 3


@scenario
def test_an_expired_link_does_nothing_and_says_so(desk: Desk, week: Week) -> Waits:
    ada, customer = desk.agent("Ada Winter"), desk.customer("Tom Frost")
    desk.follow_up(customer, ada, "Remember the spokes", week.at("Mon 10:04"))

    yield week.at("Mon 10:04")
    action = link(desk.mail(ada), "a")

    yield week.at("Tue 09:20", weeks=2) + 61 * DAY
    before = desk.all_of(customer)
    for answer in (desk.open(action), desk.send(action, do="done"), desk.answer(action, do="done")):
        assert answer.status_code == HTTPStatus.GONE
        assert "This link has expired" in answer.text
    assert desk.all_of(customer) == before
