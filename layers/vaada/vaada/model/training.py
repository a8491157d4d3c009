"""Training: what was done about a topic that causes trouble repeatedly."""

from typing import ClassVar, Literal

from vaada.model.rows import Row
from vaada.model.times import Instant

TopicKind = Literal["cause", "kind", "handed_on"]
"""What cases of a topic have in common: the cause of a complaint, their kind, or that they were handed on."""

TOPIC_KEY_PATTERN = "^[0-9a-f]{16}$"


class Training(Row):
    """The latest that was done about a topic. The id is the topic's key; `name` is its cause or kind."""

    kind_of_row: ClassVar[str] = "training"
    training_id: str
    topic: TopicKind
    name: str
    what: str
    done_at: Instant
    done_by: str
