"""The relationship review: reasons to end a relationship and to go on, and whether a review may be proposed.

States: watched → proposed → kept · ending → parted; proposed → watched, if the reasons are gone; ending ·
parted → kept; kept → proposed, if something new happens. A proposal decides nothing: it begins a cooling-off,
in which somebody talks with the customer first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction, NewInteraction
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
    Letter,
    NewLetter,
    NewNote,
    Relationship,
    RelationshipNote,
    relationship_id,
)
from vaada.model.rows import Explained, Explanation, Row
from vaada.model.work import Change, Commitment, FollowUp, Reply
from vaada.rules.errors import NotPossible
from vaada.rules.follow_ups import OPEN
from vaada.rules.history import DESK

MOST_NOTES = 50
MOST_SIGNALS = 100
"""How many contacts a relationship names: the latest ones, if there are more."""
GAP = "[…]"
"""What stands in a draft where a manager must fill something in."""
LOOK_AFTER = timedelta(days=1)
"""How long after a signal the relationship is reviewed, so that mistakes can be corrected first."""
LOOK_AGAIN_AFTER = timedelta(days=7)
"""When to review again if only time, or what we owe, is against a proposal."""
CALM = timedelta(days=60)
"""After this long without a reason against the customer, that is a reason for them."""

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_MOST_EVIDENCE = 20  # of one signal
_MOST_CHANGES = 100
_FURTHEST_FIRST = {"parted": 0, "ending": 1, "proposed": 2}
_NOTED_AGAINST: tuple[AgainstKind, ...] = ("unprofitable", "no_prospects", "unethical", "no_fit")


@dataclass(frozen=True)
class Facts:
    """What is known about a customer: their rows, the managers' notes, and whom they referred.

    What happened before `settled_at` was decided on.
    """

    customer: Customer
    rows: Sequence[Row]
    notes: Sequence[RelationshipNote] = ()
    settled_at: datetime | None = None
    referrals: Sequence[Customer] = ()


@dataclass(frozen=True)
class Findings:
    """What the facts show. A review may be proposed only if `held_back` is empty."""

    since: datetime
    against: tuple[Against, ...]
    in_favour: tuple[InFavour, ...]
    failures: tuple[Failure, ...]
    held_back: tuple[HeldBack, ...]


def is_signal(interaction: Interaction | NewInteraction) -> bool:
    """Whether the contact is a reason to review the relationship."""
    return interaction.kind == "complaint" or interaction.tone == "abusive"


def watch(
    row: Relationship | None, interaction_id: str, customer_id: str, now: datetime
) -> Relationship | None:
    """Return the relationship with one more signal, to be reviewed soon.

    None: that the signal is known and it will be looked at anyway, or that its end is decided.
    """
    looked_at = now + LOOK_AFTER
    if row is None:
        return _look_at(_new(customer_id, now).model_copy(update={"signals": (interaction_id,)}), looked_at)
    if row.status in {"ending", "parted"}:
        return None
    is_known = interaction_id in row.signals
    is_planned = row.status == "proposed" or (row.wake_at is not None and row.wake_at <= looked_at)
    if is_known and is_planned:
        return None
    signals = row.signals if is_known else (*row.signals, interaction_id)[-MOST_SIGNALS:]
    after = row.changed(signals=signals)
    return after if is_planned else _look_at(after, looked_at)


def are_all_signals(found: Sequence[Relationship]) -> bool:
    """Whether these rows name all contacts that may be reasons against the customer."""
    return all(len(row.signals) < MOST_SIGNALS for row in found)


def deciding(found: Sequence[Relationship], customer_id: str) -> Relationship | None:
    """Return the relationship that decides for a customer with several records. None: there is none.

    It is the one that is furthest, and the one of the customer's own record before others.
    """
    return min(
        found,
        key=lambda row: (_FURTHEST_FIRST.get(row.status, 3), row.customer_id != customer_id),
        default=None,
    )


def settled_at(found: Sequence[Relationship]) -> datetime | None:
    """Return the time of the latest decision about any record of the customer. None: there was none."""
    return max((row.settled_at for row in found if row.settled_at is not None), default=None)


def parted_at(found: Sequence[Relationship]) -> datetime | None:
    """Return when we parted with a customer, by the rows of their records. None: we have not."""
    changes = (row.history for row in found if row.status == "parted")
    return max((one.at for each in changes for one in each if one.what == "parted"), default=None)


def look_soon(row: Relationship, now: datetime) -> Relationship:
    """Return the relationship, to be reviewed soon unless it is being decided or has ended."""
    soonest = now + LOOK_AFTER
    if row.status not in {"watched", "kept"} or (row.wake_at is not None and row.wake_at <= soonest):
        return row
    return _look_at(row.changed(), soonest)


def yield_to(row: Relationship, now: datetime, by: str) -> Relationship:
    """Return the relationship of a record as no longer deciding: that of another record decides."""
    if row.status in {"proposed", "ending"}:
        return _changed(row, now, by, "merged", status="watched").waiting(None)
    return row if row.status == "parted" or row.wake_at is None else row.changed(wake_at=None)


def is_lacking(found: Findings) -> bool:
    """Whether there are too few reasons, so that a review waits until something new happens."""
    return bool({"too_few", "too_short"} & set(found.held_back))


def add_note(
    row: Relationship | None, new: NewNote, customer_id: str, now: datetime, by: str
) -> Relationship:
    """Return the relationship with a manager's note. Raises NotPossible if there is no room."""
    before = row or _new(customer_id, now)
    if len(before.notes) >= MOST_NOTES:
        raise NotPossible("relationship", "full", "noted more about")
    after = before.changed() if row else before
    note = RelationshipNote(
        **new.model_dump(exclude={"happened_at"}),
        note_id=f"{before.customer_id}-{after.version}",
        happened_at=new.happened_at or now,
        noted_at=now,
        noted_by=by,
    )
    noted = after.model_copy(update={"notes": (*before.notes, note)})
    return _look_at(noted, now + LOOK_AFTER) if noted.status in {"watched", "kept"} else noted


def remove_note(row: Relationship, note_id: str) -> Relationship:
    """Return the relationship without this note, or the same one if it has no such note."""
    left = tuple(note for note in row.notes if note.note_id != note_id)
    return row if len(left) == len(row.notes) else row.changed(notes=left)


def next_step(row: Relationship, found: Findings, policy: PolicyDocument, now: datetime) -> Relationship:
    """Review the relationship: propose to end it, or end its cooling-off."""
    if row.status in {"ending", "parted"}:
        return row.changed(wake_at=None)
    if row.status == "proposed":
        if found.held_back:
            dropped = _changed(row, now, DESK, "no longer proposed", status="watched", wake_at=None)
            return _look_at(dropped, _looked_at_again(found, now))
        return _changed(row, now, DESK, "cooled off", cooled_off_at=now).waiting(None)
    if not found.held_back:
        return _propose(row, found, policy, now)
    return _look_at(row.changed(wake_at=None), _looked_at_again(found, now))


def note_talk(row: Relationship, words: str, now: datetime, by: str) -> Relationship:
    """Record the talk with the customer. Raises NotPossible unless a review is proposed."""
    if row.status != "proposed":
        raise NotPossible("relationship", row.status, "talked about before a decision")
    return _changed(row, now, by, "talked", words, talked_at=now, talked_by=by, talk=words)


def keep(row: Relationship, reason: str, now: datetime, by: str) -> Relationship:
    """Decide to go on. Earlier events no longer count. Raises NotPossible if there is nothing to decide."""
    if row.status not in {"proposed", "ending", "parted"}:
        raise NotPossible("relationship", row.status, "decided")
    return _changed(row, now, by, "kept", reason, status="kept", settled_at=now, signals=()).waiting(None)


def end(row: Relationship, failures: Sequence[Failure], reason: str, now: datetime, by: str) -> Relationship:
    """Decide to end it. Raises NotPossible before cooling-off and talk, or while a failure of ours stands."""
    if row.status != "proposed" or row.cooled_off_at is None:
        raise NotPossible("relationship", row.status, "ended before its cooling-off is over")
    if row.talked_at is None:
        raise NotPossible("relationship", "not talked about", "ended")
    if failures:
        raise NotPossible("relationship", "one in which a failure of ours stands", "ended")
    return _changed(row, now, by, "ended", reason, status="ending", settled_at=now)


def edit_letter(row: Relationship, new: NewLetter, now: datetime, by: str) -> Relationship:
    """Store the edited parting letter. Raises NotPossible unless the end is decided."""
    if row.status != "ending":
        raise NotPossible("relationship", row.status, "given a parting letter")
    return _changed(row, now, by, "letter edited", letter=Letter(**new.model_dump()))


def part(
    row: Relationship,
    failures: Sequence[Failure],
    still_open: Sequence[str],
    now: datetime,
    by: str,
    *,
    agent_id: str | None,
) -> Relationship:
    """Part with the customer; the letter is sent as a contact of this agent. None: it was given otherwise.

    `still_open` is what the letter names as still to be done. Raises NotPossible unless the letter was
    edited, has no gaps, and no failure of ours stands.
    """
    letter = row.letter
    if row.status != "ending" or letter is None:
        raise NotPossible("relationship", "without a parting letter", "parted with")
    if any(GAP in text for text in letter.model_dump().values()):
        raise NotPossible("relationship", "one whose letter has gaps", "parted with")
    if failures:
        raise NotPossible("relationship", "one in which a failure of ours stands", "parted with")
    parted = _changed(
        row,
        now,
        by,
        "parted",
        status="parted",
        letter=letter.model_copy(update={"still_open": tuple(still_open)}),
        letter_by=agent_id,
    )
    return parted.waiting(now if agent_id else None)


def letter_ended(row: Relationship, why_not: str | None = None) -> Relationship:
    """Return the relationship after its letter was recorded as a contact, or could not be."""
    return row.changed(wake_at=None, letter_not_sent=why_not)


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


def _propose(row: Relationship, found: Findings, policy: PolicyDocument, now: datetime) -> Relationship:
    """Propose a review, with the evidence as it is now, and begin the cooling-off."""
    days = policy.relationships.cooling_off_days
    ends = now + timedelta(days=days)
    why = Explanation(
        rule=f"{days} days after the review was proposed",
        counted_from=now,
        time_zone=policy.business.time_zone,
    )
    proposed = _changed(
        row,
        now,
        DESK,
        "proposed",
        status="proposed",
        against=found.against,
        in_favour=found.in_favour,
        proposed_at=now,
        cooled_off_at=None,
        talked_at=None,
        talked_by=None,
        talk=None,
        due_at=ends,
        explain=Explained(due_at=why),
    )
    return proposed.waiting(ends, why)


def _looked_at_again(found: Findings, now: datetime) -> datetime | None:
    """Return when to review it again. None: only after something new happens."""
    return None if is_lacking(found) else now + LOOK_AGAIN_AFTER


def _new(customer_id: str, now: datetime) -> Relationship:
    return Relationship(
        relationship_id=relationship_id(customer_id), customer_id=customer_id, due_at=now, created_at=now
    )


def _look_at(row: Relationship, at: datetime | None) -> Relationship:
    """Return a copy, with the same version, that is reviewed at this time at the latest."""
    if at is None:
        return row
    soonest = min(at, row.wake_at or at)
    return row.model_copy(update={"wake_at": soonest, "due_at": soonest})


def _changed(
    row: Relationship, now: datetime, by: str, what: str, reason: str | None = None, **changes: object
) -> Relationship:
    history = (*row.history, Change(at=now, by=by, what=what, reason=reason))[-_MOST_CHANGES:]
    return row.changed(history=history, **changes)
