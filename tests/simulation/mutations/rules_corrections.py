"""Bugs of the rules by which a contact is corrected."""

from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.rules import corrections


@mutation(seed=12)
def leaves_the_case_as_it_was_before_a_correction() -> Planted:
    return replaced(corrections.case_after, lambda _contact, case, *_facts: case.changed())


@mutation(seed=12)
def leaves_the_follow_up_for_a_tone_that_was_corrected() -> Planted:
    return replaced(corrections.tone_follow_ups, lambda *_facts: [])


@mutation(seed=156)
def leaves_the_clock_of_a_contact_that_was_corrected() -> Planted:
    return replaced(corrections.work_after, lambda _contact, case, work, *_facts: (work, (), case))


@mutation(seed=12)
def forgets_what_a_corrected_contact_said() -> Planted:
    correct = corrections.correct

    def without_former_values(contact: Any, *facts: Any) -> Any:
        now = correct(contact, *facts)
        blank = {"summary": None, "kind": None, "tone": None, "occurred_at": None}
        forgotten = tuple(one.model_copy(update=blank) for one in now.corrections)
        return now if now is contact else now.model_copy(update={"corrections": forgotten})

    return replaced(correct, without_former_values)
