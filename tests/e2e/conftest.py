"""One cloud for all end-to-end tests: MiniStack with the stack that `sam deploy` put there, and its clock."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from local.cloud import Cloud, local_cloud
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage
from tests.times import DAY, MINUTE


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The deployed stack, on a Monday to come at 07:45 UTC."""
    now = datetime.now(UTC)
    monday = now + (7 - now.weekday()) * DAY
    with local_cloud(starts_at=monday.replace(hour=7, minute=45, second=0, microsecond=0)) as cloud:
        cloud.build()
        cloud.deploy()
        yield cloud


@pytest.fixture(scope="session")
def desk(cloud: Cloud) -> Iterator[Desk]:
    """The desk as its people have it."""
    with closing(Desk(cloud)) as desk:
        policy = desk.manager.get("/api/policy")
        policy["holidays"]["observed"] = False  # whatever week it is that the stories take place in
        policy["sending"]["texts_spend_a_month"] = "1000.00"  # for the texts of all stories together
        desk.manager.put("/api/policy", policy)
        cloud.travel(2 * MINUTE)  # by then all functions know
        yield desk


@pytest.fixture(scope="session")
def stage(desk: Desk, request: pytest.FixtureRequest) -> Stage:
    """The stories of this run, told."""
    stage = Stage(desk)
    tests = [item.obj for item in request.session.items if isinstance(item, pytest.Function)]
    stage.tell([vars(test)["story"] for test in tests if "story" in vars(test)])
    return stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks for traces of all that was done comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "last: runs after all other tests")
