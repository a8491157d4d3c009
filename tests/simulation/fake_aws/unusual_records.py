"""Stream records that cannot be read, and records that another release wrote."""

from functools import cache
from random import Random

from pydantic_core import PydanticUndefined, to_jsonable_python

from tests.simulation.fake_aws.items import Item
from tests.simulation.fake_aws.stream import Record, number_of
from vaada.gateways.items import KINDS, attribute

OF_ANOTHER_RELEASE = {"row_kind": "promise", "made_by": "a release to come"}
"""Fields of an event that another release may add."""
POISON = "poisonpoisonpois"
"""The id of the customer of unreadable records."""


def is_poison(record: Record) -> bool:
    """Whether the record cannot be read."""
    return POISON in record["dynamodb"]["Keys"]["pk"]["S"]


def poison(beside: Record, dice: Random) -> Record:
    """A record that cannot be read: an unknown kind, an invalid field, or a missing field."""
    sk = {"S": f"ROW#{dice.randbytes(8).hex()}"}
    keys = {"pk": {"S": f"CUSTOMER#{POISON}"}, "sk": sk}
    row = {**keys, "version": {"N": "1"}, "customer_id": {"S": POISON}}
    follow_up = {**row, "row_kind": {"S": "follow_up"}, "due_at": {"S": "when the cows come home"}}
    unknown: dict[str, Item] = {
        "OldImage": {**row, "row_kind": {"S": "commitment"}},
        "NewImage": {**row, "row_kind": {"S": "vow"}},
    }
    images = dice.choice(({"NewImage": follow_up}, unknown))
    if beside["dynamodb"].get("NewImage", follow_up)["row_kind"]["S"] == "interaction":
        images = {"NewImage": {**row, "row_kind": {"S": "interaction"}}}
    what = "MODIFY" if "OldImage" in images else "INSERT"
    return {
        "eventName": what,
        "dynamodb": {"Keys": keys, "SequenceNumber": f"{number_of(beside)}5", **images},
    }


def of_another_release(record: Record) -> Record:
    """The record as another release would write it: without default values, and with an additional field."""
    change = dict(record["dynamodb"])
    for name in {"OldImage", "NewImage"} & change.keys():
        image = change[name]
        defaults = _defaults(image["row_kind"]["S"])
        told = {field: value for field, value in image.items() if defaults.get(field) != value}
        change[name] = {**told, "mood": {"M": {"colour": {"S": "blue"}}}}
    return {**record, "dynamodb": change}


@cache
def _defaults(kind: str) -> Item:
    fields = {name: told.default for name, told in KINDS[kind].model_fields.items() if name != "version"}
    return {
        name: attribute(to_jsonable_python(default, exclude_none=True))
        for name, default in fields.items()
        if default is not None and default is not PydanticUndefined
    }
