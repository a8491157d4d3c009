"""Messages: what was sent and what was not, with the reason; try again, and lift the stop of an address."""

from typing import get_args
from urllib.parse import urlencode

from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows.messages import suppression
from vaada.flows.messages.manual_retry import retry as try_again
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import SUBJECTS, current_customer
from vaada.flows.work_lists import agents_by_id
from vaada.model.messages import Message, MessageStatus, Purpose, RecipientRole
from vaada.model.people import Agent, Customer, kind_of_address
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression
from vaada.model.weekly_reports import WeeklyReport
from vaada.present.console.messages import NOTES, STATUSES, Around, choices, message_row, title
from vaada.rules.messages.lifecycle import Work

HERE = "/desk/messages"

_PAGE = 25


def show(visit: Visit) -> Answer:
    """Show the messages of a status, the latest first: those that failed, if none is named.

    Only those to a reader and for a purpose, if the address names one. A page may then be empty, and not
    the last.
    """
    visit.user.require_manager()
    desk, query = visit.desk, visit.request.query
    shown = _status(query["status"])
    where = _where(query)
    cursor = query["cursor"] or None
    page = desk.table.rows_by_time(Message, (shown,), _PAGE, cursor, where=where, descending=True)
    messages = [row for row in page.rows if isinstance(row, Message)]
    agents = agents_by_id(desk)
    stops = {row.id: stop for row in messages if (stop := _stop_id(visit, row, agents))}
    wanted: list[tuple[type[Row], str]] = [(SUBJECTS[row.about_kind], row.about_id) for row in messages]
    wanted += [(Customer, row.customer_id) for row in messages]
    found = desk.table.rows_of((*wanted, *((Suppression, stop) for stop in stops.values())))
    around = Around(
        visit.times,
        agents,
        {key: row for key, row in found.items() if isinstance(row, Customer)},
        {key: row for key, row in found.items() if isinstance(row, Work | WeeklyReport)},
        {
            message_id: row
            for message_id, stop in stops.items()
            if isinstance(row := found.get(stop), Suppression)
        },
    )
    return visit.page(
        "messages",
        HERE,
        title=title(shown, len(messages), visit.times.words, is_part=bool(where or page.next_cursor)),
        rows=[message_row(row, around) for row in messages],
        statuses=STATUSES,
        note=NOTES[shown],
        shown=shown,
        where=where,
        narrowed="".join(f"&{urlencode({name: value})}" for name, value in where.items()),
        choices=choices(visit.times.words),
        cursor=page.next_cursor,
        done=query["done"],
    )


def retry(visit: Visit, message_id: str) -> Answer:
    """Let the next sweep send a failed message again."""
    visit.user.require_manager()
    try_again(visit.desk, message_id, visit.now, visit.user.id)
    return redirect(f"{HERE}?status=waiting&done=retried")


def lift(visit: Visit, message_id: str) -> Answer:
    """Let the reader of a message be written to again at addresses that bounced."""
    visit.user.require_manager()
    desk, message = visit.desk, require(visit.desk, Message, message_id)
    if message.to == "customer":
        suppression.lift_bounces(desk, current_customer(desk, message.customer_id))
    elif message.recipient_id is not None:
        suppression.lift_bounces(desk, require(desk, Agent, message.recipient_id))
    else:
        raise NotFound(Message, message_id)
    return redirect(f"{HERE}?status={_status(visit.request.form['status'])}&done=lifted")


def _where(query: Fields) -> dict[str, str]:
    """Return the filter that the address names. Impossible values are left out."""
    known = {"to": get_args(RecipientRole), "purpose": get_args(Purpose)}
    return {name: query[name] for name, values in known.items() if query[name] in values}


def _status(named: str) -> MessageStatus:
    return next((status for status in STATUSES if status == named), "failed")


def _stop_id(visit: Visit, message: Message, agents: dict[str, Agent]) -> str | None:
    """Return the id of the suppression, if any, of the address of an undelivered message."""
    arrived = message.status in {"sent", "grouped"} and message.delivery not in {"bounced", "rejected"}
    if arrived or message.status in {"sending", "held", "waiting"}:
        return None
    if message.to == "customer":
        return message.address_id
    reader = agents.get(message.recipient_id or "")
    address = reader and (reader.email if message.medium == "email" else reader.phone)
    return visit.desk.addresses.hash_address(kind_of_address(message.medium), address) if address else None
