"""Record an interaction, and plan its survey."""

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.references import InvalidField, UnknownReference, require_agents, require_present_agents
from vaada.flows.relationships import to_be_looked_at
from vaada.flows.unlisted_work import change_unlisted, settled
from vaada.flows.work import (
    case_of,
    current_case,
    current_customer,
    open_work_ids,
    open_work_in,
    require_agent,
)
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.interactions import Interaction, MailDetails, WhatsAppDetails
from vaada.model.people import Agent, Customer
from vaada.model.receipts import Receipt
from vaada.model.relationships import Relationship, relationship_id
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import case_suggestions, follow_ups, ids, interactions, relationships, surveys
from vaada.rules.only_thanks import only_thanks
from vaada.rules.open_work import is_open

if TYPE_CHECKING:
    from vaada.model.interaction_input import NewInteraction

_CUSTOMER = "customer_id"  # the field that names the customer
_MAX_COMPARED = 100  # open cases, those opened last; the limit of BatchGetItem


def read_ahead(desk: Desk, new: "NewInteraction") -> None:
    """Read in one call the rows that the contact may change, however many rows its case has.

    The customer and the case are read already.
    """
    case = desk.table.get(Case, new.case_id) if new.case_id else None
    customer = desk.table.get(Customer, new.customer_id)
    is_signal = customer is not None and relationships.is_signal(new)
    desk.read_ahead(
        (Relationship, relationship_id(customer.id) if customer is not None and is_signal else None),
        (FollowUp, customer.check_in_id if customer else None),
        (Survey, case.survey_id if case else None),
        *((FollowUp, row_id) for row_id in (open_work_ids(case) if case else ())),
    )


def record_interaction(
    desk: Desk,
    new: "NewInteraction",
    now: datetime,
    *,
    mail: MailDetails | None = None,
    whatsapp: WhatsAppDetails | None = None,
    also: Callable[[Interaction], Iterable[Row]] = lambda _: (),
) -> Interaction:
    """Record an interaction in one transaction, with all rows that it creates or changes, and with `also`.

    `mail` is the mail that it came or goes out as, `whatsapp` the WhatsApp message that it came as.
    Raises UnknownReference, InvalidField, Busy, and Conflict if the receipt already exists.
    """
    _check_new(desk, new, now)
    agents = {
        **require_present_agents(desk, agent_id=new.agent_id),
        **require_agents(desk, handed_over_from=new.handed_over_from),
    }
    customer = _current_customer(desk, new.customer_id)
    interaction = _new_interaction(desk, new, customer, agents.values(), now)
    interaction = interaction.model_copy(update={"mail": mail, "whatsapp": whatsapp})

    handed_over: list[Case] = []

    def attempt() -> Interaction:
        case = desk.table.get(Case, interaction.case_id) if new.case_id else None
        case = settled(desk, case, now) if case is not None else None
        before = _load_state_before(desk, interaction, agents["agent_id"], case)
        rows = _rows_to_write(desk, interaction, before)
        handed_over[:] = [row for row in rows if isinstance(row, Case) and row.unlisted_change is not None]
        rows += to_be_looked_at(desk, interaction, before.customer, now)
        # Nothing may be written about a customer who is just being erased: their row must change or exist.
        unchanged = [] if any(isinstance(row, Customer) for row in rows) else [before.customer]
        desk.table.write(interaction, *rows, *also(interaction), must_exist=unchanged)
        return interaction

    recorded = retry_on_conflict(new.customer_id, attempt, is_final=_lost_receipt)
    for case in handed_over:
        change_unlisted(desk, case, now)
    return recorded


def _check_new(desk: Desk, new: "NewInteraction", now: datetime) -> None:
    """Raise InvalidField if a date of the contact cannot be right, or its agent has it from themselves."""
    for field, problem in interactions.implausible_dates(new, now, desk.policy.cases):
        raise InvalidField(field, problem)
    if new.handed_over_from == new.agent_id:
        message = "is the agent of this contact; name the colleague who had the matter before"
        raise InvalidField("handed_over_from", message)


@contextmanager
def files_deleted_if_erased(desk: Desk, customer_id: str, files: Sized) -> Iterator[None]:
    """Delete the customer's files if recording a contact within the block shows that they were erased.

    These `files` were stored before the contact: nothing may stay of a customer who was erased in between.
    """
    try:
        yield
    except UnknownReference as error:
        if files and error.field == _CUSTOMER:
            desk.mail_store.delete_files(customer_id)
        raise


def preview_interaction(
    desk: Desk, new: "NewInteraction", customer: Customer | None, now: datetime
) -> tuple[Row, ...]:
    """Return the rows that recording the interaction would write or plan, without writing them.

    `customer` is one who is not stored yet. Raises UnknownReference, InvalidField.
    """
    agents = require_agents(desk, agent_id=new.agent_id, handed_over_from=new.handed_over_from)
    known = customer or _current_customer(desk, new.customer_id)
    interaction = _new_interaction(desk, new, known, agents.values(), now)
    if customer is None:
        case = desk.table.get(Case, interaction.case_id) if new.case_id else None
        before = _load_state_before(desk, interaction, agents["agent_id"], case)
    else:
        before = interactions.StateBefore(customer, agents["agent_id"])
    survey = surveys.of_interaction(interaction, desk.policy)
    return (*_rows_to_write(desk, interaction, before), *([survey] if survey else []))


def _rows_to_write(desk: Desk, interaction: Interaction, before: interactions.StateBefore) -> list[Row]:
    case = interactions.case_after(interaction, before, desk.policy)
    return interactions.rows_to_write(interaction, before, case, _owners(desk, before, case), desk.policy)


def _lost_receipt(conflict: Conflict) -> bool:
    return any(isinstance(row, Receipt) for row in conflict.rows)


def suggested_cases(desk: Desk, interaction: Interaction, *, or_latest: bool = False) -> tuple[Case, ...]:
    """Return open cases of the same customer to which the interaction may belong, the likeliest first.

    `or_latest`: if none is likely, the one with the latest contact.
    """
    customer = _current_customer(desk, interaction.customer_id)
    page = desk.table.customer_rows(
        Case, customer.record_ids, _MAX_COMPARED, None, status="open", last_first=True
    )
    others = (row for row in page.rows if isinstance(row, Case) and row.id != interaction.case_id)
    cases = sorted(others, key=lambda case: case.last_contact_at)
    last_contacts = desk.table.get_several(Interaction, [case.last_interaction_id for case in cases])
    return case_suggestions.likeliest(interaction, cases, last_contacts, or_latest=or_latest)


def _current_customer(desk: Desk, customer_id: str) -> Customer:
    """Return the customer, or the one they were merged into. Raises UnknownReference."""
    try:
        return current_customer(desk, customer_id)
    except NotFound:
        raise UnknownReference(_CUSTOMER, "customer") from None


def _new_interaction(
    desk: Desk, new: "NewInteraction", customer: Customer, agents: Iterable[Agent], now: datetime
) -> Interaction:
    names = [customer.name, *(agent.name for agent in agents)]
    is_old = interactions.is_history(new.occurred_at or now, now, desk.policy.cases)
    is_thanks = not new.awaits_reply and only_thanks(new, names, desk.policy.business.name)
    case = _current_case(desk, new.case_id, customer) if new.case_id else None
    fields = new.model_dump(exclude={"occurred_at", "case_id", "commitments", "follow_up", "awaits_reply"})
    return Interaction(
        **{**fields, "customer_id": customer.id},
        interaction_id=new_row_id(customer.id, now),
        case_id=case.case_id if case else new_row_id(customer.id, now),
        occurred_at=new.occurred_at or now,
        recorded_at=now,
        awaits_reply=interactions.awaits_reply(new) and not (is_thanks or is_old),
        asks_customer=new.awaits_reply if new.direction == "outbound" else None,
        only_thanks=is_thanks,
        is_history=is_old,
        wake_at=now + interactions.STREAM_GRACE if new.resolved and not is_old else None,
        commitments=new.commitments,
        follow_up=new.follow_up,
    )


def _current_case(desk: Desk, case_id: str, customer: Customer) -> Case:
    """Return the case, or the one it was merged into. Raises UnknownReference, InvalidField."""
    if customer_of(case_id) not in customer.record_ids:
        raise InvalidField("case_id", "is not a case of this customer")
    try:
        return current_case(desk, case_id)
    except NotFound:
        raise UnknownReference("case_id", "case") from None


def _load_state_before(
    desk: Desk, interaction: Interaction, agent: Agent, case: Case | None
) -> interactions.StateBefore:
    customer = _current_customer(desk, interaction.customer_id)
    late = interactions.is_late(interaction, case)
    wanted = [customer.check_in_id, *(open_work_ids(case) if case else ())]
    wanted += [case.survey_id, *(case.interaction_ids if late else ())] if case else []
    rows = desk.table.work_rows(row_id for row_id in wanted if row_id)
    check_in = rows.get(customer.check_in_id or "")
    before = interactions.StateBefore(
        customer,
        agent,
        case,
        check_in=check_in if isinstance(check_in, FollowUp) and is_open(check_in) else None,
    )
    if case is None:
        return before
    survey = rows.get(case.survey_id or "")
    contacts = tuple(row for row in rows.values() if isinstance(row, Interaction))
    awaited = awaited_in(desk, contacts, also=ids.survey_ids(case, contacts) if late else ())
    return before._replace(
        work=open_work_in(case, rows),
        survey=survey if isinstance(survey, Survey) else None,
        contacts=contacts,
        replies=tuple(row for row in awaited if isinstance(row, Reply)),
        calls=tuple(row for row in awaited if isinstance(row, Commitment)),
        surveys=tuple(row for row in awaited if isinstance(row, Survey)),
        run_around=_open_run_around(desk, contacts) if late and case.run_around_at else None,
    )


def awaited_in(desk: Desk, contacts: Iterable[Interaction], *, also: Iterable[str] = ()) -> tuple[Row, ...]:
    """Return the replies to these contacts, and the calls that were promised in them; `also` others."""
    ids_of = (ids.reply_id, ids.call_back_id)
    wanted = (row_id(one) for one in contacts if one.direction == "inbound" for row_id in ids_of)
    return tuple(desk.table.work_rows([*wanted, *also]).values())


def _open_run_around(desk: Desk, contacts: tuple[Interaction, ...]) -> FollowUp | None:
    rows = desk.table.work_rows(follow_ups.run_around_ids(contacts)).values()
    return next((row for row in rows if isinstance(row, FollowUp) and is_open(row)), None)


def _owners(desk: Desk, before: interactions.StateBefore, case: Case) -> interactions.Owners:
    """Return the agent who has the case now, and who had it before. Raises MissingRow."""
    owner = before.agent
    if case.agent_id != owner.agent_id:
        owner = require_agent(desk, case.agent_id)
    if before.case is None or before.case.agent_id == owner.agent_id:
        return interactions.Owners(owner)
    return interactions.Owners(owner, require_agent(desk, before.case.agent_id))


def plan_interaction(desk: Desk, interaction: Interaction) -> int:
    """Write the survey of the interaction, if there is one. Returns the number of new rows.

    Planning again changes nothing.
    """
    if interaction.wake_at is None:
        return 0  # it was planned before, and restored from a backup
    rows: list[Row] = []
    survey = surveys.of_interaction(interaction, desk.policy)
    case = case_of(desk, interaction.case_id) if survey else None
    if survey is not None and case is not None and case.status == "resolved":
        rows.append(survey.model_copy(update={"again": case.ask_again}))
        if case.ask_again:  # the supervisor's call to an unhappy customer is no survey
            rows.append(case.changed(ask_again=False))
    try:
        desk.table.write(interactions.mark_planned(interaction), *rows)
    except Conflict as conflict:
        if all(isinstance(row, Case) for row in conflict.rows):
            raise  # the case has changed meanwhile: the stream retries the record
        return 0  # it was planned before, completely, in one transaction
    return sum(row.version == 1 for row in rows)
