"""The report, with colours and a progress bar on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from local.replay.plan import Plan
from local.replay.player import LIMIT, ReportProgress
from local.replay.verdict import StepResult, Verdict, median_of


@dataclass(frozen=True)
class Run:
    """The plan that was played, and how long it took."""

    plan: Plan
    begun: datetime
    ended: datetime
    wall: timedelta


@contextmanager
def progress(console: Console, events: int) -> Iterator[ReportProgress]:
    """Show the progress with the cloud's date: a bar on a terminal, else ten lines."""
    if not console.is_terminal:
        yield _ProgressLines(console, events)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("events"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=events)
        yield lambda now, done: bar.update(task, completed=done, description=f"{now:%a %d %b %Y, %H:%M}")


class _ProgressLines:
    def __init__(self, console: Console, events: int) -> None:
        self._console, self._events, self._printed = console, events, 0

    def __call__(self, now: datetime, done: int) -> None:
        tenth = 10 * done // self._events
        if tenth > self._printed:
            self._printed = tenth
            self._console.print(f"  {now:%a %d %b %Y, %H:%M} UTC  {done} of {self._events} events")


def report(console: Console, run: Run, verdict: Verdict) -> None:
    """Print the report, with the verdict last."""
    console.print(_summary(run, verdict))
    console.print(_ladders(run.plan, verdict))
    _mismatches(console, verdict)


def _summary(run: Run, verdict: Verdict) -> Table:
    table = Table(title="The replay", title_justify="left", show_header=False)
    requests = [one.opened.request for one in verdict.judged]
    flagged = [one for one in verdict.judged if one.flagged]
    wrong = [one.opened.request.id for one in verdict.judged if one.mismatches]
    table.add_row("Requests", f"{len(requests)} of {len(run.plan.requests)} in the file")
    table.add_row("Promises", f"{sum(request.promised is not None for request in requests)}")
    table.add_row("Flagged overdue", f"{len(flagged)}")
    come_due = [request for request in requests if request.promised and request.promised <= run.plan.until]
    if any(request.overdue is not None for request in requests):
        table.add_row("Overdue in the file", f"{sum(bool(request.overdue) for request in come_due)}")
    table.add_row("Mismatches", ", ".join(wrong) or "none")
    table.add_row("Lateness of flags", _lateness(verdict.lateness("flag")))
    table.add_row("Lateness of all steps", _lateness(verdict.lateness()))
    table.add_row("Lateness of messages", _lateness(verdict.message_lateness(), run.plan.ladder.batch_within))
    waited = sum(result.waited and result.sent for _, result in verdict.taken())
    table.add_row("Waited for working time", f"{waited} of {len(verdict.message_lateness())} messages")
    silent = sum(result.waited and not result.sent for _, result in verdict.taken())
    table.add_row("Kept before anybody was told", f"{silent} steps")
    table.add_row("Went out with another", f"{verdict.batched} messages")
    differences = len(verdict.outbox_differences)
    sent = f"{verdict.mails} mails, {verdict.texts} texts, {differences} that nothing explains"
    table.add_row("Outbox", sent)
    table.add_row("Weekly reports", f"{verdict.weekly_reports} mails more")
    days = (run.ended - run.begun).days
    table.add_row("Virtual time", f"{run.begun:%d %b %Y} to {run.ended:%d %b %Y}, {days} days")
    table.add_row("Wall time", f"{run.wall.total_seconds() / 60:.1f} min")
    return table


def _ladders(plan: Plan, verdict: Verdict) -> Table:
    title = "Messages for each promise that came to a step, and how late the step was"
    table = Table(title=title, title_justify="left")
    names = [rung.name for rung in plan.ladder.rungs]
    table.add_column("Request", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    quiet = 0
    for one in verdict.judged:
        if one.steps:
            table.add_row(escape(one.opened.request.id), *(_cell(one.steps.get(name)) for name in names))
        else:
            quiet += one.opened.request.promised is not None
    totals = [sum(result.sent for step, result in verdict.taken() if step == name) for name in names]
    table.add_section()
    table.add_row("all", *(str(total) for total in totals))
    table.caption = f"Promises that came to no step: {quiet}"
    return table


def _cell(result: StepResult | None) -> str:
    if result is None:
        return ""
    late = "" if result.late is None else f"  +{result.late.total_seconds():.0f} s"
    return f"{result.sent}{late}"


def _lateness(spans: list[timedelta], more: timedelta = timedelta()) -> str:
    if not spans:
        return "none was due"
    most, half = spans[-1].total_seconds(), median_of(spans).total_seconds()
    return f"at most {most:.0f} s, median {half:.0f} s (limit {(LIMIT + more).total_seconds():.0f} s)"


def _mismatches(console: Console, verdict: Verdict) -> None:
    for one in verdict.judged:
        for mismatch in one.mismatches:
            request = one.opened.request
            console.print(f"[red]✗[/] {escape(request.id)} (line {request.line}): {escape(mismatch)}")
    for difference in verdict.outbox_differences:
        console.print(f"[red]✗[/] {escape(difference)}")
    if verdict.exact:
        console.print("[green]✓[/] Exact: every step that applied was taken once, and no other.")
