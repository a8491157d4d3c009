"""Check whether names in the documentation exist: files, code, policy fields, calls, resources, commands."""

import ast
import json
import re
import types
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore.exceptions import UnknownServiceError
from pydantic import BaseModel

from tests.unit.docs.documents import CODE, ROOT, TESTS, identifiers
from vaada import model
from vaada.model.policy import PolicyDocument
from vaada.model.rows import DueRow, Row

TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BELOW = (".", "tests", "docs", "layers/vaada", "layers/vaada/vaada", "layers/vaada/vaada/present/locale")
"""The folders to which paths in the documentation may be relative."""

_SERVICES = tuple(
    "cloudformation cloudtrail cognito-idp dynamodb events lambda logs scheduler sesv2 sns sqs ssm".split()  # noqa: SIM905
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def wrong_in(code: str, known: frozenset[str] = frozenset(), here: Path = ROOT) -> Iterator[str]:
    """The names in a text in backticks that do not exist.

    `known` are names that need no looking up, `here` is the folder of the page. Of a piece that is more than
    a name, such as a command or JSON, only the names with a dot or an underscore are looked up.
    """
    word, _, rest = code.partition(" ")
    if code in known or code in words():
        return
    if word in _METHODS and rest.startswith("/"):
        yield from () if is_call(word, rest) else (code,)
    elif word == "make" or "$(res " in code or word == "aws":
        yield from wrong_in_command(code)
    elif "::" in code:
        yield from () if is_test(code) else (code,)
    elif re.fullmatch(r"/[\w/{}+<>-]*", code):
        yield from () if is_route(code) else (code,)
    elif re.fullmatch(
        r"[\w.<>*-]*/[\w./<>*-]*|[\w.-]+\.(?:py|md|ya?ml|json|toml|lock|txt|css|html|po|mo)", code
    ):
        yield from () if is_path(code, here) or is_name(code.replace("/", ".")) else (code,)
    elif re.fullmatch(r"[A-Za-z_][\w-]*(?:\.[\w<>]+)*", code):
        first, _, last = code.rpartition(".")
        yield from () if is_name(code) or {first, last} <= known else (code,)
    else:
        for name in re.findall(r"(?<![\w./$-])[A-Za-z]\w*(?:[._][A-Za-z]\w*)+(?![\w/@-])", code):
            if name not in known and not is_name(name) and not is_path(name, here):
                yield f"{name} in {code}"


def wrong_in_command(line: str) -> Iterator[str]:
    """The names in a shell line that do not exist: make targets, AWS commands, resources, calls."""
    for target in re.findall(r"(?:^|[(`;&] *)make ([a-z]+)", line.strip()):
        yield from () if re.search(rf"^{target}:.*##", MAKEFILE, re.MULTILINE) else (f"make {target}",)
    for service, operation in re.findall(r"\baws ([a-z\d-]+) ((?:wait )?[a-z][a-z\d-]+)", line):
        yield from () if is_aws_command(service, operation) else (f"aws {service} {operation}",)
    for resource in re.findall(r"\$\(res (\w+)\)|\binvoke ([A-Z]\w+)", line):
        name = "".join(resource)
        yield from () if is_in_template(name) else (f"res {name}",)
    for options, path in re.findall(r"\bapi ((?:-X [A-Z]+ )?)\"\$API(/[^\"?]+)[^\"]*\"", line):
        posts = " -d " in line.split(path, 1)[1]
        method = options[3:].strip() or ("POST" if posts else "GET")
        yield from () if is_call(method, re.sub(r"\$\w+", "{}", path)) else (f"{method} {path}",)


def is_path(path: str, here: Path = ROOT) -> bool:
    """Whether this file or folder exists, relative to `here` or to `BELOW`. `<name>` stands for any name."""
    pattern = re.sub(r"<[^>]+>", "*", path.rstrip("/"))
    return any(any(folder.glob(pattern)) for folder in [here, *(ROOT / below for below in BELOW)])


def is_test(place: str) -> bool:
    """Whether there is a test, named by its file and, after two colons, its function."""
    path, _, test = place.partition("::")
    files = [ROOT / below / path for below in BELOW if (ROOT / below / path).is_file()]
    return any(f"\ndef {test}(" in file.read_text(encoding="utf-8") for file in files)


def is_call(method: str, path: str) -> bool:
    """Whether the API or a public page has this path and method. Ids may be `{id}` or `<id>`."""
    answered = (route for route, methods in calls().items() if method.lower() in methods)
    public = method in {"GET", "HEAD", "POST"} and path.rstrip("/") in routes()
    return public or any(_is_like(path, route) for route in answered)


def is_route(path: str) -> bool:
    """Whether a route of the template or a call of the API is this path, or begins with it."""
    steps = path.rstrip("/").count("/") + 1
    return any(_is_like(path, "/".join(route.split("/")[:steps])) for route in [*calls(), *routes()])


@cache
def calls() -> dict[str, dict[str, object]]:
    """The paths of the API with their methods, as its OpenAPI document has them."""
    found: dict[str, dict[str, object]] = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    return found


@cache
def routes() -> list[str]:
    """The routes of the template."""
    return re.findall(r"RouteKey: \"?ANY (/\S+?)\"?[,\s]", TEMPLATE)


def _is_like(path: str, route: str) -> bool:
    pairs = list(zip(path.rstrip("/").split("/"), route.split("/"), strict=False))
    return path.rstrip("/").count("/") == route.count("/") and all(
        said == there or (there.startswith("{") and (said[:1] in "{<" or there == "{step}"))
        for said, there in pairs
    )


def is_in_template(place: str) -> bool:
    """Whether the template has a resource, parameter or output, or a resource with a property after a dot."""
    name, _, wanted = place.partition(".")
    found = re.search(rf"^  {re.escape(name)}:.*\n((?:    .*\n|\n)*)", TEMPLATE, re.MULTILINE)
    return found is not None and (not wanted or re.search(rf"\b{re.escape(wanted)}:", found[0]) is not None)


def is_name(name: str) -> bool:
    """Whether it is a name of the product, its template, commands or files, or of AWS."""
    if (ROOT / name).is_file():
        return True
    if "." in name:
        return is_dotted(name) or is_in_template(name)
    return name in words() or name in environment() or name in of_aws()


def is_dotted(name: str) -> bool:
    """Whether a name with dots is a field of the policy or of a row, or is defined in a module or class."""
    parts = re.sub(r"<[^>]+>", "0", name).split(".")
    if parts[0] in PolicyDocument.model_fields and _leads_through(PolicyDocument, parts):
        return True
    path, last = ".".join(parts[:-1]), parts[-1]
    defined = code()
    return (
        any(module == name or module.endswith(f".{name}") for module in defined)
        or any(last in names for module, names in defined.items() if f".{module}".endswith(f".{path}"))
        or any(_leads_through(each, parts) for each in models())
    )


def _leads_through(annotation: object, parts: list[str]) -> bool:
    """Whether a type has the first part as a field, the field's type the second part, and so on."""
    if not parts:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(parts[0])
        return field is not None and _leads_through(field.annotation, parts[1:])
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return _leads_through(inner[1], parts[1:])
    if typing.get_origin(annotation) is tuple and parts[0].isdigit():
        return _leads_through(inner[0], parts[1:])
    if typing.get_origin(annotation) in {typing.Annotated, typing.Union, types.UnionType, tuple}:
        return any(_leads_through(each, parts) for each in inner)
    return False


@cache
def models() -> list[type[BaseModel]]:
    """The rows, and the other models in requests and responses of the API."""
    for path in (ROOT / "layers/vaada/vaada/model").glob("*.py"):
        __import__(f"{model.__name__}.{path.stem}")
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += (each for each in below if each.__module__.startswith("vaada."))
        waiting += below
    return found


def row_kinds() -> set[str]:
    """The kinds of rows that the table may hold."""
    return {each.kind_of_row for each in models() if issubclass(each, Row) and each not in {Row, DueRow}}


@cache
def code() -> dict[str, frozenset[str]]:
    """The names that each module defines, and each class in it, as dotted names."""
    found: dict[str, frozenset[str]] = {}
    for path in [*CODE, *TESTS]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts).removeprefix("layers.vaada.").removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[module] = frozenset(_defined(tree))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[f"{module}.{node.name}"] = frozenset(_defined(node))
    return found


def _defined(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        match each:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


@cache
def words() -> frozenset[str]:
    """All single words: of the product's code and folders, of its API, of the template and the Makefile."""
    names = {word for path in CODE for word in identifiers(path)}
    names |= {part for path in CODE for part in path.relative_to(ROOT).with_suffix("").parts}
    names |= {path.name for path in (ROOT / "layers" / "vaada").rglob("*") if path.is_dir()}
    names |= set(re.findall(r"[\w-]+", re.sub(r"#.*", "", TEMPLATE)))
    names |= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    names |= set(re.findall(r"\"([\w-]+)\"", (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")))
    names |= {part for path in calls() for part in path.split("/")}
    names |= {kind.upper() for kind in row_kinds()}
    return frozenset(names)


@cache
def environment() -> frozenset[str]:
    """The variables that the functions, the commands and AWS's tools read."""
    ours = re.findall(r"^ {8}([A-Z_]+): ", TEMPLATE, re.MULTILINE) + re.findall(
        r"\$\(?\(?([A-Z_]+)", MAKEFILE
    )
    return frozenset([*ours, "AWS_PROFILE", "AWS_REGION", "PATH"])


@cache
def of_aws() -> frozenset[str]:
    """The names that the AWS services which we use give to operations, shapes, members and errors."""
    names: set[str] = {"AccessDeniedException", "Throttling"}  # errors of every service, described with none
    for service in _SERVICES:
        described = botocore.session.get_session().get_service_model(service)
        names.update(described.operation_names, map(_dashed, described.operation_names))
        names.update(map(botocore.xform_name, described.operation_names))
        for shape_name in described.shape_names:
            shape = described.shape_for(shape_name)
            names |= {shape_name, *getattr(shape, "members", ()), *getattr(shape, "enum", ())}
            names.add(str(shape.metadata.get("error", {}).get("code", shape_name)))
    return frozenset(names)


@cache
def is_aws_command(service: str, operation: str) -> bool:
    """Whether the AWS CLI has `aws <service> <operation>`."""
    if (service, operation) == ("logs", "tail"):
        return True  # the CLI's own
    session = botocore.session.get_session()
    try:
        described = session.get_service_model(service)
    except UnknownServiceError:
        return False
    if operation.startswith("wait "):
        waiters = session.get_waiter_model(service).waiter_names
        return operation.removeprefix("wait ") in map(_dashed, waiters)
    return operation in map(_dashed, described.operation_names)


def _dashed(name: str) -> str:
    return botocore.xform_name(name, "-")


def policy_fields() -> set[str]:
    """Each field of the policy with its section, and sections that are one field."""
    fields = set()
    for name, field in PolicyDocument.model_fields.items():
        inside = field.annotation
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            fields |= {f"{name}.{each}" for each in inside.model_fields}
        else:
            fields.add(name)
    return fields


def allowed_in(path: Path) -> frozenset[str]:
    """The names that a docstring of the module may use without their module."""
    return identifiers(path) | _names_of_models()


@cache
def _names_of_models() -> frozenset[str]:
    """The fields of all models, and the values of those that are a choice."""
    fields = {name for each in models() for name in each.model_fields}
    return frozenset(fields | {value for each in models() for value in _values(each)})


def _values(each: type[BaseModel]) -> Iterator[str]:
    for field in each.model_fields.values():
        yield from (value for value in typing.get_args(field.annotation) if isinstance(value, str))
