"""Run the SAM CLI: build for this machine, deploy to the local cloud."""

import fcntl
import hashlib
import json
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import CloudError
from local.places import ROOT, STATE, TOOLS, environment, tail

# Not .aws-sam, so that a build for this machine is never deployed to AWS by mistake.
FOLDER = STATE / "sam"
BUILD = FOLDER / "build"
SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")


def build(log: Path) -> None:
    """Run `sam build`, unless the sources are unchanged since the last build. Raises CloudError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _build_lock():
        mark = FOLDER / "built"
        fingerprint = _fingerprint()
        if BUILD.exists() and mark.exists() and mark.read_text() == fingerprint:
            return
        mark.unlink(missing_ok=True)
        # The wheels were downloaded at set-up, so a build needs no network.
        settings = {
            "UV_CACHE_DIR": str(STATE / "cache"),
            "UV_OFFLINE": "1",
            "RUNTIME_PYTHON": str(TOOLS / "ministack" / "bin" / "python"),
        }
        _run(["build", "--build-dir", str(BUILD)], log, settings)
        mark.write_text(fingerprint)


def deploy(stack: str, endpoint: str, log: Path, clock: dict[str, str]) -> None:
    """Run `sam deploy`. The variables in `clock` make it use the local cloud's time. Raises CloudError."""
    template = ["--template-file", str(BUILD / "template.yaml")]
    _run(["deploy", "--stack-name", stack, *template], log, {**clock, "AWS_ENDPOINT_URL": endpoint})


def _run(command: list[str], log: Path, settings: dict[str, str]) -> None:
    program = TOOLS / "sam" / "bin" / "sam"
    # The layer is built with the python3 and uv on PATH. Functions run on MiniStack's own Python.
    search = f"{TOOLS / 'ministack' / 'bin'}:{STATE / 'uv' / 'bin'}:"
    env = environment(
        **settings, SAM_CLI_TELEMETRY="0", SAM_CLI_POLL_DELAY="1", __SAM_CLI_APP_DIR=str(FOLDER)
    )
    # Prevents the SAM CLI from checking PyPI for a newer version: it was last checked in 2100.
    (FOLDER / "metadata.json").write_text(json.dumps({"lastVersionCheck": 4102444800.0}))
    env["PATH"] = search + env["PATH"]
    with log.open("ab") as output:
        result = subprocess.run(  # noqa: S603  # nosec B603 # a program of our own
            [program, *command, "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        raise CloudError(f"`sam {command[0]}` failed. The end of {log.relative_to(ROOT)}:\n\n{tail(log)}")


def _fingerprint() -> str:
    digest = hashlib.sha256(platform.python_version().encode())
    for file in _source_files():
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        files = [path] if path.is_file() else path.rglob("*")
        yield from sorted(file for file in files if file.is_file() and file.suffix != ".pyc")


@contextmanager
def _build_lock() -> Iterator[None]:
    """Allow only one build at a time in this folder: tests and a demo may start together."""
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
