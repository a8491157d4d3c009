"""What a contact costs in calls to AWS, reads aside."""

from collections import Counter
from datetime import timedelta

from tests.integration.people import Shop, links, words_of
from tests.integration.scripted_desk import READS, ScriptedDesk
from vaada.model.times import text_of

HOUR = timedelta(hours=1)


def test_a_contact_with_a_follow_up_a_promise_and_a_survey_costs_sixteen_calls(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    desk.call(f"PATCH /api/agents/{shop.agent_id}", {"notify_by": ["email"]})
    desk.settle()
    desk.calls.clear()

    shop.contact(
        resolved=True,
        commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}],
        follow_up={"at": text_of(desk.now + 25 * HOUR), "reason": "Ask for the colour"},
    )
    desk.pass_time(24 * HOUR)  # the survey, which is answered
    desk.post(links(words_of(desk.mails[-1]), "/s/")[0], {"score": "5"})
    desk.settle()
    desk.pass_time(3 * HOUR)  # the reminder of the follow-up, the warning of the promise

    counted = Counter({name: count for name, count in desk.calls.items() if name not in READS})
    purposes = {row["purpose"] for row in shop.rows("message")}
    assert purposes == {"survey", "follow_up_reminder", "promise_warning"}
    assert counted == {
        "dynamodb.TransactWriteItems": 5,  # the contact; the plan; three claims
        "dynamodb.PutItem": 4,  # three records; the answer
        "sesv2.SendEmail": 3,
        "scheduler.CreateSchedule": 4,  # three when planned; the flag of the promise, once it was warned of
    }
    assert counted.total() == 16
