"""Batches: messages to one reader that go out as one, of which the carrier carries the others."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from vaada.model.messages import Message
from vaada.rules.messages.lifecycle import claim, join_batch, withhold

NOT_NEEDED = "no longer needed when it could be sent"
_SAID_ALREADY = "another message that goes out at the same time says the same"


@dataclass(frozen=True)
class Batch:
    """The carrier, claimed, and the messages that it carries. No carrier: all of them are withheld."""

    carrier: Message | None
    carried: tuple[Message, ...]
    withheld: tuple[Message, ...]


def form_batch(messages: Iterable[Message], obsolete: AbstractSet[str], now: datetime, token: str) -> Batch:
    """Let the first message carry the others; withhold the `obsolete` (ids) and what another says already."""
    wanted: list[Message] = []
    withheld: list[Message] = []
    said: set[tuple[str, str]] = set()
    for one in messages:
        says = (one.about_id, one.purpose)
        if one.id in obsolete:
            withheld.append(withhold(one, NOT_NEEDED))
        elif says in said and not one.carries:
            withheld.append(withhold(one, _SAID_ALREADY))
        else:
            said.add(says)
            wanted.append(one)
    if not wanted:
        return Batch(None, (), tuple(withheld))
    first, *rest = wanted
    carries = (*first.carries, *(other for one in rest for other in (one.id, *one.carries)))
    carrier = claim(first, now, token, carries)
    return Batch(carrier, tuple(join_batch(one, carrier) for one in rest), tuple(withheld))
