"""The net below the schedules: whatever is due and nothing did."""

from collections.abc import Callable
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import erasure
from vaada.flows.due.advance import Due, advance
from vaada.flows.interactions import plan_interaction
from vaada.flows.messages.resume import resume
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import WORK
from vaada.log import logger
from vaada.model.erasures import Erasure
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer

_DUE: dict[str, type[Due]] = {**WORK, Customer.kind_of_row: Customer}


class RowsFailed(Exception):
    """Some rows could not be taken a step further; the log names them. The next sweep tries again."""


def sweep(desk: Desk, clock: Callable[[], datetime], has_time: Callable[[], bool]) -> int:
    """Take each due row a step further; stop when time runs short. Returns how many it took up.

    One row that fails does not hold up the others. Raises RowsFailed at the end, so that the alarm hears.
    """
    taken, failed = 0, 0
    for kind, row_id, version in desk.table.due(clock()):
        if not has_time():
            logger.warning("out of time, the next sweep goes on", taken=taken)
            break
        taken += 1
        try:
            outcome = _advance(desk, kind, row_id, version, clock())
            logger.info("swept", row_kind=kind, row_id=row_id, outcome=outcome)
        except NotFound:
            logger.info("erased meanwhile", row_kind=kind, row_id=row_id)
        except Exception:  # noqa: BLE001 - whatever it is, the other rows must go on
            failed += 1
            logger.exception("row failed", row_kind=kind, row_id=row_id)
    if failed:
        raise RowsFailed(f"{failed} of {taken} due rows failed")
    return taken


def _advance(desk: Desk, kind: str, row_id: str, version: int, now: datetime) -> str:
    if kind == Message.kind_of_row:
        return resume(desk, row_id, version, now)
    if kind == Interaction.kind_of_row:
        return f"planned {plan_interaction(desk, require(desk, Interaction, row_id))} rows"
    if kind == Erasure.kind_of_row:
        return erasure.continue_erasure(desk, require(desk, Erasure, row_id), now).status
    return advance(desk, _DUE[kind], row_id, version, now)
