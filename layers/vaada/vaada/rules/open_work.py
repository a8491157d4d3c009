"""The open work of a case: what is owed to the customer or planned."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.work import Commitment, FollowUp, FollowUpOrigin, Reply
from vaada.rules import commitments, follow_ups, replies

AUTOMATIC: frozenset[FollowUpOrigin] = frozenset({"unresolved", "no_answer", "promise_ended"})
"""The follow-ups that the desk makes so that each case has a next step. A case has at most one open."""

_LIMIT = 40  # a case lists its latest open promises and follow-ups; a transaction takes 100 rows
Item = Reply | Commitment | FollowUp


class OpenWork(NamedTuple):
    """The reply that the customer waits for, the promised call-back, other promises, and follow-ups.

    Supervisors' own follow-ups on the case are not part of it.
    """

    reply: Reply | None = None
    call_back: Commitment | None = None
    commitments: tuple[Commitment, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()

    @property
    def rows(self) -> tuple[Item, ...]:
        """All rows, including those that have just ended."""
        single = tuple(row for row in (self.reply, self.call_back) if row is not None)
        return (*single, *self.commitments, *self.follow_ups)

    @property
    def automatic(self) -> FollowUp | None:
        """The open follow-up that the desk made, or None."""
        return next((row for row in self.follow_ups if row.origin in AUTOMATIC and is_open(row)), None)

    @property
    def explicit(self) -> tuple[Commitment | FollowUp, ...]:
        """The open promises and follow-ups that people agreed on."""
        promises = tuple(row for row in self.commitments if is_open(row))
        return (*promises, *(row for row in self.follow_ups if row.origin not in AUTOMATIC and is_open(row)))

    def having(self, follow_up: FollowUp) -> "OpenWork":
        """Return the work with this follow-up, in place of its earlier version."""
        others = tuple(row for row in self.follow_ups if row.id != follow_up.id)
        return self._replace(follow_ups=(*others, follow_up))

    def without(self, row_id: str) -> "OpenWork":
        """Return the work without this row."""
        return self.where(lambda row: row.id != row_id)

    def where(self, is_wanted: Callable[[Item], bool]) -> "OpenWork":
        """Return the part of the work that satisfies the condition."""
        return OpenWork(
            self.reply if self.reply and is_wanted(self.reply) else None,
            self.call_back if self.call_back and is_wanted(self.call_back) else None,
            tuple(row for row in self.commitments if is_wanted(row)),
            tuple(row for row in self.follow_ups if is_wanted(row)),
        )

    def each(
        self,
        change_reply: Callable[[Reply], Reply],
        change_commitment: Callable[[Commitment], Commitment],
        change_follow_up: Callable[[FollowUp], FollowUp],
    ) -> "OpenWork":
        """Return the work after a change of each open row."""
        return OpenWork(
            change_reply(self.reply) if self.reply and is_open(self.reply) else self.reply,
            change_commitment(self.call_back)
            if self.call_back and is_open(self.call_back)
            else self.call_back,
            tuple(change_commitment(row) if is_open(row) else row for row in self.commitments),
            tuple(change_follow_up(row) if is_open(row) else row for row in self.follow_ups),
        )


NOTHING_OPEN = OpenWork()


def has_next_step(work: OpenWork) -> bool:
    """Whether somebody has something to do. A paused reply and a broken promise only wait."""
    return any(is_open(row) and row.status not in {"paused", "broken"} for row in work.rows)


def is_listed_work(row: Commitment | FollowUp) -> bool:
    """Whether a case lists this if it has room: supervisors' own work is not part of it."""
    return row.origin in ({"stated"} if isinstance(row, Commitment) else {*AUTOMATIC, "requested"})


def is_agreed(row: Commitment | FollowUp) -> bool:
    """Whether people agreed on this, so that it is neither the desk's own nor a supervisor's."""
    return row.origin in {"stated", "requested"}


def is_open(row: Item) -> bool:
    """Whether this is still to be done."""
    match row:
        case Reply():
            return row.status in replies.OPEN
        case Commitment():
            return row.status in commitments.KEEPABLE
        case FollowUp():
            return row.status in follow_ups.OPEN


def changed_rows(before: Iterable[Item], after: Iterable[Item]) -> list[Item]:
    """Return the rows that are new or differ from those before, each at the next version."""
    known = {row.id: row for row in before}
    rows: list[Item] = []
    for row in after:
        old = known.get(row.id)
        if row != old:
            rows.append(row.model_copy(update={"version": old.version + 1 if old else 1}))
    return rows


def with_open_work(case: Case, work: OpenWork) -> Case:
    """Return a copy of the case, with the same version, with the ids of this open work."""
    reply, call_back = work.reply, work.call_back
    promises = tuple(row.id for row in work.commitments if is_open(row))
    planned = tuple(row.id for row in work.follow_ups if is_open(row))
    return case.model_copy(
        update={
            "reply_id": reply.id if reply and is_open(reply) else None,
            "call_back_id": call_back.id if call_back and is_open(call_back) else None,
            "commitment_ids": promises[-_LIMIT:],
            "follow_up_ids": planned[-_LIMIT:],
            "lists_all": case.lists_all and max(len(promises), len(planned)) <= _LIMIT,
        }
    )
