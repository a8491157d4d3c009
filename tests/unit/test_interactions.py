"""Contacts: all that one contact changes and brings, and all that it leaves alone."""

from datetime import datetime, timedelta

import pytest

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
from vaada.model.interactions import FollowUpRequest, Interaction, NewInteraction, StatedCommitment
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import follow_ups, interactions, replies
from vaada.rules.interactions import Standing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
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
) -> Standing:
    amina = agent(supervisor_id=supervisor_id)
    return Standing(who, amina, before, reply, call_back, follow_ups, check_in=check_in)


def consequences(one: Interaction, before: Standing) -> dict[str, list[Row]]:
    """What the contact changes and brings, by kind."""
    found: dict[str, list[Row]] = {}
    for row in interactions.consequences(one, before, policy()):
        found.setdefault(row.kind_of_row, []).append(row)
    return found


def the_case(one: Interaction, before: Standing) -> Case:
    (row,) = consequences(one, before)["case"]
    assert isinstance(row, Case)
    return row


def the_reply(one: Interaction, before: Standing) -> Reply:
    (row,) = consequences(one, before)["reply"]
    assert isinstance(row, Reply)
    return row


def the_follow_up(one: Interaction, before: Standing) -> FollowUp:
    (row,) = consequences(one, before)["follow_up"]
    assert isinstance(row, FollowUp)
    return row


def the_promise(one: Interaction, before: Standing) -> Commitment:
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
def test_who_waits_for_an_answer(facts: dict[str, object], awaits: bool) -> None:
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


def test_a_contact_that_asks_for_nothing_opens_a_case_and_leaves_all_else_alone() -> None:
    assert consequences(contact(), standing()).keys() == {"case"}


def test_a_question_starts_the_clock_and_the_case_knows_it() -> None:
    one = contact(awaits_reply=True)

    row = the_reply(one, standing())

    assert (row.status, row.step, row.due_at) == ("awaited", "warn", one.occurred_at + HOUR)
    assert the_case(one, standing()).reply_id == row.id


def test_promises_and_requests_come_with_the_contact() -> None:
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


def test_the_case_knows_the_follow_up_that_is_still_to_be_planned() -> None:
    (to_come,) = interactions.planned_rows(contact(), policy())

    assert the_case(contact(), standing()).follow_up_ids == (to_come.id,)


def test_an_agent_who_is_new_to_the_customer_serves_them_from_now_on() -> None:
    (row,) = consequences(contact(), standing(who=customer()))["customer"]

    assert isinstance(row, Customer)
    assert (row.agent_id, row.served_by, row.version) == (AGENT_ID, (AGENT_ID,), 2)


# ---------------------------------------------------------------- the answer


@pytest.mark.parametrize("facts", [{"direction": "outbound"}, {"resolved": True}])
def test_an_answer_stops_the_clock(facts: dict[str, object]) -> None:
    one, before = contact(**facts), standing(case(reply_id=RUNNING.id), reply=RUNNING)

    row = the_reply(one, before)

    assert (row.status, row.given_by, row.took_seconds, row.wake_at) == ("given", OWN_ID, 30 * 60, None)
    assert the_case(one, before).reply_id is None


def test_asking_again_does_not_start_the_clock_anew() -> None:
    before = standing(case(reply_id=RUNNING.id), reply=RUNNING)

    assert "reply" not in consequences(contact(awaits_reply=True), before)
    assert the_case(contact(awaits_reply=True), before).reply_id == RUNNING.id


def test_after_an_answer_the_next_question_starts_the_next_clock() -> None:
    row = the_reply(contact(awaits_reply=True), standing(case(answered=True), reply=reply(status="given")))

    assert (row.which, row.interaction_id) == ("next", OWN_ID)


def test_what_was_said_before_the_customer_asked_is_no_answer() -> None:
    yesterday = contact(MONDAY - 3 * DAY, recorded_at=MONDAY + HOUR, direction="outbound")
    before = standing(case(reply_id=RUNNING.id), reply=RUNNING)

    assert "reply" not in consequences(yesterday, before)
    assert the_case(yesterday, before).reply_id == RUNNING.id


def test_an_answer_that_is_written_down_late_counts_from_when_it_was_given() -> None:
    late = contact(MONDAY + HOUR / 2, recorded_at=MONDAY + 2 * DAY, direction="outbound")

    row = the_reply(late, standing(case(reply_id=RUNNING.id), reply=RUNNING))

    assert (row.given_at, row.late_by_seconds) == (MONDAY + HOUR / 2, 0)


def test_another_agent_who_takes_the_next_contact_owes_the_answer() -> None:
    row = the_reply(contact(agent_id="omar000000000000"), standing(case(), reply=RUNNING))

    assert (row.agent_id, row.due_at, row.wake_at) == ("omar000000000000", RUNNING.due_at, RUNNING.wake_at)


def test_a_customer_we_waited_for_starts_the_clock_again_for_who_has_the_case_now() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    one = contact(MONDAY + DAY, agent_id="omar000000000000")

    row = the_reply(one, standing(case(waiting_for_customer=True), reply=paused))

    assert (row.status, row.agent_id, row.due_at) == (
        "awaited",
        "omar000000000000",
        MONDAY + DAY + HOUR * 2 / 3,
    )
    assert row.version == paused.version + 1


def test_thanks_does_not_start_it_again() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    before = standing(case(waiting_for_customer=True), reply=paused)

    assert "reply" not in consequences(contact(summary="Thanks!"), before)
    assert the_case(contact(summary="Thanks!"), before).waiting_for_customer


# ---------------------------------------------------------------- outside opening hours


def test_a_contact_at_night_becomes_a_promise_to_call_back_and_the_clock_is_silent() -> None:
    one = contact(MONDAY - 6 * HOUR, awaits_reply=True)

    promise, awaited = the_promise(one, standing()), the_reply(one, standing())

    assert (promise.origin, promise.due_at) == ("call_back", MONDAY + HOUR)
    assert promise.explain.due_at == awaited.explain.due_at
    assert (awaited.status, awaited.wake_at, awaited.due_at) == ("awaited", None, MONDAY + HOUR)
    assert the_case(one, standing()).call_back_id == promise.id


def test_calling_back_keeps_the_promise_and_gives_the_answer() -> None:
    silent, promised = reply(asked_at=MONDAY - 6 * HOUR), commitment(MONDAY + HOUR, origin="call_back")
    before = standing(case(reply_id=silent.id, call_back_id=promised.id), reply=silent, call_back=promised)
    one = contact(direction="outbound")

    kept = the_promise(one, before)

    assert (kept.status, kept.kept_at, kept.late_by_seconds) == ("kept", one.occurred_at, 0)
    assert the_reply(one, before).status == "given"
    assert the_case(one, before).call_back_id is None


def test_where_the_business_does_not_want_it_a_night_is_a_contact_like_any_other() -> None:
    rules = policy(replies={"call_back_outside_hours": False})

    rows = interactions.consequences(contact(MONDAY - 6 * HOUR, awaits_reply=True), standing(), rules)

    (row,) = (row for row in rows if isinstance(row, Reply))
    assert row.step == "warn"
    assert not any(isinstance(row, Commitment) for row in rows)


# ---------------------------------------------------------------- follow-ups of the case


def test_a_customer_who_comes_wakes_what_was_snoozed() -> None:
    row = the_follow_up(contact(), standing(case(), follow_ups=(SNOOZED,)))

    assert (row.status, row.wake_at, row.woken_from) == ("scheduled", MONDAY + HOUR / 2, MONDAY + 9 * DAY)


@pytest.mark.parametrize("facts", [{"summary": "Thank you!"}, {"direction": "outbound"}, {"resolved": True}])
def test_thanks_our_own_call_and_a_settled_contact_wake_nothing(facts: dict[str, object]) -> None:
    before = standing(case(status="resolved"), follow_ups=(SNOOZED,))

    assert "follow_up" not in consequences(contact(**facts), before)
    assert SNOOZED.id in the_case(contact(**facts), before).follow_up_ids


@pytest.mark.parametrize("row", [UNRESOLVED, follow_up(status="due"), follow_up(MONDAY + DAY)])
def test_what_was_not_snoozed_keeps_its_time(row: FollowUp) -> None:
    assert "follow_up" not in consequences(contact(), standing(case(), follow_ups=(row,)))


def test_a_settled_case_needs_no_reminder_that_it_is_not_but_keeps_the_others() -> None:
    asked_for = follow_up(MONDAY + DAY, follow_up_id=row_id(22))
    one, before = contact(resolved=True), standing(case(), follow_ups=(UNRESOLVED, asked_for))

    row = the_follow_up(one, before)

    assert (row.id, row.status, row.wake_at) == (UNRESOLVED.id, "done", None)
    assert the_case(one, before).follow_up_ids == (asked_for.id,)


def test_a_complaint_with_steps_to_do_goes_on_reminding() -> None:
    one, before = contact(resolved=True, kind="complaint"), standing(case(), follow_ups=(UNRESOLVED,))

    assert the_case(one, before).status == "open"
    assert "follow_up" not in consequences(one, before)


# ---------------------------------------------------------------- tone and run-around


def test_abuse_is_the_supervisors_business_at_once() -> None:
    row = the_follow_up(contact(tone="abusive"), standing())

    assert (row.origin, row.agent_id, row.told) == ("abusive", "sana000000000000", "agent")
    assert (row.urgent, row.wake_at) == (True, MONDAY + HOUR / 2)
    assert row.reason == "The customer was abusive towards Amina."


def test_an_upset_customer_is_followed_up_after_four_opening_hours() -> None:
    row = the_follow_up(contact(MONDAY + 3 * HOUR, tone="upset"), standing())

    assert (row.origin, row.urgent, row.due_at) == ("upset", False, MONDAY + 8 * HOUR)  # lunch is passed over
    assert row.explain.due_at is not None
    assert row.explain.due_at.rule == "4 opening hours after the contact was recorded"


def test_without_a_supervisor_the_owner_is_told() -> None:
    row = the_follow_up(contact(tone="abusive"), standing(supervisor_id=None))

    assert (row.agent_id, row.told) == (AGENT_ID, "owner")


def test_a_run_around_is_told_once_with_what_was_counted() -> None:
    tired = case(
        hand_offs=[
            {"at": MONDAY, "interaction_id": row_id(n), "from_agent_id": "a", "to_agent_id": "b"}
            for n in (1, 2)
        ],
        agent_id="zain000000000000",
        last_inbound_at=None,
    )

    row = the_follow_up(contact(), standing(tired))
    told_already = tired.model_copy(update={"run_around_at": MONDAY})

    assert row.origin == "run_around"
    assert row.reason == "Run-around: 3 hand-offs. Amina has the case from now on."
    assert "follow_up" not in consequences(contact(), standing(told_already))


# ---------------------------------------------------------------- staying in touch


def test_any_contact_is_the_check_in_and_restarts_it() -> None:
    waiting = customer(
        agent_id=AGENT_ID,
        served_by=(AGENT_ID,),
        check_in_every_days=7,
        anchor=MONDAY - 7 * DAY,
        wake_at=MONDAY,
    )
    before = standing(who=waiting, check_in=follow_up(origin="check_in", case_id=None))

    found = consequences(contact(), before)

    (done,), (bilal,) = found["follow_up"], found["customer"]
    assert isinstance(done, FollowUp)
    assert isinstance(bilal, Customer)
    assert (done.status, done.history[-1].by) == ("done", AGENT_ID)
    assert (bilal.anchor, bilal.wake_at) == (MONDAY + HOUR / 2, MONDAY + 7 * DAY)
    assert bilal.version == waiting.version + 1


# ---------------------------------------------------------------- all of it together


def test_every_row_that_stood_before_is_changed_by_one_version_and_only_once() -> None:
    paused = replies.pause(RUNNING, MONDAY + HOUR / 3, policy())
    who = customer(check_in_every_days=7)
    stood = [case(), paused, SNOOZED, who]
    before = standing(case(), who=who, reply=paused, follow_ups=(SNOOZED,))

    rows = interactions.consequences(contact(agent_id="omar000000000000", tone="upset"), before, policy())

    versions = {row.id: row.version for row in rows}
    assert len(versions) == len(rows)
    assert all(versions[row.id] == row.version + 1 for row in stood)


def test_the_same_contact_twice_has_the_same_consequences() -> None:
    one = contact(awaits_reply=True, tone="abusive", follow_up=FollowUpRequest(at=MONDAY + DAY, reason="Ask"))

    assert consequences(one, standing()) == consequences(one, standing())
