"""Follow-ups: the agent is reminded in the minute, then each working morning, until it is done."""

from datetime import datetime

from tests.e2e.desk import Desk, Person, eventually, link
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import MINUTE


def mornings(desk: Desk, agent: Person) -> list[str]:
    """When mails were sent to an agent."""
    return [f"{mail.at:%a %H:%M}" for mail in desk.mails(agent)]


@scenario
def test_an_agent_is_reminded_by_mail_and_text_on_the_minute(desk: Desk, week: Week) -> Waits:
    hana = desk.agent("Hana Suzuki", notify_by=["email", "sms"])
    piotr = desk.customer("Piotr Nowak")
    due_at = week.at("Mon 10:00")
    follow_up = desk.follow_up(piotr, hana, "Send the price of a new chain", due_at)
    eventually(lambda: follow_up in desk.schedule_names(), "a schedule makes the follow-up punctual")
    assert desk.schedule(follow_up)[0] == f"at({due_at:%Y-%m-%dT%H:%M:%S})"

    yield due_at
    mail, text = desk.mail(hana), desk.text(hana)
    assert desk.is_punctual(mail, due_at)
    assert desk.is_punctual(text, due_at)
    for words in (piotr.name, piotr.phone, "Send the price of a new chain", "Piotr Nowak asked"):
        assert words in mail.text
        assert words in str(mail.html)
    assert "Send the price of a new chain" in text.text
    assert follow_up not in desk.schedule_names()
    eventually(lambda: len(sent_messages(desk, piotr)) == 2, "both messages are recorded as sent")
    assert {message["medium"] for message in sent_messages(desk, piotr)} == {"email", "sms"}
    assert all(message["why"] == "the follow-up is due" for message in sent_messages(desk, piotr))
    desk.manager.post(f"/api/follow-ups/{follow_up}/complete")

    yield week.at("Tue 09:00")
    assert (len(desk.mails(hana)), len(desk.texts(hana))) == (1, 1)


def sent_messages(desk: Desk, customer: Person) -> list[dict[str, object]]:
    """The messages about a customer that the timeline shows as sent."""
    return [message for message in desk.timeline(customer, "message") if message["status"] == "sent"]


@scenario
def test_an_unresolved_contact_reminds_each_working_morning_until_it_is_done(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Lind")
    omar = desk.agent("Omar Haddad", supervisor=vera)
    lucia = desk.customer("Lucia Ferri")
    friday = week.at("Fri 09:00", weeks=-1)
    desk.contact(
        lucia, omar, "The gears slip on the hill.", occurred_at=friday.isoformat(), awaits_reply=False
    )
    [follow_up] = eventually(lambda: desk.timeline(lucia, "follow_up"), "the follow-up is planned")
    assert datetime.fromisoformat(follow_up["due_at"]) == week.at("Mon 09:00")

    yield week.at("Mon 09:00")
    assert desk.is_punctual(desk.mail(omar), week.at("Mon 09:00"))

    yield week.at("Tue 09:00")
    assert desk.is_punctual(desk.mail(omar, number=2), week.at("Tue 09:00"), within=5 * MINUTE)
    assert desk.mails(vera) == []

    yield week.at("Wed 09:00")
    assert desk.is_punctual(desk.mail(omar, number=3), week.at("Wed 09:00"), within=5 * MINUTE)
    told = desk.mail(vera)
    assert desk.is_punctual(told, week.at("Wed 09:00"), within=5 * MINUTE)
    assert "No answer from Omar Haddad" in told.subject
    desk.manager.post(f"/api/follow-ups/{follow_up['follow_up_id']}/complete")

    yield week.at("Thu 09:00")
    assert len(desk.mails(omar)) == 3
    assert len(desk.mails(vera)) == 1


@scenario
def test_reminders_pause_at_the_weekend_and_end_after_five(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Holm")
    nadia = desk.agent("Nadia Karim", supervisor=vera)
    due_at = week.at("Tue 09:00")
    desk.follow_up(desk.customer("Jonas Weber"), nadia, "Ask whether the saddle fits", due_at)

    for morning in ("Tue", "Wed", "Thu", "Fri"):
        yield week.at(f"{morning} 09:00")
    yield week.at("Mon 09:00", weeks=1)
    desk.mail(nadia, number=5)
    yield week.at("Tue 09:00", weeks=1)
    assert [when[:6] for when in mornings(desk, nadia)] == ["Tue 09", "Wed 09", "Thu 09", "Fri 09", "Mon 09"]
    assert len(desk.mails(vera)) == 1


@scenario
def test_a_snoozed_follow_up_sends_nothing_until_its_new_time(desk: Desk, week: Week) -> Waits:
    rosa = desk.agent("Rosa Moreno")
    tariq = desk.customer("Tariq Aziz")
    follow_up = desk.follow_up(tariq, rosa, "Call about the wheel", week.at("Mon 10:02"))

    yield week.at("Mon 10:02")
    desk.mail(rosa)
    until = week.at("Tue 14:00")
    desk.manager.post(f"/api/follow-ups/{follow_up}/snooze", {"until": until.isoformat()})
    desk.contact(tariq, rosa, "Wrote: thanks!", resolved=True)  # does not end the snooze

    yield week.at("Tue 09:00")
    assert len(desk.mails(rosa)) == 1

    yield until
    assert desk.is_punctual(desk.mail(rosa, number=2), until)
    assert "It is reminder" not in desk.mails(rosa)[1].text  # the count of reminders begins again
    desk.manager.post(f"/api/follow-ups/{follow_up}/cancel")

    yield week.at("Wed 09:00")
    assert len(desk.mails(rosa)) == 2


@scenario
def test_an_absent_agents_reminder_goes_to_their_cover(desk: Desk, week: Week) -> Waits:
    cover = desk.agent("Chen Wei")
    away = desk.agent("Amina Diallo", covered_by=cover.id, away_until=week.at("Fri 18:00").isoformat())
    desk.follow_up(desk.customer("Sven Berg"), away, "Order the pedals", week.at("Mon 10:04"))

    yield week.at("Mon 10:04")
    mail = desk.mail(cover)
    assert desk.is_punctual(mail, week.at("Mon 10:04"))
    assert "Amina Diallo" in mail.text
    assert desk.mails(away) == []
    assert "Done" in desk.answer(link(mail, "a"), do="done").text

    yield week.at("Tue 09:00")
    assert len(desk.mails(cover)) == 1
    assert desk.mails(away) == []
