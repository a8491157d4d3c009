"""The desk on moto: the table is the one in template.yaml, the handlers are the deployed ones."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from moto import mock_aws

from tests.integration.fast_moto import fast_moto
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from vaada.desk import open_desk

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedDesk]:
    """A desk just deployed on a Monday at 09:00 UTC; its stream, schedules and clock obey the test."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    open_desk.cache_clear()
    with time_machine.travel(MONDAY_MORNING, tick=False) as clock, mock_aws(), fast_moto():
        yield ScriptedDesk(clock)
