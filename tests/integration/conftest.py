"""The desk on moto: the table is the one in template.yaml, the handlers are the deployed ones."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from moto import mock_aws

from tests.integration.fast_moto import fast_moto
from tests.integration.provider_events import SANA
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.integration.shop import Shop
from tests.unit import rows
from vaada.desk import open_desk

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedDesk]:
    """A desk just deployed on a Monday at 09:00 UTC. The test controls its stream, schedules and clock."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    open_desk.cache_clear()
    with time_machine.travel(MONDAY_MORNING, tick=False) as clock, fast_moto(), mock_aws():
        yield ScriptedDesk(clock)


@pytest.fixture
def stored_survey(desk: ScriptedDesk) -> None:
    """A survey that was sent, with its customer and agent."""
    assert desk.mails == []
    open_desk().table.write(
        rows.agent(supervisor_id=SANA),
        rows.agent(agent_id=SANA, name="Sana", email="sana@example.com"),
        rows.customer(),
        rows.interaction(resolved=True),
        rows.survey(status="sent", step=None, wake_at=None, sent_at=rows.MONDAY),
    )


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop with an agent, their supervisor and a customer."""
    return Shop.opened(desk)
