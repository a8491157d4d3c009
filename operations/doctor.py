"""`make doctor STACK=vaada`: print what is not set up yet, and what to do about it.

It only reads. Exit code 0: all is ready; 1: something is missing; 2: the stack could not be read; 3: nothing
is known to be missing, but some questions were not answered.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from operations.stack import Stack, console
from vaada.flows.readiness import check_readiness
from vaada.model.readiness import Checked, State
from vaada.present.i18n import words
from vaada.present.readiness import checked_words

_COLOURS: dict[State, str] = {"ready": "green", "missing": "red", "unknown": "yellow"}
_WIDTH = max(map(len, _COLOURS))


def exit_code(counts: Counter[State]) -> int:
    """Return the exit code, by how many checks have each result."""
    return 1 if counts["missing"] else 3 if counts["unknown"] else 0


def lines_of(checked: Checked) -> list[str]:
    """Return the result of a check in English: the title with the reason, then what to do."""
    told = checked_words(checked, words("en"))
    place = f"See {told.place}." if told.place else ""
    to_do = [line for line in (told.remedy, told.command, place) if line]
    return [
        f"{told.title}: {told.reason}",
        *(f"{'→' if n == 0 else ' '} {line}" for n, line in enumerate(to_do)),
    ]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Check whether a deployed stack is set up.")
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    counts: Counter[State] = Counter()
    try:
        stack = Stack(arguments.stack)
        for checked in check_readiness(stack.desk, stack.account, datetime.now(UTC)):
            state = checked.finding.state
            counts[state] += 1
            first, *others = lines_of(checked)
            console.print(f"[{_COLOURS[state]}]{state:{_WIDTH}}[/]  ", end="")
            console.print(first, markup=False)
            for line in others:
                console.print(f"{'':{_WIDTH}}  {line}", markup=False)
    except (ClientError, BotoCoreError) as error:
        console.print(f"[red]Stopped[/]: {error}")
        return 2
    console.print(f"{counts['ready']} ready, {counts['missing']} missing, {counts['unknown']} unknown.")
    return exit_code(counts)


if __name__ == "__main__":
    sys.exit(main())
