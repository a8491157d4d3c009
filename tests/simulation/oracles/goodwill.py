"""Goodwill: what is above the allowance of a case is approved first, and the case keeps the sum."""

from decimal import Decimal

from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import Notices
from vaada.model.cases import Case
from vaada.model.work import Goodwill

EDGES = {"requested": "requested approved declined"}
GRANTED = {"granted", "approved"}


class Goodwills:
    """Checks all goodwill."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_batch(self, batch: Batch) -> None:
        """Goodwill is granted at once within the allowance only, and each case keeps what was granted."""
        for row in batch.new_of(Goodwill):
            self._check_new(row)
        for case_id in {self._observed.case_of(row) for row in batch.rows} - {None}:
            self._check_sum(str(case_id))

    def check_end(self) -> None:
        """For each request somebody was asked."""
        for row in self._observed.of_kind(Goodwill):
            assert row.status != "requested" or row.reminders > 0, f"nobody was asked: {row!r}"

    def _check_new(self, row: Goodwill) -> None:
        case = self._case(row.case_id)
        granted = row.status == "granted"
        total = case.granted + (0 if granted else row.amount)
        allowed = {total <= policy.goodwill.allowance_per_case for policy in self._observed.policies}
        assert granted in allowed, f"{row.status}, {total} in all: {row!r}"

    def _check_sum(self, case_id: str) -> None:
        case = self._case(case_id)
        given = sum(
            (
                row.amount
                for row in self._observed.of_kind(Goodwill)
                if row.status in GRANTED and self._observed.case_of(row) == case_id
            ),
            Decimal(0),
        )
        assert case.granted == given, f"granted {case.granted}, not {given}: {case!r}"

    def _case(self, case_id: str) -> Case:
        case = self._observed.rows[case_id]
        assert isinstance(case, Case)
        return case


def expected_notices(before: Goodwill, after: Goodwill) -> Notices:
    """Who must be told of this change."""
    return {"goodwill_approval": ("supervisor", None)} if after.reminders > before.reminders else {}
