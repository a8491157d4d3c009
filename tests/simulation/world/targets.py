"""The functions that AWS wakes, and what names them."""

from collections.abc import Callable
from typing import Any

from functions.flag_overdue.app import handler as flag_overdue
from functions.plan_follow_ups.app import handler as plan_follow_ups
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.scripted_desk import ENVIRONMENT

Function = Callable[..., Any]
Event = dict[str, Any]
TARGETS: dict[str, Function] = {
    ENVIRONMENT["REMIND_AGENT_ARN"]: remind_agent,
    ENVIRONMENT["FLAG_OVERDUE_ARN"]: flag_overdue,
    ENVIRONMENT["SEND_SURVEY_ARN"]: send_survey,
}
"""Those that schedules and other functions invoke, by their ARNs."""


def name_of(function: Function) -> str:
    """The name of the folder of the function."""
    return function.__module__.split(".")[1]


WITH_DEAD_LETTERS: dict[str, Function] = {
    name_of(function): function for function in (*TARGETS.values(), plan_follow_ups, sync_schedules)
}
"""Those whose dead letters name them."""
