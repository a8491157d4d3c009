"""Lists of cases and work: all, of an agent, of a customer, and those without a contact for days."""

from datetime import timedelta

import pytest

from tests.integration.shop import Shop, add_agent, add_customer, fields_of, token_of
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

AMINA, ZOYA = token_of("amina@example.com"), token_of("zoya@example.com")


def ids(shop: Shop, route: str, field: str, user: dict[str, str] | None = None, **query: str) -> list[str]:
    answer = shop.desk.call(f"GET {route}", query=query, user=user)
    assert answer.status == 200, answer.body
    return [item[field] for item in answer.json["items"]]


def test_open_cases_of_all_and_of_one_agent(shop: Shop) -> None:
    ours = shop.contact()["case_id"]
    shop.desk.pass_time(MINUTE)
    supervisors = shop.contact(agent_id=shop.supervisor_id)["case_id"]
    shop.desk.pass_time(MINUTE)
    shop.contact(resolved=True)

    assert ids(shop, "/api/cases", "case_id", status="open") == [ours, supervisors]
    assert ids(shop, "/api/cases", "case_id", status="open", agent_id=shop.agent_id) == [ours]


def test_an_agent_lists_only_their_own_cases(shop: Shop) -> None:
    ours = shop.contact()["case_id"]
    shop.contact(agent_id=shop.supervisor_id)

    assert ids(shop, "/api/cases", "case_id", AMINA) == [ours]
    other = shop.desk.call("GET /api/cases", query={"agent_id": shop.supervisor_id}, user=AMINA)
    assert other.status == 403


def test_cases_without_a_contact_for_days(shop: Shop) -> None:
    quiet = [shop.contact()["case_id"] for _ in range(2)]
    busy = shop.contact()["case_id"]
    shop.desk.pass_time(3 * DAY)
    shop.contact(case_id=busy, direction="outbound")
    shop.desk.pass_time(HOUR)

    assert sorted(ids(shop, "/api/cases", "case_id", quiet_days="3")) == sorted(quiet)
    assert ids(shop, "/api/cases", "case_id", quiet_days="4") == []
    assert ids(shop, "/api/cases", "case_id", quiet_days="3", agent_id=shop.supervisor_id) == []


def test_quiet_cases_come_page_by_page_past_busy_ones(shop: Shop) -> None:
    cases = [shop.contact(occurred_at=text_of(shop.desk.now - n * MINUTE))["case_id"] for n in range(9)]
    shop.desk.pass_time(3 * DAY)
    for case_id in cases[::2]:
        shop.contact(case_id=case_id, direction="outbound")

    found = all_ids(shop, "/api/cases", "case_id", quiet_days="3", limit="2")
    assert sorted(found) == sorted(cases[1::2])


def test_overdue_replies(shop: Shop) -> None:
    shop.contact(channel="phone")
    by_mail = shop.contact(channel="email")["reply"]["reply_id"]
    by_phone = shop.contact(channel="phone")["reply"]["reply_id"]
    answered = shop.contact(channel="sms")
    shop.contact(case_id=answered["case_id"], direction="outbound")
    shop.desk.pass_time(2 * HOUR)

    overdue = ids(shop, "/api/replies", "reply_id", status="overdue")
    assert by_phone in overdue
    assert by_mail not in overdue
    assert len(overdue) == 2


@pytest.mark.parametrize(
    ("route", "field"),
    [
        ("/api/commitments", "commitment_id"),
        ("/api/follow-ups", "follow_up_id"),
        ("/api/replies", "reply_id"),
        ("/api/cases", "case_id"),
    ],
)
def test_work_of_one_customer_is_for_those_who_serve_them(shop: Shop, route: str, field: str) -> None:
    neighbour = add_customer(shop.desk, name="Neighbour", email="neighbour@example.com")
    at = text_of(shop.desk.now + timedelta(days=2))
    for customer_id in (shop.customer_id, neighbour):
        shop.contact(customer_id=customer_id, commitments=[{"what": "Send it", "due_at": at}])
        shop.contact(customer_id=customer_id, follow_up={"at": at, "reason": "Ask"}, awaits_reply=True)
    add_agent(shop.desk, "Zoya")

    found = ids(shop, route, field, customer_id=shop.customer_id)
    everything = ids(shop, route, field)
    assert found
    assert set(found) < set(everything)
    assert all(row_id.startswith(shop.customer_id) for row_id in found)
    refused = shop.desk.call(f"GET {route}", query={"customer_id": shop.customer_id}, user=ZOYA)
    assert refused.status == 403


def test_filters_by_agent_customer_status_and_time_combine(shop: Shop) -> None:
    neighbour = add_customer(shop.desk, name="Neighbour", email="neighbour@example.com")
    due = {n: text_of(shop.desk.now + n * DAY) for n in range(1, 7)}

    def promise(n: int, customer_id: str, agent_id: str) -> str:
        made = {"commitments": [{"what": "Send it", "due_at": due[n]}]}
        told = shop.contact(customer_id=customer_id, agent_id=agent_id, **made)
        return str(told["commitments"][0]["commitment_id"])

    ours = {n: promise(n, shop.customer_id, shop.agent_id) for n in (1, 2, 3, 4)}
    supervisors = promise(5, shop.customer_id, shop.supervisor_id)
    promise(6, neighbour, shop.agent_id)
    assert shop.desk.call(f"POST /api/commitments/{ours[2]}/keep").status == 200
    of_both = {"agent_id": shop.agent_id, "customer_id": shop.customer_id}

    def found(**query: str) -> list[str]:
        return ids(shop, "/api/commitments", "commitment_id", None, **query)

    assert found(**of_both, sort="due_at") == [ours[n] for n in (1, 2, 3, 4)]
    assert found(**of_both, sort="-due_at", status="open") == [ours[n] for n in (4, 3, 1)]
    assert found(**of_both, due_from=due[2], due_before=due[4]) == [ours[2], ours[3]]
    assert found(customer_id=shop.customer_id, due_from=due[3]) == [ours[3], ours[4], supervisors]
    assert found(agent_id=shop.agent_id, status="kept", due_before=due[3]) == [ours[2]]
    assert found(status="overdue", due_before=due[1]) == []


def test_a_list_by_time_misses_nothing_that_changes_its_status_meanwhile(shop: Shop) -> None:
    promises = [shop.promise(shop.desk.now + n * DAY) for n in range(1, 8)]
    for sort, expected in (("due_at", promises), ("-due_at", promises[::-1])):
        found: list[str] = []
        for page in shop.desk.pages("GET /api/commitments", sort=sort, limit="2"):
            found += [row["commitment_id"] for row in page]
            for open_one in expected[-2:]:
                shop.desk.call(f"POST /api/commitments/{open_one}/keep")

        assert found == expected


def test_a_list_by_id_misses_nothing_whatever_changes_meanwhile(shop: Shop) -> None:
    promises = sorted(shop.promise(shop.desk.now + (n + 2) * DAY) for n in range(9))
    found: list[str] = []
    for page in shop.desk.pages("GET /api/commitments", sort="id", limit="2", agent_id=shop.agent_id):
        found += [row["commitment_id"] for row in page]
        for number, row_id in enumerate(promises):
            earlier = {
                "due_at": text_of(shop.desk.now + HOUR + number * MINUTE),
                "reason": "They are in a hurry",
            }
            shop.desk.call(f"POST /api/commitments/{row_id}/renegotiate", earlier)
        shop.desk.call(f"POST /api/commitments/{promises[-1]}/keep")

    assert found == promises


def test_a_list_by_id_heeds_all_filters(shop: Shop) -> None:
    neighbour = add_customer(shop.desk, name="Neighbour", email="neighbour@example.com")
    due = text_of(shop.desk.now + DAY)
    theirs = shop.contact(customer_id=neighbour, follow_up={"at": due, "reason": "Ask"})["follow_up"]
    asked = {"channel": "email", "awaits_reply": True, "follow_up": {"at": due, "reason": "Ask"}}
    ours = [str(shop.contact(**asked)["follow_up"]["follow_up_id"])]
    ours += [shop.follow_up(shop.desk.now + n * DAY) for n in (2, 3)]
    shop.desk.call(f"POST /api/follow-ups/{ours[0]}/complete")

    def found(**query: str) -> list[str]:
        return ids(shop, "/api/follow-ups", "follow_up_id", None, sort="id", **query)

    assert found(agent_id=shop.agent_id) == sorted([*ours, theirs["follow_up_id"]])
    assert found(customer_id=shop.customer_id) == sorted(ours)
    assert found(customer_id=shop.customer_id, status="scheduled") == sorted(ours[1:])
    assert found(customer_id=neighbour, agent_id=shop.supervisor_id) == []
    assert found(due_before=text_of(shop.desk.now + 2 * DAY)) == sorted([ours[0], theirs["follow_up_id"]])
    assert found(due_from=text_of(shop.desk.now + 3 * DAY)) == [ours[2]]
    assert ids(shop, "/api/cases", "case_id", None, sort="id", quiet_days="1") == []


def test_cases_are_listed_by_when_they_were_opened(shop: Shop) -> None:
    first = shop.contact()["case_id"]
    shop.desk.pass_time(HOUR)
    resolved = shop.contact(resolved=True)["case_id"]
    shop.desk.pass_time(HOUR)
    since, last = text_of(shop.desk.now), shop.contact()["case_id"]

    assert ids(shop, "/api/cases", "case_id", sort="opened_at") == [first, resolved, last]
    assert ids(shop, "/api/cases", "case_id", sort="-opened_at", opened_before=since) == [resolved, first]
    assert ids(shop, "/api/cases", "case_id", customer_id=shop.customer_id, quiet_days="1") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"due_from": "20260305"}, "due_from"),
        ({"due_from": "1772726400"}, "due_from"),
        ({"due_before": "2026-03-05"}, "due_before"),
        ({"due_from": "2026-03-05T00:00:00Z", "due_before": "2026-03-04T00:00:00Z"}, "due_from"),
        ({"sort": "name"}, "sort"),
    ],
)
def test_a_wrong_range_or_order_is_refused_and_named(shop: Shop, query: dict[str, str], field: str) -> None:
    answer = shop.desk.call("GET /api/follow-ups", query=query)

    assert (answer.status, fields_of(answer)) == (422, [field])


# ---------------------------------------------------------------- the work of one case


def promises_in(shop: Shop, count: int, **facts: object) -> str:
    """Record contacts of one case with so many promises. Returns the case's id."""
    case_id = ""
    for first in range(0, count, 20):
        due_at = text_of(shop.desk.now + 5 * DAY)
        made = [{"what": f"Promise {n}", "due_at": due_at} for n in range(first, min(first + 20, count))]
        known = {"case_id": case_id} if case_id else {}
        case_id = shop.contact(commitments=made, **known, **facts)["case_id"]
    return case_id


def all_ids(shop: Shop, route: str, field: str, **query: str) -> list[str]:
    return [row[field] for page in shop.desk.pages(f"GET {route}", **query) for row in page]


def test_all_promises_of_a_case_are_listed_however_many_there_are(shop: Shop) -> None:
    case_id = promises_in(shop, 60)
    shop.promise(shop.desk.now + DAY)  # of another case
    kept = shop.case(case_id)["commitment_ids"][0]
    shop.desk.call(f"POST /api/commitments/{kept}/keep")

    found = all_ids(shop, "/api/commitments", "commitment_id", case_id=case_id, limit="25")
    still_open = all_ids(shop, "/api/commitments", "commitment_id", case_id=case_id, status="open")

    assert (len(found), len(set(found)), found) == (60, 60, sorted(found))
    assert set(found) - set(still_open) == {kept}
    assert ids(shop, "/api/follow-ups", "follow_up_id", case_id=case_id) == []


def test_all_promises_of_a_case_are_named_when_it_is_resolved_or_end_with_it(shop: Shop) -> None:
    case_id = promises_in(shop, 60)

    kept = shop.desk.call(f"POST /api/cases/{case_id}/resolve").json
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "It is not"})
    ended = shop.desk.call(f"POST /api/cases/{case_id}/resolve", {"agreed_work": "end"}).json

    assert (len(kept["still_open"]), ended["still_open"]) == (60, [])
    assert all_ids(shop, "/api/commitments", "commitment_id", case_id=case_id, status="open") == []


def test_work_of_a_case_that_was_merged_is_listed_with_the_other(shop: Shop) -> None:
    first, second, third = (promises_in(shop, 2) for _ in range(3))
    shop.merge(first, into=second)
    shop.merge(second, into=third)

    for case_id in (first, third):
        assert len(all_ids(shop, "/api/commitments", "commitment_id", case_id=case_id)) == 6
    shop.desk.call(f"POST /api/cases/{second}/unmerge")
    assert len(all_ids(shop, "/api/commitments", "commitment_id", case_id=third)) == 2
    assert len(all_ids(shop, "/api/commitments", "commitment_id", case_id=first)) == 4


def test_the_work_of_a_case_is_listed_for_those_who_serve_its_customer(shop: Shop) -> None:
    case_id = promises_in(shop, 1)
    add_agent(shop.desk, "Zoya")
    waiting = shop.contact(channel="email")

    assert len(ids(shop, "/api/commitments", "commitment_id", AMINA, case_id=case_id)) == 1
    refused = shop.desk.call("GET /api/commitments", query={"case_id": case_id}, user=ZOYA)
    unsorted = shop.desk.call("GET /api/commitments", query={"case_id": case_id, "sort": "due_at"})
    unknown = shop.desk.call("GET /api/commitments", query={"case_id": "0" * 32})

    assert [answer.status for answer in (refused, unsorted, unknown)] == [403, 422, 404]
    assert fields_of(unsorted) == ["sort"]
    assert ids(shop, "/api/replies", "reply_id", case_id=waiting["case_id"]) == [waiting["reply"]["reply_id"]]
