"""The API's OpenAPI document, from the routes themselves: `make openapi` writes docs/openapi.json."""

import json
import re
from typing import Any

from vaada.api import cases, interactions, people, policy, privacy, reports, work  # noqa: F401 - each brings its routes
from vaada.api.problems import Problem
from vaada.api.resolver import app

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ERRORS = {
    "400": "The body is not JSON",
    "403": "Not for this user",
    "404": "There is no such thing",
    "409": "Not possible as things stand",
    "413": "The body is too large",
    "415": "The body is not application/json",
    "422": "A field is wrong; it is named",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Asked again with the same key, it is done once. Kept for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def document() -> dict[str, Any]:
    """The whole document; what the framework cannot know of our errors and keys is added."""
    described: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(title="Vaada", version="0.1.0", description="The follow-up desk.")
    )
    schemas = described["components"]["schemas"]
    # What is answered is a case of what is taken: the policy that GET gives, PUT takes.
    for answered in [name for name in schemas if name.endswith("-Output")]:
        del schemas[answered]
    described = json.loads(re.sub(r'-(In|Out)put"', '"', json.dumps(described)))
    schemas = described["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    described["components"]["securitySchemes"] = {
        "signedIn": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The ID token of a user of the stack's Cognito pool",
        }
    }
    described["security"] = [{"signedIn": []}]
    for operations in described["paths"].values():
        for method, operation in operations.items():
            errors = {status: {"description": said, "content": _PROBLEM} for status, said in _ERRORS.items()}
            operation["responses"] |= errors | {"401": {"description": "No token, or not a valid one"}}
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
    return described


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))
