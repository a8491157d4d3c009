"""The calls to AWS: of a contact, a reminder, a survey, a page, and a sweep with a hundred due rows.

Where nothing else is said a function is measured cold: it reads the policy and the keys, too.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.integration.scripted_desk import COUNTING, READS, ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_agent, links, nonce_of, words_of
from tests.times import DAY, HOUR, MINUTE, SECOND
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.times import text_of

HUNDRED = 100


def cold_calls(desk: ScriptedDesk, act: Callable[[], object]) -> Counter[str]:
    """The calls that a function makes which was just started."""
    open_desk.cache_clear()
    desk.count_calls()
    act()
    return Counter(desk.calls)


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    desk.settle()
    return shop


# ---------------------------------------------------------------- a contact


def contact(shop: Shop, **facts: object) -> Counter[str]:
    """The calls that recording this contact makes."""
    body = {**shop.contact_body(**facts)}
    key = f"key-{shop.desk.now.isoformat()}-{facts.get('case_id')}"
    return cold_calls(shop.desk, lambda: shop.desk.call("POST /api/interactions", body, key=key))


def test_a_contact_of_a_customer_makes_four_calls_at_most(shop: Shop) -> None:
    follow_up = {"at": text_of(shop.desk.now + 25 * HOUR), "reason": "Ask for the colour"}
    promise = {"what": "Call back", "due_at": text_of(shop.desk.now + 30 * HOUR)}

    first = contact(shop, follow_up=follow_up, commitments=[promise])
    shop.desk.settle()
    shop.desk.clock.shift(HOUR)
    another = contact(shop, follow_up=follow_up, commitments=[promise])

    assert another == {
        "dynamodb.BatchGetItem": 2,  # who asks, the receipt, the policy, the agent, the customer; contacts
        "dynamodb.TransactWriteItems": 1,
        "dynamodb.Query": 1,  # open cases that it may belong to
    }
    assert first.total() < another.total()


@pytest.mark.parametrize("earlier", [5, 60])
def test_a_contact_makes_as_many_calls_however_many_rows_its_case_has(shop: Shop, earlier: int) -> None:
    follow_up = {"at": text_of(shop.desk.now + 25 * HOUR), "reason": "Ask for the colour"}
    case_id = shop.contact(follow_up=follow_up)["case_id"]
    for _ in range(earlier):
        shop.desk.clock.shift(MINUTE)
        shop.contact(case_id=case_id, follow_up=follow_up)

    assert contact(shop, case_id=case_id, follow_up=follow_up) == {
        "dynamodb.BatchGetItem": 2,  # who asks, the policy, the agent, the customer, the case; what is in it
        "dynamodb.TransactWriteItems": 1,
    }


def test_a_contact_and_all_that_follows_makes_sixteen_calls_to_write_and_send(
    shop: Shop,
) -> None:
    desk = shop.desk
    desk.count_calls()

    shop.contact(
        resolved=True,
        commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}],
        follow_up={"at": text_of(desk.now + 25 * HOUR), "reason": "Ask for the colour"},
    )
    desk.pass_time(24 * HOUR)  # the survey, which is answered
    desk.answer(links(words_of(desk.mails[-1]), "/s/")[0], score="5")
    desk.settle()
    desk.pass_time(3 * HOUR)  # the reminder of the follow-up, the warning of the promise

    made = Counter({name: count for name, count in desk.calls.items() if name not in READS})
    purposes = {row["purpose"] for row in shop.rows("message")}
    assert purposes == {"survey", "follow_up_reminder", "promise_warning"}
    schedules = made.pop("scheduler.CreateSchedule")
    assert schedules == 4  # three when planned; the flag of the promise, once it was warned of
    assert made == {
        "dynamodb.TransactWriteItems": 5,  # the contact; the plan; three claims
        "dynamodb.PutItem": 4,  # three records; the answer
        COUNTING: 4,  # the mails, by the day; the form
        "sesv2.SendEmail": 3,
    }
    assert made.total() == 16


# ---------------------------------------------------------------- messages to staff


def test_a_reminder_makes_ten_calls(shop: Shop) -> None:
    desk = shop.desk
    shop.contact(follow_up={"at": text_of(desk.now + 25 * HOUR + MINUTE), "reason": "Ask for the colour"})
    desk.pass_time(24 * HOUR)

    counted = cold_calls(desk, lambda: desk.pass_time(HOUR + MINUTE))  # a minute without a sweep

    assert counted == {
        # the follow-up, its customer, the policy, the mails of the day; the agent and the contact; whether
        # the agent's addresses are stopped
        "dynamodb.BatchGetItem": 3,
        "ssm.GetParameters": 1,  # the keys of links and addresses
        "dynamodb.Query": 2,  # who else waits, what else is due
        "dynamodb.TransactWriteItems": 1,  # the claim
        COUNTING: 1,  # the mail, by the second and the day
        "sesv2.SendEmail": 1,
        "dynamodb.PutItem": 1,  # the record
    }


def test_a_promise_that_is_overdue_makes_ten_calls_at_most_at_each_step(shop: Shop) -> None:
    desk = shop.desk
    due_at = desk.now + 30 * HOUR + MINUTE  # Tuesday at 15:01, when no sweep runs
    shop.promise(due_at)

    def until(step: timedelta) -> Counter[str]:
        desk.pass_time(due_at + step - desk.now - SECOND)
        return cold_calls(desk, lambda: desk.pass_time(SECOND))

    warned, flagged = until(-4 * HOUR), until(timedelta(0))

    purposes = sorted(row["purpose"] for row in shop.rows("message"))
    assert purposes == ["promise_overdue", "promise_warning"]
    assert warned.pop("scheduler.CreateSchedule") == 1  # by the stream: the next step
    assert (warned.total(), flagged.total()) == (10, 10)


def test_all_limits_of_a_text_are_counted_in_one_transaction(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["sms"])
    shop.contact(follow_up={"at": text_of(desk.now + 25 * HOUR + MINUTE), "reason": "Ask for the colour"})
    desk.pass_time(24 * HOUR)
    desk.count_calls()

    desk.pass_time(HOUR + MINUTE)

    counted = Counter({name: count for name, count in desk.calls.items() if name not in READS})
    assert counted == {
        "dynamodb.TransactWriteItems": 2,  # the claim; the day's texts, the number's, and the month's money
        "sns.Publish": 1,
        "dynamodb.PutItem": 1,  # the record
    }


# ---------------------------------------------------------------- a survey and its page


def test_a_survey_makes_seven_calls_to_ask(shop: Shop) -> None:
    desk = shop.desk
    shop.contact(resolved=True)
    desk.pass_time(DAY - SECOND)

    counted = cold_calls(desk, lambda: desk.pass_time(SECOND))

    assert len(desk.mails) == 1
    sweep = Counter({"dynamodb.Query": 4})  # of the four shards: nothing is due
    assert counted - sweep == {
        # the survey, its customer, the policy, the mails of the day; the case, the agent, what is known of
        # the customer's addresses
        "dynamodb.BatchGetItem": 2,
        "ssm.GetParameters": 1,
        "dynamodb.TransactWriteItems": 1,
        COUNTING: 1,
        "sesv2.SendEmail": 1,
        "dynamodb.PutItem": 1,
    }


@pytest.mark.parametrize(("score", "most"), [("5", 5), ("1", 6)])
def test_an_answer_to_a_survey_makes_six_calls_at_most(shop: Shop, score: str, most: int) -> None:
    link = shop.survey_link()
    nonce = nonce_of(shop.desk.open(link))
    shop.desk.clock.shift(2 * SECOND)

    counted = cold_calls(shop.desk, lambda: shop.desk.post(link, {"score": score, "nonce": nonce}))

    assert shop.rows("survey")[0]["score"] == int(score)
    assert counted.total() <= most


def test_a_page_makes_three_calls_to_show(shop: Shop) -> None:
    survey = shop.survey_link()
    shop.contact(follow_up={"at": text_of(shop.desk.now + 2 * HOUR), "reason": "Ask for the colour"})
    shop.desk.pass_time(3 * HOUR)
    task = links(words_of(shop.desk.mails[-1]), "/a/")[0]

    for link in (survey, task):
        assert cold_calls(shop.desk, lambda at=link: shop.desk.open(at)).total() == 3  # type: ignore[misc]


def test_a_timeline_makes_two_calls_to_show(shop: Shop) -> None:
    shop.contact()

    counted = cold_calls(shop.desk, lambda: shop.desk.timeline(shop.customer_id))

    assert counted == {"dynamodb.BatchGetItem": 1, "dynamodb.Query": 1}


# ---------------------------------------------------------------- the sweep


def test_a_sweep_of_a_hundred_reminders_reads_them_together(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    add_due_follow_ups(shop)

    held = cold_calls(desk, desk.sweep)
    desk.clock.shift(2 * MINUTE)
    sent = cold_calls(desk, desk.sweep)

    assert held["dynamodb.PutItem"] + held["dynamodb.TransactWriteItems"] == HUNDRED
    assert held.total() <= 115
    assert sent["sesv2.SendEmail"] == 1
    assert sent.total() <= 40


def test_a_sweep_sees_what_happened_to_a_customer_since_it_began(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    other = add_customer(desk, name="Chen", email="chen@example.com")
    for customer_id in (shop.customer_id, other):
        shop.contact(customer_id=customer_id, resolved=True)
    desk.clock.shift(DAY)  # no schedule fired: both surveys are for the sweep

    def unsubscribe_all(call: str) -> None:
        if call == "sesv2.SendEmail":
            desk.before_call = lambda _call: None
            no = {"consent": {"email": False, "sms": False, "survey": False}}
            for customer_id in (shop.customer_id, other):
                assert desk.call(f"PATCH /api/customers/{customer_id}", no).status == 200

    desk.before_call = unsubscribe_all
    desk.sweep()

    assert len(desk.mails) == 1  # that which was being sent already


def add_due_follow_ups(shop: Shop) -> None:
    """A hundred customers, each with a follow-up that is due, of which no schedule told."""
    now = shop.desk.now
    for number in range(HUNDRED):
        customer_id = new_party_id()
        contact_id = new_row_id(customer_id, now)
        about = {"customer_id": customer_id, "interaction_id": contact_id, "agent_id": shop.agent_id}
        open_desk().table.write(
            rows.customer(customer_id=customer_id, name=f"Customer {number}", email=f"c{number}@example.com"),
            rows.interaction(**about, case_id=new_row_id(customer_id, now)),
            rows.follow_up(
                now, **about, follow_up_id=new_row_id(customer_id, now), case_id=new_row_id(customer_id, now)
            ),
        )
