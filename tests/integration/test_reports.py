"""The service report: counts that can be added up by hand."""

from typing import Any

from tests.integration.shop import Shop, add_agent, token_of
from tests.times import DAY, HOUR


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
        "kept_late": 1,
        "overdue": 1,
        "broken": 0,
        "withdrawn": 1,
        "kept_rate": 0.3333,
        "median_late_seconds": 7200,
    }
    assert found["by_agent"][shop.agent_id]["promises"] == promises
    assert found["by_channel"]["phone"]["promises"] == promises


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
