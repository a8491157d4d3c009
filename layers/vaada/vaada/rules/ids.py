"""Ids of the rows derived from an interaction or a case: the same each time they are computed."""

from collections.abc import Iterable
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction


def commitment_ids(interaction: Interaction) -> list[str]:
    """Return the ids of the commitments made in the interaction."""
    return [derived_id(interaction, f"commitment-{n}") for n in range(len(interaction.commitments))]


def call_back_id(interaction: Interaction) -> str:
    """Return the id that the interaction's promise to call back has, if there is one."""
    return derived_id(interaction, "call-back")


def reply_id(interaction: Interaction) -> str:
    """Return the id that the reply to the interaction has, if there is one."""
    return derived_id(interaction, "reply")


def survey_id(interaction: Interaction) -> str:
    """Return the id that the interaction's survey has, if there is one."""
    return derived_id(interaction, "csat")


def case_survey_id(case: Case, resolved_at: datetime) -> str:
    """Return the id of the survey after the case is resolved at this time."""
    by_hand = sum(change.what == "reopened" for change in case.history)
    return derived_row_id(case.case_id, f"csat-{len(case.reopenings) + by_hand}", resolved_at)


def survey_ids(case: Case, contacts: Iterable[Interaction]) -> list[str]:
    """Return the ids that surveys about how the case was resolved may have, in one of its contacts or not."""
    return [*case_survey_ids(case), *(survey_id(contact) for contact in contacts if contact.resolved)]


def case_survey_ids(case: Case) -> list[str]:
    """Return the ids that surveys after the case was resolved on its own may have."""
    by_hand = [change for change in case.history if change.interaction_id is None]
    opened = len(case.reopenings) + sum(change.what == "reopened" for change in by_hand)
    return [
        derived_row_id(case.case_id, f"csat-{n}", change.at)
        for change in by_hand
        if change.what == "resolved"
        for n in range(opened + 1)
    ]


def derived_id(interaction: Interaction, rule: str) -> str:
    """Return the id of the row that `rule` derives from the interaction."""
    return derived_row_id(interaction.interaction_id, rule, interaction.recorded_at)
