"""The policy: the business's own rules, as one document."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
    model_validator,
)

from vaada.model.hours import WEEKDAYS, ClosedDays, Holidays, Interval, LocalTime, PolicyPart, Week, Weekday
from vaada.model.people import Channel, CheckInDays, Medium
from vaada.model.rows import Row
from vaada.model.text import Language, Line, Name, Prose, Tag, Whole, distinct
from vaada.model.times import Instant, TimeZone
from vaada.model.work import SATISFIED, Recommendation, SurveyKind

Hours = Annotated[Whole, Field(ge=0, le=24 * 365)]
Days = Annotated[Whole, Field(ge=0, le=365)]
Minutes = Annotated[Whole, Field(ge=1, le=60 * 24 * 365)]
Count = Annotated[Whole, Field(ge=0, le=100)]
COUNTRY_PATTERN, CURRENCY_PATTERN, CALLING_CODE_PATTERN = "^[A-Z]{2}$", "^[A-Z]{3}$", "^[1-9][0-9]{0,2}$"
CountryCode = Annotated[str, Field(pattern=CALLING_CODE_PATTERN)]
TextPrice = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=5)]
"""US dollars per SMS part."""

StepName = Literal["apologised", "gone_through", "written_down", "solved", "confirmed", "cause_recorded"]
"""The six steps of a complaint, in order."""


class Business(PolicyPart):
    """The business's name, time zone, country and language."""

    name: Name
    time_zone: TimeZone
    country: Annotated[str, Field(pattern=COUNTRY_PATTERN)]
    language: Language


class Delay(PolicyPart):
    """A length of time in exactly one unit: clock time, opening time or whole days."""

    minutes: Minutes | None = None
    hours: Hours | None = None
    opening_minutes: Minutes | None = None
    opening_hours: Hours | None = None
    days: Days | None = None
    business_days: Days | None = None

    @model_validator(mode="after")
    def _check_one_unit(self) -> Self:
        if len(self.model_dump()) != 1:
            raise ValueError(f"must have exactly one of {', '.join(type(self).model_fields)}")
        return self

    @model_serializer(mode="wrap")
    def _serialize_one_unit(self, serialize: SerializerFunctionWrapHandler) -> dict[str, int]:
        return {unit: amount for unit, amount in serialize(self).items() if amount is not None}


class FollowUpRules(PolicyPart):
    """When an agent is reminded of a follow-up, and when the supervisor is told.

    A case that waits for the customer is followed up after `no_answer_after_business_days`.
    """

    unresolved_after_business_days: Days = 1
    no_answer_after_business_days: Days = 3
    reminders_at_most: Annotated[Whole, Field(ge=1, le=30)] = 5
    supervisor_hears_after_reminders: Annotated[Whole, Field(ge=1, le=30)] = 2
    try_again_after: Delay = Delay(opening_hours=4)
    unreached_asks_after: Annotated[Whole, Field(ge=1, le=30)] = 3
    group_within_minutes: Annotated[Whole, Field(ge=0, le=15)] = 5

    @model_validator(mode="after")
    def _check_supervisor_is_told(self) -> Self:
        if self.supervisor_hears_after_reminders >= self.reminders_at_most:
            raise ValueError("supervisor_hears_after_reminders must be less than reminders_at_most")
        return self


class Rung(PolicyPart):
    """A step of escalation: whom to tell of an overdue promise, how long after `due_at`, by which media."""

    tell: Literal["agent", "supervisor", "owner"]
    after: Delay
    by: Annotated[tuple[Medium, ...], Field(min_length=1, max_length=2), AfterValidator(distinct)] | None = (
        None
    )


class CommitmentRules(PolicyPart):
    """When the agent is warned, and who else is told after `due_at`. The agent is always told.

    `asks_after_mails`: an agent who copies the desk on a mail is asked whether it promises something.
    """

    warn_before: Delay = Delay(hours=4)
    ladder: Annotated[tuple[Rung, ...], Field(max_length=10)] = (
        Rung(tell="supervisor", after=Delay(opening_hours=4)),
        Rung(tell="owner", after=Delay(business_days=1)),
    )
    broken_days_after: Annotated[Whole, Field(ge=1, le=3650)] = 365
    asks_after_mails: bool = True


def _default_reply_targets() -> dict[Channel, Minutes]:
    return {"phone": 60, "sms": 60, "whatsapp": 60, "social": 60, "chat": 60, "email": 240, "web": 240}


class ReplyRules(PolicyPart):
    """The reply target per channel, in opening minutes. A channel without a target is not measured."""

    opening_minutes: dict[Channel, Minutes] = Field(default_factory=_default_reply_targets)
    warn_opening_minutes_before: Annotated[Whole, Field(ge=0, le=60 * 24)] = 15
    call_back_outside_hours: bool = True


class CaseRules(PolicyPart):
    """When a case counts as a run-around, and which steps of a complaint are critical.

    A contact that is recorded more than `history_after_days` after it took place is history: no clock, no
    reminder and no message follows from it.
    """

    repeat_within_days: Annotated[Whole, Field(ge=1, le=365)] = 7
    hand_offs_at_most: Count = 2
    repeat_contacts_at_most: Count = 2
    reopenings_at_most: Count = 1
    upset_follow_up_after: Delay = Delay(opening_hours=4)
    history_after_days: Annotated[Whole, Field(ge=1, le=3650)] = 30
    critical_steps: Annotated[tuple[StepName, ...], Field(max_length=6), AfterValidator(distinct)] = (
        "apologised",
        "solved",
        "confirmed",
        "cause_recorded",
    )


class GoodwillRules(PolicyPart):
    """How much goodwill an agent may give per case without approval. `currency` is ISO 4217."""

    currency: Annotated[str, Field(pattern=CURRENCY_PATTERN)] = "USD"
    allowance_per_case: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)] = Decimal(25)


def _with_distinct_tags(given: object, validate: ValidatorFunctionWrapHandler) -> dict[Tag, int]:
    """Return the days by tag. Raises ValueError if two tags differ only in case or spaces."""
    days: dict[Tag, int] = validate(given)
    if isinstance(given, dict) and len(days) < len(given):
        raise ValueError("has the same tag twice: case and spaces around it make no difference")
    return days


class CheckInRules(PolicyPart):
    """Days between check-ins, by the customer's tag. With several tags the shortest counts."""

    every_days_by_tag: Annotated[
        dict[Tag, CheckInDays], Field(max_length=50), WrapValidator(_with_distinct_tags)
    ] = Field(default_factory=dict)


class CustomerRules(PolicyPart):
    """The local hours in which customers may be sent messages, and how many in a number of days.

    Of these, `news_a_month` may be tips and invitations, in 30 days.
    """

    write_from: LocalTime = time(9)
    write_until: LocalTime = time(20)
    messages_at_most: Annotated[Whole, Field(ge=1, le=100)] = 3
    within_days: Annotated[Whole, Field(ge=1, le=90)] = 7
    news_a_month: Annotated[Whole, Field(ge=0, le=31)] = 2

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.write_from >= self.write_until:
            raise ValueError("write_from must be before write_until: otherwise nobody is ever written to")
        return self


def _default_low_scores() -> dict[SurveyKind, int]:
    return {"csat": 2, "nps": 6, "ces": 3, "promise": 0}


def _default_days_between_kind() -> dict[SurveyKind, Days]:
    return {"nps": 90}


def _default_high_scores() -> dict[SurveyKind, int]:
    return dict(SATISFIED)


class SurveyRules(PolicyPart):
    """Which surveys customers are sent, when, and how often at most.

    A score up to `low_score_at_most` opens a follow-up, due `low_score_follow_up_business_days` later. After
    a score from `high_score_at_least` up, the customer is asked for a review or shown the referral, if set:
    once, and again after `recommendation_again_after_days`; 0 is never again. With
    `recommendation_by_message` they are also sent it, the next day.
    """

    after_resolution: Literal["csat", "ces", "none"] = "csat"
    hours_after_resolution: Hours = 24
    after_kept_promise: bool = False
    hours_after_kept_promise: Hours = 24
    nps_every_days: Days = 0
    days_between: Days = 30
    days_between_kind: dict[SurveyKind, Days] = Field(default_factory=_default_days_between_kind)
    remind_after_days: Days = 3
    close_after_days: Annotated[Whole, Field(ge=1, le=60)] = 14
    amend_within_hours: Hours = 24
    low_score_at_most: dict[SurveyKind, int] = Field(default_factory=_default_low_scores)
    low_score_follow_up_business_days: Days = 1
    high_score_at_least: dict[SurveyKind, int] = Field(default_factory=_default_high_scores)
    review_url: HttpUrl | None = None
    referral: Line | None = None
    recommendation_again_after_days: Days = 0
    recommendation_by_message: bool = False

    @model_validator(mode="after")
    def _check_reminder_before_close(self) -> Self:
        if self.remind_after_days >= self.close_after_days:
            raise ValueError("remind_after_days must be less than close_after_days")
        return self

    @property
    def recommendation(self) -> Recommendation | None:
        """What happy customers are asked for. None: nothing."""
        if self.review_url is not None:
            return "review"
        return "referral" if self.referral else None


class RelationshipRules(PolicyPart):
    """When a review of the relationship with a customer is proposed, and how long its cooling-off is.

    It takes `reasons_at_least`, whose evidence lies `over_days` or more apart and is not older than
    `within_days`. A customer of `long_customer_years` is not proposed for what began `bad_patch_days` ago.
    """

    reasons_at_least: Annotated[Whole, Field(ge=2, le=6)] = 2
    over_days: Annotated[Whole, Field(ge=90, le=365)] = 90
    within_days: Annotated[Whole, Field(ge=90, le=1095)] = 365
    complaints_at_least: Annotated[Whole, Field(ge=2, le=100)] = 3
    abusive_contacts_at_least: Annotated[Whole, Field(ge=1, le=100)] = 2
    long_customer_years: Annotated[Whole, Field(ge=1, le=50)] = 3
    bad_patch_days: Annotated[Whole, Field(ge=90, le=3650)] = 365
    cooling_off_days: Annotated[Whole, Field(ge=14, le=365)] = 14

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if self.over_days > self.within_days:
            raise ValueError("over_days must not be more than within_days: nobody could be proposed")
        return self


class SignInRules(PolicyPart):
    """How long somebody stays signed in to the console: without using it, and at most."""

    idle_hours: Annotated[Whole, Field(ge=1, le=24 * 30)] = 12
    days_at_most: Annotated[Whole, Field(ge=1, le=90)] = 7


class SendingRules(PolicyPart):
    """Sending limits, shared by all functions. Days and months are in UTC.

    Set `mails_a_second`, `mails_a_day` and `texts_spend_a_month` (US dollars) to the quotas of the AWS
    account. Each SMS part costs `text_price`, or the price of its country in `text_prices`. A country is a
    calling code ("92", "44"). Only countries in `texts_to` are sent SMS; if it is empty, all are. While
    `held` nothing is sent at all: what is due waits.
    """

    held: bool = False
    mails_a_second: Annotated[Whole, Field(ge=1, le=10_000)] = 10
    mails_a_day: Annotated[Whole, Field(ge=1, le=100_000_000)] = 10_000
    texts_a_day: Annotated[Whole, Field(ge=0, le=1_000_000)] = 200
    texts_a_day_to_one: Annotated[Whole, Field(ge=1, le=100)] = 10
    texts_to: Annotated[tuple[CountryCode, ...], Field(max_length=300), AfterValidator(distinct)] = ()
    text_price: TextPrice = Decimal("0.10")
    text_prices: Annotated[dict[CountryCode, TextPrice], Field(max_length=300)] = Field(default_factory=dict)
    texts_spend_a_month: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)] = Decimal("100.00")


def _office_week() -> dict[Weekday, tuple[Interval, ...]]:
    day = (Interval(opens=time(9), closes=time(13)), Interval(opens=time(14), closes=time(18)))
    return {weekday: day if weekday in WEEKDAYS[:5] else () for weekday in WEEKDAYS}


ClosedPeriods = Annotated[tuple[ClosedDays, ...], Field(max_length=200)]


_ORIGIN = re.compile(
    r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError("must be an origin, such as https://www.example.com")
    return text


Origin = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=200), AfterValidator(_origin)
]


class ContactFormRules(PolicyPart):
    """Whether anybody can write by the form at /c/, in the pages of which origins it may stand, and whether
    it shows how many promises were kept.
    """

    is_open: bool = True
    origins: Annotated[tuple[Origin, ...], Field(max_length=20), AfterValidator(distinct)] = ()
    shows_kept_promises: bool = False


SAVED_REPLY_GAPS = ("customer", "agent", "business")
"""What a saved reply may have in braces, as "{customer}": names that are filled in when it is used."""

_IN_BRACES = re.compile(r"\{(\w*)\}")


def _with_known_gaps(text: str) -> str:
    if unknown := set(_IN_BRACES.findall(text)) - set(SAVED_REPLY_GAPS):
        known = ", ".join(f"{{{name}}}" for name in SAVED_REPLY_GAPS)
        raise ValueError(f"has {{{min(unknown)}}}, and {known} are filled in")
    return text


class SavedReply(PolicyPart):
    """A text that agents use again and again, in one language, with names in braces that are filled in."""

    name: Annotated[Name, Field(max_length=80)]
    language: Language
    text: Annotated[Prose, Field(max_length=1000), AfterValidator(_with_known_gaps)]


def _each_once(replies: tuple[SavedReply, ...]) -> tuple[SavedReply, ...]:
    if len({(one.name.casefold(), one.language.casefold()) for one in replies}) < len(replies):
        raise ValueError("has the same name twice in one language")
    return replies


SavedReplies = Annotated[tuple[SavedReply, ...], Field(max_length=50), AfterValidator(_each_once)]


class PolicyDocument(PolicyPart):
    """The policy. A section that is left out has its defaults."""

    business: Business
    opening_hours: Week = Field(default_factory=_office_week)
    holidays: Holidays = Field(default_factory=Holidays)
    closed_days: ClosedPeriods = ()
    replies: ReplyRules = Field(default_factory=ReplyRules)
    follow_ups: FollowUpRules = Field(default_factory=FollowUpRules)
    commitments: CommitmentRules = Field(default_factory=CommitmentRules)
    cases: CaseRules = Field(default_factory=CaseRules)
    goodwill: GoodwillRules = Field(default_factory=GoodwillRules)
    check_ins: CheckInRules = Field(default_factory=CheckInRules)
    customers: CustomerRules = Field(default_factory=CustomerRules)
    surveys: SurveyRules = Field(default_factory=SurveyRules)
    relationships: RelationshipRules = Field(default_factory=RelationshipRules)
    sending: SendingRules = Field(default_factory=SendingRules)
    sign_in: SignInRules = Field(default_factory=SignInRules)
    contact_form: ContactFormRules = Field(default_factory=ContactFormRules)
    saved_replies: SavedReplies = ()


class PolicyVersion(Row):
    """The policy as it was put in force at `changed_at`, and by whom. The id sorts by that time."""

    kind_of_row: ClassVar[str] = "policy_version"
    policy_version_id: str
    document: PolicyDocument
    changed_at: Instant
    changed_by: str


class Policy(Row):
    """The policy in force."""

    kind_of_row: ClassVar[str] = "policy"
    policy_id: Literal["policy"] = "policy"
    document: PolicyDocument
    changed_at: Instant
