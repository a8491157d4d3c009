"""Generate the OpenAPI document from the routes: `make openapi` writes docs/openapi.json."""

import json
import re
from typing import Any

from local.openapi_examples import REQUESTS, example_of
from vaada.api.problems import Problem
from vaada.api.resolver import takes_if_match
from vaada.api.routes import whole_app

app = whole_app()

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
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of the row as it was read. If it has changed since, the response is 412.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,15}"$'},
    "example": '"3"',
}
_ETAG = {
    "description": "The version of the row, for `If-Match`",
    "required": True,
    "schema": {"type": "string"},
}
_CHANGED = {"description": "The row has another version than `If-Match` says", "content": _PROBLEM}


def document() -> dict[str, Any]:
    """Return the document: the framework's, with our errors, headers and readable names of operations."""
    for route in (*app._static_routes, *app._dynamic_routes):
        route.operation_id = route.func.__name__
    schema: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(title="Vaada", version="0.1.0", description="The follow-up desk.")
    )
    schemas = schema["components"]["schemas"]
    # The output schemas equal the input schemas: PUT accepts the policy that GET returns.
    for output in [name for name in schemas if name.endswith("-Output")]:
        del schemas[output]
    schema = json.loads(re.sub(r'-(In|Out)put"', '"', json.dumps(schema)))
    schemas = schema["components"]["schemas"]
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
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            errors = {
                status: {"description": description, "content": _PROBLEM}
                for status, description in _ERRORS.items()
            }
            operation["responses"] |= errors | {"401": {"description": "No token, or not a valid one"}}
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
            if takes_if_match(method.upper(), path):
                operation.setdefault("parameters", []).append(_IF_MATCH)
                operation["responses"]["412"] = _CHANGED
            _add_examples(operation, schemas)
    _drop_unused(schema)
    return schema


def _add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add examples of the required input and of the response, and the ETag of a row."""
    name = operation["operationId"]
    for parameter in operation.get("parameters", []):
        if parameter.get("required"):
            parameter["example"] = example_of(parameter["schema"], schemas, parameter["name"])
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        content["example"] = REQUESTS[name] if name in REQUESTS else example_of(content["schema"], schemas)
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if status < "300" and content is not None:
            content["example"] = example_of(content["schema"], schemas)
            shown = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], {})
            if "row_kind" in shown.get("properties", {}) or shown.get("title") == "WholePolicy":
                response["headers"] = {"ETag": _ETAG}


def _drop_unused(schema: dict[str, Any]) -> None:
    """Remove schemas that no call uses, such as those of hidden fields."""
    schemas = schema["components"]["schemas"]
    waiting, used = [json.dumps(schema["paths"])], set[str]()
    while waiting:
        new = set(re.findall(r'"#/components/schemas/([^"]+)"', waiting.pop())) - used
        used |= new
        waiting += [json.dumps(schemas[name]) for name in new]
    for name in schemas.keys() - used:
        del schemas[name]


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))
