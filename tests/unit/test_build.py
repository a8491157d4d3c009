"""What `sam build` takes: an update of a library is shipped, and a build fits its deployment."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers" / "dependencies"
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


def build(target: str, artifacts: str) -> "subprocess.CompletedProcess[str]":
    """Run the layer's Makefile as SAM does."""
    return subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--makefile", LAYER / target / "Makefile", "build-DependenciesLayer"],  # noqa: S607 - any make
        env={"PATH": "/usr/bin:/bin", "ARTIFACTS_DIR": artifacts},
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


def test_a_local_build_is_kept_out_of_the_folder_that_aws_deploys() -> None:
    assert CONFIG["local"]["build"]["parameters"]["build_dir"] == ".local/sam/build"
    assert CONFIG["local"]["deploy"]["parameters"]["template_file"] == ".local/sam/build/template.yaml"

    refused = build("local", "/somewhere/.aws-sam/build/DependenciesLayer")

    assert refused.returncode != 0
    assert refused.stderr.startswith("A build for the local cloud must not be in .aws-sam")
