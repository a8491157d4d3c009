"""Where things are, and the environment that child processes get."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".local"
TOOLS = STATE / "tools"
REGION = "us-east-1"
ADMINISTRATOR = "test"  # whom the local cloud takes for its administrator

INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER")


def environment(**more: str) -> dict[str, str]:
    """What a child process sees. Nothing of the user's own AWS settings: no real account is ever reached."""
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
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
