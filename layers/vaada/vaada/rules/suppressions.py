"""Suppressions: what stops an address, and what starts it again."""

from vaada.model.people import Medium
from vaada.model.suppressions import Stop, Suppression


def may_write(found: Suppression | None, *, survey: bool) -> bool:
    """Whether this may be sent to the address."""
    return found is None or (found.anything is None and not (survey and found.surveys))


def stopped(before: Suppression | None, suppression_id: str, medium: Medium, stop: Stop) -> Suppression:
    """The address, stopped for this reason; itself where it was stopped before. The first reason stands."""
    field = "surveys" if stop.reason == "unsubscribed" else "anything"
    if before is None:
        return Suppression.model_validate(
            {"suppression_id": suppression_id, "medium": medium, field: stop.model_dump()}
        )
    return before if getattr(before, field) is not None else before.changed(**{field: stop})


def without_texted_stop(before: Suppression) -> Suppression:
    """The address as it stands after START: only what its owner had stopped by text starts again."""
    if before.anything is None or before.anything.reason != "texted_stop":
        return before
    return before.changed(anything=None)
