"""Check all dependencies for known vulnerabilities, by PyPI's advisories: `make audit` and `make check`.

This is the one check that needs the network. It exits with 1 if there is a vulnerability, and with 75 if PyPI
could not be reached, so that callers can tell "none known" from "not checked".
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.places import STATE, TOOLS

NO_CONNECTION = "ConnectionError|Could not connect"  # in the output of pip-audit
NOT_CHECKED = 75  # EX_TEMPFAIL of sysexits.h
ACCEPTED: dict[str, str] = {}  # id of an advisory: why it does not apply here


def weaknesses(dependencies: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the vulnerabilities in pip-audit's list, and the packages it could not check."""
    for one in dependencies:
        if "skip_reason" in one:
            yield f"{one['name']}: {one['skip_reason']}"
        for vulnerability in one.get("vulns", ()):
            if vulnerability["id"] not in ACCEPTED:
                fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
                yield f"{one['name']} {one['version']}: {vulnerability['id']}, fixed in {fixed}"


def main() -> int:
    """Check the requirements on standard input. Returns the exit code."""
    requirements = STATE / "scan" / "requirements.txt"
    requirements.parent.mkdir(exist_ok=True)
    requirements.write_text(sys.stdin.read(), encoding="utf-8")
    command: list[str | Path] = [
        TOOLS / "scanners" / "bin" / "pip-audit",
        "--disable-pip",
        "-r",
        requirements,
        "-f",
        "json",
    ]
    result = subprocess.run(  # noqa: S603  # nosec B603 # a program of our own
        [*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    if not result.stdout and not re.search(NO_CONNECTION, result.stderr):
        print(result.stderr)
        return 1
    dependencies = json.loads(result.stdout or '{"dependencies": []}')["dependencies"]
    if not any("vulns" in one for one in dependencies):  # a mirror of PyPI may have no advisories
        print("pip-audit: NOT DONE, as PyPI's advisories cannot be had here. With a network: make audit")
        return NOT_CHECKED
    lines = list(weaknesses(dependencies))
    print("\n".join(lines) or f"pip-audit: no weakness known in {len(dependencies)} packages")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
