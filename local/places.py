"""The folders of the project, and the environment of child processes."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".local"
TOOLS = STATE / "tools"
REGION = "us-east-1"
ADMINISTRATOR = "test"  # the credentials of the local cloud's administrator

INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER")


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a child process, without the user's AWS settings and accounts."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **inherited,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONUTF8": "1",
        **more,
    }


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
