"""Find training topics in the record, and note what was done about one."""

from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, check_wanted, retry_on_conflict
from vaada.flows.reports import rows_listed, rows_of_kind
from vaada.model.cases import Case
from vaada.model.training import Training
from vaada.model.work import Commitment, Survey
from vaada.rules import training as rules
from vaada.rules.reports import Rows

_READ = timedelta(weeks=52)
_SECOND = timedelta(seconds=1)
_MOST_MARKS = 200
_STATUSES = ("open", "resolved")
_CASE = frozenset({"hand_offs", "repeat_contacts", "reopenings", "cause", "outcome", "last_inbound_at"})
_ANSWER = frozenset({"kind", "score", "case_id", "sent_at"})


def topics(desk: Desk, now: datetime) -> list[rules.Topic]:
    """Return the training topics of the last 13 weeks. Raises TooManyRows."""
    begins, ends = now - _READ, now + _SECOND
    page = desk.table.latest_rows(Training, _MOST_MARKS, None)
    done = [row for row in page.rows if isinstance(row, Training)]
    rows = Rows(
        commitments=rows_of_kind(desk, Commitment, begins, ends, None),
        cases=rows_listed(desk, Case, _STATUSES, begins, ends, _CASE),
        surveys=rows_listed(desk, Survey, ("answered",), begins, ends, _ANSWER),
    )
    return rules.topics(rows, done, desk.policy, now)


def mark(desk: Desk, key: str, what: str, now: datetime, by: str) -> Training:
    """Note that something was done about a topic. Raises NotFound, VersionChanged, Busy, TooManyRows."""
    marked = desk.table.get(Training, key)
    check_wanted(key, marked.version if marked else 0)
    topic = next((one for one in topics(desk, now) if one.key == key), None)
    if topic is None:
        raise NotFound(Training, key)

    def attempt() -> Training:
        before = desk.table.get(Training, key)
        noted = rules.mark(topic, what, now, by)
        row = before.changed(what=what, done_at=now, done_by=by) if before else noted
        desk.table.write(row)
        return row

    return retry_on_conflict(key, attempt)
