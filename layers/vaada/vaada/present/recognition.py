"""Recognition in the reader's words: what an agent is thanked for, with a quote from the rows."""

from datetime import datetime
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.recognitions import RecognitionReason
from vaada.model.rows import Row
from vaada.model.work import Commitment, Survey
from vaada.present.i18n import Words
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.task_words import promise_words
from vaada.present.translation_marks import _

_LONGEST_NAME, _LONGEST_QUOTE = 40, 300


REASONS: dict[RecognitionReason, str] = {
    # Translators: %(customer)s is a customer's name; an agent is thanked for it
    "hard_to_reach": _("A promise to %(customer)s was kept in time, though they were hard to reach."),
    "taken_over": _("A promise to %(customer)s came from a colleague on its last day, and was kept in time."),
    "won_back": _("%(customer)s had been unhappy, and what was promised then was kept in time."),
    "kind_words": _("%(customer)s was happy, and said why."),
    "stayed_solved": _("The complaint of %(customer)s was solved, and stayed solved."),
}


class Thanks(NamedTuple):
    """Thanks as an agent reads them. `quote` is from the rows, `note` is the manager's own line."""

    business: str
    manager: str
    reader_name: str
    customer_name: str
    reason: RecognitionReason
    quote: str
    note: str
    on: datetime


def thanks_words(thanks: Thanks, words: Words) -> str:
    """Return the thanks in one line: "Maryam Siddiqui says thank you"."""
    manager = isolate(shorten_to(line(thanks.manager), _LONGEST_NAME), words.direction)
    return words.catalogue.gettext("%(manager)s says thank you") % {"manager": manager}


def reason_words(thanks: Thanks, words: Words) -> str:
    """Return what the agent is thanked for."""
    return reason_of(thanks.reason, thanks.customer_name, words)


def reason_of(reason: RecognitionReason, customer: str, words: Words) -> str:
    """Return a reason to thank, with the customer's name."""
    name = isolate(shorten_to(line(customer), _LONGEST_NAME), words.direction)
    return words.catalogue.gettext(REASONS[reason]) % {"customer": name}


def quote_of(row: Row | None, words: Words) -> str:
    """Return what the rows say about the reason: the promise, the customer's words, or the solution."""
    match row:
        case Commitment():
            said = promise_words(row, words)
        case Survey():
            said = row.comment or ""
        case Case():
            said = row.outcome or ""
        case _:
            said = ""
    return shorten_to(line(said), _LONGEST_QUOTE)
