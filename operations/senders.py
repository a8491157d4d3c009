"""`make hold STACK=vaada` and `make release STACK=vaada`: stop all sending, and resume it.

Hold sets the concurrency of the four functions that send to 0. Rows that become due meanwhile wait.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from operations.stack import Stack, console

SENDERS = ("SweepDue", "RemindAgent", "FlagOverdue", "SendSurvey")


def hold(stack: Stack) -> list[str]:
    """Stop the sending functions. Returns those that were not held before."""
    running = [function for function in SENDERS if not _is_held(stack, function)]
    for function in running:
        stack.functions.put_function_concurrency(
            FunctionName=stack.resource(function), ReservedConcurrentExecutions=0
        )
    return running


def release(stack: Stack, functions: Sequence[str] = SENDERS) -> None:
    """Let the sending functions run again."""
    for function in functions:
        stack.functions.delete_function_concurrency(FunctionName=stack.resource(function))


@contextmanager
def senders_held(stack: Stack, *, unless: bool = False) -> Iterator[list[str]]:
    """Hold the sending functions during the block. A function that was held before stays held.

    Yields the functions that will be released. `unless` skips the hold.
    """
    running = [] if unless else hold(stack)
    try:
        yield running
    finally:
        release(stack, running)


def _is_held(stack: Stack, function: str) -> bool:
    response = stack.functions.get_function_concurrency(FunctionName=stack.resource(function))
    return response.get("ReservedConcurrentExecutions") == 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Stop all sending, or resume it.")
    parser.add_argument("act", choices=("hold", "release"))
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    stack = Stack(arguments.stack)
    try:
        if arguments.act == "hold":
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
