"""Run MiniStack with shorter waits. It runs on MiniStack's own Python.

It checks schedules every half second instead of every ten, and unpacks each layer once instead of once per
process of a function: on AWS they also share one /opt. Processes stay when the clock jumps: those that
several calls at once have started serve the next ones.
"""

import errno
import hashlib
import importlib
import math
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_sleep = time.sleep
_unpacking = threading.Lock()


def _sleep_safely(seconds: float) -> None:
    """Sleep, and ignore the error if the time is already over: libfaketime causes it on a busy machine."""
    try:
        _sleep(seconds)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


class SharedLayers(zipfile.ZipFile):
    """A ZIP archive. A layer is unpacked only once: its target folders become links to the result."""

    def namelist(self) -> list[str]:
        """Return the paths in the archive, of a layer none: MiniStack resolves each for each process."""
        return [] if Path(str(self.filename)).name.startswith("layer_") else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Unpack the archive into `path`."""
        folder = Path(path or ".")
        if not folder.name.startswith("layer_"):
            super().extractall(path, members, pwd)
            return
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        shared = Path(tempfile.gettempdir()) / f"shared-layer-{digest}"
        with _unpacking:
            if not shared.exists():
                draft = shared.with_suffix(".new")
                super().extractall(draft, self.infolist())
                draft.rename(shared)
        folder.rmdir()
        folder.symlink_to(shared)


def main() -> None:
    """Run MiniStack."""
    vars(time)["sleep"] = _sleep_safely
    vars(importlib.import_module("ministack.services.eventbridge"))["_SCHEDULER_TICK_INTERVAL"] = 0.5
    vars(importlib.import_module("ministack.services.scheduler"))["_SCHEDULE_TICK_INTERVAL"] = 0.5
    workers = vars(importlib.import_module("ministack.core.lambda_runtime"))
    workers["_LOCAL_WORKER_TTL"] = math.inf  # seconds
    workers["zipfile"] = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedLayers})
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
