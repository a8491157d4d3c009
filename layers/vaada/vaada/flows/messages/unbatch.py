"""Release messages that were batched with a cancelled one."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.model.ids import customer_of
from vaada.model.messages import Message
from vaada.rules.messages import lifecycle


def hold_again(desk: Desk, carrier_id: str, carries: Iterable[str], now: datetime) -> Iterator[Message]:
    """Yield the messages about other customers that were batched with an erased one's, to be held again.

    A message that another existing message carries is left out.
    """
    erased = customer_of(carrier_id)
    others = desk.table.work_rows(
        other_id for other_id in carries if customer_of(other_id) != erased
    ).values()
    grouped = [one for one in others if isinstance(one, Message) and one.status == "grouped"]
    carriers = desk.table.work_rows(one.carried_by for one in grouped if one.carried_by is not None)
    for message in grouped:
        if message.carried_by is None:
            continue
        if customer_of(message.carried_by) == erased or message.carried_by not in carriers:
            yield lifecycle.leave_batch(message, now)
