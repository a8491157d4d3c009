"""The service report, compared with counts by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.shop import Shop, add_agent, token_of
from tests.times import DAY, HOUR
from vaada.flows import reports


def report(shop: Shop, **query: str) -> Any:
    answer = shop.desk.call("GET /api/reports/service", query=query)
    assert answer.status == 200, answer.body
    return answer.json


def test_the_kept_rate_counts_by_timestamps_and_leaves_out_withdrawn_promises(shop: Shop) -> None:
    in_time, late, _overdue, withdrawn = (shop.promise(shop.desk.now + HOUR) for _ in range(4))
    shop.desk.call(f"POST /api/commitments/{in_time}/keep")
    shop.desk.call(f"POST /api/commitments/{withdrawn}/withdraw", {"reason": "Not wanted any more"})
    shop.desk.pass_time(3 * HOUR)
    shop.desk.call(f"POST /api/commitments/{late}/keep")

    found = report(shop)

    promises = found["all"]["promises"]
    assert promises == {
        "due": 4,
        "kept_in_time": 1,
        "kept_after_change": 0,
        "kept_late": 1,
        "overdue": 1,
        "broken": 0,
        "missed": 2,
        "withdrawn": 1,
        "kept_rate": 0.3333,
        "kept_after_change_rate": 0.0,
        "median_late_seconds": 7200,
    }
    assert found["by_agent"][shop.agent_id]["promises"] == promises
    assert found["by_channel"]["phone"]["promises"] == promises


def test_a_new_date_for_a_missed_promise_does_not_make_it_kept_in_time(shop: Shop) -> None:
    missed, agreed = (shop.promise(shop.desk.now + HOUR * hours) for hours in (1, 3))
    shop.desk.pass_time(2 * HOUR)
    for promise in (missed, agreed):
        body = {"due_at": "2026-03-04T12:00:00Z", "reason": "The part is late"}
        shop.desk.call(f"POST /api/commitments/{promise}/renegotiate", body)
    shop.desk.pass_time(DAY)
    for promise in (missed, agreed):
        shop.desk.call(f"POST /api/commitments/{promise}/keep")

    promises = report(shop, to="2026-03-04", **{"from": "2026-03-01"})["all"]["promises"]

    assert (promises["kept_in_time"], promises["kept_after_change"], promises["kept_late"]) == (0, 1, 1)
    assert (promises["kept_rate"], promises["kept_after_change_rate"]) == (0.0, 0.5)


def test_work_due_at_the_end_of_a_period_belongs_to_the_next_one(shop: Shop) -> None:
    shop.promise(datetime(2026, 4, 1, tzinfo=UTC))
    shop.promise(datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC))

    march = report(shop, **{"from": "2026-03-01", "to": "2026-03-31"})
    april = report(shop, **{"from": "2026-04-01", "to": "2026-04-30"})
    times = report(shop, **{"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:00:01Z"})
    empty = shop.desk.call(
        "GET /api/reports/service", query={"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
    )

    due = [found["all"]["promises"]["due"] for found in (march, april, times)]
    assert (due, empty.status) == ([1, 1, 1], 422)


def test_reply_times_are_counted_in_opening_time(shop: Shop) -> None:
    asked = shop.contact(channel="email", kind="question")
    shop.desk.pass_time(6 * HOUR)  # from 9 to 15, with an hour of lunch
    shop.contact(case_id=asked["case_id"], channel="email", direction="outbound", kind="question")

    replies = report(shop)["all"]["replies"]

    assert (replies["asked"], replies["late"]) == (1, 1)
    assert (replies["median_seconds"], replies["median_late_seconds"]) == (5 * 3600, 3600)


def test_causes_of_complaints_are_counted(shop: Shop) -> None:
    for cause in ("Wrong label", "Wrong label", "Late van"):
        case_id = shop.contact(kind="complaint")["case_id"]
        body = {"cause": cause, "prevention": "Check twice"}
        assert shop.desk.call(f"POST /api/cases/{case_id}/steps/cause_recorded", body).status == 200

    found = report(shop)

    assert found["complaints"] == 3
    assert found["causes"] == [
        {"cause": "Wrong label", "complaints": 2},
        {"cause": "Late van", "complaints": 1},
    ]


def test_a_period_is_days_or_times_and_not_too_long(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * DAY)

    assert report(shop, **{"from": "2026-03-02", "to": "2026-03-02"})["all"]["promises"]["due"] == 1
    assert report(shop, **{"from": "2026-03-03", "to": "2026-03-04"})["all"]["promises"]["due"] == 0
    for wrong in (
        {"from": "2026-03-03", "to": "2026-03-01"},
        {"from": "2020-03-03", "to": "2026-03-01"},
        {"from": "soon"},
    ):
        answer = shop.desk.call("GET /api/reports/service", query=wrong)
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "from")


def test_agents_see_only_their_own_numbers(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)
    add_agent(shop.desk, "Omar")
    shop.desk.pass_time(2 * HOUR)

    own = shop.desk.call("GET /api/reports/service", user=token_of("amina@example.com"))
    others = shop.desk.call("GET /api/reports/service", user=token_of("omar@example.com"))
    asked = shop.desk.call(
        "GET /api/reports/service", user=token_of("omar@example.com"), query={"agent_id": shop.agent_id}
    )

    assert (own.json["all"]["promises"]["due"], others.json["all"]["promises"]["due"]) == (1, 0)
    assert asked.status == 403


def test_a_report_of_too_many_rows_asks_for_a_shorter_period(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_ROWS", 4)
    for _ in range(2):
        shop.promise(shop.desk.now + HOUR)  # with the case of its contact
    shop.desk.pass_time(2 * HOUR)
    assert report(shop)["all"]["promises"]["due"] == 2

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    refused = shop.desk.call("GET /api/reports/service")

    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == "from"
    assert "has more than 4 promises" in refused.json["errors"][0]["message"]
