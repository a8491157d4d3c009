"""When a sign-in to the console is over."""

from datetime import timedelta

import pytest

from tests.times import DAY, HOUR, MINUTE
from tests.unit import rows
from vaada.model.policy import SignInRules
from vaada.model.sessions import Session
from vaada.rules import sessions

RULES = SignInRules(idle_hours=12, days_at_most=7)


def session(*, started: timedelta, used: timedelta, checked: timedelta = timedelta()) -> Session:
    """A sign-in that began, was used and was checked so long ago."""
    now = rows.MONDAY
    return Session(
        session_id="s",
        subject="sub",
        username="sub",
        email="a@example.com",
        user_id="a",
        is_manager=False,
        browser="",
        started_at=now - started,
        used_at=now - used,
        checked_at=now - checked,
        expires_at=0,
    )


@pytest.mark.parametrize(
    ("started", "used", "over"),
    [
        (DAY, HOUR, False),
        (DAY, 12 * HOUR - MINUTE, False),
        (DAY, 12 * HOUR, True),
        (7 * DAY - MINUTE, HOUR, False),
        (7 * DAY, HOUR, True),
    ],
)
def test_a_sign_in_is_over_once_it_was_idle_or_is_old(
    started: timedelta, used: timedelta, over: bool
) -> None:
    assert sessions.is_over(session(started=started, used=used), RULES, rows.MONDAY) is over


def test_a_user_is_looked_up_again_after_four_minutes() -> None:
    for checked, needed in ((4 * MINUTE - timedelta(seconds=1), False), (4 * MINUTE, True)):
        assert sessions.needs_check(session(started=DAY, used=HOUR, checked=checked), rows.MONDAY) is needed


def test_a_row_may_be_deleted_when_its_sign_in_is_over() -> None:
    begun = session(started=timedelta(), used=timedelta())
    at = sessions.expires_at(begun.started_at, RULES)

    assert at == int((rows.MONDAY + 7 * DAY).timestamp())
