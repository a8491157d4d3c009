"""docs/openapi.json describes the API that the code has."""

import json
from pathlib import Path

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
