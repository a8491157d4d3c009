"""Building the layer of our own code, as `sam build` does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).parents[2] / "layers" / "vaada"


def build(into: Path, python: str) -> tuple[Path, str]:
    """Run the layer's Makefile. Answers with where our code went, and what was said."""
    done = subprocess.run(  # noqa: S603 - our own Makefile
        [shutil.which("make") or "make", "--silent", "--file", str(LAYER / "Makefile"), "build-VaadaLayer"],
        cwd=LAYER,
        env={"PATH": os.environ["PATH"], "ARTIFACTS_DIR": str(into), "RUNTIME_PYTHON": python},
        capture_output=True,
        text=True,
        check=True,
    )
    return into / "python" / "vaada", done.stderr


def test_the_layer_has_bytecode_that_is_not_compared_with_its_sources(tmp_path: Path) -> None:
    built, said = build(tmp_path, sys.executable)

    sources = {path.relative_to(built) for path in built.rglob("*.py")}
    compiled = list(built.rglob("*.pyc"))
    assert sources == {path.relative_to(LAYER / "vaada") for path in (LAYER / "vaada").rglob("*.py")}
    assert {Path(path.parent.parent, path.name.split(".")[0]).relative_to(built) for path in compiled} == {
        source.with_suffix("") for source in sources
    }
    assert {path.name.split(".")[1] for path in compiled} == {sys.implementation.cache_tag}
    unchecked_hash = (0b01).to_bytes(4, "little")
    assert {path.read_bytes()[4:8] for path in compiled} == {unchecked_hash}
    assert said == ""


def test_a_build_without_the_runtimes_python_works_and_says_what_it_lacks(tmp_path: Path) -> None:
    built, said = build(tmp_path, "")

    assert (built / "desk.py").exists()
    assert list(built.rglob("*.pyc")) == []
    assert said.startswith("No Python 3.13 here, so no bytecode")
    assert said.count("\n") == 1


def test_the_layer_has_translations_and_not_what_they_were_compiled_from(tmp_path: Path) -> None:
    built, _ = build(tmp_path, "")

    locale = built / "present" / "locale"
    assert {path.suffix for path in locale.rglob("*") if path.is_file()} == {".mo"}
