"""Notices to staff: each change of a row tells the right people, by the right media, and nobody else."""

from collections.abc import Sequence

from tests.simulation.oracles import commitments, follow_ups, goodwill, replies
from tests.simulation.oracles.observed import Batch, Observed
from tests.simulation.oracles.recipients import Notices, Recipients
from vaada.model.messages import Message
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

Work = Commitment | FollowUp | Reply | Goodwill | Survey
CHECKED_ELSEWHERE = {
    "recommendation",
    "running_late",
    "praise",
    "thanks",
    "survey",
    "survey_reminder",
    "handed_over",
    "assigned",
}


class StaffNotices:
    """Checks the messages that are written together with a change of a row."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._recipients = Recipients(observed)

    def check_batch(self, batch: Batch) -> None:
        """Each change has the notices that the subject's own module expects."""
        messages = [row for row in batch.new_of(Message) if not row.instead_of]
        works = [
            (before, after)
            for before, after in batch.changes
            if isinstance(before, Work) and isinstance(after, Work)
        ]
        for before, after in works:
            if len([one for _, one in works if one.id == after.id]) > 1:
                continue  # several steps at once: late ones, whose messages cannot be told apart
            self._check_notices(before, after, [one for one in messages if one.about_id == after.id])

    def _check_notices(self, before: Work, after: Work, messages: list[Message]) -> None:
        expected = _expected_notices(before, after, self._observed.policies)
        found = {one.purpose for one in messages} - CHECKED_ELSEWHERE
        if any("link" in one.why for one in messages):
            return
        assert any(found == notices.keys() for notices in expected), (
            f"told {found}, not {expected}: {after!r}"
        )
        agent = self._observed.agent(after.agent_id)
        if not found or self._recipients.are_unsettled():
            return
        sent = {
            purpose: {(one.recipient_id, one.medium) for one in messages if one.purpose == purpose}
            for purpose in found
        }
        right = [
            {purpose: self._recipients.of(*party, agent) for purpose, party in notices.items()}
            for notices in expected
        ]
        assert sent in right, f"told {sent}, not {right}: {after!r}"


def _expected_notices(before: Row, after: Row, policies: Sequence[PolicyDocument]) -> list[Notices]:
    match before, after:
        case Commitment(), Commitment():
            return commitments.expected_notices(before, after, policies)
        case FollowUp(), FollowUp():
            return [follow_ups.expected_notices(before, after, policies)]
        case Reply(), Reply():
            return [replies.expected_notices(before, after)]
        case Goodwill(), Goodwill():
            return [goodwill.expected_notices(before, after)]
    return [{}]
