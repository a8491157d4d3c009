"""Messages to one reader are sent as one: reminders, escalations, and another attempt."""

from collections import Counter
from email.message import EmailMessage
from typing import Any

import pytest

from tests.integration.aws_errors import refuse, succeed, time_out
from tests.integration.provider_events import handle_sample
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    add_customer,
    at,
    change_agent,
    change_policy,
    links,
    wait_until,
    words_of,
)
from tests.integration.staff_messages import SATURDAY_NIGHT, outcomes, remind, sent
from tests.times import HOUR, MINUTE
from vaada.model.times import text_of

refused_mail = refuse("sesv2.SendEmail", code="AccountSuspendedException")
throttled_mail = refuse("sesv2.SendEmail", code="TooManyRequestsException")
unanswered_mail = time_out("sesv2.SendEmail")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    return shop


def five_follow_ups(shop: Shop) -> list[str]:
    """Of three customers, a minute apart from ten o'clock on. Returns their ids."""
    others = [add_customer(shop.desk, name=name, email=f"{name}@example.com") for name in ("Dua", "Eve")]
    whose = [shop.customer_id, *others, shop.customer_id, others[0]]
    return [remind(shop, f"03-02T10:0{n}", f"Matter {n}", who) for n, who in enumerate(whose)]


def test_five_reminders_within_minutes_are_one_mail(shop: Shop) -> None:
    five_follow_ups(shop)

    wait_until(shop.desk, at("03-02T12:00"))

    (mail,) = shop.desk.mails
    assert str(mail["subject"]).startswith("5 reminders, first:")
    assert all(f"Matter {n}" in words_of(mail) for n in range(5))


def test_a_batch_that_nobody_gets_goes_on_as_one_to_the_next_reader(shop: Shop) -> None:
    five_follow_ups(shop)
    wait_until(shop.desk, at("03-02T11:00"))
    shop.desk.before_call = refuse("sns.Publish", code="OptedOut")
    for reader in ("amina", "sana"):
        carrier = carrier_of(shop, f"{reader}@example.com")
        for _ in range(2):
            handle_sample("mail_bounced", message_id=carrier, address=f"{reader}@example.com")
        shop.desk.pass_time(HOUR)

    matters = {f"Matter {n}" for n in range(5)}
    batches = [mail for mail in shop.desk.mails if "Matter" in words_of(mail)]
    assert [str(mail["to"]) for mail in batches] == [
        "Amina <amina@example.com>",
        "Sana <sana@example.com>",
        "owner@example.com",
    ]
    assert all({matter for matter in matters if matter in words_of(mail)} == matters for mail in batches)


def carrier_of(shop: Shop, address: str) -> str:
    """The id of the message that carried the others in the one mail with matters to this address."""
    (mail,) = (mail for mail in shop.desk.mails if address in str(mail["to"]) and "Matter" in words_of(mail))
    return str(mail["Message-ID"]).strip("<").partition("@")[0]


def test_five_reminders_are_one_text_with_a_link_to_each(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    five_follow_ups(shop)
    wait_until(shop.desk, at("03-02T12:00"))
    ((_, words),) = shop.desk.texts
    (link,) = links(words, "/a/")

    page = shop.desk.open(link).body
    each = [part.partition('"')[0] for part in page.split('<a href="')[1:] if "/a/" in part]
    done = shop.desk.answer(each[0], do="done")
    rest = shop.desk.open(link).body

    assert (len(each), done.status) == (5, 200)
    assert all(f"Matter {n}" in page for n in range(5))
    assert rest.count('<a href="https://desk.example.com/a/') == 4


def test_a_list_whose_items_are_all_done_shows_no_links(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    for follow_up_id in five_follow_ups(shop):
        wait_until(shop.desk, at("03-02T12:00"))
        shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/complete")
    link = links(shop.desk.texts[0][1], "/a/")[0]

    assert "/a/" not in shop.desk.open(link).body
    assert shop.desk.answer(link, do="done").status == 200


def five_promises(shop: Shop, minute: str) -> None:
    """Of two agents with the same supervisor, all due at this minute."""
    omar = add_agent(shop.desk, "Omar", supervisor_id=shop.supervisor_id)
    for n, agent_id in enumerate((shop.agent_id, omar, shop.agent_id, omar, omar)):
        shop.contact(agent_id=agent_id, commitments=[{"what": f"Promise {n}", "due_at": text_of(at(minute))}])


def mails_to(shop: Shop, name: str) -> list[str]:
    """The beginnings of the subjects of the mails to this person, in order."""
    return [
        str(mail["subject"]).partition(",")[0] for mail in shop.desk.mails if str(mail["to"]).startswith(name)
    ]


def test_five_promises_due_at_noon_are_one_mail_to_supervisor_and_to_owner(shop: Shop) -> None:
    five_promises(shop, "03-03T12:00")

    wait_until(shop.desk, at("03-05T18:00"))

    assert mails_to(shop, "Sana") == mails_to(shop, "owner@") == ["5 reminders"]
    assert len(sent(shop, "promise_escalation")) == 2


def test_escalations_of_different_days_that_come_due_together_are_one_mail(shop: Shop) -> None:
    shop.promise(at("03-07T12:00"))
    shop.promise(at("03-08T12:00"))

    wait_until(shop.desk, at("03-09T16:00"))

    assert mails_to(shop, "Sana") == ["2 reminders"]


def test_five_missed_replies_are_one_mail_to_the_supervisor(shop: Shop) -> None:
    for n in range(5):
        whose = add_customer(shop.desk, name=f"Customer {n}", email=f"c{n}@example.com")
        shop.contact(customer_id=whose, channel="email", awaits_reply=True)

    wait_until(shop.desk, at("03-03T12:00"))

    assert mails_to(shop, "Sana") == ["5 reminders"]


def test_the_further_tasks_of_a_large_batch_are_linked_if_its_reader_can_do_them(shop: Shop) -> None:
    promised = [{"what": f"Promise {n}", "due_at": text_of(at("03-03T12:00"))} for n in range(20)]
    shop.contact(commitments=promised)
    shop.contact(commitments=[{"what": "One more", "due_at": text_of(at("03-03T12:01"))}])

    wait_until(shop.desk, at("03-03T18:00"))

    *_, to_agent, to_supervisor = shop.desk.mails
    (linked,), (noted,) = further_tasks(to_agent), further_tasks(to_supervisor)
    assert ("One more" in linked, "One more" in noted, "<a " in noted) == (True, True, False)
    page = shop.desk.open(linked.partition('<a href="')[2].partition('"')[0])
    assert (page.status, "One more" in page.body) == (200, True)


def further_tasks(mail: EmailMessage) -> list[str]:
    """The lines of a mail, in HTML, about the tasks that it does not show in full."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content()).partition("Also</h2>")[2].partition("</div>")[0].split("</p>")[:-1]


def test_follow_ups_that_nobody_answers_are_one_mail_to_the_supervisor(shop: Shop) -> None:
    five_follow_ups(shop)

    wait_until(shop.desk, at("03-05T12:00"))

    assert mails_to(shop, "Sana") == ["5 reminders"]


def test_a_single_escalation_is_sent_on_its_minute_beside_those_of_others(shop: Shop) -> None:
    rana = add_agent(shop.desk, "Rana")
    omar = add_agent(shop.desk, "Omar", supervisor_id=rana)
    shop.contact(agent_id=omar, commitments=[{"what": "Another", "due_at": text_of(at("03-02T10:02"))}])
    shop.promise(at("03-02T10:00"))

    wait_until(shop.desk, at("03-02T16:00"))

    assert sent(shop, "promise_escalation") == [("03-02T15:00", "supervisor"), ("03-02T15:02", "supervisor")]


def test_a_single_reminder_is_sent_on_its_minute(shop: Shop) -> None:
    remind(shop, "03-02T10:07", "Ask for the colour")

    wait_until(shop.desk, at("03-02T12:00"))

    assert sent(shop, "follow_up_reminder") == [("03-02T10:07", "agent")]


def test_reminders_further_apart_than_the_policy_allows_are_not_batched(shop: Shop) -> None:
    remind(shop, "03-02T10:01", "Ask for the colour")
    remind(shop, "03-02T10:07", "Ask for the size")

    wait_until(shop.desk, at("03-02T12:00"))

    assert sent(shop, "follow_up_reminder") == [("03-02T10:01", "agent"), ("03-02T10:07", "agent")]


def test_repeated_reminders_of_a_morning_are_one_mail(shop: Shop) -> None:
    for hour in (10, 12, 15):
        remind(shop, f"03-02T{hour}:00", f"Matter of {hour}")

    wait_until(shop.desk, at("03-03T12:00"))

    assert [str(mail["subject"]).partition(":")[0] for mail in shop.desk.mails[3:]] == ["3 reminders, first"]


def test_messages_held_over_the_weekend_are_one_mail_without_done_work(shop: Shop) -> None:
    done = remind(shop, "03-07T11:00", "Ask for the colour")
    remind(shop, "03-08T11:00", "Ask for the size")
    shop.promise(at(SATURDAY_NIGHT))
    wait_until(shop.desk, at("03-08T12:00"))

    shop.desk.call(f"POST /api/follow-ups/{done}/complete")
    wait_until(shop.desk, at("03-09T09:30"))

    mail = words_of(shop.desk.mails[-1])
    assert len(shop.desk.mails) == 2  # the first warned on Friday
    assert ("size" in mail, "Call back with a price" in mail, "colour" in mail) == (True, True, False)


def test_a_reminder_that_falls_due_twice_while_held_is_sent_once(shop: Shop) -> None:
    follow_up_id = remind(shop, "03-07T11:00", "Ask for the colour")
    wait_until(shop.desk, at("03-07T12:00"))

    until = {"until": text_of(at("03-08T11:00"))}
    shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/snooze", until)
    wait_until(shop.desk, at("03-09T09:30"))

    assert len(shop.desk.mails) == 1
    assert words_of(shop.desk.mails[0]).count("Ask for the colour") == 1
    assert outcomes(shop) == {"sent": 1, "withheld": 1}


def test_a_message_that_is_late_after_work_waits_for_the_morning(shop: Shop) -> None:
    for minute in ("03-02T17:50", "03-02T17:55"):
        shop.promise(at(minute))
    wait_until(shop.desk, at("03-02T17:52"))  # the first is overdue, and waits for the second
    held = sent(shop, "promise_overdue")

    shop.desk.clock.move_to(at("03-02T19:00"))  # sweeps failed meanwhile
    shop.desk.sweep()
    shop.desk.settle()
    wait_until(shop.desk, at("03-03T09:30"))

    assert (held, shop.sent_messages("promise_overdue")) == ([], [("03-03T09:00", "agent", "email")])


@pytest.mark.parametrize(
    ("hours_before", "due", "sent_at"),
    [(24, "03-03T17:5", "03-03T09:00"), (4, "03-02T21:5", "03-02T19:00")],
)
def test_a_warning_that_is_late_after_work_waits_unless_that_is_too_late(
    shop: Shop, hours_before: int, due: str, sent_at: str
) -> None:
    change_policy(shop.desk, commitments={"warn_before": {"hours": hours_before}})
    shop.desk.pass_time(6 * MINUTE)  # then no function caches the old policy
    for minute in "05":
        shop.promise(at(f"{due}{minute}"))
    wait_until(shop.desk, at("03-02T17:52"))  # the first warning waits for the second
    held = sent(shop, "promise_warning")

    shop.desk.clock.move_to(at("03-02T19:00"))  # sweeps failed meanwhile
    shop.desk.sweep()
    shop.desk.settle()
    wait_until(shop.desk, at("03-03T09:30"))

    assert (held, shop.sent_messages("promise_warning")) == ([], [(sent_at, "agent", "email")])


def test_a_warning_is_not_batched_beyond_its_due_time(shop: Shop) -> None:
    shop.contact(
        commitments=[{"what": f"Promise {n}", "due_at": text_of(shop.desk.now + n * MINUTE)} for n in (3, 5)]
    )

    shop.desk.pass_time(HOUR)

    assert len(sent(shop, "promise_warning")) == 2


def test_a_refused_batch_is_retried_as_one(shop: Shop) -> None:
    five_follow_ups(shop)
    shop.desk.before_call = refused_mail
    wait_until(shop.desk, at("03-02T10:06"))
    shop.desk.before_call = succeed

    wait_until(shop.desk, at("03-02T12:00"))

    (mail,) = shop.desk.mails
    assert all(f"Matter {n}" in words_of(mail) for n in range(5))


def test_work_done_between_two_attempts_is_left_out_of_the_second(shop: Shop) -> None:
    done = five_follow_ups(shop)
    shop.desk.before_call = refused_mail
    wait_until(shop.desk, at("03-02T10:06"))
    shop.desk.before_call = succeed

    for follow_up_id in done[1:]:
        shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/complete")
    wait_until(shop.desk, at("03-02T12:00"))

    (mail,) = shop.desk.mails
    assert "Matter 0" in words_of(mail)
    assert "Matter 1" not in words_of(mail)


@pytest.mark.parametrize(("trouble", "status"), [(refused_mail, "failed"), (unanswered_mail, "unknown")])
def test_a_batch_is_attempted_three_times_at_most(shop: Shop, trouble: Any, status: str) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    remind(shop, "03-02T10:01", "Ask for the size")
    tried: Counter[str] = Counter()

    def troubled(call: str) -> None:
        tried[call] += 1
        trouble(call)

    shop.desk.before_call = troubled
    wait_until(shop.desk, at("03-02T16:00"))

    assert tried["sesv2.SendEmail"] == 3
    assert outcomes(shop) == {status: 1, "grouped": 1}


def test_a_used_up_quota_is_retried_with_backoff_and_costs_no_attempt(shop: Shop) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    tried: list[str] = []

    def troubled(call: str) -> None:
        if call == "sesv2.SendEmail":
            tried.append(f"{shop.desk.now:%H:%M}")
        throttled_mail(call)

    shop.desk.before_call = troubled
    wait_until(shop.desk, at("03-02T14:30"))
    shop.desk.before_call = succeed
    wait_until(shop.desk, at("03-02T16:00"))

    assert tried == ["10:00", "10:02", "10:04", "10:08", "10:16", "10:32", "11:04", "12:04", "13:04", "14:04"]
    assert sent(shop, "follow_up_reminder") == [("03-02T15:04", "agent")]
    (message,) = shop.rows("message")
    assert (message["status"], message["attempts"], message["throttles"]) == ("sent", 1, 10)


def test_a_message_held_over_the_weekend_is_retried_after_a_used_up_quota(shop: Shop) -> None:
    remind(shop, SATURDAY_NIGHT, "Ask for the colour")
    wait_until(shop.desk, at("03-09T09:00"))
    shop.desk.before_call = throttled_mail
    wait_until(shop.desk, at("03-09T09:03"))
    shop.desk.before_call = succeed

    wait_until(shop.desk, at("03-09T10:00"))

    assert outcomes(shop) == {"sent": 1}


def test_a_message_fails_if_the_quota_stays_used_up_for_a_day(shop: Shop) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    shop.desk.before_call = throttled_mail

    wait_until(shop.desk, at("03-03T08:00"))
    before = outcomes(shop)
    wait_until(shop.desk, at("03-03T13:00"))

    assert before == {"waiting": 1}
    failed = [row for row in shop.rows("message") if row["status"] == "failed"]
    assert [row["why_not"] for row in failed] == ["TooManyRequestsException"]


def test_two_concurrent_sweeps_send_a_batch_once(shop: Shop) -> None:
    remind(shop, "03-02T10:00", "Ask for the colour")
    remind(shop, "03-02T10:01", "Ask for the size")
    wait_until(shop.desk, at("03-02T10:01"))
    shop.desk.clock.shift(MINUTE)

    def meanwhile(call: str) -> None:
        if call == "dynamodb.TransactWriteItems":
            shop.desk.before_call = succeed
            shop.desk.sweep()

    shop.desk.before_call = meanwhile
    shop.desk.sweep()
    shop.desk.pass_time(HOUR)

    assert len(shop.desk.mails) == 1
    assert outcomes(shop) == {"sent": 1, "grouped": 1}


def test_warnings_that_a_working_day_begins_with_are_one_mail(shop: Shop) -> None:
    for due in ("10:00", "11:00", "13:00"):
        shop.promise(at(f"03-09T{due}"))

    wait_until(shop.desk, at("03-09T09:30"))

    (mail,) = shop.desk.mails
    assert str(mail["subject"]).startswith("3 reminders, first: Promise due at 10:00")


def test_sixty_promises_of_one_minute_are_one_mail_to_each_reader_with_a_list(shop: Shop) -> None:
    for contact in range(3):
        made = [{"what": f"Promise {contact}/{n}", "due_at": text_of(at("03-09T12:00"))} for n in range(20)]
        shop.contact(commitments=made)

    wait_until(shop.desk, at("03-10T18:00"))

    # The warning, that they are overdue, and an escalation to each.
    assert [mails_to(shop, name) for name in ("Amina", "Sana", "owner@")] == [
        ["60 reminders", "60 reminders"],
        ["60 reminders"],
        ["60 reminders"],
    ]
    warning = words_of(shop.desk.mails[0])
    page = shop.desk.open(links(warning, "/a/")[-1])
    assert (page.status, page.body.count('<a href="https://desk.example.com/a/')) == (200, 60)


def test_a_supervisor_abroad_reads_a_batch_in_their_own_words_and_times(shop: Shop) -> None:
    change_agent(shop.desk, shop.supervisor_id, time_zone="Asia/Tokyo", language="de")
    five_promises(shop, "03-03T12:00")

    wait_until(shop.desk, at("03-05T18:00"))

    (mail,) = (mail for mail in shop.desk.mails if str(mail["to"]).startswith("Sana"))
    words = words_of(mail)
    assert str(mail["subject"]).startswith("5 Erinnerungen")
    assert ("durch Amina" in words, "durch Omar" in words) == (True, True)
    assert "Di., 3. März 21:00" in words
    assert "Zeiten gelten für Asia/Tokyo" in words


def test_a_stand_ins_batch_that_bounces_goes_as_one_to_the_supervisor(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", supervisor_id=shop.supervisor_id)
    change_agent(shop.desk, shop.agent_id, away_until=text_of(at("03-12T08:00")), covered_by=omar)
    five_follow_ups(shop)
    wait_until(shop.desk, at("03-02T10:30"))

    handle_sample("mail_bounced", message_id=carrier_of(shop, "omar@example.com"), address="omar@example.com")
    wait_until(shop.desk, at("03-02T12:30"))

    to_sana = [words_of(mail) for mail in shop.desk.mails if str(mail["to"]).startswith("Sana")]
    assert [sum(f"Matter {n}" in words for n in range(5)) for words in to_sana] in ([5], [5, 0], [0, 5])
