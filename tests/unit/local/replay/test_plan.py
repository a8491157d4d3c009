"""The plan: all events of a replay in order of time."""

from datetime import timedelta

from local.replay.plan import make_plan
from tests.times import DAY, HOUR
from tests.unit.local.replay.builders import FRIDAY, LONDON, request, utc


def test_events_are_in_order_of_time() -> None:
    first = request(kept=FRIDAY + HOUR, name="R-1")
    second = request(opened=FRIDAY - DAY, promised=None, kept=FRIDAY, name="R-2")

    events = make_plan([second, first], LONDON).events

    assert [(event.kind, event.request.id) for event in events] == [
        ("open", "R-1"),
        ("open", "R-2"),
        ("step", "R-1"),
        ("message", "R-1"),
        ("step", "R-1"),
        ("message", "R-1"),
        ("keep", "R-1"),
    ]


def test_a_held_message_is_sent_a_minute_after_work_begins() -> None:
    early = utc("2024-03-08 08:30")

    events = make_plan([request(early, kept=early + 5 * HOUR)], LONDON).events

    assert [(event.kind, event.at) for event in events if event.step and event.step.name == "flag"] == [
        ("step", early),
        ("message", utc("2024-03-08 09:01")),
    ]


def test_a_promise_kept_in_the_second_of_a_step_is_kept_before_it() -> None:
    keep = make_plan([request(kept=FRIDAY)], LONDON).events[-1]

    assert (keep.kind, keep.at) == ("keep", FRIDAY - timedelta(seconds=5))


def test_a_promise_recorded_late_and_kept_at_once_is_flagged_first() -> None:
    late = FRIDAY + HOUR

    events = make_plan([request(opened=late, kept=late)], LONDON).events

    assert [(event.kind, event.step and event.step.name) for event in events] == [
        ("open", None),
        ("step", "flag"),
        ("message", "flag"),
        ("keep", None),
    ]


def test_the_plan_ends_two_days_after_the_last_event_or_when_told() -> None:
    kept = FRIDAY - DAY

    assert make_plan([request(kept=kept)], LONDON).until == kept + 2 * DAY
    assert [event.kind for event in make_plan([request()], LONDON, FRIDAY - DAY).events] == ["open"]
