"""Relationships with customers in words: the reasons to end one or to go on, and the state of the review."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vaada.model.people import Customer
from vaada.model.relationships import (
    AgainstKind,
    Evidence,
    Failure,
    FailureKind,
    HeldBack,
    InFavour,
    NoteKind,
    Relationship,
    RelationshipStatus,
)
from vaada.model.work import Change
from vaada.present.i18n import Words
from vaada.present.sanitize import line, printable
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.relationship_findings import Findings

STATUSES: dict[RelationshipStatus, str] = {
    "proposed": _("Proposed"),
    "kept": _("We go on"),
    "ending": _("We part"),
    "parted": _("Parted"),
    "watched": _("Watched"),
}
"""The statuses by which relationships are listed, those first that need a manager."""

AGAINST: dict[AgainstKind, str] = {
    "complaints": _("Complaints in which we find no failure of ours"),
    "abuse": _("Abusive contacts"),
    "unprofitable": _("They cost more than they bring in"),
    "no_prospects": _("No prospects, and nobody comes through them"),
    "unethical": _("They ask for what we do not do"),
    "no_fit": _("They do not fit what we are here for"),
}
NOTES: dict[NoteKind, str] = {
    "unprofitable": AGAINST["unprofitable"],
    "no_prospects": AGAINST["no_prospects"],
    "unethical": AGAINST["unethical"],
    "no_fit": AGAINST["no_fit"],
    "valued": _("What speaks for them"),
    "customer_since": _("They are a customer since"),
}
"""The kinds of notes that managers can make."""

FAILURES: dict[FailureKind, str] = {
    "promise": _("A promise is overdue"),
    "reply": _("An answer is overdue"),
    "follow_up": _("A follow-up is overdue"),
    "run_around": _("They were sent from one to the next"),
}
HELD_BACK: dict[HeldBack, str] = {
    "too_few": _("There are too few reasons."),
    "too_short": _("The reasons do not lie far enough apart in time."),
    "our_failures": _("A failure of our own stands. It is put right first."),
    "first_bad_patch": _("They are a customer of many years in a first bad patch."),
}
PROBLEMS = {
    "words": _("Say it in a few words."),
    "reason": _("Say why, in a few words: it stays in the history."),
    "figure": _("Enter what they bring in a year, as a number; a loss with a minus."),
    "on": _("Enter a day that is over."),
    "changed": _("Somebody changed this while you were writing. Look again."),
    "letter": _("Each step of the letter needs some words."),
    "long": _("The letter is too long. Leave something out."),
    "gap": _("Fill in what stands in brackets, or leave it out."),
    "no_agent": _("A letter goes out in the name of a colleague. Add yourself under People first."),
    "cannot": _("They cannot be mailed. Give them the letter yourself, and say so here."),
    "owed": _("A failure of our own stands. It is put right first."),
    "full": _("There are too many notes. Remove one first."),
}
"""What is wrong with a form, and what to do."""

STEPS: dict[str, str] = {
    "thanks": _("1. Thanks"),
    "facts": _("2. Facts, not blame"),
    "goodwill": _("3. Goodwill"),
    "apology": _("4. Apology"),
    "alternatives": _("5. Alternatives"),
}
"""The steps of a parting letter."""

_DECIDED: dict[RelationshipStatus, str] = {
    "kept": _("It was decided to go on."),
    "ending": _("It was decided to part."),
    "parted": _("You have parted. The door stays open."),
}
_CHANGES = {
    "proposed": _("a review was proposed"),
    "no longer proposed": _("the reasons were gone"),
    "cooled off": _("the cooling-off was over"),
    "talked": _("talked with the customer"),
    "kept": _("decided to go on"),
    "ended": _("decided to part"),
    "letter edited": _("edited the letter"),
    "parted": _("parted"),
    "merged": _("merged with another record, where it goes on"),
}


@dataclass(frozen=True)
class Shown:
    """A piece of evidence: when, in which words, and the path to the row that shows it."""

    when: str
    words: str
    path: str


@dataclass(frozen=True)
class Signal:
    """A reason to end the relationship or to go on, with its evidence."""

    title: str
    evidence: tuple[Shown, ...]


@dataclass(frozen=True)
class Step:
    """A change of the relationship: when, what, by whom, and why."""

    when: str
    what: str
    who: str
    why: str


@dataclass(frozen=True)
class RelationshipRow:
    """A relationship in the list."""

    customer: Customer | None
    customer_id: str
    when: str
    state: str


def state(row: Relationship | None, words: Words) -> str:
    """Return the state of the review in one sentence."""
    gettext = words.catalogue.gettext
    match row:
        case Relationship(status="proposed") if row.talked_at is None:
            return gettext("A review is proposed. Talk with them first.")
        case Relationship(status="proposed") if row.cooled_off_at is None:
            return gettext("You have talked. The cooling-off is not over yet.")
        case Relationship(status="proposed"):
            return gettext("You can decide now.")
        case Relationship() if row.status in _DECIDED:
            return gettext(_DECIDED[row.status])
    return gettext("No review is proposed.")


def is_waiting(row: Relationship) -> bool:
    """Whether a manager must act: talk with the customer, or decide."""
    return row.status == "proposed" and (row.talked_at is None or row.cooled_off_at is not None)


def row_of(row: Relationship, customers: Mapping[str, Customer], times: Times) -> RelationshipRow:
    """Return a relationship as a row of the list."""
    until = ""
    if row.status == "proposed" and row.cooled_off_at is None:
        until = times.words.catalogue.gettext("until %(when)s") % {"when": times.when(row.due_at)}
    return RelationshipRow(customers.get(row.customer_id), row.customer_id, until, state(row, times.words))


def against(found: Findings, times: Times) -> tuple[Signal, ...]:
    """Return the reasons to end the relationship."""
    gettext = times.words.catalogue.gettext
    return tuple(Signal(gettext(AGAINST[one.kind]), _shown(one.evidence, times)) for one in found.against)


def in_favour(found: Findings, times: Times) -> tuple[Signal, ...]:
    """Return the reasons to go on."""
    return tuple(Signal(_in_favour_title(one, times), _shown(one.evidence, times)) for one in found.in_favour)


def failures(found: Iterable[Failure], times: Times) -> tuple[Shown, ...]:
    """Return our own failures that are not settled."""
    gettext = times.words.catalogue.gettext
    return tuple(
        Shown(times.when(one.at), gettext(FAILURES[one.kind]), _path_of(one.case_id)) for one in found
    )


def steps(row: Relationship | None, names: Mapping[str, str], times: Times) -> tuple[Step, ...]:
    """Return the changes of the relationship, the latest first. `names` are those of people, by id."""
    changes = row.history if row else ()
    return tuple(_step(change, names, times) for change in reversed(changes))


def _step(change: Change, names: Mapping[str, str], times: Times) -> Step:
    what = times.words.catalogue.gettext(_CHANGES.get(change.what, change.what))
    who = line(names.get(change.by, ""))
    return Step(times.when(change.at), what, who, printable(change.reason or ""))


def _in_favour_title(one: InFavour, times: Times) -> str:
    gettext, ngettext = times.words.catalogue.gettext, times.words.catalogue.ngettext
    n = one.count
    match one.kind:
        case "years":
            title = ngettext("A customer for %(n)s year", "A customer for %(n)s years", n)
        case "referrals":
            title = ngettext("%(n)s customer came through them", "%(n)s customers came through them", n)
        case "promises_broken":
            title = ngettext("%(n)s promise of ours slipped", "%(n)s promises of ours slipped", n)
        case "late_replies":
            title = ngettext("%(n)s answer of ours came late", "%(n)s answers of ours came late", n)
        case "repeats":
            title = ngettext(
                "They had to come back %(n)s time about the same",
                "They had to come back %(n)s times about the same",
                n,
            )
        case "calm":
            title = ngettext("Nothing of the kind for %(n)s day", "Nothing of the kind for %(n)s days", n)
        case "began_lately":
            title = gettext("The trouble began less than a year ago")
        case "valued":
            title = gettext("What speaks for them")
    return title % {"n": n} if "%(n)s" in title else title


def _shown(evidence: Iterable[Evidence], times: Times) -> tuple[Shown, ...]:
    return tuple(
        Shown(times.date_of(times.local(one.at).date()), printable(one.words or ""), _path_to(one))
        for one in evidence
    )


def _path_to(evidence: Evidence) -> str:
    customer_id = evidence.customer_id
    return f"/desk/customers/{customer_id}" if customer_id else _path_of(evidence.case_id)


def _path_of(case_id: str | None) -> str:
    return f"/desk/cases/{case_id}" if case_id else ""
