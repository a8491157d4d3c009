"""/api/policy."""

from http import HTTPStatus
from typing import Annotated, Any, get_args

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from vaada.api.listing import Listing, listing
from vaada.api.refusals import Refusal
from vaada.api.resolver import Cursor, Limit, app, change_if_unchanged, current_user, desk, etag, now
from vaada.flows import policy as flow
from vaada.flows.policy_preview import preview_of
from vaada.flows.reports import TooManyRows
from vaada.model.hours import Holidays, Week
from vaada.model.messages import AboutKind, Purpose, RecipientRole
from vaada.model.policy import (
    CaseRules,
    CheckInRules,
    ClosedPeriods,
    CommitmentRules,
    ContactFormRules,
    CustomerRules,
    FollowUpRules,
    GoodwillRules,
    PolicyDocument,
    PolicyVersion,
    RelationshipRules,
    ReplyRules,
    SavedReplies,
    SendingRules,
    SignInRules,
    SurveyRules,
)
from vaada.model.times import Instant
from vaada.rules.policy_preview import NOT_KNOWN, Event, Told

_ID = "policy"
_MOST = 100  # messages of each list of a preview
_TOO_MANY = "There are too many promises, replies, follow-ups and surveys around the last 30 days to replay."


class WholePolicy(PolicyDocument):
    """The whole policy, with each of its sections."""

    opening_hours: Week
    holidays: Holidays
    closed_days: ClosedPeriods
    replies: ReplyRules
    follow_ups: FollowUpRules
    commitments: CommitmentRules
    cases: CaseRules
    goodwill: GoodwillRules
    check_ins: CheckInRules
    customers: CustomerRules
    surveys: SurveyRules
    relationships: RelationshipRules
    sending: SendingRules
    sign_in: SignInRules
    contact_form: ContactFormRules
    saved_replies: SavedReplies


class PreviewedMessage(BaseModel):
    """A message that only one of the two policies would have sent: about what, to whom, and when."""

    about_id: str
    about_kind: AboutKind
    customer_id: str
    purpose: Purpose
    to: RecipientRole
    at: Instant


class PolicyPreview(BaseModel):
    """The last 30 days under the policy in force, and under another one.

    `was` and `would_be` count who would have been told. `more` are the messages that only the other policy
    brings, `less` those that it does not bring any more, up to 100 of each. `not_known` says what no replay
    can tell.
    """

    begins: Instant
    was: dict[Told, int]
    would_be: dict[Told, int]
    more: tuple[PreviewedMessage, ...]
    less: tuple[PreviewedMessage, ...]
    not_known: tuple[str, ...]


@app.get("/api/policy", summary="The whole policy", tags=["Policy"])
def get_policy() -> Response[WholePolicy]:
    current_user()
    return _tagged(flow.policy_in_force(desk()))


@app.put("/api/policy", summary="Put a new policy in force", tags=["Policy"])
def replace_policy(body: Annotated[WholePolicy, Body()]) -> Response[WholePolicy]:
    caller = current_user()
    caller.require_manager()
    return _tagged(change_if_unchanged(_ID, lambda: flow.write_policy(desk(), body, now(), caller.id)))


@app.patch("/api/policy", summary="Change parts of the policy", tags=["Policy"])
def change_policy(
    body: Annotated[
        dict[str, Any], Body(description="The sections to change, each with the fields to change")
    ],
) -> Response[WholePolicy]:
    caller = current_user()
    caller.require_manager()
    return _tagged(change_if_unchanged(_ID, lambda: flow.change_policy(desk(), body, now(), caller.id)))


@app.get("/api/policy/versions", summary="Earlier policies, the latest first", tags=["Policy"])
def list_policy_versions(limit: Limit = 25, cursor: Cursor = None) -> Listing[PolicyVersion]:
    current_user()
    return listing(PolicyVersion, desk().table.latest_rows(PolicyVersion, limit, cursor))


@app.post(
    "/api/policy/preview",
    summary="What the last 30 days would have brought under this policy",
    tags=["Policy"],
)
def preview_policy(
    body: Annotated[
        dict[str, Any], Body(description="The sections to change, each with the fields to change")
    ],
) -> PolicyPreview:
    current_user().require_manager()
    try:
        found = preview_of(desk(), flow.changed_policy(desk(), body, now()), now())
    except TooManyRows:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, _TOO_MANY) from None
    return PolicyPreview(
        begins=found.begins,
        was={told: found.preview.was[told] for told in get_args(Told)},
        would_be={told: found.preview.would_be[told] for told in get_args(Told)},
        more=tuple(map(_told, found.preview.more[:_MOST])),
        less=tuple(map(_told, found.preview.less[:_MOST])),
        not_known=NOT_KNOWN,
    )


def _told(event: Event) -> PreviewedMessage:
    return PreviewedMessage(
        about_id=event.row.id,
        about_kind=event.row.kind_of_row,
        customer_id=event.row.customer_id,
        purpose=event.purpose,
        to=event.to,
        at=event.at,
    )


def _tagged(found: tuple[PolicyDocument, int]) -> Response[WholePolicy]:
    document, version = found
    headers = {"ETag": etag(version)}
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, WholePolicy(**dict(document)), headers)
