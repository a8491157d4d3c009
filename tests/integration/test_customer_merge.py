"""Two records of one person are merged: the data of both are found under the remaining one."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk, client
from tests.integration.shop import Shop, add_agent, add_customer, change_policy, token_of, words_of
from tests.times import DAY, HOUR
from vaada.desk import open_desk

AGREED = {"email": True, "sms": True, "survey": True, "news": False}
AMINA, OMAR = token_of("amina@example.com"), token_of("omar@example.com")


@pytest.fixture
def stays(desk: ScriptedDesk) -> Shop:
    """The id of Bilal Khan, whose record remains."""
    return Shop.opened(desk, phone="+923001234567", notes="Prefers mornings", tags=["vip"])


@pytest.fixture
def goes(stays: Shop) -> Shop:
    """The id of B. Khan, the same person."""
    other = add_customer(
        stays.desk,
        name="B. Khan",
        email="b.khan@example.com",
        notes="Knows the owner",
        tags=["wholesale"],
        language="ur",
    )
    return replace(stays, customer_id=other)


def merge(goes: Shop, stays: Shop, **asked: Any) -> Response:
    return goes.desk.call(
        f"POST /api/customers/{goes.customer_id}/merge", {"into": stays.customer_id}, **asked
    )


def merged(goes: Shop, stays: Shop) -> Any:
    """The customer who remains after the merge."""
    answer = merge(goes, stays)
    assert answer.status == 200, answer.body
    return answer.json


def shown(shop: Shop) -> Any:
    return shop.desk.call(f"GET /api/customers/{shop.customer_id}").json


def story(shop: Shop, limit: int = 100) -> list[str]:
    """The ids of the timeline, page by page."""
    pages = shop.desk.pages(f"GET /api/customers/{shop.customer_id}/timeline", limit=str(limit))
    return [row[f"{row['row_kind']}_id"] for page in pages for row in page]


def items_of(*customer_ids: str) -> list[dict[str, Any]]:
    items = client("dynamodb").scan(TableName="vaada")["Items"]
    return [item for item in items if item["pk"]["S"].removeprefix("CUSTOMER#") in customer_ids]


# ---------------------------------------------------------------- what is known of them


def test_the_remaining_record_has_both_records_facts_and_the_stricter_consent(
    goes: Shop, stays: Shop
) -> None:
    goes.desk.call(f"PATCH /api/customers/{goes.customer_id}", {"consent": {**AGREED, "sms": False}})

    now = merged(goes, stays)

    assert now["customer_id"] == stays.customer_id
    assert (now["name"], now["other_names"]) == ("Bilal Khan", ["B. Khan"])
    assert (now["email"], now["other_emails"]) == ("bilal@example.com", ["b.khan@example.com"])
    assert (now["phone"], now["language"]) == ("+923001234567", "ur")
    assert now["consent"] == {**AGREED, "sms": False}
    assert now["notes"] == "Prefers mornings\n\nKnows the owner"
    assert now["tags"] == ["vip", "wholesale"]
    assert [(one["customer_id"], one["by"]) for one in now["merged"]] == [
        (goes.customer_id, "manager sub-of-manager")
    ]


def test_ids_of_the_merged_record_lead_to_the_remaining_one(goes: Shop, stays: Shop) -> None:
    recorded = goes.contact()
    merged(goes, stays)

    assert shown(goes) == shown(stays)
    assert story(goes) == story(stays)
    for customer_id in (goes.customer_id, stays.customer_id):
        cases = stays.desk.call("GET /api/cases", query={"customer_id": customer_id}).json["items"]
        assert [case["case_id"] for case in cases] == [recorded["case_id"]]
    assert goes.case(recorded["case_id"])["status"] == "open"
    changed = goes.desk.call(f"PATCH /api/customers/{goes.customer_id}", {"notes": "One person"})
    assert (changed.json["customer_id"], shown(stays)["notes"]) == (stays.customer_id, "One person")


def test_the_story_of_both_is_one_list_newest_first_page_by_page(goes: Shop, stays: Shop) -> None:
    for hour, shop in enumerate((stays, goes, goes, stays, goes)):
        shop.contact(summary=f"Contact {hour}")
        shop.desk.pass_time(HOUR)
    before = {*story(goes), *story(stays)}
    merged(goes, stays)

    whole = story(stays)

    assert set(whole) == before
    assert whole == sorted(whole, key=lambda row_id: row_id[16:], reverse=True)
    assert all(story(stays, limit) == whole for limit in (1, 2, 3, 7))


def test_the_story_of_both_is_whole_if_a_query_ends_before_its_limit(goes: Shop, stays: Shop) -> None:
    for hour, shop in enumerate((stays, stays, stays, goes, goes, goes, stays)):
        shop.contact(summary=f"Contact {hour}")
        shop.desk.pass_time(HOUR)
    before = {*story(goes), *story(stays)}
    merged(goes, stays)
    dynamodb = open_desk().table.client
    query = dynamodb.query

    with patch.object(dynamodb, "query", lambda **asked: query(**{**asked, "Limit": min(asked["Limit"], 2)})):
        whole = story(stays, 5)

    assert set(whole) == before
    assert whole == sorted(whole, key=lambda row_id: row_id[16:], reverse=True)


def test_cases_of_both_are_one_list_page_by_page(goes: Shop, stays: Shop) -> None:
    expected = []
    for shop in (stays, goes, goes, stays):
        expected.append(shop.contact()["case_id"])
        shop.desk.pass_time(HOUR)
    merged(goes, stays)

    pages = stays.desk.pages("GET /api/cases", customer_id=stays.customer_id, limit="1", status="open")

    assert [case["case_id"] for page in pages for case in page] == expected


def test_a_cursor_of_a_third_customer_opens_nothing(goes: Shop, stays: Shop) -> None:
    dana = replace(stays, customer_id=add_customer(stays.desk, name="Dana", email="dana@example.com"))
    for _ in range(2):
        dana.contact()
    page = stays.desk.call(f"GET /api/customers/{dana.customer_id}/timeline", query={"limit": "1"})
    merged(goes, stays)

    cursor = {"cursor": page.json["next_cursor"]}
    assert stays.desk.call(f"GET /api/customers/{stays.customer_id}/timeline", query=cursor).status == 422


@pytest.mark.parametrize("q", ["bilal", "b khan", "khan", "b.khan@example.com", "bilal@example.com", "4567"])
def test_a_search_finds_the_remaining_record_by_either_name(goes: Shop, stays: Shop, q: str) -> None:
    merged(goes, stays)

    found = stays.desk.call("GET /api/customers", query={"q": q}).json["items"]

    assert [customer["customer_id"] for customer in found] == [stays.customer_id]
    listed = stays.desk.call("GET /api/customers").json["items"]
    assert [customer["customer_id"] for customer in listed] == [stays.customer_id]


def test_agents_of_either_record_serve_the_remaining_one(goes: Shop, stays: Shop) -> None:
    omar = add_agent(stays.desk, "Omar")
    goes.contact(agent_id=omar)
    stays.contact()
    assert stays.desk.call(f"GET /api/customers/{stays.customer_id}", user=OMAR).status == 403

    merged(goes, stays)

    for user in (OMAR, AMINA):
        assert stays.desk.call(f"GET /api/customers/{stays.customer_id}", user=user).status == 200
        assert stays.desk.call("GET /api/customers", query={"q": "bilal"}, user=user).json["items"]


# ---------------------------------------------------------------- after the merge


def test_promises_to_either_record_are_still_reminded_of_and_kept(goes: Shop, stays: Shop) -> None:
    promised = goes.promise(stays.desk.now + DAY)
    merged(goes, stays)

    stays.desk.pass_time(DAY + HOUR)

    assert any("Bilal Khan" in words_of(mail) for mail in stays.desk.mails)
    kept = stays.desk.call(f"POST /api/commitments/{promised}/keep")
    assert kept.json["status"] == "kept"
    assert [row["status"] for row in stays.rows("commitment")] == ["kept"]


def test_a_survey_of_the_merged_record_goes_once_to_the_remaining_one(goes: Shop, stays: Shop) -> None:
    goes.contact(resolved=True)
    stays.contact(resolved=True)
    merged(goes, stays)

    stays.desk.pass_time(DAY + HOUR)

    asked = [str(mail["to"]) for mail in stays.desk.mails if "/s/" in words_of(mail)]
    assert asked == ["Bilal Khan <bilal@example.com>"]
    assert sorted(row["status"] for row in stays.rows("survey")) == ["sent", "withheld"]


def test_the_cool_down_and_the_budget_of_both_count(goes: Shop, stays: Shop) -> None:
    goes.contact(resolved=True)
    stays.desk.pass_time(2 * DAY)
    merged(goes, stays)
    assert len(shown(stays)["written_at"]) == 1
    stays.contact(resolved=True)

    stays.desk.pass_time(DAY + HOUR)

    assert stays.rows("survey")[0]["withheld_because"] == "they were asked something lately"


def test_nothing_is_asked_if_one_record_has_no_consent(goes: Shop, stays: Shop) -> None:
    stays.desk.call(f"PATCH /api/customers/{stays.customer_id}", {"consent": {**AGREED, "survey": False}})
    goes.contact(resolved=True)
    merged(goes, stays)

    stays.desk.pass_time(2 * DAY)

    assert stays.rows("survey")[0]["withheld_because"] == "the customer did not agree to surveys"


def test_a_new_contact_under_the_old_id_belongs_to_the_remaining_record(goes: Shop, stays: Shop) -> None:
    case_id = goes.contact()["case_id"]
    merged(goes, stays)

    again = goes.contact(case_id=case_id, summary="Asks again")
    other = stays.contact(case_id=case_id, direction="outbound")

    assert again["case_id"] == other["case_id"] == case_id
    assert {again["interaction_id"][:16], other["interaction_id"][:16]} == {stays.customer_id}
    assert goes.case(case_id)["contacts"] == 3


def test_cases_of_both_can_be_one_matter(goes: Shop, stays: Shop) -> None:
    one, other = goes.contact()["case_id"], stays.contact()["case_id"]
    path = f"POST /api/cases/{one}/merge"
    assert stays.desk.call(path, {"into": other}).status == 422

    merged(goes, stays)

    assert stays.desk.call(path, {"into": other}).json["contacts"] == 2


def test_one_check_in_and_one_survey_of_the_whole_business_are_left(goes: Shop, stays: Shop) -> None:
    change_policy(stays.desk, surveys={"nps_every_days": 30}, check_ins={"every_days_by_tag": {"vip": 20}})
    stays.desk.call(f"PATCH /api/customers/{goes.customer_id}", {"tags": ["vip"]})
    for shop in (goes, stays):
        shop.contact(resolved=True)
    stays.desk.pass_time(21 * DAY)
    merged(goes, stays)

    waiting = [row for row in stays.rows("follow_up") if row["origin"] == "check_in"]
    assert sorted(row["status"] for row in waiting) == ["cancelled", "due"]
    planned = [row for row in stays.rows("survey") if row["kind"] == "nps"]
    assert sorted(row["status"] for row in planned) == ["scheduled", "withheld"]
    stays.contact()
    assert {row["status"] for row in stays.rows("follow_up") if row["origin"] == "check_in"} == {
        "cancelled",
        "done",
    }


# ---------------------------------------------------------------- erasure and export


@pytest.mark.parametrize("which", ["goes", "stays"])
def test_whichever_is_erased_both_are(goes: Shop, stays: Shop, which: str) -> None:
    for shop in (goes, stays):
        shop.promise(stays.desk.now + DAY)
    merged(goes, stays)
    asked = {"goes": goes, "stays": stays}[which]

    answer = asked.desk.call(f"POST /api/customers/{asked.customer_id}/erase")

    assert answer.json["status"] == "done"
    assert items_of(goes.customer_id, stays.customer_id) == []
    ledger = stays.desk.call("GET /api/erasures").json["items"]
    assert {line["erasure_id"] for line in ledger} == {goes.customer_id, stays.customer_id}
    for shop in (goes, stays):
        assert shop.desk.call(f"GET /api/customers/{shop.customer_id}").status == 404
        assert shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase").json["status"] == "done"
    stays.desk.pass_time(2 * DAY)
    assert stays.desk.mails == []


def test_an_export_has_both_records_and_both_stories(goes: Shop, stays: Shop) -> None:
    goes.contact(summary="Under the other name")
    stays.contact(summary="Under this name")
    merged(goes, stays)

    for shop in (goes, stays):
        export = shop.desk.call(f"GET /api/customers/{shop.customer_id}/export").json
        assert export["customer"]["customer_id"] == stays.customer_id
        assert [record["name"] for record in export["merged"]] == ["B. Khan"]
        said = {row["summary"] for row in export["rows"] if row["row_kind"] == "interaction"}
        assert said == {"Under the other name", "Under this name"}


# ---------------------------------------------------------------- refusals and repeated requests


def test_merging_twice_is_no_error_and_changes_nothing(goes: Shop, stays: Shop) -> None:
    first = merged(goes, stays)

    assert merged(goes, stays) == first
    assert merge(goes, stays, key="again").json == merge(goes, stays, key="again").json == first


def test_a_record_is_merged_into_no_third_and_into_nobody(goes: Shop, stays: Shop) -> None:
    dana = replace(stays, customer_id=add_customer(stays.desk, name="Dana", email="dana@example.com"))
    nobody = replace(stays, customer_id="0" * 16)
    assert merge(goes, goes).status == merge(goes, nobody).status == 422
    assert merge(nobody, stays).status == 404
    merged(goes, stays)

    assert merge(goes, dana).status == 409
    assert merge(stays, goes).status == 422


def test_a_chain_of_records_is_one_customer(goes: Shop, stays: Shop) -> None:
    third = replace(stays, customer_id=add_customer(stays.desk, name="Bilal bhai", email=None))
    third.contact(summary="The first of all")
    merged(third, goes)
    now = merged(goes, stays)

    assert [one["customer_id"] for one in now["merged"]] == [goes.customer_id, third.customer_id]
    assert now["other_names"] == ["B. Khan", "Bilal bhai"]
    assert shown(third) == shown(goes) == shown(stays)
    assert len(stays.rows("interaction")) == 1
    assert merged(third, stays) == now


def test_records_with_too_many_addresses_together_are_not_merged(goes: Shop, stays: Shop) -> None:
    for shop, name in ((goes, "goes"), (stays, "stays")):
        many = {"other_emails": [f"{name}{n}@example.com" for n in range(5)]}
        assert shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", many).status == 200

    answer = merge(goes, stays)

    assert (answer.status, "12 e-mail addresses" in answer.json["detail"]) == (409, True)
    assert shown(goes)["name"] == "B. Khan"


def test_an_agent_merges_only_those_whom_they_serve(goes: Shop, stays: Shop) -> None:
    assert merge(goes, stays, user=AMINA).status == 403
    goes.contact()
    assert merge(goes, stays, user=AMINA).status == 403
    stays.contact()
    assert merge(goes, stays, user=AMINA).json["merged"][0]["by"] == stays.agent_id


def test_a_merge_that_is_cut_short_after_any_call_is_done_or_not_at_all(goes: Shop, stays: Shop) -> None:
    for shop in (goes, stays):
        shop.promise(stays.desk.now + DAY)
    for cut in range(30):
        left = cut

        def maybe(_call: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        stays.desk.before_call = maybe
        try:
            answer = merge(goes, stays)
        except KeyboardInterrupt:
            stays.desk.before_call = lambda _call: None
            separate = shown(goes)["customer_id"] == goes.customer_id
            assert separate == (not shown(stays)["merged"])
        else:
            stays.desk.before_call = lambda _call: None
            assert answer.status == 200
            return
    pytest.fail("it makes more calls than that")


def test_a_contact_that_is_recorded_at_that_moment_is_not_lost(goes: Shop, stays: Shop) -> None:
    omar = add_agent(stays.desk, "Omar")
    goes.contact()

    def in_between(call: str) -> None:
        if call == "dynamodb.TransactWriteItems":
            stays.desk.before_call = lambda _call: None
            merged(goes, stays)

    stays.desk.before_call = in_between
    goes.contact(summary="At that moment", agent_id=omar)

    assert "At that moment" in {row["summary"] for row in stays.rows("interaction")}
    assert omar in shown(stays)["served_by"]


# ---------------------------------------------------------------- undone


def unmerge(goes: Shop, **asked: Any) -> Response:
    return goes.desk.call(f"POST /api/customers/{goes.customer_id}/unmerge", **asked)


def facts(shop: Shop) -> dict[str, Any]:
    """The facts of the customer, without counters."""
    return {
        name: value for name, value in shown(shop).items() if name not in {"version", "explain", "wake_at"}
    }


def test_a_merge_is_undone_within_a_day(goes: Shop, stays: Shop) -> None:
    own, other = goes.contact(), stays.contact()
    before = facts(goes), facts(stays)
    stories = story(goes), story(stays)
    merged(goes, stays)
    goes.desk.pass_time(DAY)

    separated = unmerge(goes)

    assert (separated.status, separated.json["not_undone"]) == (200, [])
    assert (facts(goes), facts(stays)) == before
    for shop, before_it in zip((goes, stays), stories, strict=True):
        assert set(before_it) <= set(story(shop))
        assert {row_id[:16] for row_id in story(shop)} == {shop.customer_id}
    assert (own["case_id"] in story(goes), other["case_id"] in story(goes)) == (True, False)
    found = stays.desk.call("GET /api/customers", query={"q": "khan"}).json["items"]
    assert {one["customer_id"] for one in found} == {goes.customer_id, stays.customer_id}
    mails = stays.desk.call("GET /api/customers", query={"q": "b.khan@example.com"}).json["items"]
    assert [one["customer_id"] for one in mails] == [goes.customer_id]


def test_a_merge_is_undone_once_and_not_after_a_day(goes: Shop, stays: Shop) -> None:
    merged(goes, stays)
    first, repeated, again = unmerge(goes, key="undo"), unmerge(goes, key="undo"), unmerge(goes)
    merged(goes, stays)
    goes.desk.pass_time(DAY + HOUR)
    late = unmerge(goes)

    assert (first.status, repeated.status, again.status, late.status) == (200, 200, 409, 409)
    assert repeated.json["customer_id"] == goes.customer_id
    assert "older than a day" in late.json["detail"]
    assert unmerge(stays).status == 409


def test_contacts_since_the_merge_stay_with_the_remaining_record(goes: Shop, stays: Shop) -> None:
    omar = add_agent(stays.desk, "Omar")
    merged(goes, stays)
    stays.desk.pass_time(HOUR)
    since = goes.contact(agent_id=omar)
    stays.desk.call(f"PATCH /api/customers/{stays.customer_id}", {"consent": {**AGREED, "email": False}})
    stays.desk.call(f"PATCH /api/customers/{stays.customer_id}", {"notes": "Moved to Leeds"})

    separated = unmerge(goes)

    assert separated.json["not_undone"] == [
        "What was recorded since the merge stays with Bilal Khan: 1 contact."
    ]
    assert since["interaction_id"] in story(stays)
    assert since["interaction_id"] not in story(goes)
    assert shown(goes)["consent"] == shown(stays)["consent"] == {**AGREED, "email": False}
    assert (shown(goes)["notes"], shown(stays)["notes"]) == ("Knows the owner", "Moved to Leeds")
    assert (shown(goes)["served_by"], omar in shown(stays)["served_by"]) == ([], True)


def test_each_record_is_checked_in_with_from_its_own_last_contact_as_corrected(
    goes: Shop, stays: Shop
) -> None:
    for shop in (goes, stays):
        shop.desk.call(
            f"PATCH /api/customers/{shop.customer_id}", {"check_in_every_days": 7, "agent_id": shop.agent_id}
        )
    stays.desk.pass_time(3 * DAY)
    stays.contact(occurred_at="2026-03-03T10:00:00Z")
    last = goes.contact()
    merged(goes, stays)

    path = f"PATCH /api/interactions/{last['interaction_id']}"
    assert stays.desk.call(path, {"occurred_at": "2026-03-04T10:00:00Z"}).status == 200
    together = shown(stays)["anchor"]
    unmerge(goes)

    assert together == shown(goes)["anchor"] == "2026-03-04T10:00:00Z"
    assert shown(stays)["anchor"] == "2026-03-03T10:00:00Z"
    assert [shown(shop)["wake_at"][5:10] for shop in (goes, stays)] == ["03-11", "03-10"]


def test_a_later_merge_is_undone_before_an_earlier_one(goes: Shop, stays: Shop) -> None:
    dana = replace(stays, customer_id=add_customer(stays.desk, name="Dana", email="dana@example.com"))
    merged(goes, stays)
    merged(stays, dana)

    too_early = unmerge(goes)
    later, earlier = unmerge(stays), unmerge(goes)

    assert (too_early.status, later.status, earlier.status) == (409, 200, 200)
    assert [shown(shop)["customer_id"] for shop in (goes, stays, dana)] == [
        goes.customer_id,
        stays.customer_id,
        dana.customer_id,
    ]


def test_only_an_agent_who_serves_the_customer_can_undo_a_merge(goes: Shop, stays: Shop) -> None:
    add_agent(stays.desk, "Omar")
    stays.contact()
    goes.contact()
    merged(goes, stays)

    assert unmerge(goes, user=OMAR).status == 403
    assert unmerge(goes, user=AMINA).status == 200
