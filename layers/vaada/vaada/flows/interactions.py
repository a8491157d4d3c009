"""Record an interaction, and plan its follow-up and survey."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.flows.people import InvalidField, UnknownReference, require_agents
from vaada.flows.work import case_of, current_case, current_customer
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

_MAX_SUGGESTED = 5


def record_interaction(desk: Desk, new: NewInteraction, now: datetime) -> Interaction:
    """Record an interaction, with all rows that it creates and changes, in one transaction.

    Raises UnknownReference, InvalidField, Busy, and Conflict if the receipt already exists.
    """
    agents = require_agents(desk, agent_id=new.agent_id, handed_over_from=new.handed_over_from)
    customer = _current_customer(desk, new.customer_id)
    interaction = _new_interaction(desk, new, customer, now)

    def attempt() -> Interaction:
        before = _load_state_before(desk, interaction, agents["agent_id"], known=new.case_id is not None)
        rows = interactions.rows_to_write(interaction, before, desk.policy)
        # Nothing may be written about a customer who is just being erased: their row must change or exist.
        unchanged = [] if any(isinstance(row, Customer) for row in rows) else [before.customer]
        desk.table.write(interaction, *rows, must_exist=unchanged)
        return interaction

    return retry_on_conflict(new.customer_id, attempt, is_final=_lost_receipt)


def _lost_receipt(conflict: Conflict) -> bool:
    return any(isinstance(row, Receipt) for row in conflict.rows)


def suggested_cases(desk: Desk, interaction: Interaction) -> tuple[Case, ...]:
    """Return open cases of the same customer and kind, which the interaction may belong to."""
    customer = _current_customer(desk, interaction.customer_id)
    page = desk.table.cases_of(customer.record_ids, _MAX_SUGGESTED, None, status="open")
    return tuple(
        row
        for row in page.rows
        if isinstance(row, Case) and row.kind == interaction.kind and row.id != interaction.case_id
    )


def _current_customer(desk: Desk, customer_id: str) -> Customer:
    """Return the customer, or the one they were merged into. Raises UnknownReference."""
    try:
        return current_customer(desk, customer_id)
    except NotFound:
        raise UnknownReference("customer_id", "customer") from None


def _new_interaction(desk: Desk, new: NewInteraction, customer: Customer, now: datetime) -> Interaction:
    case_id = _current_case_id(desk, new.case_id, customer) if new.case_id else new_row_id(customer.id, now)
    fields = new.model_dump(exclude={"occurred_at", "case_id", "commitments", "follow_up", "awaits_reply"})
    interaction = Interaction(
        **{**fields, "customer_id": customer.id},
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


def _current_case_id(desk: Desk, case_id: str, customer: Customer) -> str:
    """Return the id of the case, or of the one it was merged into. Raises UnknownReference, InvalidField."""
    if customer_of(case_id) not in customer.record_ids:
        raise InvalidField("case_id", "is not a case of this customer")
    try:
        return current_case(desk, case_id).case_id
    except NotFound:
        raise UnknownReference("case_id", "case") from None


def _load_state_before(
    desk: Desk, interaction: Interaction, agent: Agent, *, known: bool
) -> interactions.StateBefore:
    customer = _current_customer(desk, interaction.customer_id)
    case = desk.table.get(Case, interaction.case_id) if known else None
    check_in = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id else None
    if case is None:
        return interactions.StateBefore(customer, agent, check_in=_if_open(check_in))
    rows = (desk.table.get(FollowUp, follow_up_id) for follow_up_id in case.follow_up_ids)
    return interactions.StateBefore(
        customer,
        agent,
        case,
        reply=desk.table.get(Reply, case.reply_id) if case.reply_id else None,
        call_back=desk.table.get(Commitment, case.call_back_id) if case.call_back_id else None,
        follow_ups=tuple(row for row in rows if row is not None and _if_open(row)),
        survey=desk.table.get(Survey, case.survey_id) if case.survey_id else None,
        check_in=_if_open(check_in),
    )


def _if_open(row: FollowUp | None) -> FollowUp | None:
    return row if row is not None and row.status in follow_ups.OPEN else None


def plan_interaction(desk: Desk, interaction: Interaction) -> int:
    """Write the follow-up or survey of the interaction. Returns the number of new rows.

    Planning again changes nothing.
    """
    if interaction.wake_at is None:
        return 0  # it was planned before, and restored from a backup
    rows: list[Row] = list(interactions.planned_rows(interaction, desk.policy))
    if rows:
        case = case_of(desk, interaction.case_id)
        resolved = case is not None and case.status == "resolved"
        rows = [row for row in rows if isinstance(row, Survey if resolved else FollowUp)]
        if (
            rows and case is not None and resolved and case.ask_again
        ):  # the supervisor's call to an unhappy customer is no survey
            rows = [row.model_copy(update={"again": True}) for row in rows]
            rows.append(case.changed(ask_again=False))
    try:
        desk.table.write(interactions.mark_planned(interaction), *rows)
    except Conflict as conflict:
        if all(isinstance(row, Case) for row in conflict.rows):
            raise  # the case has changed meanwhile: the stream retries the record
        return 0  # it was planned before, completely, in one transaction
    return sum(row.version == 1 for row in rows)
