"""Wherever a function is killed, its work is done in the end, and only once."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.crash_points import __main__ as command
from tests.simulation.crash_points.engine import (
    FOLLOWERS,
    Scenario,
    Visit,
    run_scenario,
    visit_pairs,
    visit_points,
)
from tests.simulation.crash_points.points import KILLS, SENDS, points_of
from tests.simulation.crash_points.scenarios.api import ROUTES
from tests.simulation.crash_points.scenarios.catalogue import SCENARIOS
from tests.simulation.crash_points.scenarios.console import FORMS
from tests.simulation.crash_points.scenarios.sending import SEND_PATH
from tests.simulation.mutations.api import ignores_the_idempotency_key
from tests.simulation.mutations.flows_messages import (
    forgets_messages_between_claim_and_record,
    records_before_it_sends,
)
from tests.simulation.mutations.planting import Mutation, Planted, mutation, together
from tests.simulation.mutations.rules_messages import sends_to_customers_again
from tests.simulation.replacing import replaced
from vaada.console.contacts import plan
from vaada.console.routes import ROUTES as CONSOLE_ROUTES
from vaada.flows import keys, unlisted_work
from vaada.rules import unlisted_work as rules
from vaada.rules.messages import lifecycle

A_REMINDER, A_WARNING, _, A_QUESTION, _ = SEND_PATH
TO_CUSTOMERS = [scenario for scenario in SEND_PATH if scenario.function is A_QUESTION.function]
visited, visited_in_pairs = cache(visit_points), cache(visit_pairs)  # without planted bugs


def named(what: str) -> Scenario:
    (found,) = (scenario for scenario in SCENARIOS if str(scenario) == what)
    return found


def matches(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", r"[^/]+", pattern), path) is not None


def holds(visit: Visit) -> None:
    assert not visit.found, "\n".join([f"{visit}; found at {len(visit.found)}:", *visit.found[:5]])


# ---------------------------------------------------------------- what holds


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_run_cut_short_anywhere_ends_like_an_undisturbed_one(scenario: Scenario) -> None:
    visit = visited(scenario)

    holds(visit)
    kills = [point for (point,) in visit.visited if point.moment in KILLS]
    assert len(kills) == 2 * len(visit.calls) + 1


@pytest.mark.parametrize("scenario", SEND_PATH, ids=str)
def test_a_run_killed_twice_still_has_its_work_done(scenario: Scenario) -> None:
    visit = visited_in_pairs(scenario)

    holds(visit)
    assert visit.pairs > (2 * len(visit.calls) + 1) ** 2 / 2


@pytest.mark.parametrize("scenario", TO_CUSTOMERS, ids=str)
def test_only_what_was_claimed_and_may_have_been_sent_is_never_sent_again(scenario: Scenario) -> None:
    visit = visited(scenario)

    claim = 1 + visit.calls.index("TransactWriteItems")
    (send,) = (n for n, name in enumerate(visit.calls, 1) if name in SENDS)
    between = {("killed after", claim), ("killed before", send)}
    between |= {(moment, n) for moment in KILLS[:2] for n in range(claim + 1, send)}
    killed = {(point.moment, point.call) for point in visit.parked if point.moment in KILLS}
    by_mail = visit.calls[send - 1] == "SendEmail"  # no event reports on a text whose record was lost
    assert {
        (moment, n) for moment, n in killed if n <= send and (moment, n) != ("killed after", send)
    } == between
    assert not by_mail or killed == between


# ---------------------------------------------------------------- that every point is visited


def test_there_is_a_scenario_for_every_function() -> None:
    functions = {path.parent.name for path in Path("functions").glob("*/app.py")}

    # The invitation of the owner writes to the user pool alone, and does the same however often it is asked;
    # the check of the account and the mails of Cognito only read.
    others = {"invite_owner", "check_readiness", "write_account_mail"}
    assert {str(scenario).partition(":")[0] for scenario in SCENARIOS} == functions - others


def test_there_is_a_scenario_for_every_form_of_the_console() -> None:
    # The plan of a contact is asked for by a form, and writes nothing.
    posted = [route.pattern for route in CONSOLE_ROUTES if route.method == "POST" and route.page is not plan]

    assert [path for path in posted if not any(matches(path, form) for form, _ in FORMS)] == []


def test_there_is_a_scenario_for_every_call_that_writes() -> None:
    document = json.loads(Path("docs/openapi.json").read_text(encoding="utf-8"))
    calls = {f"{method.upper()} {path}" for path, calls in document["paths"].items() for method in calls}
    written = {re.sub(r"{\w+}", "{}", call) for call in calls if not call.startswith("GET ")}

    assert written == {re.sub(r"{\w+}|(?<=steps/)\w+", "{}", route) for route, _ in ROUTES}


def test_it_is_killed_once_before_and_after_each_call_and_as_it_returns() -> None:
    (calls,) = run_scenario(A_QUESTION).runs

    told = []
    for point in points_of([calls]):
        (line,) = (line for line in run_scenario(A_QUESTION, point).story if "killed" in line)
        told.append(line[line.index("killed") :])

    expected = [
        f"killed {when} {name} {n}" for n, name in enumerate(calls, 1) for when in ("before", "after")
    ]
    assert told == [*expected, f"killed as it returns from call {len(calls) + 1}"]


def test_equal_states_lead_to_equal_ends() -> None:
    quiet = run_scenario(A_WARNING)
    alike: list[tuple[object, list[list[str]]]] = []
    for point in points_of(quiet.runs):
        life = run_scenario(A_WARNING, point, followers=FOLLOWERS)
        known = next((runs for left, runs in alike if left == life.state_after_kill), None)
        assert known in (None, life.runs[1:])
        alike.append((life.state_after_kill, life.runs[1:]))


def test_both_kills_of_a_pair_happen_one_in_the_run_and_one_in_what_follows() -> None:
    visit = visited_in_pairs(A_WARNING)

    assert {first.run for first, _ in visit.visited} == {0}
    assert min(second.run for _, second in visit.visited) == 1
    assert len(set(visit.visited)) == len(visit.visited)


# ---------------------------------------------------------------- that a bug would be seen


@mutation()
def rotates_keys_again() -> Planted:
    rotate = keys.rotate_link_keys
    return replaced(rotate, lambda desk, _asked_at=None: rotate(desk))


@mutation()
def leases_only_the_first_attempt() -> Planted:
    claim = lifecycle.claim

    def without_lease(*facts: Any) -> Any:
        return claim(*facts).model_copy(update={"wake_at": None})

    return replaced(claim, without_lease)


@mutation()
def forgets_work_that_a_case_does_not_list() -> Planted:
    to_follow, settled = rules.to_follow, unlisted_work.settled

    def not_due(*facts: Any) -> Any:
        return to_follow(*facts).model_copy(update={"wake_at": None})

    return together(replaced(to_follow, not_due), replaced(settled, lambda _desk, case, _now: case))


@pytest.mark.parametrize(
    ("planted", "scenario"),
    [
        (records_before_it_sends, str(A_QUESTION)),
        (records_before_it_sends, str(A_WARNING)),
        (forgets_messages_between_claim_and_record, str(A_REMINDER)),
        (forgets_messages_between_claim_and_record, str(A_WARNING)),
        (sends_to_customers_again, str(A_QUESTION)),
        (ignores_the_idempotency_key, "api: POST /api/interactions"),
        (forgets_work_that_a_case_does_not_list, "api: a long case: it changes hands"),
        (rotates_keys_again, "rotate_link_keys: every ninety days"),
    ],
    ids=str,
)
def test_some_point_shows(planted: Mutation, scenario: str) -> None:
    with planted():
        visit = visit_points(named(scenario), enough=1)

    assert any("killed" in found for found in visit.found)


def test_a_pair_shows_what_no_single_point_does() -> None:
    with leases_only_the_first_attempt():
        once, twice = visit_points(A_WARNING), visit_pairs(A_WARNING, enough=1)

    assert not once.found
    assert twice.found


def test_the_command_tells_how_many_points_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SCENARIOS", SCENARIOS[-1:])
    monkeypatch.setattr(command, "SEND_PATH", ())

    assert command.main() == 0
    assert "rotate_link_keys: the stack is deleted: 2 calls, points in" in capsys.readouterr().out
