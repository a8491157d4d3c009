"""Release messages that were batched with a cancelled one."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.model.ids import customer_of
from vaada.model.messages import Message
from vaada.rules.messages import lifecycle


def hold_again(desk: Desk, carrier_id: str, carries: Iterable[str], now: datetime) -> Iterator[Message]:
    """Yield the messages about other customers in the batch of an erased customer's message, as held again.

    A message that another existing message carries is left out.
    """
    erased = customer_of(carrier_id)
    for other_id in carries:
        if customer_of(other_id) == erased:
            continue
        message = desk.table.get(Message, other_id)
        if message is None or message.status != "grouped" or message.carried_by is None:
            continue
        if customer_of(message.carried_by) == erased or desk.table.get_any(message.carried_by) is None:
            yield lifecycle.leave_batch(message, now)
