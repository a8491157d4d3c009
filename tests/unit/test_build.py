"""What `sam build` includes: library updates are shipped, and a build fits its deployment."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers" / "dependencies"
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


def build(target: str, artifacts: str, path: str = "/usr/bin:/bin") -> "subprocess.CompletedProcess[str]":
    """Run the layer's Makefile as SAM does."""
    return subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--makefile", LAYER / target / "Makefile", "build-DependenciesLayer"],  # noqa: S607 - any make
        env={"PATH": path, "ARTIFACTS_DIR": artifacts},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


@pytest.mark.parametrize("target", ["aws", "local"])
def test_each_build_folder_has_the_requirements_that_key_the_cache(target: str) -> None:
    requirements = LAYER / target / "requirements.txt"

    assert requirements.resolve() == LAYER / "aws" / "requirements.txt"
    assert requirements.is_file()
    assert '-r "$(HERE)requirements.txt"' in (LAYER / target / "Makefile").read_text(encoding="utf-8")


def test_a_build_uses_no_cache_by_default() -> None:
    assert not [name for name, options in CONFIG.items() if "cached" in str(options)]


def test_a_build_without_uv_fetches_for_the_functions_python_whichever_runs_pip(tmp_path: Path) -> None:
    """AWS CloudShell has Python 3.9. Its pip asks each library whether that will do, if it is not told to."""
    asked = tmp_path / "asked"
    pip = tmp_path / "bin" / "python3"
    pip.parent.mkdir()
    pip.write_text(f'#!/bin/sh\necho "$@" >>{asked}\nexit 1\n', encoding="utf-8")
    pip.chmod(0o755)

    build("aws", str(tmp_path / "out"), path=f"{pip.parent}:/usr/bin:/bin")

    [command] = asked.read_text(encoding="utf-8").splitlines()
    assert "-m pip install" in command
    assert "--no-deps --python-version 3.13 --only-binary=:all:" in command
    assert "--ignore-requires-python" in command
    assert "--platform manylinux2014_aarch64" in command


def test_the_commands_for_a_stack_need_no_tool_for_developers() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert {re.split(r"[>=]", each)[0] for each in groups["operations"]} == {"boto3", "rich"}
    assert {"include-group": "operations"} in groups["dev"]
    for command in ("doctor", "redrive", "hold", "release", "restore"):
        assert f"\n{command}: .local/operations/.ready ##" in makefile


def test_a_local_build_is_kept_out_of_the_folder_that_aws_deploys() -> None:
    assert CONFIG["local"]["build"]["parameters"]["build_dir"] == ".local/sam/build"
    assert CONFIG["local"]["deploy"]["parameters"]["template_file"] == ".local/sam/build/template.yaml"

    refused = build("local", "/somewhere/.aws-sam/build/DependenciesLayer")

    assert refused.returncode != 0
    assert refused.stderr.startswith("A build for the local cloud must not be in .aws-sam")
