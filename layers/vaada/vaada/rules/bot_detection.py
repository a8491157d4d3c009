"""Bot detection on the public pages: how long a page must be open, and how many forms are accepted."""

from datetime import datetime, timedelta

from vaada.rules.survey_answers import MIN_PAGE_TIME, PAGE_LIFETIME

FORMS_AN_HOUR = 30
"""How many forms one link accepts per clock hour from one browser."""


def is_human(page_age: timedelta | None) -> bool:
    """Whether the page of a form was open as long as a person needs. Without a page the age is None."""
    return page_age is not None and MIN_PAGE_TIME <= page_age <= PAGE_LIFETIME


def next_hour(now: datetime) -> datetime:
    """Return the start of the next clock hour, when the count of forms restarts."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
