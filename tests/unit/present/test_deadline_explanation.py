"""The small print: how the time of a message was computed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.unit.present.builders import BIDI_CONTROLS, HOSTILE, KARACHI, an_explanation
from vaada.model.rows import CountedTime, SkippedTime
from vaada.present.deadline_explanation import explanation_line
from vaada.present.i18n import words

ENGLISH = words("en")


def karachi(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time in November, as rows keep it."""
    return datetime(2026, 11, day, hour, minute, tzinfo=KARACHI).astimezone(UTC)


def skipped(start: datetime, end: datetime, why: str = "closed") -> SkippedTime:
    return SkippedTime(start=start, end=end, why=why)


def counted(start: datetime, end: datetime) -> CountedTime:
    return CountedTime(start=start, end=end)


def test_the_explanation_names_rule_counted_time_and_skipped_days() -> None:
    assert explanation_line(an_explanation(), KARACHI, ENGLISH) == (
        "Why now: 4 opening hours after it was due; "
        "counted: Fri 20 Nov 16:00–18:00 and Tue 24 Nov 09:00–11:00; "
        "passed over: Sat 21 Nov, Sun 22 Nov (closed) and Mon 23 Nov (Iqbal Day)."
    )


def test_nights_and_breaks_are_left_out() -> None:
    explanation = an_explanation(
        counted=(counted(karachi(24, 12), karachi(24, 13)), counted(karachi(24, 14), karachi(24, 18))),
        skipped=(
            skipped(karachi(24, 13), karachi(24, 14)),
            skipped(karachi(24, 18), karachi(25, 9)),
        ),
    )
    assert explanation_line(explanation, KARACHI, ENGLISH) == (
        "Why now: 4 opening hours after it was due; counted: Tue 24 Nov 12:00–13:00 and 14:00–18:00."
    )


def test_a_rule_in_elapsed_time_lists_no_counted_time() -> None:
    explanation = an_explanation(rule="2 hours before it is due", counted=(), skipped=())
    assert explanation_line(explanation, KARACHI, ENGLISH) == "Why now: 2 hours before it is due."


def test_a_holiday_that_has_begun_is_named() -> None:
    explanation = an_explanation(counted=(), skipped=(skipped(karachi(23, 11), karachi(24), "Iqbal Day"),))
    assert explanation_line(explanation, KARACHI, ENGLISH).endswith("passed over: Mon 23 Nov (Iqbal Day).")


def test_a_long_list_is_cut_to_its_beginning() -> None:
    hours = tuple(counted(karachi(day, 9), karachi(day, 11)) for day in range(2, 9))
    closed = skipped(karachi(9), karachi(18), "Eid")
    assert explanation_line(an_explanation(counted=hours, skipped=(closed,)), KARACHI, ENGLISH) == (
        "Why now: 4 opening hours after it was due; counted: Mon 2 Nov 09:00–11:00, Tue 3 Nov 09:00–11:00, "
        "Wed 4 Nov 09:00–11:00, Thu 5 Nov 09:00–11:00 and 3 more; "
        "passed over: Mon 9 Nov, Tue 10 Nov, Wed 11 Nov, Thu 12 Nov (Eid) and 5 more."
    )


def test_a_stretch_past_midnight_names_both_days() -> None:
    explanation = an_explanation(counted=(counted(karachi(20, 22), karachi(21, 2)),), skipped=())
    assert "counted: Fri 20 Nov 22:00–Sat 21 Nov 02:00." in explanation_line(explanation, KARACHI, ENGLISH)
    until_midnight = an_explanation(counted=(counted(karachi(20, 22), karachi(21)),), skipped=())
    assert "counted: Fri 20 Nov 22:00–00:00." in explanation_line(until_midnight, KARACHI, ENGLISH)


def test_times_are_in_the_readers_zone_and_closed_days_in_the_business_zone() -> None:
    line = explanation_line(an_explanation(), ZoneInfo("America/New_York"), ENGLISH)
    assert "counted: Fri 20 Nov 06:00–08:00 and Mon 23 Nov 23:00–Tue 24 Nov 01:00;" in line
    assert "passed over: Sat 21 Nov, Sun 22 Nov (closed) and Mon 23 Nov (Iqbal Day)." in line


def test_a_skipped_day_with_a_clock_change_is_a_whole_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    friday = datetime(2026, 10, 23, 18, 0, tzinfo=berlin).astimezone(UTC)
    weekend = skipped(friday, friday + timedelta(hours=64))  # an hour longer than another one
    explanation = an_explanation(time_zone="Europe/Berlin", counted=(), skipped=(weekend,))
    assert explanation_line(explanation, berlin, ENGLISH).endswith(
        "passed over: Sat 24 Oct and Sun 25 Oct (closed)."
    )


def test_a_holiday_name_cannot_reorder_the_line() -> None:
    hostile = skipped(karachi(23), karachi(24), HOSTILE)
    assert not BIDI_CONTROLS & set(
        explanation_line(an_explanation(rule=HOSTILE, skipped=(hostile,)), KARACHI, ENGLISH)
    )
