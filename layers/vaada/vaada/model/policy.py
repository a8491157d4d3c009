"""The policy: the business's own rules, as one document."""

from datetime import time
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vaada.model.rows import Row
from vaada.model.text import Language, Name
from vaada.model.times import Instant, TimeZone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Hours = Annotated[int, Field(ge=0, le=24 * 365)]
Days = Annotated[int, Field(ge=0, le=365)]


class Part(BaseModel):
    """A part of the policy. A misspelt rule is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Business(Part):
    """Who the business is."""

    name: Name
    time_zone: TimeZone
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    language: Language


class Interval(Part):
    """A stretch of opening time, in the business's zone."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"opens at {self.opens} but closes at {self.closes}")
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("must be local times without an offset")
        return self


class FollowUpRules(Part):
    """When an agent is reminded of a follow-up."""

    unresolved_after_business_days: Days = 1
    reminders_at_most: Annotated[int, Field(ge=1, le=30)] = 5
    supervisor_hears_after_reminders: Annotated[int, Field(ge=1, le=30)] = 2

    @model_validator(mode="after")
    def _supervisor_hears(self) -> Self:
        if self.supervisor_hears_after_reminders >= self.reminders_at_most:
            raise ValueError("supervisor_hears_after_reminders must be less than reminders_at_most")
        return self


class CommitmentRules(Part):
    """Who hears of a commitment, and when, counted from its `due_at`."""

    warn_hours_before: Hours = 4
    supervisor_hours_after: Hours = 4
    owner_business_days_after: Days = 1
    broken_days_after: Annotated[int, Field(ge=1, le=3650)] = 365


class SurveyRules(Part):
    """When a customer is asked how it went."""

    csat_hours_after_resolution: Hours = 24
    remind_after_days: Days = 3
    close_after_days: Annotated[int, Field(ge=1, le=60)] = 14
    low_score_at_most: Annotated[int, Field(ge=0, le=5)] = 2
    low_score_follow_up_business_days: Days = 1

    @model_validator(mode="after")
    def _reminder_before_close(self) -> Self:
        if self.remind_after_days >= self.close_after_days:
            raise ValueError("remind_after_days must be less than close_after_days")
        return self


def _office_week() -> dict[Weekday, tuple[Interval, ...]]:
    day = (Interval(opens=time(9), closes=time(13)), Interval(opens=time(14), closes=time(18)))
    return {weekday: day if weekday in WEEKDAYS[:5] else () for weekday in WEEKDAYS}


class PolicyDocument(Part):
    """The whole policy as the owner reads and writes it."""

    business: Business
    opening_hours: dict[Weekday, tuple[Interval, ...]] = Field(default_factory=_office_week)
    follow_ups: FollowUpRules = FollowUpRules()
    commitments: CommitmentRules = CommitmentRules()
    surveys: SurveyRules = SurveyRules()

    @model_validator(mode="after")
    def _opens_sometimes(self) -> Self:
        if not any(self.opening_hours.values()):
            raise ValueError("opening_hours never open: give at least one day an interval")
        return self


class Policy(Row):
    """The policy in force."""

    kind_of_row: ClassVar[str] = "policy"
    policy_id: Literal["policy"] = "policy"
    document: PolicyDocument
    changed_at: Instant
