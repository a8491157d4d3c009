"""A client of the API: it sends an idempotency key, and repeats a request until it is answered."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from functions.api.app import handler as api
from tests.integration.scripted_desk import MANAGER
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.facts import Facts
from tests.simulation.world.http import NOT_THERE, RETRY_LATER, request
from tests.simulation.world.lambda_runtime import LambdaRuntime

AGAIN = timedelta(seconds=5)
REPEATED = 2  # out of ten contacts are sent a second time


class ApiClient:
    """Calls the API. Requests that a row's state does not allow are kept as refused."""

    def __init__(self, loop: EventLoop, facts: Facts, table: DynamoDb, runtime: LambdaRuntime) -> None:
        self._loop, self._facts, self._table, self._runtime = loop, facts, table, runtime
        self.refused: list[str] = []
        self.on_refused: Callable[[str], None] = lambda _route: None

    def ask(
        self,
        route: str,
        body: object,
        then: Callable[[Any], None] = lambda _answer: None,
        *,
        user: dict[str, str] = MANAGER,
    ) -> None:
        """Send a request such as "POST /api/agents" until it is answered. `then` gets the answer."""
        key = f"key-{self._loop.next_number()}"

        def send(what: object) -> Any:
            headers = {"idempotency-key": key}
            return self._runtime.run(api, request(route, json.dumps(what), headers, user))

        def attempt() -> None:
            answer = send(body)
            status = int(answer["statusCode"]) if answer else 500
            missing = self._facts.rows_may_be_missing or self._facts.erased_customers
            if status >= 500 or (status == 409 and "try again" in answer["body"]):
                self._loop.after(AGAIN, f"again: {route}", attempt)
            elif status in {403, 409} or (status in NOT_THERE and missing):
                self._loop.tell(f"refused: {answer['body']}"[:300])
                self.refused.append(f"{route} {body}")
                self.on_refused(route)
            else:
                assert status < 400, f"refused: {route} {answer['body']}"
                then(json.loads(answer["body"]))
                if route == "POST /api/interactions" and int(key[-1]) < REPEATED:
                    self._repeat(send, body, answer)

        attempt()

    def _repeat(self, send: Callable[[object], Any], body: Any, answer: Any) -> None:
        """Send the request again, or another one with the same key. Neither may change anything."""
        written = len(self._table.stream)
        again, other = send(body), send({**body, "summary": "something else"})
        for said, wanted in ((again, int(answer["statusCode"])), (other, 422)):
            status = int(said["statusCode"]) if said else 500
            assert status in {wanted, *RETRY_LATER, 500}, f"asked again: {status}, not {wanted}: {said}"
        assert len(self._table.stream) == written, f"asked again, and done again: {body}"
