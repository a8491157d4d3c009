"""Try changes in a copy of the project, on the tests that execute the changed lines."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import coverage

from tests.mutants.changes import Change

PRODUCT = Path("layers/vaada/vaada")
_TESTS = ("tests/unit", "tests/integration", "tests/releases", "tests/rights")
_CRASH_POINTS = "tests/simulation/test_crash_points.py"
_LINKED = (".venv", ".local")
_SECONDS = 900.0  # for one run; a change may make a loop endless
_SOME = 40
_ALWAYS = "tests/unit/test_desk.py"  # it imports the functions in processes of their own

TestsOfLines = dict[str, dict[str, list[str]]]
"""For each file and line, the ids of the tests that execute it."""


@dataclass(frozen=True)
class Trial:
    """A copy of the project at a path."""

    at: Path
    tests: TestsOfLines

    @classmethod
    def set_up(cls, at: Path, tests: TestsOfLines) -> "Trial":
        """Copy what git knows, and link what is installed."""
        listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout  # noqa: S607
        for name in filter(None, listed.split("\0")):
            (at / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, at / name, follow_symlinks=False)
        for name in _LINKED:
            (at / name).symlink_to(Path(name).resolve())
        return cls(at, tests)

    def noticed_by(self, change: Change, seeds: int) -> str:
        """Return which tests notice the change: what is quick comes first. An empty text: none does."""
        path = self.at / change.path
        original = path.read_bytes()
        path.write_text(change.apply(), encoding="utf-8")
        try:
            tests = self._tests_of(change)
            unit = [test for test in tests if test.startswith("tests/unit")]
            others = [test for test in tests if not test.startswith("tests/unit")]
            random.Random(change.start).shuffle(others)
            runs = {
                "unit": ("pytest", "-x", _ALWAYS, *unit),
                "integration": ("pytest", "-x", *others[:_SOME]),
                "simulation": ("tests.simulation", "--seeds", str(seeds)),
                "more integration": ("pytest", "-x", *others[_SOME:]),
                "crash points": ("pytest", "-x", _CRASH_POINTS),
            }
            return next((name for name, run in runs.items() if len(run) > 2 and self._fails(*run)), "")
        finally:
            path.write_bytes(original)

    def _tests_of(self, change: Change) -> list[str]:
        """The tests that execute the changed statement; for one that runs at import, those of its file.

        And always the unit tests of the module: some execute it when they are collected.
        """
        lines = self.tests.get(str(change.path), {})
        found = {test for line in change.lines for test in lines.get(str(line), [])}
        found = found or {test for tests in lines.values() for test in tests}
        named = {str(path) for path in Path("tests/unit").rglob(f"test_{change.path.stem}.py")}
        return sorted(named | {test for test in found if test.partition("::")[0] not in named})

    def _fails(self, *module: str) -> bool:
        """Whether a Python module ends with an error, or does not end."""
        try:
            done = subprocess.run(  # noqa: S603 - a module of ours
                [".venv/bin/python", "-m", *module],
                cwd=self.at,
                env={**os.environ, "PYTHONPATH": str(PRODUCT.parent), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def learn_tests() -> TestsOfLines:
    """Run the tests, and return which of them execute which line."""
    with tempfile.TemporaryDirectory() as directory:
        data, settings = Path(directory, "coverage"), Path(directory, "settings")
        sources = f"{PRODUCT}\n    functions"
        settings.write_text(
            f"[run]\ndynamic_context = test_function\ndata_file = {data}\nsource =\n    {sources}\n"
        )
        run = ("coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", "-p", "no:randomly", *_TESTS)
        subprocess.run([sys.executable, "-m", *run], check=True)  # noqa: S603 - as above
        measured = coverage.CoverageData(str(data))
        measured.read()
        return {
            os.path.relpath(file): {
                str(line): sorted(filter(None, map(_test_id, contexts)))
                for line, contexts in measured.contexts_by_lineno(file).items()
            }
            for file in measured.measured_files()
        }


def _test_id(context: str) -> str:
    """Return the id of the test of a context, the dotted name of a function. Empty: there is none."""
    parts = context.split(".")
    for length in range(len(parts) - 1, 0, -1):
        path = Path(*parts[:length]).with_suffix(".py")
        if path.exists():
            return "::".join((str(path), *parts[length:]))
    return ""
