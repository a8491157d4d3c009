"""The verdict: whether a replay went as planned, and every mismatch."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.outbox import Message
from local.replay.office import AGENT, MANAGER, Opened, Story, TimelineMessage
from local.replay.plan import Plan, make_plan
from local.replay.verdict import Verdict, judge
from tests.times import DAY, HOUR, MINUTE, SECOND
from tests.unit.local.replay.builders import FRIDAY, LONDON, request, utc

KINDS = {rung.name: (rung.purpose, rung.to) for rung in LONDON.rungs} | {"survey": ("survey", "customer")}


def sent_message(step: str, at: datetime, number: int, **changes: Any) -> TimelineMessage:
    """A message that was sent at once."""
    purpose, to = KINDS[step]
    facts = {"status": "sent", "created_at": at, "sent_at": at, "provider_id": f"mail-{number}"}
    return TimelineMessage(**{"id": f"row-{number}", "purpose": purpose, "to": to, **facts, **changes})


def mail(number: int, to: str = AGENT, text: str = "R-1: mend the gate") -> Message:
    return Message(number, f"mail-{number}", "email", FRIDAY, to, "A promise", text)


def commitment(**changes: object) -> dict[str, Any]:
    """Of a promise that was kept an hour late."""
    facts = {"status": "kept", "flagged_at": "2024-03-08T15:00:02Z", "kept_at": "2024-03-08T16:00:01Z"}
    return {**facts, "history": [], **changes}


def mismatches(verdict: Verdict) -> str:
    return "; ".join(
        [*(said for one in verdict.judged for said in one.mismatches), *verdict.outbox_differences]
    )


# ---------------------------------------------------------------- a promise kept an hour late

PROMISED = request(kept=FRIDAY + HOUR, overdue=True)
WARNED = sent_message("warn", FRIDAY - 4 * HOUR, 1)
FLAGGED = sent_message("flag", FRIDAY + 2 * SECOND, 2)


def verdict_on(
    *messages: TimelineMessage, mails: int = 2, weekly: Sequence[TimelineMessage] = (), **changes: Any
) -> Verdict:
    story = Story(commitment(**changes), messages or (WARNED, FLAGGED))
    plan: Plan = make_plan([PROMISED], LONDON)
    outbox = [mail(n + 1) for n in range(mails)]
    return judge(plan, [(Opened(PROMISED, "customer", "commitment"), story)], outbox, weekly)


def test_a_promise_that_went_as_planned_is_exact() -> None:
    verdict = verdict_on()

    assert verdict.exact
    assert verdict.lateness("flag") == [2 * SECOND]
    assert verdict.message_lateness() == [timedelta(0), 2 * SECOND]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flagged_at": None}, "was late, never flagged; the file says that it was overdue"),
        ({"flagged_at": None}, "flag, due 2024-03-08 15:00:00Z: was not taken"),
        ({"flagged_at": "2024-03-08T15:06:00Z"}, "flag, due 2024-03-08 15:00:00Z: came 0:06:00 late"),
        ({"flagged_at": "2024-03-08T14:59:00Z"}, "came 0:01:00 early"),
        ({"status": "open", "kept_at": None}, "the commitment is open at the end, not kept"),
        ({"kept_at": "2024-03-08T17:00:00Z"}, "was kept at 2024-03-08 17:00:00Z"),
    ],
)
def test_a_commitment_that_differs_from_the_plan_is_a_mismatch(changes: dict[str, Any], said: str) -> None:
    assert said in mismatches(verdict_on(**changes))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("warn", "warn, due 2024-03-08 11:00:00Z: 2 messages were sent, not 1"),
        ("owner", "owner: does not apply, but there is promise_escalation to owner: sent"),
        ("survey", "a message that no step explains: survey to customer: sent"),
    ],
)
def test_an_extra_message_is_a_mismatch(step: str, said: str) -> None:
    more = sent_message(step, FRIDAY - 4 * HOUR, 3)

    assert said in mismatches(verdict_on(WARNED, FLAGGED, more, mails=3))


@pytest.mark.parametrize(
    ("sent_at", "said"),
    [
        (FRIDAY - MINUTE, "the message from 2024-03-08 15:00:00Z: came 0:01:00 early"),
        (FRIDAY + 11 * MINUTE, "the message from 2024-03-08 15:00:00Z: came 0:11:00 late"),
        (FRIDAY + 62 * MINUTE, "the message came when it was true no more"),
    ],
)
def test_an_early_or_late_message_is_a_mismatch(sent_at: datetime, said: str) -> None:
    late = sent_message("flag", FRIDAY, 2, sent_at=sent_at)

    assert said in mismatches(verdict_on(WARNED, late))


def test_a_message_withheld_without_reason_is_a_mismatch() -> None:
    withheld = sent_message("flag", FRIDAY, 2, status="withheld", sent_at=None, why_not="no longer needed")

    said = mismatches(verdict_on(WARNED, withheld, mails=1))

    assert "flag, due 2024-03-08 15:00:00Z: 0 messages were sent, not 1" in said
    assert "promise_overdue to agent: withheld (no longer needed)" in said


def test_a_mail_without_a_row_and_a_row_without_a_mail_are_mismatches() -> None:
    assert "no row of a message explains it" in mismatches(verdict_on(mails=3))
    assert "and not in the outbox" in mismatches(verdict_on(mails=1))


# ---------------------------------------------------------------- a promise due before work begins

EARLY = utc("2024-03-08 08:30")
WARNED_THE_DAY_BEFORE = sent_message("warn", utc("2024-03-07 17:00"), 1)


def verdict_on_early(kept: str, flagged: TimelineMessage, mails: int = 2) -> Verdict:
    asked = request(EARLY, kept=utc(f"2024-03-08 {kept}"), overdue=True)
    facts = commitment(flagged_at="2024-03-08T08:30:02Z", kept_at=f"2024-03-08T{kept}:00Z")
    opened, story = Opened(asked, "customer", "commitment"), Story(facts, (WARNED_THE_DAY_BEFORE, flagged))
    return judge(make_plan([asked], LONDON), [(opened, story)], [mail(n + 1) for n in range(mails)])


def flag_sent_at(sent_at: str) -> TimelineMessage:
    return sent_message("flag", EARLY, 2, sent_at=utc(f"2024-03-08 {sent_at}"))


def withheld_flag() -> TimelineMessage:
    return sent_message("flag", EARLY, 2, status="withheld", sent_at=None, provider_id=None)


def test_a_flag_at_night_counts_as_late_from_when_work_begins() -> None:
    verdict = verdict_on_early("13:00", flag_sent_at("09:01:03"))

    assert verdict.exact
    assert verdict.judged[0].steps["flag"].message_lateness == (63 * SECOND,)


def test_a_flag_sent_at_night_is_early() -> None:
    assert "came 0:29:00 early" in mismatches(verdict_on_early("13:00", flag_sent_at("08:31")))


@pytest.mark.parametrize(("kept", "exact"), [("08:45", True), ("09:02", True), ("09:30", False)])
def test_a_flag_at_night_may_be_withheld_if_the_promise_is_kept_before_work(kept: str, exact: bool) -> None:
    assert verdict_on_early(kept, withheld_flag(), mails=1).exact is exact


# ---------------------------------------------------------------- two promises in one mail

TWO = tuple(request(kept=FRIDAY + HOUR, name=name) for name in ("R-1", "R-2"))
CARRIER = sent_message("flag", FRIDAY + MINUTE, 3, carries=("row-4",))
CARRIED = sent_message(
    "flag", FRIDAY, 4, status="grouped", carried_by="row-3", sent_at=None, provider_id=None
)


def weekly_report(number: int, **changes: Any) -> TimelineMessage:
    report = sent_message("flag", FRIDAY + 3 * DAY, number)
    return dataclasses.replace(report, purpose="weekly_report", to="owner", **changes)


def test_a_weekly_report_is_about_no_request() -> None:
    verdict = verdict_on(mails=3, weekly=[weekly_report(3)])

    assert (verdict.exact, verdict.mails, verdict.weekly_reports) == (True, 2, 1)


def test_a_weekly_report_missing_from_the_outbox_is_a_mismatch() -> None:
    sent, failed = weekly_report(3), weekly_report(4, status="failed", sent_at=None)

    verdict = verdict_on(weekly=[sent, failed])

    assert verdict.outbox_differences == ["weekly_report to owner: sent, and not in the outbox"]


def verdict_on_two(text: str = "R-1 and R-2", to: str = AGENT, **changes: Any) -> Verdict:
    flags = (CARRIER, dataclasses.replace(CARRIED, **changes))
    stories = [
        (
            Opened(asked, "customer", "commitment"),
            Story(commitment(), (sent_message("warn", FRIDAY - 4 * HOUR, n), flag)),
        )
        for n, (asked, flag) in enumerate(zip(TWO, flags, strict=True), 1)
    ]
    outbox = [mail(1), mail(2, text="R-2"), mail(3, to, text)]
    return judge(make_plan(TWO, LONDON), stories, outbox)


def test_one_mail_explains_both_promises() -> None:
    verdict = verdict_on_two()

    assert (verdict.exact, verdict.batched) == (True, 1)
    assert verdict.message_lateness() == [timedelta(0)] * 2 + [MINUTE] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "R-1"}, "does not tell of R-2"),
        ({"to": MANAGER}, "is not for the reader of promise_overdue to agent"),
        ({"carried_by": "row-1"}, "which does not say so"),
        ({"carried_by": "row-1"}, "flag, due 2024-03-08 15:00:00Z: 0 messages were sent, not 1"),
        ({"id": "row-5"}, "does not tell of row-4"),
    ],
)
def test_a_promise_missing_from_the_shared_mail_is_a_mismatch(changes: dict[str, Any], said: str) -> None:
    assert said in mismatches(verdict_on_two(**changes))
