"""Incoming mail: the files of a contact, and the mails that were set aside."""

from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import set_aside_mail
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import current_customer
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.interactions import Interaction
from vaada.present.console.set_aside_mail import aside_row

HERE = "/desk/mail"

_PAGE = 25


def save_file(visit: Visit, interaction_id: str, number: str) -> Answer:
    """Redirect the browser to a file of a contact, which it saves. Raises NotFound, Refusal."""
    contact = require(visit.desk, Interaction, interaction_id)
    visit.user.require_served(visit.desk, current_customer(visit.desk, contact.customer_id))
    files = contact.attachments
    file = files[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(files) else None
    if file is None or file.key is None:
        raise NotFound(Interaction, interaction_id)
    return redirect(visit.desk.mail_store.link(file.key, file.name))


def show(visit: Visit) -> Answer:
    """Show the mails that were set aside, the latest first."""
    visit.user.require_manager()
    query = visit.request.query
    page = set_aside_mail.set_aside_mails(visit.desk, _PAGE, query["cursor"] or None)
    mails = [row for row in page.rows if isinstance(row, SetAsideMail) and row.settled is None]
    return visit.page(
        "set_aside",
        "/desk/messages",
        rows=[aside_row(mail, visit.times) for mail in mails],
        cursor=page.next_cursor,
        done=query["done"],
    )


def accept(visit: Visit, mail_id: str) -> Answer:
    """Let a mail become a contact after all."""
    visit.user.require_manager()
    set_aside_mail.accept(visit.desk, mail_id, visit.user.id)
    return redirect(f"{HERE}?done=mail_accepted")


def dismiss(visit: Visit, mail_id: str) -> Answer:
    """Remove a mail from the list."""
    visit.user.require_manager()
    set_aside_mail.dismiss(visit.desk, mail_id, visit.user.id)
    return redirect(f"{HERE}?done=mail_dismissed")
