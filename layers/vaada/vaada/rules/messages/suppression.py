"""Suppressions: what stops an address, and what starts it again."""

from collections.abc import Iterator
from datetime import datetime

from vaada.model.ids import derived_row_id
from vaada.model.people import Agent, Medium
from vaada.model.suppressions import ActiveStop, Stop, Suppression
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey


def may_write(found: Suppression | None, *, survey: bool) -> bool:
    """Whether this may be sent to the address."""
    return found is None or (found.anything is None and not (survey and found.surveys))


def suppress(before: Suppression | None, suppression_id: str, medium: Medium, stop: Stop) -> Suppression:
    """The address, stopped for this reason; itself where it was stopped before.

    The first reason stands, but that what its owner said outlives a bounce, which may be lifted.
    """
    field = "surveys" if stop.reason == "unsubscribed" else "anything"
    if before is None:
        return Suppression.model_validate(
            {"suppression_id": suppression_id, "medium": medium, field: stop.model_dump()}
        )
    stands: Stop | None = getattr(before, field)
    outdone = stands is None or (stands.reason == "bounced" and stop.reason != "bounced")
    return before.changed(**{field: stop}) if outdone else before


def lift_texted_stop(before: Suppression) -> Suppression:
    """The address as it stands after START: only what its owner had stopped by text starts again."""
    if before.anything is None or before.anything.reason != "texted_stop":
        return before
    return before.changed(anything=None)


def lift_unsubscribe(before: Suppression) -> Suppression:
    """The address as it stands when its owner did not mean to unsubscribe: whatever else stops it stays."""
    if before.surveys is None or before.surveys.reason != "unsubscribed":
        return before
    return before.changed(surveys=None)


def lift_bounce(before: Suppression) -> Suppression:
    """The address as it stands once it works again: what its owner does not want stays stopped."""
    if before.anything is None or before.anything.reason != "bounced":
        return before
    return before.changed(anything=None, follow_up_id=None)


def note_follow_up(before: Suppression, follow_up_id: str) -> Suppression:
    """The address, of which a supervisor is told by this follow-up."""
    return before.changed(follow_up_id=follow_up_id)


def stops(found: Suppression | None) -> Iterator[ActiveStop]:
    """What is not to be sent to the address."""
    if found is not None and found.anything is not None:
        yield ActiveStop(medium=found.medium, what="anything", **dict(found.anything))
    if found is not None and found.surveys is not None:
        yield ActiveStop(medium=found.medium, what="surveys", **dict(found.surveys))


def follow_up_of_bounce(
    stopped: Suppression,
    stop: Stop,
    work: Commitment | FollowUp | Goodwill | Reply | Survey,
    reader: Agent,
    of: Agent,
    now: datetime,
) -> FollowUp:
    """The follow-up for the supervisor of somebody whose address is stopped: one for each time it is."""
    at_all = "mail" if stopped.medium == "email" else "texts"
    because = (
        "the address does not work. Tell them, and correct it."
        if stop.reason == "bounced"
        else "they had it stopped, perhaps as spam. Talk to them."
    )
    return FollowUp(
        follow_up_id=derived_row_id(work.customer_id, f"{stopped.id}-{stop.at.isoformat()}", now),
        customer_id=work.customer_id,
        interaction_id=work.interaction_id,
        case_id=work.case_id,
        agent_id=reader.supervisor_id or of.agent_id,
        told="agent" if reader.supervisor_id else "owner",
        origin="bounced",
        reason=f"{reader.name} gets no {at_all}: {because}",
        due_at=now,
        wake_at=now,
        created_at=now,
    )
