"""`make hold STACK=vaada` and `make release STACK=vaada`: stop all sending, and resume it.

The switch is `sending.held` in the policy. Functions go on running and leave what is due as it is: nothing
is dropped, and no dead letter comes of it. At a reserved concurrency of 0 Lambda
would drop every asynchronous event at once.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from operations.stack import Stack, console
from vaada.desk import Desk
from vaada.flows.policy import set_held
from vaada.model.policy import Policy

AT_REST_AFTER = timedelta(minutes=3)
"""How long after a hold something may still be sent: functions read the policy again after a minute at most,
and the longest of them runs for two."""


def not_at_rest(desk: Desk, now: datetime) -> str | None:
    """Return why something may still be sent and what to do about it, or None."""
    stored = desk.table.get(Policy, "policy")
    if stored is None or not stored.document.sending.held:
        return "Sending is not held. Hold it first: make hold"
    wait = stored.changed_at + AT_REST_AFTER - now
    if wait > timedelta(0):
        seconds = -(-wait // timedelta(seconds=1))
        return f"Sending was held only just now, and a function may still send. Wait {seconds} seconds"
    return None


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Stop all sending, or resume it.")
    parser.add_argument("act", choices=("hold", "release"))
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    try:
        desk = Stack(arguments.stack).desk
        changed = set_held(desk, datetime.now(UTC).replace(microsecond=0), held=arguments.act == "hold")
    except (ClientError, BotoCoreError) as error:
        console.print(f"[red]Stopped[/]: {error}")
        return 2
    minutes = AT_REST_AFTER // timedelta(minutes=1)
    match arguments.act, changed:
        case "hold", True:
            console.print(f"Sending is held. What is being sent now ends within {minutes} minutes.")
        case "hold", False:
            console.print("Sending was held already.")
        case _, True:
            console.print("Messages go out again, within three minutes.")
        case _:
            console.print("Sending was not held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
