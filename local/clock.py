"""The local cloud's clock: libfaketime reads it from a file, in the server and all functions."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.errors import CloudError

# The multi-threaded variant: with the other one, a thread sometimes reads the real time.
LIBRARY = next(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"), None)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108 # libfaketime's choice
INSTALL_FAKETIME = "To travel in time, install Debian's faketime: sudo apt install faketime"

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_jump(text: str) -> timedelta:
    """Parse a jump such as `+4h`. Raises ValueError. Only forward, because schedules fire only once."""
    match = re.fullmatch(r"\+?(\d{1,4})([mhd])", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a jump in time. Try +30m, +4h or +1d.")
    return int(match[1]) * UNITS[match[2]]


class Clock:
    """A clock that can be moved forward. Without libfaketime it always shows the real time."""

    def __init__(self, file: Path, starts_at: datetime | None = None) -> None:
        self._file = file
        self._ahead = timedelta()
        if starts_at is not None:
            self._shift(starts_at - datetime.now(UTC))
        elif LIBRARY is not None:
            self._shift(timedelta())

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the real time."""
        return self._ahead

    def now(self) -> datetime:
        """Return the local cloud's time, in UTC."""
        return datetime.now(UTC) + self._ahead

    def travel(self, by: timedelta) -> None:
        """Move the clock forward. Raises CloudError without libfaketime."""
        self._shift(by)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make a process use this clock."""
        if LIBRARY is None:
            return {}
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
        }

    @staticmethod
    def tidy(process: int) -> None:
        """Remove libfaketime's shared memory after its process was killed."""
        for left in SHARED_MEMORY.glob(f"*faketime_*_{process}"):
            left.unlink(missing_ok=True)

    def _shift(self, by: timedelta) -> None:
        if LIBRARY is None:
            raise CloudError(INSTALL_FAKETIME)
        self._ahead += by
        # Replaced atomically: running processes may read it at any moment.
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{self._ahead.total_seconds():+.3f}\n")
        draft.replace(self._file)
