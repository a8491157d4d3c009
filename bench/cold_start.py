"""What a cold start costs: the CPU time for importing a function as `sam build` leaves it.

It is compared with the least that any function needs which talks to DynamoDB: importing boto3 and making one
client. Every process is new, and the two take turns, so that a busy machine slows both. On Lambda the seconds
differ; the ratio says what the code weighs.

"In Lambda" adds what functions do only there: the clients that they always need are made at the start.
"""

import os
import shutil
import statistics
import subprocess
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from local.places import STATE, TOOLS
from tests.integration.scripted_desk import ENVIRONMENT

RUNS = 7
RUNTIME = "3.13"
BARE = "import boto3; boto3.client('dynamodb')"
ROOT = Path(__file__).parents[1]
BUILD, LIBRARIES = STATE / "bench" / "build", STATE / "bench" / "libraries"


def main() -> None:
    """Build, measure all functions, and print medians and ratios."""
    python = _runtime_python()
    _build(python)
    shown = Table(
        "function",
        "CPU",
        "of boto3 alone",
        "in Lambda",
        title=f"Importing a function in a new process, Python {RUNTIME}, median of {RUNS}",
    )
    for folder in track(sorted(app.parent for app in BUILD.glob("*/app.py")), "Importing", transient=True):
        runs = [
            (
                _cpu_seconds(python, BARE, [LIBRARIES]),
                _cpu_seconds(python, "import app", _path(folder)),
                _cpu_seconds(python, "import app", _path(folder), AWS_LAMBDA_FUNCTION_NAME=folder.name),
            )
            for _ in range(RUNS)
        ]
        bare, imported, in_lambda = (statistics.median(times) for times in zip(*runs, strict=True))
        shown.add_row(
            folder.name, f"{imported * 1000:.0f} ms", f"× {imported / bare:.2f}", f"× {in_lambda / bare:.2f}"
        )
    Console().print(shown)


def _runtime_python() -> Path:
    """Return a Python like Lambda's: as in layers/bytecode.mk, one of pyenv if there is one."""
    candidates = [
        os.environ.get("RUNTIME_PYTHON"),
        shutil.which(f"python{RUNTIME}"),
        *Path.home().glob(f".pyenv/versions/{RUNTIME}*/bin/python{RUNTIME}"),
    ]
    for candidate in candidates:
        if candidate and _runs(candidate):
            return Path(candidate)
    raise SystemExit(f"No Python {RUNTIME} here, which is what Lambda runs. RUNTIME_PYTHON=... names one.")


def _runs(python: str | Path) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0  # noqa: S603


def _build(python: Path) -> None:
    """Return the built functions and layers with bytecode, and boto3 as in Lambda's runtime."""
    tools = f"{STATE / 'uv' / 'bin'}:{os.environ['PATH']}"
    settings = {**os.environ, "PATH": tools, "RUNTIME_PYTHON": str(python), "SAM_CLI_TELEMETRY": "0"}
    sam = [f"{TOOLS}/sam/bin/sam", "build", "--no-cached", "--build-dir", str(BUILD)]
    install = [shutil.which("uv", path=tools) or "uv", "pip", "install", "--quiet", "--python", str(python)]
    boto3 = ["--compile-bytecode", "--target", str(LIBRARIES), f"boto3=={version('boto3')}"]
    for command in (sam, install + boto3):
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise SystemExit(done.stderr)


def _path(folder: Path) -> list[Path]:
    """Return the import path of Lambda: the function, its layers, and the runtime's libraries."""
    layers = [BUILD / layer / "python" for layer in ("VaadaLayer", "DependenciesLayer")]
    return [folder, *layers, LIBRARIES]


def _cpu_seconds(python: Path, code: str, path: list[Path], **settings: str) -> float:
    """Return the CPU time of a process that runs the code. As on Lambda, it writes no bytecode."""
    env = ENVIRONMENT | settings | {"PYTHONPATH": ":".join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen([python, "-c", code], env=env)  # noqa: S603 - our own
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{code} failed, see above")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
