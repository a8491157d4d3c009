"""`make replay FILE=requests.csv`: replay, report, and exit with 1 unless the outcome is exact."""

import argparse
import signal
import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.markup import escape

from local.api import Api
from local.cloud import Cloud, local_cloud
from local.demo import console, step
from local.errors import CloudError
from local.outbox import Outbox
from local.replay.mapping import BOSTON, Mapping, read_mapping
from local.replay.office import MANAGER, Office
from local.replay.plan import Plan, make_plan
from local.replay.player import Player, rehearse
from local.replay.report import Run, progress, report
from local.replay.requests import read_requests
from local.replay.verdict import Verdict, judge

HEAD_START = timedelta(hours=1)


def replay(file: Path, mapping: Mapping, until: date | None) -> Verdict:
    """Replay the file and print the report. Raises CloudError."""
    requests = read_requests(file, mapping)
    zone = ZoneInfo(mapping.time_zone)
    end = datetime.combine(until, clock_time.max, zone).astimezone(UTC) if until else None
    first = min(request.opened for request in requests)
    if end is not None and end < first:
        raise CloudError(
            f"Nothing to replay: the first row of {file} is of {first.astimezone(zone):%d %B %Y}."
        )
    begun = time.monotonic()
    with ExitStack() as stack:
        starts_at = first - HEAD_START
        with step("Starting a local cloud in the past", f"A local cloud, on {starts_at:%d %B %Y}"):
            cloud = stack.enter_context(local_cloud(starts_at=starts_at))
        with step("Building and deploying the stack", "Built and deployed the stack"):
            cloud.build()
            cloud.deploy()
        api = stack.enter_context(closing(Api.sign_up(cloud, MANAGER, "managers")))
        office = Office(api, mapping)
        plan = make_plan(requests, office.ladder, end)
        with step("Rehearsing", "Rehearsed"):
            rehearse(cloud, office)
        outbox = Outbox(cloud)
        outbox.fetch()  # skips the messages of the rehearsal
        verdict = _play(cloud, office, plan, outbox)
        took = timedelta(seconds=time.monotonic() - begun)
        report(console, Run(plan, starts_at, cloud.clock.now(), took), verdict)
    return verdict


def _play(cloud: Cloud, office: Office, plan: Plan, outbox: Outbox) -> Verdict:
    with progress(console, len(plan.events)) as report_progress:
        stories = Player(cloud, office, plan, report_progress).play()
    return judge(plan, stories, outbox.fetch(), office.weekly_reports())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2022-03-31") from None


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run the command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("file", type=Path, help="the CSV of requests")
    parser.add_argument(
        "--map", type=Path, default=BOSTON, help="the mapping; the default is for Boston's 311 data"
    )
    parser.add_argument("--until", type=_day, help="the last day; by default two days after the last event")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        verdict = replay(arguments.file, read_mapping(arguments.map), arguments.until)
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is left running.")
        return 130
    except CloudError as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        return 1
    return 0 if verdict.exact else 1


if __name__ == "__main__":
    sys.exit(main())
