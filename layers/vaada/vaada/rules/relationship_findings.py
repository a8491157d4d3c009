"""What the rows of a customer show: reasons to end the relationship and to go on, and our own failures."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.relationships import (
    Against,
    AgainstKind,
    Evidence,
    Failure,
    HeldBack,
    InFavour,
    InFavourKind,
    RelationshipNote,
)
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules.follow_ups import OPEN

CALM = timedelta(days=60)
"""After this long without a reason against the customer, that is a reason for them."""
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_MOST_EVIDENCE = 20  # pieces of evidence for one reason
_NOTED_AGAINST: tuple[AgainstKind, ...] = ("unprofitable", "no_prospects", "unethical", "no_fit")


class Facts(NamedTuple):
    """What is known about a customer: their rows, the managers' notes, and whom they referred.

    What happened before `settled_at` was decided on.
    """

    customer: Customer
    rows: Sequence[Row]
    notes: Sequence[RelationshipNote] = ()
    settled_at: datetime | None = None
    referrals: Sequence[Customer] = ()


class Findings(NamedTuple):
    """What the facts show. A review may be proposed only if `held_back` is empty."""

    since: datetime
    against: tuple[Against, ...]
    in_favour: tuple[InFavour, ...]
    failures: tuple[Failure, ...]
    held_back: tuple[HeldBack, ...]


def is_lacking(found: Findings) -> bool:
    """Whether there are too few reasons, so that a review waits until something new happens."""
    return bool({"too_few", "too_short"} & set(found.held_back))


def findings(facts: Facts, policy: PolicyDocument, now: datetime) -> Findings:
    """Return the reasons against the customer and for them, and why a review may not be proposed, if so."""
    rules, since = policy.relationships, _customer_since(facts)
    every = dict(_reasons(facts))
    begins = now - timedelta(days=rules.within_days)
    if facts.settled_at is not None:
        begins = max(begins, facts.settled_at)
    enough = {"complaints": rules.complaints_at_least, "abuse": rules.abusive_contacts_at_least}
    counted = {kind: [one for one in found if begins < one.at <= now] for kind, found in every.items()}
    counted = {kind: found for kind, found in counted.items() if len(found) >= enough.get(kind, 1)}
    times = [one.at for found in counted.values() for one in found]
    first = min((one.at for found in every.values() for one in found), default=None)
    is_long = now - since >= rules.long_customer_years * _YEAR
    failures = tuple(sorted(standing_failures(facts.rows, now), key=lambda one: (one.at, one.row_id)))
    held_back: tuple[tuple[HeldBack, bool], ...] = (
        ("too_few", len(counted) < rules.reasons_at_least),
        ("too_short", not times or max(times) - min(times) < timedelta(days=rules.over_days)),
        ("our_failures", bool(failures)),
        ("first_bad_patch", is_long and first is not None and first > now - rules.bad_patch_days * _DAY),
    )
    return Findings(
        since,
        tuple(Against(kind=kind, evidence=_latest(found)) for kind, found in counted.items()),
        tuple(_in_favour(facts, since, first, max(times, default=None), now)),
        failures,
        tuple(why for why, applies in held_back if applies),
    )


def _reasons(facts: Facts) -> Iterator[tuple[AgainstKind, list[Evidence]]]:
    """Yield each kind of reason against the customer with all its evidence, however old."""
    ours = _cases_with_our_failures(facts.rows)
    cases = [row for row in facts.rows if isinstance(row, Case) and row.status != "merged"]
    contacts = [row for row in facts.rows if isinstance(row, Interaction)]
    yield (
        "complaints",
        [
            Evidence(at=row.opened_at, row_id=row.id, case_id=row.id)
            for row in cases
            if row.kind == "complaint" and row.id not in ours
        ],
    )
    yield (
        "abuse",
        [
            Evidence(at=row.occurred_at, row_id=row.id, case_id=row.case_id)
            for row in contacts
            if row.tone == "abusive"
        ],
    )
    for kind in _NOTED_AGAINST:
        if kind == "no_prospects" and facts.referrals:
            continue  # somebody came through them
        yield kind, [_evidence(note) for note in facts.notes if note.kind == kind]


def _in_favour(
    facts: Facts, since: datetime, first: datetime | None, last: datetime | None, now: datetime
) -> Iterator[InFavour]:
    years = (now - since) // _YEAR
    if years:
        yield InFavour(kind="years", count=years, evidence=(Evidence(at=since),))
    if facts.referrals:
        came = [Evidence(at=one.created_at, customer_id=one.id) for one in facts.referrals]
        yield InFavour(kind="referrals", count=len(came), evidence=_latest(came))
    if years and first is not None and first > now - _YEAR:
        yield InFavour(kind="began_lately", count=years, evidence=(Evidence(at=first),))
    if last is not None and last <= now - CALM:
        yield InFavour(kind="calm", count=(now - last) // _DAY, evidence=(Evidence(at=last),))
    cases = [row for row in facts.rows if isinstance(row, Case) and row.status != "merged"]
    repeats = (
        Evidence(at=one.at, row_id=one.interaction_id, case_id=row.id)
        for row in cases
        for one in (*row.repeat_contacts, *row.reopenings)
    )
    caused: tuple[tuple[InFavourKind, list[Evidence]], ...] = (
        (
            "promises_broken",
            [
                Evidence(at=row.due_at, row_id=row.id, case_id=row.case_id, words=row.what)
                for row in facts.rows
                if isinstance(row, Commitment) and _is_slipped(row)
            ],
        ),
        (
            "late_replies",
            [
                Evidence(at=row.due_at, row_id=row.id, case_id=row.case_id)
                for row in facts.rows
                if isinstance(row, Reply) and _is_late(row)
            ],
        ),
        ("repeats", list(repeats)),
        ("valued", [_evidence(note) for note in facts.notes if note.kind == "valued"]),
    )
    for kind, found in caused:
        if found:
            yield InFavour(kind=kind, count=len(found), evidence=_latest(found))


def standing_failures(rows: Sequence[Row], now: datetime) -> Iterator[Failure]:
    """Yield our own failures among these rows of a customer that are not settled."""
    for row in rows:
        match row:
            case Commitment() if row.status == "broken" or (row.status == "open" and row.due_at <= now):
                yield Failure(kind="promise", at=row.due_at, row_id=row.id, case_id=row.case_id)
            case Reply(status="awaited") if row.due_at <= now:
                yield Failure(kind="reply", at=row.due_at, row_id=row.id, case_id=row.case_id)
            case FollowUp() if row.status in OPEN and row.due_at <= now:
                yield Failure(kind="follow_up", at=row.due_at, row_id=row.id, case_id=row.case_id)
            case Case(status="open") if row.run_around_at is not None:
                yield Failure(kind="run_around", at=row.run_around_at, row_id=row.id, case_id=row.id)


def _cases_with_our_failures(rows: Sequence[Row]) -> frozenset[str]:
    """Return the ids of cases in which we failed the customer, or gave goodwill because of a failure."""
    cases = {row.id: row for row in rows if isinstance(row, Case)}
    failed = {
        row.case_id
        for row in rows
        if (isinstance(row, Commitment) and _is_slipped(row)) or (isinstance(row, Reply) and _is_late(row))
    }
    for row in cases.values():
        if row.repeat_contacts or row.reopenings or row.run_around_at is not None or row.granted > 0:
            failed.add(row.id)
    return frozenset(_remaining(case_id, cases) for case_id in failed)


def _remaining(case_id: str, cases: dict[str, Case]) -> str:
    """Return the id of the case, or of the case that it was merged into."""
    while (case := cases.get(case_id)) is not None and case.merged_into is not None:
        case_id = case.merged_into
    return case_id


def _is_slipped(promise: Commitment) -> bool:
    return promise.status == "broken" or promise.flagged_at is not None or bool(promise.late_by_seconds)


def _is_late(reply: Reply) -> bool:
    return reply.missed_at is not None or bool(reply.late_by_seconds)


def _customer_since(facts: Facts) -> datetime:
    """Return since when they have been a customer: their first contact, or as a manager noted."""
    contacts = (row.occurred_at for row in facts.rows if isinstance(row, Interaction))
    noted = (note.happened_at for note in facts.notes if note.kind == "customer_since")
    return min((facts.customer.created_at, *contacts, *noted))


def _evidence(note: RelationshipNote) -> Evidence:
    return Evidence(at=note.happened_at, words=note.words)


def _latest(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    order = sorted(found, key=lambda one: (one.at, one.row_id or ""), reverse=True)
    return tuple(order[:_MOST_EVIDENCE])
