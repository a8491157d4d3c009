"""Cases: repeat contacts, hand-offs, run-arounds, complaint steps and merges."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.times import DAY, HOUR
from tests.unit.rows import AGENT_ID, MONDAY, case, interaction, policy, row_id
from vaada.model.cases import Case
from vaada.model.interactions import FollowUpRequest, Interaction, StatedCommitment
from vaada.model.policy import CaseRules
from vaada.rules import case_merge, cases
from vaada.rules.errors import NotPossible

RULES = CaseRules()


def contact(at: datetime = MONDAY, /, **facts: object) -> Interaction:
    return interaction(occurred_at=at, recorded_at=at, **facts)


def case_of(*contacts: Interaction, rules: CaseRules = RULES) -> Case:
    """The case after these contacts, in this order."""
    first, *others = contacts
    row = cases.open_case(first, rules)
    for one in others:
        row = cases.add_interaction(row, one, rules)
    return row


def with_steps_done(row: Case, *but: str) -> Case:
    for name in cases.STEPS:
        if name not in but:
            row = cases.complete_step(row, name, MONDAY, "amina", None, None)
    return row


# ---------------------------------------------------------------- repeat contacts


@pytest.mark.parametrize(
    ("later", "repeats"),
    [(0 * DAY, 1), (DAY, 1), (7 * DAY, 1), (7 * DAY + timedelta(seconds=1), 0), (30 * DAY, 0)],
)
def test_a_second_inbound_contact_within_a_week_is_a_repeat_contact(later: timedelta, repeats: int) -> None:
    row = case_of(contact(), contact(MONDAY + later, interaction_id=row_id(9)))

    assert [one.interaction_id for one in row.repeat_contacts] == [row_id(9)] * repeats


def test_the_repeat_week_is_counted_from_the_last_inbound_contact() -> None:
    row = case_of(contact(), contact(MONDAY + 6 * DAY), contact(MONDAY + 12 * DAY))

    assert len(row.repeat_contacts) == 2


def test_an_outbound_contact_is_no_repeat_and_does_not_prevent_one() -> None:
    row = case_of(contact(), contact(MONDAY + DAY, direction="outbound"))

    assert row.repeat_contacts == ()
    assert len(cases.add_interaction(row, contact(MONDAY + 2 * DAY), RULES).repeat_contacts) == 1


def test_a_contact_that_the_case_waited_for_is_no_repeat() -> None:
    row = cases.wait_for_customer(case_of(contact()), MONDAY + HOUR, "amina")

    answered = cases.add_interaction(row, contact(MONDAY + DAY), RULES)

    assert (answered.repeat_contacts, answered.waiting_for_customer) == ((), False)


def test_thanks_is_no_repeat_and_does_not_end_the_wait_for_the_customer() -> None:
    row = cases.wait_for_customer(case_of(contact()), MONDAY + HOUR, "amina")

    thanked = cases.add_interaction(row, contact(MONDAY + DAY, summary="Thanks!"), RULES)
    sent_it = cases.add_interaction(thanked, contact(MONDAY + 2 * DAY, summary="Here is the photo"), RULES)

    assert (thanked.waiting_for_customer, thanked.repeat_contacts) == (True, ())
    assert (sent_it.waiting_for_customer, sent_it.repeat_contacts) == (False, ())


def test_a_contact_that_is_recorded_late_is_no_repeat() -> None:
    row = case_of(contact(MONDAY + 2 * DAY), contact(MONDAY + DAY))

    assert row.repeat_contacts == ()
    assert row.last_inbound_at == MONDAY + 2 * DAY


def test_the_policy_sets_the_days_within_which_a_contact_repeats() -> None:
    row = case_of(contact(), contact(MONDAY + 2 * DAY), rules=CaseRules(repeat_within_days=1))

    assert row.repeat_contacts == ()


# ---------------------------------------------------------------- waiting for the customer


@pytest.mark.parametrize(
    ("facts", "waits"),
    [
        ({"summary": "Which colour?"}, True),
        ({"summary": "The colour"}, False),
        ({"summary": "The colour", "kind": "question"}, True),
        ({"summary": "The colour", "asks_customer": True}, True),
        ({"summary": "Which colour?", "asks_customer": False}, False),
        ({"summary": "Which colour?", "asks_customer": True, "is_history": True}, False),
        ({"summary": "Which colour?", "direction": "inbound"}, False),
        ({"kind": "question", "direction": "inbound"}, False),
    ],
)
def test_a_case_waits_for_the_customer_if_we_asked(facts: dict[str, object], *, waits: bool) -> None:
    asked = contact(MONDAY + HOUR, **{"direction": "outbound", **facts})

    assert case_of(contact(), asked).waiting_for_customer == waits


def test_a_case_that_begins_with_our_question_waits_for_the_customer() -> None:
    assert case_of(contact(direction="outbound", kind="question", summary="The colour")).waiting_for_customer


def test_an_answer_to_a_customers_question_asks_only_with_a_question_mark() -> None:
    question = contact(kind="question", summary="When do you open?")
    answer, asks = (
        contact(MONDAY + HOUR, direction="outbound", kind="question", summary=words)
        for words in ("At nine", "At nine, will you come?")
    )

    assert not case_of(question, answer).waiting_for_customer
    assert case_of(question, asks).waiting_for_customer


def test_a_resolved_contact_waits_for_nobody_even_if_a_step_is_missing() -> None:
    asked = contact(MONDAY + HOUR, direction="outbound", summary="All well?", resolved=True)
    row = case_of(contact(kind="complaint"), asked)

    assert (row.status, row.waiting_for_customer) == ("open", False)


# ---------------------------------------------------------------- hand-offs


def test_a_contact_by_another_agent_is_a_hand_off_and_moves_the_case() -> None:
    row = case_of(contact(), contact(MONDAY + HOUR, agent_id="omar"))

    (hand_off,) = row.hand_offs
    assert (hand_off.from_agent_id, hand_off.to_agent_id) == (AGENT_ID, "omar")
    assert (hand_off.at, row.agent_id) == (MONDAY + HOUR, "omar")


def test_a_hand_over_in_the_first_contact_is_a_hand_off() -> None:
    row = case_of(contact(handed_over_from="zain"))

    assert [(one.from_agent_id, one.to_agent_id) for one in row.hand_offs] == [("zain", AGENT_ID)]
    assert row.agent_id == AGENT_ID


def test_a_contact_by_the_same_agent_is_no_hand_off() -> None:
    assert case_of(contact(), contact(MONDAY + HOUR)).hand_offs == ()


def test_an_older_contact_that_is_recorded_later_does_not_move_the_case() -> None:
    row = case_of(contact(), contact(MONDAY - DAY, agent_id="omar", interaction_id=row_id(9)))

    assert (row.agent_id, row.last_interaction_id, row.contacts) == (AGENT_ID, row_id(1), 2)


# ---------------------------------------------------------------- settled and not


def test_a_resolved_contact_resolves_the_case_and_a_question_reopens_it() -> None:
    settled = case_of(contact(resolved=True))
    again = cases.add_interaction(settled, contact(MONDAY + DAY, interaction_id=row_id(9)), RULES)

    assert (settled.status, settled.resolved_at) == ("resolved", MONDAY)
    assert (again.status, again.resolved_at) == ("open", None)
    assert [one.interaction_id for one in again.reopenings] == [row_id(9)]


@pytest.mark.parametrize(
    "facts",
    [
        {"summary": "Thanks a lot for your help!"},
        {"resolved": True},
    ],
)
def test_thanks_or_a_resolved_contact_does_not_reopen_the_case(facts: dict[str, object]) -> None:
    again = case_of(contact(resolved=True), contact(MONDAY + DAY, **facts))

    assert (again.status, again.reopenings) == ("resolved", ())


def test_thanks_with_a_complaint_reopens_the_case() -> None:
    again = case_of(contact(resolved=True), contact(MONDAY + DAY, summary="Thanks, but it still squeals"))

    assert again.status == "open"


def test_a_contact_from_before_the_resolution_does_not_reopen_the_case() -> None:
    settled = case_of(contact(MONDAY + 2 * DAY, resolved=True), contact(MONDAY + DAY))

    assert (settled.status, settled.reopenings) == ("resolved", ())


def test_a_resolved_contact_from_before_the_last_one_does_not_resolve_the_case() -> None:
    row = case_of(contact(MONDAY + 2 * DAY), contact(MONDAY + DAY, resolved=True))

    assert row.status == "open"


def test_a_case_that_an_agent_reopens_can_get_another_survey() -> None:
    settled = case_of(contact(resolved=True)).model_copy(update={"survey_id": row_id(5)})

    row = cases.reopen(settled, MONDAY + DAY, "amina", "It broke again")

    assert (row.status, row.resolved_at, row.survey_id) == ("open", None, None)
    assert [(change.what, change.reason) for change in row.history[1:]] == [("reopened", "It broke again")]


# ---------------------------------------------------------------- the run-around


def test_a_run_around_is_noted_once_and_the_case_keeps_its_owner() -> None:
    agents = ("omar", "zain", "sana", "ali")
    contacts = [
        contact(MONDAY + n * DAY, agent_id=agent, direction="outbound") for n, agent in enumerate(agents, 1)
    ]

    row = case_of(contact(), *contacts)

    assert len(row.hand_offs) == 4
    assert (row.run_around_at, row.agent_id) == (MONDAY + 3 * DAY, "sana")


@pytest.mark.parametrize(
    ("contacts", "seen"),
    [
        ([contact(MONDAY + n * DAY) for n in range(3)], False),
        ([contact(MONDAY + n * DAY) for n in range(4)], True),  # three repeats
        ([contact(MONDAY + n * 10 * DAY, resolved=n % 2 == 0) for n in range(2)], False),
        ([contact(MONDAY + n * 10 * DAY, resolved=n % 2 == 0) for n in range(4)], True),  # two reopenings
    ],
)
def test_repeat_contacts_and_reopenings_make_a_run_around(contacts: list[Interaction], seen: bool) -> None:
    assert (case_of(*contacts).run_around_at is not None) is seen


def test_the_policy_sets_the_run_around_thresholds() -> None:
    strict = CaseRules(hand_offs_at_most=0)

    assert case_of(contact(handed_over_from="zain"), rules=strict).run_around_at == MONDAY


def test_a_case_keeps_the_latest_hundred_repeats_and_counts_every_contact() -> None:
    contacts = [contact(MONDAY + n * HOUR, interaction_id=row_id(100 + n)) for n in range(130)]

    row = case_of(*contacts)

    assert (len(row.repeat_contacts), row.contacts) == (100, 130)
    assert row.repeat_contacts[-1].interaction_id == row_id(229)


# ---------------------------------------------------------------- complaints


def test_a_complaint_has_six_steps_in_order() -> None:
    row = case_of(contact(kind="complaint"))

    assert [step.name for step in row.steps] == list(cases.STEPS)
    assert [step.name for step in row.steps if step.critical] == list(RULES.critical_steps)


def test_a_question_that_becomes_a_complaint_gets_the_steps() -> None:
    row = case_of(contact(kind="question"), contact(MONDAY + DAY, kind="complaint"))

    assert (row.kind, len(row.steps)) == ("complaint", 6)


def test_a_policy_change_leaves_a_running_checklist_alone() -> None:
    row = case_of(contact(kind="complaint"))

    row = cases.add_interaction(row, contact(MONDAY + DAY, kind="complaint"), CaseRules(critical_steps=()))

    assert cases.missing_steps(row) == RULES.critical_steps


def test_missing_critical_steps_are_named_and_block_the_resolution() -> None:
    row = with_steps_done(case_of(contact(kind="complaint")), "apologised", "cause_recorded", "written_down")

    with pytest.raises(cases.StepsMissing, match="apologised, cause and prevention recorded") as refusal:
        cases.resolve(row, MONDAY + DAY, "amina", None)

    assert refusal.value.names == ("apologised", "cause_recorded")


def test_a_complaint_can_be_resolved_once_all_critical_steps_are_done() -> None:
    row = with_steps_done(case_of(contact(kind="complaint")), "gone_through", "written_down")

    resolved = cases.resolve(row, MONDAY + DAY, "amina", "A new cake")

    assert (resolved.status, resolved.resolved_at, resolved.outcome) == (
        "resolved",
        MONDAY + DAY,
        "A new cake",
    )


def test_a_resolved_contact_does_not_resolve_a_complaint_with_missing_steps() -> None:
    assert case_of(contact(kind="complaint", resolved=True)).status == "open"


def test_a_step_done_twice_keeps_its_first_time_agent_and_note() -> None:
    row = case_of(contact(kind="complaint"))

    once = cases.complete_step(row, "apologised", MONDAY, "amina", "By phone", None)
    twice = cases.complete_step(once, "apologised", MONDAY + DAY, "omar", None, None)

    (step,) = [step for step in twice.steps if step.done_at]
    assert (step.name, step.done_at, step.done_by, step.note) == ("apologised", MONDAY, "amina", "By phone")


def test_a_cause_recorded_again_replaces_the_first() -> None:
    row = case_of(contact(kind="complaint"))
    first, better = (
        cases.Cause("Bad luck", "Hope"),
        cases.Cause("The oven was cold", "A checklist at opening"),
    )

    once = cases.complete_step(row, "cause_recorded", MONDAY, "amina", None, first)
    twice = cases.complete_step(once, "cause_recorded", MONDAY + DAY, "omar", None, better)

    (step,) = [step for step in twice.steps if step.done_at]
    assert (step.done_at, step.done_by) == (MONDAY, "amina")
    assert (twice.cause, twice.prevention) == ("The oven was cold", "A checklist at opening")


def test_the_cause_step_records_the_cause_and_the_prevention() -> None:
    cause = cases.Cause("The oven was cold", "A checklist at opening")

    row = cases.complete_step(
        case_of(contact(kind="complaint")), "cause_recorded", MONDAY, "amina", None, cause
    )

    assert (row.cause, row.prevention) == ("The oven was cold", "A checklist at opening")


def test_only_a_complaint_has_steps() -> None:
    with pytest.raises(NotPossible, match="case without a complaint"):
        cases.complete_step(case_of(contact()), "apologised", MONDAY, "amina", None, None)


# ---------------------------------------------------------------- merged


def test_a_merged_case_brings_its_contacts_repeats_and_hand_offs() -> None:
    one = case_of(contact(MONDAY - DAY), contact(MONDAY, agent_id="omar"))
    other = case_of(contact(MONDAY - HOUR, kind="complaint"), contact(MONDAY + DAY))
    other = other.model_copy(update={"case_id": row_id(12)})

    gone, taken = case_merge.merge(one, other, MONDAY + 2 * DAY, "amina")

    assert (gone.status, gone.merged_into) == ("merged", row_id(12))
    assert (taken.contacts, len(taken.repeat_contacts), len(taken.hand_offs)) == (4, 2, 1)
    assert (taken.opened_at, taken.last_contact_at) == (MONDAY - DAY, MONDAY + DAY)
    assert taken.history[-1].reason == one.case_id


def test_a_complaint_merged_into_a_question_makes_it_a_complaint() -> None:
    cause = cases.Cause("The oven was cold", "A checklist at opening")
    complaint = case_of(contact(kind="complaint"))
    complaint = cases.complete_step(complaint, "cause_recorded", MONDAY, "amina", None, cause)

    _, taken = case_merge.merge(complaint, case(case_id=row_id(12), kind="question"), MONDAY, "amina")

    assert (taken.kind, taken.cause) == ("complaint", "The oven was cold")
    assert [step.name for step in taken.steps if step.done_at] == ["cause_recorded"]


def test_a_merged_case_brings_its_goodwill_and_run_around() -> None:
    owing = case(
        granted="10",
        run_around_at=MONDAY,
        last_contact_at=MONDAY + DAY,
        last_interaction_id=row_id(11),
    )

    _, taken = case_merge.merge(owing, case(case_id=row_id(12)), MONDAY + 2 * DAY, "amina")

    assert (taken.granted, taken.run_around_at) == (Decimal(10), MONDAY)
    assert taken.last_interaction_id == row_id(11)


@pytest.mark.parametrize("known", ["abusive", "ask_again"])
def test_a_flag_of_either_case_stands_after_the_merge(known: str) -> None:
    one, other = case(**{known: True}), case(case_id=row_id(12))

    _, into_other = case_merge.merge(one, other, MONDAY, "amina")
    _, into_one = case_merge.merge(other, one, MONDAY, "amina")

    assert getattr(into_other, known)
    assert getattr(into_one, known)


def test_a_merge_sorts_repeat_contacts_by_time() -> None:
    one = case_of(*(contact(MONDAY + n * DAY) for n in (0, 2, 4)))
    other = case_of(*(contact(MONDAY + n * DAY) for n in (1, 3, 5))).model_copy(
        update={"case_id": row_id(12)}
    )

    _, taken = case_merge.merge(one, other, MONDAY + 6 * DAY, "amina")

    times = [evidence.at for evidence in taken.repeat_contacts]
    assert times == sorted(times)
    assert len(times) == 4


# ---------------------------------------------------------------- what a status allows


@pytest.mark.parametrize("status", ["resolved", "merged"])
def test_a_resolved_or_merged_case_refuses_changes(status: str) -> None:
    closed = case(status=status)

    with pytest.raises(NotPossible, match=f"that is {status} cannot be resolved"):
        cases.resolve(closed, MONDAY, "amina", None)
    with pytest.raises(NotPossible, match="cannot be assigned"):
        cases.assign(closed, "omar", MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be left waiting"):
        cases.wait_for_customer(closed, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be taken up again"):
        cases.stop_waiting(closed, MONDAY, "amina")


def test_a_merged_case_is_not_merged_again() -> None:
    closed, other = case(status="merged"), case(case_id=row_id(12))

    with pytest.raises(NotPossible, match="cannot be merged"):
        case_merge.merge(closed, other, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be merged into"):
        case_merge.merge(other, closed, MONDAY, "amina")


@pytest.mark.parametrize("status", ["open", "merged"])
def test_only_a_resolved_case_can_be_reopened(status: str) -> None:
    with pytest.raises(NotPossible, match="cannot be reopened"):
        cases.reopen(case(status=status), MONDAY, "amina", "why not")


def test_each_change_raises_the_version_by_one() -> None:
    row = case(version=3)

    gone, taken = case_merge.merge(row, case(case_id=row_id(12), version=8), MONDAY, "amina")
    changed = [
        cases.add_interaction(row, contact(resolved=True), policy().cases),
        cases.resolve(row, MONDAY, "amina", None),
        cases.assign(row, "omar", MONDAY, "amina"),
        cases.wait_for_customer(row, MONDAY, "amina"),
        gone,
    ]

    assert [one.version for one in changed] == [4, 4, 4, 4, 4]
    assert taken.version == 9


# ---------------------------------------------------------------- contacts of the past


@pytest.mark.parametrize(
    ("agreed", "status"),
    [
        ({}, "resolved"),
        ({"follow_up": FollowUpRequest(at=MONDAY + 9 * DAY, reason="Ask again")}, "open"),
        ({"commitments": (StatedCommitment(what="Call", due_at=MONDAY + 9 * DAY),)}, "open"),
    ],
)
def test_a_contact_of_the_past_leaves_its_case_open_if_something_was_agreed(
    agreed: dict[str, object], status: str
) -> None:
    row = case_of(contact(is_history=True, **agreed))

    assert row.status == status
