"""The published OpenAPI document, held against the deployed API by Schemathesis: no 5xx, no schema breached.

Among the last tests, as it writes whatever comes to its mind. A few calls of each operation; thousands, and
what one gave used in the next, with OPENAPI_PHASES=coverage,fuzzing,stateful (five minutes and more).
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
    """An agent who serves a customer, to whom something is owed. The policy is put back afterwards."""
    policy = desk.manager.get("/api/policy")
    sana = desk.agent("Sana Yilmaz")
    desk.promise(desk.customer("Ali Demir", agent_id=sana.id), sana, "The wheel", desk.now + 300 * DAY)
    yield desk.user(sana.email, "agents")
    desk.manager.put("/api/policy", policy)
    desk.cloud.travel(2 * MINUTE)  # by then all functions know


def schemathesis(cloud: Cloud, user: Api) -> str:
    """What Schemathesis reports, once it finds nothing. Fails with the report when it does."""
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
    """Nothing of the document was left out."""
    [there] = re.findall(r"Selected: \d+/(\d+)", report)
    assert re.findall(r"Tested: (\d+)", report) == [there]


@pytest.mark.last
@pytest.mark.usefixtures("agent")
def test_responses_to_a_manager_match_the_openapi_document(desk: Desk) -> None:
    assert_all_were_called(schemathesis(desk.cloud, desk.manager))


@pytest.mark.last
def test_responses_to_an_agent_match_the_openapi_document(desk: Desk, agent: Api) -> None:
    assert_all_were_called(schemathesis(desk.cloud, agent))
