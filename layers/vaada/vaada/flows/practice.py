"""Read what an agent sees of their own practice in a quarter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows import recognition
from vaada.flows.reports import rows_listed, rows_of_kind
from vaada.model.cases import Case
from vaada.model.people import Customer
from vaada.model.recognitions import Recognition
from vaada.model.work import Commitment, Reply, Survey
from vaada.rules import practice as rules
from vaada.rules.recognition import QUARTER
from vaada.rules.reports import Rows

_ANSWER = frozenset({"status", "kind", "sent_at", "score", "comment", "case_id", "answered_at"})
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class OwnPractice:
    """What an agent sees: figures, words and examples, the customers in them, and thanks they were told."""

    practice: rules.Practice
    customers: dict[str, Customer]
    thanks: tuple[Recognition, ...]


def own_practice(desk: Desk, agent_id: str, now: datetime) -> OwnPractice:
    """Return what the agent sees of the last quarter. Raises TooManyRows."""
    begins, ends = now - QUARTER, now + _SECOND
    rows = Rows(
        rows_of_kind(desk, Commitment, begins, ends, agent_id),
        rows_of_kind(desk, Reply, begins, ends, agent_id),
        rows_of_kind(desk, Case, begins, ends, agent_id),
        rows_listed(desk, Survey, ("answered",), begins, ends, _ANSWER, agent_id=agent_id),
    )
    found = rules.practice(rows, desk.policy, now)
    thanks = tuple(one for one in recognition.said(desk) if one.agent_id == agent_id)
    ids = {row.customer_id for row in found.comments}
    ids |= {one.row.customer_id for one in found.examples} | {one.customer_id for one in thanks}
    return OwnPractice(found, desk.table.get_several(Customer, sorted(ids)), thanks)
