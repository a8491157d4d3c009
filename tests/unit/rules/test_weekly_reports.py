"""The weekly report: when it goes out and to whom, what is in it, and when there is nothing to send."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, agent, case, commitment, goodwill, message, policy, reply, row_id, survey
from vaada.model.people import Agent
from vaada.model.weekly_reports import KeptPromises, WeeklyFigures, WeeklyReport
from vaada.rules import recognition
from vaada.rules import weekly_reports as rules
from vaada.rules.weekly_reports import Findings

WEEK = timedelta(weeks=1)
NEXT = MONDAY + WEEK  # when the report on the week of MONDAY is sent
OWNER = "owner@example.com"
EARLY = MONDAY - timedelta(hours=9)  # when the week begins


def report(**found: object) -> WeeklyReport:
    """The report on the week of MONDAY, of these findings."""
    findings = Findings(**{"promises_since": EARLY - WEEK, **found})  # type: ignore[arg-type]
    return rules.report(rules.plan(policy(), MONDAY), findings, policy(), NEXT)


def figures(**found: object) -> WeeklyFigures:
    written = report(**found).figures
    assert written is not None
    return written


def kept(due_at: datetime, **facts: object) -> object:
    return commitment(due_at, status="kept", kept_at=due_at - HOUR, **facts)


# ---------------------------------------------------------------- when, and to whom


def test_it_waits_for_the_first_opening_of_the_next_week() -> None:
    row = rules.plan(policy("Asia/Karachi"), MONDAY)

    assert row.week == "2026-W10"
    assert row.wake_at == datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("Asia/Karachi"))


def test_planning_a_report_twice_gives_the_same_row() -> None:
    first, again = (rules.plan(policy(), MONDAY + later) for later in (timedelta(0), 5 * DAY))

    assert (first.id, first.wake_at) == (again.id, again.wake_at)
    assert first.id != rules.plan(policy(), NEXT).id


@pytest.mark.parametrize(
    ("rules_of_business", "hour"),
    [
        ({"opening_hours": {"monday": [{"opens": "00:00", "closes": "24:00"}]}}, 6),  # all night
        ({"opening_hours": {"sunday": [{"opens": "10:00", "closes": "12:00"}]}}, 6),  # nearly a week later
        ({"closed_days": [{"name": "Fair", "first": "2026-03-09"}]}, 24 + 9),
    ],
)
def test_it_is_sent_neither_at_night_nor_a_week_late(rules_of_business: dict[str, object], hour: int) -> None:
    row = rules.plan(policy("UTC", **rules_of_business), MONDAY)

    assert row.wake_at == row.ends + hour * HOUR


@given(
    st.sampled_from(("UTC", "Asia/Karachi", "America/New_York", "Pacific/Apia", "Europe/London")),
    st.integers(0, 4 * 365 * 24).map(lambda hours: MONDAY + hours * HOUR),
)
def test_the_weeks_follow_each_other_without_a_gap(zone: str, at: datetime) -> None:
    row = rules.plan(policy(zone), at)
    following = rules.plan(policy(zone), row.ends)

    assert row.begins <= at < row.ends == following.begins
    assert rules.week_before(following, policy(zone)) == row.week
    assert row.begins.astimezone(ZoneInfo(zone)).weekday() == 0


def test_it_waits_on_if_the_business_moved_to_another_zone_meanwhile() -> None:
    row = rules.plan(policy("Asia/Karachi"), MONDAY)
    moved = policy("America/New_York")
    assert row.wake_at is not None

    waits = rules.delay(row, moved, row.wake_at)

    assert waits is not None
    assert waits.wake_at == datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("America/New_York"))
    assert rules.delay(waits, moved, waits.wake_at) is None


@pytest.mark.parametrize(
    ("agents", "readers"),
    [
        ([], ["owner"]),
        ([agent(role="manager")], ["owner"]),
        ([agent(role="manager", weekly_report=True)], ["owner", "Amina"]),
        ([agent(role="agent", weekly_report=True)], ["owner"]),
        ([agent(role="manager", weekly_report=True, left_at=MONDAY)], ["owner"]),
        ([agent(email="Owner@Example.com")], ["Amina"]),
        ([agent(email=OWNER, weekly_report=False)], []),
    ],
)
def test_it_goes_to_the_owner_and_to_managers_who_want_it(agents: list[Agent], readers: list[str]) -> None:
    found = rules.readers(agents, OWNER)

    assert [reader.name if reader else "owner" for reader in found] == readers


# ---------------------------------------------------------------- what is in it


def test_promises_of_the_week_are_counted_as_the_report_counts_them() -> None:
    promises = [
        kept(MONDAY),
        commitment(MONDAY + DAY),  # open, and late
        commitment(MONDAY + DAY, status="withdrawn"),
        kept(MONDAY - DAY),  # the Sunday before
    ]

    assert figures(promises=promises).promises == {
        "2026-W09": KeptPromises(kept=1, settled=1),
        "2026-W10": KeptPromises(kept=1, settled=2),
    }


def test_earlier_weeks_are_those_of_the_report_before_and_a_year_at_most() -> None:
    told = {
        week: KeptPromises(kept=1, settled=2) for week in ("2025-W10", "2025-W11", "2026-W08", "2026-W09")
    }

    found = figures(promises=[kept(MONDAY - DAY)], earlier=told).promises

    assert found == {
        "2025-W11": told["2025-W11"],  # 52 weeks with that of the report
        "2026-W08": told["2026-W08"],
        "2026-W09": KeptPromises(kept=1, settled=1),  # counted again: a promise may have been withdrawn
    }


def test_the_customer_who_waited_longest_comes_first() -> None:
    replies = [
        reply(reply_id=row_id(n), status="given", given_at=MONDAY, late_by_seconds=late)
        for n, late in enumerate((60, None, 7200, 300, 3600), start=10)
    ]

    found = figures(replies=replies)

    assert found.waited == 4
    assert found.waited_longest == (row_id(12), row_id(14))


def test_those_with_most_reasons_are_called_first() -> None:
    one, two, three, four = (f"customer{n:08d}" for n in range(4))
    unhappy = {"status": "answered", "score": 1, "answered_at": MONDAY}
    found = figures(
        answered=[survey(survey_id=row_id(10), customer_id=two, **unhappy)],
        promises=[
            commitment(MONDAY + DAY, commitment_id=row_id(11), customer_id=three),
            commitment(MONDAY, commitment_id=row_id(12), customer_id=four),
            commitment(MONDAY + 2 * DAY, commitment_id=row_id(13), customer_id=one),
        ],
        open_cases=[case(case_id=row_id(14), customer_id=one, kind="complaint")],
    )

    calls = [(call.customer_id, [reason.why for reason in call.reasons]) for call in found.calls]
    assert calls == [
        (one, ["promise_late", "complaint_open"]),
        (two, ["unhappy"]),
        (four, ["promise_late"]),
    ]
    assert found.calls[0].reasons[0].row_id == row_id(13)


def test_nobody_is_called_who_was_unhappy_first_and_happy_later() -> None:
    answers = [
        survey(status="answered", score=score, answered_at=MONDAY + day * DAY)
        for day, score in enumerate((1, 5))
    ]

    assert figures(answered=answers).calls == ()


def test_an_unhappy_customer_is_quoted_and_a_happy_one() -> None:
    answers = [
        survey(
            survey_id=row_id(n),
            status="answered",
            score=score,
            comment=comment,
            answered_at=MONDAY + n * HOUR,
        )
        for n, score, comment in (
            (1, 1, "Bad"),
            (2, 1, "Worse"),
            (3, 2, "Late"),
            (4, 5, "Good"),
            (5, 5, " "),
        )
    ]

    found = figures(answered=answers)

    assert (found.answers, found.comments) == (5, (row_id(3), row_id(4)))


def test_whom_the_week_gives_reason_to_thank_is_named_and_who_waits_for_long() -> None:
    amina, omar = agent(created_at=MONDAY - 90 * DAY), agent(agent_id="omar000000000000", created_at=MONDAY)
    before, in_week, later = (
        survey(survey_id=row_id(number), status="answered", score=5, comment="Lovely", answered_at=at)
        for number, at in ((31, EARLY - HOUR), (32, EARLY), (33, NEXT))
    )
    thanks = recognition.overview([before, in_week, later], [], [amina, omar], NEXT)

    found = figures(thanks=thanks, agents={one.id: one for one in (amina, omar)})

    assert [(one.agent_id, one.reason, one.row_id) for one in found.to_thank] == [
        (amina.id, "kind_words", in_week.id)
    ]
    assert found.unthanked == (amina.id,)


def test_the_cause_that_most_missed_promises_have_is_named() -> None:
    missed = [commitment(MONDAY, case_id=row_id(n)) for n in (1, 2, 3)]
    causes = {row_id(1): "No parts", row_id(3): "no parts "}

    by = figures(promises=missed, causes=causes).missed_by
    unknown = figures(promises=missed).missed_by

    assert by is not None
    assert (by.case_id, by.missed, by.of) == (row_id(1), 2, 3)
    assert unknown is not None
    assert (unknown.case_id, unknown.origin, unknown.missed) == (None, "stated", 3)


@pytest.mark.parametrize("turn", [False, True])
def test_of_two_causes_of_as_many_missed_promises_one_is_named_in_any_order(*, turn: bool) -> None:
    missed = [commitment(MONDAY, case_id=row_id(n)) for n in (1, 2, 3)]
    causes = {row_id(1): "No parts", row_id(2): "Traffic"}  # the cause of the third one is unknown

    by = figures(promises=missed[::-1] if turn else missed, causes=causes).missed_by

    assert by is not None
    assert (by.case_id, by.missed, by.of) == (row_id(2), 1, 3)


def test_messages_and_cost_are_counted() -> None:
    found = figures(
        messages=[
            message(status="sent"),
            message(status="sent", medium="sms"),
            *(message(status="withheld", why_not=why) for why in ("late", "opted out", "late")),
            message(status="unknown"),
        ],
        goodwill=[
            goodwill(status="granted", amount="10.50", currency="EUR"),
            goodwill(status="approved", amount="4.50", currency="EUR"),
            goodwill(status="declined", amount="100", currency="EUR"),
        ],
        texts_of_month=123_400,
    )

    sent = found.sent
    assert (sent.mails, sent.texts, sent.withheld, sent.failed) == (1, 1, 3, 1)
    assert sent.withheld_because == "late"
    assert found.cost.goodwill == {"EUR": Decimal("15.00")}
    assert found.cost.texts_of_month == Decimal("1.23")


# ---------------------------------------------------------------- nothing to send


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ({}, "skipped"),
        ({"promises": [kept(MONDAY - DAY)]}, "skipped"),  # of the week before
        ({"messages": [message(status="sent", purpose="weekly_report")]}, "skipped"),
        ({"answered": [survey(status="answered", score=5, answered_at=MONDAY - DAY)]}, "skipped"),
        ({"messages": [message(status="withheld")]}, "sent"),
        ({"promises": [commitment(MONDAY)]}, "sent"),
        ({"cases": [case()]}, "sent"),
    ],
)
def test_a_week_in_which_nothing_happened_is_skipped_with_the_reason(
    found: dict[str, object], status: str
) -> None:
    row = report(**found)

    assert (row.status, row.wake_at, row.version) == (status, None, 2)
    assert row.skipped_because == (rules.NOTHING if status == "skipped" else None)
    assert row.figures is not None  # the next one has its year of weeks from it


def test_a_report_is_over_when_the_next_one_is_due() -> None:
    row = rules.plan(policy(), MONDAY)

    assert not rules.is_over(row, row.ends + WEEK - HOUR)
    assert rules.is_over(row, row.ends + WEEK)
