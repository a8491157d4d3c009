"""The relationship review: who may be proposed, the reasons against and for, and the decision."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY
from tests.unit import rows
from tests.unit.rows import CUSTOMER_ID, MONDAY, policy
from vaada.model.people import Customer
from vaada.model.relationship_input import NewNote
from vaada.model.relationships import HeldBack, NoteKind, Relationship, RelationshipNote
from vaada.model.rows import Row
from vaada.model.work import Change
from vaada.rules import relationship_findings
from vaada.rules import relationships as rules
from vaada.rules.errors import NotPossible

YEAR = 365 * DAY
NOW = MONDAY + YEAR
numbers = count(1000)


def complaint(at: datetime, **facts: object) -> Row:
    return rows.case(case_id=rows.row_id(next(numbers)), kind="complaint", opened_at=at, **facts)


def abuse(at: datetime) -> Row:
    row_id = rows.row_id(next(numbers))
    return rows.interaction(interaction_id=row_id, tone="abusive", occurred_at=at, recorded_at=at)


def note(at: datetime, kind: NoteKind = "no_fit") -> RelationshipNote:
    number = str(next(numbers))
    return RelationshipNote(
        note_id=number, kind=kind, words="Wants cars", happened_at=at, noted_at=at, noted_by="manager"
    )


def customer(**facts: object) -> Customer:
    return rows.customer(created_at=MONDAY - 30 * DAY, **facts)


def found(
    *known: Row, notes: tuple[RelationshipNote, ...] = (), settled_at: datetime | None = None, **rest: object
) -> relationship_findings.Findings:
    facts = relationship_findings.Facts(customer(), known, notes, settled_at)
    return relationship_findings.findings(facts, policy("UTC", **rest), NOW)


THREE = (complaint(NOW - 200 * DAY), complaint(NOW - 150 * DAY), complaint(NOW - 3 * DAY))
NASTY = (abuse(NOW - 100 * DAY), abuse(NOW - 9 * DAY))


def test_two_reasons_over_ninety_days_are_proposed() -> None:
    assert found(*THREE, *NASTY).held_back == ()
    assert found(*NASTY, notes=(note(NOW - DAY),)).held_back == ()


def test_one_reason_is_not_proposed_however_often_it_occurs() -> None:
    many = [abuse(NOW - n * DAY) for n in range(1, 300, 7)]

    assert found(*many).held_back == ("too_few",)
    assert found(notes=(note(NOW - 200 * DAY), note(NOW - DAY))).held_back == ("too_few",)


@pytest.mark.parametrize(
    ("days", "held_back"), [(89, ("too_short",)), (90, ()), (364, ()), (365, ("too_few", "too_short"))]
)
def test_the_evidence_lies_far_enough_apart_and_within_a_year(
    days: int, held_back: tuple[HeldBack, ...]
) -> None:
    notes = (note(NOW - days * DAY, "unethical"), note(NOW))

    assert found(notes=notes).held_back == held_back


def test_a_few_complaints_or_one_abusive_contact_are_no_reason() -> None:
    assert [one.kind for one in found(*THREE[1:], NASTY[0], *THREE[:1]).against] == ["complaints"]
    assert found(*THREE[1:], NASTY[0]).against == ()


def test_a_complaint_in_which_we_failed_speaks_for_the_customer() -> None:
    ours = complaint(NOW - 200 * DAY)
    late = rows.commitment(
        NOW - 190 * DAY, case_id=ours.id, status="kept", late_by_seconds=60, flagged_at=NOW - 190 * DAY
    )

    known = found(*THREE[1:], ours, late)

    assert known.against == ()
    assert [(one.kind, one.count) for one in known.in_favour[2:]] == [("promises_broken", 1)]


@pytest.mark.parametrize(
    "facts",
    [
        {"run_around_at": NOW - DAY},
        {"granted": "5.00"},
        {"reopenings": [{"at": NOW, "interaction_id": rows.row_id(1)}]},
        {"repeat_contacts": [{"at": NOW, "interaction_id": rows.row_id(1)}]},
    ],
)
def test_run_arounds_repeats_and_goodwill_are_failures_of_ours(facts: dict[str, object]) -> None:
    ours = complaint(NOW - 200 * DAY, status="resolved", **facts)

    assert found(*THREE[1:], ours).against == ()


def test_a_failure_in_a_case_that_was_merged_counts_for_the_one_that_remains() -> None:
    merged = rows.case(case_id=rows.row_id(next(numbers)), status="merged", merged_into=THREE[0].id)
    late = rows.reply(NOW - 9 * DAY, case_id=merged.id, status="given", missed_at=NOW - 9 * DAY)

    assert found(*THREE, merged, late).against == ()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (rows.commitment(NOW - DAY), "promise"),
        (rows.commitment(NOW - YEAR, status="broken"), "promise"),
        (rows.reply(NOW), "reply"),
        (rows.follow_up(NOW, status="due"), "follow_up"),
        (rows.case(status="open", run_around_at=NOW - DAY), "run_around"),
    ],
)
def test_nobody_is_proposed_while_a_failure_of_ours_stands(failure: Row, kind: str) -> None:
    known = found(*THREE, *NASTY, failure)

    assert [(one.kind, one.row_id) for one in known.failures] == [(kind, failure.id)]
    assert known.held_back == ("our_failures",)


@pytest.mark.parametrize(
    "row",
    [
        rows.commitment(NOW + DAY),
        rows.commitment(NOW - 40 * DAY, case_id=rows.row_id(99), status="kept", late_by_seconds=9),
        rows.commitment(NOW - DAY, status="withdrawn"),
        rows.reply(NOW - DAY, case_id=rows.row_id(99), status="given", late_by_seconds=9),
        rows.follow_up(NOW + DAY),
        rows.follow_up(NOW - DAY, status="done"),
        rows.case(status="resolved", run_around_at=NOW - DAY),
    ],
)
def test_work_that_is_not_due_or_was_made_good_prevents_no_proposal(row: Row) -> None:
    assert found(*THREE, *NASTY, row).held_back == ()


def test_a_customer_of_many_years_in_a_first_bad_patch_is_not_proposed() -> None:
    since = note(NOW - 3 * YEAR, "customer_since")
    again = abuse(NOW - 2 * YEAR)

    assert found(*THREE, *NASTY, notes=(since,)).held_back == ("first_bad_patch",)
    assert found(*THREE, *NASTY, notes=(note(NOW - 3 * YEAR + DAY, "customer_since"),)).held_back == ()
    assert found(*THREE, *NASTY, again, notes=(since,)).held_back == ()


def test_an_imported_contact_shows_since_when_they_are_a_customer() -> None:
    first = rows.interaction(occurred_at=NOW - 4 * YEAR)

    assert found(*THREE, *NASTY, first).since == NOW - 4 * YEAR
    assert found(*THREE, *NASTY, first).held_back == ("first_bad_patch",)


def test_reasons_before_a_decision_count_no_more() -> None:
    assert found(*THREE, *NASTY, settled_at=NOW - 8 * DAY).against == ()


def test_reasons_for_the_customer_are_shown_with_their_evidence() -> None:
    known = found(
        abuse(NOW - 70 * DAY),
        abuse(NOW - 80 * DAY),
        rows.reply(NOW - 9 * DAY, case_id=rows.row_id(9), status="given", late_by_seconds=1),
        notes=(note(NOW - 5 * YEAR, "customer_since"), note(NOW - DAY, "valued")),
    )

    assert [(one.kind, one.count) for one in known.in_favour] == [
        ("years", 5),
        ("began_lately", 5),
        ("calm", 70),
        ("late_replies", 1),
        ("valued", 1),
    ]
    assert all(one.evidence for one in known.in_favour)


def test_the_numbers_are_those_of_the_policy() -> None:
    own = {
        "reasons_at_least": 3,
        "over_days": 120,
        "complaints_at_least": 2,
        "abusive_contacts_at_least": 1,
        "long_customer_years": 1,
    }
    signals = (complaint(NOW - 119 * DAY), complaint(NOW - DAY), abuse(NOW - DAY))

    assert found(*signals, relationships=own).held_back == ("too_few", "too_short", "first_bad_patch")
    assert len(found(*signals, notes=(note(NOW - 200 * DAY),), relationships=own).against) == 3


# ---------------------------------------------------------------- the steps


def looked_at(row: Relationship, *known: Row, now: datetime = NOW, **rest: object) -> Relationship:
    facts = relationship_findings.Facts(customer(), known, row.notes, row.settled_at)
    return rules.next_step(
        row, relationship_findings.findings(facts, policy("UTC", **rest), now), policy("UTC", **rest), now
    )


def watched() -> Relationship:
    row = rules.watch(None, "a contact", CUSTOMER_ID, NOW - DAY)
    assert row is not None
    return row


def proposed() -> Relationship:
    return looked_at(watched(), *THREE, *NASTY)


def cooled_off() -> Relationship:
    return looked_at(proposed(), *THREE, *NASTY, now=NOW + 14 * DAY)


def test_a_signal_causes_one_review_a_day_later() -> None:
    first = watched()

    assert first.wake_at == NOW
    assert rules.watch(first, "a contact", CUSTOMER_ID, NOW - DAY) is None
    assert rules.watch(proposed(), "a contact", CUSTOMER_ID, NOW) is None
    again = rules.watch(first.changed(wake_at=NOW + 9 * DAY), "a contact", CUSTOMER_ID, NOW)
    assert again is not None
    assert again.wake_at == NOW + DAY


def test_each_signal_is_kept_once_until_a_decision() -> None:
    both = rules.watch(proposed(), "another", CUSTOMER_ID, NOW)
    assert both is not None
    kept = rules.keep(both, "They stay", NOW, "manager")

    assert (both.signals, both.wake_at) == (("a contact", "another"), proposed().wake_at)
    assert kept.signals == ()
    assert rules.watch(kept.changed(status="parted"), "a third", CUSTOMER_ID, NOW) is None


def test_a_relationship_says_when_it_does_not_name_all_signals() -> None:
    row = watched()
    for number in range(rules.MOST_SIGNALS):
        row = rules.watch(row, str(number), CUSTOMER_ID, NOW) or row

    assert rules.are_all_signals([watched()])
    assert not rules.are_all_signals([watched(), row])
    assert len(row.signals) == rules.MOST_SIGNALS
    assert row.signals[-1] == str(rules.MOST_SIGNALS - 1)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.booleans())),
    st.lists(st.integers(0, 500)),
    st.lists(st.integers(0, 500), max_size=2),
)
def test_too_few_signals_mean_too_few_reasons_in_all_rows(
    complaints: list[tuple[int, bool]], abused: list[int], noted: list[int]
) -> None:
    cases = [complaint(NOW - days * DAY) for days, _ in complaints]
    slipped = [
        rows.commitment(NOW, case_id=case.id, status="broken")
        for case, (_, we_failed) in zip(cases, complaints, strict=True)
        if we_failed
    ]
    signals = [*cases, *(abuse(NOW - days * DAY) for days in abused)]
    notes = tuple(note(NOW - days * DAY) for days in noted)

    if relationship_findings.is_lacking(found(*signals, notes=notes)):
        assert relationship_findings.is_lacking(found(*signals, *slipped, notes=notes))


def test_a_proposal_keeps_its_evidence_and_begins_the_cooling_off() -> None:
    row = proposed()

    assert (row.status, row.proposed_at, row.due_at, row.wake_at) == (
        "proposed",
        NOW,
        NOW + 14 * DAY,
        NOW + 14 * DAY,
    )
    assert [(one.kind, len(one.evidence)) for one in row.against] == [("complaints", 3), ("abuse", 2)]
    assert (
        looked_at(watched(), *THREE, *NASTY, relationships={"cooling_off_days": 30}).due_at == NOW + 30 * DAY
    )


def test_only_what_time_may_change_is_reviewed_each_week() -> None:
    owed = rows.commitment(NOW - DAY)

    assert looked_at(watched(), *THREE, *NASTY, owed).wake_at == NOW + 7 * DAY
    assert looked_at(watched(), *THREE).wake_at is None


def test_the_cooling_off_ends_without_a_decision() -> None:
    row = cooled_off()

    assert (row.status, row.cooled_off_at, row.wake_at) == ("proposed", NOW + 14 * DAY, None)


def test_a_proposal_whose_reasons_are_gone_is_withdrawn() -> None:
    row = looked_at(proposed(), *THREE, now=NOW + 14 * DAY)

    assert (row.status, row.history[-1].what) == ("watched", "no longer proposed")
    assert row.wake_at is None


def test_a_proposal_that_a_failure_of_ours_ended_is_looked_at_weekly() -> None:
    now = NOW + 14 * DAY
    row = looked_at(proposed(), *THREE, *NASTY, rows.commitment(NOW + DAY), now=now)

    assert (row.status, row.wake_at) == ("watched", now + 7 * DAY)


def other(row: Relationship, **changes: object) -> Relationship:
    """The same of another record of the customer."""
    return row.model_copy(update={"customer_id": "another0record00", "relationship_id": "other", **changes})


def test_the_most_advanced_of_several_records_decides() -> None:
    own, proposal, away = watched(), other(proposed()), other(watched(), status="parted")

    assert rules.deciding([proposal, own, away], CUSTOMER_ID) is away
    assert rules.deciding([own, proposal], CUSTOMER_ID) is proposal
    assert rules.deciding([other(own), own], CUSTOMER_ID) is own
    assert rules.deciding([], CUSTOMER_ID) is None


def test_a_record_that_no_longer_decides_still_sends_its_letter() -> None:
    yielded = rules.yield_to(proposed(), NOW, "manager")
    letter_waits = watched().model_copy(update={"status": "parted"})

    assert (yielded.status, yielded.wake_at, yielded.history[-1].what) == ("watched", None, "merged")
    assert rules.yield_to(watched(), NOW, "manager").wake_at is None
    assert rules.yield_to(letter_waits, NOW, "manager") is letter_waits


def test_a_decision_about_one_record_counts_for_all() -> None:
    kept = rules.keep(proposed(), "They stay", NOW, "manager")
    away = watched().changed(status="parted", history=[Change(at=NOW, by="manager", what="parted")])

    assert rules.settled_at([watched(), kept, other(kept, settled_at=NOW - DAY)]) == NOW
    assert rules.settled_at([watched()]) is None
    assert rules.parted_at([kept, away]) == NOW
    assert rules.parted_at([kept]) is None


def test_a_resting_relationship_is_reviewed_soon_after_a_merge() -> None:
    assert rules.look_soon(watched().changed(wake_at=None), NOW).wake_at == NOW + DAY
    assert (rules.look_soon(watched(), NOW), rules.look_soon(proposed(), NOW)) == (watched(), proposed())


def test_it_ends_only_after_the_cooling_off_and_a_talk_with_nothing_owed() -> None:
    talked = rules.note_talk(cooled_off(), "They would like to stay", NOW + 15 * DAY, "sana")
    owed = found(rows.commitment(NOW - DAY)).failures

    for row, failures in (
        (watched(), ()),
        (rules.note_talk(proposed(), "Talked", NOW, "sana"), ()),
        (cooled_off(), ()),
        (talked, owed),
    ):
        with pytest.raises(NotPossible):
            rules.end(row, failures, "No fit", NOW, "sana")
    ended = rules.end(talked, (), "No fit", NOW + 16 * DAY, "sana")
    assert (ended.status, ended.history[-1].reason, ended.history[-1].by) == ("ending", "No fit", "sana")


def test_going_on_is_decided_at_any_time_of_a_proposal_and_after_an_end() -> None:
    talked = rules.note_talk(cooled_off(), "Sorry", NOW, "sana")

    for row in (proposed(), cooled_off(), rules.end(talked, (), "No fit", NOW, "sana")):
        kept = rules.keep(row, "They apologised", NOW + DAY, "sana")
        assert (kept.status, kept.settled_at, kept.wake_at) == ("kept", NOW + DAY, None)
    with pytest.raises(NotPossible):
        rules.keep(watched(), "Why not", NOW, "sana")


def test_a_customer_who_was_kept_is_proposed_again_only_for_something_new() -> None:
    kept = rules.keep(proposed(), "They apologised", NOW + DAY, "sana")
    later = NOW + 200 * DAY
    new = (abuse(NOW + 50 * DAY), abuse(NOW + 190 * DAY), *(complaint(later - n * DAY) for n in (120, 60, 1)))

    assert looked_at(kept, *THREE, *NASTY, now=NOW + 9 * DAY).status == "kept"
    assert looked_at(kept, *THREE, *NASTY, *new, now=later).status == "proposed"


def test_notes_are_added_removed_and_limited() -> None:
    new = NewNote(kind="no_fit", words="Wants cars")
    row = rules.add_note(None, new, CUSTOMER_ID, NOW, "sana")
    assert (row.version, row.wake_at, row.notes[0].happened_at) == (1, NOW + DAY, NOW)
    twice = rules.add_note(row, new, CUSTOMER_ID, NOW, "sana")

    left = rules.remove_note(twice, row.notes[0].note_id)

    assert [one.note_id for one in left.notes] == [twice.notes[1].note_id]
    assert rules.remove_note(left, "another") is left
    while len(row.notes) < rules.MOST_NOTES:
        row = rules.add_note(row, new, CUSTOMER_ID, NOW, "sana")
    with pytest.raises(NotPossible):
        rules.add_note(row, new, CUSTOMER_ID, NOW, "sana")


@given(
    days=st.lists(st.integers(0, 500), max_size=6),
    nasty=st.lists(st.integers(0, 500), max_size=4),
    noted=st.lists(st.tuples(st.integers(0, 500), st.sampled_from(("no_fit", "unethical"))), max_size=3),
)
def test_every_proposal_has_two_reasons_over_ninety_days(
    days: list[int], nasty: list[int], noted: list[tuple[int, NoteKind]]
) -> None:
    notes = tuple(note(NOW - timedelta(days=n), kind) for n, kind in noted)
    known = found(
        *(complaint(NOW - n * DAY) for n in days), *(abuse(NOW - n * DAY) for n in nasty), notes=notes
    )

    lately = [[n for n in each if n < 365] for each in (days, nasty)]
    reasons = [each for each, least in zip(lately, (3, 2), strict=True) if len(each) >= least]
    reasons += [
        each for kind in ("no_fit", "unethical") if (each := [n for n, k in noted if k == kind and n < 365])
    ]
    shown = sorted(n for each in reasons for n in each)
    assert (not known.held_back) == (len(reasons) >= 2 and shown[-1] - shown[0] >= 90)
