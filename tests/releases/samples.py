"""The leftovers of each release, as files: `make samples` writes those of the release at hand.

Once a release is out its files are never written again: they are what its users have in their tables.
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
import time_machine
from moto import mock_aws
from moto.moto_api._internal import mock_random

from tests.integration.fast_moto import fast_moto
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.releases.shapes import shapes_of_today
from tests.releases.story import Leftovers, tell
from vaada.desk import open_desk

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
RELEASES = sorted(path.name for path in FOLDER.iterdir() if (path / "rows.json").exists())
_BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def leftovers_of(release: str) -> Leftovers:
    """What this release has left behind."""
    told = {name: _read(release, name) for name in Leftovers.__dataclass_fields__}
    return Leftovers(**told)


def shapes_of(release: str) -> Any:
    """The stored shapes of this release."""
    return _read(release, "shapes")


def is_out(release: str) -> bool:
    """Whether the release is published, by the changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return f"## [{release}] - unreleased" not in changelog


@contextmanager
def desk_at(moment: datetime) -> Iterator[ScriptedDesk]:
    """A new desk at this moment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        open_desk.cache_clear()
        with time_machine.travel(moment, tick=False) as clock, fast_moto(), mock_aws():
            yield ScriptedDesk(clock)


@contextmanager
def _same_ids() -> Iterator[None]:
    """Draw the same ids each time, so that a new sample differs only in what has changed."""
    draw = Random(1).randbytes
    mock_random.seed(1)  # moto's own
    with (
        patch("secrets.token_bytes", draw),
        patch("secrets.token_hex", lambda length: draw(length).hex()),
        patch("uuid.uuid4", lambda: UUID(bytes=draw(16), version=4)),
    ):
        yield


def write() -> int:
    """Write the samples of the release at hand, unless it is out."""
    release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if is_out(release):
        print(f"{release} is out: its samples stay as they are. Give the next release its number first.")
        return 1
    with desk_at(_BEGINNING) as desk, _same_ids():
        leftovers = asdict(tell(desk))
    (FOLDER / release).mkdir(exist_ok=True)
    for name, content in {**leftovers, "shapes": shapes_of_today()}.items():
        (FOLDER / release / f"{name}.json").write_text(_lines(content), encoding="utf-8")
    print(f"Written: tests/releases/{release}")
    return 0


def _lines(content: Any) -> str:
    """JSON with one element of a list or object on each line."""

    def line(value: Any) -> str:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)

    match content:
        case list():
            return "[\n" + ",\n".join(map(line, content)) + "\n]\n"
        case dict():
            pairs = (f"{line(name)}:{line(value)}" for name, value in sorted(content.items()))
            return "{\n" + ",\n".join(pairs) + "\n}\n"
    return f"{line(content)}\n"


def _read(release: str, name: str) -> Any:
    return json.loads((FOLDER / release / f"{name}.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(write())
