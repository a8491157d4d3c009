"""Queues and dead letters: ids only, no personal data, and every bad record is reported."""

import json

from pydantic import ValidationError

from tests.simulation.fake_aws.stream import number_of
from tests.simulation.fake_aws.unusual_records import OF_ANOTHER_RELEASE, is_poison
from tests.simulation.oracles.observed import Observed
from vaada.model.inbound_events import parse as parse_event

PERSONAL_FIELDS = ("name", "email", "phone", "notes", "summary", "what", "comment")


class Queues:
    """Checks what is put into the retry queue and into dead-letter queues."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._seen = (0, 0)  # how many were in the retry queue, and among the dead letters

    def check_step(self) -> None:
        """What was put there since the last step contains inbound events with ids, and no personal data."""
        world = self._observed.world
        counts = len(world.aws.queue.sent), len(world.dead_letters.letters)
        if counts == self._seen:
            return
        queued, dead = self._seen
        self._seen = counts
        bodies = [letter.body for letter in world.aws.queue.sent[queued:]]
        letters = [json.dumps(each.content, ensure_ascii=False) for each in world.dead_letters.letters[dead:]]
        personal = {
            str(getattr(row, name, None) or "")
            for row in self._observed.rows.values()
            for name in PERSONAL_FIELDS
        }
        personal |= {sent.to for sent in world.aws.providers.sent}
        told = {said for said in personal if any(said and said in kept for kept in (*bodies, *letters))}
        assert not told, f"in a queue: {told}"
        for body in bodies:
            assert _is_inbound_event(body), f"not news, or more than news, in a queue: {body}"

    def check_end(self) -> None:
        """Each record that cannot be processed has a dead letter, and dead letters contain ids only."""
        for reader in self._observed.world.stream.readers:
            bad = {number_of(record) for _, record in reader.records if is_poison(record)}
            unseen = bad - reader.given_up - reader.lost
            assert not unseen, f"a bad record, and nobody was told: {unseen}"
        for dead in self._observed.world.dead_letters.letters:
            told = dead.content.get("requestPayload", {}).keys()
            ids_only = told <= {"row_id", "version", *OF_ANOTHER_RELEASE}
            assert ids_only, f"more than ids in a dead letter: {told}"


def _is_inbound_event(body: str) -> bool:
    """Whether it is an inbound event, and nothing else."""
    try:
        known = parse_event(body).model_dump(mode="json")
    except ValidationError:
        return False
    return bool(json.loads(body) == known)
