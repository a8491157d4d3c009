"""Load the brief of a task: what staff need to know to do it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows.messages.readers import language_of
from vaada.flows.messages.recipients import customer_address
from vaada.flows.messages.tasks import Task
from vaada.flows.work import StaffWork
from vaada.model.messages import Purpose
from vaada.model.people import Agent, Customer, Medium
from vaada.model.rows import Explanation
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.i18n import words
from vaada.present.task_words import amount_words, is_typed, task_words
from vaada.present.view_models import ActionName, Brief, BriefKind, TaskLine, matter_direction, matter_of
from vaada.rules import follow_ups
from vaada.rules.time.zones import zone_of

_ACTIONABLE: frozenset[Purpose] = frozenset(
    {
        "follow_up_reminder",
        "promise_warning",
        "promise_overdue",
        "reply_warning",
        "goodwill_approval",
        "assigned",
    }
)

_BY_STATUS: dict[str, tuple[ActionName, ...]] = {
    # promises
    "open": ("kept", "running_late", "new_date", "unreachable"),
    "broken": ("kept",),
    # replies
    "awaited": ("answered", "waiting"),
    "paused": ("answered",),
    # goodwill
    "requested": ("approve", "decline"),
}


def is_actionable(purpose: Purpose) -> bool:
    """Whether the message asks its reader to do something, and so has links."""
    return purpose in _ACTIONABLE


def brief(
    desk: Desk,
    task: Task,
    reader: Agent | None,
    now: datetime,
    *,
    answerable: bool,
    link: str | None = None,
    explanation: Explanation | None = None,
    asking: bool = False,
) -> Brief:
    """Return the brief of the task, in the reader's language and time zone.

    `answerable` adds the actions, which begin at `link`. `asking` offers those for a customer who cannot be
    reached.
    """
    work, customer, agent, interaction = task.work, task.customer, task.agent, task.interaction
    zone, language = ZoneInfo(zone_of(reader, desk.policy)), language_of(desk, reader)
    old_date = work.woken_from if isinstance(work, FollowUp) else None
    actions = actions_for(work, now, asking=asking) if answerable else ()
    return Brief(
        kind=_brief_kind(work),
        language=language,
        business=desk.policy.business.name,
        reader_name=reader.name if reader else "",
        agent_name=agent.name,
        customer_name=customer.name,
        customer_phone=customer.phone,
        customer_email=customer.email,
        summary=interaction.summary if interaction else None,
        interaction_at=interaction.occurred_at.astimezone(zone) if interaction else None,
        channel=interaction.channel if interaction else None,
        what=task_words(work, customer.name, words(language)),
        typed=is_typed(work),
        due_at=work.due_at.astimezone(zone),
        now=now.astimezone(zone),
        reminder_number=max(1, work.reminders) if isinstance(work, FollowUp) else 1,
        explanation=explanation,
        amount=_amount(work, language),
        old_date=old_date.astimezone(zone) if old_date else None,
        unreached=work.unreached if isinstance(work, Commitment | FollowUp) else 0,
        late_notice_medium=_late_notice_medium(desk, customer) if "running_late" in actions else None,
        action_url=link,
        actions=actions,
    )


def _late_notice_medium(desk: Desk, customer: Customer) -> Medium | None:
    """Return by which medium the customer can be told that a promise is late. None: by none."""
    address = customer_address(desk, customer, survey=False)
    return address.medium if address else None


def task_line(desk: Desk, task: Task, reader: Agent | None, now: datetime, link: str | None) -> TaskLine:
    """Return the task in one line, in the reader's language and time zone."""
    zone, language = ZoneInfo(zone_of(reader, desk.policy)), language_of(desk, reader)
    what = task_words(task.work, task.customer.name, words(language))
    amount = _amount(task.work, language)
    return TaskLine(
        language=language,
        customer_name=task.customer.name,
        matter=matter_of(amount, what),
        matter_direction=matter_direction(language, amount, typed=is_typed(task.work)),
        due_at=task.work.due_at.astimezone(zone),
        now=now.astimezone(zone),
        action_url=link,
    )


def _amount(work: StaffWork, language: str) -> str | None:
    return amount_words(work, words(language)) if isinstance(work, Goodwill) else None


def actions_for(work: StaffWork, now: datetime, *, asking: bool = False) -> tuple[ActionName, ...]:
    """Return the actions that the status of the work allows."""
    if isinstance(work, FollowUp):
        return _follow_up_actions(work, now, asking=asking) if work.status in follow_ups.OPEN else ()
    if asking and work.status == "open":
        return ("running_late", "new_date", "kept")
    return _BY_STATUS.get(work.status, ())


def _follow_up_actions(work: FollowUp, now: datetime, *, asking: bool) -> tuple[ActionName, ...]:
    if asking:
        return ("next_week", "pick_date", "done", "give_up")
    offered = work.woken_from is not None and work.woken_from > now
    old_date: tuple[ActionName, ...] = ("old_date",) if offered else ()
    return ("done", *old_date, "tomorrow", "next_week", "pick_date", "unreachable")


def _brief_kind(work: StaffWork) -> BriefKind:
    match work:
        case Commitment():
            return "commitment"
        case FollowUp():
            return "follow_up"
        case Reply():
            return "reply"
        case Goodwill():
            return "goodwill"
