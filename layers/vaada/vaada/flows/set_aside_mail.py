"""Mails that did not become contacts: list them, and let a person overrule the reason."""

from vaada.desk import Desk
from vaada.flows.optimistic_write import require, retry_on_conflict
from vaada.gateways.row_pages import Page
from vaada.model.incoming_mail import SetAsideMail
from vaada.rules.errors import NotPossible
from vaada.rules.mail.sorting import ACCEPTABLE


def set_aside_mails(desk: Desk, limit: int, cursor: str | None) -> Page:
    """Return the mails that were set aside, settled ones too, the latest first. Raises BadCursor."""
    return desk.table.latest_rows(SetAsideMail, limit, cursor)


def accept(desk: Desk, mail_id: str, by: str) -> None:
    """Let the mail become a contact after all, shortly. Raises NotFound, NotPossible, Busy."""
    mail = require(desk, SetAsideMail, mail_id)
    if mail.reason not in ACCEPTABLE:
        raise NotPossible("mail", mail.reason, "accepted")
    if not desk.mail_store.accept(mail.name):
        raise NotPossible("mail", "expired", "accepted")
    _settle(desk, mail_id, "accepted", by)


def dismiss(desk: Desk, mail_id: str, by: str) -> None:
    """Remove the mail from the list. Raises NotFound, Busy."""
    _settle(desk, mail_id, "dismissed", by)


def _settle(desk: Desk, mail_id: str, settled: str, by: str) -> None:
    def attempt() -> None:
        mail = require(desk, SetAsideMail, mail_id)
        if mail.settled != settled:
            desk.table.write(mail.changed(settled=settled, settled_by=by))

    retry_on_conflict(mail_id, attempt)
