"""/api/relationships and /api/customers/{id}/relationship: for managers alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, change_once, current_user, desk, now, stored
from vaada.flows import parting
from vaada.flows import relationships as flow
from vaada.flows.work import current_customer
from vaada.model.ids import PartyId
from vaada.model.people import Customer
from vaada.model.relationship_input import NewLetter, NewNote
from vaada.model.relationships import (
    Against,
    Failure,
    HeldBack,
    InFavour,
    Letter,
    Relationship,
    RelationshipNote,
    RelationshipStatus,
    relationship_id,
)
from vaada.model.rows import StoredModel
from vaada.model.text import Input, Line

HERE = "/api/customers/<customer_id>/relationship"
TAGS = ["Relationships"]
Id = Annotated[PartyId, Path()]
NoteId = Annotated[str, Path(pattern="^[0-9a-v]{16}-[0-9]{1,9}$")]


class Talk(Input):
    """The result of the talk with the customer."""

    words: Line


class Decision(Input):
    """The reason of the decision."""

    reason: Line


class Parting(Input):
    """How the customer gets the letter: by e-mail, or from you in another way."""

    by: Literal["email", "otherwise"]


class LetterView(StoredModel):
    """The parting letter, in the customer's `language`.

    `still_open` are promises that it will name. `failures` are our own that have to be settled first.
    `version` is that of the relationship.
    """

    letter: Letter
    language: str
    still_open: tuple[str, ...]
    failures: tuple[Failure, ...]
    version: int


class RelationshipView(StoredModel):
    """The reasons to end the relationship with a customer and to go on, as the rows are now.

    `failures` are our own that still stand. `held_back` is why no review is proposed; if it is empty, one is
    within a day. `relationship` is what was noted, proposed and decided, if anything was.
    """

    customer_id: PartyId
    customer_since: datetime
    against: tuple[Against, ...]
    in_favour: tuple[InFavour, ...]
    failures: tuple[Failure, ...]
    held_back: tuple[HeldBack, ...]
    notes: tuple[RelationshipNote, ...]
    relationship: Relationship | None


@app.get("/api/relationships", summary="Relationships, by status", tags=TAGS)
def list_relationships(
    status: Annotated[RelationshipStatus | None, Query()] = None, limit: Limit = 25, cursor: Cursor = None
) -> Listing[Relationship]:
    current_user().require_manager()
    return listing(Relationship, desk().table.list_rows(Relationship, limit, cursor, status=status))


@app.get(HERE, summary="What speaks against and for going on with a customer", tags=TAGS)
def get_relationship(customer_id: Id) -> RelationshipView:
    _manager(customer_id)
    known = flow.known(desk(), customer_id, now())
    found = known.findings
    return RelationshipView(
        customer_id=known.customer.id,
        customer_since=found.since,
        against=found.against,
        in_favour=found.in_favour,
        failures=found.failures,
        held_back=found.held_back,
        notes=known.notes,
        relationship=known.row,
    )


@app.post(f"{HERE}/notes", summary="Note what you know of the relationship", tags=TAGS)
def add_note(customer_id: Id, body: Annotated[NewNote, Body()]) -> Relationship:
    def act(caller: User) -> Relationship:
        _check_note(body)
        return flow.add_note(desk(), customer_id, body, now(), caller.id)

    return _change(customer_id, act)


@app.post(f"{HERE}/notes/<note_id>/remove", summary="Remove a note", tags=TAGS)
def remove_note(customer_id: Id, note_id: NoteId) -> Relationship:
    return _change(customer_id, lambda _: flow.remove_note(desk(), customer_id, note_id))


@app.post(f"{HERE}/talk", summary="Record that you talked with the customer first", tags=TAGS)
def note_talk(customer_id: Id, body: Annotated[Talk, Body()]) -> Relationship:
    return _change(
        customer_id, lambda caller: flow.note_talk(desk(), customer_id, body.words, now(), caller.id)
    )


@app.post(f"{HERE}/keep", summary="Decide to go on with the customer", tags=TAGS)
def keep_customer(customer_id: Id, body: Annotated[Decision, Body()]) -> Relationship:
    return _decide(customer_id, body.reason, go_on=True)


@app.post(f"{HERE}/end", summary="Decide to end the relationship, after its cooling-off", tags=TAGS)
def end_relationship(customer_id: Id, body: Annotated[Decision, Body()]) -> Relationship:
    return _decide(customer_id, body.reason, go_on=False)


@app.get(
    f"{HERE}/letter", summary="The parting letter: as it was edited, else a draft from the record", tags=TAGS
)
def get_letter(customer_id: Id) -> LetterView:
    _manager(customer_id)
    draft = parting.draft_of(desk(), customer_id, now())
    return LetterView(
        letter=draft.letter,
        language=draft.language,
        still_open=draft.still_open,
        failures=draft.failures,
        version=draft.row.version,
    )


@app.post(f"{HERE}/letter", summary="Keep the parting letter as you wrote it", tags=TAGS)
def edit_letter(customer_id: Id, body: Annotated[NewLetter, Body()]) -> Relationship:
    return _change(
        customer_id, lambda caller: parting.edit_letter(desk(), customer_id, body, now(), caller.id)
    )


@app.post(f"{HERE}/part", summary="Part with the customer: send them the letter", tags=TAGS)
def part_with_customer(customer_id: Id, body: Annotated[Parting, Body()]) -> Relationship:
    def act(caller: User) -> Relationship:
        if body.by == "email" and caller.agent_id is None:
            raise problems.invalid(
                "by", "is email, which is sent in an agent's name, and you are not an agent"
            )
        agent_id = caller.agent_id if body.by == "email" else None
        return parting.part(desk(), customer_id, now(), caller.id, agent_id=agent_id)

    return _change(customer_id, act)


def _decide(customer_id: str, reason: str, *, go_on: bool) -> Relationship:
    return _change(
        customer_id, lambda caller: flow.decide(desk(), customer_id, reason, now(), caller.id, go_on=go_on)
    )


def _check_note(note: NewNote) -> None:
    """Raise Refusal (422) if a figure is missing or not wanted, or if the time is in the future."""
    if (note.kind == "unprofitable") != (note.figure is not None):
        raise problems.invalid(
            "figure", "is what they bring in a year; give it with unprofitable, and only then"
        )
    if note.happened_at is not None and note.happened_at > now():
        raise problems.invalid("happened_at", "must not be in the future")


def _manager(customer_id: str) -> User:
    """Return the signed-in manager. Raises Refusal for anybody else."""
    caller = current_user((Customer, customer_id), (Relationship, relationship_id(customer_id)))
    caller.require_manager()
    return caller


def _change(customer_id: str, act: Callable[[User], Relationship]) -> Relationship:
    """Let a manager change the relationship, once per idempotency key and at the version of `If-Match`."""
    caller = _manager(customer_id)
    row_id = relationship_id(current_customer(desk(), customer_id).id)
    return change_once(row_id, lambda: act(caller), stored(Relationship))
