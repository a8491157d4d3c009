"""Sentences that the desk stores in rows are known to the translations."""

from vaada.model.rows import DueRow, Row
from vaada.model.work import Commitment, FollowUp
from vaada.present.i18n import words
from vaada.present.reasons import rule_words
from vaada.present.task_words import is_typed, task_words

HINDI = words("hi")  # no sentence is the same as in English


def check_write(_before: Row | None, after: Row) -> None:
    """The rule of each computed time, and each reason and promise of the desk, can be told in Hindi."""
    if isinstance(after, DueRow):
        for why in (after.explain.due_at, after.explain.wake_at):
            assert why is None or rule_words(why.rule, HINDI.catalogue), f"cannot be told: {why!r}"
    if isinstance(after, Commitment | FollowUp) and not is_typed(after):
        stored = after.what if isinstance(after, Commitment) else after.reason
        assert task_words(after, "", HINDI) != stored, f"cannot be told: {stored}"
