"""Recommendations: a customer is asked once, after a happy answer, and while nothing is owed to them."""

from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.tolerances import LEASE
from vaada.model.cases import Case
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import Commitment, Survey


class Recommendations:
    """Checks every message that asks for one, and what is noted at the customer."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_write(self, before: Row | None, after: Row) -> None:
        """A customer who was asked is not asked again; a message goes out while all is well."""
        match before, after:
            case Customer(), Customer() if before.recommendation_asked_at is not None:
                asked = (before.recommendation_asked_at, after.recommendation_asked_at)
                assert asked[1] is None or asked[0] == asked[1], f"asked again: {after!r}"
            case Message(status="held"), Message(status="sending") if after.purpose == "recommendation":
                self._check_claim(after)

    def check_batch(self, batch: Batch) -> None:
        """It follows a happy answer."""
        for message in batch.new_of(Message):
            if message.purpose == "recommendation" and not message.instead_of:
                survey = self._observed.rows[message.about_id]
                assert isinstance(survey, Survey)
                assert survey.status == "answered", f"asked without an answer: {survey!r}"
                high = [policy.surveys.high_score_at_least[survey.kind] for policy in self._observed.policies]
                assert (survey.score or 0) >= min(high), f"asked, and not happy: {survey!r}"
                assert self._observed.customer(message.customer_id).consent.survey, f"{message!r}"

    def _check_claim(self, message: Message) -> None:
        observed = self._observed
        if message.instead_of is None:
            observed.once("asked for a recommendation again", message.customer_id)
        owed = [
            row
            for row in observed.rows.values()
            if getattr(row, "customer_id", None) == message.customer_id and self._is_owed(row)
        ]
        assert not owed, f"asked while {owed} is owed: {message!r}"

    def _is_owed(self, row: Row) -> bool:
        """Whether it is overdue, or a complaint, for longer than whoever claimed the message may not know."""
        match row:
            case Commitment(status="open"):
                since = row.due_at
            case Case(status="open", kind="complaint"):
                since = row.opened_at
            case _:
                return False
        return self._observed.now - max(since, self._observed.changed_at[row.id]) > LEASE
