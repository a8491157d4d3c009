"""What was to go out with a message that goes nowhere any more."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.model.ids import customer_of
from vaada.model.messages import Message
from vaada.rules.messages import lifecycle


def hold_again(desk: Desk, carrier_id: str, carries: Iterable[str], now: datetime) -> Iterator[Message]:
    """The messages about other customers that waited for this one of a customer who is erased, held again.

    What another message carries that is still there goes out with that one.
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
