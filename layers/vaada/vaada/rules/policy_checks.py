"""Checks of a new policy beyond its schema."""

from datetime import datetime, timedelta

from vaada.model.localities import country_problem, language_problem
from vaada.model.policy import PolicyDocument
from vaada.rules.time.clock import NeverOpens, holidays_known, subdivisions
from vaada.rules.time.deadlines import business_hours

_LONGEST_CLOSURE = timedelta(days=366)


def problems(policy: PolicyDocument, now: datetime) -> list[tuple[str, str]]:
    """Return (field, problem) pairs: an unknown country, language or region, a business that never opens."""
    found: list[tuple[str, str]] = []
    country, region, language = policy.business.country, policy.holidays.region, policy.business.language
    if problem := country_problem(country):
        found.append(("business.country", problem))
    if problem := language_problem(language):
        found.append(("business.language", problem))
    if region is not None and not holidays_known(country, region):
        known = ", ".join(subdivisions(country))
        hint = f"known are {known}" if known else "none are known there; leave it out"
        found.append(("holidays.region", f"{region!r} is not a region of {country} with holidays: {hint}"))
    try:
        opens = business_hours(policy).opens(now)
    except NeverOpens as error:
        found.append(("closed_days", f"the business never opens: {error}"))
    else:
        if opens - now > _LONGEST_CLOSURE:
            message = f"the business would next open on {opens:%d %B %Y}: deadlines would wait for that"
            found.append(("closed_days", message))
    return found
