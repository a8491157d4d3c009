"""All scenarios."""

from tests.simulation.crash_points.scenarios import (
    api,
    console,
    inbound_events,
    link_keys,
    pages,
    stream,
    sweep,
)
from tests.simulation.crash_points.scenarios.sending import SEND_PATH

SCENARIOS = (
    *SEND_PATH,
    *(*stream.SCENARIOS, *sweep.SCENARIOS, *inbound_events.SCENARIOS),
    *(*pages.SCENARIOS, *api.SCENARIOS, *console.SCENARIOS, *link_keys.SCENARIOS),
)
