"""A client that openapi-python-client generates from docs/openapi.json, used as its users would."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.times import DAY

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"
GENERATOR = Path(sys.executable).with_name("openapi-python-client")


@dataclass(frozen=True)
class Generated:
    """The generated package, with a client of it that is signed in as a manager."""

    name: str
    client: Any

    def model(self, name: str) -> Any:
        """The class of this name among the package's models."""
        return getattr(importlib.import_module(f"{self.name}.models"), name)

    def call(self, operation: str, *ids: str, **arguments: Any) -> Any:
        """Call the function of an operation, such as `cases.get_case`. Returns the detailed response."""
        module = importlib.import_module(f"{self.name}.api.{operation}")
        return module.sync_detailed(*ids, client=self.client, **arguments)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, which can be imported."""
    folder = tmp_path_factory.mktemp("generated")
    where = ["--path", str(PUBLISHED), "--output-path", str(folder / "desk_client")]
    subprocess.run([GENERATOR, "generate", *where, "--meta", "none"], check=True, capture_output=True)  # noqa: S603 - a known program
    sys.path.insert(0, str(folder))
    yield "desk_client"
    sys.path.remove(str(folder))


@pytest.fixture
def generated(desk: ScriptedDesk, package: str) -> Generated:
    """The client, whose requests go to the function of the API."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = request.headers
        response = desk.call(
            f"{request.method} {request.url.path}",
            request.content.decode() or None,
            query=dict(request.url.params),
            key=headers.get("idempotency-key"),
            if_match=headers.get("if-match"),
            content_type=headers.get("content-type", "application/json"),
        )
        return httpx.Response(response.status, headers=response.headers, text=response.body)

    options = {"transport": httpx.MockTransport(answer)}
    module = importlib.import_module(package)
    client = module.AuthenticatedClient(base_url="https://desk.example.com", token="t", httpx_args=options)  # noqa: S106 - nobody checks it here
    return Generated(package, client)


def test_a_generated_client_records_a_contact_and_keeps_its_promise(
    desk: ScriptedDesk, generated: Generated
) -> None:
    call, model = generated.call, generated.model
    agent = call(
        "people.add_agent", body=model("NewAgent")(name="Daniel Hughes", email="daniel@example.com")
    ).parsed
    customer = call("people.add_customer", body=model("NewCustomer")(name="Oliver Grant")).parsed
    contact = model("NewInteraction").from_dict(
        {
            "customer_id": customer.customer_id,
            "agent_id": agent.agent_id,
            "channel": "phone",
            "direction": "inbound",
            "kind": "complaint",
            "summary": "The brake squeals.",
            "commitments": [{"what": "Call back", "due_at": (desk.now + DAY).isoformat()}],
        }
    )

    recorded = [call("contacts.record_interaction", body=contact, idempotency_key="k").parsed for _ in "12"]
    (promise,) = recorded[0].commitments
    kept = call(
        "commitments.keep_commitment", promise.commitment_id, body=model("Keep")(note="Called at noon")
    ).parsed
    listed = call("commitments.list_commitments", customer_id=customer.customer_id, sort="-due_at").parsed

    assert recorded[0].interaction_id == recorded[1].interaction_id
    assert (kept.status, kept.history[-1].reason) == ("kept", "Called at noon")
    assert [row.commitment_id for row in listed.items] == [promise.commitment_id]
    assert call("cases.get_case", recorded[0].case_id).parsed.contacts == 1
    assert call("people.get_me").parsed.is_manager is True


def test_a_generated_client_understands_refusals_and_versions(generated: Generated) -> None:
    call, model = generated.call, generated.model
    refused = call("people.add_customer", body=model("NewCustomer")(name="\u200b"))
    customer = call("people.add_customer", body=model("NewCustomer")(name="Oliver Grant")).parsed
    changes = model("CustomerChanges")(notes="Prefers mornings.")

    read = call("people.get_customer", customer.customer_id)
    changed = call(
        "people.change_customer", customer.customer_id, body=changes, if_match=read.headers["ETag"]
    )
    late = call("people.change_customer", customer.customer_id, body=changes, if_match=read.headers["ETag"])

    assert (refused.status_code, [error.field for error in refused.parsed.errors]) == (422, ["name"])
    assert (changed.status_code, changed.parsed.notes) == (200, "Prefers mornings.")
    assert (late.status_code, json.loads(late.content)["status"]) == (412, 412)


def test_a_generated_client_reads_and_changes_the_policy(generated: Generated) -> None:
    call, model = generated.call, generated.model
    policy = call("policy.get_policy").parsed
    change = model("ChangePolicyBody").from_dict({"goodwill": {"currency": "EUR"}})

    changed = call("policy.change_policy", body=change).parsed
    replaced = call("policy.replace_policy", body=policy).parsed

    assert (policy.goodwill.currency, changed.goodwill.currency) == ("USD", "EUR")
    assert replaced.to_dict() == policy.to_dict()
