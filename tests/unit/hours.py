"""Weeks of opening hours, written as text such as `09:00-17:00`."""

from vaada.model.hours import WEEKDAYS, Interval, Weekday


def interval(text: str) -> Interval:
    opens, closes = text.split("-")
    return Interval.model_validate({"opens": opens, "closes": closes})


def every(*intervals: str, on: tuple[Weekday, ...] = WEEKDAYS) -> dict[Weekday, tuple[Interval, ...]]:
    return {day: tuple(interval(text) for text in intervals) for day in on}


def weekdays(*intervals: str) -> dict[Weekday, tuple[Interval, ...]]:
    return every(*intervals, on=WEEKDAYS[:5])
