"""The composition root: what it creates when."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.integration.scripted_desk import ENVIRONMENT
from vaada import desk
from vaada.desk import Gateway, prepare

pytestmark = pytest.mark.xdist_group("imports")  # so that one process starts the functions for all tests
ROOT = Path(__file__).parents[2]
COSTLY = (
    "boto3",
    "email_validator",
    "holidays",
    "jinja2",
    "phonenumbers",
    "vaada.api.people",
    "vaada.console.my_day",
    "vaada.flows.weekly_reports",
)
"""What takes a noticeable part of a cold start to import. One page and one module of routes stand for all."""
NEEDS: dict[str, set[str]] = {
    "api": set(),
    "check_readiness": set(),
    "console": {"jinja2"},
    "flag_overdue": {"jinja2"},
    "pages": {"jinja2"},
    "plan_surveys": set(),
    "receive_mail": set(),
    "receive_text": set(),
    "record_delivery": set(),
    "remind_agent": {"jinja2"},
    "send_survey": {"jinja2"},
    "sweep_due": set(),
    "sync_schedules": set(),
    "write_account_mail": {"jinja2"},
}
"""Those that a function needs from the start, in Lambda."""


class RecordingDesk:
    """Records which of its gateways were requested."""

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


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The expensive libraries that each function imports in Lambda at its start, and elsewhere."""
    code = f"""
import json, os, sys
import botocore.client, aws_lambda_powertools, pydantic  # not costly: each process below has them already

def start(*functions):
    reads, writes = os.pipe()
    if os.fork() == 0:
        for function in functions:
            __import__(f"functions.{{function}}.app")
        os.write(writes, json.dumps([name for name in {COSTLY!r} if name in sys.modules]).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as written:
        libraries = json.load(written)
    os.wait()
    return libraries

found = {{"outside": start(*{(*NEEDS,)!r})}}
for function in {(*NEEDS,)!r}:
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = function
    found[function] = start(function)
print(json.dumps(found))
"""
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", code],
        env={**ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/vaada'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {function: set(libraries) for function, libraries in json.loads(done.stdout).items()}


def test_no_function_starts_with_costly_libraries_outside_of_lambda(imported: dict[str, set[str]]) -> None:
    assert imported["outside"] == set()


@pytest.mark.parametrize("function", NEEDS)
def test_a_function_starts_with_costly_libraries_only_where_it_needs_them(
    function: str, imported: dict[str, set[str]]
) -> None:
    assert imported[function] == NEEDS[function]
