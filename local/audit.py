"""Whether anything that we use has a known weakness, by PyPI's advisories: `make audit`, and `make check`.

The one check that needs the network, as its answer changes by the day. Exits with 1 when there is a weakness,
with 75 when nobody answered, so that whoever asks can tell "none known" from "not asked".
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.places import STATE, TOOLS

NO_CONNECTION = "ConnectionError|Could not connect"  # in what pip-audit says then
NOT_CHECKED = 75  # EX_TEMPFAIL of sysexits.h
ACCEPTED: dict[str, str] = {}  # an advisory's id: why it does not concern us


def weaknesses(dependencies: list[dict[str, Any]]) -> Iterator[str]:
    """What is weak, and what PyPI does not know, of pip-audit's list."""
    for one in dependencies:
        if "skip_reason" in one:
            yield f"{one['name']}: {one['skip_reason']}"
        for weakness in one.get("vulns", ()):
            if weakness["id"] not in ACCEPTED:
                mended = ", ".join(weakness["fix_versions"]) or "no version yet"
                yield f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended}"


def main() -> int:
    """Ask of all that uv.lock names: what the functions use, and what we work with."""
    requirements = STATE / "scan" / "requirements.txt"
    requirements.parent.mkdir(exist_ok=True)
    requirements.write_text(sys.stdin.read(), encoding="utf-8")
    asked: list[str | Path] = [
        TOOLS / "scanners" / "bin" / "pip-audit",
        "--disable-pip",
        "-r",
        requirements,
        "-f",
        "json",
    ]
    done = subprocess.run(  # noqa: S603  # nosec B603 # a program of our own
        [*asked, "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    if not done.stdout and not re.search(NO_CONNECTION, done.stderr):
        print(done.stderr)
        return 1
    dependencies = json.loads(done.stdout or '{"dependencies": []}')["dependencies"]
    if not any("vulns" in one for one in dependencies):  # a mirror without advisories knows none of them
        print("pip-audit: NOT DONE, as PyPI's advisories cannot be had here. With a network: make audit")
        return NOT_CHECKED
    found = list(weaknesses(dependencies))
    print("\n".join(found) or f"pip-audit: no weakness known in {len(dependencies)} packages")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
