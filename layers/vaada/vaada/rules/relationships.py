"""The relationship review: reasons to end a relationship and to go on, and whether a review may be proposed.

States: watched → proposed → kept · ending → parted; proposed → watched, if the reasons are gone; ending ·
parted → kept; kept → proposed, if something new happens. A proposal decides nothing: it begins a cooling-off,
in which somebody talks with the customer first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vaada.model.interactions import Interaction
from vaada.model.policy import PolicyDocument
from vaada.model.relationships import Failure, Letter, Relationship, RelationshipNote, relationship_id
from vaada.model.rows import Explained, Explanation
from vaada.model.work import Change
from vaada.rules.errors import NotPossible
from vaada.rules.history import DESK
from vaada.rules.relationship_findings import Findings, is_lacking

if TYPE_CHECKING:
    from vaada.model.interaction_input import NewInteraction
    from vaada.model.relationship_input import NewLetter, NewNote

MOST_NOTES = 50
MOST_SIGNALS = 100
"""How many contacts a relationship names: the latest ones, if there are more."""
GAP = "[…]"
"""What stands in a draft where a manager must fill something in."""
LOOK_AFTER = timedelta(days=1)
"""How long after a signal the relationship is reviewed, so that mistakes can be corrected first."""
LOOK_AGAIN_AFTER = timedelta(days=7)
"""When to review again if only time, or what we owe, is against a proposal."""
_DAY = timedelta(days=1)
_MOST_CHANGES = 100
_FURTHEST_FIRST = {"parted": 0, "ending": 1, "proposed": 2}


def is_signal(interaction: "Interaction | NewInteraction") -> bool:
    """Whether the contact is a reason to review the relationship."""
    return interaction.kind == "complaint" or interaction.tone == "abusive"


def watch(
    row: Relationship | None, interaction_id: str, customer_id: str, now: datetime
) -> Relationship | None:
    """Return the relationship with one more signal, to be reviewed soon.

    None: nothing changes, because the signal is known and a review is planned, or the end is decided.
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

    It is the one whose review has come furthest; of two, the one of the customer's own record.
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


def add_note(
    row: Relationship | None, new: "NewNote", customer_id: str, now: datetime, by: str
) -> Relationship:
    """Return the relationship with a manager's note. Raises NotPossible if there is no room."""
    before = row or _new(customer_id, now)
    if len(before.notes) >= MOST_NOTES:
        raise NotPossible("relationship", "full of notes", "given another note")
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
        raise NotPossible("relationship", row.status, "marked as talked about")
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


def edit_letter(row: Relationship, new: "NewLetter", now: datetime, by: str) -> Relationship:
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
