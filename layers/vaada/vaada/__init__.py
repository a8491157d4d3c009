"""Vaada, the follow-up desk. Imports go one way: functions; api, public, console; flows; rules; model."""

import gc

# Importing a function makes 100,000 objects, all to stay: looking for garbage among them, as Python would do
# forty times, takes a twentieth of a cold start. Later there is little garbage in cycles.
gc.set_threshold(100_000)
