"""From one release to the next and back: what an earlier one left is read, shown, advanced and answered."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from functions.flag_overdue.app import handler as flag_overdue
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from tests.integration.scripted_desk import Context, ScriptedDesk, client
from tests.releases.samples import RELEASES, desk_at, leftovers_of, shapes_of
from tests.releases.story import Leftovers, tell, until
from tests.times import DAY, HOUR, MINUTE
from vaada.gateways.items import KINDS, from_item, plain_value, to_item
from vaada.model.times import text_of

FUNCTIONS = {"follow_up": remind_agent, "commitment": flag_overdue, "survey": send_survey}
LATER = {"S": "of a later release"}
UNKNOWN = "ROW#v" + "0" * 15
KEYED_BY_DATA = frozenset(
    "asked_at by_customer days_between_kind every_days_by_tag high_score_at_least low_score_at_most "  # noqa: SIM905
    "news_at opening_hours opening_minutes text_prices working_hours".split()
)
"""Fields whose value has keys of the business's own, and no fields of ours."""


@pytest.fixture(scope="module", params=RELEASES)
def left(request: pytest.FixtureRequest) -> Leftovers:
    """What an earlier release left, and the one at hand in its first form."""
    return leftovers_of(request.param)


@pytest.fixture
def desk(left: Leftovers) -> Iterator[ScriptedDesk]:
    """This release's desk on the table of the earlier one, a minute after the upgrade."""
    with desk_at(left.time + MINUTE) as desk:
        put(left.rows)
        desk.stream_records()  # what the copy wrote is no news
        yield desk


def put(items: list[dict[str, Any]]) -> None:
    dynamodb = client("dynamodb")
    for item in items:
        dynamodb.put_item(TableName="vaada", Item=item)


def contains(new: Any, old: Any) -> bool:
    """Whether a value has at least what the old one had."""
    match new, old:
        case dict(), dict():
            return all(name in new and contains(new[name], value) for name, value in old.items())
        case list(), list():
            return len(new) == len(old) and all(map(contains, new, old))
    return bool(new == old)


def stored(pk: str, sk: str) -> dict[str, Any]:
    item: dict[str, Any] = client("dynamodb").get_item(
        TableName="vaada", Key={"pk": {"S": pk}, "sk": {"S": sk}}
    )["Item"]
    return item


# ---------------------------------------------------------------- upgrade


def test_the_samples_have_every_kind_of_row_that_there_is(left: Leftovers) -> None:
    assert {row["row_kind"]["S"] for row in left.rows} <= set(KINDS)
    if left == leftovers_of(RELEASES[-1]):
        assert {row["row_kind"]["S"] for row in left.rows} == set(KINDS)


def test_each_row_is_read_and_written_again_without_loss(left: Leftovers) -> None:
    lost = [row for row in left.rows if not contains(to_item(from_item(row)), row)]

    assert lost == []


def test_the_api_shows_what_was_stored(desk: ScriptedDesk, left: Leftovers) -> None:
    for customer_id in left.customer_ids:
        for route in ("", "/timeline", "/export"):
            assert desk.call(f"GET /api/customers/{customer_id}{route}").status == 200
    for rows in (
        "agents",
        "customers",
        "commitments",
        "follow-ups",
        "replies",
        "cases",
        "goodwill",
        "surveys",
    ):
        answer = desk.call(f"GET /api/{rows}")
        assert answer.status == 200, answer.body
        assert answer.json["items"], rows
    assert desk.call("GET /api/erasures").json["items"]
    assert desk.call("GET /api/customers", query={"q": "bilal"}).json["items"]
    assert (
        desk.call("GET /api/reports/service", query={"from": "2026-03-01", "to": "2026-03-31"}).status == 200
    )


def test_a_policy_that_was_saved_is_taken_again(desk: ScriptedDesk, left: Leftovers) -> None:
    assert contains(desk.call("GET /api/policy").json, left.policy)
    assert desk.call("PUT /api/policy", left.policy).status == 200


def test_a_request_that_is_repeated_after_the_upgrade_does_nothing_twice(
    desk: ScriptedDesk, left: Leftovers
) -> None:
    request = left.request

    again = desk.call("POST /api/interactions", request["body"], key=request["key"])

    assert again.json["interaction_id"] == request["answer"]["interaction_id"]


def test_each_schedule_fires_for_the_row_that_it_was_made_for(desk: ScriptedDesk, left: Leftovers) -> None:
    kinds = {row["pk"]["S"][9:] + row["sk"]["S"][4:]: row["row_kind"]["S"] for row in left.rows}
    outcomes = []
    for name in sorted(left.schedules, key=lambda name: until(left, name)):
        desk.clock.move_to(left.time + until(left, name))
        outcomes.append(FUNCTIONS[kinds[name]](json.loads(left.schedules[name]["input"]), Context()))

    assert outcomes == ["fired"] * len(left.schedules)


def test_due_rows_advance_for_a_week_and_none_is_left(desk: ScriptedDesk) -> None:
    mails = len(desk.mails)

    desk.pass_time(8 * DAY)

    assert len(desk.mails) > mails
    waits = [item["wake_at"]["S"] for item in desk._due_items()]
    assert waits
    assert min(waits) > text_of(desk.now - 3 * MINUTE)


def test_links_that_were_sent_still_open_and_answer(desk: ScriptedDesk, left: Leftovers) -> None:
    assert {desk.open(link).status for link in left.links} <= {200, 409}  # 409: its work is done
    surveys = [link for link in left.links if "/s/" in link]
    assert 200 in {desk.answer(link, score="1").status for link in surveys}
    [unsubscribe, *_] = [link for link in left.links if "/u/" in link]
    assert desk.post(unsubscribe, {"List-Unsubscribe": "One-Click"}).status == 200

    consents = [desk.call(f"GET /api/customers/{one}").json["consent"]["survey"] for one in left.customer_ids]
    assert False in consents


def test_events_that_waited_in_the_queue_are_processed(desk: ScriptedDesk, left: Leftovers) -> None:
    desk.waiting = list(left.events)

    desk.deliver_queued_events()

    assert desk.waiting == []


def test_records_that_were_still_in_the_stream_are_processed(desk: ScriptedDesk, left: Leftovers) -> None:
    desk.deliver(left.records)  # fails if one fails


# ---------------------------------------------------------------- rollback


def later(item: dict[str, Any]) -> dict[str, Any]:
    """An item as a later release may write it: with one more field wherever there are fields."""
    return {**{name: _later(name, value) for name, value in item.items()}, "later": LATER}


def _later(name: str, value: Any) -> Any:
    match value:
        case {"M": dict() as inside}:
            fields = {each: _later(each, stored) for each, stored in inside.items()}
            return {"M": fields if name in KEYED_BY_DATA else {**fields, "later": LATER}}
        case {"L": list() as inside}:
            return {"L": [_later("", each) for each in inside]}
    return value


@pytest.fixture
def rolled_back(left: Leftovers) -> Iterator[ScriptedDesk]:
    """This release's desk on the table of a later one, which added a field everywhere, and a kind of row."""
    items = [later(row) for row in left.rows]
    unknown = {
        "row_kind": {"S": "parcel"},
        "version": {"N": "1"},
        "wake_at": {"S": text_of(left.time)},
        "due_shard": {"S": "due-0"},
    }
    items += [
        {"pk": {"S": f"CUSTOMER#{customer_id}"}, "sk": {"S": UNKNOWN}, **unknown}
        for customer_id in left.customer_ids
    ]
    with desk_at(left.time + MINUTE) as desk:
        put(items)
        desk.stream_records()
        yield desk


def test_rows_of_a_later_release_are_read_as_if_its_fields_were_not_there(left: Leftovers) -> None:
    assert [from_item(later(row)) for row in left.rows] == [from_item(row) for row in left.rows]


def test_the_desk_works_on_rows_of_the_later_release_after_a_rollback(
    rolled_back: ScriptedDesk, left: Leftovers
) -> None:
    for customer_id in left.customer_ids:
        timeline = rolled_back.timeline(customer_id)
        assert timeline
        assert "parcel" not in {row["row_kind"] for row in timeline}
    rolled_back.pass_time(HOUR)  # the unknown row is due at every sweep

    assert stored(f"CUSTOMER#{left.customer_ids[0]}", UNKNOWN)["version"] == {"N": "1"}
    [*waits] = [
        each["wake_at"]["S"] for each in rolled_back._due_items() if each["row_kind"]["S"] != "parcel"
    ]
    assert min(waits) > text_of(rolled_back.now - 3 * MINUTE)


def test_what_this_release_writes_fits_the_shapes_of_each_earlier_one(left: Leftovers) -> None:
    """Otherwise there is no way back: write a new value only in the release after the one that reads it."""
    [release] = [each for each in RELEASES if leftovers_of(each).taken_at == left.taken_at]
    shapes = {kind: jsonschema_rs.validator_for(shape) for kind, shape in shapes_of(release).items()}
    with desk_at(left.time - 3 * DAY) as desk:
        rows = tell(desk).rows

    wrong = [
        f"{kind}: {error.message} at {list(error.instance_path)}"
        for row in rows
        if (kind := row["row_kind"]["S"]) in shapes
        for error in shapes[kind].iter_errors(plain(row))
    ]
    assert wrong == []


def plain(item: dict[str, Any]) -> Any:
    """The item with plain values only, as a schema describes it."""
    return json.loads(json.dumps({name: plain_value(value) for name, value in item.items()}, default=float))


def test_the_check_of_shapes_finds_what_an_earlier_release_cannot_read(left: Leftovers) -> None:
    shape = jsonschema_rs.validator_for(shapes_of(RELEASES[-1])["commitment"])
    [row, *_] = [row for row in left.rows if row["row_kind"]["S"] == "commitment"]

    assert shape.is_valid(plain(row))
    assert not shape.is_valid(plain({**row, "status": {"S": "adjourned"}}))
    assert not shape.is_valid(plain({name: value for name, value in row.items() if name != "what"}))


def test_a_lost_field_is_found(left: Leftovers) -> None:
    [row, *_] = [row for row in left.rows if row["row_kind"]["S"] == "commitment"]
    renamed = {name: value for name, value in row.items() if name != "what"} | {"words": row["what"]}

    assert not contains(renamed, row)
