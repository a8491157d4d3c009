"""MiniStack, looking for what is due twice a second instead of every ten. Run by MiniStack's own Python."""

import errno
import importlib
import time

_sleep = time.sleep


def _sleep_on(seconds: float) -> None:
    """Sleep. With libfaketime on a busy machine a sleep can be over before it begins, which is an error."""
    try:
        _sleep(seconds)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def main() -> None:
    """Run it."""
    vars(time)["sleep"] = _sleep_on
    vars(importlib.import_module("ministack.services.eventbridge"))["_SCHEDULER_TICK_INTERVAL"] = 0.5
    vars(importlib.import_module("ministack.services.scheduler"))["_SCHEDULE_TICK_INTERVAL"] = 0.5
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
