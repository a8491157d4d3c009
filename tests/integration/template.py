"""Parts of template.yaml, read from the file."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's tags as plain values: what is asked of it here has none."""


def _untagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]  # only scalars are left


_Loader.add_multi_constructor("!", _untagged)


@cache
def resource(logical_id: str) -> dict[str, Any]:
    """The properties of one resource."""
    template = yaml.load(_TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506 - a safe loader
    properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return properties


def table() -> dict[str, Any]:
    """The table with its indexes and its stream, as `create_table` takes it, but for the name."""
    properties = resource("Table")
    specification = {"StreamEnabled": True, **properties["StreamSpecification"]}
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in wanted} | {"StreamSpecification": specification}
