"""The number of calls to AWS that a contact, a reminder and a text make, reads aside."""

from collections import Counter

from tests.integration.scripted_desk import COUNTING, READS, ScriptedDesk
from tests.integration.shop import Shop, change_agent, links, words_of
from tests.times import HOUR, MINUTE
from vaada.model.times import text_of


def test_a_contact_with_follow_up_promise_and_survey_costs_twenty_calls(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    desk.settle()
    desk.calls.clear()

    shop.contact(
        resolved=True,
        commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}],
        follow_up={"at": text_of(desk.now + 25 * HOUR), "reason": "Ask for the colour"},
    )
    desk.pass_time(24 * HOUR)  # the survey, which is answered
    desk.answer(links(words_of(desk.mails[-1]), "/s/")[0], score="5")
    desk.settle()
    desk.pass_time(3 * HOUR)  # the reminder of the follow-up, the warning of the promise

    counted = Counter({name: count for name, count in desk.calls.items() if name not in READS})
    purposes = {row["purpose"] for row in shop.rows("message")}
    assert purposes == {"survey", "follow_up_reminder", "promise_warning"}
    assert counted == {
        "dynamodb.TransactWriteItems": 5,  # the contact; the plan; three claims
        "dynamodb.PutItem": 4,  # three records; the answer
        COUNTING: 4,  # the mails, by the day; the form
        "sesv2.SendEmail": 3,
        "scheduler.CreateSchedule": 4,  # three when planned; the flag of the promise, once it was warned of
    }
    assert counted.total() == 20


def test_a_reminder_costs_four_calls_and_some_reads(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    shop.contact(follow_up={"at": text_of(desk.now + 25 * HOUR + MINUTE), "reason": "Ask for the colour"})
    desk.pass_time(24 * HOUR)
    desk.calls.clear()

    desk.pass_time(HOUR + MINUTE)  # a minute without a sweep

    assert desk.calls == {
        "dynamodb.TransactWriteItems": 1,  # the claim
        "sesv2.SendEmail": 1,
        "dynamodb.PutItem": 1,  # the record
        COUNTING: 1,  # the mail, by the second and the day
        # the follow-up three times, its agent four, the customer, the contact; whether the agent's address is
        # stopped; the mails of the day
        "dynamodb.GetItem": 11,
        "dynamodb.Query": 2,  # who else waits, what else is due
        "ssm.GetParameter": 2,  # the keys of the links, every five minutes; the key of addresses, once
    }


def test_all_limits_of_a_text_are_counted_in_one_transaction(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["sms"])
    shop.contact(follow_up={"at": text_of(desk.now + 25 * HOUR + MINUTE), "reason": "Ask for the colour"})
    desk.pass_time(24 * HOUR)
    desk.calls.clear()

    desk.pass_time(HOUR + MINUTE)

    counted = Counter({name: count for name, count in desk.calls.items() if name not in READS})
    assert counted == {
        "dynamodb.TransactWriteItems": 2,  # the claim; the day's texts, the number's, and the month's money
        "sns.Publish": 1,
        "dynamodb.PutItem": 1,  # the record
    }
