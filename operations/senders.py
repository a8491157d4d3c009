"""`make hold STACK=vaada` and `make release STACK=vaada`: let nothing be sent, and let it go again.

The four functions that send are kept from running. What falls due meanwhile waits: rows are the truth.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from operations.stack import Stack, console

SENDERS = ("SweepDue", "RemindAgent", "FlagOverdue", "SendSurvey")


def hold(stack: Stack) -> list[str]:
    """Keep the senders from running. Gives those that were not held before."""
    running = [function for function in SENDERS if not _is_held(stack, function)]
    for function in running:
        stack.functions.put_function_concurrency(
            FunctionName=stack.resource(function), ReservedConcurrentExecutions=0
        )
    return running


def release(stack: Stack, functions: Sequence[str] = SENDERS) -> None:
    """Let the senders run again."""
    for function in functions:
        stack.functions.delete_function_concurrency(FunctionName=stack.resource(function))


@contextmanager
def held(stack: Stack, *, unless: bool = False) -> Iterator[list[str]]:
    """Nothing is sent meanwhile. Who was held before stays held: whoever did that wants to look first.

    Gives those that are let go at the end.
    """
    running = [] if unless else hold(stack)
    try:
        yield running
    finally:
        release(stack, running)


def _is_held(stack: Stack, function: str) -> bool:
    found = stack.functions.get_function_concurrency(FunctionName=stack.resource(function))
    return found.get("ReservedConcurrentExecutions") == 0


def main() -> int:
    """Hold or release."""
    parser = argparse.ArgumentParser(description="Keep the desk from sending, or let it send again.")
    parser.add_argument("act", choices=("hold", "release"))
    parser.add_argument("--stack", required=True)
    told = parser.parse_args()
    stack = Stack(told.stack)
    try:
        if told.act == "hold":
            hold(stack)
            console.print("Nothing is sent from now on; what is being sent ends within two minutes.")
        else:
            release(stack)
            console.print("Messages go out again.")
    except (ClientError, BotoCoreError) as error:
        console.print(f"[red]Stopped[/]: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
