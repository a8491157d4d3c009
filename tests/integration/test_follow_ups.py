"""Follow-ups: agents are reminded until it is done, at most five times, and act from the reminder."""

from tests.integration.shop import Shop, links
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

REMINDER = ("email", "follow_up_reminder")


def test_an_unresolved_contact_reminds_the_agent_each_morning_until_it_is_done(shop: Shop) -> None:
    shop.contact()

    shop.desk.pass_time(2 * DAY + HOUR)
    (follow_up,) = shop.desk.call("GET /api/follow-ups", query={"status": "due"}).json["items"]
    shop.desk.call(f"POST /api/follow-ups/{follow_up['follow_up_id']}/complete")
    shop.desk.pass_time(7 * DAY)

    reminders = [when for when, _, medium, purpose in shop.all_messages() if (medium, purpose) == REMINDER]
    assert reminders == ["03-03T09:00", "03-04T09:02"]


def test_reminders_stop_after_five_and_the_supervisor_is_told_with_the_third(shop: Shop) -> None:
    shop.follow_up(shop.desk.now + HOUR)

    shop.desk.pass_time(14 * DAY)

    emails = [(when, to) for when, to, medium, _ in shop.all_messages() if medium == "email"]
    assert emails == [
        ("03-02T10:00", "agent"),
        ("03-03T09:02", "agent"),  # the later ones wait a minute, for others of that morning
        ("03-04T09:02", "agent"),
        ("03-04T09:02", "supervisor"),
        ("03-05T09:02", "agent"),
        ("03-06T09:02", "agent"),
    ]


def test_a_snooze_moves_the_reminder_and_its_schedule(shop: Shop) -> None:
    shop.follow_up(shop.desk.now + HOUR)
    (follow_up,) = shop.desk.call("GET /api/follow-ups").json["items"]

    until = text_of(shop.desk.now + 30 * HOUR)
    snoozed = shop.desk.call(f"POST /api/follow-ups/{follow_up['follow_up_id']}/snooze", {"until": until})
    shop.desk.settle()

    assert (snoozed.json["status"], snoozed.json["due_at"]) == ("scheduled", until)
    assert list(shop.desk.schedules()) == [follow_up["follow_up_id"]]
    shop.desk.pass_time(29 * HOUR)
    assert shop.all_messages() == []
    shop.desk.pass_time(HOUR)
    assert {when for when, *_ in shop.all_messages()} == {"03-03T15:00"}


def test_an_agent_snoozes_and_completes_from_the_link_in_the_reminder(shop: Shop) -> None:
    shop.follow_up(shop.desk.now + HOUR)
    shop.desk.pass_time(HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]

    form = shop.desk.open(f"{link}?do=tomorrow")
    done = shop.desk.answer(link, do="tomorrow")

    assert (form.status, done.status) == (200, 200)
    (follow_up,) = shop.rows("follow_up")
    assert (follow_up["status"], follow_up["due_at"]) == ("scheduled", "2026-03-03T09:00:00Z")
    assert shop.desk.answer(link, do="done").status == 200
    assert shop.desk.answer(link, do="done").status == 409


def test_an_automatic_follow_up_that_a_contact_has_woken_moves_with_the_next_one(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    (planned,) = shop.rows("follow_up")
    until = {"until": "2026-03-20T10:00:00Z"}
    shop.desk.call(f"POST /api/follow-ups/{planned['follow_up_id']}/snooze", until)
    due = []
    for _ in range(2):
        shop.desk.pass_time(HOUR)
        shop.contact(case_id=case_id)
        due += [row["due_at"] for row in shop.rows("follow_up")]

    assert due == ["2026-03-02T10:00:00Z", "2026-03-03T11:00:00Z"]


def test_a_snoozed_follow_up_keeps_its_date_until_the_customer_is_back(shop: Shop) -> None:
    recorded = shop.contact(
        direction="outbound", follow_up={"at": "2026-03-02T10:00:00Z", "reason": "Ask for the colour"}
    )
    shop.desk.pass_time(2 * HOUR)
    follow_up_id = recorded["follow_up"]["follow_up_id"]
    until = {"until": "2026-03-20T10:00:00Z"}
    shop.desk.call(f"POST /api/follow-ups/{follow_up_id}/snooze", until)

    shop.contact(case_id=recorded["case_id"], direction="outbound")
    shop.contact(case_id=recorded["case_id"], summary="Thanks!")
    shop.desk.pass_time(DAY)
    asleep = shop.desk.call(f"GET /api/follow-ups/{follow_up_id}").json
    shop.contact(case_id=recorded["case_id"])
    shop.desk.pass_time(5 * MINUTE)
    woken = shop.desk.call(f"GET /api/follow-ups/{follow_up_id}").json

    assert (asleep["status"], asleep["due_at"]) == ("scheduled", until["until"])
    assert (woken["status"], woken["woken_from"]) == ("due", until["until"])
