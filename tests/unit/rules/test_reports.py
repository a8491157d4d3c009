"""Reports: what counts as kept, and as what."""

from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit import rows
from tests.unit.rows import MONDAY, commitment, policy, row_id
from vaada.model.rows import Row
from vaada.model.work import Commitment
from vaada.rules import commitments, reports
from vaada.rules.commitments import Agreement
from vaada.rules.time.deadlines import business_hours

R = TypeVar("R", bound=Row)
DUE = MONDAY + DAY


def agreed(row: Commitment, at: datetime, due_at: datetime) -> Commitment:
    agreement = Agreement(due_at=due_at, reason="The part is late")
    return commitments.renegotiate(row, agreement, policy(), business_hours(policy()), at, "amina")


def kept(row: Commitment, at: datetime) -> Commitment:
    return commitments.keep(row, at, "amina")


def promises(*made: Commitment, now: datetime = MONDAY + 30 * DAY) -> reports.Promises:
    found = reports.report(reports.Rows(commitments=made), MONDAY, MONDAY + 30 * DAY, "UTC", now)
    return found.all.promises


PROMISE = commitment(DUE)
IN_TIME = kept(PROMISE, DUE)
AFTER_CHANGE = kept(agreed(PROMISE, DUE, DUE + 2 * DAY), DUE + DAY)
CHANGED_IN_VAIN = kept(agreed(PROMISE, DUE, DUE + 2 * DAY), DUE - HOUR)
LATE = kept(PROMISE, DUE + HOUR)
CHANGED_AND_LATE = kept(agreed(PROMISE, DUE - HOUR, DUE + DAY), DUE + DAY + HOUR)
CHANGED_TOO_LATE = kept(agreed(PROMISE, DUE + HOUR, DUE + 2 * DAY), DUE + DAY)
CHANGED_TWICE_TOO_LATE = kept(
    agreed(agreed(PROMISE, DUE - HOUR, DUE + DAY), DUE + DAY + HOUR, DUE + 9 * DAY), DUE + 3 * DAY
)


@pytest.mark.parametrize(
    ("row", "counted_as", "late"),
    [
        (IN_TIME, "kept_in_time", None),
        (CHANGED_IN_VAIN, "kept_in_time", None),
        (AFTER_CHANGE, "kept_after_change", None),
        (LATE, "kept_late", HOUR),
        (CHANGED_AND_LATE, "kept_late", HOUR),
        (CHANGED_TOO_LATE, "kept_late", DAY),
        (CHANGED_TWICE_TOO_LATE, "kept_late", 2 * DAY),
    ],
)
def test_a_new_date_counts_only_if_it_was_agreed_before_the_old_one_passed(
    row: Commitment, counted_as: str, late: timedelta | None
) -> None:
    found = promises(row)

    counts = {name: getattr(found, name) for name in ("kept_in_time", "kept_after_change", "kept_late")}
    assert counts == {name: int(name == counted_as) for name in counts}
    assert found.median_late_seconds == (late and late.total_seconds())
    assert found.missed == (counted_as == "kept_late")


def test_the_rates_are_of_what_was_kept_or_missed() -> None:
    broken = commitment(DUE, status="broken")
    withdrawn = commitments.withdraw(PROMISE, "Not wanted", MONDAY, "amina")
    not_due_yet = commitment(MONDAY + 40 * DAY)

    found = promises(IN_TIME, AFTER_CHANGE, CHANGED_TOO_LATE, PROMISE, broken, withdrawn, not_due_yet)

    assert (found.due, found.missed, found.withdrawn) == (7, 3, 1)
    assert (found.kept_rate, found.kept_after_change_rate) == (0.2, 0.2)


def test_there_is_no_rate_without_a_known_outcome() -> None:
    assert promises().kept_rate is promises().kept_after_change_rate is None


steps = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=5)


@given(steps, st.integers(0, 100))
def test_a_promise_is_kept_in_time_after_a_change_or_missed(
    changes: list[tuple[int, int]], last: int
) -> None:
    row, now, missed = PROMISE, MONDAY, False
    for hours, later in changes:
        now += hours * HOUR
        missed = missed or now > row.due_at
        row = agreed(row, now, max(now, row.due_at) + later * HOUR)
    at = now + last * HOUR
    missed = missed or at > row.due_at

    found = promises(kept(row, at))

    assert found.kept_late == missed
    assert found.kept_in_time == (not missed and at <= DUE)
    assert found.kept_in_time + found.kept_after_change + found.kept_late == 1


def _as_read_for_a_report(row: R) -> R:
    """The row with the fields that a report reads, and those that every row has."""
    kind = type(row)
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    stored = row.model_dump(mode="json", exclude_none=True)
    return kind.model_validate(
        {name: value for name, value in stored.items() if name in required | reports.FIELDS[kind]}
    )


def test_a_report_needs_no_other_fields_than_those_it_names() -> None:
    late = rows.commitment(
        status="kept",
        channel="phone",
        kept_at=MONDAY + 3 * DAY,
        history=[
            {
                "at": MONDAY,
                "by": "desk",
                "what": "renegotiated",
                "due_before": MONDAY + DAY,
                "due_after": MONDAY + 2 * DAY,
            }
        ],
    )
    at = {"at": MONDAY, "interaction_id": row_id(1)}
    handed = {**at, "from_agent_id": rows.AGENT_ID, "to_agent_id": "sana"}
    whole = reports.Rows(
        commitments=[late, rows.commitment(status="broken")],
        replies=[rows.reply(status="given", took_seconds=60, late_by_seconds=30)],
        cases=[
            rows.case(
                status="resolved",
                kind="complaint",
                cause="late",
                contacts=2,
                run_around_at=MONDAY,
                hand_offs=[handed],
                repeat_contacts=[at],
                reopenings=[at],
            )
        ],
        surveys=[rows.survey(status="answered", channel="phone", kind="nps", sent_at=MONDAY, score=9)],
    )
    read = reports.Rows(
        commitments=[_as_read_for_a_report(row) for row in whole.commitments],
        replies=[_as_read_for_a_report(row) for row in whole.replies],
        cases=[_as_read_for_a_report(row) for row in whole.cases],
        surveys=[_as_read_for_a_report(row) for row in whole.surveys],
    )

    made = reports.report(read, MONDAY, MONDAY + 7 * DAY, "UTC", MONDAY + 7 * DAY)

    assert made == reports.report(whole, MONDAY, MONDAY + 7 * DAY, "UTC", MONDAY + 7 * DAY)
    assert made.by_channel["phone"].satisfaction["nps"].nps == 100
