"""The form of an agent, on their own page and on a manager's: how they work, and how they are notified."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vaada.api.access import OWN_FIELDS
from vaada.console import hours_form
from vaada.console.http import Fields
from vaada.flows.people import EmailTaken, InvalidChange
from vaada.flows.references import InvalidField, UnknownReference
from vaada.model.people import Agent

MANAGED_FIELDS = OWN_FIELDS | {"name", "email", "supervisor_id", "role"}
"""What managers change of an agent in one form. An absence has a form of its own."""

_LISTS = frozenset({"notify_by", "working_hours"})
_BOXES = frozenset({"weekly_report"})
"""Fields with a checkbox that only some readers see. A form without the checkbox leaves them unchanged."""


@dataclass
class AgentForm:
    """The fields as they are shown, and what is wrong with them, by field: a key of AGENT_PROBLEMS."""

    fields: defaultdict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    wrong_day: str = ""


def empty_form() -> AgentForm:
    """Return the form of a new agent."""
    return AgentForm(defaultdict(str, {"notify_email": "on", "hours": "business", "role": "agent"}))


def form_of(agent: Agent) -> AgentForm:
    """Return the form of an agent as they are stored."""
    fields = {name: str(getattr(agent, name) or "") for name in MANAGED_FIELDS - _LISTS - _BOXES}
    fields |= {f"notify_{medium}": "on" for medium in agent.notify_by}
    fields |= {
        "hours": "own" if agent.working_hours else "business",
        **hours_form.lines_of(agent.working_hours),
    }
    return AgentForm(defaultdict(str, fields))


def sent_form(form: Fields) -> AgentForm:
    """Return the form as it was sent."""
    return AgentForm(defaultdict(str, form.pairs))


def changes(form: Fields, names: Iterable[str]) -> dict[str, object]:
    """Return the fields with these names to change. Raises UnreadableHours."""
    found: dict[str, object] = {name: form[name] or None for name in names if name not in _LISTS | _BOXES}
    found |= {name: name in form for name in names if name in _BOXES and f"asks_{name}" in form}
    found["notify_by"] = tuple(medium for medium in ("email", "sms") if f"notify_{medium}" in form)
    found["working_hours"] = hours_form.sent_week(form) if form["hours"] == "own" else None
    return found


def attempt(sent: AgentForm, act: Callable[[], object]) -> bool:
    """Run an action with a sent form, and note the errors of its fields. Returns whether it succeeded."""
    try:
        act()
    except hours_form.UnreadableHours as unreadable:
        sent.problems["working_hours"], sent.wrong_day = "working_hours", unreadable.day
    except InvalidChange as invalid:
        sent.problems |= _by_field(str(one["loc"][0]) for one in invalid.errors())
    except (InvalidField, UnknownReference) as invalid:
        sent.problems |= _by_field((invalid.field,))
    except EmailTaken:
        sent.problems["email"] = "taken"
    return not sent.problems


def _by_field(names: Iterable[str]) -> Mapping[str, str]:
    return {name: name for name in names}
