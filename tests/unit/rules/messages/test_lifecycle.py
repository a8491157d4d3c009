"""Messages: the outcomes of an attempt to send, and whether another may follow."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY, commitment, follow_up, goodwill, message, reply, row_id, survey
from vaada.model.messages import Delivery, Message
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.errors import NotPossible
from vaada.rules.messages import lifecycle


def test_a_reminder_with_unknown_outcome_is_attempted_three_times() -> None:
    row, attempts = message(), 1
    while lifecycle.may_try_again(row):
        row, attempts = lifecycle.claim(row, MONDAY, "claim"), attempts + 1

    assert attempts == 3
    assert lifecycle.give_up(row).status == "unknown"


def test_a_customers_message_with_unknown_outcome_is_never_sent_again() -> None:
    row = message(to="customer", about_kind="survey", purpose="survey")

    assert not lifecycle.may_try_again(row)
    assert lifecycle.give_up(row).status == "unknown"


def test_a_customers_message_refused_for_now_may_be_retried() -> None:
    row = lifecycle.mark_refused(
        message(to="customer", purpose="survey"), "throttled", MONDAY, for_good=False
    )

    assert (row.status, row.wake_at) == ("waiting", MONDAY + timedelta(minutes=1))
    assert lifecycle.may_try_again(row)


def test_refusals_are_retried_after_longer_pauses_and_then_fail() -> None:
    row, waits = message(), []
    while (row := lifecycle.mark_refused(row, "throttled", MONDAY, for_good=False)).status == "waiting":
        assert row.wake_at is not None
        waits.append(row.wake_at - MONDAY)
        row = lifecycle.claim(row, MONDAY, "claim")

    assert waits == [timedelta(minutes=1), timedelta(minutes=4)]
    assert (row.status, row.why_not, row.wake_at) == ("failed", "throttled", None)


def test_a_used_up_quota_is_retried_for_26_hours_and_costs_no_attempt() -> None:
    created = MONDAY - 2 * timedelta(days=1)  # it waited over the weekend
    row, now, pauses = message(created_at=created, wake_at=None), MONDAY, []
    while (row := lifecycle.mark_throttled(row, "a quota", now)).status == "waiting":
        assert row.wake_at is not None
        pauses.append(row.wake_at - now)
        now = row.wake_at
        assert lifecycle.may_try_again(row)
        row = lifecycle.claim(row, now, "claim")

    assert [pause / timedelta(minutes=1) for pause in pauses[:8]] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert timedelta(hours=26) <= now - MONDAY <= timedelta(hours=27)
    assert (row.status, row.why_not, row.attempts) == ("failed", "a quota", 1)


def test_a_limit_per_second_is_retried_each_minute_without_end() -> None:
    row = message()
    for _ in range(100):
        row = lifecycle.claim(
            lifecycle.mark_throttled(row, "1 mails a second are allowed", MONDAY, for_now=True),
            MONDAY,
            "claim",
        )
    row = lifecycle.mark_throttled(row, "1 mails a second are allowed", MONDAY, for_now=True)

    assert (row.status, row.attempts, row.throttles) == ("waiting", 0, 0)
    assert row.wake_at == MONDAY + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (["accepted", "delivered"], "delivered"),
        (["delivered", "accepted"], "delivered"),
        (["delayed", "delivered", "delayed"], "delivered"),
        (["delivered", "bounced", "delivered"], "bounced"),
        (["bounced", "complained", "bounced"], "complained"),
    ],
)
def test_the_most_final_delivery_status_stands_in_any_order(told: list[Delivery], stands: str) -> None:
    row = message(status="sent", provider_id="ses-1", sent_at=MONDAY)
    for news in told:
        row = lifecycle.record_delivery(row, news, "ses-1", MONDAY) or row

    assert row.delivery == stands


@pytest.mark.parametrize("status", ["unknown", "sending", "waiting", "failed", "withheld"])
def test_a_delivery_event_marks_an_unsettled_message_as_sent(status: str) -> None:
    row = lifecycle.record_delivery(message(status=status, why_not="no answer"), "accepted", "ses-1", MONDAY)

    assert row is not None
    assert (row.status, row.provider_id, row.sent_at, row.wake_at) == ("sent", "ses-1", MONDAY, None)
    assert row.why_not is None


def test_a_retry_and_a_replacement_are_held_copies_with_their_own_ids() -> None:
    first = message(status="sent", provider_id="ses-1", sent_at=MONDAY, attempts=2, delivery="accepted")

    again, text = (
        lifecycle.retry_later(first, MONDAY + timedelta(hours=4)),
        lifecycle.replacement(first, "sms", MONDAY),
    )

    assert len({first.id, again.id, text.id}) == 3
    assert (again.medium, again.wake_at) == ("email", MONDAY + timedelta(hours=4))
    assert (text.medium, text.wake_at) == ("sms", MONDAY)
    for row in (again, text):
        assert (row.version, row.status, row.attempts, row.provider_id) == (1, "held", 0, None)
        assert (row.delivery, row.delivered_at, row.why_not, row.sent_at) == (None, None, None, None)


def test_a_replacement_of_a_replacement_refers_to_the_first_message() -> None:
    first = message(twins=(row_id(9),))

    text = lifecycle.replacement(first, "sms", MONDAY, recipient_id="sana")
    again = lifecycle.replacement(
        lifecycle.replacement(text, "email", MONDAY, to="owner", recipient_id=None), "sms", MONDAY
    )

    assert (text.instead_of, again.instead_of) == (first.id, first.id)
    assert lifecycle.replacement(again, "sms", MONDAY, recipient_id="sana").id == text.id
    assert text.twins == ()


def test_replacements_for_two_recipients_have_different_ids() -> None:
    to_sana, to_owner = (
        lifecycle.replacement(message(), "email", MONDAY, recipient_id=whom) for whom in ("sana", None)
    )

    assert to_sana.id != to_owner.id


def test_a_message_refused_for_good_fails_at_once() -> None:
    assert lifecycle.mark_refused(message(), "no such number", MONDAY, for_good=True).status == "failed"


@pytest.mark.parametrize(
    ("row", "about", "wanted"),
    [
        (message(purpose="promise_warning"), commitment(MONDAY + timedelta(hours=1), status="open"), True),
        (message(purpose="promise_warning"), commitment(MONDAY, status="open"), False),
        (message(purpose="promise_overdue"), commitment(MONDAY, status="open"), True),
        (message(purpose="promise_overdue"), commitment(MONDAY + timedelta(days=1), status="open"), False),
        (message(purpose="promise_overdue"), commitment(MONDAY, status="kept"), False),
        (message(), follow_up(status="due"), True),
        (message(), follow_up(status="scheduled"), False),
        (message(), follow_up(status="done"), False),
        (message(purpose="running_late"), commitment(MONDAY + timedelta(hours=1)), True),
        (message(purpose="running_late"), commitment(MONDAY), False),
        (message(purpose="running_late"), commitment(MONDAY, status="kept"), False),
        (message(purpose="reply_missed"), reply(), True),
        (message(purpose="reply_missed"), reply(status="paused"), True),
        (message(purpose="reply_warning"), reply(status="given"), False),
        (message(purpose="reply_warning"), reply(status="closed"), False),
        (message(purpose="goodwill_approval"), goodwill(), True),
        (message(purpose="goodwill_approval"), goodwill(status="declined"), False),
        (message(purpose="survey"), survey(status="sent"), True),
        (message(purpose="survey"), survey(status="answered"), False),
        (message(purpose="praise"), survey(status="answered"), True),
        (message(purpose="praise"), survey(status="sent"), False),
    ],
)
def test_a_message_is_sent_late_only_while_it_is_still_true(
    row: Message, about: Commitment | FollowUp | Goodwill | Reply | Survey, wanted: bool
) -> None:
    assert lifecycle.is_still_true(row, about, MONDAY) is wanted


# ---------------------------------------------------------------- held and grouped


def held(**facts: object) -> Message:
    return message(status="held", attempts=0, **facts)


@pytest.mark.parametrize("to", ["agent", "customer"])
def test_a_held_message_has_all_its_attempts(to: str) -> None:
    row = held(to=to)

    assert lifecycle.may_try_again(row)
    first = lifecycle.claim(row, MONDAY, "claim")
    assert (first.status, first.attempts, first.claim) == ("sending", 1, "claim")
    assert first.wake_at == MONDAY + lifecycle.LEASE


def test_a_batch_is_carried_by_one_of_its_messages() -> None:
    carrier = lifecycle.claim(held(), MONDAY, "claim", carries=(row_id(9),))
    other = lifecycle.join_batch(held(message_id=row_id(9)), carrier)

    assert carrier.carries == (other.id,)
    assert (other.status, other.carried_by, other.wake_at) == ("grouped", carrier.id, None)


def test_a_second_attempt_carries_the_same_batch() -> None:
    carrier = lifecycle.claim(held(), MONDAY, "one", carries=(row_id(9),))
    refused = lifecycle.mark_refused(carrier, "throttled", MONDAY, for_good=False)

    assert lifecycle.claim(refused, MONDAY, "two").carries == (row_id(9),)


def test_a_withheld_message_keeps_the_reason() -> None:
    row = lifecycle.withhold(held(), "no longer needed when it could be sent")

    assert (row.status, row.wake_at, row.attempts) == ("withheld", None, 0)
    assert row.why_not == "no longer needed when it could be sent"


def test_a_claim_clears_the_reason_of_the_failed_attempt() -> None:
    waiting = lifecycle.mark_refused(message(), "throttled", MONDAY, for_good=False)

    assert lifecycle.claim(waiting, MONDAY, "claim").why_not is None


def test_a_failed_message_begins_again_with_all_attempts() -> None:
    failed = lifecycle.mark_refused(message(attempts=3), "suspended", MONDAY, for_good=True)

    again = lifecycle.retry(failed, MONDAY, "sana")

    assert (again.status, again.wake_at, again.retried_by) == ("waiting", MONDAY, "sana")
    assert lifecycle.may_try_again(again)
    assert lifecycle.claim(again, MONDAY, "claim").attempts == 1


@pytest.mark.parametrize("status", ["held", "grouped", "sending", "waiting", "sent", "withheld", "unknown"])
def test_a_person_can_retry_only_a_failed_message(status: str) -> None:
    row = message(status=status)

    assert not lifecycle.may_retry(row, follow_up(status="due"), MONDAY)
    with pytest.raises(NotPossible):
        lifecycle.retry(row, MONDAY, "sana")


def test_a_message_that_is_no_longer_true_is_not_offered_for_a_retry() -> None:
    row = message(status="failed")

    assert lifecycle.may_retry(row, follow_up(status="due"), MONDAY)
    assert not lifecycle.may_retry(row, follow_up(status="done"), MONDAY)
    assert not lifecycle.may_retry(row, None, MONDAY)
