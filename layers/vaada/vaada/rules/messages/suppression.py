"""Suppression of addresses: what suppresses an address, and what lifts the suppression."""

from collections.abc import Iterator
from datetime import datetime

from vaada.model.ids import derived_row_id
from vaada.model.people import Agent, Medium, Subscription
from vaada.model.suppressions import ActiveStop, Stop, StopReason, Suppression
from vaada.model.work import FollowUp
from vaada.rules.messages.lifecycle import Work

_FIELDS: dict[StopReason, str] = {"unsubscribed": "surveys", "unsubscribed_news": "news"}
"""What each reason stops. All other reasons stop everything."""

_UNSUBSCRIBED: dict[Subscription, StopReason] = {"survey": "unsubscribed", "news": "unsubscribed_news"}


def may_send(suppression: Suppression | None, *, survey: bool, news: bool = False) -> bool:
    """Whether a message may be sent to the address. `survey`: a survey. `news`: a tip or an invitation."""
    if suppression is None:
        return True
    stops = (suppression.anything, survey and suppression.surveys, news and suppression.news)
    return not any(stops)


def reason_of(subscription: Subscription) -> StopReason:
    """Return the reason of a suppression by the link that ends this subscription."""
    return _UNSUBSCRIBED[subscription]


def suppress(before: Suppression | None, suppression_id: str, medium: Medium, stop: Stop) -> Suppression:
    """Suppress the address for this reason. Returns the same row if nothing changes.

    The first reason is kept. But a person's own wish replaces a bounce, because a bounce can be lifted.
    """
    field = _FIELDS.get(stop.reason, "anything")
    if before is None:
        return Suppression.model_validate(
            {"suppression_id": suppression_id, "medium": medium, field: stop.model_dump()}
        )
    current: Stop | None = getattr(before, field)
    replaces = current is None or (current.reason == "bounced" and stop.reason != "bounced")
    return before.changed(**{field: stop}) if replaces else before


def lift_texted_stop(before: Suppression) -> Suppression:
    """Lift a suppression by STOP, after START. Any other suppression stays."""
    if before.anything is None or before.anything.reason != "texted_stop":
        return before
    return before.changed(anything=None)


def lift_unsubscribe(before: Suppression, subscription: Subscription) -> Suppression:
    """Lift a suppression by an unsubscribe link, when the person undoes it. Any other suppression stays."""
    field = _FIELDS[reason_of(subscription)]
    return before if getattr(before, field) is None else before.changed(**{field: None})


def lift_bounce(before: Suppression) -> Suppression:
    """Lift a suppression by a bounce, when the address works again. A person's own wish stays."""
    if before.anything is None or before.anything.reason != "bounced":
        return before
    return before.changed(anything=None, follow_up_id=None)


def note_follow_up(before: Suppression, follow_up_id: str) -> Suppression:
    """Record the follow-up that tells a supervisor about the suppressed address."""
    return before.changed(follow_up_id=follow_up_id)


def active_stops(suppression: Suppression | None) -> Iterator[ActiveStop]:
    """Yield what must not be sent to the address, and why."""
    if suppression is not None and suppression.anything is not None:
        yield ActiveStop(medium=suppression.medium, what="anything", **dict(suppression.anything))
    if suppression is not None and suppression.surveys is not None:
        yield ActiveStop(medium=suppression.medium, what="surveys", **dict(suppression.surveys))
    if suppression is not None and suppression.news is not None:
        yield ActiveStop(medium=suppression.medium, what="news", **dict(suppression.news))


def follow_up_of_bounce(
    suppression: Suppression,
    stop: Stop,
    work: Work,
    reader: Agent,
    of: Agent,
    now: datetime,
) -> FollowUp:
    """Return the follow-up that tells a supervisor that the address of `reader` is suppressed.

    It is filed under `work`, whose agent is `of`. There is one for each time the address is suppressed.
    """
    what = "mail" if suppression.medium == "email" else "texts"
    because = (
        "the address does not work. Tell them, and correct it."
        if stop.reason == "bounced"
        else "they had it stopped, perhaps as spam. Talk to them."
    )
    return FollowUp(
        follow_up_id=derived_row_id(work.customer_id, f"{suppression.id}-{stop.at.isoformat()}", now),
        customer_id=work.customer_id,
        interaction_id=work.interaction_id,
        case_id=work.case_id,
        agent_id=reader.supervisor_id or of.agent_id,
        told="agent" if reader.supervisor_id else "owner",
        origin="bounced",
        reason=f"{reader.name} gets no {what}: {because}",
        due_at=now,
        wake_at=now,
        created_at=now,
    )
