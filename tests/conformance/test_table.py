"""What the product relies on in DynamoDB: conditions, transactions, indexes, order, pages, and the stream."""

from itertools import count
from typing import Any

import pytest

from tests.conformance.engines import Change, Engine, Item, key_of, refusal

NEW: dict[str, Any] = {
    "ConditionExpression": "attribute_not_exists(pk)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
REFUSED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"
INVALID = "ValidationException"


def row(sk: str = "a", version: int = 1, **attributes: str) -> Item:
    """A row; its attributes are strings."""
    texts = {"pk": "somebody", "sk": sk, **attributes}
    return {name: {"S": text} for name, text in texts.items()} | {"version": {"N": str(version)}}


def at(version: int) -> dict[str, Any]:
    """The condition that the row has this version."""
    return {
        "ConditionExpression": "version = :stands",
        "ExpressionAttributeValues": {":stands": {"N": str(version)}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def put(item: Item, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Put": {"Item": item, **condition}}


def delete(item: Item, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Delete": {"Key": key_of(item), **condition}}


def check(item: Item) -> dict[str, Any]:
    return {"ConditionCheck": {"Key": key_of(item), "ConditionExpression": "attribute_exists(pk)"}}


def names(answer: Any) -> list[str]:
    """The sort keys of the items, in their order."""
    return [item["sk"]["S"] for item in answer["Items"]]


# ---------------------------------------------------------------- one row


def test_a_row_is_read_back_as_it_was_put(engine: Engine) -> None:
    item = row() | {
        "text": {"S": "Grüße, وعدہ, 🍰"},
        "empty": {"S": ""},
        "number": {"N": "-12"},
        "yes": {"BOOL": True},
        "list": {"L": [{"S": "a"}, {"M": {"n": {"N": "1"}}}, {"L": []}]},
        "map": {"M": {"inner": {"M": {"deep": {"S": ""}}}, "none": {"L": []}}},
    }
    engine.put(item)
    assert engine.get(item) == item
    assert engine.get(row("another")) is None


def test_a_new_row_is_refused_and_shown_the_existing_one(engine: Engine) -> None:
    engine.put(row(who="first"), **NEW)
    assert refusal(lambda: engine.put(row(who="second"), **NEW)) == (REFUSED, row(who="first"))
    assert engine.get(row()) == row(who="first")


def test_a_row_is_replaced_at_its_version_only(engine: Engine) -> None:
    engine.put(row())
    engine.put(row(version=2), **at(1))
    assert refusal(lambda: engine.put(row(version=2, who="late"), **at(1))) == (REFUSED, row(version=2))
    assert refusal(lambda: engine.put(row("nobody", 2), **at(1))) == (REFUSED, None)
    assert engine.get(row("nobody")) is None


def test_errors_of_dynamodb_have_their_exception_classes(engine: Engine) -> None:
    engine.put(row())
    known = engine.dynamodb.exceptions
    with pytest.raises(known.ConditionalCheckFailedException):
        engine.put(row(), **NEW)
    with pytest.raises(known.TransactionCanceledException):
        engine.transact(put(row(), NEW), put(row("b"), NEW))


def test_a_failed_condition_returns_the_row_only_if_asked(engine: Engine) -> None:
    engine.put(row())
    silent = {"ConditionExpression": "attribute_not_exists(pk)"}
    assert refusal(lambda: engine.put(row(), **silent)) == (REFUSED, None)


# ---------------------------------------------------------------- several at once


def test_a_transaction_writes_and_deletes_all_of_its_rows(engine: Engine) -> None:
    engine.put(row("stays"))
    engine.put(row("goes", 3))
    engine.transact(put(row("new"), NEW), put(row("stays", 2), at(1)), delete(row("goes"), at(3)))
    assert [engine.get(row(name)) for name in ("new", "stays", "goes")] == [row("new"), row("stays", 2), None]


def test_one_failed_condition_cancels_the_transaction_with_ordered_reasons(engine: Engine) -> None:
    engine.put(row("stands", 7))
    engine.put(row("there"))
    refused = refusal(
        lambda: engine.transact(
            put(row("new"), NEW),
            put(row("stands"), NEW),
            delete(row("stands too"), at(1)),
            check(row("there")),
            check(row("nobody")),
        )
    )
    reasons = [
        ("None", None),
        ("ConditionalCheckFailed", row("stands", 7)),
        ("ConditionalCheckFailed", None),
        ("None", None),
        ("ConditionalCheckFailed", None),
    ]
    assert refused == (CANCELLED, reasons)
    assert engine.get(row("new")) is None


def test_a_delete_is_refused_at_another_version(engine: Engine) -> None:
    engine.put(row(version=2))
    silent = {name: value for name, value in at(1).items() if not name.startswith("Return")}
    refused = refusal(lambda: engine.transact(delete(row(), silent), put(row("b"), NEW)))
    assert refused == (CANCELLED, [("ConditionalCheckFailed", None), ("None", None)])
    assert engine.get(row()) == row(version=2)


def test_a_condition_check_writes_nothing(engine: Engine) -> None:
    engine.put(row())
    engine.transact(check(row()), put(row("b"), NEW))
    assert [change.key["sk"]["S"] for change in engine.changes()] == ["a", "b"]


def test_a_transaction_names_no_row_twice(engine: Engine) -> None:
    code, _ = refusal(lambda: engine.transact(put(row(), NEW), put(row(version=2), NEW)))
    assert code == INVALID
    assert engine.get(row()) is None


def test_a_transaction_has_a_hundred_rows_at_most(engine: Engine) -> None:
    rows = [put(row(f"{n:03}"), NEW) for n in range(101)]
    code, _ = refusal(lambda: engine.transact(*rows))
    assert code == INVALID
    engine.transact(*rows[:100])
    assert len(engine.query("pk = :pk", {"pk": "somebody"})["Items"]) == 100


def test_a_batch_deletes_rows_whether_they_exist_or_not(engine: Engine) -> None:
    engine.put(row("a"))
    engine.put(row("b"))
    requests = [{"DeleteRequest": {"Key": key_of(row(name))}} for name in ("a", "nobody")]
    answer = engine.dynamodb.batch_write_item(RequestItems={engine.table: requests})
    assert not answer["UnprocessedItems"]
    assert names(engine.query("pk = :pk", {"pk": "somebody"})) == ["b"]


# ---------------------------------------------------------------- lists


@pytest.fixture
def timeline(engine: Engine) -> Engine:
    """A partition with a timeline, and somebody else's."""
    for name in ("ROW#2026", "ROW#2024", "CUSTOMER", "ROW#2025é", "ROW#2025", "TAIL"):
        engine.put(row(name))
    engine.put(row("ROW#2025", pk="somebody else"))
    return engine


@pytest.mark.parametrize(
    ("condition", "values", "found"),
    [
        ("pk = :pk", {}, ["CUSTOMER", "ROW#2024", "ROW#2025", "ROW#2025é", "ROW#2026", "TAIL"]),
        (
            "pk = :pk AND begins_with(sk, :first)",
            {"first": "ROW#"},
            ["ROW#2024", "ROW#2025", "ROW#2025é", "ROW#2026"],
        ),
        (
            "pk = :pk AND sk BETWEEN :first AND :last",
            {"first": "ROW#2025", "last": "ROW#2026"},
            ["ROW#2025", "ROW#2025é", "ROW#2026"],
        ),
        ("pk = :pk AND sk <= :last", {"last": "ROW#2024"}, ["CUSTOMER", "ROW#2024"]),
        ("pk = :pk AND begins_with(sk, :first)", {"first": "nothing"}, []),
    ],
)
@pytest.mark.parametrize("forward", [True, False])
def test_a_query_returns_rows_in_order_from_either_end(
    timeline: Engine, condition: str, values: dict[str, str], found: list[str], forward: bool
) -> None:
    answer = timeline.query(
        condition, {"pk": "somebody", **values}, ScanIndexForward=forward, ConsistentRead=True
    )
    assert names(answer) == (found if forward else found[::-1])


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_a_query_return_each_row_once_in_order(timeline: Engine, limit: int, forward: bool) -> None:
    found: list[str] = []
    start: dict[str, Any] = {}
    for turn in count(1):
        answer = timeline.query(
            "pk = :pk AND begins_with(sk, :first)",
            {"pk": "somebody", "first": "ROW#"},
            Limit=limit,
            ScanIndexForward=forward,
            **start,
        )
        assert len(answer["Items"]) <= limit
        found += names(answer)
        if "LastEvaluatedKey" not in answer:
            break
        assert answer["LastEvaluatedKey"] == key_of(answer["Items"][-1])
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        assert turn <= 4 / limit + 1
    assert sorted(found, reverse=not forward) == found
    assert set(found) == {"ROW#2024", "ROW#2025", "ROW#2025é", "ROW#2026"}


def test_a_page_can_start_at_a_deleted_row(timeline: Engine) -> None:
    gone = row("ROW#2025")
    timeline.transact(delete(gone, at(1)), put(row("elsewhere"), NEW))
    answer = timeline.query(
        "pk = :pk AND begins_with(sk, :first)",
        {"pk": "somebody", "first": "ROW#"},
        ExclusiveStartKey=key_of(gone),
        Limit=1,
    )
    assert names(answer) == ["ROW#2025é"]


def test_a_query_can_return_keys_only(timeline: Engine) -> None:
    answer = timeline.query("pk = :pk", {"pk": "somebody else"}, ProjectionExpression="pk, sk")
    assert answer["Items"] == [key_of(row("ROW#2025", pk="somebody else"))]


FILTER = "contains(#text, :part) AND contains(served_by, :agent)"


def filtered_texts(engine: Engine, part: str, agent: str, **more: Any) -> Any:
    """The rows whose text contains this, and that this agent may read."""
    names = {"ExpressionAttributeNames": {"#text": "text"}, "FilterExpression": FILTER}
    values = {"pk": "somebody", "part": part, "agent": agent}
    return engine.query("pk = :pk", values, **names, **more)


@pytest.fixture
def rows_with_readers(engine: Engine) -> Engine:
    """Rows with a text and the agents who may read them."""
    for name, text, agents in (
        ("a", " bilal khan ", ["amina", "omar"]),
        ("b", " bilal wood ", ["amina"]),
        ("c", " khalid khan ", ["aminata"]),
    ):
        engine.put(row(name, text=text) | {"served_by": {"L": [{"S": agent} for agent in agents]}})
    engine.put(row("d"))
    return engine


@pytest.mark.parametrize(
    ("part", "agent", "found"),
    [
        (" bilal ", "amina", ["a", "b"]),
        (" kha", "amina", ["a"]),
        (" kha", "aminata", ["c"]),
        (" khan ", "omar", ["a"]),
        (" han", "omar", []),
    ],
)
def test_a_filter_returns_rows_whose_text_and_list_contain_a_value(
    rows_with_readers: Engine, part: str, agent: str, found: list[str]
) -> None:
    assert names(filtered_texts(rows_with_readers, part, agent)) == found


def test_a_limit_counts_rows_before_the_filter(rows_with_readers: Engine) -> None:
    page = filtered_texts(rows_with_readers, " khan ", "aminata", Limit=2)
    assert names(page) == []
    rest = filtered_texts(rows_with_readers, " khan ", "aminata", ExclusiveStartKey=page["LastEvaluatedKey"])
    assert names(rest) == ["c"]


def test_a_batch_reads_the_rows_that_exist(rows_with_readers: Engine) -> None:
    keys = [key_of(row(name)) for name in ("b", "nobody", "d")]
    request: Any = {rows_with_readers.table: {"Keys": keys, "ConsistentRead": True}}
    answer = rows_with_readers.dynamodb.batch_get_item(RequestItems=request)
    assert sorted(item["sk"]["S"] for item in answer["Responses"][rows_with_readers.table]) == ["b", "d"]
    assert not answer["UnprocessedKeys"]


# ---------------------------------------------------------------- indexes


def due(engine: Engine, until: str = "9") -> list[Item]:
    """The rows of the due index until this time."""
    answer = engine.query(
        "due_shard = :shard AND wake_at <= :now", {"shard": "due-0", "now": until}, IndexName="due"
    )
    items: list[Item] = answer["Items"]
    return items


def test_a_row_is_in_the_index_of_due_rows_while_it_has_a_wake_time(engine: Engine) -> None:
    waits: dict[str, Any] = {"due_shard": "due-0", "wake_at": "1", "row_kind": "survey"}
    engine.put(row("never"))
    engine.put(row("waits", **waits))
    assert [item["sk"]["S"] for item in due(engine)] == ["waits"]
    engine.put(row("waits", 2, **{**waits, "wake_at": "2"}))
    assert due(engine, until="1") == []
    assert [item["wake_at"]["S"] for item in due(engine)] == ["2"]
    engine.put(row("waits", 3, due_shard="due-0"))  # one key of the index without the other
    assert due(engine) == []
    engine.put(row("waits", 4, **waits))
    engine.transact(delete(row("waits"), at(4)), put(row("other"), NEW))
    assert due(engine) == []


def test_the_index_of_due_rows_has_only_the_projected_attributes(engine: Engine) -> None:
    shown: dict[str, Any] = {"due_shard": "due-0", "wake_at": "1", "row_kind": "survey"}
    engine.put(row("waits", **shown, words="not for the sweep"))
    assert due(engine) == [row("waits", **shown)]


def test_the_list_indexes_have_whole_rows_of_one_kind_or_agent(engine: Engine) -> None:
    mine = row("mine", row_kind="survey", list_key="open#1", agent_kind="amina#survey", words="mine")
    hers = row("hers", row_kind="survey", list_key="open#2", agent_kind="bela#survey")
    engine.put(mine)
    engine.put(hers)
    engine.put(row("unlisted", row_kind="survey"))
    by_kind = engine.query("row_kind = :kind", {"kind": "survey"}, IndexName="by_kind")["Items"]
    by_agent = engine.query("agent_kind = :who", {"who": "amina#survey"}, IndexName="by_agent")["Items"]
    assert by_kind == [mine, hers]
    assert by_agent == [mine]


def test_pages_of_an_index_continue_from_a_key_of_table_and_index(engine: Engine) -> None:
    for n in range(5):
        engine.put(row(f"{n}", row_kind="survey", list_key=f"open#{9 - n}"))
    first = engine.query("row_kind = :kind", {"kind": "survey"}, IndexName="by_kind", Limit=3)
    last = first["LastEvaluatedKey"]
    rest = engine.query("row_kind = :kind", {"kind": "survey"}, IndexName="by_kind", ExclusiveStartKey=last)
    assert set(last) == {"pk", "sk", "row_kind", "list_key"}
    assert names(first) + names(rest) == ["4", "3", "2", "1", "0"]


def test_the_paginator_returns_all_pages(engine: Engine) -> None:
    for n in range(3):
        engine.put(row(f"{n}", due_shard="due-0", wake_at=f"{n}"))
    pages = engine.dynamodb.get_paginator("query").paginate(
        TableName=engine.table,
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND wake_at <= :now",
        ExpressionAttributeValues={":shard": {"S": "due-0"}, ":now": {"S": "9"}},
        PaginationConfig={"PageSize": 2},
    )
    assert [name for page in pages for name in names(page)] == ["0", "1", "2"]


# ---------------------------------------------------------------- the stream


def test_the_stream_shows_each_row_before_and_after(engine: Engine) -> None:
    engine.put(row(who="Amina"))
    engine.put(row(version=2, who="Bela"), **at(1))
    engine.transact(delete(row(), at(2)), put(row("b"), NEW))
    of_one = [change for change in engine.changes() if change.key == key_of(row())]
    assert of_one == [
        Change("INSERT", key_of(row()), None, row(who="Amina")),
        Change("MODIFY", key_of(row()), row(who="Amina"), row(version=2, who="Bela")),
        Change("REMOVE", key_of(row()), row(version=2, who="Bela"), None),
    ]


def test_the_stream_shows_all_rows_of_a_transaction(engine: Engine) -> None:
    engine.transact(put(row("a"), NEW), put(row("b"), NEW), put(row("c"), NEW))
    assert sorted(change.key["sk"]["S"] for change in engine.changes()) == ["a", "b", "c"]


def test_a_refused_write_is_not_in_the_stream(engine: Engine) -> None:
    engine.put(row())
    refusal(lambda: engine.put(row(), **NEW))
    refusal(lambda: engine.transact(put(row("b"), NEW), put(row(), NEW)))
    engine.dynamodb.batch_write_item(
        RequestItems={engine.table: [{"DeleteRequest": {"Key": key_of(row("nobody"))}}]}
    )
    assert [change.kind for change in engine.changes()] == ["INSERT"]


def test_an_unchanged_row_is_not_in_the_stream(engine: Engine) -> None:
    """moto has a record of it. The product never writes this: each write has the next version."""
    engine.put(row())
    engine.put(row())
    told_again = ["MODIFY"] if engine.name == "moto" else []
    assert [change.kind for change in engine.changes()] == ["INSERT", *told_again]
