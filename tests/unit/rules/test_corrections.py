"""Corrections: what changes with a contact that was recorded by mistake."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, agent, follow_up, interaction, policy, row_id
from vaada.model.cases import Case
from vaada.model.interaction_input import InteractionChanges
from vaada.model.interactions import Interaction
from vaada.rules import cases, corrections
from vaada.rules.corrections import Known

LATER = MONDAY + DAY
RULES = policy().cases


def correct(contact: Interaction, **changes: Any) -> Interaction:
    return corrections.correct(contact, InteractionChanges(**changes), ["Amina"], policy(), LATER, "omar")


def known(*contacts: Interaction, **by_tone: Any) -> Known:
    return Known(agent(supervisor_id="sana000000000000"), contacts, (), by_tone)


def test_only_a_changed_value_is_kept_as_a_former_value() -> None:
    now = correct(interaction(summary="Bread", kind="question"), summary="A roll", kind="question")

    (correction,) = now.corrections
    assert (now.summary, now.version) == ("A roll", 2)
    assert correction.model_dump(exclude_none=True) == {"at": LATER, "by": "omar", "summary": "Bread"}


def test_no_change_is_no_correction() -> None:
    contact = interaction(summary="Bread")

    assert correct(contact) is correct(contact, summary="Bread", tone="calm") is contact


@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [("Is it ready?", "Thanks Amina", False), ("Thanks Amina", "Thanks, is it ready?", True)],
)
def test_thanks_awaits_no_reply_and_a_question_does(before: str, after: str, waits: bool) -> None:
    thanks = before.startswith("Thanks A")
    contact = interaction(summary=before, only_thanks=thanks, awaits_reply=not thanks)

    now = correct(contact, summary=after)

    assert (now.only_thanks, now.awaits_reply) == (not waits, waits)


@pytest.mark.parametrize(
    ("before", "after", "is_old"), [(MONDAY, MONDAY - 90 * DAY, True), (MONDAY - 90 * DAY, MONDAY, False)]
)
def test_a_contact_of_long_ago_is_history_and_awaits_no_reply(
    before: datetime, after: datetime, is_old: bool
) -> None:
    contact = interaction(
        summary="Is it ready?", occurred_at=before, is_history=not is_old, awaits_reply=is_old
    )

    now = correct(contact, occurred_at=after)

    assert (now.is_history, now.awaits_reply) == (is_old, not is_old)


def test_what_was_stated_about_a_reply_stays_when_the_text_is_corrected() -> None:
    assert not correct(interaction(summary="Is it redy?", awaits_reply=False), summary="Ready?").awaits_reply


def test_each_tone_has_its_follow_up_and_a_wrong_one_is_cancelled() -> None:
    upset = follow_up(origin="upset", agent_id="sana000000000000")
    now = correct(interaction(tone="upset"), tone="abusive")

    rows = corrections.tone_follow_ups(now, known(now, upset=upset), policy(), LATER, "omar")

    assert [(row.origin, row.status, row.agent_id) for row in rows] == [
        ("upset", "cancelled", "sana000000000000"),
        ("abusive", "scheduled", "sana000000000000"),
    ]
    assert rows[1].due_at == LATER


def test_a_case_that_cannot_be_computed_again_gets_what_the_contact_adds() -> None:
    contact = interaction()
    case = cases.open_case(contact, RULES).model_copy(update={"interaction_ids": ()})
    now = correct(contact, kind="complaint", tone="abusive")

    after = corrections.case_after(now, case, known(now), policy())

    assert (after.kind, after.abusive, len(after.steps), after.contacts) == ("complaint", True, 6, 1)


contacts = st.lists(
    st.fixed_dictionaries(
        {
            "occurred_at": st.integers(0, 40 * 24).map(lambda hours: MONDAY + hours * HOUR),
            "direction": st.sampled_from(["inbound", "inbound", "outbound"]),
            "agent_id": st.sampled_from(["amina00000000000", "omar000000000000"]),
            "kind": st.sampled_from(["request", "question", "complaint"]),
            "tone": st.sampled_from(["calm", "upset", "abusive"]),
            "summary": st.sampled_from(["Is it ready?", "Thanks"]),
            "resolved": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda facts: facts["occurred_at"],
)
CORRECTED = ("summary", "kind", "tone", "occurred_at")


def case_of(some: list[Interaction]) -> Case:
    first, *others = sorted(some, key=lambda one: one.occurred_at)
    case = cases.open_case(first, RULES)
    for one in others:
        case = cases.add_interaction(case, one, RULES)
    return case


@given(contacts, st.data())
def test_a_corrected_case_is_as_if_it_had_been_recorded_right(
    some: list[dict[str, Any]], data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(some) - 1))
    mistake = {name: data.draw(contacts)[0][name] for name in CORRECTED}
    right = [interaction(interaction_id=row_id(10 + k), **facts) for k, facts in enumerate(some)]
    wrong = [*right]
    wrong[n] = interaction(interaction_id=row_id(10 + n), **{**some[n], **mistake})

    now = correct(wrong[n], **{name: some[n][name] for name in CORRECTED})
    after = corrections.case_after(now, case_of(wrong), known(*wrong), policy())

    expected = case_of(right)
    ignored = {"version", "history", "interaction_ids", "last_interaction_id"}
    different = {
        name
        for name in type(after).model_fields
        if name not in ignored and getattr(after, name) != getattr(expected, name)
    }
    assert not different
