"""What a function's code adds to a cold start: importing it, against importing boto3 and making one client.

Every process is new, and the two take turns, so that a busy machine slows both. On Lambda the seconds differ;
the ratio says what the code weighs.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.integration.scripted_desk import ENVIRONMENT

RUNS = 5
BARE = "import boto3; boto3.client('dynamodb')"
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure all functions, and print medians and ratios."""
    names = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    shown = Table("function", "median", "of boto3 alone", title="Importing a function in a new process")
    for name in track(names, "Importing", transient=True):
        code = f"import boto3; boto3.client('dynamodb'); import functions.{name}.app"
        runs = [(_seconds(BARE), _seconds(code)) for _ in range(RUNS)]
        ratio = statistics.median(own / bare for bare, own in runs)
        median = statistics.median(own for _, own in runs)
        shown.add_row(name, f"{median * 1000:.0f} ms", f"× {ratio:.2f}")
    Console().print(shown)


def _seconds(code: str) -> float:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/vaada'}"}
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True)  # noqa: S603 - our own
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
