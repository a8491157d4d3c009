"""Runs every test of this folder that uses an engine on each of the three."""

from collections.abc import Iterator
from functools import cache
from itertools import count

import pytest

from local.cloud import Cloud, local_cloud
from tests.conformance import engines
from tests.conformance.engines import Clients, Engine

_numbers = count(1)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A MiniStack with nothing deployed on it."""
    with local_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def ministack(cloud: Cloud) -> Clients:
    """Its clients."""
    return cache(cloud.client)


@pytest.fixture(params=["the simulation", "moto", "MiniStack"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine with an empty table."""
    match request.param:
        case "the simulation":
            chosen = engines.simulation()
        case "moto":
            chosen = engines.moto()
        case _:
            chosen = engines.ministack(request.getfixturevalue("ministack"), next(_numbers))
    with chosen as ready:
        yield ready
