"""Recording a contact, with all that it changes, in one transaction."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.people import InvalidField, UnknownReference, require_agents
from vaada.flows.work import case_of, standing_case, standing_customer
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.people import Agent, Customer
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import follow_ups, interactions
from vaada.rules.thanks import is_only_thanks

_MOST_SUGGESTED = 5


def record_interaction(desk: Desk, new: NewInteraction, now: datetime) -> Interaction:
    """Write a contact, what was promised and requested in it, and what follows from it, in one transaction.

    Raises UnknownReference, InvalidField, Busy, Conflict where the receipt exists already.
    """
    agents = require_agents(desk, agent_id=new.agent_id, handed_over_from=new.handed_over_from)
    customer = _customer(desk, new.customer_id)
    interaction = _interaction(desk, new, customer, now)

    def attempt() -> Interaction:
        before = _load_standing(desk, interaction, agents["agent_id"], known=new.case_id is not None)
        rows = interactions.rows_to_write(interaction, before, desk.policy)
        # Of a customer who is erased at this moment nothing is written: their row changes, or must be there.
        unchanged = [] if any(isinstance(row, Customer) for row in rows) else [before.customer]
        desk.table.write(interaction, *rows, must_exist=unchanged)
        return interaction

    return retry_on_conflict(new.customer_id, attempt, is_final=_lost_receipt)


def _lost_receipt(conflict: Conflict) -> bool:
    return any(isinstance(row, Receipt) for row in conflict.rows)


def suggested_cases(desk: Desk, interaction: Interaction) -> tuple[Case, ...]:
    """Open cases of the same customer about the same kind of thing: perhaps the same matter."""
    customer = _customer(desk, interaction.customer_id)
    page = desk.table.cases_of(customer.record_ids, _MOST_SUGGESTED, None, status="open")
    return tuple(
        row
        for row in page.rows
        if isinstance(row, Case) and row.kind == interaction.kind and row.id != interaction.case_id
    )


def _customer(desk: Desk, customer_id: str) -> Customer:
    """The customer, or the one that they were merged into. Raises UnknownReference."""
    try:
        return standing_customer(desk, customer_id)
    except NotFound:
        raise UnknownReference("customer_id", "customer") from None


def _interaction(desk: Desk, new: NewInteraction, customer: Customer, now: datetime) -> Interaction:
    case_id = _case_id(desk, new.case_id, customer) if new.case_id else new_row_id(customer.id, now)
    stated = new.model_dump(exclude={"occurred_at", "case_id", "commitments", "follow_up", "awaits_reply"})
    interaction = Interaction(
        **{**stated, "customer_id": customer.id},
        interaction_id=new_row_id(customer.id, now),
        case_id=case_id,
        occurred_at=new.occurred_at or now,
        recorded_at=now,
        awaits_reply=interactions.awaits_reply(new),
        wake_at=now + interactions.STREAM_GRACE,
        commitments=new.commitments,
        follow_up=new.follow_up,
    )
    if new.awaits_reply is None and is_only_thanks(interaction):
        return interaction.model_copy(update={"awaits_reply": False})
    return interaction


def _case_id(desk: Desk, case_id: str, customer: Customer) -> str:
    """The id of the case that goes on. Raises UnknownReference, InvalidField."""
    if customer_of(case_id) not in customer.record_ids:
        raise InvalidField("case_id", "is not a case of this customer")
    try:
        return standing_case(desk, case_id).case_id
    except NotFound:
        raise UnknownReference("case_id", "case") from None


def _load_standing(
    desk: Desk, interaction: Interaction, agent: Agent, *, known: bool
) -> interactions.StateBefore:
    customer = _customer(desk, interaction.customer_id)
    case = desk.table.get(Case, interaction.case_id) if known else None
    check_in = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id else None
    if case is None:
        return interactions.StateBefore(customer, agent, check_in=_if_open(check_in))
    named = (desk.table.get(FollowUp, follow_up_id) for follow_up_id in case.follow_up_ids)
    return interactions.StateBefore(
        customer,
        agent,
        case,
        reply=desk.table.get(Reply, case.reply_id) if case.reply_id else None,
        call_back=desk.table.get(Commitment, case.call_back_id) if case.call_back_id else None,
        follow_ups=tuple(row for row in named if row is not None and _if_open(row)),
        survey=desk.table.get(Survey, case.survey_id) if case.survey_id else None,
        check_in=_if_open(check_in),
    )


def _if_open(row: FollowUp | None) -> FollowUp | None:
    return row if row is not None and row.status in follow_ups.OPEN else None


def plan_interaction(desk: Desk, interaction: Interaction) -> int:
    """Write what the rules make of the contact, and say how many rows are new. Twice changes nothing."""
    if interaction.wake_at is None:
        return 0  # it was planned before: it comes from a backup
    rows: list[Row] = list(interactions.planned_rows(interaction, desk.policy))
    if rows:
        case = case_of(desk, interaction.case_id)
        settled = case is not None and case.status == "resolved"
        rows = [row for row in rows if isinstance(row, Survey if settled else FollowUp)]
        if rows and case is not None and settled and case.ask_again:  # a call to an unhappy one asks nothing
            rows = [row.model_copy(update={"again": True}) for row in rows]
            rows.append(case.changed(ask_again=False))
    try:
        desk.table.write(interactions.mark_planned(interaction), *rows)
    except Conflict as conflict:
        if all(isinstance(row, Case) for row in conflict.rows):
            raise  # the case moved on meanwhile: the record comes again
        return 0  # it was planned before, all of it: a write is all or nothing
    return sum(row.version == 1 for row in rows)
