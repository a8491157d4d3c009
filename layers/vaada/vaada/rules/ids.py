"""Ids of the rows that an interaction or a case brings: the same each time they are derived."""

from datetime import datetime

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction


def commitment_ids(interaction: Interaction) -> list[str]:
    """The ids of the commitments given in the contact."""
    return [derived_id(interaction, f"commitment-{n}") for n in range(len(interaction.commitments))]


def call_back_id(interaction: Interaction) -> str:
    """The id that a promise to call back has, if the contact became one."""
    return derived_id(interaction, "call-back")


def reply_id(interaction: Interaction) -> str:
    """The id that the answer has that the contact asks for."""
    return derived_id(interaction, "reply")


def survey_id(interaction: Interaction) -> str:
    """The id that the contact's survey has, if it earns one."""
    return derived_id(interaction, "csat")


def case_survey_id(case: Case, resolved_at: datetime) -> str:
    """The id of the survey that the case earns when it is resolved at this time."""
    return derived_row_id(case.case_id, f"csat-{len(case.reopenings)}", resolved_at)


def derived_id(interaction: Interaction, rule: str) -> str:
    return derived_row_id(interaction.interaction_id, rule, interaction.recorded_at)
