"""Bugs of the pages behind signed links."""

from datetime import timedelta

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.public.visits import Visit
from vaada.rules.bot_detection import is_human


@mutation(seed=18)
def counts_answers_without_a_page() -> Planted:
    return replaced(Visit.page_age, lambda *_: timedelta(minutes=1))


@mutation(seed=18)
def takes_bots_for_staff() -> Planted:
    return replaced(is_human, lambda _age: True)
