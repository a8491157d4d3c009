"""The table of the simulation and moto's, side by side: after the same writes they return the same."""

from contextlib import ExitStack
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.conformance import engines
from tests.conformance.engines import Engine, Item, key_of, refusal

PARTITIONS, PLACES = st.sampled_from(("CUSTOMER#a", "CUSTOMER#b")), st.sampled_from("123")
VERSIONS = st.integers(1, 2)
TIMES = st.sampled_from(("open#1", "open#2", "closed#1"))
INDEXES = {
    "due": ("due_shard", "due-0", "wake_at"),
    "by_kind": ("row_kind", "survey", "list_key"),
    "by_agent": ("agent_kind", "amina#survey", "list_key"),
}
OF_INDEXES = {
    **{partition: st.just(value) for partition, value, _ in INDEXES.values()},
    **{order: TIMES for _, _, order in INDEXES.values()},
}
FACTS = st.one_of(
    st.fixed_dictionaries(OF_INDEXES),
    st.fixed_dictionaries({}, optional={**OF_INDEXES, "words": st.text(max_size=3)}),
)
ALL_OLD = st.sampled_from(({}, {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}))
Write = dict[str, Any]


@st.composite
def items(draw: st.DrawFn) -> Item:
    texts = {"pk": draw(PARTITIONS), "sk": f"ROW#{draw(PLACES)}", **draw(FACTS)}
    return {name: {"S": text} for name, text in texts.items()} | {"version": {"N": str(draw(VERSIONS))}}


@st.composite
def conditions(draw: st.DrawFn, kinds: tuple[str, ...] = ("none", "new", "at", "there")) -> Write:
    kind, shown = draw(st.sampled_from(kinds)), draw(ALL_OLD)
    if kind == "none":
        return {}
    if kind == "at":
        values = {":stands": {"N": str(draw(VERSIONS))}}
        return {"ConditionExpression": "version = :stands", "ExpressionAttributeValues": values, **shown}
    return {
        "ConditionExpression": f"attribute_{'not_' if kind == 'new' else ''}exists(pk)",
        **shown,
    }


@st.composite
def writes(draw: st.DrawFn) -> Write:
    item = draw(items())
    match kind := draw(st.sampled_from(("Put", "Delete", "Delete", "ConditionCheck"))):
        case "Put":
            return {kind: {"Item": item, **draw(conditions())}}
        case "Delete":
            return {kind: {"Key": key_of(item), **draw(conditions())}}
    return {kind: {"Key": key_of(item), **draw(conditions(("new", "at", "there")))}}


def changes_by_row(engine: Engine) -> list[Any]:
    """The stream records by row, since the order holds only within a row.

    Writes without a change are left out: moto has records of them, DynamoDB does not.
    """
    told = [change for change in engine.changes() if change.before != change.after]
    return sorted(told, key=lambda change: (change.key["pk"]["S"], change.key["sk"]["S"]))


def places(rows: list[Item]) -> list[tuple[str, str]]:
    return [(row["pk"]["S"], row["sk"]["S"]) for row in rows]


class SideBySide(RuleBasedStateMachine):
    """Two tables that get the same writes."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self.fake = self._open.enter_context(engines.simulation())
        self.moto = self._open.enter_context(engines.moto())

    @initialize(several=st.lists(items(), max_size=8))
    def start_timeline(self, several: list[Item]) -> None:
        for item in several:
            self.fake.put(item)
            self.moto.put(item)

    def teardown(self) -> None:
        with self._open:
            assert changes_by_row(self.fake) == changes_by_row(self.moto)

    @rule(item=items(), condition=conditions())
    def put(self, item: Item, condition: Write) -> None:
        assert refusal(lambda: self.fake.put(item, **condition)) == refusal(
            lambda: self.moto.put(item, **condition)
        )

    @rule(several=st.lists(writes(), min_size=1, max_size=3))
    def transact(self, several: list[Write]) -> None:
        assert refusal(lambda: self.fake.transact(*several)) == refusal(lambda: self.moto.transact(*several))

    @rule(partition=PARTITIONS, forward=st.booleans(), limit=st.integers(1, 6))
    def page_through_timeline(self, partition: str, forward: bool, limit: int) -> None:
        condition, values = "pk = :pk AND begins_with(sk, :row)", {"pk": partition, "row": "ROW#"}
        more = {"ScanIndexForward": forward, "Limit": limit}
        assert pages(self.fake, condition, values, **more) == pages(self.moto, condition, values, **more)

    @rule(
        index=st.sampled_from(sorted(INDEXES)),
        first=TIMES,
        last=TIMES,
        limit=st.sampled_from((None, 1, 2, 6)),
    )
    def page_through_index(self, index: str, first: str, last: str, limit: int | None) -> None:
        partition, value, order = INDEXES[index]
        between = f"{partition} = :p AND {order} BETWEEN :first AND :last"
        values = {"p": value, "first": min(first, last), "last": max(first, last)}
        more = {"IndexName": index, **({"Limit": limit} if limit else {})}
        fake, moto = (pages(engine, between, values, **more) for engine in (self.fake, self.moto))
        # Rows with the same key of an index have no defined order.
        assert [row[order] for row in fake] == [row[order] for row in moto]
        assert sorted(fake, key=str) == sorted(moto, key=str)


def pages(engine: Engine, condition: str, values: dict[str, str], **more: Any) -> list[Item]:
    """All rows, page by page."""
    found: list[Item] = []
    while True:
        answer = engine.query(condition, values, **more)
        found += [dict(sorted(item.items())) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return found
        more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


SideBySide.TestCase.settings = settings(
    max_examples=30, stateful_step_count=15, suppress_health_check=list(HealthCheck)
)
TestSideBySide = SideBySide.TestCase
