"""Rows that an earlier release stored still fit today's stored shapes."""

from typing import Any

import pytest

from tests.releases.samples import RELEASES, is_out, shapes_of
from tests.releases.shapes import narrowed, shapes_of_today

READ_DIFFERENTLY: frozenset[str] = frozenset()
"""What `narrowed` finds although a reader handles the old form, each with that reader."""


@pytest.mark.parametrize("release", RELEASES)
def test_todays_shapes_read_what_an_earlier_release_stored(release: str) -> None:
    found = [
        problem
        for problem in narrowed(shapes_of(release), shapes_of_today())
        if problem not in READ_DIFFERENTLY
    ]

    assert not found, (
        f"Rows stored by {release} could not be read. Keep the field, or read the old form too."
        if is_out(release)
        else f"{release} is not out yet: run `make samples`, and commit what it writes."
    )


BEFORE: dict[str, Any] = {
    "properties": {
        "status": {"enum": ["open", "kept"], "type": "string"},
        "what": {"type": "string", "maxLength": 100},
        "late": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}},
    },
    "required": ["status"],
    "type": "object",
    "$defs": {"Step": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


def changed(**properties: Any) -> dict[str, Any]:
    return {**BEFORE, "properties": {**BEFORE["properties"], **properties}}


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        changed(note={"type": "string"}),
        changed(status={"enum": ["open", "kept", "adjourned"], "type": "string"}),
        changed(what={"type": "string", "maxLength": 200}),
        changed(what={"type": "string"}),
        changed(what={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        {**BEFORE, "required": []},
    ],
)
def test_added_or_widened_fields_can_be_read(after: dict[str, Any]) -> None:
    assert not narrowed({"row": BEFORE}, {"row": after, "another": {}})


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        ({**BEFORE, "properties": {"status": BEFORE["properties"]["status"]}}, "row.what: is gone"),
        ({**BEFORE, "required": ["status", "what"]}, "row.what: is required now"),
        (changed(status={"enum": ["open"], "type": "string"}), "row.status: may no longer be kept"),
        (changed(what={"type": "integer"}), "row.what: was string, is integer"),
        (changed(what={"type": "string", "maxLength": 50}), "row.what: maxLength is 50 now"),
        (
            changed(what={"type": "string", "maxLength": 100, "pattern": "^a"}),
            "row.what: has another pattern",
        ),
        (changed(late={"type": "integer"}), "row.late: may no longer be null"),
        ({**BEFORE, "$defs": {"Step": {"type": "object", "properties": {}}}}, "row.steps[].name: is gone"),
    ],
)
def test_removed_narrowed_or_required_fields_are_found(after: dict[str, Any], problem: str) -> None:
    assert problem in narrowed({"row": BEFORE}, {"row": after})


def test_a_shape_that_contains_itself_is_compared_once() -> None:
    earlier = {"anyOf": [{"$ref": "#/$defs/Step"}, {"type": "null"}]}
    step = {"type": "object", "properties": {"name": {"type": "string"}, "earlier": earlier}}
    before = {**BEFORE, "$defs": {"Step": step}}
    after = {**BEFORE, "$defs": {"Step": {**step, "properties": {"earlier": earlier}}}}

    assert not narrowed({"row": before}, {"row": before})
    assert "row.steps[].name: is gone" in narrowed({"row": before}, {"row": after})


def test_a_kind_of_row_that_is_gone_is_found() -> None:
    assert narrowed({"row": BEFORE}, {}) == ["row: is no kind of row any more"]
