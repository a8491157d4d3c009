"""The composition root: what it creates when."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.integration.scripted_desk import ENVIRONMENT
from vaada import desk
from vaada.desk import Gateway, prepare

ROOT = Path(__file__).parents[2]
COSTLY = ("boto3", "email_validator", "holidays", "jinja2", "phonenumbers")
"""Libraries that take a noticeable part of a cold start to import."""


class RecordingDesk:
    """Remembers which of its gateways were asked for."""

    def __init__(self) -> None:
        self.created: list[str] = []

    def __getattr__(self, gateway: str) -> object:
        self.created.append(gateway)
        return SimpleNamespace()


@pytest.mark.parametrize(
    ("deployed", "created"), [({"AWS_LAMBDA_FUNCTION_NAME": "Pages"}, ["table", "links"]), ({}, [])]
)
def test_a_function_creates_its_gateways_at_the_start_only_in_lambda(
    deployed: dict[str, str], created: list[Gateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = RecordingDesk()
    monkeypatch.setattr(desk, "open_desk", lambda: opened)
    for name, value in deployed.items():
        monkeypatch.setenv(name, value)

    prepare("table", "links")

    assert opened.created == created


@pytest.mark.parametrize(
    ("function", "needs"),
    [
        ("api", set()),
        ("pages", {"jinja2"}),
        ("plan_follow_ups", set()),
        ("receive_text", {"jinja2"}),
        ("record_delivery", {"jinja2"}),
        ("remind_agent", {"jinja2"}),
        ("sweep_due", {"jinja2"}),
        ("sync_schedules", set()),
    ],
)
def test_a_function_imports_costly_libraries_only_where_it_always_needs_them(
    function: str, needs: set[str]
) -> None:
    code = (
        f"import sys, functions.{function}.app; print(*(name for name in {COSTLY!r} if name in sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", code],
        env={**ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/vaada'}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(done.stdout.split()) == needs
