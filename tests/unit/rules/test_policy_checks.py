"""Policy checks: problems that only show when the policy is applied."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.rows import MONDAY, policy
from vaada.rules.policy_checks import problems


def closed(*years: int) -> list[dict[str, str]]:
    return [{"first": f"{year}-01-01", "last": f"{year}-12-31", "name": "Gone fishing"} for year in years]


def test_the_default_policy_has_no_problems() -> None:
    assert problems(policy(), MONDAY) == []


def test_a_business_that_never_opens_is_a_problem() -> None:
    ((field, why),) = problems(policy(closed_days=closed(*range(2026, 2032))), MONDAY)

    assert field == "closed_days"
    assert why.startswith("the business never opens: nothing opens within 3 years of 2026-03-02")


def test_a_business_that_opens_in_more_than_a_year_is_a_problem() -> None:
    ((field, why),) = problems(policy(closed_days=closed(2026, 2027)), MONDAY)

    assert (field, why) == (
        "closed_days",
        "the business would next open on 04 January 2028: deadlines would wait for that",
    )


def test_a_closure_of_less_than_a_year_is_no_problem() -> None:
    assert problems(policy(closed_days=closed(2026)), MONDAY) == []


def test_an_unknown_region_is_a_problem_that_lists_the_known_ones() -> None:
    ((field, why),) = problems(policy(holidays={"region": "Mercia"}), MONDAY)

    assert field == "holidays.region"
    assert why.startswith("'Mercia' is not a region of GB with holidays: known are ENG, ")


def test_a_region_of_a_country_without_known_holidays_is_a_problem() -> None:
    nowhere = {"name": "Bakery", "time_zone": "UTC", "country": "AC", "language": "en"}

    ((_, why),) = problems(policy(business=nowhere, holidays={"region": "ENG"}), MONDAY)

    assert why == "'ENG' is not a region of AC with holidays: none are known there; leave it out"


def test_a_misspelt_country_and_a_language_that_nothing_is_written_in_are_problems() -> None:
    misspelt = {"name": "Bakery", "time_zone": "UTC", "country": "UK", "language": "it"}

    assert problems(policy(business=misspelt), MONDAY) == [
        ("business.country", "'UK' is not the two letters of a country (ISO 3166), such as GB"),
        ("business.language", "'it' is none of the languages ar, de, en, es, fr, hi, pt, ur"),
    ]


def test_a_known_region_is_no_problem() -> None:
    assert problems(policy(holidays={"region": "SCT"}), MONDAY) == []


def test_all_problems_are_reported_at_once() -> None:
    rules = policy(holidays={"region": "Mercia"}, closed_days=closed(*range(2026, 2032)))

    assert [field for field, _ in problems(rules, MONDAY)] == ["holidays.region", "closed_days"]


@pytest.mark.parametrize("year", [2999, 8990])
def test_a_policy_can_be_checked_in_any_year(year: int) -> None:
    assert problems(policy(), datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=3)) == []
