"""The pages of the console by their paths."""

import inspect
import re

import pytest

from vaada.console.routes import ROUTES, Route
from vaada.console.visits import Visit


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.pattern}")
def test_a_page_takes_the_visit_and_what_its_path_names(route: Route) -> None:
    visit, *named = inspect.signature(route.page).parameters.values()

    assert visit.annotation is Visit
    assert {one.name: one.annotation for one in named} == dict.fromkeys(
        re.findall(r"{(\w+)}", route.pattern), str
    )


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/desk/people/a-1/leave", {"agent_id": "a-1"}),
        ("/desk/people/a.1/leave", None),
        ("/desk/people//leave", None),
        (f"/desk/people/{'a' * 65}/leave", None),
        ("/desk/people/a-1/leave/", None),
        ("/desk/people/a-1/left", None),
    ],
)
def test_a_path_fits_by_its_words_and_the_characters_of_names(
    path: str, named: dict[str, str] | None
) -> None:
    assert Route("GET", "/desk/people/{agent_id}/leave", "people.leave_form").match(path) == named
