"""Bugs of `make restore`."""

from typing import Any

from operations import restore
from operations.safety import make_safe
from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.gateways.items import to_item
from vaada.rules.hold import waits_for_release


@mutation(seed=160)
def brings_surveys_back_as_they_were() -> Planted:
    return replaced(make_safe, lambda row, _now: row, within=(restore,))


@mutation(seed=160)
def brings_back_what_was_not_lost() -> Planted:
    def settle(restoration: Any, row: Any, _stands: Any) -> None:
        restoration._client.put_item(TableName="", Item=to_item(row))

    return replaced(restore.Restoration._restore_row, settle)


@mutation(seed=100)
def sends_while_sending_is_held() -> Planted:
    return replaced(waits_for_release, lambda _kind, _policy: False)
