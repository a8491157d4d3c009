"""The local cloud's clock, moved by libfaketime through a file that the server and all functions read."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.errors import CloudError

# The variant for threads: with the plain one, now and then a thread reads the real time.
LIBRARY = next(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"), None)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108 # libfaketime's choice
INSTALL_FAKETIME = "To travel in time, install Debian's faketime: sudo apt install faketime"

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_jump(text: str) -> timedelta:
    """`+4h` as a time span. Only forwards: schedules never fire twice, so going back would show nothing."""
    match = re.fullmatch(r"\+?(\d{1,4})([mhd])", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a jump in time. Try +30m, +4h or +1d.")
    return int(match[1]) * UNITS[match[2]]


class Clock:
    """A clock that can be set ahead. Where libfaketime is missing it only tells the time."""

    def __init__(self, file: Path, starts_at: datetime | None = None) -> None:
        self._file = file
        self._ahead = timedelta()
        if starts_at is not None:
            self._shift(starts_at - datetime.now(UTC))
        elif LIBRARY is not None:
            self._shift(timedelta())

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the real one."""
        return self._ahead

    def now(self) -> datetime:
        """What time it is in the local cloud."""
        return datetime.now(UTC) + self._ahead

    def travel(self, by: timedelta) -> None:
        """Set the clock ahead."""
        self._shift(by)

    def environment(self) -> dict[str, str]:
        """What makes a process follow this clock."""
        if LIBRARY is None:
            return {}
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
        }

    @staticmethod
    def tidy(process: int) -> None:
        """Remove the shared memory that libfaketime leaves behind when its process is killed."""
        for left in SHARED_MEMORY.glob(f"*faketime_*_{process}"):
            left.unlink(missing_ok=True)

    def _shift(self, by: timedelta) -> None:
        if LIBRARY is None:
            raise CloudError(INSTALL_FAKETIME)
        self._ahead += by
        # Replaced whole: running processes read it at any moment.
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{self._ahead.total_seconds():+.3f}\n")
        draft.replace(self._file)
