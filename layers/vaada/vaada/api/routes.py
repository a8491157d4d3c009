"""All routes of the API: each of these modules adds its own to the resolver when it is imported."""

from vaada.api import (  # noqa: F401
    campaigns,
    cases,
    departures,
    interactions,
    me,
    messages,
    people,
    policy,
    privacy,
    recognition,
    relationships,
    reports,
    training,
    weekly_reports,
    work,
)
from vaada.api.resolver import app, respond

__all__ = ("app", "respond")
