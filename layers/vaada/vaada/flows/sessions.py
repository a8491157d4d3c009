"""Begin, find, list and end sign-ins to the console."""

import hashlib
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import retry_on_conflict
from vaada.gateways.table import Conflict
from vaada.model.sessions import Session
from vaada.rules import sessions

_MOST_LISTED = 100


def id_of(secret: str) -> str:
    """Return the id of the session whose cookie holds this secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(desk: Desk, session: Session) -> None:
    """Write a new session. Raises Conflict."""
    desk.table.write(session)


def current(desk: Desk, secret: str, now: datetime) -> Session | None:
    """Return the session of this secret, or None if there is none or it is over."""
    session = desk.table.get(Session, id_of(secret))
    return None if session is None or sessions.is_over(session, desk.policy.sign_in, now) else session


def refresh(desk: Desk, session: Session, **access: object) -> Session:
    """Record that the session was used, and the user's current rights. Another request may do so as well."""
    refreshed = session.changed(**access)
    try:
        desk.table.write(refreshed)
    except Conflict:
        return session.model_copy(update=access)
    return refreshed


def sessions_of(desk: Desk, subject: str, now: datetime) -> tuple[Session, ...]:
    """Return the sessions of a user that are not over, the oldest first."""
    page = desk.table.list_rows(Session, _MOST_LISTED, None, agent_id=subject)
    rows = (row for row in page.rows if isinstance(row, Session))
    return tuple(row for row in rows if not sessions.is_over(row, desk.policy.sign_in, now))


def end(desk: Desk, session_id: str) -> None:
    """End a session, if it is still there. Raises Busy."""

    def attempt() -> None:
        session = desk.table.get(Session, session_id)
        if session is not None:
            desk.table.write(delete=(session,))

    retry_on_conflict(session_id, attempt)
