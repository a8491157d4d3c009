"""Bugs of the API."""

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.api import resolver


@mutation()
def ignores_the_idempotency_key() -> Planted:
    return replaced(resolver.idempotency_key, lambda: None)
