"""The words about colleagues: who is there, who supervises whom, and what is wrong with a form."""

from collections.abc import Mapping
from dataclasses import dataclass

from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.suppressions import ActiveStop
from vaada.model.user_accounts import UserAccount
from vaada.present.sanitize import isolate
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.time.availability import is_at_work, is_away
from vaada.rules.time.deadlines import working_hours

AGENT_PROBLEMS: dict[str, str] = {
    "name": _("Write a name, on one line."),
    "email": _("This is not an e-mail address."),
    "taken": _("This address belongs to a colleague already."),
    "phone": _("This number cannot be dialled. Write it with its country code."),
    "notify_by": _("Choose at least one way; texts need a number."),
    "time_zone": _("This is not a time zone. Write it like Asia/Karachi."),
    "language": _("Choose a language."),
    "working_hours": _("Write hours like 09:00-13:00, 14:00-18:00 for at least one day."),
    "supervisor_id": _("Choose a colleague who is there."),
    "role": _("Choose agent or manager."),
    "own_role": _("Only another manager may take this from you."),
}
"""What is wrong with a field of an agent, and what to do."""


def absence(agent: Agent, times: Times) -> str:
    """Return when the agent is away, now or later: "away until Fri 10:00". Empty: there is no absence."""
    gettext, now = times.words.catalogue.gettext, times.now
    since, until = agent.away_from, agent.away_until
    if agent.left_at is not None:
        return gettext("left the business")
    if (since is None and until is None) or (until is not None and until <= now):
        return ""
    if since is not None and since > now:
        begins = {"begins": times.when(since), "ends": times.when(until) if until else ""}
        if until is None:
            return gettext("away from %(begins)s until further notice") % begins
        return gettext("away from %(begins)s to %(ends)s") % begins
    if until is None:
        return gettext("away until further notice")
    # Translators: an agent is away until a time such as "Fri 10:00"
    return gettext("away until %(when)s") % {"when": times.when(until)}


def standing_in(agents: tuple[Agent, ...], times: Times) -> tuple[str, ...]:
    """Return whom the reader stands in for, one sentence each: "You stand in for Amina: away until …"."""
    gettext, direction = times.words.catalogue.gettext, times.words.direction
    return tuple(
        gettext("You stand in for %(name)s: %(absence)s.")
        % {"name": isolate(agent.name, direction), "absence": absence(agent, times)}
        for agent in agents
    )


@dataclass(frozen=True)
class ColleagueRow:
    """A colleague in the list. `access` is a key of `_ACCESS`, or empty if it was not looked up.

    `until` is when somebody who is off work is there again.
    """

    agent: Agent
    state: str
    until: str
    absence: str
    cover: Agent | None
    supervisor: Agent | None
    is_manager: bool
    access: str
    access_words: str
    stops: tuple[ActiveStop, ...]


@dataclass(frozen=True)
class Node:
    """An agent in the tree of supervisors."""

    agent: Agent
    below: tuple["Node", ...]


_ACCESS: dict[str, str] = {
    "none": _("Has no way to sign in yet."),
    "invited": _("Invited; has not signed in yet."),
    "out": _("Cannot sign in."),
    "in": "",
}


def colleague_rows(
    agents: Mapping[str, Agent],
    accounts: Mapping[str, UserAccount] | None,
    stops: Mapping[str, tuple[ActiveStop, ...]],
    policy: PolicyDocument,
    times: Times,
) -> tuple[ColleagueRow, ...]:
    """Return everybody by name, former agents last. `accounts` is None if the reader may not see them."""
    gettext = times.words.catalogue.gettext

    def row(agent: Agent) -> ColleagueRow:
        until = ""
        account = accounts.get(agent.email.casefold()) if accounts is not None else None
        access = _access(account) if accounts is not None and agent.left_at is None else ""
        if agent.left_at is not None:
            state = gettext("Has left")
        elif is_away(agent, times.now):
            state = gettext("Away")
        else:
            hours = working_hours(agent, policy)
            at_work = is_at_work(hours, times.now)
            state = gettext("At work") if at_work else gettext("Off work")
            if not at_work:
                # Translators: somebody is off work until a time such as "Fri 09:00"
                until = gettext("until %(when)s") % {"when": times.when(hours.opens(times.now))}
        return ColleagueRow(
            agent,
            state,
            until,
            absence(agent, times) if agent.left_at is None else "",
            agents.get(agent.covered_by or ""),
            agents.get(agent.supervisor_id or ""),
            account.is_manager if account else agent.role == "manager",
            access,
            gettext(_ACCESS[access]) if _ACCESS.get(access) else "",
            stops.get(agent.id, ()),
        )

    return tuple(map(row, sorted(agents.values(), key=lambda one: (one.left_at is not None, _by_name(one)))))


def reporting_tree(agents: Mapping[str, Agent]) -> tuple[Node, ...]:
    """Return who supervises whom, without former agents. In a loop, the first by name is at the top."""
    there = sorted((agent for agent in agents.values() if agent.left_at is None), key=_by_name)
    ids, placed = {agent.id for agent in there}, set[str]()

    def node(agent: Agent) -> Node:
        placed.add(agent.id)
        below = (one for one in there if one.supervisor_id == agent.id)
        return Node(agent, tuple(node(one) for one in below if one.id not in placed))

    tops = [agent for agent in there if agent.supervisor_id not in ids]
    nodes = [node(agent) for agent in tops]
    for agent in there:  # those who are left are in a loop
        if agent.id not in placed:
            nodes.append(node(agent))
    return tuple(nodes)


def _access(account: UserAccount | None) -> str:
    if account is None:
        return "none"
    if not account.enabled:
        return "out"
    return "in" if account.has_signed_in else "invited"


def _by_name(agent: Agent) -> str:
    return agent.name.casefold()
