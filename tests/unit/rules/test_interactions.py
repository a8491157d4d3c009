"""Contacts: which rows one contact changes and creates, and which it leaves alone."""

from datetime import datetime, timedelta

import pytest

from tests.times import DAY, HOUR
from tests.unit.rows import (
    AGENT_ID,
    CUSTOMER_ID,
    MONDAY,
    agent,
    case,
    commitment,
    customer,
    follow_up,
    interaction,
    policy,
    reply,
    row_id,
)
from vaada.model.cases import Case
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import FollowUpRequest, Interaction, StatedCommitment
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import commitments, follow_ups, interactions, replies, surveys
from vaada.rules.interactions import Owners, StateBefore
from vaada.rules.open_work import OpenWork

BILAL = customer(agent_id=AGENT_ID, served_by=(AGENT_ID,))
RUNNING = replies.start_clock(reply(), policy(), MONDAY)
SNOOZED = follow_ups.snooze(follow_up(), MONDAY + 9 * DAY, MONDAY, AGENT_ID)
UNRESOLVED = follow_up(MONDAY + DAY, origin="unresolved")
OWN_ID = row_id(21)


def contact(at: datetime = MONDAY + HOUR / 2, /, **facts: object) -> Interaction:
    return interaction(**{"interaction_id": OWN_ID, "occurred_at": at, "recorded_at": at, **facts})


def standing(
    before: Case | None = None,
    *,
    who: Customer = BILAL,
    reply: Reply | None = None,
    call_back: Commitment | None = None,
    follow_ups: tuple[FollowUp, ...] = (),
    check_in: FollowUp | None = None,
    supervisor_id: str | None = "sana000000000000",
) -> StateBefore:
    amina = agent(supervisor_id=supervisor_id)
    work = OpenWork(reply, call_back, (), follow_ups)
    return StateBefore(who, amina, before, work, check_in=check_in)


def rows_of(one: Interaction, before: StateBefore, rules: PolicyDocument) -> list[Row]:
    """All rows that the contact changes and brings."""
    case = interactions.case_after(one, before, rules)
    owner_before = before.case.agent_id if before.case else case.agent_id
    former = agent(agent_id=owner_before) if owner_before != case.agent_id else None
    owners = Owners(agent(agent_id=case.agent_id), former)
    return interactions.rows_to_write(one, before, case, owners, rules)


def consequences(one: Interaction, before: StateBefore) -> dict[str, list[Row]]:
    """What the contact changes and brings, by kind."""
    found: dict[str, list[Row]] = {}
    for row in rows_of(one, before, policy()):
        found.setdefault(row.kind_of_row, []).append(row)
    return found


def the_case(one: Interaction, before: StateBefore) -> Case:
    (row,) = consequences(one, before)["case"]
    assert isinstance(row, Case)
    return row


def the_reply(one: Interaction, before: StateBefore) -> Reply:
    (row,) = consequences(one, before)["reply"]
    assert isinstance(row, Reply)
    return row


def the_follow_ups(one: Interaction, before: StateBefore) -> dict[str, FollowUp]:
    """The follow-ups that the contact changes and brings, by origin."""
    rows = consequences(one, before).get("follow_up", [])
    return {row.origin: row for row in rows if isinstance(row, FollowUp)}


def the_follow_up(one: Interaction, before: StateBefore, origin: str = "unresolved") -> FollowUp:
    return the_follow_ups(one, before)[origin]


def the_promise(one: Interaction, before: StateBefore) -> Commitment:
    (row,) = consequences(one, before)["commitment"]
    assert isinstance(row, Commitment)
    return row


# ---------------------------------------------------------------- who waits for an answer


@pytest.mark.parametrize(
    ("facts", "awaits"),
    [
        ({}, True),
        ({"direction": "outbound"}, False),
        ({"direction": "outbound", "awaits_reply": True}, False),  # we have just spoken to them
        ({"resolved": True}, False),
        ({"resolved": True, "awaits_reply": True}, True),
        ({"awaits_reply": False}, False),
        ({"commitments": [{"what": "Call", "due_at": MONDAY}]}, False),  # a promise is an answer
        ({"follow_up": {"at": MONDAY, "reason": "Ask"}}, False),  # it was agreed on the phone
        ({"follow_up": {"at": MONDAY, "reason": "Ask"}, "channel": "email"}, True),
    ],
)
def test_an_inbound_contact_awaits_a_reply_unless_it_is_settled_or_promised(
    facts: dict[str, object], awaits: bool
) -> None:
    new = NewInteraction.model_validate(
        {
            "customer_id": CUSTOMER_ID,
            "agent_id": AGENT_ID,
            "channel": "phone",
            "direction": "inbound",
            "kind": "question",
            "summary": "Do you bake rye?",
            **facts,
        }
    )

    assert interactions.awaits_reply(new) is awaits


# ---------------------------------------------------------------- the first contact


def test_a_contact_that_asks_for_nothing_only_opens_a_case() -> None:
    assert consequences(contact(resolved=True), standing()).keys() == {"case"}


def test_a_question_starts_the_reply_clock_of_its_case() -> None:
    one = contact(awaits_reply=True)

    row = the_reply(one, standing())

    assert (row.status, row.step, row.due_at) == ("awaited", "warn", one.occurred_at + HOUR)
    assert the_case(one, standing()).reply_id == row.id


def test_a_contact_brings_its_promises_and_its_requested_follow_up() -> None:
    one = contact(
        commitments=(
            StatedCommitment(what="Call", due_at=MONDAY + DAY),
            StatedCommitment(what="Send", due_at=MONDAY + DAY),
        ),
        follow_up=FollowUpRequest(at=MONDAY + DAY, reason="Ask again"),
    )

    found = consequences(one, standing())

    assert {kind: len(rows) for kind, rows in found.items()} == {"case": 1, "commitment": 2, "follow_up": 1}
    assert the_case(one, standing()).follow_up_ids == (found["follow_up"][0].id,)


def test_the_case_lists_the_follow_up_of_an_unresolved_contact() -> None:
    row = the_follow_up(contact(), standing())

    assert the_case(contact(), standing()).follow_up_ids == (row.id,)


def test_a_new_agent_of_a_customer_is_added_to_those_who_serve_them() -> None:
    (row,) = consequences(contact(), standing(who=customer()))["customer"]

    assert isinstance(row, Customer)
    assert (row.agent_id, row.served_by, row.version) == (AGENT_ID, (AGENT_ID,), 2)


# ---------------------------------------------------------------- the answer


@pytest.mark.parametrize("facts", [{"direction": "outbound"}, {"resolved": True}])
def test_a_reply_stops_the_clock(facts: dict[str, object]) -> None:
    one, before = contact(**facts), standing(case(reply_id=RUNNING.id), reply=RUNNING)

    row = the_reply(one, before)

    assert (row.status, row.given_by, row.took_seconds, row.wake_at) == ("given", OWN_ID, 30 * 60, None)
    assert the_case(one, before).reply_id is None


def test_a_second_question_does_not_restart_the_clock() -> None:
    before = standing(case(reply_id=RUNNING.id), reply=RUNNING)

    assert "reply" not in consequences(contact(awaits_reply=True), before)
    assert the_case(contact(awaits_reply=True), before).reply_id == RUNNING.id


def test_a_question_after_a_reply_starts_the_next_clock() -> None:
    row = the_reply(contact(awaits_reply=True), standing(case(answered=True), reply=reply(status="given")))

    assert (row.which, row.interaction_id) == ("next", OWN_ID)


def test_a_contact_from_before_the_question_is_no_reply() -> None:
    yesterday = contact(MONDAY - 3 * DAY, recorded_at=MONDAY + HOUR, direction="outbound")
    before = standing(case(reply_id=RUNNING.id), reply=RUNNING)

    assert "reply" not in consequences(yesterday, before)
    assert the_case(yesterday, before).reply_id == RUNNING.id


def test_a_reply_recorded_late_counts_from_when_it_was_given() -> None:
    late = contact(MONDAY + HOUR / 2, recorded_at=MONDAY + 2 * DAY, direction="outbound")

    row = the_reply(late, standing(case(reply_id=RUNNING.id), reply=RUNNING))

    assert (row.given_at, row.late_by_seconds) == (MONDAY + HOUR / 2, 0)


def test_the_agent_of_the_next_contact_owes_the_reply() -> None:
    row = the_reply(contact(agent_id="omar000000000000"), standing(case(), reply=RUNNING))

    assert (row.agent_id, row.due_at, row.wake_at) == ("omar000000000000", RUNNING.due_at, RUNNING.wake_at)


def test_an_awaited_customer_restarts_the_clock_for_the_present_agent() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    one = contact(MONDAY + DAY, agent_id="omar000000000000")

    row = the_reply(one, standing(case(waiting_for_customer=True), reply=paused))

    assert (row.status, row.agent_id, row.due_at) == (
        "awaited",
        "omar000000000000",
        MONDAY + DAY + HOUR * 2 / 3,
    )
    assert row.version == paused.version + 1


def test_thanks_does_not_restart_a_paused_clock() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    before = standing(case(waiting_for_customer=True), reply=paused)

    assert "reply" not in consequences(contact(summary="Thanks!"), before)
    assert the_case(contact(summary="Thanks!"), before).waiting_for_customer


# ---------------------------------------------------------------- outside opening hours


def test_a_contact_at_night_is_a_promise_to_call_back_and_its_clock_does_not_warn() -> None:
    one = contact(MONDAY - 6 * HOUR, awaits_reply=True)

    promise, awaited = the_promise(one, standing()), the_reply(one, standing())

    assert (promise.origin, promise.due_at) == ("call_back", MONDAY + HOUR)
    assert promise.explain.due_at == awaited.explain.due_at
    assert (awaited.status, awaited.wake_at, awaited.due_at) == ("awaited", None, MONDAY + HOUR)
    assert the_case(one, standing()).call_back_id == promise.id


def test_a_call_back_keeps_the_promise_and_gives_the_reply() -> None:
    silent, promised = reply(asked_at=MONDAY - 6 * HOUR), commitment(MONDAY + HOUR, origin="call_back")
    before = standing(case(reply_id=silent.id, call_back_id=promised.id), reply=silent, call_back=promised)
    one = contact(direction="outbound")

    kept = the_promise(one, before)

    assert (kept.status, kept.kept_at, kept.late_by_seconds) == ("kept", one.occurred_at, 0)
    assert (kept.history[-1].what, kept.history[-1].by) == ("kept", one.agent_id)
    given = the_reply(one, before)
    assert (given.status, given.given_by) == ("given", one.id)
    assert the_case(one, before).call_back_id is None


def test_the_policy_can_turn_off_call_backs_outside_opening_hours() -> None:
    rules = policy(replies={"call_back_outside_hours": False})

    rows = rows_of(contact(MONDAY - 6 * HOUR, awaits_reply=True), standing(), rules)

    (row,) = (row for row in rows if isinstance(row, Reply))
    assert row.step == "warn"
    assert not any(isinstance(row, Commitment) for row in rows)


# ---------------------------------------------------------------- follow-ups of the case


def test_a_contact_of_the_customer_wakes_a_snoozed_follow_up() -> None:
    row = the_follow_up(contact(), standing(case(), follow_ups=(SNOOZED,)), "requested")

    assert (row.status, row.wake_at, row.woken_from) == ("scheduled", MONDAY + HOUR / 2, MONDAY + 9 * DAY)


@pytest.mark.parametrize("facts", [{"only_thanks": True}, {"direction": "outbound"}, {"resolved": True}])
def test_thanks_outbound_and_resolved_contacts_wake_no_follow_up(facts: dict[str, object]) -> None:
    before = standing(case(status="resolved"), follow_ups=(SNOOZED,))

    assert "requested" not in the_follow_ups(contact(**facts), before)
    assert SNOOZED.id in the_case(contact(**facts), before).follow_up_ids


@pytest.mark.parametrize("row", [follow_up(status="due"), follow_up(MONDAY + DAY)])
def test_a_requested_follow_up_that_is_not_snoozed_keeps_its_time(row: FollowUp) -> None:
    assert "requested" not in the_follow_ups(contact(), standing(case(), follow_ups=(row,)))


def test_a_resolved_contact_completes_only_the_unresolved_follow_up() -> None:
    asked_for = follow_up(MONDAY + DAY, follow_up_id=row_id(22))
    one, before = contact(resolved=True), standing(case(), follow_ups=(UNRESOLVED, asked_for))

    row = the_follow_up(one, before)

    assert (row.id, row.status, row.wake_at) == (UNRESOLVED.id, "done", None)
    assert the_case(one, before).follow_up_ids == (asked_for.id,)


def test_a_complaint_with_missing_steps_keeps_its_follow_up() -> None:
    one, before = contact(resolved=True, kind="complaint"), standing(case(), follow_ups=(UNRESOLVED,))

    row = the_follow_up(one, before)
    assert the_case(one, before).status == "open"
    assert row.status == "scheduled"
    assert row.reason.startswith("This was not resolved yet. Steps to do: apologised")


# ---------------------------------------------------------------- tone and run-around


def test_an_abusive_contact_is_an_urgent_follow_up_for_the_supervisor() -> None:
    row = the_follow_up(contact(tone="abusive"), standing(), "abusive")

    assert (row.origin, row.agent_id, row.told) == ("abusive", "sana000000000000", "agent")
    assert (row.urgent, row.wake_at) == (True, MONDAY + HOUR / 2)
    assert row.reason == "The customer was abusive towards Amina."


def test_an_upset_contact_is_a_follow_up_after_four_opening_hours() -> None:
    row = the_follow_up(contact(MONDAY + 3 * HOUR, tone="upset"), standing(), "upset")

    assert (row.origin, row.urgent, row.due_at) == ("upset", False, MONDAY + 8 * HOUR)  # lunch is passed over
    assert row.explain.due_at is not None
    assert row.explain.due_at.rule == "4 opening hours after the contact was recorded"


def test_the_owner_is_told_of_abuse_if_there_is_no_supervisor() -> None:
    row = the_follow_up(contact(tone="abusive"), standing(supervisor_id=None), "abusive")

    assert (row.agent_id, row.told) == (AGENT_ID, "owner")


def test_a_run_around_is_reported_once_with_its_counts() -> None:
    tired = case(
        hand_offs=[
            {"at": MONDAY, "interaction_id": row_id(n), "from_agent_id": "a", "to_agent_id": "b"}
            for n in (1, 2)
        ],
        agent_id="tina000000000000",
        last_inbound_at=None,
    )

    row = the_follow_up(contact(), standing(tired), "run_around")
    told_already = tired.model_copy(update={"run_around_at": MONDAY})

    assert row.origin == "run_around"
    assert row.reason == "Run-around: 3 hand-offs. Amina has the case from now on."
    assert "run_around" not in the_follow_ups(contact(), standing(told_already))


# ---------------------------------------------------------------- staying in touch


def test_a_contact_completes_the_open_check_in_and_restarts_the_count() -> None:
    waiting = customer(
        agent_id=AGENT_ID,
        served_by=(AGENT_ID,),
        check_in_every_days=7,
        anchor=MONDAY - 7 * DAY,
        wake_at=MONDAY,
    )
    before = standing(who=waiting, check_in=follow_up(origin="check_in", case_id=None))

    done = the_follow_up(contact(), before, "check_in")

    (bilal,) = consequences(contact(), before)["customer"]
    assert isinstance(bilal, Customer)
    assert (done.status, done.history[-1].by) == ("done", AGENT_ID)
    assert (bilal.anchor, bilal.wake_at) == (MONDAY + HOUR / 2, MONDAY + 7 * DAY)
    assert bilal.version == waiting.version + 1


# ---------------------------------------------------------------- all of it together


def test_every_existing_row_is_changed_once_and_by_one_version() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    who = customer(check_in_every_days=7)
    stood = [case(), paused, SNOOZED, who]
    before = standing(case(), who=who, reply=paused, follow_ups=(SNOOZED,))

    rows = rows_of(contact(agent_id="omar000000000000", tone="upset"), before, policy())

    versions = {row.id: row.version for row in rows}
    assert len(versions) == len(rows)
    assert all(versions[row.id] == row.version + 1 for row in stood)


def test_a_contact_processed_twice_has_the_same_consequences() -> None:
    one = contact(awaits_reply=True, tone="abusive", follow_up=FollowUpRequest(at=MONDAY + DAY, reason="Ask"))

    assert consequences(one, standing()) == consequences(one, standing())


# ---------------------------------------------------------------- the next step

PROMISES = (StatedCommitment(what="Call", due_at=MONDAY + DAY), StatedCommitment(what="Send", due_at=MONDAY))


def test_a_resolved_contact_plans_a_survey_a_day_later() -> None:
    row = surveys.of_interaction(interaction(resolved=True), policy())

    assert row is not None
    assert row.wake_at == MONDAY + timedelta(hours=24)


def test_an_unresolved_contact_plans_a_follow_up() -> None:
    row = the_follow_up(contact(MONDAY), standing())

    assert (row.origin, row.wake_at) == ("unresolved", MONDAY + DAY)


def test_a_follow_up_planned_over_a_weekend_explains_what_is_skipped() -> None:
    row = the_follow_up(contact(MONDAY + 4 * DAY), standing())

    assert row.wake_at == MONDAY + 7 * DAY
    assert row.explain.due_at is not None
    assert row.explain.due_at.rule == "1 business day after the contact"
    assert [gap.why for gap in row.explain.due_at.skipped] == ["closed"]


@pytest.mark.parametrize(
    "stated",
    [{"commitments": PROMISES}, {"resolved": True}, {"only_thanks": True}],
)
def test_a_contact_with_a_promise_or_thanks_or_resolved_plans_no_follow_up(stated: dict[str, object]) -> None:
    assert "follow_up" not in consequences(contact(**stated), standing())


def test_rows_planned_twice_are_the_same_and_have_distinct_ids() -> None:
    contact = interaction(
        commitments=PROMISES,
        resolved=True,
        tone="upset",
        follow_up=FollowUpRequest(at=MONDAY, reason="Ask again"),
    )

    def rows() -> list[object]:
        return [
            *commitments.stated_in(contact, agent(), policy()),
            surveys.of_interaction(contact, policy()),
            follow_ups.requested(contact),
            follow_ups.by_tone(contact, agent(), policy()),
            follow_ups.run_around(case(), contact, agent()),
        ]

    assert rows() == rows()
    assert len({getattr(row, "id", None) for row in rows()}) == len(rows())


def test_a_planned_contact_is_not_due_any_more() -> None:
    planned = interactions.mark_planned(interaction(wake_at=MONDAY + interactions.STREAM_GRACE))

    assert (planned.wake_at, planned.version) == (None, 2)


def test_the_first_agent_to_serve_a_customer_becomes_theirs_and_others_join() -> None:
    once = interactions.mark_served(customer(), "amina")
    twice = interactions.mark_served(once, "omar")

    assert (twice.agent_id, twice.served_by) == ("amina", ("amina", "omar"))
    assert interactions.mark_served(twice, "omar") is twice
