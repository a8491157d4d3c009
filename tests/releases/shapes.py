"""The stored shapes of a release, and what a later one must not change about them.

A row is stored in one release and read in another. So a field may be added, if it has a default, and a bound
may be widened. What is narrower, missing or required now would leave stored rows unreadable.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from vaada.gateways.items import KINDS
from vaada.model.inbound_events import InboundEvent

Schema = dict[str, Any]
_LOWER, _UPPER = (
    ("minimum", "exclusiveMinimum", "minLength", "minItems"),
    (
        "maximum",
        "exclusiveMaximum",
        "maxLength",
        "maxItems",
    ),
)


def shapes_of_today() -> dict[str, Schema]:
    """The JSON schema of each kind of row, and of each event that waits in a queue, by its name."""
    rows = {kind: _plain(row.model_json_schema()) for kind, row in sorted(KINDS.items())}
    events = TypeAdapter(InboundEvent).json_schema()
    return {**rows, "inbound_event": _plain(events)}


def _plain(schema: Any) -> Any:
    """The schema without prose and without refusal of unknown fields, which stored rows may have."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = {"description", "title", "additionalProperties", "default"}
    return {
        name: {field: _plain(each) for field, each in value.items()}
        if name in {"properties", "$defs"}
        else _plain(value)
        for name, value in schema.items()
        if name not in left_out or (name == "additionalProperties" and isinstance(value, dict))
    }


def narrowed(old: dict[str, Schema], new: dict[str, Schema]) -> list[str]:
    """What rows of the old shapes may contain that the new shapes cannot read."""
    return [
        f"{kind}{problem}"
        for kind, schema in old.items()
        for problem in ([": is no kind of row any more"] if kind not in new else _compare(schema, new[kind]))
    ]


def _compare(old: Schema, new: Schema) -> list[str]:
    return sorted(set(_narrower(old, new, old, new, "", ())))


def _narrower(
    old: Schema, new: Schema, olds: Schema, news: Schema, at: str, seen: tuple[str, ...]
) -> Iterator[str]:
    if (name := old.get("$ref")) is not None:
        if name in seen:
            return
        seen = (*seen, name)
    old, new = _resolved(old, olds), _resolved(new, news)
    choices = _choices(old)
    if len(choices) > 1 or len(_choices(new)) > 1:
        for choice in choices:
            if not any(not list(_narrower(choice, each, olds, news, at, seen)) for each in _choices(new)):
                yield f"{at}: may no longer be {_named(choice)}"
        return
    if old.get("type") != new.get("type") and "type" in new:
        yield f"{at}: was {old.get('type')}, is {new['type']}"
        return
    yield from _narrower_values(old, new, at)
    for field, schema in old.get("properties", {}).items():
        if field not in new.get("properties", {}):
            yield f"{at}.{field}: is gone"
        else:
            yield from _narrower(schema, new["properties"][field], olds, news, f"{at}.{field}", seen)
    for field in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{at}.{field}: is required now"
    for inside in ("items", "additionalProperties"):
        if isinstance(old.get(inside), dict) and isinstance(new.get(inside), dict):
            yield from _narrower(old[inside], new[inside], olds, news, f"{at}[]", seen)


def _narrower_values(old: Schema, new: Schema, at: str) -> Iterator[str]:
    lost = _values(old) - _values(new)
    if lost and _values(new):
        yield f"{at}: may no longer be {', '.join(sorted(map(str, lost)))}"
    if new.get("pattern", old.get("pattern")) != old.get("pattern"):
        yield f"{at}: has another pattern"
    for bound in _LOWER:
        if bound in new and new[bound] > old.get(bound, float("-inf")):
            yield f"{at}: {bound} is {new[bound]} now"
    for bound in _UPPER:
        if bound in new and new[bound] < old.get(bound, float("inf")):
            yield f"{at}: {bound} is {new[bound]} now"


def _choices(schema: Schema) -> list[Schema]:
    """The alternatives of a schema. References stay: a model that contains itself is compared once."""
    choices: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return choices


def _resolved(schema: Schema, whole: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].removeprefix("#/$defs/")
    found: Schema = whole["$defs"][name]
    return found


def _values(schema: Schema) -> set[Any]:
    return {schema["const"]} if "const" in schema else set(schema.get("enum", ()))


def _named(schema: Schema) -> str:
    return str(
        next((schema[name] for name in ("const", "enum", "format", "type", "$ref") if name in schema), schema)
    )
