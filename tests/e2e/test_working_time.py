"""Messages are sent in working time, several as one; a customer is told that a promise runs late."""

from datetime import datetime
from http import HTTPStatus

from tests.e2e.desk import Desk, eventually, link
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import MINUTE


@scenario
def test_a_promise_due_at_night_is_flagged_then_and_mailed_in_the_morning(desk: Desk, week: Week) -> Waits:
    ada = desk.agent("Ada Stone")
    bo = desk.customer("Bo Hansen")
    due_at = week.at("Mon 22:00")
    promise = desk.promise(bo, ada, "Leave the key in the box", due_at)

    yield week.at("Mon 18:00")  # at the end of her working day
    assert desk.is_punctual(desk.mail(ada), week.at("Mon 18:00"))

    yield due_at
    flagged = eventually(lambda: desk.row(bo, promise).get("flagged_at"), "the promise is flagged at night")
    assert due_at <= datetime.fromisoformat(flagged) <= due_at + MINUTE
    assert len(desk.mails(ada)) == 1

    yield week.at("Tue 09:00")
    morning = desk.mail(ada, number=2)
    assert desk.is_punctual(morning, week.at("Tue 09:00"), within=5 * MINUTE)
    assert "overdue by 11 hours" in morning.subject
    desk.manager.post(f"/api/commitments/{promise}/keep")


@scenario
def test_reminders_within_minutes_are_one_message(desk: Desk, week: Week) -> Waits:
    mia = desk.agent("Mia Roth", notify_by=["email", "sms"])
    matters = ("Order the spokes", "Ask about the lamp", "Send the catalogue")
    for minute, matter in enumerate(matters):
        at = week.at("Mon 11:00") + minute * MINUTE
        desk.follow_up(desk.customer(f"Customer {minute} of Mia"), mia, matter, at)

    yield week.at("Mon 11:08")
    mail, text = desk.mail(mia), desk.text(mia)
    assert all(matter in mail.text for matter in matters)
    listed = desk.open(link(text, "a"))
    assert listed.status_code == HTTPStatus.OK
    assert all(matter in listed.text for matter in matters)

    yield week.at("Mon 12:00")
    assert (len(desk.mails(mia)), len(desk.texts(mia))) == (1, 1)


@scenario
def test_a_late_notice_comes_before_the_due_time_in_the_customers_language(desk: Desk, week: Week) -> Waits:
    zoe = desk.agent("Zoe Hart")
    hina = desk.customer("حنا ملک", language="ur", time_zone="Asia/Karachi")
    promise = desk.promise(hina, zoe, "Bring the wheel", week.at("Mon 14:20"))

    yield week.at("Mon 10:20")
    new = week.at("Tue 12:00")
    desk.personal.add("The spokes are late")
    answer = desk.answer(
        link(desk.mail(zoe), "a"),
        do="running_late",
        date=f"{new:%Y-%m-%d}",
        time=f"{new:%H:%M}",
        reason="The spokes are late",
    )
    assert answer.status_code == HTTPStatus.OK

    yield week.at("Mon 10:26")
    told = desk.mail(hina)
    assert "17:00" in told.text  # noon in UTC
    assert 'dir="rtl"' in str(told.html)
    row = desk.row(hina, promise)
    assert (row["status"], datetime.fromisoformat(row["due_at"])) == ("open", new)
    desk.manager.post(f"/api/commitments/{promise}/keep")
