"""Arrows run one way: functions, public and api, flows, rules, model. Only the gateways know AWS."""

import ast
from pathlib import Path

import pytest

LAYER = Path(__file__).parents[2] / "layers" / "vaada" / "vaada"
MAY_IMPORT = {
    "model": {"model"},
    "rules": {"rules", "model"},
    "present": {"present", "rules", "model"},
    "gateways": {"gateways", "present", "model"},
    "flows": {"flows", "desk", "log", "gateways", "present", "rules", "model"},
    "api": {"api", "desk", "log", "flows", "gateways", "rules", "model"},
    "public": {"public", "desk", "flows", "gateways", "present", "rules", "model"},
}
FILES = sorted(path.relative_to(LAYER) for path in LAYER.rglob("*.py"))


def imported(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse((LAYER / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules |= names if node.module == "vaada" else {node.module}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return modules


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] in MAY_IMPORT], ids=str)
def test_a_room_imports_only_from_rooms_below(path: Path) -> None:
    rooms = {module.split(".")[1] for module in imported(path) if module.startswith("vaada.")}

    assert rooms <= MAY_IMPORT[path.parts[0]]


@pytest.mark.parametrize(
    ("package", "home"),
    [("boto3", {"aws.py", "items.py"}), ("botocore", {"aws.py", "sending.py", "table.py"})],
)
def test_only_the_gateways_know_aws(package: str, home: set[str]) -> None:
    users = {path for path in FILES if any(module.split(".")[0] == package for module in imported(path))}

    assert users == {Path("gateways") / name for name in home}


def test_only_one_module_reads_the_environment() -> None:
    assert {path for path in FILES if "os" in imported(path)} == {Path("settings.py")}
