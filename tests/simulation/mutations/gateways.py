"""Bugs of the gateways."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.gateways.send_errors import OutcomeUnknown, Refused, translate_send_errors
from vaada.gateways.table import Table


@mutation(seed=120)
def writes_without_a_version_condition() -> Planted:
    original = Table._put

    def put(self: Table, row: Any) -> Any:
        exists = {"ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeValues": {}}
        return {**original(self, row), **exists} if row.version > 1 else original(self, row)

    return replaced(original, put)


@mutation(seed=96)
def takes_a_500_for_a_refusal() -> Planted:
    @contextmanager
    def sending_or_refused() -> Iterator[None]:
        try:
            with translate_send_errors():
                yield
        except OutcomeUnknown as error:
            raise Refused(str(error), for_good=False) from error

    return replaced(translate_send_errors, sending_or_refused)
