"""Sweep the due rows: those without a schedule, and those whose schedule failed."""

from collections.abc import Callable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.due.advance import Due, advance
from vaada.flows.interactions import plan_interaction
from vaada.flows.messages.resume import resume
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import WORK
from vaada.log import logger
from vaada.model.campaigns import Campaign, CampaignRecipient
from vaada.model.cases import Case
from vaada.model.departures import Departure
from vaada.model.erasures import Erasure
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.relationships import Relationship
from vaada.model.weekly_reports import WeeklyReport
from vaada.rules.hold import waits_for_release

DueItem = tuple[str, str, int]
"""Kind, id and version of a due row."""

_ROWS_OF_A_DEPARTURE = 200  # per sweep


# What few sweeps do is imported when it is done: it would make each cold start slower.


def _write_report(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    from vaada.flows.weekly_reports import write_report

    return write_report(desk, row_id, version, now)


def _advance_relationship(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    from vaada.flows.parting import advance_relationship

    return advance_relationship(desk, row_id, version, now)


def _advance_campaign(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    from vaada.flows.campaigns import advance_campaign

    return advance_campaign(desk, row_id, version, now)


def _remind_of_event(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    from vaada.flows.campaigns import remind

    return remind(desk, row_id, version, now)


def _continue_erasure(desk: Desk, row_id: str, _version: int, now: datetime) -> str:
    from vaada.flows.erasure import continue_erasure

    return continue_erasure(desk, require(desk, Erasure, row_id), now).status


def _finish_unlisted_work(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    from vaada.flows.unlisted_work import finish

    return finish(desk, row_id, version, now)


def _hand_over(desk: Desk, row_id: str, _version: int, now: datetime) -> str:
    from vaada.flows.departures import hand_over_work
    from vaada.flows.messages.reroute import reroute_all

    status = hand_over_work(desk, row_id, now, _ROWS_OF_A_DEPARTURE)
    return f"{status}, {reroute_all(desk, row_id, now)} messages rerouted"


_DUE: dict[str, type[Due]] = {**WORK, Customer.kind_of_row: Customer}
_STEPS: dict[str, Callable[[Desk, str, int, datetime], str]] = {
    WeeklyReport.kind_of_row: _write_report,
    Relationship.kind_of_row: _advance_relationship,
    Campaign.kind_of_row: _advance_campaign,
    CampaignRecipient.kind_of_row: _remind_of_event,
    Erasure.kind_of_row: _continue_erasure,
    Departure.kind_of_row: _hand_over,
    Case.kind_of_row: _finish_unlisted_work,
}
"""How due rows advance that are not work, by their kind."""


class RowsFailed(Exception):
    """Some rows failed; the log names them. The next sweep tries them again."""


def sweep(desk: Desk, clock: Callable[[], datetime], has_time: Callable[[], bool]) -> int:
    """Take the next step of each due row, as long as there is time. Returns the number of rows.

    A row that fails does not hold back the others. Raises RowsFailed at the end, which raises the alarm.
    """
    count, failed, held = 0, 0, 0
    swept = desk.remembering()
    for kind, row_id, version in _due(swept, clock):
        if not has_time():
            logger.warning("out of time, the next sweep continues", count=count)
            break
        if waits_for_release(kind, desk.policy):
            held += 1
            continue
        count += 1
        try:
            outcome = _advance(swept.remembering(), kind, row_id, version, clock())
            logger.info("swept", row_kind=kind, row_id=row_id, outcome=outcome)
        except NotFound:
            logger.info("row was erased meanwhile", row_kind=kind, row_id=row_id)
        except Exception:  # noqa: BLE001 - the other rows must go on, whatever the error
            failed += 1
            logger.exception("row failed", row_kind=kind, row_id=row_id)
    if held:
        logger.info("rows wait because sending is held", rows=held)
    if failed:
        raise RowsFailed(f"{failed} of {count} due rows failed")
    return count


def _due(desk: Desk, clock: Callable[[], datetime]) -> Iterator[DueItem]:
    """Yield the due rows, messages last: also the messages that the other rows have just created.

    So what falls due together goes out together.
    """
    is_idle = True
    for one in desk.table.due(clock()):
        is_idle = False
        if one[0] != Message.kind_of_row:
            yield one
    if not is_idle:
        yield from (one for one in desk.table.due(clock()) if one[0] == Message.kind_of_row)


def _advance(desk: Desk, kind: str, row_id: str, version: int, now: datetime) -> str:
    if kind == Message.kind_of_row:
        return resume(desk, row_id, version, now)
    if kind == Interaction.kind_of_row:
        return f"planned {plan_interaction(desk, require(desk, Interaction, row_id))} rows"
    if (step := _STEPS.get(kind)) is not None:
        return step(desk, row_id, version, now)
    return advance(desk, _DUE[kind], row_id, version, now)
