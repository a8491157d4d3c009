"""Inputs about campaigns."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from vaada.model.campaigns import MOST_LANGUAGES, primary
from vaada.model.localities import WrittenLanguage
from vaada.model.text import Input, Line, Prose, Tag
from vaada.model.times import GivenTime


class NewCampaignText(Input):
    """The input for what a campaign says in one language."""

    language: WrittenLanguage
    subject: Annotated[Line, Field(max_length=150)]
    text: Prose


def _each_language_once(texts: tuple[NewCampaignText, ...]) -> tuple[NewCampaignText, ...]:
    if len({primary(one.language) for one in texts}) < len(texts):
        raise ValueError("has the same language twice")
    return texts


class NewEvent(Input):
    """The input for an event: when it is and where."""

    begins_at: GivenTime
    ends_at: GivenTime
    place: Annotated[Line, Field(max_length=200)]

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.ends_at <= self.begins_at:
            raise ValueError("ends_at must be after begins_at")
        return self


class NewCampaign(Input):
    """The input for a tip: what it says, in one language or more, and whom it is for.

    With an `event` it is an invitation, which they answer with yes or no. It goes to the customers with this
    `tag`, else to all, of those who agreed to tips and invitations.
    """

    texts: Annotated[
        tuple[NewCampaignText, ...],
        Field(min_length=1, max_length=MOST_LANGUAGES),
        AfterValidator(_each_language_once),
    ]
    tag: Tag | None = None
    event: NewEvent | None = None


class Attendance(Input):
    """The input for whether a customer came to an event."""

    came: bool


class CampaignTime(Input):
    """The input for when a campaign is sent: now, if left out."""

    send_at: GivenTime | None = None
