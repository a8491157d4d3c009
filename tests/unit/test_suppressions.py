"""Suppressions: what stops an address stops no more than it should, and the first reason stands."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY
from vaada.model.suppressions import Stop, StopReason, Suppression
from vaada.rules.suppressions import may_write, stopped, without_texted_stop

ALL: tuple[StopReason, ...] = ("bounced", "complained", "unsubscribed", "texted_stop")


def stop(*reasons: StopReason) -> Suppression:
    row: Suppression | None = None
    for n, reason in enumerate(reasons):
        row = stopped(row, "sms-1", "sms", Stop(reason=reason, at=MONDAY + n * timedelta(hours=1)))
    assert row is not None
    return row


def test_an_address_that_nobody_stopped_may_be_written_to() -> None:
    assert may_write(None, survey=True)
    assert may_write(None, survey=False)


@pytest.mark.parametrize("reason", ALL)
def test_unsubscribing_stops_surveys_and_all_else_everything(reason: StopReason) -> None:
    row = stop(reason)

    assert not may_write(row, survey=True)
    assert may_write(row, survey=False) is (reason == "unsubscribed")


@pytest.mark.parametrize("reason", ALL)
def test_stopping_twice_changes_nothing(reason: StopReason) -> None:
    once = stop(reason)

    assert stopped(once, "sms-1", "sms", Stop(reason=reason, at=MONDAY + timedelta(days=1))) is once


def test_the_first_reason_stands_and_both_kinds_are_kept_apart() -> None:
    row = stop("unsubscribed", "bounced", "complained")

    assert row.version == 2
    assert row.anything is not None
    assert row.surveys is not None
    assert (row.anything.reason, row.surveys.reason) == ("bounced", "unsubscribed")


def test_start_takes_back_a_texted_stop_and_nothing_else() -> None:
    assert may_write(without_texted_stop(stop("texted_stop")), survey=True)
    still = without_texted_stop(stop("texted_stop", "unsubscribed"))
    assert (may_write(still, survey=False), may_write(still, survey=True)) == (True, False)
    for reason in ALL[:3]:
        row = stop(reason)
        assert without_texted_stop(row) is row
