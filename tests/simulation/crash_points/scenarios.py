"""The scenarios: what leads up to the run of a function that is cut short."""

import re
from datetime import timedelta
from functools import partial, wraps
from typing import Any

from functions.api.app import handler as api
from functions.flag_overdue.app import handler as flag_overdue
from functions.pages.app import handler as pages
from functions.plan_follow_ups.app import handler as plan_follow_ups
from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from functions.remind_agent.app import handler as remind_agent
from functions.rotate_link_keys.app import handler as rotate
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.stage import BUSY, Body, Play, Stage
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE, MONDAY
from tests.simulation.fake_aws.provider_events import events_of
from vaada.model.times import text_of


@wraps(rotate)
def rotate_link_keys(event: dict[str, Any], context: object) -> str:
    """The function, whose answer is nothing: None says here that it was killed."""
    rotate(event, context)
    return "done"


ON_SCHEDULE = {"detail-type": "Scheduled Event", "time": text_of(MONDAY), "detail": {}}
AMINA = {"sub": "amina", "email": "amina@example.com", "cognito:groups": "[agents]"}
BY_BOTH = {"notify_by": ["email", "sms"]}


def a_reminder(stage: Stage) -> None:
    stage.opened()
    stage.asked(f"PATCH /api/agents/{stage.agent_id}", BY_BOTH)
    stage.follow_up(HOUR)
    stage.pass_time(30 * MINUTE)
    stage.watched()


def a_warning(stage: Stage) -> None:
    stage.opened()
    stage.promise(6 * HOUR)
    stage.pass_time(HOUR)
    stage.watched()


def a_missed_promise(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(6 * HOUR)
    stage.pass_time(5 * HOUR)
    stage.watched()


def kept_after_all(stage: Stage) -> None:
    stage.asked(f"POST /api/commitments/{stage.promised}/keep", {})
    stage.pass_time(HOUR)


def a_survey_by_mail(stage: Stage) -> None:
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_survey_by_text(stage: Stage) -> None:
    stage.opened(preferred_channel="sms")
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_settled_matter(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    stage.contact(resolved=True)


def an_open_matter(stage: Stage) -> None:
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(MINUTE)
    stage.watched()
    stage.contact(direction="inbound", kind="complaint")


def things_owed(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    made = [{"what": what, "due_at": text_of(stage.now + 3 * DAY)} for what in ("Call back", "Send a list")]
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
    stage.contact(commitments=made, follow_up=wanted)


def one_owed_at_once(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    stage.promised = stage.promise(2 * HOUR)


def one_put_off(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(3 * DAY)
    stage.pass_time(MINUTE)
    stage.watched()
    new = {"due_at": text_of(stage.now + 4 * DAY), "reason": "agreed"}
    stage.asked(f"POST /api/commitments/{stage.promised}/renegotiate", new)


def one_kept(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(3 * DAY)
    stage.pass_time(MINUTE)
    stage.watched()
    stage.asked(f"POST /api/commitments/{stage.promised}/keep", {})


def a_group(stage: Stage) -> None:
    stage.opened()
    stage.follow_up(HOUR, "Ask for the colour")
    stage.follow_up(HOUR + MINUTE, "Ask for the size")
    stage.pass_time(HOUR + MINUTE)
    stage.watched()


def an_escalation(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(2 * HOUR)
    stage.pass_time(5 * HOUR)
    stage.watched()


def an_answer_overdue(stage: Stage) -> None:
    stage.opened()
    stage.contact(direction="inbound", channel="email", awaits_reply=True)
    stage.pass_time(2 * HOUR)
    stage.watched()


def an_answer_missed(stage: Stage) -> None:
    stage.opened()
    stage.contact(direction="inbound", channel="email", awaits_reply=True)
    stage.pass_time(4 * HOUR + 30 * MINUTE)  # it was warned of
    stage.watched()


def a_second_asking(stage: Stage) -> None:
    stage.survey()
    stage.watched()


def a_check_in(stage: Stage) -> None:
    stage.opened(check_in_every_days=2)
    stage.contact()
    stage.pass_time(HOUR)
    stage.watched()


def a_notice_of_delay(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(6 * HOUR)
    stage.pass_time(MINUTE)
    stage.watched()
    later = {"due_at": text_of(stage.now + 2 * DAY), "reason": "agreed", "tell_customer": True}
    stage.asked(f"POST /api/commitments/{stage.promised}/renegotiate", later)


def a_wish(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    wished(stage)


def wished(stage: Stage) -> Any:
    """The agent asks for goodwill above their allowance."""
    case_id = stage.contact()["case_id"]
    wish = {"amount": "500", "reason": "Two visits for nothing"}
    answers: list[Any] = []
    stage.does(lambda: stage.ask(f"POST /api/cases/{case_id}/goodwill", wish, answers.append, user=AMINA))
    return answers[0]["goodwill_id"] if answers else None


def a_dead_address(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "no such address"
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_full_mailbox(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "full"
    stage.opened(phone=None)
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_complaint_of_spam(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "complained of"
    stage.survey()
    stage.watched()


def an_agent_unreachable(stage: Stage) -> None:
    stage.fates["amina@example.com"] = "no such address"
    stage.opened()
    stage.watched()
    stage.follow_up(HOUR)


def a_lost_text(stage: Stage) -> None:
    stage.fates["+442079460018"] = "no such address"
    stage.opened(preferred_channel="sms")
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def stop_by_text(stage: Stage) -> None:
    texted(stage, "Stop")


def a_score_by_text(stage: Stage) -> None:
    texted(stage, "2")


def a_stop_that_must_wait(stage: Stage) -> None:
    texted(stage, "Stop", busy=True)


def a_stop_that_waited(stage: Stage) -> None:
    texted(stage, "Stop", "queue", busy=True)


def a_score_that_waited(stage: Stage) -> None:
    texted(stage, "2", "queue", busy=True)


def a_bounce_that_must_wait(stage: Stage) -> None:
    bounced(stage)


def a_bounce_that_waited(stage: Stage) -> None:
    bounced(stage, "queue")


def bounced(stage: Stage, by: str | None = None) -> None:
    """A mail bounces while nothing can be written."""
    stage.survey()
    stage.calls.busy_until = stage.now + BUSY
    stage.watched(by)
    for news in events_of(stage.post.sent[-1], "no such address"):
        stage.invoke(news.event)


def texted(stage: Stage, words: str, by: str | None = None, *, busy: bool = False) -> None:
    stage.survey(preferred_channel="sms")
    if busy:
        stage.calls.busy_until = stage.now + BUSY
    stage.watched(by)
    sent = stage.post.sent[-1]
    stage.does(lambda: stage.text(sent.to, words, sent.provider_id))


def a_good_answer(stage: Stage) -> None:
    answered(stage, score="5", comment="Lovely people")


def a_bad_answer(stage: Stage) -> None:
    answered(stage, score="1", comment="Nobody called")


def answered(stage: Stage, **fields: str) -> None:
    link = stage.survey()
    stage.watched("POST")
    stage.does(lambda: stage.fill_in(link, fields))


def enough_of_surveys(stage: Stage) -> None:
    stage.survey()
    (link,) = re.findall(r"https://\S+/u/\S+", stage.post.sent[-1].text)
    stage.watched()
    stage.does(lambda: stage.insist(link, {}))


def tapped(stage: Stage, row_id: str, do: str) -> None:
    """An agent answers from the message, and sends the form again until there is an answer."""
    new = stage.now + 2 * DAY
    fields = {"do": do, "date": f"{new:%Y-%m-%d}", "time": "10:00", "reason": "agreed"}
    link = stage.link("action", row_id)
    stage.watched("POST")
    stage.does(partial(stage.insist, link, fields))


def on_a_follow_up(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        follow_up_id = stage.follow_up(HOUR)
        stage.pass_time(2 * HOUR)
        tapped(stage, follow_up_id, do)

    return play


def on_a_promise(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        stage.promised = stage.promise(6 * HOUR)
        stage.pass_time(3 * HOUR)
        tapped(stage, stage.promised, do)

    return play


def on_a_reply(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        reply = stage.contact(direction="inbound", channel="email", awaits_reply=True)["reply"]
        stage.pass_time(MINUTE)
        tapped(stage, reply["reply_id"], do)

    return play


def on_a_wish(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        goodwill_id = wished(stage)
        stage.pass_time(5 * MINUTE)
        tapped(stage, goodwill_id, do)

    return play


def asking(route: str, body: Body) -> Play:
    """Ask this of the API where there is one of everything; `{promise}` and the like are its ids."""

    def play(stage: Stage) -> None:
        stage.opened()
        made = [{"what": "Call back", "due_at": text_of(stage.now + 2 * DAY)}]
        wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
        told = stage.contact(
            direction="inbound", channel="email", commitments=made, follow_up=wanted, awaits_reply=True
        )
        ids = {
            "case": told["case_id"],
            "promise": told["commitments"][0]["commitment_id"],
            "follow_up": told["follow_up"]["follow_up_id"],
            "agent": stage.agent_id,
            "customer": stage.customer_id,
        }
        if "{wish}" in route:
            ids["wish"] = wished(stage)
        if "wait" not in route and "go-on" in route:
            stage.asked(f"POST /api/cases/{ids['case']}/wait", {})
        if "reopen" in route:
            stage.asked(f"POST /api/cases/{ids['case']}/resolve", {})
        if "merge" in route:
            stage.promised = stage.contact()["case_id"]
        stage.pass_time(MINUTE)
        stage.watched()
        stage.asked(route.format(**ids), body(stage) if callable(body) else body)

    return play


def later(**more: object) -> Body:
    """A body with a time in some days."""
    return lambda stage: {"due_at": text_of(stage.now + 3 * DAY), "reason": "agreed", **more}


def a_contact_that_settles_all(stage: Stage) -> None:
    stage.opened()
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
    case_id = stage.contact(direction="inbound", channel="email", follow_up=wanted)["case_id"]
    stage.pass_time(MINUTE)
    stage.watched()
    stage.contact(case_id=case_id, resolved=True)


def a_rich_contact(stage: Stage) -> dict[str, object]:
    made = [{"what": "Send a list", "due_at": text_of(stage.now + 3 * DAY)}]
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the size"}
    return stage.a_contact(direction="inbound", commitments=made, follow_up=wanted, tone="upset")


def keys_rotate(stage: Stage) -> None:
    stage.pass_time(timedelta(seconds=5))  # what is scheduled comes a little late
    stage.watched()
    stage.invoke(ON_SCHEDULE)


def keys_rotate_twice(stage: Stage) -> None:
    keys_rotate(stage)
    stage.invoke(ON_SCHEDULE)


def rotated_once(stage: Stage) -> None:
    before, (signed_until_now, signs) = "newer", stage.keys.link_keys or []
    assert signed_until_now == before, f"links of yesterday are no good any more: {stage.keys.link_keys}"
    assert signs != before, "no new key"


def stack_comes(stage: Stage) -> None:
    stage.keys.values.clear()
    of_cloudformation(stage, "Create")


def keys_are_there(stage: Stage) -> None:
    assert len(stage.keys.link_keys or []) == 1
    assert len(stage.keys.values) == 2
    assert stage.told_cloudformation, "CloudFormation waits for an hour"


def stack_goes(stage: Stage) -> None:
    of_cloudformation(stage, "Delete")


def keys_are_gone(stage: Stage) -> None:
    assert stage.keys.link_keys is None
    assert len(stage.keys.values) == 1
    assert stage.told_cloudformation, "CloudFormation waits for an hour"


def of_cloudformation(stage: Stage, what: str) -> None:
    stage.watched()
    ids = dict.fromkeys(("StackId", "RequestId", "LogicalResourceId"), "an id")
    stage.invoke({"RequestType": what, "ResponseURL": "https://cloudformation/answer", **ids})


SEND_PATH = (
    Scenario(remind_agent, "a reminder by mail and text", a_reminder),
    Scenario(flag_overdue, "a warning", a_warning),
    Scenario(flag_overdue, "a missed promise", a_missed_promise, end=kept_after_all),
    Scenario(send_survey, "a question by mail", a_survey_by_mail, DAY),
    Scenario(send_survey, "a question by text", a_survey_by_text, DAY),
)
A_WEEK_LESS = {"time_zone": "Europe/London", "check_in_every_days": 7}
POLICY = {"business": {"name": "Baker & Daughters", "time_zone": "UTC", "country": "GB", "language": "en"}}
ROUTES: tuple[tuple[str, Body], ...] = (
    ("POST /api/interactions", a_rich_contact),
    ("POST /api/commitments/{promise}/keep", {}),
    ("POST /api/commitments/{promise}/renegotiate", later(tell_customer=True)),
    ("POST /api/commitments/{promise}/withdraw", {"reason": "no longer wanted"}),
    ("POST /api/follow-ups/{follow_up}/complete", {}),
    (
        "POST /api/follow-ups/{follow_up}/snooze",
        lambda stage: {"until": text_of(stage.now + 3 * DAY)},
    ),
    ("POST /api/follow-ups/{follow_up}/cancel", {}),
    ("POST /api/cases/{case}/resolve", {}),
    ("POST /api/cases/{case}/reopen", {"reason": "it came back"}),
    ("POST /api/cases/{case}/wait", {}),
    ("POST /api/cases/{case}/go-on", {}),
    ("POST /api/cases/{case}/assign", lambda stage: {"agent_id": stage.supervisor_id}),
    ("POST /api/cases/{case}/merge", lambda stage: {"into": stage.promised}),
    ("POST /api/cases/{case}/goodwill", {"amount": "10", "reason": "A late cake"}),
    ("POST /api/goodwill/{wish}/approve", {}),
    ("POST /api/goodwill/{wish}/decline", {"reason": "too much"}),
    ("POST /api/agents", {"name": "Bela", "email": "bela@example.com"}),
    ("PATCH /api/agents/{agent}", {"email": "amina.new@example.com"}),
    ("POST /api/customers", {"name": "Zoe", "email": "zoe@example.com"}),
    ("PATCH /api/customers/{customer}", A_WEEK_LESS),
    ("POST /api/customers/{customer}/erase", {}),
    ("PUT /api/policy", POLICY),
)
SCENARIOS = (
    *SEND_PATH,
    Scenario(plan_follow_ups, "a settled matter", a_settled_matter),
    Scenario(plan_follow_ups, "an open matter", an_open_matter),
    Scenario(sync_schedules, "things owed", things_owed),
    Scenario(sync_schedules, "one owed at once", one_owed_at_once, HOUR),
    Scenario(sync_schedules, "one put off", one_put_off),
    Scenario(sync_schedules, "one kept", one_kept),
    Scenario(sweep_due, "a group", a_group),
    Scenario(sweep_due, "an escalation", an_escalation, 2 * HOUR, kept_after_all),
    Scenario(sweep_due, "an answer overdue", an_answer_overdue, 4 * HOUR),
    Scenario(sweep_due, "an answer missed", an_answer_missed, 2 * HOUR),
    Scenario(sweep_due, "a second asking", a_second_asking, 4 * DAY),
    Scenario(sweep_due, "a check-in", a_check_in, 2 * DAY),
    Scenario(sweep_due, "a notice of delay", a_notice_of_delay),
    Scenario(sweep_due, "a wish for goodwill", a_wish),
    Scenario(record_delivery, "a dead address", a_dead_address, 2 * DAY),
    Scenario(record_delivery, "a full mailbox", a_full_mailbox, 3 * DAY),
    Scenario(record_delivery, "a complaint of spam", a_complaint_of_spam, DAY),
    Scenario(record_delivery, "an agent who is not reached", an_agent_unreachable),
    Scenario(record_delivery, "a lost text", a_lost_text, 2 * DAY),
    Scenario(record_delivery, "a bounce that must wait", a_bounce_that_must_wait, 2 * DAY),
    Scenario(record_delivery, "a bounce that waited", a_bounce_that_waited, 2 * DAY),
    Scenario(record_delivery, "a stop that waited", a_stop_that_waited),
    Scenario(record_delivery, "a bad score that waited", a_score_that_waited),
    Scenario(receive_text, "stop", stop_by_text),
    Scenario(receive_text, "a stop that must wait", a_stop_that_must_wait),
    Scenario(receive_text, "a bad score", a_score_by_text),
    Scenario(pages, "a good answer", a_good_answer),
    Scenario(pages, "a bad answer", a_bad_answer),
    Scenario(pages, "no more surveys", enough_of_surveys),
    *(
        Scenario(pages, f"{do} of a follow-up", on_a_follow_up(do))
        for do in ("done", "tomorrow", "next_week", "pick_date", "unreachable")
    ),
    *(
        Scenario(pages, f"{do} of a promise", on_a_promise(do), HOUR)
        for do in ("kept", "new_date", "running_late", "unreachable")
    ),
    *(Scenario(pages, f"{do} of a reply", on_a_reply(do)) for do in ("answered", "waiting")),
    *(Scenario(pages, f"{do} of a wish", on_a_wish(do)) for do in ("approve", "decline")),
    Scenario(api, "a contact that settles all", a_contact_that_settles_all, 2 * DAY),
    *(Scenario(api, route, asking(route, body), 7 * HOUR) for route, body in ROUTES),
    Scenario(rotate_link_keys, "every ninety days", keys_rotate, HOUR, rotated_once),
    Scenario(rotate_link_keys, "the event comes twice", keys_rotate_twice, HOUR, rotated_once),
    Scenario(rotate_link_keys, "the stack is created", stack_comes, HOUR, keys_are_there),
    Scenario(rotate_link_keys, "the stack is deleted", stack_goes, HOUR, keys_are_gone),
)
