"""Suppressions: what each reason stops, and what lifts it."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY
from vaada.model.suppressions import Stop, StopReason, Suppression
from vaada.rules.messages.suppression import (
    active_stops,
    lift_bounce,
    lift_texted_stop,
    may_send,
    note_follow_up,
    suppress,
)

ALL: tuple[StopReason, ...] = ("bounced", "complained", "unsubscribed", "unsubscribed_news", "texted_stop")


def suppressed_for(*reasons: StopReason) -> Suppression:
    row: Suppression | None = None
    for n, reason in enumerate(reasons):
        row = suppress(row, "sms-1", "sms", Stop(reason=reason, at=MONDAY + n * timedelta(hours=1)))
    assert row is not None
    return row


def test_an_address_without_a_suppression_may_be_written_to() -> None:
    assert may_send(None, survey=True)
    assert may_send(None, survey=False)


@pytest.mark.parametrize("reason", ALL)
def test_unsubscribing_stops_its_own_kind_and_other_reasons_stop_everything(reason: StopReason) -> None:
    row = suppressed_for(reason)

    assert may_send(row, survey=True) is (reason == "unsubscribed_news")
    assert may_send(row, survey=False, news=True) is (reason == "unsubscribed")
    assert may_send(row, survey=False) is reason.startswith("unsubscribed")


@pytest.mark.parametrize("reason", ALL)
def test_a_second_stop_for_the_same_reason_changes_nothing(reason: StopReason) -> None:
    once = suppressed_for(reason)

    assert suppress(once, "sms-1", "sms", Stop(reason=reason, at=MONDAY + timedelta(days=1))) is once


def test_stops_for_surveys_and_for_everything_are_kept_apart() -> None:
    row = suppressed_for("unsubscribed", "bounced")

    assert [(one.what, one.reason) for one in active_stops(row)] == [
        ("anything", "bounced"),
        ("surveys", "unsubscribed"),
    ]


@pytest.mark.parametrize(
    ("reasons", "stands"),
    [
        (("bounced", "complained"), "complained"),
        (("bounced", "texted_stop"), "texted_stop"),
        (("complained", "bounced"), "complained"),
        (("complained", "texted_stop"), "complained"),
        (("texted_stop", "complained"), "texted_stop"),
    ],
)
def test_the_first_reason_stands_but_the_recipients_own_replaces_a_bounce(
    reasons: tuple[StopReason, ...], stands: StopReason
) -> None:
    (found,) = active_stops(suppressed_for(*reasons))

    assert found.reason == stands


def test_a_texted_start_lifts_a_texted_stop_and_nothing_else() -> None:
    assert may_send(lift_texted_stop(suppressed_for("texted_stop")), survey=True)
    still = lift_texted_stop(suppressed_for("texted_stop", "unsubscribed"))
    assert (may_send(still, survey=False), may_send(still, survey=True)) == (True, False)
    for reason in ALL[:-1]:
        row = suppressed_for(reason)
        assert lift_texted_stop(row) is row


def test_an_address_that_works_again_loses_its_bounce_and_nothing_else() -> None:
    again = lift_bounce(note_follow_up(suppressed_for("unsubscribed", "bounced"), "a-follow-up"))

    assert [(one.what, one.reason) for one in active_stops(again)] == [("surveys", "unsubscribed")]
    assert again.follow_up_id is None
    for reason in ALL[1:]:
        row = suppressed_for(reason)
        assert lift_bounce(row) is row


def test_an_address_without_a_suppression_has_no_stops() -> None:
    assert list(active_stops(None)) == []
