"""docs/openapi.json describes the API that the code has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from local.openapi import document

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_matches_the_code() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), "run: make openapi"


def test_every_call_documents_its_errors_and_every_post_takes_a_key() -> None:
    for operations in document()["paths"].values():
        for method, operation in operations.items():
            assert {"401", "403", "422"} <= set(operation["responses"])
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert ("Idempotency-Key" in names) == (method == "post")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of each call."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_operations_are_called_by_what_they_do() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)
    assert {"get_case", "list_cases", "record_interaction", "keep_commitment", "replace_policy"} <= set(names)
    assert not [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)]
    assert not [name for method, _, name in _named() if (method == "get") != name.startswith(READING)]


READING = ("get_", "list_", "count_")


def _named() -> Iterator[tuple[str, str, str]]:
    for method, path, operation in operations():
        yield method, path, operation["operationId"]


def test_every_call_has_an_example_that_is_valid() -> None:
    whole = document()
    checked = 0
    for _, _, operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += [answer for status, answer in operation["responses"].items() if status < "300"]
        for body in bodies:
            content = body["content"].get("application/json")
            assert content is not None
            schema = {**content["schema"], "components": whole["components"]}
            jsonschema_rs.validator_for(schema).validate(content["example"])
            checked += 1
        for parameter in operation.get("parameters", []):
            assert "example" in parameter or not parameter.get("required"), operation["operationId"]
    assert checked > len(list(operations()))


def test_a_response_with_a_row_has_its_etag() -> None:
    tagged = {
        operation["operationId"]
        for _, _, operation in operations()
        for answer in operation["responses"].values()
        if "ETag" in answer.get("headers", {})
    }

    assert {"get_case", "add_customer", "keep_commitment", "get_policy", "change_agent"} <= tagged
    assert not {"list_cases", "record_interaction", "get_service_report", "get_me"} & tagged
