"""Bugs of the gateways."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.gateways.items import DUE_SHARDS
from vaada.gateways.row_pages import Page
from vaada.gateways.send_errors import OutcomeUnknown, Refused, translate_send_errors
from vaada.gateways.table import Table
from vaada.model.messages import Message


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


@mutation(seed=874)
def reads_only_the_first_page() -> Planted:
    original = Table._page

    def first_page(*asked: Any, **query: Any) -> Page:
        return Page(original(*asked, **query).rows, None)

    return replaced(original, first_page)


@mutation(seed=874)
def reads_only_the_first_page_of_held_messages() -> Planted:
    original = Table.held_messages

    def first_page(*asked: Any, **more: Any) -> tuple[tuple[Message, ...], str | None]:
        return original(*asked, **more)[0], None

    return replaced(original, first_page)


@mutation()
def sweeps_only_the_first_row_of_a_shard() -> Planted:
    original = Table._due

    def due(self: Table, now: datetime) -> Iterator[tuple[str, str, int]]:
        shards: set[int] = set()
        for kind, row_id, version in original(self, now):
            shard = zlib.crc32(row_id.encode()) % len(DUE_SHARDS)
            if shard not in shards:
                shards.add(shard)
                yield kind, row_id, version

    return replaced(original, due)
