"""Messages: what an attempt to send can end in, and whether there may be another."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY, commitment, follow_up, message, survey
from vaada.model.messages import Message
from vaada.model.work import Commitment, FollowUp, Survey
from vaada.rules import messages


def test_a_reminder_whose_outcome_is_unknown_is_tried_three_times_in_all() -> None:
    row, attempts = message(), 1
    while messages.may_try_again(row):
        row, attempts = messages.claimed_again(row, MONDAY, "claim"), attempts + 1

    assert attempts == 3
    assert messages.given_up(row).status == "unknown"


def test_a_customers_message_whose_outcome_is_unknown_is_never_sent_again() -> None:
    row = message(to="customer", about_kind="survey", purpose="survey")

    assert not messages.may_try_again(row)
    assert messages.given_up(row).status == "unknown"


def test_a_customers_message_that_was_refused_for_now_may_be_tried_again() -> None:
    row = messages.refused(message(to="customer", purpose="survey"), "throttled", MONDAY, for_good=False)

    assert (row.status, row.wake_at) == ("waiting", MONDAY + timedelta(minutes=1))
    assert messages.may_try_again(row)


def test_refusals_pause_longer_and_then_fail_visibly() -> None:
    row, waits = message(), []
    while (row := messages.refused(row, "throttled", MONDAY, for_good=False)).status == "waiting":
        assert row.wake_at is not None
        waits.append(row.wake_at - MONDAY)
        row = messages.claimed_again(row, MONDAY, "claim")

    assert waits == [timedelta(minutes=1), timedelta(minutes=4)]
    assert (row.status, row.why_not, row.wake_at) == ("failed", "throttled", None)


def test_refused_for_good_fails_at_once() -> None:
    assert messages.refused(message(), "no such number", MONDAY, for_good=True).status == "failed"


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
        (message(purpose="survey"), survey(status="sent"), True),
        (message(purpose="survey"), survey(status="answered"), False),
    ],
)
def test_a_message_is_sent_late_only_while_it_is_still_true(
    row: Message, about: Commitment | FollowUp | Survey, wanted: bool
) -> None:
    assert messages.still_wanted(row, about, MONDAY) is wanted
