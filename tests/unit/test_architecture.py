"""Imports run one way: functions, then api, public and console, flows, rules, model."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

LAYER = Path(__file__).parents[2] / "layers" / "vaada" / "vaada"
MAY_IMPORT = {
    "model": {"model"},
    "rules": {"rules", "model"},
    "present": {"present", "rules", "model"},
    "gateways": {"gateways", "present", "model"},
    "flows": {"flows", "desk", "log", "gateways", "present", "rules", "model"},
    "api": {"api", "desk", "log", "headers", "flows", "gateways", "rules", "model"},
    "console": {"console", "api", "desk", "log", "headers", "flows", "gateways", "present", "rules", "model"},
    "public": {"public", "desk", "flows", "gateways", "present", "rules", "model"},
}
FILES = sorted(path.relative_to(LAYER) for path in LAYER.rglob("*.py"))
MODULES = {"vaada." + ".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}


@cache
def imported(path: Path) -> set[str]:
    """The modules that a file imports from, and for `from vaada import x` the name as well."""
    modules = set()
    for node in ast.walk(ast.parse((LAYER / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules |= names if node.module == "vaada" else {node.module}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return modules


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] in MAY_IMPORT], ids=str)
def test_a_layer_imports_only_from_layers_below(path: Path) -> None:
    rooms = {module.split(".")[1] for module in imported(path) if module.startswith("vaada.")}

    assert rooms <= MAY_IMPORT[path.parts[0]]


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("boto3", set()),
        (
            "botocore",
            {
                "aws.py",
                "aws_account.py",
                "item_protocol.py",
                "mail_store.py",
                "row_lists.py",
                "send_errors.py",
            },
        ),
    ],
)
def test_only_gateways_import_boto3_and_botocore(package: str, home: set[str]) -> None:
    users = {path for path in FILES if any(module.split(".")[0] == package for module in imported(path))}

    assert users == {Path("gateways") / name for name in home}


def test_only_settings_reads_the_environment() -> None:
    assert {path for path in FILES if "os" in imported(path)} == {Path("settings.py")}


def test_modules_have_no_import_cycles() -> None:
    assert cycle({name: vaada_modules(path) - {name} for name, path in MODULES.items()}) == []


def test_folders_have_no_import_cycles() -> None:
    folders: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        folders.setdefault(folder(name), set()).update(map(folder, vaada_modules(path)))

    assert cycle({name: others - {name} for name, others in folders.items()}) == []


@cache
def vaada_modules(path: Path) -> set[str]:
    """The modules of ours that a file imports, or imports names from."""
    found = set()
    for node in ast.walk(ast.parse((LAYER / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else node.module for name in names}
    return found & set(MODULES)


def folder(module: str) -> str:
    """A folder within a room, such as `vaada.flows.messages`; a file that is in none is its own."""
    parts = module.split(".")
    return ".".join(parts[:3]) if len(parts) > 3 or MODULES[module].name == "__init__.py" else module


def cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []
