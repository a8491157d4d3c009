"""How exact times must be: what clocks, schedules, sweeps and faults may change."""

from datetime import timedelta

SECOND, HOUR, DAY, WEEK = (timedelta(seconds=n) for n in (1, 3600, 86_400, 604_800))
FASTEST_PERSON = SECOND  # nobody answers a survey faster
CLOCK_SKEW = timedelta(seconds=6)  # between the clocks of two functions
CLOCK_TOLERANCE = timedelta(seconds=10)  # of durations that a function computed by its own clock
PUNCTUAL = timedelta(seconds=30)  # without faults a schedule runs in its minute
SWEPT = timedelta(minutes=2, seconds=20)  # without faults the sweep runs every two minutes
OVERDUE = timedelta(minutes=3)  # a sweep and a half: only faults delay a step for longer
LEASE = timedelta(minutes=5)  # what was true when a message was claimed may have changed before it was sent
LATE = timedelta(minutes=15)  # faults may delay a message by this much after it was decided
UNSETTLED = timedelta(minutes=15)  # after an absence or an address changed, either recipient is right
