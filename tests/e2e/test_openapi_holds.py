"""The published OpenAPI document, checked against the deployed API by Schemathesis: no 5xx, no other shape.

It is among the last tests, since it writes random rows. It makes a few calls of each operation; with
OPENAPI_PHASES=coverage,fuzzing,stateful thousands, and sequences of calls (five minutes and more).
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.api import Api
from local.cloud import Cloud
from tests.e2e.desk import Desk
from tests.times import DAY, MINUTE

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
PHASES = os.environ.get("OPENAPI_PHASES", "fuzzing")


@pytest.fixture(scope="module")
def agent(desk: Desk) -> Iterator[Api]:
    """An agent who serves a customer with a commitment. The policy is restored afterwards."""
    policy = desk.manager.get("/api/policy")
    sana = desk.agent("Sana Yilmaz")
    desk.promise(desk.customer("Ali Demir", agent_id=sana.id), sana, "The wheel", desk.now + 300 * DAY)
    yield desk.user(sana.email, "agents")
    desk.manager.put("/api/policy", policy)
    desk.cloud.travel(2 * MINUTE)  # then no function caches the old policy


def schemathesis(cloud: Cloud, user: Api) -> str:
    """The report of Schemathesis. Fails with the report if there is a finding."""
    user.sign_in()
    asked: list[str | Path] = [
        *("run", PUBLISHED, "--url", cloud.endpoint, "--header", f"Host: {urlsplit(cloud.api_url).netloc}"),
        *("--header", f"Authorization: Bearer {user.token}", "--checks", ",".join(CHECKS), "--no-color"),
        *("--phases", PHASES, "--max-examples", "3", "--seed", "1", "--no-shrink", "--continue-on-failure"),
        *("--generation-database", "none", "--suppress-health-check", "all"),
    ]
    done = subprocess.run(  # noqa: S603 - a program of our own
        [SCHEMATHESIS, *asked], cwd=cloud.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_all_were_called(report: str) -> None:
    """Each operation of the document was called."""
    [there] = re.findall(r"Selected: \d+/(\d+)", report)
    assert re.findall(r"Tested: (\d+)", report) == [there]


@pytest.mark.last
@pytest.mark.usefixtures("agent")
def test_responses_to_a_manager_match_the_openapi_document(desk: Desk) -> None:
    assert_all_were_called(schemathesis(desk.cloud, desk.manager))


@pytest.mark.last
def test_responses_to_an_agent_match_the_openapi_document(desk: Desk, agent: Api) -> None:
    assert_all_were_called(schemathesis(desk.cloud, agent))
