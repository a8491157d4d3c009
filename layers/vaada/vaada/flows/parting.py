"""The parting letter: drafted from the rows, edited and sent by a manager. It names what is still open."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy
from vaada.flows.personal_messages import ways_to_write, write_to_customer
from vaada.flows.references import InvalidField
from vaada.flows.relationships import change_relationship, known, look_at, required
from vaada.flows.work import current_customer
from vaada.gateways.table import Conflict
from vaada.model.message_input import NewMessage
from vaada.model.people import Customer
from vaada.model.relationships import Failure, Letter, Relationship
from vaada.model.rows import Row
from vaada.model.work import Commitment
from vaada.present import parting as words
from vaada.present.i18n import readable
from vaada.rules import relationships as rules
from vaada.rules.messages.personal import NO_ADDRESS, CannotWrite

if TYPE_CHECKING:
    from vaada.model.relationship_input import NewLetter

MOST_LETTERS = 3800
"""Characters of a whole letter: it becomes the summary of a contact, which has 4,000."""


class Draft(NamedTuple):
    """A parting letter as it stands: `still_open` is what it will name, `failures` must be settled first."""

    customer: Customer
    row: Relationship
    letter: Letter
    language: str
    still_open: tuple[str, ...]
    failures: tuple[Failure, ...]


def draft_of(desk: Desk, customer_id: str, now: datetime) -> Draft:
    """Return the letter as a manager has edited it, or one drafted from the rows. Raises NotFound."""
    found = known(desk, customer_id, now)
    row, customer = required(found.row, customer_id), found.customer
    language = readable(customer.language, desk.policy.business.language)
    business = desk.policy.business
    letter = row.letter or words.draft(row.against, found.findings.since, found.rows, business, language)
    still_open = letter.still_open or tuple(_still_open(found.rows, language))
    return Draft(customer, row, letter, language, still_open, found.findings.failures)


def edit_letter(
    desk: Desk, customer_id: str, new: "NewLetter", now: datetime, by: str, *, seen: int | None = None
) -> Relationship:
    """Keep the letter as it was edited. Raises NotFound, NotPossible, InvalidField, VersionChanged, Busy."""
    _check_length(new)
    return change_relationship(
        desk,
        customer_id,
        lambda row, _: rules.edit_letter(required(row, customer_id), new, now, by),
        now,
        seen,
    )


def part(
    desk: Desk,
    customer_id: str,
    now: datetime,
    by: str,
    *,
    agent_id: str | None,
    new: "NewLetter | None" = None,
    seen: int | None = None,
) -> Relationship:
    """Part with the customer. The next sweep sends the letter in this agent's name. None: it was handed over.

    `new` is the letter as it was edited last. Raises NotFound, NotPossible, InvalidField, CannotWrite,
    VersionChanged, Busy.
    """
    if new is not None:
        _check_length(new)

    def parted(row: Relationship | None, customer: Customer) -> Relationship:
        draft = draft_of(desk, customer.id, now)
        if agent_id is not None and (why_not := _why_not(desk, customer, now)):
            raise CannotWrite(why_not)
        before = required(row, customer_id)
        edited = rules.edit_letter(before, new, now, by) if new else before
        after = rules.part(edited, draft.failures, draft.still_open, now, by, agent_id=agent_id)
        return after.model_copy(update={"version": before.version + 1})  # one write

    return change_relationship(desk, customer_id, parted, now, seen)


def advance_relationship(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    """Send the letter of a due relationship, or review the relationship. Returns the outcome for the log."""
    row = desk.table.get(Relationship, row_id)
    if row is None or row.version != version or row.status != "parted" or row.wake_at is None:
        return look_at(desk, row_id, version, now)
    if row.letter is None or row.letter_by is None:
        return "nothing to send"
    customer = current_customer(desk, row.customer_id)
    language = readable(customer.language, desk.policy.business.language)
    new = NewMessage(medium="email", subject=row.letter.subject, text=words.body(row.letter, language))
    try:
        write_to_customer(
            desk,
            customer,
            row.letter_by,
            new,
            None,
            now,
            resolved=True,
            also=(rules.letter_ended(row),),
        )
    except CannotWrite as reason:
        desk.table.write(rules.letter_ended(row, str(reason)), must_exist=[customer])
        return "not sent"
    except (Conflict, Busy):
        return "changed meanwhile"
    return "letter written"


def _check_length(new: "NewLetter") -> None:
    if len(words.body(Letter(**new.model_dump()), "en")) > MOST_LETTERS:
        raise InvalidField("facts", f"makes the letter longer than {MOST_LETTERS} characters")


def _why_not(desk: Desk, customer: Customer, now: datetime) -> str | None:
    """Return why the customer cannot be mailed. None: they can."""
    ways = (way for way in ways_to_write(desk, customer, None, now) if way.medium == "email")
    return next((way.why_not for way in ways), NO_ADDRESS)


def _still_open(rows: Iterable[Row], language: str) -> Iterable[str]:
    promises = [row for row in rows if isinstance(row, Commitment) and row.status == "open"]
    return (words.promise_line(row, language) for row in sorted(promises, key=lambda row: row.due_at))
