"""Generate the OpenAPI document from the routes: `make openapi` writes docs/openapi.json."""

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
    "404": "There is no such row or route",
    "409": "Not possible in the current state",
    "413": "The body is too large",
    "415": "The body is not application/json",
    "422": "A field is wrong; `errors` names it",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request repeated with the same key is done once. Keys are kept for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def document() -> dict[str, Any]:
    """Return the document: the framework's, with our errors and idempotency keys added."""
    schema: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(title="Vaada", version="0.1.0", description="The follow-up desk.")
    )
    schemas = schema["components"]["schemas"]
    # The output schemas equal the input schemas: PUT accepts the policy that GET returns.
    for output in [name for name in schemas if name.endswith("-Output")]:
        del schemas[output]
    schema = json.loads(re.sub(r'-(In|Out)put"', '"', json.dumps(schema)))
    schemas = schema["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    schema["components"]["securitySchemes"] = {
        "signedIn": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The ID token of a user of the stack's Cognito pool",
        }
    }
    schema["security"] = [{"signedIn": []}]
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            errors = {
                status: {"description": description, "content": _PROBLEM}
                for status, description in _ERRORS.items()
            }
            operation["responses"] |= errors | {"401": {"description": "No token, or not a valid one"}}
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
    return schema


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))
