"""Batches: several messages to one reader that are sent as one. The carrier contains the others.

A transaction takes 100 rows, so a large batch is formed by several: the carrier stays held, and takes in one
part after the other, until the last one claims it. After an interruption it takes in the rest.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from vaada.model.messages import Message
from vaada.rules.messages.lifecycle import begin_batch, claim, join_batch, withhold

NOT_NEEDED = "no longer needed when it could be sent"
MOST = 1000
"""How many messages one batch has. The carrier's row lists them, and has room for about 10,000."""

_PART = 45  # messages per transaction, which takes 100 rows: each, and the customer of each
_SAID_ALREADY = "another message that goes out at the same time says the same"


class Part(NamedTuple):
    """One transaction of a batch. Without a carrier, all messages so far are withheld."""

    carrier: Message | None
    carried: tuple[Message, ...]
    withheld: tuple[Message, ...]

    @property
    def joined(self) -> tuple[Message, ...]:
        """The carrier and the messages that join it."""
        return (*([self.carrier] if self.carrier else []), *self.carried)

    @property
    def rows(self) -> tuple[Message, ...]:
        """The rows to write."""
        return (*self.withheld, *self.joined)


def form_batch(
    messages: Sequence[Message], obsolete: AbstractSet[str], now: datetime, token: str
) -> Iterator[Part]:
    """Yield the transactions that put messages into one carrier. The last transaction claims it.

    A batch that was begun before is continued, else the first message is the carrier. The `obsolete` (ids)
    are withheld, and what another message says already.
    """
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
    wanted.sort(key=lambda one: not one.carries)  # a batch that was begun comes first
    carrier, joining = (wanted[0] if wanted else None), wanted[1:]
    while True:
        joins, joining = joining[:_PART], joining[_PART:]
        drops, withheld = withheld[: _PART - len(joins)], withheld[_PART - len(joins) :]
        is_last = not joining and not withheld
        if carrier is not None:
            carries = (*carrier.carries, *(other for one in joins for other in (one.id, *one.carries)))
            carrier = claim(carrier, now, token, carries) if is_last else begin_batch(carrier, carries)
        carried = tuple(join_batch(one, carrier) for one in joins if carrier)
        yield Part(carrier, carried, tuple(drops))
        if is_last:
            return
