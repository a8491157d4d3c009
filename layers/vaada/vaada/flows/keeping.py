"""What the end of a promise brings: an answer given, a follow-up settled, a survey earned."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.cases import after_call_back
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp
from vaada.rules import follow_ups, planning


def after_end(desk: Desk, promise: Commitment, now: datetime) -> tuple[Row, ...]:
    """The rows to write with a promise that was kept or withdrawn."""
    return (*after_call_back(desk, promise), *_if_kept(desk, promise, now))


def _if_kept(desk: Desk, promise: Commitment, now: datetime) -> Iterator[Row]:
    if promise.kept_at is None:
        return
    settled = desk.table.get(FollowUp, promise.settles_id) if promise.settles_id else None
    if settled is not None and settled.status in follow_ups.OPEN:
        yield follow_ups.complete(settled, now, promise.history[-1].by)
    survey = planning.promise_survey(promise, desk.policy, now)
    if survey is not None:
        yield survey
