"""The functions that AWS invokes, and their ARNs."""

from collections.abc import Callable
from typing import Any

from functions.flag_overdue.app import handler as flag_overdue
from functions.plan_surveys.app import handler as plan_surveys
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
"""The functions that schedules and other functions invoke, by ARN."""


def name_of(function: Function) -> str:
    """The name of the function's folder."""
    return function.__module__.split(".")[1]


WITH_DEAD_LETTERS: dict[str, Function] = {
    name_of(function): function for function in (*TARGETS.values(), plan_surveys, sync_schedules)
}
"""The functions whose dead letters contain their ARN, by ARN."""
