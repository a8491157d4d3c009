"""What a row counts as in a report."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, case, commitment, reply, survey
from vaada.model.work import Commitment
from vaada.rules.report_figures import KINDS, figures_of

DUE = MONDAY + DAY
_PROMISES = st.one_of(
    st.builds(
        lambda hours: commitment(DUE, status="kept", kept_at=DUE + hours * HOUR),
        st.integers(-30, 30),
    ),
    st.sampled_from([commitment(DUE), commitment(DUE, status="broken"), commitment(DUE, status="withdrawn")]),
)


@given(_PROMISES, st.integers(-48, 48))
def test_every_promise_is_settled_withdrawn_or_open_and_settled_in_one_way(
    row: Commitment, hours: int
) -> None:
    figures = list(figures_of(row, DUE + hours * HOUR))

    assert len(figures) == len(set(figures))
    is_open_and_not_due = row.status == "open" and hours < 0
    assert [is_open_and_not_due, "settled" in figures, "withdrawn" in figures].count(True) == 1
    if "settled" in figures:
        assert len({"kept_in_time", "kept_after_change", "missed"} & set(figures)) == 1
    assert ("missed" in figures) == bool({"kept_late", "overdue", "broken"} & set(figures))


def test_a_customer_who_waits_past_the_target_counts_as_late_already() -> None:
    waits = reply(MONDAY + HOUR)

    assert set(figures_of(waits, MONDAY)) == {"replies", "waiting"}
    assert set(figures_of(waits, MONDAY + HOUR)) == {"replies", "waiting", "late", "judged"}
    assert set(figures_of(reply(status="closed"), MONDAY + DAY)) == {"replies"}


def test_a_merged_matter_counts_with_the_one_that_remains() -> None:
    assert set(figures_of(case(status="merged", kind="complaint"), MONDAY)) == set()
    assert "complaints" in set(figures_of(case(kind="complaint"), MONDAY))


def test_customers_who_were_not_asked_are_not_counted() -> None:
    sent = {"sent_at": MONDAY, "status": "answered", "score": 5}

    assert set(figures_of(survey(**sent), MONDAY)) == {"asked", "answered", "satisfied"}
    assert set(figures_of(survey(**{**sent, "score": 3}), MONDAY)) == {"asked", "answered"}
    assert set(figures_of(survey(sent_at=MONDAY, status="withheld"), MONDAY)) == set()
    assert set(figures_of(survey(), MONDAY)) == set()


def test_every_figure_is_of_one_kind_of_row() -> None:
    rows = (commitment(DUE), reply(), case(kind="complaint"), survey(sent_at=MONDAY, status="sent"))
    for row in rows:
        for figure in figures_of(row, MONDAY + timedelta(days=9)):
            assert KINDS[figure] is type(row)
