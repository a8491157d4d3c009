"""Surveys: who gets which and when, and the consequences of an answer."""

import re
from datetime import timedelta

import pytest

from tests.integration.aws_errors import refuse, succeed
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, change_policy, links, nonce_of, wait_until, words_of
from tests.times import DAY, HOUR, MINUTE
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress
from vaada.model.times import text_of


def surveys(shop: Shop) -> list[tuple[str, str, str | None]]:
    """Kind, status and why not, the oldest first."""
    return [
        (row["kind"], row["status"], row.get("withheld_because")) for row in reversed(shop.rows("survey"))
    ]


def asked(shop: Shop) -> list[str]:
    """When surveys were accepted by the provider, in order."""
    return [when for when, _, _ in shop.sent_messages("survey")]


def link_of(shop: Shop) -> str:
    """The survey link in the latest mail that has one."""
    return next(found[0] for mail in reversed(shop.desk.mails) if (found := links(words_of(mail), "/s/")))


# ---------------------------------------------------------------- how often


def test_a_fourth_survey_of_a_week_is_withheld_and_no_reminder_is_sent(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"days_between": 0})
    for _ in range(4):
        shop.contact(resolved=True)
        shop.desk.pass_time(DAY)
    shop.desk.pass_time(3 * HOUR)

    assert [status for _, status, _ in surveys(shop)] == ["sent", "sent", "sent", "withheld"]
    assert surveys(shop)[-1][2] == "they were written to often enough lately"
    shop.desk.pass_time(14 * DAY)
    assert shop.sent_messages("survey_reminder") == []


def test_reminders_and_late_notices_count_and_the_fourth_message_is_not_sent(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"days_between": 0})
    shop.contact(resolved=True)
    commitment_id = shop.promise(shop.desk.now + 3 * DAY)
    shop.desk.pass_time(DAY + HOUR)
    later = {"due_at": text_of(shop.desk.now + 9 * DAY), "reason": "The oven broke", "tell_customer": True}
    shop.desk.call(f"POST /api/commitments/{commitment_id}/renegotiate", later)
    shop.desk.pass_time(3 * DAY)

    shop.contact(resolved=True)
    shop.desk.pass_time(DAY + HOUR)

    to_customer = [row["purpose"] for row in reversed(shop.rows("message")) if row["to"] == "customer"]
    assert to_customer == ["survey", "running_late", "survey_reminder"]
    assert surveys(shop)[-1] == ("csat", "withheld", "they were written to often enough lately")


@pytest.mark.parametrize(
    ("zone", "resolved", "mailed"),
    [
        ("UTC", "2026-03-02T19:59", "03-03T19:59"),
        ("UTC", "2026-03-02T20:00", "03-04T09:00"),
        ("Asia/Karachi", "2026-03-02T15:30", "03-04T04:00"),
        ("America/New_York", "2026-03-02T13:00", "03-03T14:00"),
    ],
)
def test_a_survey_is_sent_by_day_in_the_customers_time_zone(
    desk: ScriptedDesk, zone: str, resolved: str, mailed: str
) -> None:
    shop = Shop.opened(desk, time_zone=zone)
    wait_until(desk, resolved)

    shop.contact(resolved=True)
    desk.pass_time(3 * DAY)

    assert asked(shop) == [mailed]


# ---------------------------------------------------------------- what is not asked


@pytest.mark.parametrize("waited", [HOUR, 2 * DAY])
@pytest.mark.parametrize("by_contact", [True, False])
def test_a_reopened_case_withdraws_its_survey(shop: Shop, waited: timedelta, *, by_contact: bool) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    shop.desk.pass_time(waited)

    if by_contact:
        shop.contact(case_id=case_id)
    else:
        answer = shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "It broke again"})
        assert answer.status == 200, answer.body
    shop.desk.pass_time(6 * DAY)

    assert surveys(shop) == [("csat", "withheld", "the matter was opened again")]
    assert len(asked(shop)) == (waited > DAY)
    assert shop.sent_messages("survey_reminder") == []
    if waited > DAY:
        assert shop.desk.open(link_of(shop)).status == 410


def test_an_answered_survey_stays_answered_when_its_case_is_reopened(shop: Shop) -> None:
    link = shop.survey_link()
    shop.desk.answer(link, score="4")

    shop.contact(case_id=shop.rows("case")[0]["case_id"])

    assert surveys(shop) == [("csat", "answered", None)]


def test_a_case_with_abuse_gets_no_survey(shop: Shop) -> None:
    case_id = shop.contact(tone="abusive")["case_id"]

    shop.resolve(case_id)
    shop.desk.pass_time(2 * DAY)

    assert surveys(shop) == [("csat", "withheld", "somebody was abusive in this matter")]


@pytest.mark.parametrize("awaits", [True, False])
def test_a_case_resolved_without_a_reply_gets_no_survey(shop: Shop, *, awaits: bool) -> None:
    case_id = shop.contact(channel="email", awaits_reply=awaits)["case_id"]

    shop.resolve(case_id)
    shop.desk.pass_time(4 * DAY)

    because = "nobody of ours was in touch with them in this matter"
    assert surveys(shop) == [("csat", "withheld", because)]
    assert asked(shop) == []


@pytest.mark.parametrize("how", ["wrote", "spoke", "noted"])
def test_a_case_with_a_reply_gets_a_survey(shop: Shop, how: str) -> None:
    case_id = shop.contact(channel="phone" if how == "spoke" else "email")["case_id"]
    if how == "wrote":
        shop.contact(case_id=case_id, channel="email", direction="outbound")
    elif how == "noted":
        shop.desk.pass_time(4 * HOUR)  # the agent is warned, and answers the warning
        link = next(found[0] for mail in shop.desk.mails if (found := links(words_of(mail), "/a/")))
        assert shop.desk.answer(link, do="answered").status == 200

    shop.resolve(case_id)
    shop.desk.pass_time(2 * DAY)

    assert [status for _, status, _ in surveys(shop)] == ["sent"]


@pytest.mark.parametrize(
    ("said", "status"), [({"direction": "outbound"}, "sent"), ({"tone": "abusive"}, "withheld")]
)
def test_replies_and_abuse_of_both_merged_cases_decide_about_the_survey(
    shop: Shop, said: dict[str, object], status: str
) -> None:
    into = shop.contact(channel="email", **said)["case_id"]
    shop.desk.pass_time(MINUTE)
    shop.merge(shop.contact(channel="email")["case_id"], into)

    shop.resolve(into)
    shop.desk.pass_time(2 * DAY)

    assert [(row["status"], row["case_id"]) for row in shop.rows("survey")] == [(status, into)]


# ---------------------------------------------------------------- what an answer brings


def test_an_unhappy_customer_is_called_and_surveyed_again_after_the_resolution(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.resolve(case_id)
    shop.desk.pass_time(DAY)
    shop.desk.answer(link_of(shop), score="1", comment="Burnt")
    (call,) = shop.rows("commitment")
    follow_up = next(row for row in shop.rows("follow_up") if row["origin"] == "unhappy")
    assert (call["status"], follow_up["status"]) == ("open", "scheduled")

    shop.desk.call(f"POST /api/commitments/{call['commitment_id']}/keep")
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "A new cake"})
    shop.resolve(case_id)
    shop.desk.pass_time(28 * DAY)
    assert len(asked(shop)) == 1  # it was three days ago, and then four weeks, that they were asked
    shop.desk.pass_time(3 * DAY)

    done = next(row for row in shop.rows("follow_up") if row["origin"] == "unhappy")
    assert (done["status"], done["follow_up_id"]) == ("done", call["settles_id"])
    assert len(asked(shop)) == 2
    assert [status for _, status, _ in surveys(shop)] == ["answered", "sent"]
    assert shop.sent_messages("follow_up_reminder") == []


def test_a_call_to_an_unhappy_customer_keeps_the_second_survey(shop: Shop) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    shop.desk.pass_time(DAY + MINUTE)
    shop.desk.answer(link_of(shop), score="1")

    shop.contact(case_id=case_id, direction="outbound")
    shop.desk.pass_time(MINUTE)

    assert [row["ask_again"] for row in shop.rows("case")] == [True]


def test_the_policy_can_turn_surveys_off(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"after_resolution": "none"})

    shop.resolve(shop.contact()["case_id"])

    assert surveys(shop) == []


def test_an_unhappy_customer_of_a_merged_case_is_surveyed_again(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"after_kept_promise": True})
    promise = shop.desk.now + HOUR
    recorded = shop.contact(commitments=[{"what": "Call with a price", "due_at": text_of(promise)}])
    shop.desk.call(f"POST /api/commitments/{recorded['commitments'][0]['commitment_id']}/keep")
    shop.desk.pass_time(DAY + MINUTE)
    into = shop.contact()["case_id"]
    shop.merge(recorded["case_id"], into)

    shop.desk.answer(link_of(shop), score="0")
    shop.resolve(into)
    shop.desk.pass_time(35 * DAY)

    assert surveys(shop) == [("promise", "answered", None), ("csat", "sent", None)]


def test_a_call_promised_to_an_unhappy_customer_warns_the_supervisor(shop: Shop) -> None:
    shop.desk.answer(shop.survey_link(), score="1")

    shop.desk.pass_time(2 * DAY)

    to = {row["recipient_id"] for row in shop.rows("message") if row["purpose"].startswith("promise_")}
    assert shop.supervisor_id in to
    assert shop.agent_id not in to


@pytest.mark.parametrize(
    ("score", "comment", "mails"), [("5", "Lovely cake", 1), ("5", "", 0), ("3", "Fine", 0)]
)
def test_praise_reaches_the_agent(shop: Shop, score: str, comment: str, mails: int) -> None:
    link = shop.survey_link()
    before = len(shop.desk.mails)

    shop.desk.answer(link, score=score, comment=comment)
    shop.desk.pass_time(HOUR)

    praise = shop.desk.mails[before:]
    assert [str(mail["to"]) for mail in praise] == ["Amina <amina@example.com>"] * mails
    assert all(comment in words_of(mail) for mail in praise)


def test_praise_waits_for_an_absent_agent(shop: Shop) -> None:
    link = shop.survey_link()
    before, back = len(shop.desk.mails), shop.desk.now + 2 * DAY
    change_agent(shop.desk, shop.agent_id, away_until=text_of(back))

    shop.desk.answer(link, score="5", comment="Lovely cake")
    shop.desk.pass_time(2 * DAY - MINUTE)
    while_away = [words_of(mail) for mail in shop.desk.mails[before:]]
    shop.desk.pass_time(DAY)

    assert not any("Lovely cake" in words for words in while_away)
    assert [str(mail["to"]) for mail in shop.desk.mails[before:] if "Lovely cake" in words_of(mail)] == [
        "Amina <amina@example.com>"
    ]


@pytest.mark.parametrize(("phone", "texts"), [("+923001234567", 1), (None, 0)])
def test_praise_to_an_agent_with_a_dead_address_is_texted_or_withheld(
    shop: Shop, phone: str | None, texts: int
) -> None:
    link = shop.survey_link()
    before = len(shop.desk.mails)
    shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"phone": phone, "notify_by": ["email"]})
    suppress(open_desk(), "email", "amina@example.com", "bounced", shop.desk.now)

    shop.desk.answer(link, score="5", comment="Lovely cake")
    shop.desk.pass_time(DAY)

    assert not any("Lovely cake" in words_of(mail) for mail in shop.desk.mails[before:])
    assert sum("Lovely cake" in words for _, words in shop.desk.texts) == texts
    (praise,) = (row for row in shop.rows("message") if row["purpose"] == "praise")
    assert praise["status"] == ("sent" if texts else "withheld")


def test_an_answer_can_be_amended_for_a_day(shop: Shop) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    statuses = []
    for pause, score in ((MINUTE, "4"), (HOUR, "2"), (23 * HOUR - 2 * MINUTE, "5"), (HOUR, "1")):
        shop.desk.clock.shift(pause)
        statuses.append(shop.desk.post(link, {"score": score, "nonce": nonce}).status)

    (survey,) = shop.rows("survey")
    assert statuses == [200, 200, 200, 409]
    assert (survey["score"], [one["score"] for one in survey["amendments"]]) == (4, [2, 5])
    assert shop.rows("commitment") == []


# ---------------------------------------------------------------- other kinds


def test_a_kept_promise_gets_a_survey_and_a_no_gets_a_call(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"after_kept_promise": True})
    commitment_id = shop.promise(shop.desk.now + HOUR)
    shop.desk.call(f"POST /api/commitments/{commitment_id}/keep")
    shop.desk.pass_time(DAY + MINUTE)
    link = link_of(shop)

    form = shop.desk.open(link)
    thanks = shop.desk.answer(link, score="0")

    assert "Call back with a price" in form.body
    assert "call you by" in thanks.body
    assert surveys(shop) == [("promise", "answered", None)]


def test_a_ces_survey_has_seven_scores(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"after_resolution": "ces"})
    link = shop.survey_link()

    wrong = shop.desk.answer(link, score="8")
    right = shop.desk.answer(link, score="7")

    assert (wrong.status, right.status) == (422, 200)
    satisfaction = shop.desk.call("GET /api/reports/service").json["all"]["satisfaction"]
    assert satisfaction["ces"]["answered"] == 1
    assert satisfaction["ces"]["happy_interval"] == [0.2065, 1.0]


def test_an_nps_survey_comes_every_so_many_days(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"nps_every_days": 90, "after_resolution": "none"})
    shop.contact(resolved=True)

    shop.desk.pass_time(190 * DAY)

    assert asked(shop) == ["05-31T09:00", "08-29T09:00"]
    assert [kind for kind, _, _ in surveys(shop)] == ["nps"] * 3


def test_mails_to_one_customer_form_a_thread(shop: Shop) -> None:
    shop.contact(resolved=True)
    shop.desk.pass_time(5 * DAY)

    first, second = shop.desk.mails[-2:]
    assert first["message-id"] != second["message-id"]
    assert first["references"] == second["references"]  # the customer, and the case that both are about
    assert re.fullmatch(rf"<{shop.customer_id}@example\.com> <\w+@example\.com>", first["references"])
    assert first["date"] is not None
    assert text_of(first["date"].datetime) < text_of(second["date"].datetime)


# ---------------------------------------------------------------- from contact to answer


def test_a_resolved_contact_gets_one_survey_that_is_answered_once(shop: Shop) -> None:
    link = shop.survey_link()

    form = shop.desk.open(f"{link}?score=4")
    thanks = shop.desk.answer(link, score="4", comment="Lovely cake")
    shop.desk.clock.shift(HOUR)
    again = shop.desk.post(link, {"score": "1"})  # without the page: not a person's
    shop.desk.pass_time(20 * DAY)

    assert (form.status, thanks.status, again.status) == (200, 200, 409)
    (survey,) = shop.desk.call("GET /api/surveys", query={"customer_id": shop.customer_id}).json["items"]
    assert (survey["status"], survey["score"], survey["comment"]) == ("answered", 4, "Lovely cake")
    assert [row["purpose"] for row in shop.rows("message")] == ["praise", "survey"]


def test_a_survey_without_consent_is_withheld_with_the_reason_on_the_timeline(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, consent={"email": True, "sms": True, "survey": False})

    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    (survey,) = shop.rows("survey")
    assert survey["withheld_because"] == "the customer did not agree to surveys"
    assert shop.desk.mails == []


def test_a_customer_who_withdraws_consent_before_a_retry_gets_no_survey(shop: Shop) -> None:
    shop.contact(resolved=True)
    shop.desk.before_call = refuse("sesv2.SendEmail")
    shop.desk.pass_time(DAY)
    shop.desk.before_call = succeed
    stop = {"consent": {"email": True, "sms": True, "survey": False}}
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", stop)
    shop.desk.pass_time(HOUR)

    (message,) = shop.rows("message")
    assert (message["status"], message["why_not"]) == (
        "withheld",
        "the customer said stop before it could be sent",
    )
    assert shop.desk.mails == []


def test_a_customer_without_e_mail_gets_the_survey_as_a_text(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, email=None, phone="+923009876543", language="ur")

    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    ((number, words),) = desk.texts
    assert number == "+923009876543"
    assert len(links(words, "/s/")) == 1
