"""No function has more rights than it needs: without any one right of template.yaml, a call is denied."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from tests.integration.scripted_desk import ENVIRONMENT
from tests.rights.granted import Need, Right, arn_of, environment_of, functions, granted
from tests.rights.guard import SCHEDULER, Denied, Guard
from tests.rights.moto_stories import (
    ask_whether_the_desk_is_ready,
    create_rotate_and_delete_keys,
    have_the_mails_of_cognito_written,
    invite_the_owner,
    work_in_the_console,
    write_from_an_address_of_two_customers,
)
from tests.rights.simulated_stories import Scenario, run_people, run_rare_actions, use_whatsapp

pytestmark = pytest.mark.xdist_group("rights")  # so that one process finds out which rights are needed
LIVES = 8
SCENARIOS: tuple[Scenario, ...] = (
    run_rare_actions,
    use_whatsapp,
    create_rotate_and_delete_keys,
    invite_the_owner,
    work_in_the_console,
    ask_whether_the_desk_is_ready,
    have_the_mails_of_cognito_written,
    write_from_an_address_of_two_customers,
    *(partial(run_people, people) for people in range(LIVES)),
)
EXCUSED = {
    # AWS's documents name it beside ses:SendRawEmail. For a mail in MIME, users report, AWS asks for that one
    # only. The local cloud asks for this one: tests/e2e/test_rights.py shows that without it nothing is sent.
    "ses:SendEmail",
}
RIGHTS = [right for right in granted() if right.action not in EXCUSED]
TOPIC = arn_of("AlarmTopic")


Needed = Mapping[Right, Scenario]
"""Each right that was the only one to allow a call, and where it first did."""


@pytest.fixture(scope="session")
def needed() -> Needed:
    """The rights that were needed by everything the functions do."""
    guard = Guard(granted())
    first: dict[Right, Scenario] = {}
    for scenario in SCENARIOS:
        scenario(guard)
        first |= {right: scenario for right in guard.needed if right not in first}
    return first


@pytest.mark.parametrize("function", functions())
def test_each_function_needs_some_right_in_the_scenarios(needed: Needed, function: str) -> None:
    assert function in {right.holder for right in needed}


@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_no_right_can_be_removed_unnoticed(needed: Needed, right: Right) -> None:
    assert right in needed, "an idle right, or the story lacks what it is for"
    others = [other for other in granted() if other is not right]

    with pytest.raises(Denied) as denied:
        needed[right](Guard(others))

    assert denied.value.holder == right.holder
    assert right.allows(denied.value.need)


def test_each_exempted_right_is_granted_and_never_needed(needed: Needed) -> None:
    excused = {right for right in granted() if right.action in EXCUSED}
    assert {right.action for right in excused} == EXCUSED
    assert not excused & needed.keys()


def test_two_equal_rights_are_both_found_unneeded(needed: Needed) -> None:
    right = next(right for right in needed if right.holder == "Pages")
    twin = replace(right, statement="its twin")
    guard = Guard([*granted(), twin])

    run_rare_actions(guard)

    assert not {right, twin} & guard.needed


@pytest.mark.parametrize(
    ("holder", "need"),
    [
        ("RemindAgent", Need("sns:Publish", TOPIC)),
        ("RemindAgent", Need("ses:SendRawEmail", "anything", {"ses:FromAddress": "somebody@else.example"})),
        ("RemindAgent", Need("dynamodb:Scan", arn_of("Table"))),
        ("RemindAgent", Need("dynamodb:Query", arn_of("Table"))),
        ("SyncSchedules", Need("iam:PassRole", arn_of("SchedulerRole"), {"iam:PassedToService": "ec2"})),
        ("SyncSchedules", Need("lambda:InvokeFunction", arn_of("Api"))),
        ("Console", Need("ses:GetAccount", "*")),
        ("CheckReadiness", Need("dynamodb:PutItem", arn_of("Table"))),
        ("CheckReadiness", Need("ssm:GetParameter", ENVIRONMENT["LINK_KEYS_PARAMETER"])),
        (SCHEDULER, Need("sts:AssumeRole", arn_of("SchedulerRole"), {"aws:SourceAccount": "somebody else"})),
        ("logs.amazonaws.com", Need("lambda:InvokeFunction", arn_of("Api"))),
    ],
    ids=str,
)
def test_a_call_without_a_right_is_denied(holder: str, need: Need) -> None:
    with pytest.raises(Denied):
        Guard(granted()).check(holder, need)


@pytest.mark.parametrize("function", functions())
def test_the_environment_of_a_function_names_the_resources_of_its_rights(function: str) -> None:
    told = environment_of(function)
    assert told.items() >= {(name, ENVIRONMENT[name]) for name in told if name in ENVIRONMENT}
