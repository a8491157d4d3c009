"""The local cloud of the end-to-end tests: MiniStack with the stack that `sam deploy` put there.

Each process has one, and waits for it most of the time. So `-n 3` runs three groups of tests at a time: those
on one shared clock, those of pages and documents, and those of operations, of which some start another cloud.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from local.cloud import Cloud, local_cloud
from tests.e2e.desk import Desk
from tests.e2e.operating import empty
from tests.e2e.shared_clock import SharedClock
from tests.times import DAY, MINUTE

_GROUPS = {
    "pages": {
        "test_accessibility",
        "test_console",
        "test_openapi_holds",
        "test_staff_mail_pictures",
    },
    "operations": {
        "test_dead_letters",
        "test_key_rotation",
        "test_new_stack",
        "test_operations",
        "test_replay",
        "test_restore",
    },
}
_SCENARIOS = "scenarios"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The deployed stack, on the next Monday at 07:45 UTC."""
    now = datetime.now(UTC)
    monday = now + (7 - now.weekday()) * DAY
    with local_cloud(starts_at=monday.replace(hour=7, minute=45, second=0, microsecond=0)) as cloud:
        cloud.build()
        cloud.deploy()
        yield cloud


@pytest.fixture(scope="session")
def desk(cloud: Cloud) -> Iterator[Desk]:
    """A client of the deployed desk."""
    with closing(Desk(cloud)) as desk:
        policy = desk.manager.get("/api/policy")
        policy["holidays"]["observed"] = False  # the scenarios may run in any week
        policy["sending"]["texts_spend_a_month"] = "1000.00"  # enough for all scenarios together
        policy["sending"]["mails_a_second"] = 1000  # all scenarios have their mornings together
        desk.manager.put("/api/policy", policy)
        cloud.travel(2 * MINUTE)  # then no function caches the old policy
        yield desk


@pytest.fixture
def empty_queues(desk: Desk) -> Iterator[None]:
    """The test begins and ends with empty queues."""
    left = "\n".join([*desk.dead_letters(), *desk.queued_events()])
    assert not [personal for personal in desk.personal if personal in left]
    empty(desk)
    yield
    empty(desk)


@pytest.fixture(scope="session")
def shared_clock(desk: Desk, request: pytest.FixtureRequest) -> SharedClock:
    """The clock of all scenarios, which have run to their ends."""
    shared_clock = SharedClock(desk)
    tests = [item.obj for item in request.session.items if isinstance(item, pytest.Function)]
    shared_clock.run([vars(test)["scenario"] for test in tests if "scenario" in vars(test)])
    return shared_clock


def pytest_itemcollected(item: pytest.Item) -> None:
    """Name the group of tests that run in the same process."""
    module = item.path.stem
    groups = [name for name, modules in _GROUPS.items() if module in modules]
    item.add_marker(pytest.mark.xdist_group(*groups or [_SCENARIOS]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests last that search what all others left."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "last: runs after all other tests")
