"""The sweep compared with django-helpdesk's `escalate_tickets`, with as many open tickets as promises.

Both run on this machine in one go. Counted are the queries (theirs) or the calls to AWS (ours) of one run,
and the CPU seconds: theirs with those of SQLite, ours without those of the simulated table. Mails go nowhere.
django-helpdesk is installed from PyPI into an environment of its own.
"""

import json
import logging
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import time_machine
from botocore.awsrequest import AWSResponse
from rich.console import Console
from rich.table import Table

from bench.warm import response_of
from local.places import STATE
from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.parameters import ADDRESS_KEY, LINK_KEYS
from tests.simulation.fake_aws.table import DynamoDb
from tests.unit import rows
from vaada.desk import Desk
from vaada.flows.due.sweep import sweep
from vaada.gateways import aws
from vaada.gateways.items import to_item
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.rows import Row
from vaada.settings import Settings

HELPDESK = "django-helpdesk==2.6.1"
OPEN, DUE = (1_000, 10_000, 50_000), (0, 20)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEER = STATE / "bench" / "helpdesk"


def main() -> None:
    """Measure both, and print the table."""
    logging.disable(logging.CRITICAL)
    python = _install()
    shown = Table(
        "open",
        "due",
        "helpdesk: queries",
        "CPU",
        "Vaada: calls",
        "rows read",
        "CPU",
        title=f"One run of {HELPDESK}, and our sweeps until all who are due are told",
    )
    for due in DUE:
        for opened in OPEN:
            command = [str(python), "bench/helpdesk_tickets.py", str(opened), str(due)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
            theirs = json.loads(done.stdout)
            calls, read, seconds = ours(opened, due)
            shown.add_row(
                f"{opened:,}",
                f"{due}",
                f"{theirs['calls']}",
                f"{theirs['seconds'] * 1000:.0f} ms",
                f"{calls}",
                f"{read}",
                f"{seconds * 1000:.0f} ms",
            )
    Console(width=110).print(shown)


def _install() -> Path:
    python, uv = PEER / "bin" / "python", STATE / "uv" / "bin" / "uv"
    # Without our own settings of uv, which leave Django out.
    commands = (
        ["venv", "--no-config", "--quiet", "--allow-existing", f"{PEER}"],
        ["pip", "install", "--no-config", "--quiet", "--python", f"{python}", HELPDESK],
    )
    for command in commands:
        subprocess.run([f"{uv}", *command], check=True)  # noqa: S603 - our own
    return python


def ours(opened: int, due: int) -> tuple[int, int, float]:
    """Return the calls, the rows read, and the CPU seconds of two sweeps: one claims and one sends."""
    with patch.dict(os.environ, ENVIRONMENT), time_machine.travel(MONDAY, tick=False) as clock:
        simulated = Simulated(opened, due)
        clients: Any = (aws.dynamodb(), aws.parameters(), aws.ses())
        for client in clients:
            client.meta.events.register_first("before-send", simulated.respond)
        desk = Desk(Settings.from_environment())
        begun = time.process_time()
        try:
            for _ in range(2):
                sweep(desk, lambda: datetime.now(UTC), lambda: True)
                clock.shift(timedelta(minutes=2))
        finally:
            for client in clients:
                client.meta.events.unregister("before-send", simulated.respond)
        if simulated.mails < bool(due):
            raise SystemExit("nobody was told")
        return simulated.calls, simulated.read, time.process_time() - begun - simulated.seconds


class Simulated:
    """A simulated AWS with open promises, some of them overdue. Its own time is not measured."""

    def __init__(self, opened: int, due: int) -> None:
        self.calls, self.read, self.mails, self.seconds = 0, 0, 0, 0.0
        self._table = DynamoDb(Calls(Faults()))
        for number in range(opened):
            self._add_promise(number, is_due=number < due)

    def _add_promise(self, number: int, *, is_due: bool) -> None:
        customer_id, agent_id = new_party_id(), new_party_id()
        interaction_id, case_id = (new_row_id(customer_id, MONDAY) for _ in range(2))
        at = MONDAY if is_due else MONDAY + timedelta(days=2)
        about = {"customer_id": customer_id, "interaction_id": interaction_id, "agent_id": agent_id}
        promise = rows.commitment(
            at,
            **about,
            case_id=case_id,
            commitment_id=new_row_id(customer_id, MONDAY),
            step="flag",
            wake_at=at,
        )
        new: list[Row] = [promise]
        if is_due:
            new += [
                rows.agent(agent_id=agent_id, email=f"a{number}@example.com"),
                rows.customer(customer_id=customer_id, email=f"c{number}@example.com"),
                rows.interaction(**about, case_id=case_id),
            ]
        for row in new:
            self._table.put_item(Item=to_item(row))

    def respond(self, request: Any, **_: object) -> AWSResponse:
        """Answer one call."""
        begun = time.process_time()
        target = request.headers.get("X-Amz-Target", b"").decode().rpartition(".")[2]
        asked = json.loads(request.body) if target else {}
        answer: dict[str, Any]
        if not target:  # SES has addresses instead of targets
            self.mails, answer = self.mails + 1, {"MessageId": "a-mail"}
        elif target == "GetParameters":
            values = {LINK_KEYS: '["key"]', ADDRESS_KEY: "key"}
            answer = {"Parameters": [{"Name": name, "Value": values[name]} for name in asked["Names"]]}
        else:
            method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in target)
            for name in ("TableName", "ClientRequestToken"):
                asked.pop(name, None)
            answer = getattr(self._table, method.lstrip("_"))(**asked)
            together = sum(len(found) for found in answer.get("Responses", {}).values())
            self.read += len(answer.get("Items", ())) + ("Item" in answer) + together
        response = response_of(request.url, (200, {}, json.dumps(answer).encode()))
        self.calls += 1
        self.seconds += time.process_time() - begun
        return response


if __name__ == "__main__":
    main()
