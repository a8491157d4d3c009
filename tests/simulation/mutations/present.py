"""Bugs in the wording of messages."""

from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.present import email


@mutation(seed=12)
def mails_only_the_first_of_a_batch() -> Planted:
    def first_only(notes: Any) -> Any:
        return email.for_staff(notes[0].purpose, notes[0].to, notes[0].brief)

    return replaced(email.for_staff_batch, first_only)
