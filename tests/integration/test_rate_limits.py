"""Rate limits: messages per second, per day and money per month, as the policy allows."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.aws_errors import refuse, succeed, time_out
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_agent, change_policy, wait_until, words_of
from tests.times import DAY, HOUR, MINUTE
from vaada.desk import open_desk
from vaada.flows.messages.rate_limits import count_mail, refund
from vaada.model.rate_limits import RateCount
from vaada.model.times import text_of


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads texts only."""
    shop = Shop.opened(desk, phone="+447700900123", preferred_channel="sms")
    change_agent(shop.desk, shop.agent_id, notify_by=["sms"])
    return shop


def remind(shop: Shop, after: timedelta) -> None:
    at = text_of(shop.desk.now + after)
    shop.contact(follow_up={"at": at, "reason": "Ask for the colour"})


def counted(pace_id: str) -> int:
    found = open_desk().table.get(RateCount, pace_id)
    assert found is not None
    return found.count


def sent(shop: Shop) -> list[tuple[str, str]]:
    """The media and recipients of sent messages, in order."""
    rows = [row for row in shop.rows("message") if row["status"] == "sent"]
    return [(row["medium"], row["to"]) for row in sorted(rows, key=lambda row: str(row["sent_at"]))]


def not_sent(shop: Shop) -> list[tuple[str, str]]:
    """The messages that were not sent, with the reasons."""
    return [(row["status"], row["why_not"]) for row in shop.rows("message") if row["status"] != "sent"]


# ---------------------------------------------------------------- mail


def test_mails_beyond_the_limit_per_second_are_sent_later(shop: Shop) -> None:
    change_policy(shop.desk, sending={"mails_a_second": 2})
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    for n in range(4):
        customer_id = add_customer(shop.desk, name=f"Customer {n}", email=f"customer{n}@example.com")
        shop.contact(customer_id=customer_id, resolved=True)

    shop.desk.pass_time(DAY)
    at_once = len(shop.desk.mails)
    shop.desk.pass_time(10 * MINUTE)

    assert (at_once, len(shop.desk.mails)) == (2, 4)


def test_a_mail_beyond_the_limit_per_day_is_sent_the_next_day(shop: Shop) -> None:
    change_policy(shop.desk, sending={"mails_a_day": 1})
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    remind(shop, HOUR)
    remind(shop, 2 * HOUR)

    wait_until(shop.desk, "2026-03-02T23:59")
    before, waits = sent(shop), not_sent(shop)
    wait_until(shop.desk, "2026-03-03T01:30")

    assert (before, waits) == ([("email", "agent")], [("waiting", "1 mails a day are allowed")])
    assert sent(shop) == [("email", "agent")] * 2


def test_concurrent_functions_count_each_others_mails(shop: Shop) -> None:
    change_policy(shop.desk, sending={"mails_a_second": 1})
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    remind(shop, HOUR)
    tried: list[str] = []

    def meanwhile(call: str) -> None:
        if call == "dynamodb.PutItem":  # the count, just read, is about to be written: another is faster
            shop.desk.before_call = tried.append
            count_mail(open_desk(), shop.desk.now)

    shop.desk.before_call = meanwhile
    shop.desk.pass_time(HOUR)
    before = (sent(shop), not_sent(shop))
    shop.desk.pass_time(5 * MINUTE)

    assert before == ([], [("waiting", "1 mails a second are allowed")])
    assert tried.count("sesv2.SendEmail") == len(sent(shop)) == 1


def test_two_concurrent_counts_are_both_counted(shop: Shop) -> None:
    def meanwhile(call: str) -> None:
        if call == "dynamodb.PutItem":
            shop.desk.before_call = succeed
            count_mail(open_desk(), shop.desk.now)

    shop.desk.before_call = meanwhile
    count_mail(open_desk(), shop.desk.now)

    assert counted("mail-20260302") == 2


# ---------------------------------------------------------------- counted, and not sent


def test_a_mail_that_ses_refuses_does_not_count(shop: Shop) -> None:
    change_policy(shop.desk, sending={"mails_a_day": 1})
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    remind(shop, HOUR)
    shop.desk.before_call = refuse("sesv2.SendEmail", "sns.Publish", code="Throttling")
    shop.desk.pass_time(HOUR)
    before, shop.desk.before_call = counted("mail-20260302"), succeed

    shop.desk.pass_time(10 * MINUTE)

    assert (before, sent(shop)) == (0, [("email", "agent")])
    assert counted("mail-20260302") == 1


def test_a_text_that_sns_refuses_repeatedly_costs_nothing(shop: Shop) -> None:
    change_policy(shop.desk, sending={"text_price": "0.02", "texts_spend_a_month": "0.03"})
    remind(shop, HOUR)
    shop.desk.before_call = refuse("sesv2.SendEmail", "sns.Publish", code="Throttling")
    shop.desk.pass_time(3 * HOUR)
    before, shop.desk.before_call = counted("sms-spend-202603"), succeed

    shop.desk.pass_time(2 * HOUR)

    assert (before, sent(shop)) == (0, [("sms", "agent")])
    assert (counted("sms-20260302"), counted("sms-spend-202603")) == (1, 2000)


def test_a_mail_that_may_have_been_sent_stays_counted(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    remind(shop, HOUR)

    shop.desk.before_call = time_out("sesv2.SendEmail")
    shop.desk.pass_time(HOUR)

    assert counted("mail-20260302") == 1


def test_a_mail_stopped_by_the_limit_refunds_nothing(shop: Shop) -> None:
    change_policy(shop.desk, sending={"mails_a_day": 1})
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    for hours in (1, 2):
        remind(shop, hours * HOUR)

    shop.desk.pass_time(4 * HOUR)

    assert counted("mail-20260302") == 1


def test_a_refund_during_another_count_keeps_the_other_count(shop: Shop) -> None:
    one = count_mail(open_desk(), shop.desk.now)

    def meanwhile(call: str) -> None:
        if call == "dynamodb.PutItem":
            shop.desk.before_call = succeed
            count_mail(open_desk(), shop.desk.now)

    shop.desk.before_call = meanwhile
    refund(open_desk(), one)

    assert counted("mail-20260302") == 1


def test_a_refund_with_endless_conflicts_is_given_up(shop: Shop) -> None:
    one = count_mail(open_desk(), shop.desk.now)

    def always(call: str) -> None:
        if call == "dynamodb.PutItem":
            shop.desk.before_call = succeed
            count_mail(open_desk(), shop.desk.now)
            shop.desk.before_call = always

    shop.desk.before_call = always
    refund(open_desk(), one)

    assert counted("mail-20260302") == 6


# ---------------------------------------------------------------- texts


def test_a_text_to_a_country_that_is_not_allowed_is_mailed(shop: Shop) -> None:
    change_policy(shop.desk, sending={"texts_to": ["44"]})
    remind(shop, HOUR)

    shop.desk.pass_time(2 * HOUR)

    reason = "texts to this country are not allowed by the policy"
    assert shop.desk.texts == []
    assert sent(shop) == [("email", "agent")]
    assert not_sent(shop) == [("withheld", reason)]
    (mail,) = (row for row in shop.rows("message") if row["status"] == "sent")
    assert mail["why"] == f"the first one could not be sent: {reason}"


def test_the_count_of_a_month_is_kept_until_the_month_is_over(shop: Shop) -> None:
    begins = shop.desk.now
    remind(shop, HOUR)
    shop.desk.pass_time(2 * HOUR)

    month = open_desk().table.get(RateCount, "sms-spend-202603")
    day = open_desk().table.get(RateCount, "sms-20260302")

    assert month is not None
    assert day is not None
    assert month.expires_at > (begins + 31 * DAY).timestamp() > day.expires_at > (begins + DAY).timestamp()


def test_texts_beyond_the_monthly_budget_are_mailed_until_the_next_month(shop: Shop) -> None:
    change_policy(shop.desk, sending={"text_price": "0.02", "texts_spend_a_month": "0.03"})
    wait_until(shop.desk, "2026-03-30T09:00")
    for _ in range(2):
        remind(shop, HOUR)
        shop.desk.pass_time(2 * HOUR)
    in_march = sent(shop)

    wait_until(shop.desk, "2026-04-01T09:00")
    remind(shop, HOUR)
    shop.desk.pass_time(HOUR + 5 * MINUTE)

    assert in_march == [("sms", "agent"), ("email", "agent")]
    assert ("withheld", "texts for $0.03 a month are allowed") in not_sent(shop)
    assert sent(shop)[-1] == ("sms", "agent")


def test_a_text_that_is_not_allowed_is_not_replaced_if_the_same_is_mailed(shop: Shop) -> None:
    change_policy(shop.desk, sending={"texts_to": ["44"]})
    change_agent(shop.desk, shop.agent_id, notify_by=["email", "sms"])
    remind(shop, HOUR)

    shop.desk.pass_time(2 * HOUR)

    assert sent(shop) == [("email", "agent")]
    assert len(shop.desk.mails) == 1


def test_a_batch_that_may_not_be_texted_is_mailed_as_one(shop: Shop) -> None:
    change_policy(shop.desk, sending={"texts_to": ["44"]})
    for reason in ("Ask for the colour", "Ask for the size"):
        shop.follow_up(shop.desk.now + HOUR, reason)

    shop.desk.pass_time(2 * HOUR)

    (mail,) = shop.desk.mails
    assert "Ask for the colour" in words_of(mail)
    assert "Ask for the size" in words_of(mail)


def test_a_survey_mailed_instead_of_texted_counts_once_in_the_frequency_cap(shop: Shop) -> None:
    change_policy(shop.desk, sending={"texts_to": ["92"]}, customers={"messages_at_most": 1})
    shop.contact(resolved=True)

    shop.desk.pass_time(DAY + HOUR)

    assert sent(shop) == [("email", "customer")]
    (survey,) = shop.rows("survey")
    assert survey["status"] == "sent"


@pytest.mark.parametrize(
    "lacking", [{"email": None}, {"consent": {"email": False, "sms": True, "survey": True}}]
)
def test_a_survey_without_an_allowed_medium_is_withheld_with_the_reason(
    shop: Shop, lacking: dict[str, Any]
) -> None:
    change_policy(shop.desk, sending={"texts_to": ["92"]})
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", lacking)
    shop.contact(resolved=True)

    shop.desk.pass_time(DAY + HOUR)

    (survey,) = shop.rows("survey")
    because = "it could not be sent: texts to this country are not allowed by the policy"
    assert (survey["status"], survey["withheld_because"]) == ("withheld", because)
    assert [status for status, _ in not_sent(shop)] == ["failed"]
    assert shop.desk.mails == []


def test_texts_to_one_number_have_a_daily_limit(shop: Shop) -> None:
    change_policy(shop.desk, sending={"texts_a_day_to_one": 1})
    remind(shop, HOUR)
    remind(shop, 2 * HOUR)

    shop.desk.pass_time(4 * HOUR)

    assert sent(shop) == [("sms", "agent")]
    assert not_sent(shop) == [("waiting", "1 texts a day are allowed")]
